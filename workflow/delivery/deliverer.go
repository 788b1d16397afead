package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/juece/juece/workflow/calendar"
)

// Deliverer takes events to subscribers. It may stand in every replica, with
// the same subscribers; see [Deliverer.Run].
type Deliverer struct {
	Store       Store
	Subscribers []Subscriber
	Source      string // the installation, a URI; the source of every event
	// Calendar counts the working days to a deadline. Default none: no
	// reminders.
	Calendar *calendar.Calendar
	// DueWithin is how many working days ahead a task is due. Default 3.
	DueWithin calendar.WorkingDays
	// Retention is how long events are kept that nobody waits for. Default 30
	// days.
	Retention time.Duration
	// Parallel is how many decisions one subscriber is told of at a time. Default 4.
	Parallel int
	// Timeout bounds one request. Default 10 s.
	Timeout time.Duration
	// Resolver finds the addresses of subscribers. Default net.DefaultResolver.
	Resolver *net.Resolver
	// Holder names the replica in the lease. Default a random name.
	Holder string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Jitter returns a random part of a pause. Default evenly spread.
	Jitter func(time.Duration) time.Duration
	// Logger gets what went wrong in the background. Default slog.Default().
	Logger *slog.Logger
}

const (
	defaultParallel  = 4
	defaultDueWithin = 3
	defaultRetention = 30 * 24 * time.Hour
	// page is how many rows are read at a time.
	page = 200
	// sweepPage is how many are removed at a time. What cannot be removed is gone
	// over again for each page, so there are few pages.
	sweepPage = 2000
)

// Report is what [Deliverer.Once] did.
type Report struct {
	Held     bool // the lease; without it nothing was done
	Routed   int  // events that were given to their subscribers
	Reminded int
	Done     int
	Failed   int // attempts
	Dead     int // deliveries
	Swept    int // events
}

// Once does all there is to do now, and ends.
func (d *Deliverer) Once(ctx context.Context) (Report, error) {
	t := d.begin()
	defer t.release(ctx)
	held, err := t.hold(ctx)
	if err != nil || held == 0 {
		return Report{}, err
	}
	err = errors.Join(t.prepare(ctx), t.sweep(ctx))
	var mu sync.Mutex
	var told sync.WaitGroup
	for _, s := range t.lines {
		told.Go(func() {
			failure := t.tell(ctx, s)
			mu.Lock()
			defer mu.Unlock()
			err = errors.Join(err, failure)
		})
	}
	told.Wait()
	t.report.Held = true
	return t.report, err
}

// turn is the work of one replica: what it did, and whether it is its turn.
type turn struct {
	*Deliverer
	holder string
	lines  []line

	mu     sync.Mutex
	until  time.Time // the lease
	term   int64     // goes up when the lease was taken anew: what was read before is old
	report Report

	admitted         bool
	reminded, purged time.Time // when last
}

// line is the way to one subscriber.
type line struct {
	Subscriber
	client *http.Client
	news   chan struct{} // something may have been routed
}

func (d *Deliverer) begin() *turn {
	t := &turn{Deliverer: d, holder: d.holder()}
	for _, s := range d.Subscribers {
		t.lines = append(t.lines, line{s, d.newClient(s), make(chan struct{}, 1)})
	}
	return t
}

// leaseName is that of the lease. There is one for all subscribers.
const leaseName = "deliver"

// hold sees to it that this replica has the lease for as long as one request
// takes, and returns the term for which it does; 0 when another has it.
func (t *turn) hold(ctx context.Context) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, slack := t.now(), 2*t.timeout()
	if now.Add(slack).Before(t.until) {
		return t.term, nil
	}
	until := now.Add(4 * slack)
	held, err := t.Store.Lease(ctx, leaseName, t.holder, until, now)
	if err != nil || !held {
		t.until = time.Time{}
		return 0, err
	}
	if !now.Before(t.until) { // another may have had it meanwhile
		t.term++
	}
	t.until = until
	return t.term, nil
}

