package main

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// complaintRest is how long the exporter is silent after it complained.
const complaintRest = time.Minute

// exporter sends spans, and says itself, now and then, that they were not taken:
// the SDK would tell the whole process, each time. The spans are then lost.
type exporter struct {
	sdktrace.SpanExporter
	logger *slog.Logger

	abandoned context.Context
	abandon   func() // ends what is being sent, and waits for that
	ended     chan struct{}

	complained time.Time // only used by one export at a time, which the SDK promises
	lost       int
}

func newExporter(sender sdktrace.SpanExporter, logger *slog.Logger) *exporter {
	ctx, cancel := context.WithCancel(context.Background())
	e := &exporter{SpanExporter: sender, logger: logger, abandoned: ctx, ended: make(chan struct{})}
	e.abandon = func() { cancel(); <-e.ended }
	return e
}

// ExportSpans implements [sdktrace.SpanExporter].
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.abandoned, cancel)()
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.complain(err, len(spans))
	}
	return nil
}

// Shutdown implements [sdktrace.SpanExporter]; the SDK calls it last, and once.
func (e *exporter) Shutdown(ctx context.Context) error {
	defer close(e.ended)
	return e.SpanExporter.Shutdown(ctx)
}

func (e *exporter) complain(err error, spans int) {
	e.lost += spans
	if !e.complained.IsZero() && time.Since(e.complained) < complaintRest {
		return
	}
	e.logger.Warn("traces were not taken", "spans", e.lost, "error", reasonOf(err))
	e.complained, e.lost = time.Now(), 0
}

var anyURL = regexp.MustCompile(`https?://\S+`)

// reasonOf leaves out where it was sent to, in whose path a key can stand, and
// what was answered.
func reasonOf(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	text, _, _ := strings.Cut(err.Error(), "body: ")
	return strings.TrimRight(anyURL.ReplaceAllString(text, "…"), " (")
}
