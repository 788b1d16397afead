// Package plan answers when a decision can lawfully be taken at the earliest,
// and by which day each step must be done for a meeting on a given day.
//
// It holds no second copy of the rules. [Make] goes through the procedure with
// the evaluator: it asks what the next gate lacks, does a plausible act for
// each thing that is missing, and where an act is refused as too early it
// waits for the day that the refusal names. What the law sets no time for
// happens on the same day; what may run in parallel does. The latest day of a
// step is found in the same way, by holding the step back. Nothing is stored.
//
// A plan keeps to the norms: it shortens no period. Days are counted without
// the first (Civil Code Art 201). The public is heard by open comment unless it
// was heard already; Art 14 ¶2 has other ways, for which it sets no time. The legality opinion is planned for the day
// it is due, because the time of Art 26 ¶2 belongs to the reviewer.
package plan

import (
	"errors"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// ErrEnded says that the procedure has come to its end, or its decision is
// issued.
var ErrEnded = errors.New("plan: nothing is left to plan")

// Options say what to plan for.
type Options struct {
	// Start is the first day on which anything can still be done. Required.
	Start calendar.Date
	// Meeting is the day of the meeting to plan for. Default: the earliest
	// lawful day.
	Meeting calendar.Date
	// Hearing plans a hearing (听证会) even where none is compulsory.
	Hearing bool
	// Steps say whether a step that depends on a condition applies. Default:
	// what the case has determined, else all but the People's Congress.
	Steps map[decision.Step]bool
}

// Plan is a course of the procedure.
type Plan struct {
	Pack  string        `json:"pack"`
	Start calendar.Date `json:"start"`
	// Meeting is the day that was asked for, or the earliest one.
	Meeting calendar.Date `json:"meeting"`
	// Decision is the earliest lawful day of the decision, whatever was asked.
	Decision calendar.Date `json:"decision"`
	// Publication is the earliest day of publication after the meeting.
	Publication calendar.Date `json:"publication"`
	// Feasible: the meeting can lawfully be held on the day asked for. Where it
	// cannot, the steps are those of the earliest lawful day.
	Feasible bool   `json:"feasible"`
	Steps    []Step `json:"steps"`
	// Binding are the rules that leave no earlier day for the decision, in
	// the order in which they make it wait.
	Binding     []workflow.Finding `json:"binding"`
	Assumed     []Assumption       `json:"assumed"`
	Provisional bool               `json:"provisional"` // some day rests on a year without a notice of working days

	deeds struct{ earliest, latest []workflow.Deed }
}

// Step is one act of a plan.
type Step struct {
	Act     decision.Kind   `json:"act"`
	Zh      string          `json:"zh"`
	En      string          `json:"en"`
	Article int             `json:"article"`
	Roles   []decision.Role `json:"roles"` // who may do it
	// Earliest is the first lawful day, Latest the last one for the meeting;
	// no law sets a last day for what follows the decision.
	Earliest calendar.Date `json:"earliest"`
	Latest   calendar.Date `json:"latest,omitzero"`
	// Until is the last day of the period that the step begins, if it begins
	// one; LatestUntil the same of a step on its latest day.
	Until       calendar.Date `json:"until,omitzero"`
	LatestUntil calendar.Date `json:"latest_until,omitzero"`
	// Bound is the rule that refuses what follows when the step is done a day
	// after its latest; empty where only the order of the acts does.
	Bound       workflow.Finding `json:"bound,omitzero"`
	Provisional bool             `json:"provisional,omitempty"`
}

// Slack is the number of days between the earliest and the latest day.
func (s Step) Slack() int { return s.Latest.DaysSince(s.Earliest) }

// Make plans a live case from where it stands: one without deeds from the
// proposal on. Errors: an [*OptionError], a [*StuckError], or one that wraps ErrEnded.
func Make(c workflow.Case, o Options) (Plan, error) {
	if err := o.check(c); err != nil {
		return Plan{}, err
	}
	forward, err := course(c, o, nil, "publish", calendar.Date{})
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Pack: c.Pack.Name, Start: forward.start, Assumed: assumed(c, o, forward.c)}
	p.Decision, p.Publication = dayOf(forward.c.Deeds, "decide"), dayOf(forward.done, "publish")
	p.Binding = forward.chain(p.Decision)
	p.Meeting, p.Feasible = later(p.Decision, o.Meeting), o.Meeting.IsZero() || !o.Meeting.Before(p.Decision)
	p.deeds.earliest = forward.done
	if dayOf(forward.done, "decide").IsZero() { // decided already
		p.Steps = steps(forward, forward, nil)
		return p.whole(), nil
	}
	latest, err := backward(c, o, forward, p.Meeting)
	if err != nil {
		return Plan{}, err
	}
	p.deeds.latest = latest.done
	p.Publication = dayOf(latest.done, "publish")
	p.Steps = steps(forward, latest, bounds(c, latest))
	if p.Meeting == p.Decision && len(forward.unsure) > 0 && p.Meeting != o.Meeting {
		for i := range p.Steps { // the meeting itself is provisional
			p.Steps[i].Provisional = true
		}
	}
	if !p.Feasible {
		p.Meeting = o.Meeting
	}
	return p.whole(), nil
}

