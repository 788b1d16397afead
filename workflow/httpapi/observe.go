package httpapi

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Observation is one request to an operation, as a host may log and count it.
// Nothing in it was written by a person.
type Observation struct {
	Operation string        // the id of the operation
	Decision  string        // the case, "" when the operation is about none
	Status    int           // of the answer
	Code      string        // of the problem that was answered, "" when there was none
	Duration  time.Duration // from the choice of the operation to the end of the answer
}

type (
	observationKey struct{}
	instanceKey    struct{}
)

// WithInstance returns a context in which every problem bears a URI as its
// instance, by which the caller and the log speak of the same request.
func WithInstance(ctx context.Context, uri string) context.Context {
	return context.WithValue(ctx, instanceKey{}, uri)
}

func instanceOf(ctx context.Context) string {
	uri, _ := ctx.Value(instanceKey{}).(string)
	return uri
}

// observe tells the host of every answer of an operation. It comes first, so
// that it sees who was turned away.
func (s *server) observe(op huma.Operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		o := &Observation{Operation: op.OperationID, Decision: caseOf(op, ctx), Status: http.StatusOK}
		start := time.Now()
		next(huma.WithValue(ctx, observationKey{}, o))
		o.Duration = time.Since(start)
		s.opts.Observe(ctx.Context(), *o)
	}
}

var caseID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// caseOf returns the case that an operation is about. Other text than an id has
// no business in a log.
func caseOf(op huma.Operation, ctx huma.Context) string {
	if !strings.HasPrefix(op.Path, "/decisions/{id}") {
		return ""
	}
	return caseID.FindString(ctx.Param("id"))
}

// note keeps what is answered for the host, and gives the problem its instance.
func note(ctx context.Context, p *Problem) *Problem {
	if o, ok := ctx.Value(observationKey{}).(*Observation); ok {
		o.Code = p.Code
	}
	p.Instance = instanceOf(ctx)
	return p
}

// noteStatus keeps the status of an answer. A context of huma's own does not
// know it: each middleware that adds a value has a copy. What is streamed does
// not come by here by itself, and is 200.
func noteStatus(ctx context.Context, status string) {
	if o, ok := ctx.Value(observationKey{}).(*Observation); ok {
		if n, err := strconv.Atoi(status); err == nil {
			o.Status = n
		}
	}
}
