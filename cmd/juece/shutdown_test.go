package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// stopping serves a handler until the context ends.
func stopping(t *testing.T, stop stopFlags, handler http.Handler) (root string, end func(), ended <-chan error) {
	t.Helper()
	listener, err := listenLoopback(t)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	failed := make(chan error, 1)
	f := &front{logger: slog.New(slog.DiscardHandler)}
	f.health.schema = func(context.Context) (int64, int64, error) { return 1, 1, nil }
	f.health.logger = f.logger
	go func() { failed <- f.serve(ctx, listener, handler, nil, stop) }()
	return "http://" + listener.Addr().String(), cancel, failed
}

// A server that is asked to stop is not ready, and answers all the same until
// the delay is over; each answer is the last on its connection. Then nobody is
// let in.
func TestAServerThatStopsIsDrainedFirst(t *testing.T) {
	t.Parallel()
	root, end, ended := stopping(t, stopFlags{DrainDelay: 2 * time.Second, ShutdownTimeout: time.Minute},
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	get := func(path string) (status int, last bool) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		return w.StatusCode, w.Close
	}
	if status, last := get("/readyz"); status != http.StatusOK || last {
		t.Errorf("before: %d, %v", status, last)
	}
	start := time.Now()
	end()
	for deadline := start.Add(time.Second); ; time.Sleep(5 * time.Millisecond) {
		if status, last := get("/readyz"); status == http.StatusServiceUnavailable && last {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("still ready: %d", status)
		}
	}
	for path, want := range map[string]int{"/": http.StatusNoContent, "/livez": http.StatusOK} {
		if status, last := get(path); status != want || !last {
			t.Errorf("%s while it drains: %d, %v", path, status, last)
		}
	}
	if err := <-ended; err != nil || time.Since(start) < 2*time.Second {
		t.Errorf("it ended after %s: %v", time.Since(start), err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := http.DefaultClient.Do(r); err == nil {
		_ = w.Body.Close()
		t.Error("it still answers")
	}
}

// Whoever takes longer than there is time for is cut off, and the server says
// so by an error.
func TestARequestThatTakesTooLongIsCutOff(t *testing.T) {
	t.Parallel()
	inside := make(chan struct{})
	root, end, ended := stopping(t, stopFlags{ShutdownTimeout: 50 * time.Millisecond},
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(inside); <-r.Context().Done() }))
	go func() {
		<-inside
		end()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := http.DefaultClient.Do(r); err == nil {
		_ = w.Body.Close()
		t.Errorf("answered: %d", w.StatusCode)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "cut off") || exitCode(err, &output{}) != exitFailed {
		t.Errorf("it ended with %v", err)
	}
}