// whole says of the plan what is true of any of its steps.
func (p Plan) whole() Plan {
	p.Provisional = slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Provisional })
	return p
}

// course runs through the procedure, with acts held back, up to an act. It
// runs twice, so that each notice names the day on which what it announces
// will be.
func course(c workflow.Case, o Options, held map[decision.Kind]calendar.Date, goal decision.Kind, last calendar.Date) (*run, error) {
	first := begin(c, o)
	if held != nil {
		first.held = held
	}
	if err := first.to(goal, last); err != nil {
		return first, err
	}
	second := begin(c, o)
	second.held = first.held
	second.promised = map[decision.Kind]calendar.Date{
		"announce_hearing": dayOf(first.done, "hold_hearing"), "place_on_agenda": dayOf(first.done, "open_meeting"),
		"submit_for_review": dayOf(first.done, "issue_legality_opinion"), "supplement_package": dayOf(first.done, "issue_legality_opinion"),
	}
	err := second.to(goal, last)
	second.unsure, second.waits = first.unsure, first.waits // what is promised need not be waited for
	return second, err
}

// dayOf is the day of the last deed of a kind, or the zero day.
func dayOf(deeds []workflow.Deed, kind decision.Kind) calendar.Date {
	for _, d := range slices.Backward(deeds) {
		if d.Act.Kind() == kind {
			return d.OccurredOn
		}
	}
	return calendar.Date{}
}

// planned are the acts that people put in a plan. The others follow them on
// the same day.
var planned = []decision.Kind{
	"initiate", "submit_draft", "consult_unit", "open_comment", "close_comment", "consult_group",
	"announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing",
	"engage_expert", "file_expert_opinion", "file_risk_assessment", "rely_on_assessment", "file_competition_review",
	"submit_for_review", "supplement_package", "file_counsel_opinion", "issue_legality_opinion", "confirm_still_stands",
	"place_on_agenda", "open_meeting", "decide", "record_congress_act", "report_to_party", "publish",
}

// steps lines up the earliest and the latest course, in the order of the
// latter.
func steps(earliest, latest *run, bound map[decision.Kind]workflow.Finding) []Step {
	list := []Step{}
	decided := latest.place("decide")
	for i, d := range latest.done {
		kind := d.Act.Kind()
		first := earliest.place(kind)
		info, err := decision.Describe(kind)
		if err != nil || first < 0 || i != latest.place(kind) || !slices.Contains(planned, kind) {
			continue
		}
		s := Step{Act: kind, Zh: info.Zh, En: info.En, Article: info.Article, Roles: workflow.Permitted(kind), Bound: bound[kind]}
		s.Earliest, s.Until = earliest.done[first].OccurredOn, periodEnd(earliest.done[first].Act)
		if i > decided {
			s.Earliest = d.OccurredOn // after the meeting
		} else {
			s.Latest, s.LatestUntil = d.OccurredOn, periodEnd(d.Act)
			s.Provisional = slices.ContainsFunc(earliest.unsure, func(at int) bool { return at < first }) ||
				slices.ContainsFunc(latest.unsure, func(at int) bool { return at >= i })
		}
		list = append(list, s)
	}
	return list
}

// periodEnd is the last day of the period that an act begins, or the zero day.
func periodEnd(act decision.Act) calendar.Date {
	switch a := act.(type) {
	case decision.OpenComment:
		return a.EndsOn
	case decision.SubmitForReview:
		return a.OpinionDue
	case decision.SupplementPackage:
		return a.OpinionDue
	}
	return calendar.Date{}
}
