package main

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
)

// collected is what a collector on this machine was sent.
type collected struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*otlp.Span
	text  strings.Builder // all of it, as people read it
}

func collect(t *testing.T) *collected {
	t.Helper()
	c := &collected{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &sent)
		}
		if err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		fmt.Fprintln(&c.text, sent.String())
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collected) endpoint() string { return c.URL + "/v1/traces" }

// named returns the spans of a name.
func (c *collected) named(name string) (found []*otlp.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

func attributeOf(s *otlp.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			if text := a.Value.GetStringValue(); text != "" {
				return text
			}
			return fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return ""
}

const (
	remoteTrace = "0af7651916cd43dd8448eb211c80319c"
	traceparent = "Traceparent: 00-" + remoteTrace + "-b7ad6b7169203331-01"
)

// A request is a span, its statements are spans below it, and nothing of what was
// said stands in any of them, nor of who said it or of which case.
func TestTracesTellWhatWasDone(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := collect(t)
			s := watch(t, "--db", database(t), "--traces-endpoint", c.endpoint())
			id := s.propose(traceparent, "Tracestate: who=secret-state", "Baggage: who=secret-baggage")
			s.ask(http.MethodGet, "/decisions/"+id+"?as_of_seq=1", nil, "Authorization: Bearer sesame", "User-Agent: secret-agent")
			s.ask("SECRET-METHOD", "/secret-path", nil)
			if code, _ := fetch(t, strings.TrimSuffix(s.root, "/v1")+"/readyz", ""); code != http.StatusOK {
				t.Errorf("not ready: %d", code)
			}
			if code := s.stop(); code != exitOK {
				t.Errorf("it stopped with %d", code)
			}
			proposed := c.named("POST propose")
			if len(proposed) != 1 {
				t.Fatalf("%d spans of the proposal: %s", len(proposed), &c.text)
			}
			span := proposed[0]
			for key, want := range map[string]string{
				"http.request.method": "POST", "http.response.status_code": "201", "http.route": "/v1/decisions", "juece.operation": "propose", "juece.problem": "",
			} {
				if got := attributeOf(span, key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			trace := hex.EncodeToString(span.TraceId)
			if len(span.ParentSpanId) > 0 || trace == remoteTrace || len(span.Links) != 1 || hex.EncodeToString(span.Links[0].TraceId) != remoteTrace {
				t.Errorf("anybody's trace is gone on with: %s", span)
			}
			if !strings.Contains(s.log.String(), `"operation":"propose"`) || !strings.Contains(s.log.String(), `"trace_id":"`+trace+`"`) {
				t.Errorf("the log does not name the trace: %s", &s.log)
			}
			statements, system := 0, map[string]string{"sqlite": "sqlite", "postgres": "postgresql"}[name]
			for _, child := range c.spans {
				switch {
				case len(child.ParentSpanId) == 0 && child.Kind != otlp.Span_SPAN_KIND_SERVER:
					t.Errorf("done for nobody: %s", child)
				case string(child.ParentSpanId) == string(span.SpanId):
					if statements++; attributeOf(child, "db.system.name") != system || strings.Contains(child.Name, "sql") {
						t.Errorf("a statement: %s", child)
					}
				}
			}
			if statements == 0 {
				t.Error("no statement has a span")
			}
			if turned := c.named("GET get-decision"); len(turned) != 1 || attributeOf(turned[0], "juece.problem") != "unauthenticated" || turned[0].Status.GetCode() != otlp.Status_STATUS_CODE_UNSET {
				t.Errorf("whoever was turned away: %s", turned)
			}
			if strange := c.named("_OTHER"); len(strange) != 1 || attributeOf(strange[0], "http.response.status_code") != "404" {
				t.Errorf("what there is not: %s", strange)
			}
			if probes := c.named("GET"); len(probes) > 0 {
				t.Errorf("a probe has a span: %s", probes)
			}
			private(t, strings.ReplaceAll(c.text.String(), c.URL, ""), s, id)
			for _, secret := range []string{"secret-", "SECRET-", "as_of_seq", `"seq":`} {
				if strings.Contains(c.text.String(), secret) {
					t.Errorf("%s stands in it: %s", secret, &c.text)
				}
			}
		})
	}
}

