package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

// probed asks a probe and returns the status and what was said.
func probed(t *testing.T, h *health, method, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	if !h.answer(w, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)) {
		t.Fatalf("%s is no probe", path)
	}
	return w.Code, w.Body.String()
}

// notReady fails the test unless an answer is the problem, and nothing else.
func notReady(t *testing.T, code int, body string) {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil || code != http.StatusServiceUnavailable || p.Code != "not_ready" || strings.Contains(body, "database") || strings.Contains(body, "secret") {
		t.Errorf("%d %s, %v", code, body, err)
	}
}

// A server is alive whatever its database does, and ready while that answers
// in time and has the tables of this program. Why it is not ready stands in the
// log once.
func TestReadiness(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log output
		have, failure := int64(3), error(nil)
		h := &health{
			schema: func(context.Context) (int64, int64, error) { return have, 3, failure },
			logger: slog.New(slog.NewTextHandler(&log, nil)),
		}
		if code, body := probed(t, h, http.MethodGet, "/readyz"); code != http.StatusOK {
			t.Errorf("%d %s", code, body)
		}
		failure = errors.New("secret: connection refused by the database")
		if code, body := probed(t, h, http.MethodGet, "/readyz"); code != http.StatusOK {
			t.Errorf("an answer holds for a while: %d %s", code, body)
		}
		for range 3 {
			time.Sleep(2 * probeRest)
			code, body := probed(t, h, http.MethodGet, "/readyz")
			notReady(t, code, body)
		}
		if code, body := probed(t, h, http.MethodGet, "/livez"); code != http.StatusOK {
			t.Errorf("%d %s", code, body)
		}
		if n := strings.Count(log.String(), "connection refused"); n != 1 {
			t.Errorf("logged %d times: %s", n, &log)
		}
		failure, have = nil, 2
		time.Sleep(2 * probeRest)
		code, body := probed(t, h, http.MethodHead, "/readyz")
		notReady(t, code, body)
		have = 3
		time.Sleep(2 * probeRest)
		if code, body := probed(t, h, http.MethodGet, "/readyz"); code != http.StatusOK || !strings.Contains(log.String(), "ready again") {
			t.Errorf("%d %s: %s", code, body, &log)
		}
		if code, _ := probed(t, h, http.MethodPost, "/readyz"); code != http.StatusMethodNotAllowed {
			t.Errorf("POST: %d", code)
		}
		h.stopping.Store(true)
		code, body = probed(t, h, http.MethodGet, "/readyz")
		notReady(t, code, body)
	})
}

// A database that never answers is asked once, and nobody waits longer for it
// than two seconds.
func TestADatabaseThatHangsIsNotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		free := make(chan struct{})
		h := &health{
			schema: func(context.Context) (int64, int64, error) { asked.Add(1); <-free; return 3, 3, nil },
			logger: slog.New(slog.DiscardHandler),
		}
		for range 3 {
			start := time.Now()
			code, body := probed(t, h, http.MethodGet, "/readyz")
			notReady(t, code, body)
			if took := time.Since(start); took != probeTime {
				t.Errorf("it took %s", took)
			}
			time.Sleep(2 * probeRest)
		}
		close(free)
		if code, body := probed(t, h, http.MethodGet, "/readyz"); code != http.StatusOK || asked.Load() != 1 {
			t.Errorf("%d %s, asked %d times", code, body, asked.Load())
		}
	})
}

func TestAServerTellsItsHealth(t *testing.T) {
	t.Parallel()
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0")
	root := strings.TrimSuffix(found[2], "/v1/tasks")
	for _, path := range []string{"/livez", "/readyz"} {
		if code, body := fetch(t, root+path, ""); code != http.StatusOK || string(body) != "ok\n" {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	_, document := fetch(t, root+"/v1/openapi.json", "")
	if regexp.MustCompile(`"[^"]*(livez|readyz)"`).Match(document) {
		t.Error("a probe stands in the document")
	}
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
}
