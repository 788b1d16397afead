package main

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/trace"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// metrics is what the server counts of requests and acts. Every label is one of
// a fixed list: the id of an operation, a status, the code of a problem, the
// kind of an act. A nil one counts nothing.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
	problems *prometheus.CounterVec
	limited  *prometheus.CounterVec
	acts     *prometheus.CounterVec
}

// newMetrics returns a registry of its own, with what is watched in it, and what
// counts for it.
func newMetrics(ctx context.Context, s subject) (*prometheus.Registry, *metrics) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "juece_http_requests_total", Help: "Requests answered, by operation and status.",
		}, []string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "juece_http_request_duration_seconds", Help: "How long the answers took, by operation and class of status.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"operation", "class"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "juece_http_requests_in_flight", Help: "Requests under way.",
		}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "juece_problems_total", Help: "Problems answered, by code.",
		}, []string{"code"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "juece_requests_limited_total", Help: "Requests turned away, by the limit that was reached.",
		}, []string{"limit"}),
		acts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "juece_acts_recorded_total", Help: "Acts that this process recorded, by kind.",
		}, []string{"kind"}),
	}
	for _, limit := range []string{limitActor, limitAddress, limitConcurrent} {
		m.limited.WithLabelValues(limit) // 0 is told, so that a first one is seen to come
	}
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.duration, m.inFlight, m.problems, m.limited, m.acts,
		newGauges(ctx, s),
	)
	return r, m
}

// The limits that a request can reach; see [limits].
const (
	limitActor      = "actor"
	limitAddress    = "address"
	limitConcurrent = "concurrent"
)

// underWay counts a request until the function is called.
func (m *metrics) underWay() (ended func()) {
	if m == nil {
		return func() {}
	}
	m.inFlight.Inc()
	return m.inFlight.Dec
}

// answered counts a request that was answered.
func (m *metrics) answered(ctx context.Context, r *request) {
	if m == nil {
		return
	}
	operation := r.Operation
	switch {
	case r.probe:
		operation = "probe"
	case operation == "": // a page, a path that there is not, or turned away before
		operation = "none"
	}
	m.requests.WithLabelValues(operation, strconv.Itoa(r.Status)).Inc()
	m.took(ctx, m.duration.WithLabelValues(operation, strconv.Itoa(r.Status/100)+"xx"), r.Duration.Seconds())
	if r.Code != "" {
		m.problems.WithLabelValues(r.Code).Inc()
	}
	switch {
	case r.Code == "busy" && r.Operation == "": // an operation can be busy for reasons of its own
		m.limited.WithLabelValues(limitConcurrent).Inc()
	case r.Code == "too_many_requests" && r.Operation == "": // before anybody was identified
		m.limited.WithLabelValues(limitAddress).Inc()
	case r.Code == "too_many_requests":
		m.limited.WithLabelValues(limitActor).Inc()
	}
}

// took leads from a bucket to a request that fell into it, where that is traced.
func (m *metrics) took(ctx context.Context, duration prometheus.Observer, seconds float64) {
	span := trace.SpanContextFromContext(ctx)
	if with, ok := duration.(prometheus.ExemplarObserver); ok && span.IsSampled() {
		with.ObserveWithExemplar(seconds, prometheus.Labels{"trace_id": span.TraceID().String()})
		return
	}
	duration.Observe(seconds)
}

// recorded counts an act; see [workflow.Service].
func (m *metrics) recorded(_ context.Context, kind decision.Kind, _ workflow.Receipt) {
	if m != nil {
		m.acts.WithLabelValues(string(kind)).Inc()
	}
}
