package workflow

import (
	"cmp"
	"fmt"
	"math"
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

// R36.3, Art 36 ¶2, speaks of third parties that are commissioned. Names and
// the people who acted are compared, so that neither another person of the
// same body nor the same person elsewhere gets round it.
func evaluatorIndependent(v *view) result {
	bore := v.boreMainWork()
	return v.evaluations(func(e evaluationCase) result {
		switch {
		case e.ordered.Act.Commissioned == nil || e.ordered.Act.Evaluator == "":
			return v.unknown("由谁评估、是否委托第三方", "who evaluates, and whether a third party is commissioned")
		case !*e.ordered.Act.Commissioned:
			return v.not("未委托第三方评估", "no third party is commissioned")
		}
		names := []string{e.ordered.Act.Evaluator}
		if e.filed != nil {
			names = append(names, e.filed.Act.Evaluator)
			if by := e.filed.Actor; slices.Contains(by.Roles, RoleEvaluator) {
				names = append(names, cmp.Or(by.ID, by.Unit), cmp.Or(by.Unit, by.ID))
			}
		}
		_, untold := bore[""]
		for _, name := range names {
			untold = untold || name == "" && len(bore) > 0
			if what, did := bore[bodyName(name)]; did && name != "" {
				return v.broken(fmt.Sprintf("“%s”在决策前承担了%s，不得受托评估", name, what[0]),
					fmt.Sprintf("%q did the %s before the decision and may not be commissioned", name, what[1])).about("%s", name)
			}
		}
		if untold {
			return v.unknown("由谁论证、评估", "who reviewed, assessed or evaluated")
		}
		return v.ok()
	})
}

// evaluationCase is an evaluation as ordered, with what came of it before the
// next was ordered.
type evaluationCase struct {
	ordered  decision.Done[decision.OrderEvaluation]
	filed    *decision.Done[decision.FileEvaluation]
	followed *decision.Done[decision.FollowEvaluation]
}

// evaluations asks a question of each evaluation and returns the worst answer.
func (v *view) evaluations(ask func(evaluationCase) result) result {
	if len(v.d.EvaluationOrders) == 0 {
		return v.noObject("没有开展决策后评估", "no evaluation was ordered")
	}
	answers := make([]result, len(v.d.EvaluationOrders))
	for i, ordered := range v.d.EvaluationOrders {
		e := evaluationCase{ordered: ordered}
		until := int64(math.MaxInt64)
		if i+1 < len(v.d.EvaluationOrders) {
			until = v.d.EvaluationOrders[i+1].Seq
		}
		for j, f := range v.d.Evaluations {
			if f.Seq > ordered.Seq && f.Seq < until {
				e.filed = &v.d.Evaluations[j]
			}
		}
		for j, f := range v.d.EvaluationsFollowed {
			if e.filed != nil && f.Seq > e.filed.Seq && f.Seq < until {
				e.followed = &v.d.EvaluationsFollowed[j]
			}
		}
		answers[i] = ask(e)
	}
	return worst(answers...)
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

// bodyName evens out how a name is written: spaces and full-width brackets
// make no other body.
func bodyName(name string) string {
	return strings.NewReplacer(" ", "", "　", "", "（", "(", "）", ")").Replace(strings.TrimSpace(name))
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
		}
		return v.ok()
	})
}
