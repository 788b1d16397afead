package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// contract is the document in docs, read by a validator of its own.
type contract struct {
	root     map[string]any
	compiler *jsonschema.Compiler

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // by pointer
}

const contractURL = "https://juece.example/openapi.json"

// theContract is read once; the tests of this package share it.
var theContract = sync.OnceValues(func() (*contract, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "openapi.json"))
	if err != nil {
		return nil, err
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := &contract{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.root, _ = root.(map[string]any)
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	return c, c.compiler.AddResource(contractURL, root)
})

func documented(t *testing.T) *contract {
	t.Helper()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pointer writes a JSON pointer.
func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for i, p := range parts {
		parts[i] = escape.Replace(p)
	}
	return "/" + strings.Join(parts, "/")
}

// at returns what stands at a pointer, and the pointer that it really has:
// references on the way are followed.
func (c *contract) at(at string) (map[string]any, string) {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	here := c.root
	for i, part := range strings.Split(strings.TrimPrefix(at, "/"), "/") {
		next, ok := here[unescape.Replace(part)].(map[string]any)
		if !ok {
			return nil, ""
		}
		if ref, ok := next["$ref"].(string); ok {
			rest := strings.Split(strings.TrimPrefix(at, "/"), "/")[i+1:]
			return c.at(strings.Join(append([]string{strings.TrimPrefix(ref, "#")}, rest...), "/"))
		}
		here = next
	}
	return here, at
}

// check holds a JSON text against the schema at a pointer.
func (c *contract) check(at string, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	c.mu.Lock()
	schema := c.schemas[at]
	if schema == nil {
		if schema, err = c.compiler.Compile(contractURL + "#" + at); err == nil {
			c.schemas[at] = schema
		}
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// conforming passes requests on and fails the test for an answer that the
// document does not have: a status, a media type, or a body of another shape.
// An operation without a place in the document is one that is hidden.
func conforming(t *testing.T, mux *http.ServeMux, next http.Handler) http.Handler {
	t.Helper()
	if *update {
		return next // the document is being written
	}
	c := documented(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if path.Clean(r.URL.Path) != r.URL.Path {
			pattern = "" // the mux redirects
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		method, route, _ := strings.Cut(pattern, " /v1")
		if err := c.answered(strings.ToLower(method), route, answer); err != nil {
			t.Errorf("%s: %v (if the document lacks it: make golden)", pattern, err)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func (c *contract) answered(method, route string, w *httptest.ResponseRecorder) error {
	if hidden := route == "" || strings.HasPrefix(route, "/openapi") || strings.HasSuffix(route, "/acts/{kind}"); hidden {
		return nil
	}
	response, at := c.at(pointer("paths", route, method, "responses", strconv.Itoa(w.Code)))
	if response == nil {
		return fmt.Errorf("%d is not documented", w.Code)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil {
		return err
	}
	content, _ := response["content"].(map[string]any)
	if content["*/*"] != nil {
		return nil
	}
	if content[media] == nil {
		return fmt.Errorf("%d with %s is not documented", w.Code, media)
	}
	if strings.HasSuffix(media, "json") {
		return c.check(at+pointer("content", media, "schema"), w.Body.Bytes())
	}
	if media == "text/event-stream" {
		text, err := json.Marshal(parseStream(w.Body.String()))
		if err != nil {
			return err
		}
		return c.check(at+pointer("content", media, "schema"), text)
	}
	return nil
}

// parseStream reads a stream of events as the document shows it: an array of
// what stands between blank lines. A comment is nothing.
func parseStream(stream string) []any {
	var blocks []any
	for text := range strings.SplitSeq(strings.TrimSuffix(stream, "\n\n"), "\n\n") {
		block := map[string]any{}
		for line := range strings.SplitSeq(text, "\n") {
			switch name, value, _ := strings.Cut(line, ": "); name {
			case "data", "retry":
				block[name] = json.RawMessage(value)
			case "":
			default:
				block[name] = value
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// Every example in the document is one that its schema takes.
func TestEveryExampleIsValid(t *testing.T) {
	t.Parallel()
	c := documented(t)
	bodies := 0
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for i, e := range v {
				walk(at+pointer(strconv.Itoa(i)), e)
			}
		case map[string]any:
			schema, named := v["schema"].(map[string]any)
			if _, list := v["examples"].([]any); list {
				for i, e := range v["examples"].([]any) { // of a schema
					if err := c.example(at, e); err != nil {
						t.Errorf("%s: example %d: %v", at, i, err)
					}
				}
			}
			if named && schema != nil {
				bodies += c.bodyExamples(t, at, v)
			}
			for name, e := range v {
				if name != "example" && name != "examples" {
					walk(at+pointer(name), e)
				}
			}
		}
	}
	walk("", c.root)
	if bodies < 200 {
		t.Errorf("%d examples of bodies were checked", bodies)
	}
}

func (c *contract) bodyExamples(t *testing.T, at string, content map[string]any) (checked int) {
	t.Helper()
	if e, ok := content["example"]; ok {
		checked++
		if err := c.example(at+"/schema", e); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
	named, _ := content["examples"].(map[string]any)
	for name, e := range named {
		checked++
		one, _ := e.(map[string]any)
		if err := c.example(at+"/schema", one["value"]); err != nil {
			t.Errorf("%s: %s: %v", at, name, err)
		}
	}
	return checked
}

func (c *contract) example(at string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.check(at, text)
}

// Every pack and every sheet there is has the shape that the document says.
func TestEveryPackAndSheetIsOfItsShape(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	for _, list := range []string{"/packs", "/scoresheets"} {
		for _, one := range decode[struct{ Items []struct{ Name string } }](t, h.do(call{method: "GET", path: list, actor: auditor})).Items {
			h.want(t, http.StatusOK, call{method: "GET", path: list + "/" + one.Name, actor: auditor})
		}
	}
}
