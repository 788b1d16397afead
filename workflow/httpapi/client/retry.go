package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// Backoff bounds how long is waited before a request is sent again: a random
// part of First, of twice First, and so on up to Most; or what the server asks
// for, when that is not more than Most.
type Backoff struct {
	First time.Duration // default half a second
	Most  time.Duration // default 30 seconds
}

// lostError says that there was no answer: nobody knows whether the request
// arrived.
type lostError struct{ err error }

func (e *lostError) Error() string { return "client: no answer: " + e.err.Error() }

func (e *lostError) Unwrap() error { return e.err }

// after says whether a request is sent again after what came of it, and when.
// What the server says it did not take (429, 503) can always be; what was lost,
// and what somebody in between says, only when a repeat does nothing twice.
func (b Backoff) after(attempt int, err error, safe bool) (time.Duration, bool) {
	first, most := b.First, b.Most
	if first <= 0 {
		first = time.Second / 2
	}
	if most <= 0 {
		most = 30 * time.Second
	}
	wait := rand.N(min(first<<min(attempt-1, 16), most) + 1) //nolint:gosec // a wait is no secret
	var refused *Problem
	var lost *lostError
	switch {
	case errors.As(err, &refused):
		again := false
		switch refused.Status {
		case http.StatusTooManyRequests:
			again = true
		case http.StatusServiceUnavailable:
			again = safe || !refused.foreign
		case http.StatusBadGateway, http.StatusGatewayTimeout:
			again = safe
		}
		return max(wait, refused.RetryAfter), again && refused.RetryAfter <= most
	case errors.As(err, &lost):
		stopped := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		return wait, safe && !stopped
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
