package httpapi_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
)

// Every operation says what it is, by which article, and who may call it.
func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	checkDocument(t, h.api)
	count := 0
	for path, item := range h.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			count++
			roles, _ := op.Extensions["x-roles"].([]decision.Role)
			if op.Summary == "" || op.Description == "" || len(op.Tags) == 0 || len(op.Security) == 0 || len(roles) == 0 {
				t.Errorf("%s %s: %q %q %v %v %v", op.Method, path, op.Summary, op.Description, op.Tags, op.Security, roles)
			}
			for _, status := range []string{"401", "403", "422", "429", "500", "503"} {
				if r := op.Responses[status]; r == nil || !strings.HasPrefix(r.Ref, "#/components/responses/") {
					t.Errorf("%s %s: %s is not declared", op.Method, path, status)
				}
			}
		}
	}
	if want := len(decision.Catalogue()) + 32; count != want {
		t.Errorf("%d operations, want %d", count, want)
	}
}

// Every tag that an operation bears is described, and used.
func TestEveryTagIsDescribed(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	used := map[string]bool{}
	for _, item := range h.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				for _, tag := range op.Tags {
					used[tag] = true
				}
			}
		}
	}
	for _, tag := range h.api.OpenAPI().Tags {
		if tag.Description == "" || !used[tag.Name] {
			t.Errorf("%s: %q, used: %t", tag.Name, tag.Description, used[tag.Name])
		}
		delete(used, tag.Name)
	}
	if len(used) > 0 {
		t.Errorf("not described: %v", used)
	}
}

var article = regexp.MustCompile(`(D713 Arts?|Article) \d`)

// Every body has an example, but for a file that nobody reads as text; and
// every operation names its article.
func TestEveryBodyHasAnExample(t *testing.T) {
	t.Parallel()
	paths, _ := documented(t).at("/paths")
	for path, item := range paths {
		for method, operation := range item.(map[string]any) {
			op := operation.(map[string]any)
			name, said := op["operationId"].(string), op["description"].(string)
			if !article.MatchString(said) {
				t.Errorf("%s names no article: %q", name, said)
			}
			bodies := map[string]any{"request": op["requestBody"]}
			for status := range op["responses"].(map[string]any) {
				bodies[status], _ = documented(t).at(pointer("paths", path, method, "responses", status))
			}
			for which, body := range bodies {
				b, _ := body.(map[string]any)
				content, _ := b["content"].(map[string]any)
				for media, c := range content {
					if shown := c.(map[string]any); shown["example"] == nil && shown["examples"] == nil && media != "application/zip" && (which == "request" || !slices.Contains(unanswered(), decision.Kind(strings.ReplaceAll(name, "-", "_")))) {
						t.Errorf("%s: %s, %s: no example", name, which, media)
					}
				}
			}
		}
	}
}
