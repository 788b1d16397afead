package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// evaluationRules are the rules of chapter 4 on the evaluation after the
// decision (决策后评估, Art 36).
var evaluationRules = []Rule{
	{
		ID: "R36.1", Norm: d713, Article: 36, Paragraph: 1, Severity: Norm, Zh: "评估的情形有记录可依", En: "the record bears out why an evaluation is ordered",
		Gates: []decision.Kind{"order_evaluation"}, Own: true, Acts: []decision.Kind{"order_evaluation"}, check: triggerBorneOut,
	},
	{
		ID: "R36.2", Norm: d713, Article: 36, Paragraph: 1, Severity: Soft, Zh: "出现可以评估的情形的，考虑了评估", En: "where an evaluation suggests itself, one was ordered",
		Gates: executionGates, Acts: []decision.Kind{"order_evaluation"}, check: evaluationConsidered,
	},
	{
		ID: "R36.3", Norm: d713, Article: 36, Paragraph: 2, Severity: Hard, Zh: "受托评估的不是决策前承担主要论证评估工作的单位", En: "a commissioned evaluator did not do the main review or assessment before the decision",
		Gates: []decision.Kind{"order_evaluation", "file_evaluation"}, Own: true, Acts: []decision.Kind{"order_evaluation"}, check: evaluatorIndependent,
	},
	{
		ID: "R36.4", Norm: d713, Article: 36, Paragraph: 3, Severity: Norm, Zh: "评估听取公众意见，吸收有关方面参与", En: "the evaluation hears the public and brings others in",
		Gates: []decision.Kind{"file_evaluation"}, Own: true, Acts: []decision.Kind{"file_evaluation"}, check: evaluationOpen,
	},
	{
		ID: "R36.5", Norm: d713, Article: 36, Paragraph: 4, Severity: Hard, Zh: "评估结果得到处理", En: "the result of the evaluation is followed up",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"file_evaluation", "follow_evaluation"}, check: evaluationFollowed,
	},
}

// triggers computes from the record which situations of Art 36 ¶1 have come
// about: a problem that seriously hinders the goal, and as many opinions after
// publication as the pack's local number names.
func (v *view) triggers() (below, many bool, opinions int64) {
	for _, p := range v.d.Problems {
		below = below || (p.Act.Hinders != nil && *p.Act.Hinders)
	}
	issued := issuedAt(v.d)
	for _, b := range v.d.OpinionBatches {
		if issued > 0 && b.Seq > issued {
			opinions += b.Act.Last - b.Act.First + 1
		}
	}
	enough := v.Pack.Number(pack.EvaluationOpinions).Value
	return below, enough > 0 && opinions >= int64(enough), opinions
}

// R36.1, Art 36 ¶1. The organ may always see need; the two other situations
// are in the record or they are not.
func triggerBorneOut(v *view) result {
	ordered, ok := decision.Last(v.d.EvaluationOrders)
	if !ok {
		return v.noObject("没有开展决策后评估", "no evaluation was ordered")
	}
	below, _, opinions := v.triggers()
	// The organ judges the effect by what was reported, urged or suspended.
	below = below || len(v.d.Progress)+len(v.d.Urgings)+len(v.d.Suspensions) > 0
	untold := slices.ContainsFunc(v.d.Problems, func(p decision.Done[decision.ReportProblem]) bool { return p.Act.Hinders == nil })
	switch {
	case ordered.Act.Trigger == "":
		return v.unknown("开展评估的情形", "why the evaluation is ordered")
	case ordered.Act.Trigger == "many_opinions" && opinions == 0:
		return v.absent("以意见较多为由，但没有收到意见的记录", "many opinions are the reason, and none is recorded")
	case ordered.Act.Trigger == "below_expectation" && !below && untold:
		return v.unknown("所报问题是否严重影响决策目标实现", "whether the problem seriously hinders the goal")
	case ordered.Act.Trigger == "below_expectation" && !below:
		return v.absent("以明显未达到预期效果为由，但没有执行情况或者问题的记录", "falling short is the reason, and neither a problem nor a report on the execution is recorded")
	}
	return v.ok()
}

