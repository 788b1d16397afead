package httpapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/workflowtest"
)

func openSQLite(t *testing.T) workflowtest.Storage   { return workflowtest.SQLite(t) }
func openPostgres(t *testing.T) workflowtest.Storage { return workflowtest.Postgres(t) }

// harness is an API over a store. Who calls stands in a header, as a gateway
// in front would say it.
type harness struct {
	t       *testing.T
	handler http.Handler
	mux     *http.ServeMux
	api     huma.API
	svc     *workflow.Service
	clock   *sample.Clock
	log     *bytes.Buffer
	sealed  transparency.Log
}

func serve(t *testing.T, s workflowtest.Storage) *harness {
	t.Helper()
	return serveWith(t, s, httpapi.Options{})
}

// serveWith is serve with some options set.
func serveWith(t *testing.T, s workflowtest.Storage, options httpapi.Options) *harness {
	t.Helper()
	clock := sample.NewClock(calendar.MustParseDate("2026-03-01"))
	h := &harness{t: t, svc: workflowtest.Service(t, s, clock), clock: clock, log: &bytes.Buffer{}, sealed: transparency.Log{Store: s, Origin: "juece.example/log"}}
	mux := http.NewServeMux()
	h.api = humago.NewWithPrefix(mux, "/v1", httpapi.Config("test"))
	options.Identify = func(ctx huma.Context) (decision.Actor, error) {
		var a decision.Actor
		err := json.Unmarshal([]byte(ctx.Header("X-Actor")), &a)
		return a, err
	}
	// A stream says what there is, and has run its time.
	options.Streams = httpapi.Streams{Time: time.Nanosecond, Retry: time.Nanosecond}
	options.Logger, options.Log = slog.New(slog.NewTextHandler(h.log, nil)), h.sealed
	if err := httpapi.Register(h.api, h.svc, options); err != nil {
		t.Fatal(err)
	}
	h.mux, h.handler = mux, conforming(t, mux, httpapi.Problems(mux))
	return h
}

type call struct {
	method, path string
	actor        decision.Actor
	body         any // string and []byte are sent as they are
	header       map[string]string
}

func (h *harness) do(c call) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.send(h.request(c))
}

func (h *harness) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *harness) request(c call) *http.Request {
	h.t.Helper()
	var reader io.Reader = http.NoBody
	switch b := c.body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case []byte:
		reader = bytes.NewReader(b)
	case workflow.Content:
		reader = bytes.NewReader(bytesOf(h.t, b))
	default:
		data, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	r := httptest.NewRequestWithContext(h.t.Context(), c.method, "/v1"+c.path, reader)
	if c.actor.ID != "" {
		actor, err := json.Marshal(c.actor)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Header.Set("X-Actor", string(actor))
	}
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	return r
}

// bytesOf are all bytes of a file.
func bytesOf(t *testing.T, c workflow.Content) []byte {
	t.Helper()
	data, err := io.ReadAll(workflow.Material{Content: c}.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%d: %v: %s", w.Code, err, w.Body)
	}
	return v
}

// walk does the steps over HTTP and returns the id of the case.
func (h *harness) walk(pack string, steps []sample.Step) (string, int64) {
	h.t.Helper()
	return h.walkOn(pack, "", 0, steps)
}

