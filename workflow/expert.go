package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// expertRules are the rules of chapter 2, section 3 (专家论证, Arts 19 to 21).
var expertRules = []Rule{
	{
		ID: "R19.1", Norm: d713, Article: 19, Paragraph: 1, Severity: Hard, Zh: "专业性、技术性较强的事项经过专家论证", En: "a professional or technical matter was argued by experts",
		Gates: packageGates, Acts: []decision.Kind{"engage_expert", "file_expert_opinion", "determine_step"}, check: expertsHeard,
	},
	{
		ID: "R19.2", Norm: d713, Article: 19, Paragraph: 2, Severity: Hard, Zh: "书面论证意见署名、盖章", En: "a written opinion is signed or sealed",
		Gates: []decision.Kind{"file_expert_opinion"}, Own: true, Acts: []decision.Kind{"file_expert_opinion"}, check: opinionSigned,
	},
	{
		ID: "R19.3", Norm: d713, Article: 19, Paragraph: 2, Severity: Hard, Zh: "专家承诺履行保密义务", En: "experts undertake to keep secrets",
		Gates: []decision.Kind{"engage_expert"}, Own: true, Acts: []decision.Kind{"engage_expert"}, check: secrecyUndertaken,
	},
	{
		ID: "R20.1", Norm: d713, Article: 20, Severity: Hard, Zh: "专家与决策事项没有直接利害关系", En: "experts have no direct interest in the matter",
		Gates: []decision.Kind{"engage_expert", "file_expert_opinion"}, Own: true, Acts: []decision.Kind{"engage_expert"}, check: noInterest,
	},
	{
		ID: "R20.2", Norm: d713, Article: 20, Severity: Soft, Zh: "注重选择持不同意见的专家", En: "experts of differing views were sought",
		Gates: packageGates, Acts: []decision.Kind{"engage_expert"}, check: dissentSought,
	},
	{
		ID: "R21.1", Norm: d713, Article: 21, Paragraph: 1, Severity: Hard, Zh: "取自专家库的专家处于有效状态", En: "an expert drawn from a pool is active in it",
		Gates: []decision.Kind{"engage_expert"}, Own: true, Acts: []decision.Kind{"engage_expert"}, check: poolActive,
	},
}

// R19.1, Art 19 ¶1: necessity, feasibility and scientific soundness.
func expertsHeard(v *view) result {
	how, _ := v.step(decision.StepExpert)
	switch {
	case len(v.d.ExpertOpinions) == 0 && how == excused:
		return v.not("已认定专业性、技术性不强", "determined not to be professional or technical")
	case len(v.d.ExpertOpinions) == 0 && how == undetermined:
		return v.undecided(decision.StepExpert)
	case len(v.d.ExpertOpinions) == 0:
		return v.absent("没有专家论证意见", "no expert opinion is recorded")
	}
	covered := map[string]bool{}
	told, whole := false, true
	for _, o := range v.d.ExpertOpinions {
		told, whole = told || o.Act.Topics != nil, whole && len(o.Act.Topics) > 0 && !slices.Contains(o.Act.Topics, "")
		for _, t := range o.Act.Topics {
			covered[t] = true
		}
	}
	if !told {
		return v.unknown("论证了哪些方面", "what the experts argued")
	}
	var zh, en []string
	for _, topic := range [][2]string{{"necessity", "必要性"}, {"feasibility", "可行性"}, {"soundness", "科学性"}} {
		if !covered[topic[0]] {
			zh, en = append(zh, topic[1]), append(en, topic[0])
		}
	}
	switch {
	case len(zh) > 0 && how == excused:
		return v.not("已认定专业性、技术性不强", "determined not to be professional or technical")
	case len(zh) > 0 && how == undetermined:
		return v.undecided(decision.StepExpert)
	case len(zh) > 0 && !whole:
		return v.unknown("有的论证意见论证了哪些方面", "what some of the experts argued")
	case len(zh) > 0:
		return v.absent("论证未涉及"+strings.Join(zh, "、"), "the opinions leave out "+strings.Join(en, ", "))
	}
	return v.ok()
}

// opinions asks a question of each expert opinion and returns the worst
// answer.
func (v *view) opinions(ask func(decision.FileExpertOpinion) result) result {
	if len(v.d.ExpertOpinions) == 0 {
		return v.noObject("没有专家论证意见", "there is no expert opinion")
	}
	answers := make([]result, len(v.d.ExpertOpinions))
	for i, o := range v.d.ExpertOpinions {
		answers[i] = ask(o.Act).about("%s", o.Act.Expert)
	}
	return worst(answers...)
}