// R36.2, Art 36 ¶1: may, not must.
func evaluationConsidered(v *view) result {
	if len(v.d.EvaluationOrders) > 0 {
		return v.ok()
	}
	below, many, opinions := v.triggers()
	switch {
	case below:
		return v.absent("执行中发现严重影响决策目标实现的问题，未组织决策后评估", "the goal was seriously hindered, and no evaluation was ordered")
	case many:
		return v.absent(fmt.Sprintf("公布后收到%d条意见，未组织决策后评估", opinions), fmt.Sprintf("%d opinions came in after publication, and no evaluation was ordered", opinions))
	}
	return v.noObject("没有出现可以评估的情形", "nothing suggests an evaluation")
}

// R36.3, Art 36 ¶2, speaks of third parties that are commissioned; to call one
// the organ's own does not make it that. Names and the people who acted are
// compared, so that neither another person of the same body nor the same person
// elsewhere gets round it.
func evaluatorIndependent(v *view) result {
	bore := v.boreMainWork()
	_, nameless := bore[""]
	return v.evaluations(func(e evaluationCase) result {
		commissioned, third := e.ordered.Act.Commissioned, v.thirdParty(e)
		if commissioned != nil && !*commissioned && !third {
			return v.not("未委托第三方评估", "no third party is commissioned")
		}
		untold := nameless || commissioned == nil && !third
		for _, name := range e.evaluators() {
			untold = untold || name == ""
			if what, did := bore[bodyName(name)]; did && name != "" && (third || commissioned != nil) {
				return v.broken(fmt.Sprintf("“%s”在决策前承担了%s，不得受托评估", name, what[0]),
					fmt.Sprintf("%q did the %s before the decision and may not be commissioned", name, what[1])).about("%s", name)
			}
		}
		if untold {
			return v.unknown("由谁论证、评估，是否委托第三方", "who reviewed, assessed or evaluated, and whether a third party is commissioned")
		}
		return v.ok()
	})
}

// evaluators names who evaluates, as ordered and as it came about.
func (e evaluationCase) evaluators() []string {
	names := []string{e.ordered.Act.Evaluator}
	if e.filed == nil {
		return names
	}
	names = append(names, e.filed.Act.Evaluator)
	if slices.Contains(e.filed.Actor.Roles, RoleEvaluator) {
		by := e.filed.Actor
		names = append(names, cmp.Or(by.ID, by.Unit), cmp.Or(by.Unit, by.ID))
	}
	return names
}

// thirdParty reports whether a third party evaluates in fact, whatever the
// order calls it: neither an expert whom the organ engaged nor another organ is
// its own.
func (v *view) thirdParty(e evaluationCase) bool {
	for _, name := range e.evaluators() {
		engaged := func(x decision.Done[decision.EngageExpert]) bool { return bodyName(x.Act.Expert) == bodyName(name) }
		if bodyName(name) != "" && slices.ContainsFunc(v.d.Experts, engaged) {
			return true
		}
	}
	own := bodyName(v.Organ().Name)
	return e.filed != nil && e.filed.Actor.Organ != "" && own != "" && bodyName(e.filed.Actor.Organ) != own
}

// evaluations asks a question of each evaluation that is owed and returns the
// worst answer.
func (v *view) evaluations(ask func(evaluationCase) result) result {
	if len(v.d.EvaluationOrders) == 0 {
		return v.noObject("没有开展决策后评估", "no evaluation was ordered")
	}
	owed := evaluationsIn(v.Deeds)
	answers := make([]result, len(owed))
	for i, e := range owed {
		answers[i] = ask(e)
	}
	return worst(answers...)
}

// evaluationCase is an evaluation as ordered, with what came of it.
type evaluationCase struct {
	ordered  decision.Done[decision.OrderEvaluation]
	filed    *decision.Done[decision.FileEvaluation] // the last report
	followed *decision.Done[decision.FollowEvaluation]
}

// by reports whether the evaluation was ordered of an evaluator.
func (e evaluationCase) by(evaluator string) bool {
	return bodyName(evaluator) != "" && bodyName(e.ordered.Act.Evaluator) == bodyName(evaluator)
}

