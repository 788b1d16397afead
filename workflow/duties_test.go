package workflow_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// crossing is a store at which two acts meet: both have read the case before
// either is written, and the one of a kind is written first.
type crossing struct {
	workflowtest.Storage
	first   decision.Kind
	loads   atomic.Int64
	met     sync.WaitGroup
	written context.Context // done when it is
	done    context.CancelFunc
}

func (x *crossing) Load(ctx context.Context, id string) ([]history.Record, error) {
	records, err := x.Storage.Load(ctx, id)
	if x.loads.Add(1) <= 2 {
		x.met.Done()
		x.met.Wait()
	}
	return records, err
}

func (x *crossing) Append(ctx context.Context, w workflow.Write) error {
	entry, err := history.Parse(w.Entry.Data)
	if err != nil {
		return err
	}
	if decision.Kind(entry.Kind) == x.first {
		defer x.done()
	} else {
		<-x.written.Done()
	}
	return x.Storage.Append(ctx, w)
}

// Whoever drafted does not review, not even when both acts were decided upon at
// the same moment: each is judged with the version that it is appended to.
func TestDutiesStayApartWhenTwoActsCross(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		both := decision.Actor{
			ID: "兼任人员", Organ: sample.Organ("d713").Name, Unit: sample.LeadUnit,
			Roles: []decision.Role{workflow.RoleUndertakingUnit, workflow.RoleLegalityReviewer},
		}
		walk := sample.Walk("d713")
		before := sample.Before("d713", "confirm_still_stands") // of the third version
		review := walk[len(before)]
		draft := walk[slices.IndexFunc(before, func(s sample.Step) bool {
			a, ok := s.Act.(decision.SubmitDraft)
			return ok && a.Draft == 3
		})]
		next := draft.Act.(decision.SubmitDraft)
		next.Draft = 4
		draft.Act, draft.On = next, review.On
		again := review
		still := review.Act.(decision.ConfirmStillStands)
		still.Draft = 4
		again.Act = still
		for _, first := range []decision.Kind{"submit_draft", "confirm_still_stands"} {
			for _, expect := range []int64{workflow.Latest, int64(len(before))} {
				svc, clock := newService(t, s)
				id, err := sample.Perform(t.Context(), svc, clock, "d713", before)
				if err != nil {
					t.Fatal(err)
				}
				clock.Set(draft.On)
				x := &crossing{Storage: s, first: first}
				x.written, x.done = context.WithCancel(t.Context())
				x.met.Add(2)
				svc.Store = x
				do := func(step sample.Step, expect int64) error {
					defer x.done() // refused, it is never written
					_, err := svc.Do(t.Context(), workflow.Request{Decision: id, Expect: expect, Act: step.Act, Actor: both, Materials: step.Files})
					return err
				}
				var drafted, reviewed error
				var wg sync.WaitGroup
				wg.Go(func() { drafted = do(draft, expect) })
				wg.Go(func() { reviewed = do(review, expect) })
				wg.Wait()
				svc.Store = s

				var refused *workflow.RefusedError
				apart := func(err error) bool { return errors.As(err, &refused) && refused.Code == workflow.CodeRole }
				switch {
				case first == "submit_draft" && expect == workflow.Latest:
					if drafted != nil || !apart(reviewed) {
						t.Errorf("drafted first: %v, %v", drafted, reviewed)
					}
				case first == "submit_draft":
					if drafted != nil || !errors.Is(reviewed, workflow.ErrConflict) || !apart(do(review, workflow.Latest)) {
						t.Errorf("drafted first, of the version that was read: %v, %v", drafted, reviewed)
					}
				case expect == workflow.Latest: // what he drafts then, another has to review
					if reviewed != nil || drafted != nil || !apart(do(again, workflow.Latest)) {
						t.Errorf("reviewed first: %v, %v", drafted, reviewed)
					}
				default:
					if reviewed != nil || !errors.Is(drafted, workflow.ErrConflict) {
						t.Errorf("reviewed first, of the version that was read: %v, %v", drafted, reviewed)
					}
				}
			}
		}
	})
}
