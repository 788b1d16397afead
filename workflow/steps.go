package workflow

import (
	"cmp"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// Applicability says whether a step applies to a case.
type Applicability string

// A step applies, was determined not to, or nobody has said.
const (
	Applies      Applicability = "applies"
	Excused      Applicability = "excused"
	Undetermined Applicability = "undetermined"
)

// StepState is what the record says of one step of the procedure.
type StepState struct {
	Step          decision.Step
	Applicability Applicability
	Performed     bool
	// Ground and Reason are those of the determination that excused it.
	Ground, Reason string
}

// steps are the steps in the order of the statute.
var steps = []decision.Step{
	decision.StepParticipation, decision.StepExpert, decision.StepRisk, decision.StepCompetition,
	decision.StepLegality, decision.StepDiscussion, decision.StepParty, decision.StepCongress,
}

// Steps tells of each step, in the order of the statute, whether it applies to
// the case and whether it was performed, as the rules see it on a day.
func (c Case) Steps(on calendar.Date) []StepState {
	v := &view{Case: c, d: c.Decision, on: on}
	states := make([]StepState, len(steps))
	for i, step := range steps {
		how, said := v.step(step)
		s := StepState{Step: step, Applicability: Applies, Performed: v.performed(step)}
		switch how {
		case excused:
			s.Applicability, s.Ground, s.Reason = Excused, said.Ground, cmp.Or(said.Reason, said.LegalBasis)
		case undetermined:
			s.Applicability = Undetermined
		}
		states[i] = s
	}
	return states
}

// performed reports whether the record shows the act that performs a step.
func (v *view) performed(step decision.Step) bool {
	switch step {
	case decision.StepParticipation:
		completed, _ := v.activities()
		return completed > 0
	case decision.StepExpert:
		return len(v.d.ExpertOpinions) > 0
	case decision.StepRisk:
		return len(v.d.RiskAssessments)+len(v.d.Reliances) > 0 // Art 22 ¶2: one relied on is not made again
	case decision.StepCompetition:
		return len(v.d.CompetitionReviews) > 0
	case decision.StepLegality:
		return len(v.d.LegalityOpinions) > 0
	case decision.StepDiscussion:
		return len(v.d.Meetings)+len(v.d.Decisions) > 0
	case decision.StepParty:
		return len(v.d.PartyReports) > 0
	case decision.StepCongress:
		return len(v.d.CongressActs) > 0
	}
	return false
}

// CommentPeriod is one round of open comment (Art 15).
type CommentPeriod struct {
	Seq      int64
	Activity string
	Opened   calendar.Date // the day the notice appeared, as far as it is told
	Days     int           // the first day counted; 0 when not known, or when it ends before it begins
	Required int           // by the pack in force on the notice
	Reason   string        // for a shortened period, as the notice states it
}

// Shortened reports whether the period is known to be shorter than required.
func (p CommentPeriod) Shortened() bool { return p.Days > 0 && p.Days < p.Required }

// CommentPeriods returns every round of open comment, in order, counted as
// R15.1 counts.
func (c Case) CommentPeriods() []CommentPeriod {
	var periods []CommentPeriod
	for _, d := range c.Deeds {
		a, ok := d.Act.(decision.OpenComment)
		if !ok {
			continue
		}
		p := CommentPeriod{
			Seq: d.Seq, Activity: a.Activity, Opened: d.OccurredOn, Reason: a.ShortenedReason,
			Required: cmp.Or(d.Pack, c.Pack).Number(pack.CommentDays).Value,
		}
		if p.Opened.IsZero() {
			p.Opened = a.StartsOn
		}
		if _, including, known := periodOf(decision.Done[decision.OpenComment]{Ref: d.Ref, Act: a}); known && including > 0 {
			p.Days = including
		}
		periods = append(periods, p)
	}
	return periods
}

// Steps lists the steps in the order of the statute.
func Steps() []decision.Step { return slices.Clone(steps) }
