package dossier_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// For whom somebody acted, and by which document, stands in the entry and on
// the page; both verifiers read it.
func TestADossierTellsByWhatAuthority(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs node")
	}
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	steps := sample.Before("d713", "submit_draft")
	steps[1].Actor.OnBehalfOf, steps[1].Actor.Authority = "县政府办公室主任", "县政办〔2026〕5号"
	data := in.export(t, dossier.Request{Decision: in.perform(t, steps)})
	report := verify(t, data, in.options())
	if report.Verdict != dossier.Sound {
		t.Fatalf("%+v", report.Failure)
	}
	agree(t, "delegated", report, second(t, in.options().Trust.Keys, data)[0])
	u := unpack(t, data)
	if entries := string(bytes.Join(u.entries(), nil)); !strings.Contains(entries, `"on_behalf_of":"县政府办公室主任","authority":"县政办〔2026〕5号"`) {
		t.Error("the entry does not tell")
	}
	if page := string(u.files["案卷.html"]); !strings.Contains(page, "（依县政办〔2026〕5号，代县政府办公室主任）") {
		t.Error("the page does not tell")
	}
}
