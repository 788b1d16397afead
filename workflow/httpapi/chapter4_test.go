package httpapi_test

import (
	"net/http"
	"slices"
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

// What a superior organ ordered waits for that organ's acceptance, and nobody
// else of it (Art 38).
func TestASupervisorSeesTheAcceptancesThatWait(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "judge_rectification"))
	by := sample.Actor("d713", workflow.RoleSupervisor)
	waits := func(by decision.Actor) bool {
		list := decode[struct{ Items []httpapi.Task }](t, h.do(call{method: "GET", path: "/tasks", actor: by}))
		return slices.ContainsFunc(list.Items, func(t httpapi.Task) bool { return t.Decision == id && t.Act == "judge_rectification" })
	}
	if !waits(by) {
		t.Error("the acceptance does not wait for the supervisor")
	}
	by.Supervises = []string{"另一县人民政府"}
	if waits(by) {
		t.Error("it waits for the supervisor of another organ")
	}
}
