package main

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// ahead is how many inputs per worker are under way or wait for their turn.
const ahead = 8

// inOrder applies a function to each input, several at a time, and yields the
// results in the order of the inputs. However many there are, it holds a few
// per worker only. It ends early when the context does, without the rest, and
// leaves nothing running behind.
func inOrder[In, Out any](ctx context.Context, workers int, inputs iter.Seq[In], apply func(In) Out) iter.Seq[Out] {
	type task struct {
		in  In
		out chan Out
	}
	return func(yield func(Out) bool) {
		ctx, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer stop()
		queue, work := make(chan task, ahead*workers), make(chan task)
		for range workers {
			running.Go(func() {
				for t := range work {
					t.out <- apply(t.in)
				}
			})
		}
		running.Go(func() {
			defer close(queue)
			defer close(work)
			for in := range inputs {
				t := task{in, make(chan Out, 1)}
				for _, to := range []chan task{queue, work} {
					select {
					case to <- t:
					case <-ctx.Done():
						return
					}
				}
			}
		})
		for t := range queue {
			select {
			case out := <-t.out:
				if !yield(out) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// workers is how many files are judged at a time.
func (c *checkCmd) workers() int {
	if c.Jobs > 0 {
		return c.Jobs
	}
	return runtime.GOMAXPROCS(0)
}
