package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// begin starts the span of a request; a probe has none. A trusted proxy's trace
// is gone on with, and its decision whether it is recorded holds. Anybody else's
// is only linked to: they could have everything recorded, or join a trace that is
// not theirs.
func (t *traces) begin(ctx context.Context, r *http.Request, trusted proxies) (context.Context, trace.Span) {
	if t == nil || isProbe(r) {
		return ctx, trace.SpanFromContext(ctx) // does nothing
	}
	known := semconv.HTTPRequestMethodOther
	if m := method(r); m == r.Method {
		known = semconv.HTTPRequestMethodKey.String(m)
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(known)}
	remote := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header)))
	switch {
	case !remote.IsValid():
	case trusted.trust(address(r.RemoteAddr)):
		ctx = trace.ContextWithRemoteSpanContext(ctx, remote)
	default:
		options = append(options, trace.WithLinks(trace.Link{SpanContext: remote.WithTraceState(trace.TraceState{})}))
	}
	return t.tracer.Start(ctx, known.Value.AsString(), options...)
}

// endSpan tells what became of a request: of its path only the pattern, and
// nothing of who asked, of which case, or what was said.
func endSpan(span trace.Span, r *request, pattern string) {
	defer span.End()
	if !span.IsRecording() {
		return
	}
	if r.Operation != "" {
		span.SetName(r.method + " " + r.Operation)
		span.SetAttributes(attribute.String("juece.operation", r.Operation))
	}
	if _, route, ok := strings.Cut(pattern, " "); ok {
		span.SetAttributes(semconv.HTTPRoute(route))
	}
	if r.Code != "" {
		span.SetAttributes(attribute.String("juece.problem", r.Code))
	}
	if r.Status != 0 { // the connection was cut off
		span.SetAttributes(semconv.HTTPResponseStatusCode(r.Status))
	}
	if r.Status == 0 || r.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(semconv.ErrorTypeKey.String(strconv.Itoa(r.Status)))
	}
}

// pool makes a pool of which each statement for a traced request is a span. Its
// text is literal, values travel beside it and are not told. What is done for
// nobody, such as looking for what is to be sealed, has no span.
func (t *traces) pool(system attribute.KeyValue) func(driver.Connector) *sql.DB {
	if t == nil {
		return sql.OpenDB
	}
	return func(c driver.Connector) *sql.DB {
		return otelsql.OpenDB(c,
			otelsql.WithTracerProvider(t.provider), otelsql.WithMeterProvider(metricnoop.NewMeterProvider()),
			otelsql.WithAttributes(system), otelsql.WithSpanNameFormatter(statementName), otelsql.WithSpanErrorAttributesGetter(sqlState),
			otelsql.WithSpanOptions(otelsql.SpanOptions{
				OmitConnectorConnect: true, OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, DisableErrSkip: true,
				SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
					return trace.SpanFromContext(ctx).IsRecording()
				},
			}))
	}
}

// statementName is the verb of a statement, or what is done without one.
func statementName(_ context.Context, method otelsql.Method, statement string) string {
	if words := strings.Fields(statement); len(words) > 0 {
		return words[0]
	}
	switch method {
	case otelsql.MethodConnBeginTx:
		return "BEGIN"
	case otelsql.MethodTxCommit:
		return "COMMIT"
	case otelsql.MethodTxRollback:
		return "ROLLBACK"
	}
	return string(method)
}

// sqlState tells what PostgreSQL said by its code; in its words could stand a
// value.
func sqlState(err error) []attribute.KeyValue {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return []attribute.KeyValue{semconv.DBResponseStatusCode(coded.SQLState())}
	}
	return nil
}