// walkOn does the steps on a case at a version; the first one opens it when
// there is none.
func (h *harness) walkOn(pack, id string, version int64, steps []sample.Step) (string, int64) {
	h.t.Helper()
	for i, s := range steps {
		h.clock.Set(s.On)
		body := map[string]any{"act": s.Act, "occurred_on": s.On}
		if s.Reasons != nil {
			body["reasons"] = s.Reasons
		}
		if id == "" {
			body["pack"] = pack
			w := h.do(call{method: "POST", path: "/decisions", actor: s.Actor, body: body})
			if w.Code != http.StatusCreated {
				h.t.Fatalf("propose: %d %s", w.Code, w.Body)
			}
			id, version = decode[httpapi.Receipt](h.t, w).Decision, 1
			continue
		}
		for _, f := range s.Files {
			w := h.do(call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: s.Actor, body: f.Content, header: map[string]string{"Content-Type": f.MediaType}})
			if w.Code != http.StatusCreated || decode[httpapi.HeldMaterial](h.t, w).Digest != f.Digest {
				h.t.Fatalf("upload: %d %s", w.Code, w.Body)
			}
		}
		if s.Opinions != nil {
			if w := h.do(call{method: "POST", path: "/decisions/" + id + "/opinions", actor: s.Actor, body: map[string]any{"opinions": s.Opinions}}); w.Code != http.StatusAccepted {
				h.t.Fatalf("opinions: %d %s", w.Code, w.Body)
			}
			if w := h.do(call{method: "POST", path: "/decisions/" + id + "/opinions/commit", actor: s.Actor}); w.Code != http.StatusOK {
				h.t.Fatalf("commit: %d %s", w.Code, w.Body)
			}
			version++
			continue
		}
		w := h.do(call{
			method: "POST", path: "/decisions/" + id + "/acts/" + string(s.Act.Kind()), actor: s.Actor, body: body,
			header: map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(version))},
		})
		if w.Code != http.StatusOK {
			h.t.Fatalf("step %d, %s: %d %s", i+1, s.Act.Kind(), w.Code, w.Body)
		}
		version++
		if got := w.Header().Get("ETag"); got != fmt.Sprintf("%q", fmt.Sprint(version)) {
			h.t.Fatalf("step %d: ETag %s, version %d", i+1, got, version)
		}
	}
	return id, version
}

func TestADecisionWalksFromProposalToTheEndOverHTTP(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) workflowtest.Storage{"sqlite": openSQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := serve(t, open(t))
			id, version := h.walk("d713", sample.Walk("d713"))
			auditor := sample.Actor("d713", workflow.RoleAuditor)

			w := h.do(call{method: "GET", path: "/decisions/" + id, actor: auditor})
			c := decode[httpapi.Case](t, w)
			if w.Code != http.StatusOK || c.Stage.ID != workflow.StageCompleted || c.Stage.Zh != "执行完毕" || c.Version != version || len(c.Findings) != 1 || c.Findings[0].Rule != "R29.2" || c.Draft != 3 || c.Opinions != 3 {
				t.Errorf("%d %+v", w.Code, c)
			}
			list := decode[struct{ Items []httpapi.Summary }](t, h.do(call{method: "GET", path: "/decisions?stage=completed", actor: auditor}))
			if len(list.Items) != 1 || list.Items[0].ID != id {
				t.Errorf("list: %+v", list)
			}
			past := decode[struct{ Items []httpapi.Entry }](t, h.do(call{method: "GET", path: "/decisions/" + id + "/history", actor: auditor}))
			records := make([]history.Record, len(past.Items))
			for i, e := range past.Items {
				records[i] = history.Record{Seq: e.Seq, Digest: e.Digest, Data: []byte(e.Entry)}
			}
			if entries, err := history.Verify(id, records); err != nil || int64(len(entries)) != version {
				t.Errorf("the history as served: %d entries, %v", len(entries), err)
			}
			text := sample.Named("会议记录")
			w = h.do(call{method: "GET", path: "/decisions/" + id + "/materials/" + text.Digest, actor: auditor})
			if w.Code != http.StatusOK || string(history.MaterialDigest(w.Body.Bytes())) != text.Digest || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
				t.Errorf("a material: %d %v", w.Code, w.Header())
			}
			if missing := decode[httpapi.Missing](t, h.do(call{method: "GET", path: "/decisions/" + id + "/missing", actor: auditor})); len(missing.Groups) != 0 {
				t.Errorf("missing: %+v", missing)
			}
			if h.log.Len() > 0 {
				t.Errorf("logged: %s", h.log)
			}
		})
	}
}