// A trusted proxy's trace is gone on with, and what it does not record is not
// recorded here.
func TestATrustedProxysTraceGoesOn(t *testing.T) {
	t.Parallel()
	c := collect(t)
	s := watch(t, "--traces-endpoint", c.endpoint(), "--trusted-proxy", "127.0.0.0/8")
	s.propose(traceparent)
	s.propose("Traceparent: 00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
	s.stop()
	if spans := c.named("POST propose"); len(spans) != 1 || hex.EncodeToString(spans[0].TraceId) != remoteTrace || hex.EncodeToString(spans[0].ParentSpanId) != "b7ad6b7169203331" {
		t.Errorf("%s", spans)
	}
	if !strings.Contains(s.log.String(), `"trace_id":"1af7651916cd43dd8448eb211c80319c"`) {
		t.Error("the log does not name a trace that the proxy knows")
	}
}

// traced is a front whose spans end in memory.
func traced(f *front) *tracetest.InMemoryExporter {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	f.traces = &traces{provider: provider, tracer: provider.Tracer("")}
	return spans
}

// What goes wrong within the server is an error of the span, what a caller did
// wrong is not.
func TestOnlyTheServersOwnErrorsAreErrorsOfASpan(t *testing.T) {
	t.Parallel()
	f := &front{logger: slog.New(slog.DiscardHandler)}
	spans := traced(f)
	h := f.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/breaks":
			panic("secret")
		case "/cut":
			panic(http.ErrAbortHandler)
		}
		f.observe(r.Context(), httpapi.Observation{Operation: "get-decision", Code: "not_found"})
		httpapi.WriteProblem(w, r, http.StatusNotFound)
	}))
	for path, want := range map[string]string{"/breaks": "Error 500", "/cut": "Error 0", "/lacks": "Unset "} {
		spans.Reset()
		func() {
			defer func() { _ = recover() }()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		}()
		ended := spans.GetSpans()
		if len(ended) != 1 {
			t.Fatalf("%s: %d spans", path, len(ended))
		}
		kind := ""
		for _, a := range ended[0].Attributes {
			if a.Key == "error.type" {
				kind = a.Value.AsString()
			}
		}
		if got := ended[0].Status.Code.String() + " " + kind; got != want || ended[0].Status.Description != "" || len(ended[0].Events) > 0 {
			t.Errorf("%s: %q, want %q: %+v", path, got, want, ended[0])
		}
	}
}

// failing is a database that repeats in its errors what it was sent.
type failing struct{ driver.Conn }

func (f failing) Connect(context.Context) (driver.Conn, error) { return f, nil }
func (failing) Driver() driver.Driver                          { return nil }
func (failing) Close() error                                   { return nil }

func (failing) ExecContext(_ context.Context, _ string, args []driver.NamedValue) (driver.Result, error) {
	return nil, duplicate(fmt.Sprint(args))
}

type duplicate string

func (d duplicate) Error() string  { return string(d) + " is there already" }
func (duplicate) SQLState() string { return "23505" }

