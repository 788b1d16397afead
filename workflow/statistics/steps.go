package statistics

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// StepCounts counts, of the procedures of the period, what became of one step.
// Applied, Skipped and Undetermined add up to the procedures.
type StepCounts struct {
	Step         decision.Step  `json:"step"`
	Applied      int64          `json:"applied" doc:"适用的。Applies to the case."`
	Skipped      int64          `json:"skipped" doc:"认定不适用的。Determined not to apply."`
	Undetermined int64          `json:"undetermined" doc:"尚未认定的。Nobody has determined it."`
	Performed    int64          `json:"performed" doc:"已经履行的。Performed."`
	Grounds      []GroundCounts `json:"grounds" doc:"不适用的根据和理由。On what ground it was skipped, and why."`
}

// GroundCounts counts the cases in which a step was skipped on one ground. An
// empty ground is one that the record does not tell.
type GroundCounts struct {
	Ground  string  `json:"ground"`
	Count   int64   `json:"count"`
	Reasons []Count `json:"reasons" doc:"最常见的理由，至多十条。The most frequent reasons, ten at most."`
	Other   int64   `json:"other_reasons" doc:"其余理由的次数。How often another reason was given."`
}

// grounds lists the grounds in the order of the statute.
func grounds() []string {
	return []string{"condition_absent", "lawfully_non_public", "already_assessed", ""}
}

// stepTally is the part of a tally about steps.
type stepTally map[decision.Step]*stepCount

type stepCount struct {
	applicability map[workflow.Applicability]int64
	performed     int64
	grounds       counter
	reasons       map[string]*texts // by ground
}

func (t *stepTally) of(step decision.Step) *stepCount {
	if *t == nil {
		*t = stepTally{}
	}
	if (*t)[step] == nil {
		(*t)[step] = &stepCount{applicability: map[workflow.Applicability]int64{}, reasons: map[string]*texts{}}
	}
	return (*t)[step]
}

func (s *stepCount) why(ground string) *texts {
	if s.reasons[ground] == nil {
		s.reasons[ground] = &texts{}
	}
	return s.reasons[ground]
}

func (t *stepTally) add(c workflow.Case, on calendar.Date) {
	for _, state := range c.Steps(on) {
		s := t.of(state.Step)
		s.applicability[state.Applicability]++
		if state.Performed {
			s.performed++
		}
		if state.Applicability == workflow.Excused {
			s.grounds.add(state.Ground, 1)
			s.why(state.Ground).add(state.Reason, 1)
		}
	}
}

func (t *stepTally) merge(o stepTally) {
	for step, theirs := range o {
		s := t.of(step)
		s.performed += theirs.performed
		s.grounds.merge(theirs.grounds)
		for how, n := range theirs.applicability {
			s.applicability[how] += n
		}
		for ground, reasons := range theirs.reasons {
			s.why(ground).merge(*reasons)
		}
	}
}

func (t *stepTally) report() []StepCounts {
	rows := []StepCounts{}
	for _, step := range workflow.Steps() {
		s := t.of(step)
		r := StepCounts{
			Step: step, Applied: s.applicability[workflow.Applies], Skipped: s.applicability[workflow.Excused],
			Undetermined: s.applicability[workflow.Undetermined], Performed: s.performed, Grounds: []GroundCounts{},
		}
		for _, ground := range grounds() {
			if n := s.grounds[ground]; n > 0 {
				g := GroundCounts{Ground: ground, Count: n}
				g.Reasons, g.Other = s.why(ground).rows()
				r.Grounds = append(r.Grounds, g)
			}
		}
		rows = append(rows, r)
	}
	return rows
}
