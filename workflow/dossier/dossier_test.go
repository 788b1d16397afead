package dossier_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/workflowtest"
)

// installation is a service with a log that is sealed.
type installation struct {
	svc    *workflow.Service
	clock  *sample.Clock
	sealer *transparency.Sealer
	key    history.Signer
}

func install(t testing.TB, s workflowtest.Storage) *installation {
	t.Helper()
	in := &installation{clock: sample.NewClock(sample.Walk("d713")[0].On), key: newKey(t)}
	in.svc = workflowtest.Service(t, s, in.clock)
	in.sealer = &transparency.Sealer{Log: transparency.Log{Store: s, Origin: in.key.Name()}, Signers: []history.Signer{in.key}, Now: in.clock.Now}
	return in
}

func newKey(t testing.TB) history.Signer {
	t.Helper()
	secret, _, err := note.GenerateKey(rand.Reader, "juece.test/log")
	if err != nil {
		t.Fatal(err)
	}
	key, err := history.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// perform walks a case and seals it.
func (in *installation) perform(t testing.TB, steps []sample.Step) string {
	t.Helper()
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", steps)
	if err != nil {
		t.Fatal(err)
	}
	in.seal(t)
	return id
}

func (in *installation) seal(t testing.TB) transparency.Checkpoint {
	t.Helper()
	c, _, err := in.sealer.Drain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rotate ends the key of the log and begins another.
func (in *installation) rotate(t testing.TB) {
	t.Helper()
	next := newKey(t)
	if _, err := in.sealer.Rotate(t.Context(), in.key, next); err != nil {
		t.Fatal(err)
	}
	in.key, in.sealer.Signers = next, []history.Signer{next}
}

func (in *installation) source() dossier.Source {
	return dossier.Source{Service: in.svc, Log: in.sealer.Log, Program: "juece (test)"}
}

func (in *installation) export(t testing.TB, r dossier.Request) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := dossier.Export(t.Context(), in.source(), r, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// options trust the key of the installation.
func (in *installation) options() dossier.Options {
	return dossier.Options{Trust: history.Trust{Keys: []string{in.key.VKey()}}, Packs: in.svc.Packs}
}

func verify(t testing.TB, data []byte, o dossier.Options) *dossier.Report {
	t.Helper()
	report, err := dossier.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestADossierIsSound(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Walk("d713"))
	data := in.export(t, dossier.Request{Decision: id})
	report := verify(t, data, in.options())
	if report.Verdict != dossier.Sound {
		t.Fatalf("%s: %+v", report.Verdict, report.Failure)
	}
	t.Logf("%+v", report)
	if !bytes.Equal(data, in.export(t, dossier.Request{Decision: id})) {
		t.Error("the same decision at the same checkpoint gave other bytes")
	}
	in.perform(t, sample.Before("d713", "submit_draft"))
	if !bytes.Equal(data, in.export(t, dossier.Request{Decision: id, Size: report.Checkpoint.Size})) {
		t.Error("after the log went on the same checkpoint gave other bytes")
	}
}
