// Package reading_test reads the rules a second time, from the statute: slow,
// plain, and sharing nothing with the evaluator but the acts and the calendar.
// The two are compared over random histories; where they differ, one of them
// misread.
package reading_test

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// answer is what the reader says of a rule.
type answer int

// The answers, from the best. Open: something that matters is not told.
const (
	fine answer = iota
	open
	broken
)

// when returns broken where something is so, and fine where it is not.
func when(so bool) answer {
	if so {
		return broken
	}
	return fine
}

// unless returns open where something is told, and goes on where it is.
func unless(told bool, then answer) answer {
	if !told {
		return open
	}
	return then
}

func worst(answers ...answer) answer {
	w := fine
	for _, a := range answers {
		w = max(w, a)
	}
	return w
}

// record is a history up to a gate; gate is its last deed, or nil where no
// gate is asked about.
type record struct {
	deeds []workflow.Deed
	gate  *workflow.Deed
	on    calendar.Date // the day of judgement
}

// one is an act with its place.
type one[A decision.Act] struct {
	workflow.Deed
	act A
}

// all lists the acts of a type, in order.
func all[A decision.Act](r record) []one[A] {
	var list []one[A]
	for _, d := range r.deeds {
		if a, ok := d.Act.(A); ok {
			list = append(list, one[A]{d, a})
		}
	}
	return list
}

// last is the last act of a type.
func last[A decision.Act](r record) (one[A], bool) {
	list := all[A](r)
	if len(list) == 0 {
		return one[A]{}, false
	}
	return list[len(list)-1], true
}

func some[A decision.Act](r record) bool { return len(all[A](r)) > 0 }

// of asks a question of each act of a type; the worst answer counts. Without
// any the rule has no object.
func of[A decision.Act](r record, ask func(one[A]) answer) answer {
	w := fine
	for _, a := range all[A](r) {
		w = max(w, ask(a))
	}
	return w
}

func (r record) at(kind decision.Kind) bool { return r.gate != nil && r.gate.Act.Kind() == kind }

// gateDay is the day of the gate; zero where there is none.
func (r record) gateDay() calendar.Date {
	if r.gate == nil {
		return calendar.Date{}
	}
	return r.gate.OccurredOn
}

// conditional are the steps that the decree owes only on a condition, which
// somebody determines (Arts 8, 19, 22, 29, 31).
var conditional = []decision.Step{
	decision.StepExpert, decision.StepRisk, decision.StepCompetition, decision.StepCongress, decision.StepParty,
}

// owed says whether a step is owed: determined so, or always; excused by the
// last word on it; or nobody knows.
func (r record) owed(step decision.Step) (owed, known bool) {
	sometimes := slices.Contains(conditional, step)
	var word *decision.DetermineStep
	for _, d := range all[decision.DetermineStep](r) {
		if d.act.Step == step {
			word = &d.act
		}
	}
	switch {
	case word == nil || word.Applies == nil:
		return !sometimes, !sometimes
	case *word.Applies:
		return true, true
	case step == decision.StepParticipation && word.Ground == "":
		return false, false // why it does not apply is not told
	case step == decision.StepParticipation:
		return word.Ground != "lawfully_non_public", true // Art 14 ¶1 knows this exemption only
	case !sometimes:
		return true, true // Arts 25 and 30 know none
	case step == decision.StepRisk && word.Ground == "already_assessed": // Art 22 ¶2
		return false, true
	}
	// That a step on a condition does not apply says that its condition is
	// absent; a ground of another step is none.
	return word.Ground != "condition_absent" && word.Ground != "", true
}

func (r record) excused(step decision.Step) bool {
	owed, known := r.owed(step)
	return known && !owed
}

// target is the version of the draft that is before the meeting, or is to be.
func (r record) target() int {
	if r.gate != nil {
		switch a := r.gate.Act.(type) {
		case decision.PlaceOnAgenda:
			return a.Draft
		case decision.OpenMeeting:
			return a.Draft
		case decision.Decide:
			return a.Draft
		case decision.ConcludeReview:
			return a.Draft
		case decision.SubmitForReview:
			return a.Draft
		}
	}
	d, _ := last[decision.SubmitDraft](r)
	return d.act.Draft
}

func (r record) textOf(version int) string {
	for _, d := range all[decision.SubmitDraft](r) {
		if d.act.Draft == version {
			return d.act.Text.Digest
		}
	}
	return ""
}

// issued is the place of the first act by which the decision was issued; 0
// where it was not.
func (r record) issued() int64 {
	for _, d := range r.deeds {
		if k := d.Act.Kind(); k == "publish" || k == "withhold_publication" {
			return d.Seq
		}
	}
	return 0
}

// submitted is the draft of a version, and false when it was not submitted.
func (r record) submitted(version int) (decision.SubmitDraft, bool) {
	for _, d := range all[decision.SubmitDraft](r) {
		if d.act.Draft == version {
			return d.act, true
		}
	}
	return decision.SubmitDraft{}, false
}

func yes(b *bool) bool { return b != nil && *b }
func no(b *bool) bool  { return b != nil && !*b }
