package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// Files go up and come down by the digests of either suite, an act names them,
// and what was erased under one does not come back under the other.
func TestMaterialsUnderSM3(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "record_investigation"))
	unit := sample.Actor("d713", workflow.RoleUndertakingUnit)
	materials := "/decisions/" + id + "/materials"
	upload := func(query string) history.Digest {
		t.Helper()
		w := h.want(t, http.StatusCreated, call{method: "POST", path: materials + "?" + query, actor: unit, body: "调研", header: map[string]string{"Content-Type": "text/plain"}})
		return decode[httpapi.HeldMaterial](t, w).Digest
	}
	before := upload("name=a")
	h.svc.Suite = gm.SM3()
	after := upload("name=a")
	restricted := upload(url.Values{"name": {"a"}, "restricted": {"true"}, "class": {"personal"}, "ground": {ground}}.Encode())
	if after != gm.SM3().Material([]byte("调研")) || restricted.Algorithm() != "hmac-sm3" || before.Algorithm() != "sha256" {
		t.Fatalf("%s, %s, %s", before, after, restricted)
	}
	for _, digest := range []history.Digest{before, after, restricted} {
		if w := h.want(t, http.StatusOK, call{method: "GET", path: materials + "/" + string(digest), actor: unit}); w.Body.String() != "调研" {
			t.Errorf("%s: %s", digest, w.Body)
		}
	}
	h.want(t, http.StatusNotFound, call{method: "GET", path: materials + "/sm3:" + strings.Repeat("0", 64), actor: unit})
	act := func(actor decision.Actor, a decision.Act) {
		t.Helper()
		h.want(t, http.StatusOK, call{
			method: "POST", path: "/decisions/" + id + "/acts/" + string(a.Kind()), actor: actor,
			body: map[string]any{"act": a}, header: map[string]string{"If-Match": "*"},
		})
	}
	for _, digest := range []history.Digest{after, restricted} {
		act(unit, decision.RecordInvestigation{Unit: sample.LeadUnit, Summary: "走访", Report: decision.Material{Digest: string(digest), Title: "调研报告"}})
	}
	office := sample.Actor("d713", workflow.RoleGovOffice)
	act(office, decision.EraseData{Class: decision.ClassPersonal, Ground: ground, DecidedBy: "办公室主任", Materials: []string{string(before)}})
	h.want(t, http.StatusGone, call{method: "POST", path: materials + "?name=a", actor: unit, body: "调研"})
}
