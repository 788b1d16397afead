package dossier_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// seqOf is the first entry of a kind.
func (in *installation) seqOf(t testing.TB, id string, kind decision.Kind) int64 {
	t.Helper()
	records, err := in.svc.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		e, err := history.Parse(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == string(kind) {
			return e.Seq
		}
	}
	t.Fatalf("no %s", kind)
	return 0
}

func (in *installation) receipt(t testing.TB, id string, words dossier.Words) []byte {
	t.Helper()
	r, err := dossier.IssueReceipt(t.Context(), in.source(), id, words)
	if err != nil {
		t.Fatal(err)
	}
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAReceiptShowsTheWordsAndWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Walk("d713"))
	opinions, err := in.svc.Register.Opinions(t.Context(), id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		words dossier.Words
		kinds []decision.Kind
	}{
		"a dissenter":              {dossier.Words{Seq: in.seqOf(t, id, "record_statement")}, []decision.Kind{"record_statement", "open_meeting", "submit_draft"}},
		"counsel":                  {dossier.Words{Seq: in.seqOf(t, id, "file_counsel_opinion")}, []decision.Kind{"file_counsel_opinion", "submit_for_review", "submit_draft"}},
		"a reviewer":               {dossier.Words{Seq: in.seqOf(t, id, "issue_legality_opinion")}, []decision.Kind{"issue_legality_opinion", "submit_for_review", "submit_draft"}},
		"a commenter, by position": {dossier.Words{Position: 1}, []decision.Kind{"commit_opinions", "open_comment", "submit_draft"}},
		"a commenter, by digest":   {dossier.Words{Digest: opinions[1].Digest}, []decision.Kind{"commit_opinions", "open_comment", "submit_draft"}},
		"feedback":                 {dossier.Words{Position: 3}, []decision.Kind{"commit_opinions", "publish"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := in.receipt(t, id, c.words)
			report := dossier.VerifyReceipt(data, in.options())
			if report.Verdict != dossier.Sound || !report.KeyTrusted {
				t.Fatalf("%s: %+v", report.Verdict, report.Failure)
			}
			var kinds []decision.Kind
			for _, e := range report.Entries {
				kinds = append(kinds, e.Kind)
				if e.Kind == "submit_draft" && (e.Text == "" || e.Draft == 0) {
					t.Errorf("the draft is not named: %+v", e)
				}
			}
			if got, want := join(kinds), join(c.kinds); got != want {
				t.Errorf("entries %s, want %s", got, want)
			}
			if (c.words.Seq == 0) != (report.Opinion != nil) {
				t.Errorf("opinion %+v", report.Opinion)
			}
			for _, lang := range []string{"zh", "en"} {
				if !strings.Contains(report.Text(lang), string(report.Entries[0].Digest)) {
					t.Errorf("%s: the digest is not told", lang)
				}
			}
			everyChange(t, data, in.options())
		})
	}
}

func join(kinds []decision.Kind) string {
	var b strings.Builder
	for _, k := range kinds {
		b.WriteString(string(k) + " ")
	}
	return b.String()
}

// everyChange flips one bit of every seventh byte: no such file is sound.
func everyChange(t *testing.T, data []byte, o dossier.Options) {
	t.Helper()
	for i := 0; i < len(data); i += 7 {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if r := dossier.VerifyReceipt(bad, o); r.Verdict == dossier.Sound {
			t.Fatalf("byte %d (%q of %q) was changed, and it is sound", i, data[i], data[max(0, i-10):min(len(data), i+10)])
		}
	}
}

func TestAReceiptIsNotForSomethingElse(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Walk("d713"))
	other := in.perform(t, sample.Before("d713", "publish"))
	change := func(words dossier.Words, fn func(*dossier.Receipt)) []byte {
		var r dossier.Receipt
		if err := json.Unmarshal(in.receipt(t, id, words), &r); err != nil {
			t.Fatal(err)
		}
		fn(&r)
		data, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var foreign dossier.Receipt
	if err := json.Unmarshal(in.receipt(t, other, dossier.Words{Position: 1}), &foreign); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"an opinion of another case":  {change(dossier.Words{Position: 1}, func(r *dossier.Receipt) { r.Opinion = foreign.Opinion }), "opinion"},
		"an opinion at another place": {change(dossier.Words{Position: 1}, func(r *dossier.Receipt) { r.Opinion.Position = 2 }), "opinion"},
		"an entry of another case":    {change(dossier.Words{Seq: 1}, func(r *dossier.Receipt) { r.Entries[0] = foreign.Entries[0] }), "chain"},
		"another position":            {change(dossier.Words{Seq: 1}, func(r *dossier.Receipt) { r.Entries[0].Position++ }), "log"},
		"no entry":                    {change(dossier.Words{Seq: 1}, func(r *dossier.Receipt) { r.Entries = nil }), "empty"},
		"no receipt":                  {[]byte("{}"), "format"},
	} {
		r := dossier.VerifyReceipt(c.data, in.options())
		if r.Verdict == dossier.Sound || r.Failure.Code != c.code {
			t.Errorf("%s: %s %+v, want %s", name, r.Verdict, r.Failure, c.code)
		}
	}
	o := in.options()
	o.Trust.Keys = []string{newKey(t).VKey()}
	if r := dossier.VerifyReceipt(in.receipt(t, id, dossier.Words{Seq: 1}), o); r.Verdict == dossier.Sound {
		t.Error("a key that nobody knows was trusted")
	}
}

func TestNoReceiptForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Before("d713", "publish"))
	for name, c := range map[string]struct {
		words dossier.Words
		want  error
	}{
		"no such entry":   {dossier.Words{Seq: 1000}, workflow.ErrNotFound},
		"no such opinion": {dossier.Words{Position: 1000}, workflow.ErrNotFound},
		"no such digest":  {dossier.Words{Digest: history.OpinionDigest(nil)}, workflow.ErrNotFound},
		"nothing named":   {dossier.Words{}, workflow.ErrNotFound},
	} {
		if _, err := dossier.IssueReceipt(t.Context(), in.source(), id, c.words); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	unsealed, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", "submit_draft"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dossier.IssueReceipt(t.Context(), in.source(), unsealed, dossier.Words{Seq: 1}); !errors.Is(err, dossier.ErrUnsealed) {
		t.Errorf("before it is sealed: %v", err)
	}
}
