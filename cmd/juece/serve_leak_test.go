package main

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server that was stopped leaves nothing running, and does not wait for those
// who follow its cases: they are told to come again. The test is not parallel:
// a goroutine of another test would look like one of its own.
func TestAServerLeavesNothingRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	spans := collect(t)
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--traces-endpoint", spans.endpoint())
	root := strings.TrimSuffix(found[2], "/tasks")
	// Whoever comes first, all are told the same.
	documents := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range documents {
		wg.Go(func() {
			code, body := fetch(t, root+"/openapi.json", "")
			if code != http.StatusOK {
				t.Errorf("the document: %d", code)
			}
			documents[i] = body
		})
	}
	wg.Wait()
	for _, d := range documents {
		if len(d) == 0 || !bytes.Equal(d, documents[0]) {
			t.Errorf("documents of %d and %d bytes", len(d), len(documents[0]))
		}
	}
	followed := make(chan string, 4)
	for range cap(followed) {
		wg.Go(func() { follow(t, root+"/events", found[1], followed) })
	}
	for range cap(followed) {
		if first := <-followed; !strings.HasPrefix(first, "retry: ") {
			t.Errorf("a stream begins with %q", first)
		}
	}
	begin := time.Now()
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it stopped after %s", took)
	}
	wg.Wait()
	for range cap(followed) {
		if rest := <-followed; !strings.Contains(rest, "event: end\ndata: ") || !strings.Contains(rest, `"not_ready"`) {
			t.Errorf("a stream ends with %q", rest)
		}
	}
	spans.Close() // and with it the connection that it was sent to
	http.DefaultClient.CloseIdleConnections()
	left := runtime.NumGoroutine()
	for end := time.Now().Add(10 * time.Second); left > before && time.Now().Before(end); left = runtime.NumGoroutine() {
		time.Sleep(20 * time.Millisecond)
	}
	if left > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", left, before, stacks[:runtime.Stack(stacks, true)])
	}
}

// follow reads a stream, and tells how it begins, and once it has ended all that
// came after.
func follow(t *testing.T, url, authorization string, told chan<- string) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Error(err)
	}
	r.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		told <- ""
		told <- ""
		return
	}
	defer response.Body.Close()
	begin := make([]byte, len("retry: "))
	if _, err := io.ReadFull(response.Body, begin); err != nil {
		t.Error(err)
	}
	told <- string(begin)
	rest, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	told <- string(rest)
}