func TestCounselSeesWhatWaits(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "file_counsel_opinion"))
	counsel := sample.Actor("d713", workflow.RoleLegalAdviser)
	tasks := decode[struct{ Items []httpapi.Task }](t, h.do(call{method: "GET", path: "/tasks", actor: counsel}))
	if len(tasks.Items) != 1 || tasks.Items[0].Decision != id || tasks.Items[0].Act != "file_counsel_opinion" || tasks.Items[0].Zh != "提出法律意见" {
		t.Errorf("%+v", tasks)
	}
	missing := decode[httpapi.Missing](t, h.do(call{method: "GET", path: "/decisions/" + id + "/missing", actor: counsel, header: map[string]string{"Accept-Language": "en"}}))
	if missing.Gate != "issue_legality_opinion" || len(missing.Groups) != 2 || missing.Groups[0].Role != workflow.RoleLegalAdviser || missing.Groups[0].Findings[0].Article != 28 {
		t.Errorf("%+v", missing)
	}
}

func TestBadInputIsAProblemAndWritesNothing(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) workflowtest.Storage{"sqlite": openSQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := serve(t, open(t))
			before := sample.Before("d713", "open_comment")
			id, version := h.walk("d713", before)
			step := sample.Walk("d713")[len(before)]
			good := step.Act.(decision.OpenComment)
			for _, f := range step.Files {
				h.do(call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: step.Actor, body: f.Content})
			}
			act := "/decisions/" + id + "/acts/"
			comment := act + "open_comment"
			tag := map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(version))}
			changed := func(change func(*decision.OpenComment)) any {
				a := good
				a.Channels = slices.Clone(a.Channels)
				change(&a)
				return map[string]any{"act": a, "occurred_on": step.On}
			}
			wrap := func(act string) string { return `{"act":` + act + `}` }
			const secret = "410102199001011234"
			other := step.Actor
			other.Organ = "邻县人民政府"
			nobody := step.Actor
			nobody.Roles = nil
			public := sample.Actor("d713", workflow.RolePublic)
			for _, c := range []struct {
				what   string
				call   call
				status int
				code   string
			}{
				{"malformed JSON", call{"POST", comment, step.Actor, `{"act":{"how_to":"` + secret, tag}, 400, "malformed_json"},
				{"no body", call{"POST", comment, step.Actor, nil, tag}, 400, "malformed_json"},
				{"two values", call{"POST", comment, step.Actor, `{"act":{}}{}`, tag}, 400, "malformed_json"},
				{"no act", call{"POST", comment, step.Actor, `{}`, tag}, 422, "invalid_act"},
				{"an unknown field", call{"POST", comment, step.Actor, wrap(`{"x":"` + secret + `"}`), tag}, 422, "invalid_act"},
				{"an unknown field outside", call{"POST", comment, step.Actor, `{"act":{},"actor":{"id":"` + secret + `"}}`, tag}, 422, "invalid_act"},
				{"a wrong type", call{"POST", comment, step.Actor, wrap(`{"draft":"` + secret + `"}`), tag}, 422, "invalid_act"},
				{"a wrong date", call{"POST", comment, step.Actor, wrap(`{"ends_on":"` + secret + `"}`), tag}, 422, "invalid_act"},
				{"a wrong value", call{"POST", comment, step.Actor, changed(func(a *decision.OpenComment) { a.Channels[0].Kind = secret }), tag}, 422, "invalid_act"},
				{"an unknown act", call{"POST", act + "approve", step.Actor, `{}`, tag}, 404, "unknown_act"},
				{"a wrong stage", call{"POST", act + "archive_case", sample.Actor("d713", workflow.RoleArchivist), map[string]any{"act": sample.Walk("d713")[len(sample.Before("d713", "archive_case"))].Act}, tag}, 409, "wrong_stage"},
				{"a foreign version", call{"POST", comment, step.Actor, changed(func(a *decision.OpenComment) { a.Draft = 9 }), tag}, 422, "unknown_draft"},
				{"29 days", call{"POST", comment, step.Actor, changed(func(a *decision.OpenComment) { a.EndsOn = calendar.MustParseDate("2026-04-13") }), tag}, 409, "rule_violated"},
				{"a material that is not held", call{"POST", comment, step.Actor, changed(func(a *decision.OpenComment) { a.Text = sample.Named("没有上传") }), tag}, 422, "material_missing"},
				{"a body of 10 MB", call{"POST", comment, step.Actor, bytes.Repeat([]byte(" "), 10<<20), tag}, 413, "body_too_large"},
				{"another media type", call{"POST", comment, step.Actor, `{}`, map[string]string{"If-Match": tag["If-Match"], "Content-Type": "text/plain"}}, 415, "unsupported_media_type"},
				{"no If-Match", call{"POST", comment, step.Actor, changed(func(*decision.OpenComment) {}), nil}, 428, "precondition_required"},
				{"an old If-Match", call{"POST", comment, step.Actor, changed(func(*decision.OpenComment) {}), map[string]string{"If-Match": `"3"`}}, 412, "version_conflict"},
				{"a weak If-Match", call{"POST", comment, step.Actor, changed(func(*decision.OpenComment) {}), map[string]string{"If-Match": "W/" + tag["If-Match"]}}, 412, "version_conflict"},
				{"an unknown pack", call{"POST", "/decisions", step.Actor, map[string]any{"pack": secret, "act": sample.Walk("d713")[0].Act}, nil}, 422, "unknown_pack"},
				{"a case that is not there", call{"POST", "/decisions/none/acts/open_comment", step.Actor, changed(func(*decision.OpenComment) {}), tag}, 404, "not_found"},
				{"nobody known", call{"POST", comment, decision.Actor{}, changed(func(*decision.OpenComment) {}), tag}, 401, "unauthenticated"},
				{"no role", call{"POST", comment, nobody, changed(func(*decision.OpenComment) {}), tag}, 403, "not_permitted"},
				{"another role", call{"POST", comment, sample.Actor("d713", workflow.RoleAuditor), changed(func(*decision.OpenComment) {}), tag}, 403, "not_permitted"},
				{"another organ", call{"POST", comment, other, changed(func(*decision.OpenComment) {}), tag}, 404, "not_found"},
				{"another organ reads", call{"GET", "/decisions/" + id, other, nil, nil}, 404, "not_found"},
				{"another organ reads the history", call{"GET", "/decisions/" + id + "/history", other, nil, nil}, 404, "not_found"},
				{"another organ reads what is missing", call{"GET", "/decisions/" + id + "/missing", other, nil, nil}, 404, "not_found"},
				{"another organ reads a material", call{"GET", "/decisions/" + id + "/materials/" + good.Text.Digest, other, nil, nil}, 404, "not_found"},
				{"another organ uploads", call{"POST", "/decisions/" + id + "/materials?name=a", other, "x", nil}, 404, "not_found"},
				{"another organ lists", call{"GET", "/decisions?organ=" + "x", other, nil, nil}, 403, "not_permitted"},
				{"the public reads", call{"GET", "/decisions/" + id, public, nil, nil}, 403, "not_permitted"},
				{"an opinion on nothing", call{"POST", "/decisions/" + id + "/opinions", public, map[string]any{"opinions": []decision.Opinion{{Activity: "c1", Channel: "web", Verification: "anonymous", Text: secret}}}, nil}, 404, "not_found"},
				{"a wrong parameter", call{"GET", "/decisions?limit=" + secret, step.Actor, nil, nil}, 422, "invalid_request"},
				{"a name with control characters", call{"POST", "/decisions/" + id + "/materials?name=a%0D%0AX%00", step.Actor, "x", nil}, 422, "invalid_act"},
				{"a filter with a zero byte", call{"GET", "/decisions?stage=%00", step.Actor, nil, nil}, 422, "invalid_request"},
				{"a page after no text", call{"GET", "/decisions?after=%ff", step.Actor, nil, nil}, 422, "invalid_request"},
				{"an id with a zero byte", call{"GET", "/decisions/a%00", step.Actor, nil, nil}, 422, "invalid_request"},
				{"a text with a zero byte", call{"POST", "/decisions", step.Actor, `{"pack":"d713","act":{"title":"a\u0000b"}}`, nil}, 422, "invalid_act"},
				{"a key that is no text", call{"POST", comment, step.Actor, changed(func(*decision.OpenComment) {}), map[string]string{"If-Match": tag["If-Match"], "Idempotency-Key": "a\xff"}}, 422, "invalid_request"},
				{"a reason with a zero byte", call{"POST", comment, step.Actor, `{"act":{},"reasons":{"R1":"\u0000"}}`, tag}, 422, "invalid_act"},
				{"an unknown gate", call{"GET", "/decisions/" + id + "/missing?gate=x", step.Actor, nil, nil}, 404, "unknown_act"},
				{"no such path", call{"GET", "/nowhere/" + secret, step.Actor, nil, nil}, 404, "not_found"},
				{"no such method", call{"DELETE", "/decisions/" + id, step.Actor, nil, nil}, 405, "method_not_allowed"},
			} {
				for _, lang := range []string{"", "en"} {
					if lang != "" {
						header := map[string]string{"Accept-Language": "en-GB,zh;q=0.5"}
						for k, v := range c.call.header {
							header[k] = v
						}
						c.call.header = header
					}
					w := h.do(c.call)
					p := decode[httpapi.Problem](t, w)
					if w.Code != c.status || p.Code != c.code || p.Status != c.status || p.Type != "/problems/"+c.code || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
						t.Errorf("%s: %d %s %s, want %d %s", c.what, w.Code, w.Header().Get("Content-Type"), w.Body, c.status, c.code)
					}
					chinese := strings.IndexFunc(p.Title, func(r rune) bool { return r > 0x2e80 }) >= 0
					if p.Title == "" || chinese != (lang == "") {
						t.Errorf("%s in %q: %q", c.what, lang, p.Title)
					}
					if strings.Contains(w.Body.String(), secret) {
						t.Errorf("%s: what was sent is repeated: %s", c.what, w.Body)
					}
					if p.Code == "invalid_act" && (len(p.Errors) == 0 || p.Errors[0].Field == "" || p.Errors[0].Message == "") {
						t.Errorf("%s: no field is named: %s", c.what, w.Body)
					}
					if p.Code == "rule_violated" && (len(p.Findings) == 0 || p.Findings[0].Article != 15) {
						t.Errorf("%s: no article is cited: %s", c.what, w.Body)
					}
				}
			}
			if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version {
				t.Errorf("%d entries, %v; want %d", len(records), err, version)
			}
			if rows, err := h.svc.Store.List(t.Context(), workflow.Query{Limit: 10}); err != nil || len(rows) != 1 {
				t.Errorf("%d cases, %v", len(rows), err)
			}
			if h.log.Len() > 0 {
				t.Errorf("logged: %s", h.log)
			}
		})
	}
}

