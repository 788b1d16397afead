package workflowtest

import (
	"sync"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

// packs are the packs that come with the module, read once for all tests.
var packs = sync.OnceValues(workflow.Packs)

// Case returns an empty live case under a pack.
func Case(t testing.TB, pack string) workflow.Case {
	t.Helper()
	packs, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	p, err := packs.Named(pack)
	if err != nil {
		t.Fatal(err)
	}
	return workflow.Case{ID: "case", Evidence: workflow.Live, Pack: p, Calendar: calendar.China()}
}

// Play applies the steps to an empty live case and fails the test when one is
// refused.
func Play(t testing.TB, pack string, steps []sample.Step) workflow.Case {
	t.Helper()
	c := Case(t, pack)
	for i, s := range steps {
		applied, err := Do(c, s)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i+1, s.Act.Kind(), err)
		}
		c = applied.Case
	}
	return c
}

// Do applies one step to a case, on the day that the step names.
func Do(c workflow.Case, s sample.Step) (workflow.Applied, error) {
	return workflow.Apply(c, workflow.Deed{
		Ref: decision.Ref{Seq: c.Version() + 1, OccurredOn: s.On, RecordedOn: s.On, Actor: s.Actor},
		Act: s.Act, Reasons: s.Reasons,
	})
}
