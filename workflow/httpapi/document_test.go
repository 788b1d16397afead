package httpapi_test

import (
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
			for _, status := range []string{"401", "403", "422", "500"} {
				if r := op.Responses[status]; r == nil || !strings.HasPrefix(r.Ref, "#/components/responses/") {
					t.Errorf("%s %s: %s is not declared", op.Method, path, status)
				}
			}
		}
	}
	if want := len(decision.Catalogue()) + 30; count != want {
		t.Errorf("%d operations, want %d", count, want)
	}
}
