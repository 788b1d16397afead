package workflow

import (
	"cmp"
	"slices"

	"github.com/juece/juece/decision"
)

// riskRules are the rules of chapter 2, section 4 (风险评估, Arts 22 to 24).
var riskRules = []Rule{
	{
		ID: "R22.1", Norm: d713, Article: 22, Paragraph: 1, Severity: Hard, Zh: "可能造成不利影响的，评估了风险可控性", En: "where harm is possible, the risk was assessed",
		Gates: packageGates, Acts: []decision.Kind{"file_risk_assessment", "rely_on_assessment", "determine_step"}, check: riskAssessed,
	},
	{
		ID: "R22.2", Norm: d713, Article: 22, Paragraph: 2, Severity: Hard, Zh: "援用的已有评估覆盖有关风险", En: "an earlier assessment that is relied on covers the risk",
		Gates: []decision.Kind{"rely_on_assessment"}, Own: true, Acts: []decision.Kind{"rely_on_assessment", "file_risk_assessment"}, check: relianceCovers,
	},
	{
		ID: "R23.1", Norm: d713, Article: 23, Paragraph: 2, Severity: Hard, Zh: "报告明确风险点、防范措施和处置预案", En: "the report names risk points, measures and a response plan",
		Gates: []decision.Kind{"file_risk_assessment"}, Own: true, Acts: []decision.Kind{"file_risk_assessment"}, check: reportWhole,
	},
	{
		ID: "R23.2", Norm: d713, Article: 23, Paragraph: 2, Severity: Hard, Zh: "评估听取了有关部门意见", En: "departments were heard in the assessment",
		Gates: []decision.Kind{"file_risk_assessment"}, Own: true, Acts: []decision.Kind{"file_risk_assessment"}, check: departmentsHeard,
	},
	{
		ID: "R24.1", Norm: d713, Article: 24, Severity: Hard, Zh: "风险可控，方可决策", En: "the decision may be taken only when the risk is controllable",
		Gates: []decision.Kind{"place_on_agenda", "decide"}, Prohibits: true, Acts: []decision.Kind{"file_risk_assessment", "submit_draft"}, check: riskControllable,
	},
}

// assessment is a report, or an earlier one relied on.
type assessment struct {
	seq          int64
	draft        int
	controllable *bool
	measures     []string // against the risks that it names
}

// assessments returns every assessment in the order of the record.
func (v *view) assessments() []assessment {
	var all []assessment
	for _, a := range v.d.RiskAssessments {
		var measures []string
		for _, p := range a.Act.Points {
			measures = append(measures, p.Measures...)
		}
		all = append(all, assessment{a.Seq, a.Act.Draft, a.Act.Controllable, measures})
	}
	for _, a := range v.d.Reliances {
		all = append(all, assessment{a.Seq, a.Act.Draft, a.Act.Controllable, nil})
	}
	slices.SortFunc(all, func(a, b assessment) int { return cmp.Compare(a.seq, b.seq) })
	return all
}

// addsTo reports whether an assessment names a measure that another does not.
func (a assessment) addsTo(other assessment) bool {
	return slices.ContainsFunc(a.measures, func(m string) bool { return !slices.Contains(other.measures, m) })
}

// R22.1, Art 22 ¶1.
func riskAssessed(v *view) result {
	how, said := v.step(decision.StepRisk)
	covers, untold := false, false
	for _, r := range v.d.Reliances {
		covers = covers || r.Act.CoversRisk != nil && *r.Act.CoversRisk
		untold = untold || r.Act.CoversRisk == nil
	}
	switch {
	case len(v.d.RiskAssessments) > 0 || covers:
		return v.ok()
	case untold:
		return v.unknown("已有评估是否覆盖有关风险", "whether the earlier assessment covers the risk")
	case how == excused && said.Ground == "already_assessed":
		return v.absent("认定风险已作评估，但未援用该评估", "the risk is said to be assessed already, but no earlier assessment is relied on")
	case how == excused:
		return v.not("已认定不会造成不利影响", "determined that no harm is possible")
	case how == undetermined:
		return v.undecided(decision.StepRisk)
	}
	if len(v.d.Reliances) > 0 { // Art 22 ¶2 spares only what was assessed
		return v.absent("援用的已有评估不覆盖有关风险，没有另行评估", "the earlier assessment relied on does not cover the risk, and no other is recorded")
	}
	return v.absent("没有风险评估报告", "no risk assessment is recorded")
}

// R22.2, Art 22 ¶2.
func relianceCovers(v *view) result {
	if len(v.d.Reliances) == 0 {
		return v.noObject("没有援用已有评估", "no earlier assessment is relied on")
	}
	answers := make([]result, len(v.d.Reliances))
	for i, r := range v.d.Reliances {
		switch {
		case r.Act.CoversRisk == nil:
			answers[i] = v.unknown("已有评估是否覆盖有关风险", "whether the earlier assessment covers the risk")
		case !*r.Act.CoversRisk:
			answers[i] = v.broken("已有评估不覆盖有关风险，应当另行评估", "the earlier assessment does not cover the risk; assess it")
		default:
			answers[i] = v.ok()
		}
	}
	return worst(answers...)
}

// R23.1, Art 23 ¶2.
func reportWhole(v *view) result {
	last, ok := decision.Last(v.d.RiskAssessments)
	if !ok {
		return v.noObject("没有风险评估报告", "there is no report")
	}
	a := last.Act
	if len(a.Points) == 0 && (a.NoneFound == nil || !*a.NoneFound) {
		return v.lacking("风险点，或者未发现风险点的明确说明", "the risk points, or a plain word that none was found")
	}
	for _, p := range a.Points {
		if len(p.Measures) == 0 {
			return v.lacking("风险点的防范措施："+p.Risk, "what is done against a risk: "+p.Risk)
		}
	}
	if a.Plan == "" {
		return v.lacking("处置预案", "the response plan")
	}
	return v.ok()
}

// R23.2, Art 23 ¶2.
func departmentsHeard(v *view) result {
	last, ok := decision.Last(v.d.RiskAssessments)
	switch {
	case !ok:
		return v.noObject("没有风险评估报告", "there is no report")
	case len(last.Act.Departments) == 0:
		return v.lacking("听取了哪些部门的意见", "which departments were heard")
	}
	return v.ok()
}

// R24.1, Art 24: the last assessment counts. What turns an uncontrollable risk
// into a controllable one is a change of the draft or another measure ("采取调整
// 决策草案等措施"): the later assessment is of a later version, or it names a
// measure that the other did not.
func riskControllable(v *view) result {
	all := v.assessments()
	last, ok := decision.Last(all)
	switch {
	case !ok:
		return v.noObject("没有风险评估", "there is no assessment")
	case last.controllable == nil:
		return v.unknown("评估结论", "what the assessment concludes")
	case !*last.controllable:
		return v.broken("最后一次评估认为风险不可控；须调整草案后重新评估", "the last assessment says uncontrollable; change the draft and assess it again")
	}
	for _, a := range all {
		if a.controllable == nil || *a.controllable {
			continue
		}
		switch {
		case a.draft == 0 || last.draft == 0:
			return v.unknown("草案在两次评估之间是否调整", "whether the draft changed between the assessments")
		case last.draft < a.draft, last.draft == a.draft && !last.addsTo(a):
			return v.broken("被评为不可控后，须对调整后的版本重新评估，或者在评估中列明新采取的措施",
				"after an uncontrollable result a later version is assessed as controllable, or the assessment names a new measure")
		}
	}
	return v.ok()
}
