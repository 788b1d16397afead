package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// What waits in the register is missing at the end of the execution (Art 35
// ¶2), and shown to whoever may commit to it.
func TestWhatWaitsInTheRegisterIsMissing(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "complete_execution"))
	opinion := decision.Opinion{Activity: workflow.Feedback, Channel: "web", Verification: "anonymous", Text: "反对"}
	h.want(t, http.StatusAccepted, call{
		method: "POST", path: "/decisions/" + id + "/opinions", actor: sample.Actor("d713", workflow.RolePublic),
		body: map[string]any{"opinions": []decision.Opinion{opinion}},
	})
	got := decode[httpapi.Missing](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/missing", actor: sample.Actor("d713", workflow.RoleAuditor)}))
	shown := map[decision.Role]bool{}
	for _, g := range got.Groups {
		for _, f := range g.Findings {
			shown[g.Role] = shown[g.Role] || f.Rule == "R35.2"
		}
	}
	if got.Gate != "complete_execution" || !shown[workflow.RoleGovOffice] || !shown[workflow.RoleExecutingUnit] {
		t.Errorf("%+v", got)
	}
}
