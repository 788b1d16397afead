package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"github.com/juece/juece/workflow/workflowtest"
)

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func materialOf(content string) history.Digest { return history.MaterialDigest([]byte(content)) }

// A host has types of its own, by the names that ours have.
type (
	// Opinion is the host's.
	Opinion struct {
		Stars int `json:"stars" minimum:"1"`
	}
	// Problem is the host's.
	Problem struct {
		Opinion Opinion `json:"opinion"`
	}
	// Material is the host's.
	Material struct {
		Weight int `json:"weight"`
	}
)

type hostInput struct{ Body Problem }

type hostOutput struct{ Body Material }

// host is a service with an API of its own, as huma's default configuration
// makes it, on which the procedure is mounted in a group.
func host(t *testing.T) (huma.API, http.Handler) {
	t.Helper()
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("host", "1"))
	theirs := func(context.Context, *hostInput) (*hostOutput, error) { return &hostOutput{}, nil }
	huma.Register(api, huma.Operation{OperationID: "theirs-before", Method: "POST", Path: "/before"}, theirs)
	svc := workflowtest.Service(t, openSQLite(t), sample.NewClock(calendar.MustParseDate("2026-03-02")))
	auditor := func(huma.Context) (decision.Actor, error) { return sample.Actor("d713", workflow.RoleAuditor), nil }
	if err := httpapi.Register(huma.NewGroup(api, "/decide/v2"), svc, httpapi.Options{Identify: auditor}); err != nil {
		t.Fatal(err)
	}
	huma.Register(api, huma.Operation{OperationID: "theirs-after", Method: "POST", Path: "/after"}, theirs)
	return api, mux
}

func TestItMountsOnAHostThatHasTypesOfTheSameNames(t *testing.T) {
	t.Parallel()
	api, handler := host(t)
	get := func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		handler.ServeHTTP(w, r)
		return w
	}
	ours := get("GET", "/decide/v2/acts", "")
	if ours.Code != http.StatusOK || strings.Contains(ours.Body.String(), "$schema") || ours.Header().Get("Link") != "" {
		t.Errorf("ours: %d %v %.80s", ours.Code, ours.Header(), ours.Body)
	}
	for _, path := range []string{"/decide/v2/decisions?limit=410102", "/decide/v2/decisions/none"} {
		p := decode[httpapi.Problem](t, get("GET", path, ""))
		if p.Code == "" || !strings.HasPrefix(p.Type, "/problems/") {
			t.Errorf("%s: %+v", path, p)
		}
	}
	// The host's own answers stay as they were.
	for _, path := range []string{"/before", "/after"} {
		if w := get("POST", path, `{"opinion":{"stars":3}}`); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "$schema") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if w := get("POST", path, `{"opinion":{"stars":0}}`); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), `"code"`) || !strings.Contains(w.Body.String(), `"value"`) {
			t.Errorf("%s: the host's error was changed: %d %s", path, w.Code, w.Body)
		}
	}
	schemas := api.OpenAPI().Components.Schemas.Map()
	if schemas["Opinion"].Properties["stars"] == nil || schemas["JueceOpinion"].Properties["text"] == nil {
		t.Error("schemas of one name got mixed up")
	}
	act := api.OpenAPI().Paths["/decide/v2/decisions/{id}/acts/open_comment"].Post.RequestBody.Content["application/json"].Schema
	if act.Properties["act"] == nil {
		t.Error("in a group, the body of an act is not described")
	}
	checkDocument(t, api)
}

// checkDocument writes a document out, in both versions, and follows every
// reference in it.
func checkDocument(t *testing.T, api huma.API) {
	t.Helper()
	current, err := json.Marshal(api.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := api.OpenAPI().Downgrade()
	if err != nil {
		t.Fatal(err)
	}
	for version, text := range map[string][]byte{"3.1.0": current, "3.0.3": earlier} {
		var document map[string]any
		if err := json.Unmarshal(text, &document); err != nil || document["openapi"] != version {
			t.Fatalf("%s: %v, %v", version, document["openapi"], err)
		}
		follow(t, document, document)
	}
}

func follow(t *testing.T, document map[string]any, at any) {
	t.Helper()
	switch v := at.(type) {
	case []any:
		for _, e := range v {
			follow(t, document, e)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			var to any = document
			for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				within, _ := to.(map[string]any)
				to = within[part]
			}
			if to == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, e := range v {
			follow(t, document, e)
		}
	}
}

func TestARegistrationThatClashesIsAnError(t *testing.T) {
	t.Parallel()
	svc := workflowtest.Service(t, openSQLite(t), sample.NewClock(calendar.MustParseDate("2026-03-02")))
	opts := httpapi.Options{Identify: func(huma.Context) (decision.Actor, error) { return decision.Actor{}, nil }}
	api := humago.New(http.NewServeMux(), httpapi.Config("test"))
	if err := httpapi.Register(api, svc, opts); err != nil {
		t.Fatal(err)
	}
	if err := httpapi.Register(api, svc, opts); err == nil {
		t.Error("registered twice on the same paths")
	}
	if err := httpapi.Register(nil, svc, opts); err == nil {
		t.Error("registered on no API")
	}
	if err := httpapi.Register(api, svc, httpapi.Options{}); err == nil {
		t.Error("registered without identities")
	}
}
