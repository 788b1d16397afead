package httpapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/plan"
	"github.com/juece/juece/workflow/sample"
)

// The plan goes on from where the case stands, for those who may read it.
func TestThePlanOverHTTP(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, _ := h.reach(t, "announce_hearing") // the comment round is open until 16 April
	clerk := sample.Actor("d713", workflow.RoleUndertakingUnit)
	ask := func(path string) call { return call{method: "GET", path: "/decisions/" + id + path, actor: clerk} }
	p := decode[plan.Plan](t, h.do(ask("/plan?start=2026-03-18")))
	i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Act == "close_comment" })
	if !p.Feasible || i < 0 || p.Steps[i].Earliest != calendar.MustParseDate("2026-04-17") || len(p.Assumed) == 0 || len(p.Binding) != 2 {
		t.Errorf("%+v", p)
	}
	if slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Act == "open_comment" }) {
		t.Error("it plans what was done")
	}
	late := decode[plan.Plan](t, h.do(ask("/plan?start=2026-03-18&meeting=2026-04-20&hearing=true&without=risk_assessment")))
	if late.Feasible || late.Decision != p.Decision || slices.ContainsFunc(late.Steps, func(s plan.Step) bool { return s.Act == "file_risk_assessment" }) {
		t.Errorf("a meeting that is too early: %+v", late)
	}
	picture := h.do(ask("/plan.svg?start=2026-03-18"))
	if picture.Code != 200 || picture.Header().Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(picture.Body.String(), "<svg ") {
		t.Errorf("%d %s", picture.Code, picture.Header().Get("Content-Type"))
	}
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"/plan?meeting=tomorrow":            {422, "invalid_request"},
		"/plan?start=2026-02-30":            {422, "invalid_request"},
		"/plan?with=vote":                   {422, "invalid_request"},
		"/plan?meeting=2096-01-01":          {422, "invalid_request"},
		"/plan.svg?without=legality_review": {422, "invalid_request"},
	} {
		w := h.do(ask(path))
		if problem := decode[httpapi.Problem](t, w); w.Code != want.status || problem.Code != want.code {
			t.Errorf("%s: %d %s", path, w.Code, problem.Code)
		}
	}
	other := clerk
	other.Organ = "邻县人民政府"
	if w := h.do(call{method: "GET", path: "/decisions/" + id + "/plan", actor: other}); w.Code != 404 {
		t.Errorf("another organ: %d", w.Code)
	}
}

// With the next gate stands all that publication lacks, in groups with their
// earliest days.
func TestMissingUpToPublicationOverHTTP(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, act := h.reach(t, "announce_hearing")
	m := decode[httpapi.Missing](t, h.do(call{method: "GET", path: "/decisions/" + id + "/missing", actor: act.actor}))
	waits := slices.IndexFunc(m.Groups, func(g workflow.Group) bool { return g.Role == "" })
	day := calendar.MustParseDate("2026-04-17")
	if m.Gate != "submit_for_review" || waits < 0 || m.Groups[waits].Earliest != day || m.Earliest != day {
		t.Errorf("%+v", m)
	}
	if m.Publication == nil || m.Publication.Gate != "publish" {
		t.Fatalf("%+v", m.Publication)
	}
	gates := map[string]bool{}
	for _, g := range m.Publication.Groups {
		for _, f := range g.Findings {
			gates[string(f.Gate)] = true
		}
	}
	for _, gate := range []string{"submit_for_review", "issue_legality_opinion", "place_on_agenda", "publish"} {
		if !gates[gate] {
			t.Errorf("nothing of %s in %v", gate, gates)
		}
	}
	one := decode[httpapi.Missing](t, h.do(call{method: "GET", path: "/decisions/" + id + "/missing?gate=close_comment", actor: act.actor}))
	if one.Gate != "close_comment" || one.Publication != nil || len(one.Groups) != 1 {
		t.Errorf("%+v", one)
	}
}
