package main

import (
	"context"
	"fmt"
	"time"
)

// probeTime is how long the database may take to answer who watches it.
const probeTime = 2 * time.Second

var errSlow = fmt.Errorf("the database did not answer within %s", probeTime)

// question is put to a database that may be deaf: a driver can be stuck in a
// connection that hangs, whatever its context says. Then the answer is late, and
// whoever asks next waits for the same one, so that there is never more than
// one. It is not safe for concurrent use.
type question[T any] struct {
	running chan reply[T] // one whose answer was not waited for
}

type reply[T any] struct {
	value T
	err   error
}

// put returns the answer, or errSlow.
func (q *question[T]) put(ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	if q.running == nil {
		answer := make(chan reply[T], 1)
		q.running = answer
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTime) // others wait for it, too
		go func() {
			defer cancel()
			value, err := ask(ctx)
			answer <- reply[T]{value, err}
		}()
	}
	late := time.NewTimer(probeTime)
	defer late.Stop()
	select {
	case answer := <-q.running:
		q.running = nil
		return answer.value, answer.err
	case <-late.C:
		var none T
		return none, errSlow
	}
}
