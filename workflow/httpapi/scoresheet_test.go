package httpapi_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/scoresheet"
)

func TestScoresheetsAreListed(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	actor := sample.Actor("d713", workflow.RolePublic) // a catalogue is for everybody
	list := decode[struct{ Items []httpapi.SheetName }](t, h.do(call{method: "GET", path: "/scoresheets", actor: actor}))
	i := slices.IndexFunc(list.Items, func(n httpapi.SheetName) bool { return n.Name == "d713" })
	if i < 0 || !list.Items[i].Default || list.Items[i].Title.Zh == "" || list.Items[i].Digest == "" {
		t.Fatalf("got %+v", list)
	}
	sheet := decode[scoresheet.Sheet](t, h.do(call{method: "GET", path: "/scoresheets/d713", actor: actor}))
	total := 0
	for _, item := range sheet.Items {
		total += item.Points
	}
	if total != 100 || sheet.Source.Zh == "" || sheet.Items[0].ID == "" || len(sheet.Items[0].Rules) == 0 {
		t.Errorf("%d points: %+v", total, sheet)
	}
	if w := h.do(call{method: "GET", path: "/scoresheets/d714", actor: actor}); w.Code != http.StatusNotFound || decode[httpapi.Problem](t, w).Code != "not_found" {
		t.Errorf("unknown: %d %s", w.Code, w.Body)
	}
}

// A form is filled in from the record, confirmed, and recorded at the version
// that was read.
func TestAFormIsFilledInAndRecorded(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	sheets, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	h.svc.Sheets = sheets
	id, _ := h.walk("d713", sample.Before("d713", "review_case_file"))
	path := "/decisions/" + id + "/scoresheet"
	reviewer := sample.Actor("d713", workflow.RoleLegalityReviewer)
	w := h.do(call{method: "GET", path: path, actor: reviewer})
	form := decode[scoresheet.Form](t, w)
	if w.Code != http.StatusOK || form.Sheet != "d713" || form.Lowest > form.Highest || form.Highest != 100 || len(form.Items) == 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	given := map[string]scoresheet.Score{"filing": {Points: 3, Reason: "走访记录没有编页码"}}
	for _, i := range form.Open() {
		given[i.ID] = scoresheet.Score{Points: i.Points}
	}
	review, err := form.Confirm(reviewer.ID, given, decision.SheetFinding{
		Item: "p1", Of: "filing", Finding: "没有编页码", Unit: sample.LeadUnit, Person: "承办单位经办人", Deadline: calendar.MustParseDate("2026-06-25"), Measure: "补编",
	})
	if err != nil {
		t.Fatal(err)
	}
	record := func(r decision.ReviewCaseFile) call {
		return call{
			method: "POST", path: "/decisions/" + id + "/acts/review_case_file", actor: reviewer,
			body: map[string]any{"act": r}, header: map[string]string{"If-Match": w.Header().Get("ETag")},
		}
	}
	foreign := review
	foreign.Sheet = "d714"
	if w := h.do(record(foreign)); w.Code != http.StatusUnprocessableEntity || decode[httpapi.Problem](t, w).Errors[0].Field != "act.sheet" {
		t.Errorf("an unknown sheet: %d %s", w.Code, w.Body)
	}
	if w := h.do(record(review)); w.Code != http.StatusCreated && w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := h.do(record(review)); w.Code != http.StatusPreconditionFailed {
		t.Errorf("at a version that has passed: %d %s", w.Code, w.Body)
	}

	for name, c := range map[string]struct {
		actor decision.Actor
		query string
		want  int
	}{
		"an auditor":       {sample.Actor("d713", workflow.RoleAuditor), "?sheet=d713", 200},
		"the public":       {sample.Actor("d713", workflow.RolePublic), "", 403},
		"another organ":    {decision.Actor{ID: "身份甲", Organ: "邻县人民政府", Roles: []decision.Role{workflow.RoleGovOffice}}, "", 404},
		"an unknown sheet": {reviewer, "?sheet=d714", 404},
	} {
		if w := h.do(call{method: "GET", path: path + c.query, actor: c.actor}); w.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, c.want, w.Body)
		}
	}
}