func TestRepeatsAndRaces(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	before := sample.Before("d713", "record_investigation")
	id, version := h.walk("d713", before)
	step := sample.Walk("d713")[len(before)]
	h.clock.Set(step.On)
	for _, f := range step.Files {
		h.do(call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: step.Actor, body: f.Content})
	}
	path, tag := "/decisions/"+id+"/acts/record_investigation", fmt.Sprintf("%q", fmt.Sprint(version))
	send := func(key string) *httptest.ResponseRecorder {
		header := map[string]string{"If-Match": tag}
		if key != "" {
			header["Idempotency-Key"] = key
		}
		return h.do(call{method: "POST", path: path, actor: step.Actor, body: map[string]any{"act": step.Act, "occurred_on": step.On}, header: header})
	}
	const callers = 8
	codes := make(chan int, callers)
	bodies := make(chan string, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			key := ""
			if i < callers/2 {
				key = "k1"
			}
			w := send(key)
			codes <- w.Code
			if key != "" && w.Code == http.StatusOK {
				bodies <- w.Body.String()
			}
		})
	}
	wg.Wait()
	close(codes)
	close(bodies)
	count := map[int]int{}
	for c := range codes {
		count[c]++
	}
	if count[200] < 1 || count[200]+count[412] != callers {
		t.Errorf("answers %v", count)
	}
	same := map[string]bool{}
	for b := range bodies {
		same[b] = true
	}
	if len(same) > 1 {
		t.Errorf("repeats were answered differently: %v", same)
	}
	if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version+1 {
		t.Errorf("%d entries, %v", len(records), err)
	}
	// An old key with another body.
	if len(same) == 1 {
		w := h.do(call{method: "POST", path: path, actor: step.Actor, body: map[string]any{"act": step.Act}, header: map[string]string{"If-Match": tag, "Idempotency-Key": "k1"}})
		if decode[httpapi.Problem](t, w).Code != "key_reused" {
			t.Errorf("the key for another request: %d %s", w.Code, w.Body)
		}
		if w := send("k1"); w.Code != http.StatusOK || w.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("a repeat: %d %v", w.Code, w.Header())
		}
	}
}

