package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow/httpapi"
)

// frontFlags are those of what stands between the network and the API.
type frontFlags struct {
	Limit  limitFlags  `embed:"" prefix:"limit-"`
	Stream streamFlags `embed:"" prefix:"stream-"`
	loggingFlags
	TrustedProxy []netip.Prefix `placeholder:"PREFIX" help:"可信代理的网段：只采信其X-Forwarded-For。Networks of proxies whose X-Forwarded-For is believed."`
}

// front is what stands between the network and the API.
type front struct {
	health  health
	limits  limits
	streams httpapi.Streams
	logger  *slog.Logger

	metrics *metrics // nil when nobody asks for them
	traces  *traces  // nil when nobody takes them
}

// open makes a front. Its streams end with the context.
func (f frontFlags) open(ctx context.Context, st *store.Store, logger *slog.Logger) (*front, error) {
	limits, err := f.Limit.limits(f.TrustedProxy)
	if err != nil {
		return nil, err
	}
	return &front{health: health{schema: st.SchemaVersion, logger: logger}, limits: limits, streams: f.streams(ctx), logger: logger}, nil
}

// into sets what the front asks of the API.
func (f *front) into(o httpapi.Options) httpapi.Options {
	o.Limit, o.Observe, o.Streams, o.Logger = f.limits.actor, f.observe, f.streams, f.logger
	return o
}

// before puts the front before the API.
func (f *front) before(api http.Handler) http.Handler {
	limited := f.limits.before(api)
	return f.observed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !f.health.answer(w, r) {
			limited.ServeHTTP(w, r)
		}
	}))
}
