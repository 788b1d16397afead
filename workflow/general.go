package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// d713 is the short name of 重大行政决策程序暂行条例 in citations.
const d713 = "D713"

// packageGates are the acts before which the steps that form the draft must be
// done: the reviewer checks them (Art 27(2)), and the meeting gets what they
// led to (Art 29).
var packageGates = []decision.Kind{"submit_for_review", "place_on_agenda"}

// issueGates are the acts by which a decision leaves the organ.
var issueGates = []decision.Kind{"publish", "withhold_publication"}

// generalRules are the rules of chapter 1 (总则).
var generalRules = []Rule{
	{
		ID: "R2.1", Norm: d713, Article: 2, Severity: Hard, Zh: "规则包适用于该级决策机关", En: "the pack serves organs of this level",
		Gates: []decision.Kind{"propose"}, Own: true, Acts: []decision.Kind{"propose"}, check: organLevel,
	},
	{
		ID: "R3.1", Norm: d713, Article: 3, Paragraph: 1, Severity: Hard, Zh: "属于所列决策事项类别", En: "the matter belongs to a listed category",
		Gates: []decision.Kind{"propose"}, Own: true, Acts: []decision.Kind{"propose"}, check: category,
	},
	{
		ID: "R3.2", Norm: d713, Article: 3, Paragraph: 2, Severity: Hard, Zh: "不属于排除适用的事项", En: "the matter is not excluded from the decree",
		Gates: []decision.Kind{"initiate"}, Acts: []decision.Kind{"decline"}, check: exclusion,
	},
	{
		ID: "R3.3", Norm: d713, Article: 3, Paragraph: 3, Severity: Hard, Zh: "事项目录经同级党委同意后公布，调整有理由", En: "the catalogue was published with the Party committee's consent, and an adjustment has its reason",
		Gates: []decision.Kind{"cite_catalogue"}, Own: true, Acts: []decision.Kind{"cite_catalogue"}, check: catalogueConsented,
	},
	{
		ID: "R3.4", Norm: d713, Article: 3, Paragraph: 3, Severity: Norm, Zh: "目录载明的程序均适用", En: "the procedures that the catalogue declares apply",
		Gates: packageGates, Acts: []decision.Kind{"determine_step"}, check: catalogueFollowed,
	},
	{
		ID: "R8.1", Norm: d713, Article: 8, Paragraph: 1, Severity: Hard, Zh: "依法须经人大讨论决定或者报告的，在出台前办理", En: "where the law calls for the People's Congress, it acted before issue",
		Gates: issueGates, Prohibits: true, Acts: []decision.Kind{"record_congress_act", "determine_step"}, check: congress,
	},
}

func (v *view) proposal() (decision.Propose, bool) {
	p, ok := decision.Last(v.d.Proposals)
	return p.Act, ok
}

// R2.1, Arts 2 and 42: governments at county level and above are bound; others
// apply the decree by reference, under a pack that says so.
func organLevel(v *view) result {
	p, ok := v.proposal()
	switch {
	case !ok || p.Organ.Level == "":
		return v.unknown("决策机关层级", "the level of the organ")
	case !v.Pack.HasLevel(p.Organ.Level):
		return v.broken(fmt.Sprintf("规则包“%s”不适用于此层级机关；部门和乡镇参照执行，应选用相应规则包（第四十二条）", v.Pack.Title.Zh),
			fmt.Sprintf("the pack %q does not serve organs of this level; departments and townships apply the decree by reference and need a pack that says so (Art 42)", v.Pack.Name))
	case v.Pack.ByReference:
		return v.okBecause("参照执行（第四十二条）", "applied by reference (Art 42)")
	}
	return v.ok()
}

// R3.1, Art 3 ¶1.
func category(v *view) result {
	p, ok := v.proposal()
	switch {
	case !ok || p.Category == "":
		return v.unknown("决策事项类别", "the category of the matter")
	case !v.Pack.HasCategory(p.Category):
		return v.broken("类别不在规则包所列之中", "the category is none of the pack's")
	}
	return v.ok()
}

