package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
)

// Streams sets how entries are streamed to those who wait for them. Each stream
// is served by the goroutine of its request; there is no other.
type Streams struct {
	// Poll is how often a stream looks for new entries, a quarter more or
	// less, and asks [Options.Identify] again; when sending takes as long, it
	// asks as well. Default 1 second.
	Poll time.Duration
	// Heartbeat is how often something is written when there is nothing to
	// say, so that proxies keep the line. Default 15 seconds.
	Heartbeat time.Duration
	// Write is how long a reader may take over one event before it is cut off.
	// Default 10 seconds.
	Write time.Duration
	// Time is how long a stream lives; then the reader connects again. What is
	// recorded within the overlap must be told in much less. Default 1 hour.
	Time time.Duration
	// Retry is how long a reader whose stream ended, or who was turned away, is
	// asked to wait before connecting again, half as much more or less: not
	// all come at once. Default 2 seconds.
	Retry time.Duration
	// Overlap is how far a stream of many cases looks back for what was
	// recorded earlier and committed later: how far the clocks of replicas
	// differ, and how long a transaction takes that an entry is recorded in,
	// the host's too, must together stay below it. Each poll reads the state
	// rows that changed within it. Default 1 minute.
	Overlap time.Duration
	// Most and MostOfActor bound how many streams there are at once, of all
	// and of one actor. Default 128 and 8; negative is no bound.
	Most, MostOfActor int
	// Stopping, when it is closed, ends every stream at once: a server that
	// shuts down waits for requests, and these would not end. Default never.
	Stopping <-chan struct{}
}

func (o Streams) withDefaults() Streams {
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{{&o.Poll, time.Second}, {&o.Heartbeat, 15 * time.Second}, {&o.Write, 10 * time.Second}, {&o.Time, time.Hour}, {&o.Retry, 2 * time.Second}, {&o.Overlap, time.Minute}} {
		if *d.of <= 0 {
			*d.of = d.value
		}
	}
	if o.Most == 0 {
		o.Most = 128
	}
	if o.MostOfActor == 0 {
		o.MostOfActor = 8
	}
	return o
}

// places counts the streams that are open.
type places struct {
	mu  sync.Mutex
	all int
	of  map[[2]string]int // by organ and id of the actor
}

// enter takes a place, or says why there is none.
func (p *places) enter(a decision.Actor, most Streams) (leave func(), err error) {
	who := [2]string{a.Organ, a.ID}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case most.Most > 0 && p.all >= most.Most:
		return nil, later{coded{"busy", "同时打开的事件流已达上限", "as many streams as may be are open"}, most.again()}
	case most.MostOfActor > 0 && p.of[who] >= most.MostOfActor:
		return nil, later{coded{"too_many_requests", "此身份打开的事件流已达上限", "as many streams as one identity may have are open"}, most.again()}
	}
	if p.of == nil {
		p.of = map[[2]string]int{}
	}
	p.all++
	p.of[who]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.all--
		if p.of[who]--; p.of[who] == 0 {
			delete(p.of, who)
		}
	}, nil
}

// again is when a reader may come again.
func (o Streams) again() time.Duration { return o.Retry/2 + rand.N(o.Retry) } //nolint:gosec // a wait is no secret

// Why a stream ends.
var (
	errOver     = coded{code: "stream_over"}
	errStopping = coded{code: "not_ready"}
	errCut      = errors.New("httpapi: the reader is gone, or does not read")
)

// source is what a stream tells.
type source interface {
	// turn sends what there is. It asks the stream for the caller before it
	// reads and before it sends, every time.
	turn(ctx context.Context, to *stream) error
	// cursor is from where to go on.
	cursor() string
}

// stream is an answer that goes on (WHATWG HTML, server-sent events).
type stream struct {
	limits   Streams
	identify func() (caller, error)
	who      caller
	asked    time.Time // when who it is was asked for
	over     time.Time

	out     io.Writer
	line    *http.ResponseController // nil when the host's answers are none of net/http's
	flushes bool
	told    string // the cursor that the reader has
	wrote   time.Time
}

