package delivery

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

const (
	// Deadlines and what may be swept are looked for no more often than this.
	remindEvery = time.Minute
	sweepEvery  = time.Hour
)

// Run delivers until the context ends, and looks for what is new every so
// often. Of several replicas one works at a time, and another goes on when it
// stops. Nothing that goes wrong ends it: it is logged and tried again. A
// subscriber that is slow or does not answer keeps no other waiting.
func (d *Deliverer) Run(ctx context.Context, every time.Duration) {
	t := d.begin()
	var lines sync.WaitGroup
	for _, l := range t.lines {
		lines.Go(func() {
			t.repeat(ctx, every, l.news, func() error { return t.tell(ctx, l) })
		})
	}
	t.repeat(ctx, every, nil, func() error { return t.keepHouse(ctx) })
	lines.Wait()
	t.release(ctx)
}

// keepHouse is what is done for all subscribers.
func (t *turn) keepHouse(ctx context.Context) error {
	term, err := t.hold(ctx)
	if err != nil || term == 0 {
		return err
	}
	err = t.prepare(ctx)
	for _, l := range t.lines {
		select {
		case l.news <- struct{}{}:
		default: // it has not looked since the last time
		}
	}
	if err != nil {
		return err
	}
	if now := t.now(); now.Sub(t.purged) >= sweepEvery {
		t.purged = now
		return t.sweep(ctx)
	}
	return nil
}

// repeat works every so often, and sooner when there is news.
func (t *turn) repeat(ctx context.Context, every time.Duration, news <-chan struct{}, work func() error) {
	for ended := false; !ended; ended = pause(ctx, every, news) {
		if err := work(); err != nil && ctx.Err() == nil {
			t.logger().ErrorContext(ctx, "deliver", "error", err)
		}
	}
}

func (d *Deliverer) holder() string {
	if d.Holder != "" {
		return d.Holder
	}
	return rand.Text()
}

// pause waits for a while or for news, and reports whether the context has ended.
func pause(ctx context.Context, d time.Duration, news <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-news:
	}
	return ctx.Err() != nil
}
