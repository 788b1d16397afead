package delivery

import (
	"context"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Store keeps the outbox and what became of it. Every write is kept wholly or
// not at all, and is durable when it returns.
type Store interface {
	// Lease takes or renews a lease, and reports whether the holder has it.
	Lease(ctx context.Context, name, holder string, until, now time.Time) (bool, error)
	// Admit says under which fingerprint a subscriber is configured. One that was
	// disabled under another is enabled by it.
	Admit(ctx context.Context, subscriber, fingerprint string) error

	// Unrouted returns events that were not routed yet; of each decision in
	// order, from the first.
	Unrouted(ctx context.Context, limit int) ([]Event, error)
	// Route gives each target its delivery, which may be attempted from now on,
	// and marks the events as routed. What was routed already stays as it is.
	Route(ctx context.Context, events []Event, targets []Target, now time.Time) error

	// Waiting returns what a subscriber is to be told by now: of each decision
	// the first event that waits, unless its time has not come. There is nothing
	// for a subscriber that is disabled.
	Waiting(ctx context.Context, subscriber string, now time.Time, limit int) ([]Delivery, error)
	// Settle keeps the outcome of an attempt. A delivery that does not wait any
	// more stays as it is.
	Settle(ctx context.Context, o Outcome) error

	// Unreminded returns tasks that are due on a day from one to another, both
	// included and the first open when zero, of which there was no reminder of the
	// type for that day; in order of the day.
	Unreminded(ctx context.Context, typ string, from, until calendar.Date, limit int) ([]workflow.Task, error)
	// Remind puts a reminder into the outbox, unless there was one of the type for
	// the task and its day.
	Remind(ctx context.Context, r Reminder) error

	// Sweep removes events recorded before an instant, at most limit of them, that
	// were routed and neither wait nor are dead for any subscriber, and says how
	// many it removed.
	Sweep(ctx context.Context, before time.Time, limit int) (int, error)
}

// Event is a row of the outbox.
type Event struct {
	Decision   string
	ID         string
	Seq        int64  // of the entry; for a reminder, the version of the decision at that time
	Type       string // as recorded; see [workflow.EventRecorded]
	Body       []byte
	Organ      string // whose decision it is
	RecordedAt time.Time
}

// Target is a subscriber that is to be told of an event.
type Target struct {
	Decision, Event, Subscriber string
	Seq                         int64
}

// Delivery is an event on its way to one subscriber.
type Delivery struct {
	Event
	Subscriber string
	Attempts   int // made so far
}

// State is what became of a delivery.
type State string

// The states.
const (
	Waiting State = "waiting" // for its turn, or for another attempt
	Done    State = "done"    // the subscriber has taken it
	Dead    State = "dead"    // the attempts are used up; see [Listed]
)

// Outcome is that of one attempt.
type Outcome struct {
	Decision, Event, Subscriber string
	State                       State
	Attempts                    int       // made so far, this one included
	At                          time.Time // of the attempt
	Next                        time.Time // when it waits: not before. The later events of the decision wait as long
	Reason                      Reason    // why it failed
	Disable                     bool      // the subscriber said that it is gone
}

// Reminder is an event that a deadline brings.
type Reminder struct {
	Task  workflow.Task
	Event workflow.Event
	At    time.Time
}

// Listed is a delivery as an operator sees it.
type Listed struct {
	Decision   string    `json:"decision"`
	Seq        int64     `json:"seq"`
	Event      string    `json:"event"`
	Type       string    `json:"type"`
	Subscriber string    `json:"subscriber"`
	State      State     `json:"state"`
	Attempts   int       `json:"attempts"`
	Reason     Reason    `json:"reason,omitempty"` // of the last attempt that failed
	RecordedAt time.Time `json:"recorded_at"`
	NextAt     time.Time `json:"next_at,omitzero"`    // while it waits
	SettledAt  time.Time `json:"settled_at,omitzero"` // when it was done or dead
}

// Query selects deliveries that are not done, in order of decision, seq, event
// and subscriber.
type Query struct {
	Dead  bool    // only those
	After *Listed // the last of the page before
	Limit int
}

// Status is a subscriber as the store knows it.
type Status struct {
	Name       string
	DisabledAt time.Time // zero unless it is disabled
	Reason     Reason
}