// stream answers with a stream, once the caller was found to be one who may
// have it.
func (s *server) stream(who caller, follow bool, from source) (*huma.StreamResponse, error) {
	if s.opts.Streams.stopping() {
		return nil, later{errStopping, s.opts.Streams.again()}
	}
	leave, err := s.streams.enter(who.Actor, s.opts.Streams)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		defer leave()
		to := s.open(out)
		err := to.begin(from)
		if err == nil {
			// Where a host cannot flush, nobody would see what is written: the
			// reader gets what there is and comes again.
			err = to.keep(out.Context(), follow && to.flushes, from)
		}
		if err == nil || errors.Is(err, errCut) || out.Context().Err() != nil {
			return // there is nobody to tell, or nothing to say
		}
		to.end(note(out.Context(), s.problem(out.Context(), who.lang, err)))
	}}, nil
}

// open begins the answer.
func (s *server) open(out huma.Context) *stream {
	to := &stream{
		limits: s.opts.Streams, over: time.Now().Add(s.opts.Streams.Time), out: out.BodyWriter(),
		identify: func() (caller, error) { return s.identified(out, readers()) },
	}
	if w, ok := to.out.(http.ResponseWriter); ok {
		to.line = http.NewResponseController(w)
	}
	out.SetHeader("Content-Type", "text/event-stream")
	out.SetHeader("Cache-Control", "no-store")
	out.SetHeader("X-Accel-Buffering", "no")
	out.SetHeader("X-Content-Type-Options", "nosniff")
	if out.Version().ProtoMajor == 1 {
		out.SetHeader("Connection", "close") // the deadlines set here are for this answer only
	}
	out.SetStatus(http.StatusOK)
	return to
}

// keep serves a stream until it ends.
func (t *stream) keep(ctx context.Context, follow bool, from source) error {
	for {
		if err := from.turn(ctx, t); err != nil {
			return err
		}
		if !follow {
			return t.tell(from)
		}
		if time.Now().After(t.over) {
			return errOver
		}
		if err := t.wait(ctx, from); err != nil {
			return err
		}
		t.asked = time.Time{}
	}
}

// caller is who reads. He is asked for again after each pause, and when
// sending has taken as long as one.
func (t *stream) caller() (caller, error) {
	if time.Since(t.asked) < t.limits.Poll {
		return t.who, nil
	}
	if !t.asked.IsZero() && time.Now().After(t.over) {
		return caller{}, errOver
	}
	var err error
	t.who, err = t.identify()
	t.asked = time.Now()
	return t.who, err
}

// wait waits for the next turn.
func (t *stream) wait(ctx context.Context, from source) error {
	timer := time.NewTimer(t.limits.Poll*3/4 + rand.N(t.limits.Poll/2+1)) //nolint:gosec // a wait is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.limits.Stopping:
		return errStopping
	case <-timer.C:
	}
	if time.Since(t.wrote) < t.limits.Heartbeat {
		return nil
	}
	if from.cursor() != t.told {
		return t.tell(from)
	}
	return t.write(":\n\n")
}

func (o Streams) stopping() bool {
	select {
	case <-o.Stopping:
		return true
	default:
		return false
	}
}

// begin says how long to wait before connecting again, and from where.
func (t *stream) begin(from source) error {
	t.told = from.cursor()
	return t.write("retry: " + strconv.FormatInt(t.limits.again().Milliseconds(), 10) + "\nid: " + t.told + "\n\n")
}

// tell gives the reader the cursor, without an event.
func (t *stream) tell(from source) error {
	if from.cursor() == t.told {
		return nil
	}
	t.told = from.cursor()
	return t.write("id: " + t.told + "\n\n")
}

// send sends an event. JSON has no line break in it.
func (t *stream) send(name, cursor string, v any) error {
	if t.limits.stopping() {
		return errStopping
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	t.told = cursor
	return t.write("id: " + cursor + "\nevent: " + name + "\ndata: " + string(data) + "\n\n")
}

// end is the last event: why there is nothing more. It has no cursor; the
// reader keeps the one it has.
func (t *stream) end(why *Problem) {
	data, err := json.Marshal(why)
	if err == nil {
		_ = t.write("event: end\ndata: " + string(data) + "\n\n") // nobody is left to tell
	}
}

// write writes and flushes, and cuts off a reader that does not read.
func (t *stream) write(text string) error {
	if t.line != nil {
		if err := t.line.SetWriteDeadline(time.Now().Add(t.limits.Write)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return errCut
		}
	}
	if _, err := io.Copy(t.out, strings.NewReader(text)); err != nil {
		return errCut
	}
	t.wrote = time.Now()
	if t.line == nil {
		return nil
	}
	err := t.line.Flush()
	t.flushes = err == nil
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errCut
	}
	return nil
}