// experts asks a question of each engagement and returns the worst answer.
func (v *view) experts(ask func(decision.EngageExpert) result) result {
	if len(v.d.Experts) == 0 {
		return v.noObject("没有选聘专家", "no expert was engaged")
	}
	answers := make([]result, len(v.d.Experts))
	for i, e := range v.d.Experts {
		answers[i] = ask(e.Act).about("%s", e.Act.Expert)
	}
	return worst(answers...)
}

// R19.2, Art 19 ¶2: a person signs, a body seals.
func opinionSigned(v *view) result {
	types := map[string]string{}
	for _, e := range v.d.Experts {
		types[e.Act.Expert] = e.Act.Type
	}
	return v.opinions(func(o decision.FileExpertOpinion) result {
		mark, zh, en := o.Signed, "论证意见未署名", "the opinion is not signed"
		switch types[o.Expert] {
		case "body":
			mark, zh, en = o.Sealed, "专业机构的论证意见未盖章", "the body's opinion is not sealed"
		case "": // a person or a body: either mark will do
			if o.Signed == nil || !*o.Signed {
				mark = o.Sealed
			}
			if mark != nil && !*mark && o.Signed == nil {
				mark = nil
			}
		}
		switch {
		case mark == nil:
			return v.unknown("论证意见是否署名、盖章", "whether the opinion is signed or sealed")
		case !*mark:
			return v.broken(zh, en)
		}
		return v.ok()
	})
}

// R19.3, Art 19 ¶2.
func secrecyUndertaken(v *view) result {
	return v.experts(func(e decision.EngageExpert) result {
		switch {
		case e.Secrecy == nil:
			return v.unknown("专家是否作出保密承诺", "whether the expert undertook to keep secrets")
		case !*e.Secrecy:
			return v.broken("专家未作出保密承诺", "the expert gave no undertaking to keep secrets")
		}
		return v.ok()
	})
}

// R20.1, Art 20: nobody with a direct interest may be chosen.
func noInterest(v *view) result {
	answers := []result{v.experts(func(e decision.EngageExpert) result {
		switch {
		case e.DirectInterest == nil:
			return v.unknown("专家是否与事项有直接利害关系", "whether the expert has a direct interest")
		case *e.DirectInterest:
			return v.broken("专家与决策事项有直接利害关系，应当回避", "the expert has a direct interest and must stand aside")
		}
		return v.ok()
	})}
	for _, o := range v.d.ExpertOpinions {
		before := map[string]bool{} // who declares after arguing was chosen unseen
		for _, e := range v.d.Experts {
			if e.Seq < o.Seq {
				before[e.Act.Expert] = true
			}
		}
		switch name := o.Act.Expert; {
		case before[name] && name != "":
		case len(before) > 0 && (name == "" || before[""]):
			answers = append(answers, v.unknown("论证意见是谁提出的、选聘了谁", "whose an opinion is, or who was engaged"))
		default:
			answers = append(answers, v.absent(fmt.Sprintf("“%s”提出论证意见，没有选聘和利害关系声明的记录", name),
				fmt.Sprintf("%q gave an opinion; neither an engagement nor a declaration of interest is recorded", name)).about("%s", name))
		}
	}
	return worst(answers...)
}

// R20.2, Art 20: attention to differing views is asked for, not a number.
func dissentSought(v *view) result {
	if len(v.d.ExpertOpinions) == 0 {
		return v.noObject("没有专家论证意见", "there is no expert opinion")
	}
	if slices.ContainsFunc(v.d.ExpertOpinions, func(o decision.Done[decision.FileExpertOpinion]) bool { return o.Act.Stance == "" }) {
		return v.unknown("专家的立场", "what the experts' stance was")
	}
	if slices.ContainsFunc(v.d.ExpertOpinions, func(o decision.Done[decision.FileExpertOpinion]) bool { return o.Act.Stance != "favour" }) {
		return v.ok()
	}
	return v.broken("全部专家均表示赞成，请留意是否选择了持不同意见的专家", "every expert is in favour; see whether any of another view was chosen")
}

// R21.1, Art 21: a county need not have a pool, but one that is used keeps
// its members under review.
func poolActive(v *view) result {
	return v.experts(func(e decision.EngageExpert) result {
		switch {
		case e.Pool == nil:
			return v.noObject("未取自专家库", "the expert was not drawn from a pool")
		case e.Pool.Status == "":
			return v.unknown("专家在库状态", "the expert's status in the pool")
		case e.Pool.Status != "active":
			return v.broken("专家已被专家库暂停或者除名", "the expert was suspended or removed from the pool")
		}
		return v.ok()
	})
}
