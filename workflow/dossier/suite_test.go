package dossier_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// under moves an installation to the suite of the national standards.
func (in *installation) under(t testing.TB, suite history.Algorithm) {
	t.Helper()
	secret, _, err := gm.GenerateKey(rand.Reader, in.key.Name())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gm.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	in.svc.Suite = suite
	in.sealer.Signers, in.sealer.Verifiers = append(in.sealer.Signers, signer), gm.Verifiers()
}

// A dossier under SM3 and SM2 is verified by the same verifier, which says so
// when it does not know them.
func TestADossierUnderSM3AndSM2(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	in.under(t, gm.SM3())
	data := in.export(t, dossier.Request{Decision: in.perform(t, sample.Walk("d713"))})
	o := in.options()
	o.Trust.Verifiers, o.Trust.Algorithms = gm.Verifiers(), history.Algorithms{gm.SM3()}
	report := verify(t, data, o)
	if report.Verdict != dossier.Sound || !report.KeyTrusted || report.Materials.Of == 0 || report.Opinions.Of == 0 {
		t.Fatalf("%+v %+v", report, report.Failure)
	}
	for _, e := range unpack(t, data).manifest(t).Entries {
		if e.Digest.Algorithm() != "sm3" {
			t.Errorf("entry %d: %s", e.Seq, e.Digest)
		}
	}
	if report := verify(t, data, in.options()); report.Verdict == dossier.Sound {
		t.Error("a verifier without SM3 and SM2 calls it sound")
	}
	// The SM2 line stripped, and the manifest made to fit.
	u := unpack(t, data)
	var kept []string
	for line := range strings.Lines(string(u.files["log/checkpoint"])) {
		kept = append(kept, line)
	}
	u.files["log/checkpoint"] = []byte(strings.Join(kept[:len(kept)-1], ""))
	if report := verify(t, u.pack(t), o); report.Verdict != dossier.Broken || report.Failure.Code != "key" {
		t.Errorf("a line was stripped: %+v", report.Failure)
	}
}
