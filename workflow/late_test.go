package workflow_test

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// better reports whether a rule is answered better after than before.
func better(before, after workflow.Status) bool {
	fromTheWorst := []workflow.Status{workflow.Violated, workflow.NotEvidenced, workflow.Satisfied, workflow.NotApplicable}
	return slices.Index(fromTheWorst, after) > slices.Index(fromTheWorst, before)
}

// put is the case with one more deed in it, whatever the law says of it.
func put(c workflow.Case, s sample.Step, recorded calendar.Date) workflow.Case {
	return c.Fold(append(slices.Clone(c.Deeds), workflow.Deed{
		Act: s.Act, Reasons: s.Reasons,
		Ref: decision.Ref{Seq: c.Version() + 1, OccurredOn: s.On, RecordedOn: recorded, Actor: s.Actor},
	}))
}

// drawCase draws a case: a spoilt walk up to some step. What the law refuses is
// left out, or kept all the same, so that many rules are broken at gates that
// were passed.
func drawCase(t *rapid.T, pack string) workflow.Case {
	walk, _ := spoilt(t, sample.Walk(pack))
	unlawful := rapid.IntRange(0, 3).Draw(t, "what is refused is kept") > 0
	c := workflowtest.Case(silent{}, pack)
	for _, s := range walk[:rapid.IntRange(1, len(walk)).Draw(t, "length")] {
		lag := 0
		if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
			lag = rapid.IntRange(1, 9).Draw(t, "lag")
		}
		if _, err := workflowtest.Do(c, s); err == nil || unlawful {
			c = put(c, s, s.On.AddDays(lag))
		}
	}
	return c
}

// passedOn is the day on which a gate was last recorded as passed, and false
// when it was not passed.
func passedOn(c workflow.Case, gates []decision.Kind) (day calendar.Date, passed bool) {
	for _, d := range c.Deeds {
		if slices.Contains(gates, d.Act.Kind()) {
			day, passed = d.RecordedOn, true
		}
	}
	return day, passed
}

// brokenGates are the gates that were passed although a rule was violated
// there, and that the sample passes too.
func brokenGates(c workflow.Case) []decision.Kind {
	var kinds []decision.Kind
	for _, f := range workflow.Open(workflow.Evaluate(c, judged)) {
		r, _ := ruleNamed(f.Rule)
		for _, gate := range r.Gates {
			if _, passed := passedOn(c, []decision.Kind{gate}); passed && len(acts(gate)) > 0 {
				kinds = append(kinds, gate)
			}
		}
	}
	return kinds
}

// Paper that comes later mends nothing (先决策后补材料): whatever act is recorded
// after a gate was passed, on whatever earlier day it is said to have happened,
// no rule that was owed at the gate is answered better. Only the gate itself,
// passed once more on a later day, is judged as it was passed then.
func TestALateEntryOpensNoGateThatWasPassed(t *testing.T) {
	t.Parallel()
	asked, broken := 0, 0
	some := slices.Collect(maps.Values(specimens(t)))
	slices.SortFunc(some, func(a, b sample.Step) int { return cmp.Compare(a.Act.Kind(), b.Act.Kind()) })
	rapid.Check(t, func(t *rapid.T) {
		pack := rapid.SampledFrom([]string{"d713", "strict-five"}).Draw(t, "pack")
		c := drawCase(t, pack)
		if len(c.Deeds) == 0 {
			return
		}
		late := rapid.SampledFrom(slices.Concat(sample.Walk(pack), some)).Draw(t, "late act")
		if again := brokenGates(c); len(again) > 0 && rapid.Bool().Draw(t, "the gate itself") {
			kind := rapid.SampledFrom(again).Draw(t, "gate")
			late = rapid.SampledFrom(acts(kind)).Draw(t, "as it should have been")
		} else if rapid.Bool().Draw(t, "altered") {
			late.Act = altered(late.Act)
		}
		recorded := c.Deeds[len(c.Deeds)-1].RecordedOn.AddDays(rapid.IntRange(0, 40).Draw(t, "recorded"))
		late.On = recorded.AddDays(-rapid.IntRange(1, 90).Draw(t, "lag"))
		on := recorded.AddDays(10)
		before, after := workflow.Evaluate(c, on), workflow.Evaluate(put(c, late, recorded), on)
		for i, r := range workflow.RulesUnder(c.Pack) {
			_, passed := passedOn(c, r.Gates)
			day, had := passedOn(c, []decision.Kind{late.Act.Kind()})
			again := had && slices.Contains(r.Gates, late.Act.Kind()) && !late.On.Before(day)
			if !passed || again || before[i].Rule != r.ID || after[i].Rule != r.ID {
				continue
			}
			asked++
			if before[i].Status == workflow.Violated {
				broken++
			}
			if better(before[i].Status, after[i].Status) {
				t.Fatalf("%s was %s when its gate was passed; %s of %s, recorded on %s, makes it %s",
					r.ID, before[i].Status, late.Act.Kind(), late.On, recorded, after[i].Status)
			}
		}
	})
	t.Logf("%d answers at gates that were passed, %d of them violated", asked, broken)
	if !testing.Short() && (asked < 1000 || broken < 50) || broken == 0 {
		t.Errorf("only %d answers were asked, %d violated", asked, broken)
	}
}

// What went to the meeting, placed again on paper and said to have been placed
// before the first was recorded, does not take its place; placed later it does.
func TestAGateOnPaperDoesNotTakeThePlaceOfTheOneThatWasPassed(t *testing.T) {
	t.Parallel()
	whole := acts("place_on_agenda")[0]
	thin := edit(func(a *decision.PlaceOnAgenda) { a.Dossier = a.Dossier[:1] })(acts("place_on_agenda"))[0]
	c := put(workflowtest.Play(t, "d713", sample.Before("d713", "place_on_agenda")), thin, thin.On)
	recorded := thin.On.AddDays(5)
	for lag, want := range map[int]workflow.Status{0: workflow.Satisfied, 5: workflow.Satisfied, 6: workflow.Violated, 90: workflow.Violated} {
		whole.On = recorded.AddDays(-lag)
		again := put(c, whole, recorded)
		if got := finding(t, workflow.Evaluate(again, judged), "R29.1"); got.Status != want {
			t.Errorf("recorded %d days late: R29.1 is %s, want %s", lag, got.Status, want)
		}
		// A second one on paper helps no more than the first.
		if got := finding(t, workflow.Evaluate(put(again, whole, recorded), judged), "R29.1"); lag > 5 && got.Status != want {
			t.Errorf("twice recorded %d days late: R29.1 is %s, want %s", lag, got.Status, want)
		}
	}
}

// A late entry carries its lag for ever: in the finding, and in the receipt and
// its repetition (see TestTheLagStandsInReceiptAndHistory).
func TestTheLagStandsInTheFinding(t *testing.T) {
	t.Parallel()
	c := workflowtest.Case(t, "d713")
	for i, s := range sample.Walk("d713") {
		c = put(c, s, s.On.AddDays(i%3))
	}
	for _, f := range workflow.Evaluate(c, judged) {
		r, _ := ruleNamed(f.Rule)
		late := slices.ContainsFunc(c.Deeds, func(d workflow.Deed) bool {
			return slices.Contains(r.Gates, d.Act.Kind()) && d.Lag() == f.LagDays
		})
		if _, passed := passedOn(c, r.Gates); passed && !late {
			t.Errorf("%s: a lag of %d days, and no gate of it was recorded so late", f.Rule, f.LagDays)
		}
	}
}
