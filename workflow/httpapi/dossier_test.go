package httpapi_test

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
)

func TestADossierOverHTTPIsVerifiedOffline(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	sealer, _ := h.sealer()
	id, _ := h.walk("d713", sample.Walk("d713"))
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	get := func(path string, by decision.Actor) (int, []byte, http.Header) {
		w := h.do(call{method: "GET", path: path, actor: by})
		return w.Code, w.Body.Bytes(), w.Header()
	}
	path := "/decisions/" + id + "/dossier"
	if code, body, _ := get(path, auditor); code != http.StatusNotFound && code != http.StatusConflict {
		t.Errorf("before the first sealing: %d %s", code, body)
	}
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	trust := history.Trust{Keys: []string{sealer.Signers[0].VKey()}}
	verify := func(data []byte) *dossier.Report {
		t.Helper()
		report, err := dossier.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), dossier.Options{Trust: trust})
		if err != nil {
			t.Fatal(err)
		}
		if report.Verdict != dossier.Sound {
			t.Fatalf("%s: %+v", report.Verdict, report.Failure)
		}
		return report
	}
	code, whole, header := get(path, auditor)
	if code != http.StatusOK || header.Get("Content-Type") != "application/zip" || header.Get("ETag") == "" || header.Get("Content-Length") != strconv.Itoa(len(whole)) || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", code, header)
	}
	if report := verify(whole); report.Withheld != (dossier.Counts{}) || !report.KeyTrusted {
		t.Errorf("to an auditor: %+v", report)
	}
	if _, again, same := get(path, auditor); !bytes.Equal(whole, again) || same.Get("ETag") != header.Get("ETag") {
		t.Error("not the same bytes again")
	}
	// Counsel may read the case, and does not learn who gave an opinion.
	_, given, _ := get(path, sample.Actor("d713", workflow.RoleLegalAdviser))
	if report := verify(given); report.Withheld.Opinions != report.Withheld.Opinions+report.Opinions.Of || report.Withheld.Opinions == 0 || bytes.Contains(given, []byte("安装期限太短")) {
		t.Errorf("to counsel: %+v", report)
	}
	if code, body, _ := get(path+"?withhold=deliberation", auditor); code != http.StatusUnprocessableEntity || !strings.Contains(string(body), "ground") {
		t.Errorf("withheld without a ground: %d %s", code, body)
	}
	_, redacted, _ := get(path+"?withhold=deliberation&ground=%E6%9D%A1%E4%BE%8B", auditor)
	if report := verify(redacted); report.Withheld.Entries == 0 {
		t.Errorf("withheld: %+v", report)
	}
	for name, by := range map[string]decision.Actor{
		"another organ": {ID: "甲", Organ: "邻县人民政府", Roles: []decision.Role{workflow.RoleGovOffice}},
		"the public":    sample.Actor("d713", workflow.RolePublic),
	} {
		if code, _, _ := get(path, by); code != http.StatusNotFound && code != http.StatusForbidden {
			t.Errorf("%s: %d", name, code)
		}
	}
}

func TestReceiptsOverHTTP(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	sealer, _ := h.sealer()
	id, _ := h.walk("d713", sample.Walk("d713"))
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := dossier.Options{Trust: history.Trust{Keys: []string{sealer.Signers[0].VKey()}}}
	opinions, err := h.svc.Register.Opinions(t.Context(), id, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	public, foreign := sample.Actor("d713", workflow.RolePublic), decision.Actor{ID: "甲", Organ: "邻县人民政府", Roles: []decision.Role{workflow.RoleLegalAdviser}}
	for name, c := range map[string]struct {
		path string
		by   decision.Actor
		want int
	}{
		"counsel":              {"/history/45/receipt", sample.Actor("d713", workflow.RoleLegalAdviser), 200},
		"counsel elsewhere":    {"/history/45/receipt", foreign, 404},
		"the public":           {"/history/45/receipt", public, 403},
		"no such entry":        {"/history/4500/receipt", sample.Actor("d713", workflow.RoleLegalAdviser), 404},
		"a commenter":          {"/receipts/" + string(opinions[0].Digest), public, 200},
		"who guesses a digest": {"/receipts/" + string(history.OpinionDigest(nil)), public, 404},
		"no digest":            {"/receipts/1", public, 422},
	} {
		w := h.do(call{method: "GET", path: "/decisions/" + id + c.path, actor: c.by})
		if w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
			continue
		}
		if c.want == http.StatusOK {
			if r := dossier.VerifyReceipt(w.Body.Bytes(), o); r.Verdict != dossier.Sound || !r.KeyTrusted {
				t.Errorf("%s: %+v", name, r.Failure)
			}
		}
	}
}
