package statistics

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/juece/juece/workflow"
)

// page is how many rows of the list of cases are asked for at once.
const page = 500

// ErrUnreadable marks a stored case that cannot be read: its history does not
// hold, or was written under a pack, with an act or by an algorithm that is not
// known here.
var ErrUnreadable = errors.New("statistics: the case cannot be read")

// Stored reads every case of an organ, or of all when it is empty, and among
// them only those named where some are, in order of id, page by page; only one
// is held at a time. A case that wraps
// ErrUnreadable has only its ID, and the sequence goes on after it. Any other
// error ends the sequence.
func Stored(ctx context.Context, svc *workflow.Service, organ string, cases ...string) iter.Seq2[workflow.Case, error] {
	return func(yield func(workflow.Case, error) bool) {
		after := ""
		for {
			rows, err := svc.Store.List(ctx, workflow.Query{Organ: organ, Cases: cases, After: after, Limit: page})
			if err != nil {
				yield(workflow.Case{}, err)
				return
			}
			for _, r := range rows {
				c, err := read(ctx, svc, r.Decision)
				if !yield(c, err) || (err != nil && !errors.Is(err, ErrUnreadable)) {
					return
				}
				after = r.Decision
			}
			if len(rows) < page {
				return
			}
		}
	}
}

func read(ctx context.Context, svc *workflow.Service, id string) (workflow.Case, error) {
	c, err := svc.Read(ctx, id)
	if err == nil {
		return c, nil
	}
	if workflow.Unreadable(err) {
		return workflow.Case{ID: id}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return workflow.Case{ID: id}, err
}
