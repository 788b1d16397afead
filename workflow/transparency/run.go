package transparency

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// shortLease is the least time for which a lease is taken: enough for a long
// batch, so that a second replica does not begin the same one.
const shortLease = 30 * time.Second

// Run seals every so often until the context ends. Of several replicas one
// works at a time, and another goes on when it stops. Nothing that goes wrong
// ends it: it is logged and tried again, and meanwhile the backlog grows, which
// [Log.Backlog] shows. Witnesses are asked in the background; one that does not
// answer keeps neither the sealing nor other witnesses waiting.
func (s *Sealer) Run(ctx context.Context, every time.Duration) {
	holder := s.Holder
	if holder == "" {
		holder = rand.Text()
	}
	var background sync.WaitGroup
	offers := make([]chan Checkpoint, len(s.Witnesses))
	for i, w := range s.Witnesses {
		offers[i] = make(chan Checkpoint, 1)
		background.Go(func() { s.attend(ctx, w, offers[i], every) })
	}
	offer := func(c Checkpoint) {
		for _, ch := range offers {
			replaceOffer(ch, c)
		}
	}
	t := &turns{Sealer: s, holder: holder, every: every, offer: offer}
	for ended := false; !ended; ended = pause(ctx, every) {
		if err := t.take(ctx); err != nil && ctx.Err() == nil {
			s.logger().ErrorContext(ctx, "seal", "log", s.Log.Origin, "error", err)
		}
	}
	t.release(ctx)
	background.Wait()
}

// turns is what a replica does each time.
type turns struct {
	*Sealer
	holder string
	every  time.Duration
	offer  func(Checkpoint)

	mine      bool // the lease, at the last look
	begun     bool
	published int64
}

// take seals what is queued, if it is this replica's turn.
func (t *turns) take(ctx context.Context) error {
	for {
		now := t.now()
		mine, err := t.Log.Store.Lease(ctx, t.lease(), t.holder, now.Add(max(3*t.every, shortLease)), now)
		if err != nil {
			return err
		}
		if t.mine = mine; !mine {
			return nil
		}
		if !t.begun {
			// Once: what a program without a queue recorded meanwhile.
			if _, err := t.Log.Store.Requeue(ctx, t.Log.Origin); err != nil {
				return err
			}
			t.begun = true
		}
		sealed, err := t.Seal(ctx)
		if err != nil {
			return err
		}
		if err := t.announce(ctx, sealed.Checkpoint); err != nil {
			return err
		}
		if sealed.Entries < t.batch() {
			return nil
		}
	}
}

func (t *turns) lease() string { return "seal " + t.Log.Origin }

// release lets the next replica begin at once; without it the lease runs out.
func (t *turns) release(ctx context.Context) {
	if !t.mine {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	now := t.now()
	if _, err := t.Log.Store.Lease(ctx, t.lease(), t.holder, now, now); err != nil {
		t.logger().WarnContext(ctx, "release the lease", "log", t.Log.Origin, "error", err)
	}
}

// announce publishes a checkpoint that is committed, once; the first is the one
// that a replica before may not have come to publish.
func (t *turns) announce(ctx context.Context, c Checkpoint) error {
	if c.Size <= t.published {
		return nil
	}
	if err := t.publish(ctx, c.Size); err != nil {
		return err
	}
	t.offer(c)
	t.published = c.Size
	return nil
}

// attend asks one witness about the newest checkpoint, and again after a while
// when it did not cosign it.
func (s *Sealer) attend(ctx context.Context, w *Witness, offers chan Checkpoint, every time.Duration) {
	for {
		var c Checkpoint
		select {
		case <-ctx.Done():
			return
		case c = <-offers:
		}
		err := s.cosign(ctx, w, c)
		if err == nil {
			err = s.publish(ctx, c.Size)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		s.logger().WarnContext(ctx, "witness", "log", s.Log.Origin, "error", err)
		if pause(ctx, max(every, time.Second)) {
			return
		}
		select { // unless there is a newer one
		case offers <- c:
		default:
		}
	}
}

// replaceOffer puts the newest checkpoint where an older one may still wait. It
// is called by one goroutine.
func replaceOffer(ch chan Checkpoint, c Checkpoint) {
	for {
		select {
		case ch <- c:
			return
		default:
		}
		select {
		case <-ch:
		default:
		}
	}
}

// pause waits, and reports whether the context has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-timer.C:
		return ctx.Err() != nil
	}
}
