package dossier_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

var update = flag.Bool("update", false, "write the test vectors anew")

// vector is a published dossier with what a verifier says of it.
type vector struct {
	File    string          `json:"file"`
	What    string          `json:"what"`
	Keys    []string        `json:"keys"` // that are trusted
	Verdict dossier.Verdict `json:"verdict"`
	Code    string          `json:"code,omitempty"`
	Seq     int64           `json:"seq,omitempty"`
	// Rules: only a verifier that runs the rules sees it.
	Rules bool `json:"rules,omitempty"`
}

const vectorsDir = "testdata/vectors"

// The published test vectors: dossiers that verify for ever, and such that
// never do. Both verifiers are held to them.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	var vectors []vector
	text, err := os.ReadFile(filepath.Join(vectorsDir, "vectors.json"))
	if err == nil {
		err = json.Unmarshal(text, &vectors)
	}
	if err != nil || len(vectors) < 10 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	for _, v := range vectors {
		data, err := os.ReadFile(filepath.Join(vectorsDir, v.File))
		if err != nil {
			t.Fatal(err)
		}
		report := verify(t, data, dossier.Options{Trust: history.Trust{Keys: v.Keys, Verifiers: gm.Verifiers(), Algorithms: history.Algorithms{gm.SM3()}}})
		got := vector{Verdict: report.Verdict}
		if report.Failure != nil {
			got.Code, got.Seq = report.Failure.Code, report.Failure.Seq
		}
		if got.Verdict != v.Verdict || got.Code != v.Code || got.Seq != v.Seq {
			t.Errorf("%s, %s: %+v, want %+v", v.File, v.What, got, v)
		}
		if testing.Short() {
			continue
		}
		if other := second(t, v.Keys, data)[0]; v.Rules && other.Verdict != dossier.Sound || !v.Rules && (other.Verdict != v.Verdict || other.Code != v.Code || other.Seq != v.Seq) {
			t.Errorf("%s, %s: the second verifier says %+v, want %+v", v.File, v.What, other, v)
		}
	}
}

// writeVectors makes them; their keys are made for them and used nowhere else.
func writeVectors(t *testing.T) {
	t.Helper()
	in := install(t, workflowtest.SQLite(t))
	x := &tampering{TB: t, in: in, retired: in.key}
	x.other = in.perform(t, sample.Before("d713", "initiate"))
	in.rotate(t)
	x.id = in.perform(t, sample.Before("d713", "open_comment"))
	x.o = in.options()
	x.whole = in.export(t, dossier.Request{Decision: x.id})
	x.u = unpack(t, x.whole)
	x.lines = x.u.entries()
	x.r = rand.New(rand.NewPCG(713, 713))
	keys := x.o.Trust.Keys
	var vectors []vector
	keep := func(file, what string, data []byte, keys []string) {
		report := verify(t, data, dossier.Options{Trust: history.Trust{Keys: keys, Verifiers: gm.Verifiers(), Algorithms: history.Algorithms{gm.SM3()}}})
		v := vector{File: file + ".zip", What: what, Keys: keys, Verdict: report.Verdict}
		if report.Failure != nil {
			v.Code, v.Seq, v.Rules = report.Failure.Code, report.Failure.Seq, report.Failure.Code == "unlawful"
		}
		if err := os.WriteFile(filepath.Join(vectorsDir, v.File), data, 0o644); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	if err := os.MkdirAll(vectorsDir, 0o755); err != nil {
		t.Fatal(err)
	}
	keep("sound", "as exported", x.whole, keys)
	keep("sound", "trust in the first key reaches the second", x.whole, []string{x.retired.VKey()})
	withheld := dossier.Redaction{Classes: []decision.Class{decision.ClassPersonal, decision.ClassCommercial}, Ground: ground}.Withhold
	restricted, erased := withRestricted(t, in)
	keep("restricted", "a restricted material with its salt", restricted, keys)
	keep("erased", "a material and an opinion that were erased", erased, keys)
	id := unpack(t, erased).manifest(t).Decision
	keep("withheld", "opinions that are withheld", in.export(t, dossier.Request{Decision: id, Withhold: withheld}), keys)

	gmInstallation := install(t, workflowtest.SQLite(t))
	gmInstallation.under(t, gm.SM3())
	under := gmInstallation.export(t, dossier.Request{Decision: gmInstallation.perform(t, sample.Before("d713", "initiate"))})
	keep("gm", "digests by SM3, a second signature by SM2", under, gmInstallation.options().Trust.Keys)

	k := 3
	lines := func(change func([][]byte) [][]byte, level int) []byte {
		list := make([][]byte, len(x.lines))
		copy(list, x.lines)
		return x.finish(change(list), level, nil)
	}
	keep("byte", "a byte of an entry", lines(func(l [][]byte) [][]byte {
		l[k] = bytes.Replace(l[k], []byte(`"seq":4`), []byte(`"seq":5`), 1)
		return l
	}, 0), keys)
	keep("actor", "another actor, everything computed anew but the log", lines(func(l [][]byte) [][]byte {
		l[k] = edit(t, l[k], func(e *history.Entry) { e.Actor.ID = "他人" })
		return l
	}, 2), keys)
	keep("spelling", "another spelling of an entry", lines(func(l [][]byte) [][]byte {
		l[k] = bytes.Replace(l[k], []byte(`"seq":4`), []byte(`"seq":4.0`), 1)
		return l
	}, 1), keys)
	keep("reordered", "two entries changed places", lines(func(l [][]byte) [][]byte {
		l[k], l[k+1] = l[k+1], l[k]
		return l
	}, 0), keys)
	material := x.u.clone()
	first := x.held()[0]
	material.files[first.Path] = append(material.files[first.Path], '!')
	material.derive(t, nil)
	keep("material", "another file under a material's name", material.pack(t), keys)
	page := x.u.clone()
	page.files["案卷.html"] = append(page.files["案卷.html"], "<p>同意</p>"...)
	keep("page", "the page was changed, and not the manifest", page.pack(t), keys)
	keep("sound", "signed by a key that is not trusted", x.whole, []string{newKey(t).VKey()})
	keep("after", "something stands after the end", append(bytes.Clone(x.whole), '!'), keys)
	keep("cut", "cut short", x.whole[:len(x.whole)/2], keys)
	keep("unlawful", "an entry that the procedure would not have taken, well hashed and signed", x.rewritten(in.key, func(l [][]byte) [][]byte {
		l[k] = edit(t, l[k], func(e *history.Entry) { e.Actor.Roles = []string{"public"} })
		return l
	}), keys)
	text, err := json.MarshalIndent(vectors, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(vectorsDir, "vectors.json"), append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
