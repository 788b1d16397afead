package workflow

import (
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// adjustmentRules are the rules of chapter 4 on changing, suspending and
// stopping a decision (Art 37).
var adjustmentRules = []Rule{
	{
		ID: "R37.1", Norm: d713, Article: 37, Severity: Hard, Zh: "未经法定程序不得变更或者停止执行", En: "a decision is changed or stopped only through the procedure",
		Gates: []decision.Kind{"conclude_adjustment"}, Own: true, Acts: []decision.Kind{"open_adjustment"}, check: adjustmentThroughProcedure,
	},
	{
		ID: "R37.2", Norm: d713, Article: 37, Severity: Hard, Zh: "中止执行须有第三十五条的情形、情况紧急、由行政首长决定", En: "a suspension has a ground of Art 35, urgency, and the chief executive's decision",
		Gates: []decision.Kind{"suspend_execution"}, Own: true, Acts: []decision.Kind{"report_problem", "suspend_execution"}, check: suspensionGrounded,
	},
	{
		ID: "R37.3", Norm: d713, Article: 37, Severity: Hard, Zh: "决定作重大调整或者停止的，另案履行法定程序", En: "what is to be changed or stopped goes through the procedure again",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"open_adjustment", "conclude_adjustment"}, check: adjustmentOpened,
	},
	{
		ID: "R37.4", Norm: d713, Article: 37, Severity: Hard, Zh: "中止执行以恢复、调整或者停止结束", En: "a suspension ends in resumption, change or stop",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"resume_execution", "conclude_adjustment"}, check: suspensionEnded,
	},
}

// R37.1, Art 37. The other case shows that the procedure was gone through; its
// entry is named, so that the two can be read together.
func adjustmentThroughProcedure(v *view) result {
	if len(v.d.AdjustmentsConcluded) == 0 {
		return v.noObject("没有变更或者停止执行", "nothing was changed or stopped")
	}
	answers := make([]result, len(v.d.AdjustmentsConcluded))
	for i, done := range v.d.AdjustmentsConcluded {
		answers[i] = v.openedFor(done).about("%s", done.Act.Case)
	}
	return worst(answers...)
}

// openedFor judges one adjustment by what it was opened for.
func (v *view) openedFor(done decision.Done[decision.ConcludeAdjustment]) result {
	opened := slices.IndexFunc(v.d.Adjustments, func(a decision.Done[decision.OpenAdjustment]) bool {
		return a.Act.Case == done.Act.Case && a.Seq < done.Seq
	})
	switch {
	case done.Act.Outcome == "abandoned":
		return v.ok() // nothing was changed
	case done.Act.Outcome == "" || done.Act.Case == "":
		return v.unknown("调整案件及其结果", "which case adjusted it, and how it ended")
	case opened < 0:
		return v.absent("没有为此启动重大调整："+done.Act.Case, "no adjustment was opened as case "+done.Act.Case)
	}
	aim := v.d.Adjustments[opened].Act.Aim
	if aim == "stop" && done.Act.Outcome == "changed" || aim == "change" && done.Act.Outcome == "stopped" {
		return v.broken("调整的结果与启动时的目的不一致", "the adjustment ended in what it was not opened for")
	}
	return v.ok()
}

// R37.2, Art 37.
func suspensionGrounded(v *view) result {
	if len(v.d.Suspensions) == 0 {
		return v.noObject("没有中止执行", "the execution was not suspended")
	}
	answers := make([]result, len(v.d.Suspensions))
	for i, s := range v.d.Suspensions {
		answers[i] = v.suspension(s)
	}
	return worst(answers...)
}

// suspension judges one suspension: its ground, its urgency, who decided.
func (v *view) suspension(s decision.Done[decision.SuspendExecution]) result {
	ground := slices.IndexFunc(v.d.Problems, func(p decision.Done[decision.ReportProblem]) bool {
		return p.Act.Problem == s.Act.Problem && p.Seq < s.Seq
	})
	meeting, met := decision.Last(v.d.Meetings)
	switch {
	case s.Act.Problem == "" || ground < 0 && slices.ContainsFunc(v.d.Problems, func(p decision.Done[decision.ReportProblem]) bool { return p.Act.Problem == "" }):
		return v.unknown("因何问题中止执行", "which problem the suspension is for")
	case ground < 0:
		return v.absent("没有第三十五条所列情形的报告", "no situation of Art 35 was reported")
	case v.d.Problems[ground].Act.Hinders == nil:
		return v.unknown("所报问题是否严重影响决策目标实现", "whether the problem seriously hinders the goal")
	case !*v.d.Problems[ground].Act.Hinders:
		return v.broken("所报问题没有严重影响决策目标实现，不是第三十五条的情形", "the problem does not seriously hinder the goal; it is no situation of Art 35")
	case strings.TrimSpace(s.Act.Urgency) == "":
		return v.lacking("情况紧急的说明", "why it is urgent")
	case s.Act.Decider == "" || !met || meeting.Act.Chief == "":
		return v.unknown("由谁决定、行政首长是谁", "who decided, or who the chief executive is")
	case s.Act.Decider != meeting.Act.Chief && strings.TrimSpace(s.Act.Delegation) == "":
		return v.lacking("决定人不是行政首长时的授权依据", "under what authority somebody other than the chief executive suspended")
	}
	return v.ok()
}

// R37.3, Art 37: a decision to adjust that opens no case would change the
// matter without the procedure, or never.
func adjustmentOpened(v *view) result {
	decided := int64(0)
	for _, h := range v.d.ProblemsHandled {
		if h.Act.Handling == "adjust" || h.Act.Handling == "stop" {
			decided = max(decided, h.Seq)
		}
	}
	for _, f := range v.d.EvaluationsFollowed {
		if f.Act.Action == "adjust" || f.Act.Action == "stop" {
			decided = max(decided, f.Seq)
		}
	}
	if decided == 0 && len(v.d.Adjustments) == 0 {
		return v.noObject("没有决定作重大调整", "no major change was decided on")
	}
	if last, _ := decision.Last(v.d.Adjustments); last.Seq < decided {
		return v.absent("决定调整或者停止后没有启动重大调整", "a change or stop was decided on, and no adjustment was opened")
	}
	for _, o := range v.d.Adjustments {
		concluded := slices.ContainsFunc(v.d.AdjustmentsConcluded, func(c decision.Done[decision.ConcludeAdjustment]) bool {
			return c.Act.Case == o.Act.Case && c.Seq > o.Seq
		})
		if !concluded {
			return v.absent("重大调整尚未办结："+o.Act.Case, "the adjustment is not concluded: "+o.Act.Case).about("%s", o.Act.Case)
		}
	}
	return v.ok()
}

// R37.4, Art 37: to suspend first ("先决定中止") is not to decide.
func suspensionEnded(v *view) result {
	last, ok := decision.Last(v.d.Suspensions)
	if !ok {
		return v.noObject("没有中止执行", "the execution was not suspended")
	}
	resumed, _ := decision.Last(v.d.Resumptions)
	adjusted, _ := decision.Last(v.d.AdjustmentsConcluded)
	if resumed.Seq > last.Seq || (adjusted.Seq > last.Seq && adjusted.Act.Outcome != "abandoned") {
		return v.ok()
	}
	return v.absent("中止执行后没有恢复、调整或者停止", "the suspension has not ended")
}
