package main

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// tracesFlags say where the traces go. The rest is said by the variables that
// every program with OpenTelemetry knows: OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME,
// OTEL_EXPORTER_OTLP_HEADERS and so on.
type tracesFlags struct {
	TracesEndpoint string `placeholder:"URL" help:"OpenTelemetry追踪的接收地址（OTLP/HTTP，docs/operations.md），默认没有。Where traces go, by OTLP over HTTP, for example http://127.0.0.1:4318/v1/traces; nowhere by default."`
}

const (
	tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	otlpEndpoint   = "OTEL_EXPORTER_OTLP_ENDPOINT"
	// flushTime is how long the last spans may take to leave.
	flushTime = 3 * time.Second
)

// traces makes spans and sends them away. A nil one makes none.
type traces struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	exporter *exporter
}

// traces returns nil when nobody takes them. Nothing of the process is set: who
// makes spans is given the provider.
func (f tracesFlags) traces(ctx context.Context, logger *slog.Logger) (*traces, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	endpoint, err := f.endpoint()
	if err != nil || endpoint == "" {
		return nil, err
	}
	sender, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, setupError{"追踪的接收地址不能使用", "traces cannot be sent: see the OTEL_EXPORTER_OTLP variables"}
	}
	// What the process was started with is not told: a password could be there.
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("juece"), semconv.ServiceVersion(version())),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, setupError{"OTEL_RESOURCE_ATTRIBUTES有误", "OTEL_RESOURCE_ATTRIBUTES cannot be read"}
	}
	// An error that is recorded becomes an event with its text, in which a
	// database may repeat a value: there are none.
	limits := sdktrace.NewSpanLimits()
	limits.EventCountLimit = 0
	t := &traces{exporter: newExporter(sender, logger)}
	t.provider = sdktrace.NewTracerProvider(sdktrace.WithBatcher(t.exporter), sdktrace.WithResource(about), sdktrace.WithRawSpanLimits(limits))
	t.tracer = t.provider.Tracer("github.com/juece/juece/cmd/juece", trace.WithInstrumentationVersion(version()))
	return t, nil
}

// check refuses what cannot be run with.
func (f tracesFlags) check() error {
	endpoint, err := f.endpoint()
	if err != nil || endpoint == "" {
		return err
	}
	return readableHeaders()
}

// close sends what is left, for flushTime at most.
func (t *traces) close() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // the exporter tells what it could not send
	t.exporter.abandon()
}

// endpoint returns the whole URL, "" when there is none. What is wrong is not
// repeated.
func (f tracesFlags) endpoint() (string, error) {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return "", nil
	}
	given, base := cmp.Or(f.TracesEndpoint, os.Getenv(tracesEndpoint)), os.Getenv(otlpEndpoint)
	if given == "" && base == "" {
		return "", nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && !strings.HasPrefix(p, "http/") {
			return "", setupError{name + "只能是http/protobuf或者http/json", name + " is http/protobuf or http/json"}
		}
	}
	text := given
	if text == "" {
		text = base
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", setupError{
			"追踪的接收地址须为http://或者https://，不含用户名、密码和查询；凭据用OTEL_EXPORTER_OTLP_HEADERS",
			"where traces go is an http:// or https:// URL without user, password and query; credentials go into OTEL_EXPORTER_OTLP_HEADERS",
		}
	}
	if given == "" {
		u = u.JoinPath("v1", "traces")
	}
	return u.String(), nil
}

// readableHeaders refuses headers that the exporter would repeat on standard
// error, token and all, because it cannot read them.
func readableHeaders() error {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		text := strings.TrimSpace(os.Getenv(name))
		if text == "" {
			continue
		}
		for header := range strings.SplitSeq(text, ",") {
			_, value, found := strings.Cut(header, "=")
			if _, err := url.PathUnescape(value); err != nil || !found {
				return setupError{name + "须为“名称=值”，以逗号分隔，值用百分号编码", name + " is NAME=VALUE, comma-separated, the values percent-encoded"}
			}
		}
	}
	return nil
}
