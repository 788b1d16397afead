package httpapi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow/sample"
)

var (
	requests    = flag.Int("requests", 3000, "how many requests the document makes up")
	requestSeed = flag.Uint64("request-seed", 713, "seed of the requests")
)

// canary stands in what is sent and must never come back: an answer that holds
// it repeats a value that was rejected.
const canary = "410102199001011234"

// madeUp makes requests up from the document: of every operation, with
// parameters, headers and bodies that are right, nearly right, or nothing of
// the kind.
type madeUp struct {
	*asking
	r      *rand.Rand
	places []place
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// text is a value that a parameter or a field may get instead of its own.
func (m *madeUp) text() string {
	return pick(m.r, []string{
		"", canary, "0", "-1", "1", "99999999999999999999", "2026-02-30", "2026-06-01", "null", "*", `"7"`, "../..", "%00", "\x00", "\u2028",
		"'; DROP TABLE juece_entries; --", strings.Repeat("长", 6000), strings.Repeat("a", 129), "\xff\xfe", "😀", "d713", "sha256:" + strings.Repeat("0", 64), "NaN", "1e400",
	})
}

// value is any JSON.
func (m *madeUp) value(depth int) any {
	switch m.r.IntN(8) {
	case 0:
		return nil
	case 1:
		return m.r.IntN(2) == 0
	case 2:
		return m.r.Int64() - m.r.Int64()
	case 3:
		return 1.5e300
	case 4, 5:
		return m.text()
	}
	if depth > 3 {
		return []any{}
	}
	if m.r.IntN(2) == 0 {
		return []any{m.value(depth + 1), m.value(depth + 1)}
	}
	return map[string]any{canary: m.value(depth + 1), "act": m.value(depth + 1)}
}

// spoil changes one place of a JSON value.
func (m *madeUp) spoil(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 || m.r.IntN(6) == 0 {
			v[pick(m.r, []string{"extra", canary, "act", "", "Act"})] = m.value(0)
			return v
		}
		keys := slices.Sorted(func(yield func(string) bool) {
			for k := range v {
				if !yield(k) {
					return
				}
			}
		})
		k := pick(m.r, keys)
		switch m.r.IntN(4) {
		case 0:
			delete(v, k)
		case 1:
			v[k] = m.value(0)
		default:
			v[k] = m.spoil(v[k])
		}
		return v
	case []any:
		if len(v) == 0 || m.r.IntN(4) == 0 {
			return append(v, m.value(0))
		}
		i := m.r.IntN(len(v))
		v[i] = m.spoil(v[i])
		return v
	}
	return m.value(0)
}

// body is what is sent for what would be right.
func (m *madeUp) body(right any) any {
	data, err := json.Marshal(right)
	if text, is := right.(string); is {
		data, err = []byte(text), nil
	}
	if err != nil || right == nil && m.r.IntN(4) > 0 {
		return nil
	}
	switch m.r.IntN(6) {
	case 0, 1:
		return data
	case 2: // cut, or with something in it that is no JSON
		i := m.r.IntN(len(data) + 1)
		return slices.Concat(data[:i], []byte(pick(m.r, []string{"", "{", `"`, canary, "\x00", "\xff", strings.Repeat("[", 20000)})))
	case 3:
		out, err := json.Marshal(m.value(0))
		if err != nil {
			return "{}"
		}
		return out
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return data
	}
	for range 1 + m.r.IntN(3) {
		v = m.spoil(v)
	}
	out, err := json.Marshal(v)
	if err != nil { // 1.5e300 and the like are JSON, and nothing else is made up
		return data
	}
	return out
}

