package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// A host is told of every answer, of one that was turned away too, and can make
// an actor wait.
func TestAHostObservesAndLimits(t *testing.T) {
	t.Parallel()
	var seen []httpapi.Observation
	wait := time.Duration(0)
	mux := http.NewServeMux()
	err := httpapi.Register(humago.NewWithPrefix(mux, "/v1", httpapi.Config("test")), workflowtest.Service(t, openSQLite(t), sample.NewClock(calendar.MustParseDate("2026-03-01"))), httpapi.Options{
		Identify: func(ctx huma.Context) (decision.Actor, error) {
			return sample.Actor("d713", decision.Role(ctx.Header("X-Role"))), nil
		},
		Limit:   func(huma.Context, decision.Actor) time.Duration { return wait },
		Observe: func(_ context.Context, o httpapi.Observation) { seen = append(seen, o) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string, role decision.Role) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(httpapi.WithInstance(t.Context(), "urn:x:1"), http.MethodGet, "/v1"+path, http.NoBody)
		r.Header.Set("X-Role", string(role))
		mux.ServeHTTP(w, r)
		return w
	}
	ask("/tasks", workflow.RoleAuditor)
	if p := decode[httpapi.Problem](t, ask("/decisions/a-1", workflow.RoleAuditor)); p.Instance != "urn:x:1" {
		t.Errorf("%+v", p)
	}
	ask("/decisions/"+"%3Cb%3E", workflow.RoleAuditor)
	ask("/tasks", workflow.RolePublic)
	wait = 1500 * time.Millisecond
	w := ask("/tasks", workflow.RoleAuditor)
	if p := decode[httpapi.Problem](t, w); p.Code != "too_many_requests" || p.Instance != "urn:x:1" || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%v %+v", w.Header(), p)
	}
	want := []httpapi.Observation{
		{Operation: "list-tasks", Status: 200},
		{Operation: "get-decision", Decision: "a-1", Status: 404, Code: "not_found"},
		{Operation: "get-decision", Status: 422, Code: "invalid_request"},
		{Operation: "list-tasks", Status: 403, Code: "not_permitted"},
		{Operation: "list-tasks", Status: 429, Code: "too_many_requests"},
	}
	for i, o := range seen {
		if o.Duration <= 0 {
			t.Errorf("%+v took no time", o)
		}
		if o.Duration = 0; i >= len(want) || o != want[i] {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d observations", len(seen))
	}
}
