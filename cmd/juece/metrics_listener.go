package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metricsFlags say where the metrics are.
type metricsFlags struct {
	MetricsAddr string `placeholder:"ADDR" help:"Prometheus指标的监听地址（docs/operations.md），默认没有。Where to serve metrics for Prometheus; nowhere by default."`
}

const (
	// scrapeTime is how long the metrics may take; see [question].
	scrapeTime = 4 * probeTime
	// lastScrape is how long a scrape under way may take at the end.
	lastScrape = time.Second
)

// metrics serves what is watched on a listener of its own until the function is
// called. Nobody else's requests come there, and a failure of it ends nothing.
func (f metricsFlags) metrics(ctx context.Context, s subject, logger *slog.Logger) (m *metrics, end func(), err error) {
	if f.MetricsAddr == "" {
		return nil, func() {}, nil
	}
	ctx = context.WithoutCancel(ctx) // who watches sees the end, too
	registry, m := newMetrics(ctx, s)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.MetricsAddr)
	if err != nil {
		return nil, nil, fmt.Errorf("metrics: listen: %w", err)
	}
	complaints := slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	server := newServer(metricsPage(registry, complaints), complaints)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.ErrorContext(ctx, "metrics are not served any more", "error", err)
		}
	}()
	logger.InfoContext(ctx, "serving metrics", "address", "http://"+listener.Addr().String()+"/metrics")
	return m, func() {
		grace, cancel := context.WithTimeout(ctx, lastScrape)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // whoever scrapes comes again
		}
		<-ended
	}, nil
}

// metricsPage tells what can be told: a collector that fails leaves out its own.
func metricsPage(registry *prometheus.Registry, complaints promhttp.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: complaints, ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: 4, Timeout: scrapeTime, EnableOpenMetrics: true, // which carries the traces
	}))
	return mux
}
