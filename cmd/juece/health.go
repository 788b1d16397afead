package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

// probeRest is how long an answer holds: nobody is identified here, so asking
// often must not become work for the database.
const probeRest = time.Second

// health answers those who watch the process: /livez while it runs, /readyz
// while it can serve. Both stand outside the API and its document, and tell
// nothing but a code; why a server is not ready stands in its log.
type health struct {
	schema   func(context.Context) (have, want int64, err error)
	logger   *slog.Logger
	stopping atomic.Bool // set once, before the first connection is refused

	mu    sync.Mutex
	probe question[struct{}]
	asked time.Time
	last  error
}

var errStopping = errors.New("shutting down")

// isProbe tells requests of who watches the process from others.
func isProbe(r *http.Request) bool { return r.URL.Path == "/livez" || r.URL.Path == "/readyz" }

// answer reports whether the request was a probe, which it then has answered.
func (h *health) answer(w http.ResponseWriter, r *http.Request) bool {
	if !isProbe(r) {
		return false
	}
	if seen := requestOf(r.Context()); seen != nil {
		seen.probe = true
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		httpapi.WriteProblem(w, r, http.StatusMethodNotAllowed)
		return true
	}
	if r.URL.Path == "/readyz" && h.ready(r.Context()) != nil {
		refuse(w, r, "not_ready")
		return true
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok") // nobody is left to tell
	return true
}

// ready says what keeps the server from serving.
func (h *health) ready(ctx context.Context) error {
	if h.stopping.Load() {
		return errStopping
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.asked.IsZero() && time.Since(h.asked) < probeRest {
		return h.last
	}
	_, err := h.probe.put(ctx, h.usable)
	switch {
	case err != nil && h.last == nil:
		h.logger.WarnContext(ctx, "not ready", "error", err)
	case err == nil && h.last != nil:
		h.logger.InfoContext(ctx, "ready again")
	}
	h.asked, h.last = time.Now(), err
	return err
}

// usable says whether the tables are those of this program.
func (h *health) usable(ctx context.Context) (struct{}, error) {
	have, want, err := h.schema(ctx)
	if err == nil && have != want {
		err = fmt.Errorf("the tables have version %d, this program needs %d", have, want)
	}
	return struct{}{}, err
}
