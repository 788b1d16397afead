package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

// logged is a line of the log.
type logged struct {
	Level, Msg, Method, Operation, Code, Request, Stack string
	Status                                              int
	Duration                                            time.Duration
}

// lines reads a log in JSON.
func lines(t *testing.T, log *output) (all []logged) {
	t.Helper()
	for line := range strings.Lines(log.String()) {
		var l logged
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, l)
	}
	return all
}

// A request has a name, of its caller's choice when it is one: in the header of
// the answer, in the problem, and in every line of the log.
func TestARequestHasAName(t *testing.T) {
	t.Parallel()
	var log output
	f := &front{logger: loggingFlags{LogFormat: "json"}.logger(&log)}
	h := f.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.logger.WarnContext(r.Context(), "on behalf of it")
		f.observe(r.Context(), httpapi.Observation{Operation: "list-tasks", Code: "not_found"})
		httpapi.WriteProblem(w, r, http.StatusNotFound)
	}))
	for given, kept := range map[string]bool{
		"gateway-1.a_B": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "a b": false, "张三": false, "a\nlevel=ERROR": false,
	} {
		before := len(lines(t, &log))
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/tasks?q=secret", http.NoBody)
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set(requestHeader, given)
		h.ServeHTTP(w, r)
		var p httpapi.Problem
		id := w.Header().Get(requestHeader)
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || (id == given) != kept || !requestID.MatchString(id) || p.Instance != "urn:juece:request:"+id {
			t.Errorf("%q: %s, %s", given, id, w.Body)
		}
		written := lines(t, &log)[before:]
		if len(written) != 2 || written[0].Request != id || written[1].Request != id || written[1].Duration <= 0 {
			t.Fatalf("%q: %+v", given, written)
		}
		written[1].Duration = 0
		if want := (logged{Level: "INFO", Msg: "answered", Method: "GET", Operation: "list-tasks", Code: "not_found", Request: id, Status: 404}); written[1] != want {
			t.Errorf("%+v, want %+v", written[1], want)
		}
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("logged: %s", &log)
	}
}

// A handler that breaks down answers all the same, and what it broke down over
// is not repeated.
func TestAHandlerThatBreaksDownIsAnswered(t *testing.T) {
	t.Parallel()
	var log output
	f := &front{logger: loggingFlags{LogFormat: "json"}.logger(&log)}
	w := httptest.NewRecorder()
	f.before(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") })).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "SECRET", "/", http.NoBody))
	written := lines(t, &log)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"internal"`) || len(written) != 2 {
		t.Fatalf("%d %s: %s", w.Code, w.Body, &log)
	}
	if last := written[1]; last.Status != http.StatusInternalServerError || last.Code != "internal" || last.Method != "other" || last.Level != "ERROR" {
		t.Errorf("%+v", last)
	}
	if !strings.Contains(written[0].Stack, "requests_test.go") || strings.Contains(strings.ToLower(log.String()), "secret") {
		t.Errorf("%s", &log)
	}
}

// The server writes one line a request, and nothing of what was sent.
func TestTheServerLogsWhatItAnswered(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, log output
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--demo", "--addr", "127.0.0.1:0", "--log-format", "json"}, strings.NewReader(""), &out, &log)
	}()
	var found []string
	for deadline := time.Now().Add(time.Minute); found == nil && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		found = curlLine.FindStringSubmatch(out.String())
	}
	if found == nil {
		t.Fatalf("it never started: %s", &log)
	}
	fetch(t, found[2], found[1])
	fetch(t, found[2], "Bearer sesame")
	fetch(t, strings.TrimSuffix(found[2], "/v1/tasks")+"/readyz", "")
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("it ended with %d", code)
	}
	var answers []logged
	for _, l := range lines(t, &log) {
		if l.Msg == "answered" {
			answers = append(answers, l)
		}
	}
	if len(answers) != 2 || answers[0].Operation != "list-tasks" || answers[0].Status != 200 || answers[1].Status != 401 || answers[1].Code != "unauthenticated" {
		t.Errorf("%+v", answers)
	}
	if strings.Contains(log.String(), "sesame") || strings.Contains(log.String(), found[1]) {
		t.Errorf("a token was logged: %s", &log)
	}
}
