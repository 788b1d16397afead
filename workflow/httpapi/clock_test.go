package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// A task says how many working days are left, by the calendar of the case, and
// how many have passed.
func TestATaskHasAClock(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "issue_legality_opinion")) // it is asked for by 11 May 2026
	due := func(day string) (found httpapi.Task) {
		t.Helper()
		h.clock.Set(calendar.MustParseDate(day))
		for _, task := range decode[struct{ Items []httpapi.Task }](t, h.want(t, http.StatusOK, call{method: "GET", path: "/tasks", actor: sample.Actor("d713", workflow.RoleLegalityReviewer)})).Items {
			if task.Title == "" || (task.WorkingDays == nil) != task.Due.IsZero() || (task.Days == nil) != task.Due.IsZero() {
				t.Errorf("%+v", task)
			}
			if task.Decision == id && !task.Due.IsZero() {
				found = task
			}
		}
		return found
	}
	// From 7 May to 11 May 2026: the 8th, the 9th, which is worked for a day of the
	// holiday before, and the 11th; 10 May is a Sunday.
	if now := due("2026-05-07"); now.Due.String() != "2026-05-11" || *now.WorkingDays != 3 || *now.Days != 4 || now.Provisional {
		t.Errorf("%+v: %d working days, %d days", now, *now.WorkingDays, *now.Days)
	}
	late := due("2026-05-25")
	if *late.WorkingDays != -10 || *late.Days != -14 {
		t.Errorf("overdue: %d working days, %d days", *late.WorkingDays, *late.Days)
	}
	if away := due("2031-06-18"); !away.Provisional || *away.Days > -1000 {
		t.Errorf("five years on: %+v", away)
	}
}
