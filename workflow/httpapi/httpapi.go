// Package httpapi serves a [workflow.Service] over HTTP.
//
// [Register] puts the operations on any huma API: the host's own, a group of
// it, or one made with [Config]. Paths are relative and nothing of the host is
// changed. An operation decodes, calls one method of the service and encodes.
//
// Who calls is what [Options.Identify] says; it never comes from a body. What
// a caller may read is one small table in identity.go. What a caller may do
// is judged by the service, with the rest of the law, so that a refusal is
// noted and says why.
//
// An act is asked for with the version that was read, as If-Match, and
// answered with the new one, as ETag. Errors are problems (RFC 9457) with a
// stable code, in Chinese or English; see [Problem].
package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/scoresheet"
	"github.com/juece/juece/workflow/transparency"
)

// Options sets what a host decides.
type Options struct {
	// Identify returns who calls, as the host has verified it. The actor's
	// Organ says whose cases are within reach: without one there are none,
	// an auditor's reading apart; its Cases, when there are any, limit it to
	// these. An error is answered with 401, one that wraps ErrNotPermitted
	// with 403, and its text is not shown. Required; there is no default.
	Identify func(huma.Context) (decision.Actor, error)
	// Limit says how long an actor has to wait before a request of theirs is
	// taken; then it is answered with 429 and Retry-After. Default no limit.
	Limit func(huma.Context, decision.Actor) time.Duration
	// Observe is told of every answer of an operation, from the goroutine that
	// served it. Default nobody is.
	Observe func(context.Context, Observation)
	// Sheets are the score sheets on offer (案卷评查). Default those of the
	// module. A service checks reviews against its own Sheets.
	Sheets *scoresheet.Set
	// Log is where histories are sealed. Without a store in it there is none,
	// and no operation that speaks of one.
	Log transparency.Log
	// Program is the name and version that a dossier says it was written by.
	Program string
	// MaxBodyBytes bounds a JSON body. Default 1 MiB.
	MaxBodyBytes int64
	// MaxMaterialBytes bounds an uploaded material. Default 32 MiB.
	MaxMaterialBytes int64
	// MediaTypes are those that a material may have; a * at the end stands for
	// anything. Default [DefaultMediaTypes].
	MediaTypes []string
	// SpoolDir is where a material waits until all of it is here, so that a slow
	// client keeps no transaction open. Default os.TempDir().
	SpoolDir string
	// BodyTimeout bounds how long a JSON body may take to arrive, and each next
	// 64 KiB of a material. Default 1 minute.
	BodyTimeout time.Duration
	// MaterialTimeout bounds how long a whole material may take to arrive. It
	// and BodyTimeout take the place of the server's ReadTimeout; WriteTimeout
	// is the host's to lift. Default 30 minutes.
	MaterialTimeout time.Duration
	// MaxCases bounds how many cases one request for statistics or for the
	// roster reads, each judged anew in a few milliseconds. Default 5000.
	MaxCases int
	// Streams sets how entries are streamed as they are recorded.
	Streams Streams
	// Logger gets the errors that the client is not told. No body, no token
	// and no text of an act is logged. Default slog.Default().
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.MaxBodyBytes == 0 {
		o.MaxBodyBytes = 1 << 20
	}
	if o.MaxMaterialBytes == 0 {
		o.MaxMaterialBytes = 32 << 20
	}
	if o.MediaTypes == nil {
		o.MediaTypes = DefaultMediaTypes()
	}
	if o.BodyTimeout == 0 {
		o.BodyTimeout = time.Minute
	}
	if o.MaterialTimeout == 0 {
		o.MaterialTimeout = 30 * time.Minute
	}
	if o.MaxCases == 0 {
		o.MaxCases = 5000
	}
	o.Streams = o.Streams.withDefaults()
	if o.Limit == nil {
		o.Limit = func(huma.Context, decision.Actor) time.Duration { return 0 }
	}
	if o.Observe == nil {
		o.Observe = func(context.Context, Observation) {}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Config returns a configuration for hosts that have no API of their own:
// OpenAPI 3.1, and no page, link or hook that points to another server.
func Config(version string) huma.Config {
	c := huma.DefaultConfig("Juece 决策", version)
	c.Info.Description = "重大行政决策程序。The procedure for major administrative decisions (State Council Decree 713)."
	c.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	c.CreateHooks = nil
	c.DocsPath = ""
	c.SchemasPath = ""
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "访问令牌。An access token; the host decides what it accepts."},
	}
	return c
}

// Register puts every operation on the API. It fails when something needed is
// missing, when an operation does not say who may call it, and when the API
// has an operation of the same name or path already.
func Register(api huma.API, svc *workflow.Service, opts Options) (err error) {
	if api == nil || svc == nil || opts.Identify == nil {
		return errors.New("httpapi: an API, a service and Options.Identify are required")
	}
	// huma and the mux of the host panic over a clash; the host gets an error.
	defer func() {
		if clash := recover(); clash != nil {
			err = fmt.Errorf("httpapi: register: %v", clash)
		}
	}()
	s := &server{api: newMount(api), svc: svc, opts: opts.withDefaults()}
	if s.api.examples, err = examples(); err != nil {
		return err
	}
	s.api.describe()
	if s.opts.Sheets == nil {
		if s.opts.Sheets, err = scoresheet.Embedded(); err != nil {
			return err
		}
	}
	s.decisions()
	s.events()
	s.drafts()
	s.plans()
	s.tasks()
	s.acts()
	s.opinions()
	s.materials()
	s.catalogue()
	s.roster()
	s.scoresheets()
	s.statistics()
	s.log()
	s.dossiers()
	return errors.Join(s.failed...)
}

type server struct {
	api    *mount
	svc    *workflow.Service
	opts   Options
	failed []error

	streams places
}

// add registers one operation. The handler gets the caller as an argument, so
// that none can forget who calls.
func add[I, O any](s *server, op huma.Operation, may access, handle func(context.Context, caller, *I) (*O, error)) {
	if len(may.roles) == 0 {
		s.failed = append(s.failed, fmt.Errorf("httpapi: %s declares nobody who may call it", op.OperationID))
		return
	}
	op.Middlewares = append(op.Middlewares, s.observe(op), s.identify(may), s.parameters)
	op.Security = []map[string][]string{{"bearer": {}}}
	if op.Extensions == nil {
		op.Extensions = map[string]any{}
	}
	op.Extensions["x-roles"] = may.roles
	op.BodyReadTimeout = s.opts.BodyTimeout
	op.SkipValidateBody = true // bodies are read by [decodeStrictly]
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = s.opts.MaxBodyBytes
	}
	s.api.declareProblems(&op)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		who := callerOf(ctx)
		out, err := handle(ctx, who, in)
		if err != nil {
			return nil, s.failure(ctx, who.lang, err)
		}
		return out, nil
	})
}

// CasePath is the case that an operation is about.
type CasePath struct {
	ID string `path:"id" maxLength:"64" pattern:"^[0-9A-Za-z-]+$" doc:"案件编号。The id of the case."`
}

// body is an answer without headers of its own.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"下一页的after；没有则已到末页。Give it as after to read on; absent on the last page."`
}

func get(id, path, tag, summary, description string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{tag}, Summary: summary, Description: description}
}