// release lets the next replica begin at once; without it the lease runs out.
func (t *turn) release(ctx context.Context) {
	for _, l := range t.lines {
		l.client.CloseIdleConnections()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.until.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	now := t.now()
	if _, err := t.Store.Lease(ctx, leaseName, t.holder, now, now); err != nil {
		t.logger().WarnContext(ctx, "release the lease", "error", err)
	}
}

// prepare routes what was recorded, and reminds of deadlines.
func (t *turn) prepare(ctx context.Context) error {
	if !t.admitted {
		for _, s := range t.Subscribers {
			fingerprint, err := s.fingerprint()
			if err == nil {
				err = t.Store.Admit(ctx, s.Name, fingerprint)
			}
			if err != nil {
				return err
			}
		}
		t.admitted = true
	}
	// Reminders that fail hold up nothing that was recorded.
	return errors.Join(t.remind(ctx), t.route(ctx))
}

func (t *turn) route(ctx context.Context) error {
	for {
		events, err := t.Store.Unrouted(ctx, page)
		if err != nil || len(events) == 0 {
			return err
		}
		var targets []Target
		for _, e := range events {
			if typeOf(e.Type) == "" {
				t.logger().WarnContext(ctx, "an event of an unknown type goes to nobody", "event", e.ID, "type", e.Type)
			}
			for _, s := range t.Subscribers {
				if s.wants(e) {
					targets = append(targets, Target{Decision: e.Decision, Event: e.ID, Subscriber: s.Name, Seq: e.Seq})
				}
			}
		}
		if err := t.Store.Route(ctx, events, targets, t.now()); err != nil {
			return err
		}
		t.count(func(r *Report) { r.Routed += len(events) })
		if len(events) < page {
			return nil
		}
	}
}

func (t *turn) sweep(ctx context.Context) error {
	for {
		n, err := t.Store.Sweep(ctx, t.now().Add(-t.retention()), sweepPage)
		t.count(func(r *Report) { r.Swept += n })
		if err != nil || n < sweepPage {
			return err
		}
	}
}

// tell takes to one subscriber what waits for it, until there is nothing or it
// is not this replica's turn any more.
func (t *turn) tell(ctx context.Context, l line) error {
	for {
		term, err := t.hold(ctx)
		if err != nil || term == 0 {
			return err
		}
		waiting, err := t.Store.Waiting(ctx, l.Name, t.now(), page)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if err := t.tellAll(ctx, l, term, waiting); err != nil {
			return err
		}
	}
}

// errEnd ends a round: the subscriber wants no more, or the lease is lost.
var errEnd = errors.New("delivery: the round has ended")

// tellAll makes one attempt at each; they are of different decisions.
func (t *turn) tellAll(ctx context.Context, l line, term int64, waiting []Delivery) (err error) {
	var mu sync.Mutex
	ended := false
	over := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return ended
	}
	var workers sync.WaitGroup
	next := make(chan Delivery)
	for range min(t.parallel(), len(waiting)) {
		workers.Go(func() {
			for w := range next {
				if over() {
					continue
				}
				failure := t.attempt(ctx, l, term, w)
				mu.Lock()
				ended = ended || failure != nil
				if !errors.Is(failure, errEnd) {
					err = errors.Join(err, failure)
				}
				mu.Unlock()
			}
		})
	}
	for _, w := range waiting {
		if over() {
			break
		}
		next <- w
	}
	close(next)
	workers.Wait()
	return err
}

// attempt sends one event and keeps the outcome.
func (t *turn) attempt(ctx context.Context, l line, term int64, w Delivery) error {
	if now, err := t.hold(ctx); err != nil {
		return err
	} else if now != term {
		return errEnd
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// What was begun is finished and remembered though the program is about to
	// end: a request that is cut off would be a repeat for the receiver.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*t.timeout())
	defer cancel()
	var a answer
	body, err := encode(t.Source, w.Event)
	if err != nil {
		t.logger().WarnContext(ctx, "event", "event", w.ID, "error", err)
		a.reason = ReasonEvent
	} else if a, err = t.post(whole, l.client, l.Subscriber, w.ID, body); err != nil {
		return err
	}
	o := t.outcome(w, a)
	if err := t.Store.Settle(whole, o); err != nil {
		return fmt.Errorf("delivery: event %s: %w", w.ID, err)
	}
	t.tally(ctx, o)
	if o.Disable {
		return errEnd
	}
	return nil
}

// outcome says what an answer means.
func (t *turn) outcome(w Delivery, a answer) Outcome {
	now := t.now()
	o := Outcome{
		Decision: w.Decision, Event: w.ID, Subscriber: w.Subscriber,
		State: Done, Attempts: w.Attempts + 1, At: now, Reason: a.reason,
	}
	switch {
	case a.reason == "":
	case a.status == http.StatusGone:
		// Nothing is lost: what waits goes out when it is configured again.
		o.State, o.Next, o.Attempts, o.Disable = Waiting, now, w.Attempts, true
	case a.reason == ReasonEvent || o.Attempts >= attempts:
		o.State = Dead
	default:
		o.State, o.Next = Waiting, now.Add(max(leastPause+t.jitter(pauseAfter(o.Attempts)), a.retryAfter))
	}
	return o
}

func (t *turn) tally(ctx context.Context, o Outcome) {
	t.count(func(r *Report) {
		switch o.State {
		case Done:
			r.Done++
			return
		case Dead:
			r.Dead++
		case Waiting:
		}
		r.Failed++
	})
	log := t.logger().With("subscriber", o.Subscriber, "decision", o.Decision, "event", o.Event, "reason", o.Reason)
	switch {
	case o.Disable:
		log.WarnContext(ctx, "the subscriber is gone and gets nothing more until it is configured again")
	case o.State == Dead:
		log.ErrorContext(ctx, "the event is dead for the subscriber", "attempts", o.Attempts)
	case o.State == Waiting:
		log.InfoContext(ctx, "not delivered", "attempts", o.Attempts, "next", o.Next)
	}
}

func (t *turn) count(add func(*Report)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	add(&t.report)
}

func (d *Deliverer) parallel() int {
	if d.Parallel > 0 {
		return d.Parallel
	}
	return defaultParallel
}

func (d *Deliverer) timeout() time.Duration {
	if d.Timeout > 0 {
		return d.Timeout
	}
	return requestTime
}

func (d *Deliverer) retention() time.Duration {
	if d.Retention > 0 {
		return d.Retention
	}
	return defaultRetention
}

func (d *Deliverer) dueWithin() calendar.WorkingDays {
	if d.DueWithin > 0 {
		return d.DueWithin
	}
	return defaultDueWithin
}

func (d *Deliverer) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

func (d *Deliverer) jitter(pause time.Duration) time.Duration {
	if d.Jitter != nil {
		return d.Jitter(pause)
	}
	return rand.N(pause)
}

func (d *Deliverer) logger() *slog.Logger {
	if d.Logger != nil {
		return d.Logger
	}
	return slog.Default()
}
