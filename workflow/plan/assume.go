package plan

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Assumption is something that a plan takes for granted.
type Assumption struct {
	Step    decision.Step `json:"step,omitempty"`
	Applies bool          `json:"applies"`
	// Because says why: "pack" and "case" say so, it was "asked" for, or it
	// is the careful "default".
	Because string `json:"because"`
	Zh      string `json:"zh"`
	En      string `json:"en"`
}

// conditional are the steps that can depend on a condition.
var conditional = []decision.Step{
	decision.StepParticipation, decision.StepExpert, decision.StepRisk, decision.StepCompetition, decision.StepParty, decision.StepCongress,
}

// determined is the last determination of a step that tells whether it
// applies.
func determined(d decision.Decision, step decision.Step) (decision.DetermineStep, bool) {
	for _, x := range slices.Backward(d.Determinations) {
		if x.Act.Step == step && x.Act.Applies != nil {
			return x.Act, true
		}
	}
	return decision.DetermineStep{}, false
}

// assume says whether a step is taken to apply in a case, and why.
func assume(c workflow.Case, o Options, step decision.Step) Assumption {
	said, known := determined(c.Decision, step)
	asked, isAsked := o.Steps[step]
	rule := c.Pack.Steps[string(step)]
	switch {
	case isAsked && !rule.Always():
		return Assumption{Step: step, Applies: asked, Because: "asked"}
	case known && (!rule.Always() || slices.Contains(rule.Exempt, said.Ground)):
		return Assumption{Step: step, Applies: *said.Applies, Because: "case"}
	case rule.Always():
		return Assumption{Step: step, Applies: true, Because: "pack"}
	}
	return Assumption{Step: step, Applies: step != decision.StepCongress, Because: "default"}
}

func (r *run) applies(step decision.Step) bool { return assume(r.c, r.opts, step).Applies }

// unsettled is the next step on which the record does not say what the plan
// assumes.
func (r *run) unsettled() (decision.Step, Assumption, bool) {
	for _, step := range conditional {
		as := assume(r.c, r.opts, step)
		said, known := determined(r.c.Decision, step)
		if as.Because != "pack" && as.Because != "case" && (!known || *said.Applies != as.Applies) {
			return step, as, true
		}
	}
	return "", Assumption{}, false
}

var stepNames = map[decision.Step][2]string{
	decision.StepParticipation: {"公众参与", "public participation"},
	decision.StepExpert:        {"专家论证", "expert review"},
	decision.StepRisk:          {"风险评估", "risk assessment"},
	decision.StepCompetition:   {"公平竞争审查", "fair-competition review"},
	decision.StepParty:         {"向同级党委请示报告", "report to the Party committee"},
	decision.StepCongress:      {"人大讨论决定或者报告", "act of the People's Congress"},
	decision.StepLegality:      {"合法性审查", "legality review"},
	decision.StepDiscussion:    {"集体讨论决定", "collective discussion"},
}

// stepName is what a step is called in a language, "zh" or "en".
func stepName(step decision.Step, lang string) string {
	name, ok := stepNames[step]
	switch {
	case !ok:
		return string(step)
	case lang == "en":
		return name[1]
	}
	return name[0]
}

// assumed lists what a plan for a case takes for granted, its end known.
func assumed(c workflow.Case, o Options, end workflow.Case) []Assumption {
	list := []Assumption{}
	for _, step := range conditional {
		as := assume(c, o, step)
		as.Zh, as.En = stepName(step, "zh")+"：不适用", stepName(step, "en")+": does not apply"
		if as.Applies {
			as.Zh, as.En = stepName(step, "zh")+"：适用", stepName(step, "en")+": applies"
		}
		list = append(list, as)
	}
	return append(list, hearingAssumed(c, o, end), Assumption{
		Applies: true, Because: "default",
		Zh: "征求意见期限和审查时间不缩短，不计首日；审查意见于期满之日出具",
		En: "no period is shortened, and none counts its first day; the legality opinion is issued on the day it is due",
	})
}

func hearingAssumed(c workflow.Case, o Options, end workflow.Case) Assumption {
	as := Assumption{Because: "default", Zh: "听证会：不举行", En: "hearing: none"}
	if len(end.Decision.Hearings) == 0 {
		return as
	}
	as.Applies, as.Zh, as.En = true, "听证会：举行", "hearing: held"
	switch {
	case len(c.Decision.Hearings)+len(c.Decision.Announcements) > 0:
		as.Because = "case"
	case o.Hearing:
		as.Because = "asked"
	default:
		as.Because = "pack"
	}
	return as
}
