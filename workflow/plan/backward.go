package plan

import (
	"errors"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// backward returns the course in which every planned act is done on its latest
// day for a meeting on a given day.
func backward(c workflow.Case, o Options, forward *run, meeting calendar.Date) (*run, error) {
	held := map[decision.Kind]calendar.Date{}
	var found []calendar.Date
	for i, d := range slices.Backward(forward.done[:forward.place("decide")+1]) {
		kind := d.Act.Kind()
		if !slices.Contains(planned, kind) || i != forward.place(kind) {
			continue
		}
		held[kind] = latest(forward, i, meeting, found)
		found = append([]calendar.Date{held[kind]}, found...)
	}
	return course(c, o, held, "publish", calendar.Date{})
}

// latest is the last day until which an act can be held back so that all that
// follows, each at its earliest, still reaches a decision on the day of the
// meeting. What can be done on a day can be done on every day before it, so
// the days are halved; those found for other acts come first, since most acts
// share theirs.
func latest(forward *run, at int, meeting calendar.Date, found []calendar.Date) calendar.Date {
	kind := forward.done[at].Act.Kind()
	yes, no := forward.done[at].OccurredOn, meeting.AddDays(1)
	ask := func(day calendar.Date) {
		if !day.After(yes) || !day.Before(no) {
			return
		}
		r := forward.resume(at)
		r.held = map[decision.Kind]calendar.Date{kind: day}
		if r.to("decide", meeting) == nil {
			yes = day
		} else {
			no = day
		}
	}
	ask(meeting)
	for _, day := range found {
		ask(day)
		ask(day.AddDays(1))
	}
	for no.DaysSince(yes) > 1 {
		ask(yes.AddDays(no.DaysSince(yes) / 2))
	}
	return yes
}

// bounds tells for each planned act which rule, of those that set a time,
// refuses what follows when the act is done a day late and all else on its
// day.
func bounds(c workflow.Case, latest *run) map[decision.Kind]workflow.Finding {
	bound := map[decision.Kind]workflow.Finding{}
	for _, kind := range planned {
		if !latest.did(kind) {
			continue
		}
		refused, ok := errors.AsType[*workflow.RefusedError](follow(c, delayed(latest.done, kind)))
		if !ok {
			continue
		}
		i := slices.IndexFunc(refused.Findings, func(f workflow.Finding) bool { return !f.Earliest.IsZero() })
		if i >= 0 {
			bound[kind] = demand(refused.Findings[i])
		}
	}
	return bound
}

// demand is a finding that says what its rule demands, apart from any day.
func demand(f workflow.Finding) workflow.Finding {
	for _, r := range workflow.Rules() {
		if r.ID == f.Rule {
			f.Zh, f.En = r.Zh, r.En
		}
	}
	return workflow.Finding{Rule: f.Rule, Norm: f.Norm, Article: f.Article, Paragraph: f.Paragraph, Status: f.Status, Severity: f.Severity, Zh: f.Zh, En: f.En}
}

// follow does deeds one after the other, each on its day. The error is that of
// the first one that is refused.
func follow(c workflow.Case, deeds []workflow.Deed) error {
	for _, d := range deeds {
		d.Seq, d.RecordedOn = c.Version()+1, d.OccurredOn
		applied, err := workflow.Apply(c, d)
		if err != nil {
			return err
		}
		c = applied.Case
	}
	return nil
}

// delayed returns deeds with those of a kind done one day later, in the order
// of their days.
func delayed(deeds []workflow.Deed, kind decision.Kind) []workflow.Deed {
	moved := slices.Clone(deeds)
	for i, d := range moved {
		if d.Act.Kind() == kind {
			moved[i].OccurredOn = d.OccurredOn.AddDays(1)
			moved[i].Act = dayLater(d.Act)
		}
	}
	slices.SortStableFunc(moved, func(a, b workflow.Deed) int { return a.OccurredOn.DaysSince(b.OccurredOn) })
	return moved
}

// dayLater moves the days within an act that are its own: the period that
// begins with it, the receipts. Days of other acts stay as announced.
func dayLater(act decision.Act) decision.Act {
	switch a := act.(type) {
	case decision.OpenComment:
		a.StartsOn, a.EndsOn = a.StartsOn.AddDays(1), a.EndsOn.AddDays(1)
		return a
	case decision.PublishParticipants:
		a.SelectedOn = a.SelectedOn.AddDays(1)
		return a
	case decision.DeliverMaterials:
		a.Deliveries = slices.Clone(a.Deliveries)
		for i := range a.Deliveries {
			a.Deliveries[i].On = a.Deliveries[i].On.AddDays(1)
		}
		return a
	}
	return act
}