// evaluationsIn returns the evaluations in the order in which they were
// ordered, but for those whose evaluator was replaced before he filed.
func evaluationsIn(deeds []Deed) []evaluationCase {
	var list []evaluationCase
	for _, d := range deeds {
		switch a := d.Act.(type) {
		case decision.OrderEvaluation:
			if i := unfiled(list, a.Replaces); i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
			list = append(list, evaluationCase{ordered: decision.Done[decision.OrderEvaluation]{Ref: d.Ref, Act: a}})
		case decision.FileEvaluation:
			if i := reportedOn(list, a.Evaluator); i >= 0 {
				list[i].filed, list[i].followed = &decision.Done[decision.FileEvaluation]{Ref: d.Ref, Act: a}, nil
			}
		case decision.FollowEvaluation: // one answer to one report, in their order
			if i := slices.IndexFunc(list, func(e evaluationCase) bool { return e.filed != nil && e.followed == nil }); i >= 0 {
				list[i].followed = &decision.Done[decision.FollowEvaluation]{Ref: d.Ref, Act: a}
			}
		}
	}
	return list
}

// unfiled is the place of the first evaluation that was ordered of an evaluator
// and on which nothing was filed, or -1.
func unfiled(list []evaluationCase, evaluator string) int {
	return slices.IndexFunc(list, func(e evaluationCase) bool { return e.by(evaluator) && e.filed == nil })
}

// reportedOn is the place of the evaluation that a report of an evaluator is
// on, or -1: the first that is owed by him, or else the last, which he reports
// on anew. In a file a report may be of somebody whom no order names; it is
// taken to be on what is still owed.
func reportedOn(list []evaluationCase, evaluator string) int {
	if i := unfiled(list, evaluator); i >= 0 {
		return i
	}
	mine, owed := -1, -1
	for i, e := range list {
		if e.by(evaluator) {
			mine = i
		}
		if e.filed == nil {
			owed = i
		}
	}
	switch {
	case mine >= 0:
		return mine
	case owed >= 0:
		return owed
	}
	return len(list) - 1
}

// boreMainWork names who reviewed or assessed before the decision, and what.
func (v *view) boreMainWork() map[string][2]string {
	bore := map[string][2]string{}
	note := func(role decision.Role, by decision.Actor, name, zh, en string) {
		for _, n := range []string{name, by.ID, by.Unit} {
			// An actor counts where the expert or assessor acted in person.
			if n != "" && (n == name || slices.Contains(by.Roles, role)) {
				bore[bodyName(n)] = [2]string{zh, en}
			}
		}
		if name == "" {
			bore[""] = [2]string{zh, en}
		}
	}
	for _, o := range v.d.ExpertOpinions {
		note(RoleExpert, o.Actor, o.Act.Expert, "专家论证", "expert review")
	}
	for _, a := range v.d.RiskAssessments {
		note(RoleRiskAssessor, a.Actor, a.Act.Assessor, "风险评估", "risk assessment")
	}
	for _, a := range v.d.Reliances {
		note(RoleRiskAssessor, a.Actor, a.Act.Assessor, "风险评估", "risk assessment")
	}
	return bore
}

// R36.4, Art 36 ¶3.
func evaluationOpen(v *view) result {
	last, ok := decision.Last(v.d.Evaluations)
	switch {
	case !ok:
		return v.noObject("没有评估报告", "no evaluation is filed")
	case strings.TrimSpace(last.Act.PublicHeard) == "":
		return v.lacking("如何听取社会公众意见", "how the public was heard")
	case len(last.Act.Participants) == 0:
		return v.lacking("人大代表、政协委员、人民团体、基层组织、社会组织的参与情况", "which deputies, members or organisations took part")
	}
	return v.ok()
}

// R36.5, Art 36 ¶4: what was ordered is filed, and what was filed is answered.
func evaluationFollowed(v *view) result {
	return v.evaluations(func(e evaluationCase) result {
		switch {
		case e.filed == nil: // Art 36 ¶4 speaks of a result; one that was ordered and never came has a reason
			return v.absent("没有评估报告", "no evaluation is filed").as(Norm)
		case e.followed == nil:
			return v.absent("评估结果尚未处理", "the result of the evaluation is not followed up")
		case e.ordered.Act.Evaluator != "" && e.filed.Act.Evaluator != "" && !e.by(e.filed.Act.Evaluator):
			return v.unknown("所确定的评估单位的评估报告", "the report of the evaluator who was named")
		}
		return v.ok()
	})
}
