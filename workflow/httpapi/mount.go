package httpapi

import (
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/plan"
	"github.com/juece/juece/workflow/statistics"
)

// mount is the host's API as this package uses it. Our answers pass through
// [asProblem], the host's own do not. And it has a registry of schemas of its
// own: huma panics when two packages of one API have types of the same name,
// and ours are named Opinion or Material.
type mount struct {
	*huma.Group
	document *huma.OpenAPI
	schemas  huma.Registry
	problems map[int][]string   // codes by status
	examples map[string]example // by operation
}

const schemaPrefix = "#/components/schemas/"

func newMount(api huma.API) *mount {
	m := &mount{
		Group:    huma.NewGroup(api),
		schemas:  huma.NewMapRegistry(schemaPrefix, schemaName),
		problems: codesByStatus(),
	}
	m.schemas.RegisterTypeAlias(reflect.TypeFor[calendar.Date](), reflect.TypeFor[civilDate]())
	m.schemas.RegisterTypeAlias(reflect.TypeFor[statistics.Rate](), reflect.TypeFor[statistics.RateView]())
	document := *api.OpenAPI()
	document.Components = &huma.Components{Schemas: m.schemas}
	m.document = &document
	return m
}

// schemaName puts our name before a type's: the names share the host's
// document with the host's own.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[plan.Step]() { // a pack has steps, too
		return "JuecePlanStep"
	}
	return "Juece" + huma.DefaultSchemaNamer(t, hint)
}

// OpenAPI implements huma.API for [huma.Register], which takes its registry
// of schemas from here.
func (m *mount) OpenAPI() *huma.OpenAPI { return m.document }

// Transform implements huma.API. It comes before what the host does to its
// answers: a hook of huma's default configuration hides what an error was.
func (m *mount) Transform(ctx huma.Context, status string, v any) (any, error) {
	noteStatus(ctx.Context(), status)
	return m.Group.Transform(ctx, status, asProblem(ctx, v))
}

// DocumentOperation implements huma.OperationDocumenter: it writes an operation
// into the host's document, where a group puts its prefix on the path.
func (m *mount) DocumentOperation(op *huma.Operation) {
	if op.Hidden {
		return
	}
	switch body := op.Metadata[bodySchema].(type) {
	case *huma.Schema:
		op.RequestBody.Content["application/json"] = &huma.MediaType{Schema: body}
	case *huma.RequestBody:
		op.RequestBody = body
	}
	for _, r := range op.Responses {
		for _, content := range r.Content {
			defer m.inline(content)()
		}
	}
	m.complete(op)
	theirs := m.API.OpenAPI()
	maps.Copy(theirs.Components.Schemas.Map(), m.schemas.Map())
	m.Group.DocumentOperation(op)
}

// bodySchema is where an operation whose body is read by hand keeps the schema
// of it, or all that is said of a body that is streamed: if huma knew of that
// before it is documented, it would read it whole.
const bodySchema = "juece-body"

// inline puts the outermost schema of an answer in place of the reference to
// it, and returns what puts the reference back. A host's hooks look references
// up by Go type, in a registry that does not have ours; generators of clients
// make one type of what is referred to.
func (m *mount) inline(content *huma.MediaType) (back func()) {
	reference := content.Schema
	if reference == nil || reference.Ref == "" {
		return func() {}
	}
	if s := m.schemas.SchemaFromRef(reference.Ref); s != nil {
		content.Schema = s
	}
	return func() { content.Schema = reference }
}

// declareProblems documents what an operation may answer instead. Each status
// is one response that all operations share.
func (m *mount) declareProblems(op *huma.Operation) {
	statuses := append([]int{401, 403, 404, 422, 429, 500, 503}, op.Errors...)
	if op.Method != http.MethodGet {
		statuses = append(statuses, 400, 408, 409, 413, 415)
	}
	op.Errors = nil
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: m.problemResponse(status)}
	}
}

// problemResponse returns the reference to the response of a status, which it
// adds to the host's document when it is the first to ask.
func (m *mount) problemResponse(status int) string {
	name := "JueceProblem" + strconv.Itoa(status)
	components := m.API.OpenAPI().Components
	if components.Responses == nil {
		components.Responses = map[string]*huma.Response{}
	}
	if components.Responses[name] == nil {
		components.Responses[name] = &huma.Response{
			Headers:     retryAfter(status),
			Description: strings.Join(m.problems[status], ", "),
			Content: map[string]*huma.MediaType{problemType: {
				Schema: m.schemas.Schema(reflect.TypeFor[Problem](), true, "Problem"), Examples: problemExamples(m.problems[status]),
			}},
		}
	}
	return "#/components/responses/" + name
}

// retryAfter documents when to ask again.
func retryAfter(status int) map[string]*huma.Param {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return nil
	}
	return map[string]*huma.Param{"Retry-After": {
		Description: "几秒后再试。Seconds to wait.",
		Schema:      &huma.Schema{Type: huma.TypeInteger},
	}}
}