func TestTheDocumentHasEveryAct(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	doc := h.api.OpenAPI()
	for _, info := range decision.Catalogue() {
		path := "/decisions/{id}/acts/" + string(info.Kind)
		switch info.Kind {
		case "propose":
			path = "/decisions"
		case "commit_opinions": // its content is computed from the register
			if doc.Paths["/decisions/{id}/opinions/commit"] == nil {
				t.Error("opinions cannot be committed")
			}
			continue
		}
		item := doc.Paths[path]
		if item == nil || item.Post == nil {
			t.Errorf("%s has no operation", info.Kind)
			continue
		}
		op := item.Post
		if op.Summary == "" || !strings.Contains(op.Description, fmt.Sprint(info.Article)) || op.Responses["409"] == nil || (op.Responses["428"] == nil && info.Kind != "propose") {
			t.Errorf("%s is not described: %+v", info.Kind, op.Responses)
		}
		schema := op.RequestBody.Content["application/json"].Schema
		act := doc.Components.Schemas.SchemaFromRef(schema.Properties["act"].Ref)
		// The schema requires just what the act requires when it is live.
		var invalid *decision.InvalidError
		if !errors.As(decision.Validate(info.New()), &invalid) {
			t.Fatalf("%s: nothing is required", info.Kind)
		}
		for _, f := range invalid.Fields {
			top, _, _ := strings.Cut(f.Field, ".")
			if f.Rule == "required" && !slices.Contains(act.Required, top) {
				t.Errorf("%s: %s is required by the act and not by its schema", info.Kind, top)
			}
		}
		for _, name := range act.Required {
			if act.Properties[name] == nil {
				t.Errorf("%s: %s is required and has no schema", info.Kind, name)
			}
		}
	}
	comment := doc.Components.Schemas.Map()["JueceOpenComment"]
	if comment.Properties["ends_on"].Format != "date" || *comment.Properties["draft"].Minimum != 1 || comment.Properties["channels"].MaxItems == nil {
		t.Errorf("constraints: %+v", comment.Properties["draft"])
	}
	if kinds := doc.Components.Schemas.Map()["JueceChannel"].Properties["kind"].Enum; len(kinds) < 5 {
		t.Errorf("enum: %v", kinds)
	}
	for _, format := range []string{"/openapi.json", "/openapi-3.0.json", "/openapi.yaml"} {
		if w := h.do(call{method: "GET", path: format}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "open_comment") {
			t.Errorf("%s: %d", format, w.Code)
		}
	}
}

func TestRegisterAsksForWhatItNeeds(t *testing.T) {
	t.Parallel()
	api := humago.New(http.NewServeMux(), httpapi.Config("test"))
	if err := httpapi.Register(api, nil, httpapi.Options{}); err == nil {
		t.Error("no service, no identity, no error")
	}
}
