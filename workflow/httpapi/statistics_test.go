package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
)

func TestStatisticsOverHTTP(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		h.walk("d713", sample.Walk("d713"))
		h.walk("d713", sample.Before("d713", "initiate"))
		office := sample.Actor("d713", workflow.RoleGovOffice)
		w := h.want(t, http.StatusOK, call{method: "GET", path: "/statistics", actor: office})
		r := decode[statistics.Report](t, w)
		// The year to the day of the clock.
		if r.Period != (statistics.Period{From: calendar.MustParseDate("2026-01-01"), To: r.AsOf}) || r.AsOf != calendar.MustParseDate("2026-06-29") {
			t.Errorf("%+v as of %s", r.Period, r.AsOf)
		}
		if r.Cases.Counted != 2 || r.Cases.Proposed != 2 || r.Cases.Initiated != 1 || r.Cases.Procedures != 1 || r.Cases.Decided != 1 || r.Cases.Published != 1 || r.Cases.Unreadable != 0 {
			t.Errorf("%+v", r.Cases)
		}
		if r.Closure.Together.OnTimeRate != (statistics.Rate{Count: 4, Of: 4}) || r.Closure.Tasks.DueToClose != 2 || r.Closure.Rectifications.Filed != 2 || r.Closure.UnitCount != 2 {
			t.Errorf("%+v", r.Closure)
		}
		if !strings.Contains(w.Body.String(), `"on_time_rate":{"count":4,"of":4,"hundredths":10000,"text":"100.00%"}`) {
			t.Errorf("%s", w.Body)
		}
		w = h.want(t, http.StatusOK, call{method: "GET", path: "/statistics?from=2027-01-01&to=2027-12-31", actor: office})
		if !strings.Contains(w.Body.String(), `"on_time_rate":{"count":0,"of":0,"hundredths":null,"text":"—"}`) {
			t.Errorf("nothing is due in 2027: %s", w.Body)
		}
		for _, query := range []string{"from=2026-02-30", "from=x", "from=2026-06-02&to=2026-06-01", "organ=%00"} {
			w := h.want(t, http.StatusUnprocessableEntity, call{method: "GET", path: "/statistics?" + query, actor: office})
			if p := decode[httpapi.Problem](t, w); p.Code != "invalid_request" {
				t.Errorf("%s: %s", query, w.Body)
			}
		}
		if h.log.Len() > 0 {
			t.Errorf("logged: %s", h.log)
		}
	})
}

func TestWhoMayReadStatistics(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	h.walk("d713", sample.Walk("d713")[:1])
	const own, foreign = "县人民政府", "邻县人民政府"
	as := func(organ string, roles ...decision.Role) decision.Actor {
		return decision.Actor{ID: "身份甲", Organ: organ, Roles: roles}
	}
	for name, c := range map[string]struct {
		actor decision.Actor
		organ string
		want  int // status
		cases int64
	}{
		"an expert of the organ":      {as(own, workflow.RoleExpert), "", 200, 1},
		"the organ by its name":       {as(own, workflow.RoleGovOffice), own, 200, 1},
		"another organ's":             {as(own, workflow.RoleGovOffice), foreign, 403, 0},
		"another organ":               {as(foreign, workflow.RoleGovOffice), "", 200, 0},
		"no organ":                    {as("", workflow.RoleGovOffice), "", 403, 0},
		"the public":                  {as(own, workflow.RolePublic), "", 403, 0},
		"no role":                     {as(own), "", 403, 0},
		"an auditor of all":           {as("", workflow.RoleAuditor), "", 200, 1},
		"an auditor of one":           {as("", workflow.RoleAuditor), own, 200, 1},
		"a superior organ of one":     {sample.Actor("d713", workflow.RoleSupervisor), own, 200, 1},
		"a superior organ of another": {sample.Actor("d713", workflow.RoleSupervisor), foreign, 403, 0},
		"a superior organ of its own": {sample.Actor("d713", workflow.RoleSupervisor), "", 200, 0},
	} {
		w := h.do(call{method: "GET", path: "/statistics?organ=" + c.organ, actor: c.actor})
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, c.want, w.Body)
			continue
		}
		if c.want == http.StatusOK && decode[statistics.Report](t, w).Cases.Counted != c.cases {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

// failing is a store that fails over one case: as one whose history was
// changed, or as one that is out of order itself.
type failing struct {
	workflow.Store
	id   string
	fail error // nil: the entries are changed
}

func (f failing) Load(ctx context.Context, id string) ([]history.Record, error) {
	records, err := f.Store.Load(ctx, id)
	if id != f.id || err != nil {
		return records, err
	}
	if f.fail != nil {
		return nil, f.fail
	}
	records[0].Data = append([]byte(" "), records[0].Data...)
	return records, nil
}

// A history that does not hold is counted as what it is, and the others still
// are; a store that fails is an error.
func TestStatisticsSayWhatTheyLeaveOut(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	h.walk("d713", sample.Walk("d713")[:3])
	id, _ := h.walk("d713", sample.Walk("d713")[:3])
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	sound := h.svc.Store
	h.svc.Store = failing{Store: sound, id: id}
	r := decode[statistics.Report](t, h.want(t, http.StatusOK, call{method: "GET", path: "/statistics", actor: auditor}))
	if r.Cases.Counted != 1 || r.Cases.Unreadable != 1 || !strings.Contains(h.log.String(), id) {
		t.Errorf("%+v, logged: %s", r.Cases, h.log)
	}
	h.svc.Store = failing{Store: sound, id: id, fail: errors.New("pq: the disk is gone")}
	w := h.want(t, http.StatusInternalServerError, call{method: "GET", path: "/statistics", actor: auditor})
	if strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%s", w.Body)
	}
}

func TestNoMoreCasesAreReadThanAllowed(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	for range 3 {
		h.walk("d713", sample.Walk("d713")[:1])
	}
	for most, want := range map[int]int{2: http.StatusUnprocessableEntity, 3: http.StatusOK} {
		mux := http.NewServeMux()
		err := httpapi.Register(humago.NewWithPrefix(mux, "/v1", httpapi.Config("test")), h.svc, httpapi.Options{
			Identify: func(huma.Context) (decision.Actor, error) { return sample.Actor("d713", workflow.RoleGovOffice), nil },
			MaxCases: most,
		})
		if err != nil {
			t.Fatal(err)
		}
		small := *h
		small.handler = mux
		for _, path := range []string{"/statistics", "/roster"} {
			w := small.want(t, want, call{method: "GET", path: path})
			if p := decode[httpapi.Problem](t, w); want != http.StatusOK && p.Code != "too_many_cases" {
				t.Errorf("%s: %s", path, w.Body)
			}
		}
	}
}
