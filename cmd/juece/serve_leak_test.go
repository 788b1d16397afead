package main

import (
	"bytes"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server that was stopped leaves nothing running. The test is not parallel:
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
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
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