// R3.2, Art 3 ¶2: macro-control, government legislation and emergency
// response are outside; a special law needs its own pack.
func exclusion(v *view) result {
	p, ok := v.proposal()
	switch {
	case !ok || (p.Exclusion == "" && v.Evidence != Live):
		return v.unknown("是否属于排除适用的事项", "whether the matter is excluded")
	case p.Exclusion == "" || p.Exclusion == "none":
		return v.ok()
	case p.Exclusion == "special_law" && v.Pack.SpecialLaw != "" && p.ExclusionBasis == "":
		return v.lacking("适用特别法的依据", "the basis of the special law")
	case p.Exclusion == "special_law" && v.Pack.SpecialLaw != "":
		return v.ok()
	}
	return v.broken("此事项不适用本条例，不应按本规则包启动；保留案卷，说明理由后不予启动",
		"the decree does not apply to this matter; keep the case and decline to initiate it under this pack")
}

// R3.3, Art 3 ¶3. A catalogue is optional; one that is relied on was lawfully
// made.
func catalogueConsented(v *view) result {
	last, ok := decision.Last(v.d.Catalogues)
	a := last.Act
	switch {
	case !ok:
		return v.noObject("未援引决策事项目录", "no catalogue is cited")
	case !a.ConsentedOn.IsZero() && !a.PublishedOn.IsZero() && a.ConsentedOn.After(a.PublishedOn):
		return v.broken("目录公布早于党委同意", "the catalogue was published before the Party committee consented")
	case a.Committee == "" || a.ConsentRef == "" || a.ConsentedOn.IsZero() || a.PublishedOn.IsZero():
		return v.lacking("党委同意的文件、日期或者目录公布日期", "the consent of the Party committee, its day, or when the catalogue was published")
	case a.Version > 1 && strings.TrimSpace(a.Adjusted) == "":
		return v.lacking("目录调整的理由", "why the catalogue was adjusted")
	}
	return v.ok()
}

// R3.4, Art 3 ¶3: an organ that announced a procedure goes through it, or says
// why not.
func catalogueFollowed(v *view) result {
	last, ok := decision.Last(v.d.Catalogues)
	if !ok || len(last.Act.Steps) == 0 {
		return v.noObject("没有目录载明的程序", "no catalogue declares any procedure")
	}
	nameless := slices.ContainsFunc(v.d.Determinations, func(d decision.Done[decision.DetermineStep]) bool { return d.Act.Step == "" })
	untold := nameless
	for _, step := range last.Act.Steps {
		if step == "" {
			untold = true // the others are judged
			continue
		}
		how, said := v.step(step)
		// What comes after the package cannot be asked for yet.
		if how == undetermined && said.Step != "" && said.Applies == nil && !v.performed(step) {
			untold = true
			continue
		}
		if how == undetermined && !nameless && !v.performed(step) && step != decision.StepParty && step != decision.StepCongress {
			return v.absent("目录载明的程序没有履行的记录："+string(step), "the catalogue declares a procedure that nothing shows: "+string(step)).about("%s", step)
		}
		if how == excused || how == undetermined && said.Applies != nil && !*said.Applies {
			return v.broken("目录载明的程序被认定为不适用："+string(step), "the catalogue declares a procedure that was determined not to apply: "+string(step)).about("%s", step)
		}
	}
	if untold {
		return v.unknown("目录载明的全部程序", "all the procedures that the catalogue declares")
	}
	return v.ok()
}

// R8.1, Art 8 ¶1.
func congress(v *view) result {
	how, _ := v.step(decision.StepCongress)
	last, done := decision.Last(v.d.CongressActs)
	switch {
	case done && last.Act.Result == "not_approved":
		return v.broken("人大未予批准", "the People's Congress did not approve")
	case how == excused:
		return v.not("已认定无须经人大办理", "determined not to apply")
	case done && !v.gateDay().IsZero() && last.Act.ActedOn.After(v.gateDay()):
		if how == undetermined {
			return v.undecided(decision.StepCongress)
		}
		return v.broken("人大办理日期晚于出台日期", "the People's Congress acted after the issue").from(last.Act.ActedOn)
	case done && (last.Act.Result == "" || last.Act.ActedOn.IsZero()):
		return v.unknown("人大办理的结果或者日期", "what the People's Congress said, or when")
	case done:
		return v.ok()
	case how == undetermined:
		return v.undecided(decision.StepCongress)
	}
	return v.absent("没有人大讨论决定或者报告的记录", "no act of the People's Congress is recorded")
}