// Of a statement that fails the code is told, and no word: a value could stand
// among them.
func TestAFailedStatementRepeatsNothing(t *testing.T) {
	t.Parallel()
	c := collect(t)
	made, err := tracesFlags{c.endpoint()}.traces(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	db := made.pool(semconv.DBSystemNamePostgreSQL)(failing{})
	ctx, span := made.tracer.Start(t.Context(), "request")
	if _, err := db.ExecContext(ctx, "\n\t\tINSERT INTO t (a) VALUES ($1)", "secret"); err == nil || !strings.Contains(err.Error(), "secret") {
		t.Errorf("the caller is told: %v", err)
	}
	span.End()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	made.close()
	failed := c.named("INSERT")
	if len(failed) != 1 || failed[0].Status.GetCode() != otlp.Status_STATUS_CODE_ERROR || attributeOf(failed[0], "db.response.status_code") != "23505" || !strings.Contains(attributeOf(failed[0], "db.query.text"), "VALUES ($1)") {
		t.Errorf("%s", failed)
	}
	if strings.Contains(c.text.String(), "secret") {
		t.Errorf("%s", &c.text)
	}
}

// dead is a collector that takes connections and never answers.
func dead(t *testing.T) string {
	t.Helper()
	listener, err := listenLoopback(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return "http://" + listener.Addr().String() + "/v1/traces"
}

// A collector that does not answer costs neither the requests nor the end.
func TestADeadCollectorCostsNothing(t *testing.T) {
	t.Parallel()
	median := func(s *watchedServer) time.Duration {
		adviser := "Authorization: Bearer " + s.token(workflow.RoleLegalAdviser)
		took := make([]time.Duration, 101)
		for i := range took {
			start := time.Now()
			if code, body := s.ask(http.MethodGet, "/tasks", nil, adviser); code != http.StatusOK {
				t.Fatalf("%d %s", code, body)
			}
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	limits := []string{"--limit-actor-reads", "0", "--limit-address-reads", "0"}
	without, with := watch(t, limits...), watch(t, append(limits, "--traces-endpoint", dead(t))...)
	before, after := median(without), median(with)
	t.Logf("the median of a request is %s without a collector, and %s with a dead one", before, after)
	if after > 5*before+50*time.Millisecond {
		t.Errorf("a request takes %s, and %s without a collector", after, before)
	}
	without.stop()
	start := time.Now()
	if code := with.stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
	if took := time.Since(start); took > flushTime+5*time.Second {
		t.Errorf("the end took %s", took)
	}
	if log := with.log.String(); strings.Count(log, "traces were not taken") != 1 || strings.Contains(log, "/v1/traces") {
		t.Errorf("the log: %s", log)
	}
}

// refusing is a sender that fails.
type refusing struct{ err error }

func (r *refusing) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return r.err }
func (r *refusing) Shutdown(context.Context) error                             { return nil }

// What was not taken is said once a minute, without where it was sent to.
func TestTheExporterComplainsOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log output
		sender := &refusing{fmt.Errorf("traces export: %w", &url.Error{Op: "Post", URL: "http://collector/secret-key", Err: errors.New("connection refused")})}
		e := newExporter(sender, slog.New(slog.NewTextHandler(&log, nil)))
		for range 4 {
			if err := e.ExportSpans(t.Context(), make([]sdktrace.ReadOnlySpan, 10)); err != nil {
				t.Errorf("the SDK is told as well: %v", err)
			}
			time.Sleep(21 * time.Second)
		}
		sender.err = errors.New("traces export: failed to send to http://collector/secret-key: 401 Unauthorized (body: secret-body)")
		time.Sleep(time.Minute)
		_ = e.ExportSpans(t.Context(), make([]sdktrace.ReadOnlySpan, 1))
		if got := log.String(); strings.Count(got, "not taken") != 3 || !strings.Contains(got, "spans=10 ") || !strings.Contains(got, "spans=30 ") || !strings.Contains(got, "connection refused") || !strings.Contains(got, "401 Unauthorized") || strings.Contains(got, "secret") || strings.Contains(got, "Post") {
			t.Errorf("%s", got)
		}
		_ = e.Shutdown(t.Context())
		e.abandon()
	})
}

// What cannot be used is refused before anything is served, and not repeated.
func TestWhereTracesGo(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"} {
		t.Setenv(name, "")
	}
	for name, c := range map[string]struct {
		flag, variable, value, want string
		refused                     bool
	}{
		"nowhere":          {},
		"the flag":         {flag: "http://collector:4318/otlp", want: "http://collector:4318/otlp"},
		"the variable":     {variable: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "https://collector:4318/base/", want: "https://collector:4318/base/v1/traces"},
		"the flag first":   {flag: "http://a/b", variable: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://c", want: "http://a/b"},
		"switched off":     {flag: "http://a/b", variable: "OTEL_SDK_DISABLED", value: "true"},
		"no exporter":      {flag: "http://a/b", variable: "OTEL_TRACES_EXPORTER", value: "none"},
		"gRPC":             {flag: "http://a/b", variable: "OTEL_EXPORTER_OTLP_PROTOCOL", value: "grpc", refused: true},
		"no scheme":        {flag: "secret:4318", refused: true},
		"a password":       {flag: "http://user:secret@collector/", refused: true},
		"a query":          {flag: "http://collector/?key=secret", refused: true},
		"unreadable":       {flag: "http://secret%zz/", refused: true},
		"a headless token": {flag: "http://a/b", variable: "OTEL_EXPORTER_OTLP_HEADERS", value: "Authorization Bearer secret", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			f := tracesFlags{c.flag}
			got, err := f.endpoint()
			if !c.refused {
				if err != nil || got != c.want {
					t.Errorf("%q, %v, want %q", got, err, c.want)
				}
				return
			}
			made, err := f.traces(t.Context(), slog.New(slog.DiscardHandler))
			var wrong setupError
			if made != nil || !errors.As(err, &wrong) || strings.Contains(wrong.zh+wrong.en, "secret") {
				t.Errorf("%v, %+v", made, err)
			}
		})
	}
}
