package sample

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Clock is a clock that stands still until it is set. It is safe for
// concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at nine in the morning, China time, of a day.
func NewClock(day calendar.Date) *Clock {
	c := &Clock{}
	c.Set(day)
	return c
}

// Set moves the clock to nine in the morning, China time, of a day, unless it
// is past it.
func (c *Clock) Set(day calendar.Date) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := day.Time().Add(time.Hour); at.After(c.now) {
		c.now = at
	}
}

// Now returns what the clock shows, a microsecond later at each call.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Perform does the steps one after the other through a service, each on its
// day and under its suite, and returns the case that the first one opened.
func Perform(ctx context.Context, svc *workflow.Service, clock *Clock, pack string, steps []Step) (string, error) {
	steps, err := Under(svc.Suite, steps)
	if err != nil {
		return "", err
	}
	id := ""
	version := int64(0)
	for i, s := range steps {
		clock.Set(s.On)
		r := workflow.Request{
			Decision: id, Expect: version, Act: s.Act, Actor: s.Actor, OccurredOn: s.On, Reasons: s.Reasons, Materials: s.Files,
		}
		var receipt workflow.Receipt
		switch {
		case i == 0:
			r.Pack = pack
			receipt, err = svc.Propose(ctx, r)
		case s.Opinions != nil:
			if _, err = svc.ReceiveOpinions(ctx, id, s.Actor, "", s.Opinions); err == nil {
				var receipts []workflow.Receipt
				if receipts, err = svc.CommitOpinions(ctx, id, s.Actor); err == nil {
					receipt = receipts[len(receipts)-1]
				}
			}
		default:
			receipt, err = svc.Do(ctx, r)
		}
		if err != nil {
			return id, fmt.Errorf("step %d, %s: %w", i+1, s.Act.Kind(), err)
		}
		id, version = receipt.Decision, receipt.Version
	}
	return id, nil
}
