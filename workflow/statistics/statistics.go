package statistics

import (
	"errors"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// ErrPeriod is returned when two tallies count differently and cannot be added
// up.
var ErrPeriod = errors.New("statistics: the tallies differ in period or threshold")

// Tally counts cases. Its zero value is ready to use and counts over all time.
// A tally is not safe for concurrent use; give each goroutine its own and
// merge them.
type Tally struct {
	// Period is what the counts are of. Set it before the first case.
	Period Period
	// LateAfter is how many days an act may be recorded after it happened
	// before it counts as recorded late (补录). Default 0: any day later is late.
	LateAfter int

	asOf       calendar.Date
	unreadable int64
	cases      cases
	steps      stepTally
	comments   comments
	rules      ruleTally
	late       late
	reviews    reviews
	head       head
	closure    closure
}

// Report is what a tally found.
type Report struct {
	Period   Period        `json:"period"`
	AsOf     calendar.Date `json:"as_of,omitzero" doc:"统计日：阶段、结论和到期日以该日的记录为准。The day of the count."`
	Cases    CaseCounts    `json:"cases"`
	Closure  Closure       `json:"closure"`
	Steps    []StepCounts  `json:"steps"`
	Comments CommentCounts `json:"comments"`
	Rules    []RuleCounts  `json:"rules"`
	Late     LateCounts    `json:"late"`
	Reviews  ReviewCounts  `json:"reviews"`
	Head     HeadCounts    `json:"head"`
}

// Add counts one case as it stands on a day. What is due after that day is not
// due yet, even when the period goes on.
func (t *Tally) Add(c workflow.Case, on calendar.Date) {
	p := t.Period.Until(on)
	if on.After(t.asOf) {
		t.asOf = on
	}
	t.cases.add(c, p)
	t.closure.add(Items(c), p)
	t.comments.add(c, p)
	t.late.add(c, p, t.LateAfter)
	t.reviews.add(c, p)
	t.head.add(c, p)
	if p.Contains(initiated(c)) {
		t.cases.place(c)
		t.steps.add(c, on)
		t.rules.add(workflow.Evaluate(c, on))
	}
}

// AddUnreadable counts a case that could not be read, so that a report says
// that it is not whole.
func (t *Tally) AddUnreadable() { t.unreadable++ }

// Merge adds the counts of another tally of other cases. It returns ErrPeriod,
// and changes nothing, when the two do not count the same.
func (t *Tally) Merge(other *Tally) error {
	if t.Period != other.Period || t.LateAfter != other.LateAfter {
		return ErrPeriod
	}
	if other.asOf.After(t.asOf) {
		t.asOf = other.asOf
	}
	t.unreadable += other.unreadable
	t.cases.merge(other.cases)
	t.steps.merge(other.steps)
	t.comments.merge(other.comments)
	t.rules.merge(other.rules)
	t.late.merge(other.late)
	t.reviews.merge(other.reviews)
	t.head.merge(other.head)
	t.closure.merge(other.closure)
	return nil
}

// Report returns what was counted so far. The tally can go on.
func (t *Tally) Report() Report {
	r := Report{
		Period: t.Period, AsOf: t.asOf,
		Cases: t.cases.report(), Closure: t.closure.report(), Steps: t.steps.report(), Comments: t.comments.report(),
		Rules: t.rules.report(), Late: t.late.report(t.LateAfter), Reviews: t.reviews.report(), Head: t.head.report(),
	}
	r.Cases.Unreadable = t.unreadable
	return r
}
