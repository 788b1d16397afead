package workflow

import (
	"strings"

	"github.com/juece/juece/decision"
)

// initiationRules are the rules of chapter 2, section 1 on starting a
// procedure (决策启动, Arts 10 and 11).
var initiationRules = []Rule{
	{
		ID: "R10.1", Norm: d713, Article: 10, Severity: Hard, Zh: "启动前对建议进行了研究论证", En: "the proposal was studied before initiation",
		Gates: []decision.Kind{"initiate", "decline"}, Acts: []decision.Kind{"study_proposal"}, check: proposalStudied,
	},
	{
		ID: "R10.2", Norm: d713, Article: 10, Severity: Hard, Zh: "部门或者下级政府的建议论证了五项内容", En: "a department's or lower government's proposal argues its five points",
		Gates: []decision.Kind{"propose"}, Own: true, Acts: []decision.Kind{"propose"}, check: proposalArgued,
	},
	{
		ID: "R10.3", Norm: d713, Article: 10, Severity: Hard, Zh: "启动与否的决定有决定人、日期和理由", En: "the decision whether to initiate has a decider, a day and a reason",
		Gates: []decision.Kind{"initiate", "decline"}, Own: true, Acts: []decision.Kind{"initiate", "decline"}, check: initiationReasoned,
	},
	{
		ID: "R11.1", Norm: d713, Article: 11, Severity: Hard, Zh: "明确了唯一的牵头承办单位", En: "exactly one undertaking unit leads",
		Gates: []decision.Kind{"assign_units"}, Own: true, Acts: []decision.Kind{"assign_units"}, check: oneLead,
	},
	{
		ID: "R11.2", Norm: d713, Article: 11, Severity: Hard, Zh: "拟订草案前明确了承办单位", En: "an undertaking unit was named before drafting",
		Gates: []decision.Kind{"submit_draft"}, Acts: []decision.Kind{"assign_units"}, check: unitAssigned,
	},
}

// R10.1, Art 10: proposals are studied before the organ decides; those of
// citizens and organisations are made in writing.
func proposalStudied(v *view) result {
	if p, ok := v.proposal(); ok {
		written := p.InWriting == nil || *p.InWriting
		if (p.Source == "citizen" || p.Source == "organisation") && !written {
			return v.broken("公民、法人或者其他组织的建议须为书面", "a citizen's or organisation's proposal must be in writing")
		}
	}
	if len(v.d.Studies) == 0 {
		return v.absent("没有研究论证的记录", "no study of the proposal is recorded")
	}
	return v.ok()
}

// R10.2, Art 10(2).
func proposalArgued(v *view) result {
	p, ok := v.proposal()
	if !ok || p.Source == "" {
		return v.unknown("建议的来源", "where the proposal came from")
	}
	if p.Source != "department" && p.Source != "lower_government" {
		return v.not("建议并非由部门或者下级政府提出", "the proposal did not come from a department or a lower government")
	}
	var zh, en []string
	for _, part := range []struct{ text, zh, en string }{
		{p.Problem, "拟解决的主要问题", "the main problem"},
		{p.Reasons, "建议理由", "the reasons"},
		{p.Basis, "依据", "the basis"},
		{p.Solution, "初步方案", "the preliminary solution"},
		{p.Feasibility, "必要性、可行性", "its necessity and feasibility"},
	} {
		if strings.TrimSpace(part.text) == "" {
			zh, en = append(zh, part.zh), append(en, part.en)
		}
	}
	if len(zh) > 0 {
		return v.lacking("建议未论证："+strings.Join(zh, "、"), "the proposal does not argue "+strings.Join(en, ", "))
	}
	return v.ok()
}

// R10.3, Art 10.
func initiationReasoned(v *view) result {
	yes, started := decision.Last(v.d.Initiations)
	no, declined := decision.Last(v.d.Declines)
	decider, reason, day := yes.Act.Decider, yes.Act.Reason, yes.OccurredOn
	if declined && no.Seq > yes.Seq {
		decider, reason, day = no.Act.Decider, no.Act.Reason, no.OccurredOn
	}
	switch {
	case !started && !declined:
		return v.absent("没有是否启动的决定", "no decision whether to initiate is recorded")
	case decider == "" || reason == "" || day.IsZero():
		return v.lacking("启动决定的决定人、日期或者理由", "the decider, the day or the reason of the initiation")
	}
	return v.ok()
}

// R11.1, Art 11.
func oneLead(v *view) result {
	assigned, ok := decision.Last(v.d.Assignments)
	switch {
	case !ok:
		return v.absent("没有明确承办单位", "no undertaking unit was named")
	case len(assigned.Act.Units) == 0:
		return v.lacking("承办单位的名单", "which units undertake it")
	}
	leads, unknown := 0, false
	for _, u := range assigned.Act.Units {
		switch {
		case u.Lead == nil:
			unknown = true
		case *u.Lead:
			leads++
		}
	}
	switch {
	case len(assigned.Act.Units) == 1, leads == 1 && !unknown:
		return v.ok()
	case leads <= 1 && unknown:
		return v.unknown("哪个单位牵头", "which unit leads")
	case leads == 0:
		return v.broken("两个以上单位承办，未明确牵头单位", "several units undertake the matter and none leads")
	}
	return v.broken("牵头单位多于一个", "more than one unit leads")
}

// R11.2, Art 11.
func unitAssigned(v *view) result {
	last, ok := decision.Last(v.d.Assignments)
	switch {
	case !ok:
		return v.absent("没有明确承办单位", "no undertaking unit was named")
	case len(last.Act.Units) == 0:
		return v.lacking("承办单位的名单", "which units undertake it")
	}
	return v.ok()
}
