package main

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/juece/juece/workflow/httpapi"
)

// loggingFlags say how the server writes its log.
type loggingFlags struct {
	LogFormat string     `enum:"text,json" default:"text" help:"运行日志的格式：text或者json。How the server's log is written."`
	LogLevel  slog.Level `default:"info" placeholder:"LEVEL" help:"运行日志的级别：debug（含探测）、info、warn、error。Least level of the server's log; probes are debug."`
}

func (f loggingFlags) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "json" {
		return slog.New(requestNamer{slog.NewJSONHandler(w, options)})
	}
	return slog.New(requestNamer{slog.NewTextHandler(w, options)})
}

// requestNamer names the request, and its trace, in every line that is written
// on its behalf.
type requestNamer struct{ slog.Handler }

func (n requestNamer) Handle(ctx context.Context, record slog.Record) error {
	if r := requestOf(ctx); r != nil {
		record.AddAttrs(slog.String("request", r.id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return n.Handler.Handle(ctx, record)
}

func (n requestNamer) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestNamer{n.Handler.WithAttrs(attrs)}
}

func (n requestNamer) WithGroup(name string) slog.Handler {
	return requestNamer{n.Handler.WithGroup(name)}
}

// request is what is known of a request once it was answered. Nothing in it
// was written by a person, its id apart, whose form is checked.
type request struct {
	id, method string
	probe      bool
	httpapi.Observation
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

const requestHeader = "X-Request-Id"

// observe keeps what the API says of a request; see [httpapi.Options].
func (f *front) observe(ctx context.Context, o httpapi.Observation) {
	if r := requestOf(ctx); r != nil {
		r.Observation = o
	}
}

// observed names each request, and tells of it once it was answered.
func (f *front) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &request{id: r.Header.Get(requestHeader), method: method(r)}
		if !requestID.MatchString(seen.id) {
			seen.id = uuid.NewString()
		}
		w.Header().Set(requestHeader, seen.id)
		ctx := httpapi.WithInstance(context.WithValue(r.Context(), requestKey{}, seen), "urn:juece:request:"+seen.id)
		ctx, span := f.traces.begin(ctx, r, f.limits.proxies)
		inner := r.WithContext(ctx)
		defer func() { endSpan(span, seen, inner.Pattern) }()
		defer f.metrics.underWay()()
		start := time.Now()
		answer := &answered{ResponseWriter: w, end: start.Add(answerTime)}
		defer func() {
			f.recovered(ctx, answer, r, recover())
			seen.Status, seen.Duration = answer.status, time.Since(start)
			f.metrics.answered(ctx, seen)
			f.tell(ctx, seen)
		}()
		next.ServeHTTP(answer, inner)
	})
}

// recovered answers a request whose handler broke down. What it broke down over
// could be what was sent, so the log gets the place only.
func (f *front) recovered(ctx context.Context, w *answered, r *http.Request, broken any) {
	if broken == nil {
		if w.status == 0 {
			w.status = http.StatusOK
		}
		return
	}
	if err, ok := broken.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(broken) // net/http knows what this means
	}
	f.logger.ErrorContext(ctx, "a handler broke down", "stack", string(debug.Stack()))
	if w.status == 0 {
		refuse(w, r.WithContext(ctx), "internal")
	}
}

// tell writes the line of a request.
func (f *front) tell(ctx context.Context, r *request) {
	level := slog.LevelInfo
	switch {
	case r.probe:
		level = slog.LevelDebug
	case r.Status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	f.logger.LogAttrs(ctx, level, "answered",
		slog.String("method", r.method),
		slog.String("operation", r.Operation),
		slog.Int("status", r.Status),
		slog.String("code", r.Code),
		slog.Duration("duration", r.Duration),
	)
}

// method is one of the known methods: anything else could be any text.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// errorLog takes what net/http itself has to say.
func (f *front) errorLog() *log.Logger {
	return slog.NewLogLogger(f.logger.Handler(), slog.LevelWarn)
}

// answered remembers the status of an answer, and gives each part of it its
// time; see [partTime]. A stream has times of its own.
type answered struct {
	http.ResponseWriter
	status int
	end    time.Time
}

func (a *answered) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK { // not 100 Continue
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if !isStream(a.Header()) {
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(earlier(time.Now().Add(partTime), a.end)) // every server has deadlines; a recorder of tests has none
	}
	return a.ResponseWriter.Write(b)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Unwrap gives http.ResponseController the deadlines.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
