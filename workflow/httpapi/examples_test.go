package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

// exchange is one request and its answer.
type exchange struct {
	Request  any `json:"request,omitempty"`
	Response any `json:"response,omitempty"`
}

// recording keeps the first exchange of each operation that went well.
type recording map[string]exchange

// of returns a handler that is recorded, by the names of the operations.
func (rec recording) of(mux *http.ServeMux, api huma.API, next http.Handler) http.Handler {
	names := map[string]string{}
	for path, item := range api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post} {
			if op != nil {
				names[method+" /v1"+path] = op.OperationID
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		sent, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		name := names[pattern]
		if _, known := rec[name]; !known && name != "" && answer.Code/100 == 2 {
			rec[name] = exchange{Request: shown(sent), Response: shown(answer.Body.Bytes())}
		}
	})
}

// shown is a body as an example shows it: of a list the first two.
func shown(body []byte) any {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if len(body) == 0 {
		return nil
	}
	if dec.Decode(&v) != nil {
		if bytes.HasPrefix(body, []byte("PK")) {
			return nil // a zip file is no example to read
		}
		if bytes.HasPrefix(body, []byte("retry: ")) {
			blocks := parseStream(string(body))
			blocks[0].(map[string]any)["retry"] = json.Number("2000") // of the tests it is none
			return brief(blocks)
		}
		return string(body)
	}
	return brief(v)
}

func brief(v any) any {
	switch v := v.(type) {
	case []any:
		short := v[:min(len(v), 2)]
		for i := range short {
			short[i] = brief(short[i])
		}
		return short
	case map[string]any:
		for name := range v {
			v[name] = brief(v[name])
		}
	}
	return v
}

// The examples of the document are the sample decision, as it was sent and
// answered. It runs alone: its randomness is fixed.
func TestTheExamplesAreWhatIsAnswered(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("several cases on a pure-Go database; runs without -race")
	}
	cryptotest.SetGlobalRandom(t, 713)
	h := serve(t, openSQLite(t))
	ids := 0
	h.svc.NewID = func() string {
		ids++
		return fmt.Sprintf("01890f3e-0000-7000-8000-%012d", ids)
	}
	rec := recording{}
	h.handler = rec.of(h.mux, h.api, h.handler)
	id := h.record(t)
	h.recordApart(t, rec)
	for _, path := range []string{"/decisions/" + id + "/events?after=3&follow=false", "/events?follow=false&since=2026-03-01T00:00:00%2B08:00"} {
		h.want(t, http.StatusOK, call{method: "GET", path: path, actor: sample.Actor("d713", workflow.RoleAuditor)})
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(rec); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("examples.json", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("examples.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("examples.json is not what is sent and answered: make golden, and read the difference")
	}
}

func operationOf(kind decision.Kind) string { return strings.ReplaceAll(string(kind), "_", "-") }

// unanswered are the acts off the way of the sample that no case of it can
// come to: a review that ends without a meeting is of another object, a newer
// pack is not at hand, nor another case that came from this one.
func unanswered() []decision.Kind {
	return []decision.Kind{"conclude_review", "adopt_pack", "open_adjustment", "conclude_adjustment", "link_case"}
}

// recordApart does the acts that lie off the way of the sample, in cases that
// have come to where the acts have their place: before the act named.
func (h *harness) recordApart(t *testing.T, rec recording) {
	t.Helper()
	cases := map[decision.Kind]string{}
	for _, s := range sample.Apart("d713") {
		body := map[string]any{"act": s.Act, "occurred_on": s.On}
		if slices.Contains(unanswered(), s.Act.Kind()) {
			if err := decision.Validate(s.Act); err != nil {
				t.Errorf("%s: %v", s.Act.Kind(), err)
			}
			rec[operationOf(s.Act.Kind())] = exchange{Request: body}
			continue
		}
		at := apartAt()[s.Act.Kind()]
		if cases[at] == "" {
			cases[at], _ = h.walk("d713", sample.Before("d713", at))
		}
		path := "/decisions/" + cases[at]
		for _, f := range s.Files {
			h.want(t, http.StatusCreated, call{method: "POST", path: path + "/materials?name=a", actor: s.Actor, body: f.Content})
		}
		w := h.do(call{method: "POST", path: path + "/acts/" + string(s.Act.Kind()), actor: s.Actor, body: body, header: map[string]string{"If-Match": "*"}})
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", s.Act.Kind(), w.Code, w.Body)
		}
	}
}

// record walks the sample and asks on the way what can be asked.
func (h *harness) record(t *testing.T) (id string) {
	t.Helper()
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	get := func(path string, by decision.Actor) {
		t.Helper()
		h.want(t, http.StatusOK, call{method: "GET", path: path, actor: by})
	}
	sealer, _ := h.sealer()
	early, _ := h.walk("d713", sample.Before("d713", "file_counsel_opinion"))
	get("/tasks", sample.Actor("d713", workflow.RoleLegalAdviser))
	get("/roster?on=2026-05-06", auditor)
	for _, path := range []string{"", "/missing", "/plan", "/plan.svg", "/drafts", "/drafts/2/diff", "/package"} {
		get("/decisions/"+early+path, auditor)
	}
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	id, _ = h.walk("d713", sample.Walk("d713"))
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	opinions, err := h.svc.Register.Opinions(t.Context(), id, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/history", "/proofs", "/dossier", "/history/5/receipt", "/receipts/" + string(opinions[0].Digest), "/scoresheet",
		"/opinions", "/opinions/1", "/materials/" + sample.Named("调研报告").Digest,
	} {
		get("/decisions/"+id+path, auditor)
	}
	for _, path := range []string{
		"/decisions", "/acts", "/packs", "/packs/d713", "/scoresheets", "/scoresheets/d713", "/statistics",
		"/log/checkpoint", "/log/checkpoints", "/log/consistency?from=1",
	} {
		get(path, auditor)
	}
	return id
}
