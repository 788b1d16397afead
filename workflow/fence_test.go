package workflow_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// between is a store in which something else is done after an act was decided
// upon and before it is written, so often.
type between struct {
	workflowtest.Storage
	times atomic.Int64
	do    func()
}

func (b *between) Append(ctx context.Context, w workflow.Write) error {
	if b.times.Add(-1) >= 0 {
		b.do()
	}
	return b.Storage.Append(ctx, w)
}

// A unit that is taken off the case while its act is on the way has not done
// it: who is assigned is read from the very entries that an act is appended to.
func TestNobodyActsWhileHeIsTakenOffTheCase(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		before := sample.Before("d713", "record_investigation")
		next := sample.Walk("d713")[len(before)]
		for name, expect := range map[string]int64{"of any version": workflow.Latest, "of the version that was read": int64(len(before))} {
			svc, clock := newService(t, s)
			id, err := sample.Perform(t.Context(), svc, clock, "d713", before)
			if err != nil {
				t.Fatal(err)
			}
			clock.Set(next.On)
			c, err := svc.Read(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			last, _ := decision.Last(c.Decision.Assignments)
			others := last.Act
			others.Units = []decision.AssignedUnit{{Unit: "县水利局", Lead: new(true)}}
			office := sample.Actor("d713", workflow.RoleGovOffice)
			x := &between{Storage: s, do: func() {
				if _, err := (&workflow.Service{Store: s, Register: s, Vault: s, Packs: svc.Packs, Calendar: svc.Calendar, Now: svc.Now}).Do(
					t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: others, Actor: office}); err != nil {
					t.Error(err)
				}
			}}
			x.times.Store(1)
			svc.Store = x
			_, err = svc.Do(t.Context(), workflow.Request{Decision: id, Expect: expect, Act: next.Act, Actor: next.Actor, Materials: next.Files, Key: "k"})
			var refused *workflow.RefusedError
			byRole := errors.As(err, &refused) && refused.Code == workflow.CodeRole
			if conflict := errors.Is(err, workflow.ErrConflict); byRole == conflict || conflict != (expect != workflow.Latest) {
				t.Errorf("%s: %v", name, err)
			}
			after, err := svc.Read(t.Context(), id)
			if err != nil || after.Version() != int64(len(before))+1 || len(after.Decision.Investigations) != 0 {
				t.Errorf("%s: version %d, %v", name, after.Version(), err)
			}
		}
	})
}

// Whoever is overtaken again and again is told so, and left nothing behind.
func TestOneWhoIsAlwaysOvertakenHearsOfAConflict(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		before := sample.Before("d713", "record_investigation")
		id, err := sample.Perform(t.Context(), svc, clock, "d713", before)
		if err != nil {
			t.Fatal(err)
		}
		next := sample.Walk("d713")[len(before)]
		clock.Set(next.On)
		by := *svc
		request := workflow.Request{Decision: id, Expect: workflow.Latest, Act: next.Act, Actor: next.Actor, Materials: next.Files}
		x := &between{Storage: s, do: func() {
			if _, err := by.Do(t.Context(), request); err != nil {
				t.Error(err)
			}
		}}
		x.times.Store(1 << 20)
		svc.Store = x
		if _, err := svc.Do(t.Context(), request); !errors.Is(err, workflow.ErrConflict) {
			t.Error(err)
		}
		x.times.Store(3)
		if _, err := svc.Do(t.Context(), request); err != nil {
			t.Errorf("overtaken three times: %v", err)
		}
	})
}
