package httpapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
)

// limited returns an identity that reaches only the cases named.
func limited(a decision.Actor, cases ...string) decision.Actor {
	a.Cases = cases
	return a
}

// An identity may be limited to named cases. Whatever operation reads a case
// says of every other that there is none, and those to come are held to it.
func TestACaseOutOfReachIsNotThere(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	sealer, _ := h.sealer()
	id, _ := h.walk("d713", sample.Walk("d713"))
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	register := decode[struct{ Items []httpapi.RegisteredOpinion }](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/opinions", actor: auditor})).Items
	fill := map[string]*strings.Replacer{
		"/decisions/{id}/receipts/{digest}": strings.NewReplacer("{id}", id, "{digest}", string(register[0].Digest)),
		"":                                  strings.NewReplacer("{id}", id, "{digest}", sample.Named("调研报告").Digest, "{position}", "1", "{seq}", "1", "{draft}", "2"),
	}
	asked := 0
	for path, item := range h.api.OpenAPI().Paths {
		if item.Get == nil || !strings.Contains(path, "{id}") {
			continue
		}
		filled := fill[path]
		if filled == nil {
			filled = fill[""]
		}
		asked++
		get := func(by decision.Actor) int {
			return h.do(call{method: "GET", path: filled.Replace(path), actor: by}).Code
		}
		if code := get(limited(auditor, "another", id)); code == http.StatusNotFound || code == http.StatusForbidden {
			t.Errorf("%s, within reach: %d", path, code)
		}
		if code := get(limited(auditor, "another")); code != http.StatusNotFound {
			t.Errorf("%s, out of reach: %d", path, code)
		}
	}
	if asked < 12 {
		t.Errorf("%d operations read a case", asked)
	}
}

// Lists, tasks, the roster and statistics hold only what is within reach.
func TestListsKeepWithinReach(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		mine, _ := h.walk("d713", sample.Before("d713", "file_counsel_opinion"))
		h.walk("d713", sample.Before("d713", "file_counsel_opinion"))
		counsel := sample.Actor("d713", workflow.RoleLegalAdviser)
		get := func(path string, by decision.Actor) call { return call{method: "GET", path: path, actor: by} }
		for name, by := range map[string]struct {
			actor decision.Actor
			want  int
		}{
			"not limited":          {counsel, 2},
			"to one":               {limited(counsel, mine), 1},
			"to one and to none":   {limited(counsel, "none", mine), 1},
			"to none that exists":  {limited(counsel, "none"), 0},
			"an auditor of one":    {limited(sample.Actor("d713", workflow.RoleAuditor), mine), 1},
			"an auditor, of none":  {limited(sample.Actor("d713", workflow.RoleAuditor), "none"), 0},
			"an auditor, no limit": {sample.Actor("d713", workflow.RoleAuditor), 2},
		} {
			cases := decode[struct{ Items []httpapi.Summary }](t, h.want(t, http.StatusOK, get("/decisions", by.actor))).Items
			tasks := decode[struct{ Items []httpapi.Task }](t, h.want(t, http.StatusOK, get("/tasks", by.actor))).Items
			roster := decode[struct{ Items []workflow.Engagement }](t, h.want(t, http.StatusOK, get("/roster?on=2026-05-07", by.actor))).Items
			counted := decode[statistics.Report](t, h.want(t, http.StatusOK, get("/statistics", by.actor))).Cases.Counted
			if by.actor.Roles[0] == workflow.RoleAuditor {
				tasks = make([]httpapi.Task, by.want) // nothing waits for an auditor
			}
			if len(cases) != by.want || len(tasks) != by.want || len(roster) != by.want || counted != int64(by.want) {
				t.Errorf("%s: %d cases, %d tasks, %d of counsel, %d counted, want %d", name, len(cases), len(tasks), len(roster), counted, by.want)
			}
		}
	})
}

// Nothing is done, proposed, uploaded or said in a case out of reach.
func TestNothingIsDoneOutOfReach(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version, act := h.reach(t, "announce_hearing") // the comment period is open
	by := limited(act.actor, "another")
	public := limited(sample.Actor("d713", workflow.RolePublic), "another")
	opinion := map[string]any{"opinions": []decision.Opinion{{Activity: "c1", Channel: "letter", Verification: "anonymous", Text: "意见"}}}
	acting := act
	acting.actor = by
	for name, c := range map[string]struct {
		call call
		code string
	}{
		"acts":                {acting, "not_found"},
		"proposes":            {call{method: "POST", path: "/decisions", actor: by, body: map[string]any{"pack": "d713", "act": sample.Walk("d713")[0].Act}}, "not_permitted"},
		"enters opinions":     {call{method: "POST", path: "/decisions/" + id + "/opinions", actor: by, body: opinion}, "not_found"},
		"comments, in public": {call{method: "POST", path: "/decisions/" + id + "/opinions", actor: public, body: opinion}, "not_found"},
		"commits opinions":    {call{method: "POST", path: "/decisions/" + id + "/opinions/commit", actor: by}, "not_found"},
		"uploads":             {call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: by, body: "x"}, "not_found"},
	} {
		if w := h.do(c.call); decode[httpapi.Problem](t, w).Code != c.code {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version {
		t.Errorf("%d entries, want %d: %v", len(records), version, err)
	}
	acting.actor = limited(act.actor, id)
	h.want(t, http.StatusOK, acting)
}

// A host may know who calls and refuse what he asks to be.
func TestAHostMayRefuseWhomItKnows(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	for said, status := range map[error]int{
		fmt.Errorf("no delegation: %w", httpapi.ErrNotPermitted): http.StatusForbidden,
		errors.New("no token"): http.StatusUnauthorized,
	} {
		mux := http.NewServeMux()
		err := httpapi.Register(humago.New(mux, httpapi.Config("test")), h.svc, httpapi.Options{
			Identify: func(huma.Context) (decision.Actor, error) { return decision.Actor{}, said },
		})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/acts", http.NoBody))
		p := decode[httpapi.Problem](t, w)
		if w.Code != status || p.Status != status || strings.Contains(w.Body.String(), "delegation") || (w.Header().Get("WWW-Authenticate") == "") != (status == http.StatusForbidden) {
			t.Errorf("%v: %d %s", said, w.Code, w.Body)
		}
	}
}