func (m *madeUp) call(op *huma.Operation) call {
	p := pick(m.r, m.places)
	c := m.asking.call(op, p)
	c.actor = m.actor(op)
	c.body = m.body(c.body)
	path, _, _ := strings.Cut(c.path, "?")
	query := url.Values{}
	for _, param := range op.Parameters {
		switch {
		case param.In == "path" && m.r.IntN(12) == 0:
			path = strings.Replace(path, p.id, url.PathEscape(strings.Trim(m.text(), "./")+"x"), 1)
		case param.In == "query" && (param.Required && m.r.IntN(8) > 0 || m.r.IntN(3) == 0):
			query.Add(param.Name, m.parameter(param))
		case param.In == "header" && m.r.IntN(5) == 0:
			c.header[param.Name] = m.text()
		}
	}
	if m.r.IntN(6) == 0 {
		c.header["Content-Type"] = pick(m.r, []string{"text/plain", "multipart/form-data", "application/json; charset=gbk", canary, "application/x-www-form-urlencoded"})
	}
	if m.r.IntN(4) == 0 {
		c.header["Accept-Language"] = pick(m.r, []string{"en", "zh", "de", "zh-Hant", "*", m.text()})
	}
	if m.r.IntN(6) == 0 {
		delete(c.header, "If-Match")
	}
	for k, v := range c.header { // the client would not send it
		if strings.ContainsAny(v, "\x00\r\n") {
			delete(c.header, k)
		}
	}
	c.path = path
	if len(query) > 0 {
		c.path += "?" + query.Encode()
	}
	return c
}

func (m *madeUp) parameter(p *huma.Param) string {
	if m.r.IntN(3) == 0 {
		return m.text()
	}
	if s := p.Schema; s != nil && len(s.Enum) > 0 {
		return fmt.Sprint(pick(m.r, s.Enum))
	}
	return exampleOf(p)
}

func (m *madeUp) actor(op *huma.Operation) decision.Actor {
	declared, _ := op.Extensions["x-roles"].([]decision.Role)
	switch m.r.IntN(8) {
	case 0:
		return decision.Actor{}
	case 1:
		return identityOf(pick(m.r, everyRole()), pick(m.r, relations()))
	}
	return sample.Actor("d713", pick(m.r, declared))
}

// Whatever is sent: no internal error, no status that the document does not
// have, every error a problem, and nothing of what was sent comes back in one.
func TestRequestsMadeUpFromTheDocument(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("one request after the other")
	}
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version := h.walk("d713", sample.Before("d713", "open_comment"))
	late, lateVersion := h.walk("d713", sample.Walk("d713"))
	young, _ := h.walk("d713", sample.Before("d713", "study_proposal"))
	sealer, _ := h.sealer()
	if _, err := sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := &madeUp{asking: newAsking(t, h), r: rand.New(rand.NewPCG(*requestSeed, 1))}
	material := sample.Named("调研报告").Digest
	m.places = []place{{id: id, version: version, material: material}, {id: late, version: lateVersion, material: material}, {id: young, version: 1}, {id: "none", version: 1}}
	seen := map[int]int{}
	for n := range *requests {
		op := m.operations[n%len(m.operations)]
		c := m.call(op)
		w, ok := h.try(c)
		if !ok {
			continue // no client would send it
		}
		seen[w.Code]++
		if wrong := h.wrong(op, w); wrong != "" {
			body := fmt.Sprintf("%s", c.body)
			t.Errorf("request %d, %s %.300s %v %.300s: %d: %s: %.300s", n, c.method, c.path, c.header, body, w.Code, wrong, w.Body)
		}
	}
	t.Logf("%d requests of %d operations: %v", *requests, len(m.operations), seen)
}

// try sends a call that perhaps cannot be sent.
func (h *harness) try(c call) (w *httptest.ResponseRecorder, ok bool) {
	if _, err := url.ParseRequestURI("/v1" + c.path); err != nil || strings.ContainsAny(c.path, " \x00") {
		return nil, false
	}
	return h.do(c), true
}

// wrong says what is wrong with an answer.
func (h *harness) wrong(op *huma.Operation, w *httptest.ResponseRecorder) string {
	switch declared := op.Responses[strconv.Itoa(w.Code)]; {
	case w.Code >= 500:
		return "an internal error"
	case w.Code >= 300 && w.Code < 400 && w.Header().Get("Location") != "":
		return ""
	case declared == nil:
		return "an undocumented status"
	case w.Code < 400:
		return ""
	case w.Header().Get("Content-Type") != "application/problem+json":
		return "no problem: " + w.Header().Get("Content-Type")
	case strings.Contains(w.Body.String(), canary):
		return "it repeats what was sent"
	}
	var p struct {
		Type, Code string
		Status     int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Type != "/problems/"+p.Code || p.Code == "internal" {
		return "a malformed problem"
	}
	return ""
}
