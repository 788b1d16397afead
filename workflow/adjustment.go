package workflow

import (
	"regexp"
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
		Gates: completionGates, Prohibits: true, Acts: []decision.Kind{"open_adjustment", "conclude_adjustment"}, check: adjustmentOpened,
	},
	{
		ID: "R37.4", Norm: d713, Article: 37, Severity: Hard, Zh: "中止执行以恢复、调整或者停止结束", En: "a suspension ends in resumption, change or stop",
		Gates: completionGates, Prohibits: true, Acts: []decision.Kind{"resume_execution", "conclude_adjustment"}, check: suspensionEnded,
	},
	{
		ID: "R37.5", Norm: d713, Article: 37, Severity: Norm, Zh: "文字更正不改变决策内容", En: "a clerical correction changes nothing of the substance",
		Gates: []decision.Kind{"correct_clerical"}, Own: true, Acts: []decision.Kind{"correct_clerical"}, check: clericalOnly,
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

// openedFor judges one adjustment by what it was opened for, as it was said
// last: what the meeting lawfully decides may be another thing than was meant.
func (v *view) openedFor(done decision.Done[decision.ConcludeAdjustment]) result {
	var aim string
	opened, any := false, false
	for _, a := range v.d.Adjustments {
		any = any || a.Seq < done.Seq
		if a.Act.Case == done.Act.Case && a.Seq < done.Seq {
			aim, opened = a.Act.Aim, true
		}
	}
	switch {
	case done.Act.Outcome == "abandoned":
		return v.ok() // nothing was changed
	case done.Act.Outcome == "" || done.Act.Case == "" && any:
		return v.unknown("调整案件及其结果", "which case adjusted it, and how it ended")
	case opened && aim == "":
		return v.unknown("启动调整的目的", "what the adjustment was opened for")
	case !opened:
		return v.absent("没有为此启动重大调整："+done.Act.Case, "no adjustment was opened as case "+done.Act.Case)
	}
	if stopped := done.Act.Outcome == "stopped"; aim == "stop" && !stopped || aim == "change" && stopped {
		return v.broken("调整的结果与启动时的目的不一致；目的已变的，先重新载明", "the adjustment ended in what it was not opened for; say first that its aim changed")
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
	return worst(v.situation(s), v.chiefSuspended(s))
}

// situation judges the ground of a suspension, by Art 35.
func (v *view) situation(s decision.Done[decision.SuspendExecution]) result {
	ground := -1 // the last report: what is reported anew is there anew
	for i, p := range v.d.Problems {
		if p.Act.Problem == s.Act.Problem && p.Seq < s.Seq {
			ground = i
		}
	}
	reported := slices.ContainsFunc(v.d.Problems, func(p decision.Done[decision.ReportProblem]) bool { return p.Seq < s.Seq })
	switch {
	case !reported:
		return v.absent("没有第三十五条所列情形的报告", "no situation of Art 35 was reported")
	case s.Act.Problem == "" || ground < 0 && slices.ContainsFunc(v.d.Problems, func(p decision.Done[decision.ReportProblem]) bool { return p.Act.Problem == "" }):
		return v.unknown("因何问题中止执行", "which problem the suspension is for")
	case ground < 0:
		return v.absent("没有第三十五条所列情形的报告", "no situation of Art 35 was reported")
	}
	return worst(v.groundStands(v.d.Problems[ground], s), v.serious(v.d.Problems[ground], s))
}

// serious asks whether the problem seriously hinders the goal, urgently.
func (v *view) serious(p decision.Done[decision.ReportProblem], s decision.Done[decision.SuspendExecution]) result {
	switch {
	case p.Act.Hinders == nil:
		return v.unknown("所报问题是否严重影响决策目标实现", "whether the problem seriously hinders the goal")
	case !*p.Act.Hinders:
		return v.broken("所报问题没有严重影响决策目标实现，不是第三十五条的情形", "the problem does not seriously hinder the goal; it is no situation of Art 35")
	case strings.TrimSpace(s.Act.Urgency) == "":
		return v.lacking("情况紧急的说明", "why it is urgent")
	}
	return v.ok()
}

// groundStands asks whether the situation was still there: one that the organ
// answered otherwise, or after which the execution was resumed, is a ground
// only when the organ says so anew.
func (v *view) groundStands(p decision.Done[decision.ReportProblem], s decision.Done[decision.SuspendExecution]) result {
	handled, any := v.lastHandling(p, s.Seq)
	switch {
	case v.resumedFrom(p.Act.Problem, max(p.Seq, handled.Seq), s.Seq):
		return v.broken("因该问题中止后已经恢复执行，不得再据以中止", "the execution was resumed after a suspension for this problem; it is no ground any more")
	case any && handled.Act.Handling == "":
		return v.unknown("所报问题如何处理", "how the problem was handled")
	case any && handled.Act.Handling != "suspend":
		return v.broken("所报问题已另作处理，不得再据以中止执行", "the problem was handled otherwise and is no ground any more")
	}
	return v.ok()
}

// resumedFrom reports whether a suspension for a problem ended in a resumption
// between two entries.
func (v *view) resumedFrom(problem string, after, before int64) bool {
	for _, r := range v.d.Resumptions {
		var ended decision.Done[decision.SuspendExecution]
		for _, s := range v.d.Suspensions {
			if s.Seq < r.Seq {
				ended = s
			}
		}
		if after < r.Seq && r.Seq < before && ended.Act.Problem == problem {
			return true
		}
	}
	return false
}

// chiefSuspended asks whether the chief executive decided. Whoever acts in
// that office counts, and no delegation: Art 37 gives it to nobody else. A
// file that does not tell who acted may tell who chaired the meeting; another
// name may be that of a successor.
func (v *view) chiefSuspended(s decision.Done[decision.SuspendExecution]) result {
	meeting, _ := decision.Last(v.d.Meetings)
	office := slices.Contains(s.Actor.Roles, RoleChiefExecutive) && s.Actor.ID != ""
	chief := office && s.Actor.OnBehalfOf == ""
	switch {
	case s.Act.Decider == "":
		return v.unknown("由谁决定中止执行", "who decided to suspend")
	case office && !chief && s.Act.Decider == s.Actor.ID:
		return v.broken("中止执行由行政首长授权的人决定", "somebody to whom the chief executive delegated decided to suspend")
	case chief && s.Act.Decider != s.Actor.ID:
		return v.broken("中止执行由行政首长以外的人决定", "somebody other than the chief executive decided to suspend")
	case !chief && s.Act.Decider != meeting.Act.Chief:
		return v.unknown("决定人是否为行政首长", "whether the chief executive decided")
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
	switch {
	case resumed.Seq > last.Seq, adjusted.Seq > last.Seq && adjusted.Act.Ends():
		return v.ok()
	case adjusted.Seq > last.Seq && adjusted.Act.Outcome == "":
		return v.unknown("调整的结果", "how the adjustment ended")
	}
	return v.absent("中止执行后没有恢复、调整或者停止", "the suspension has not ended")
}

// R37.5, Art 37: under the name of a slip nothing is changed or stopped. The
// decree does not say where substance begins; a number, a day, an amount or a
// word of duty that changes needs a reason.
func clericalOnly(v *view) result {
	if len(v.d.ClericalCorrections) == 0 {
		return v.noObject("没有文字更正", "no slip was corrected")
	}
	var answers []result
	for _, c := range slices.Backward(v.d.ClericalCorrections) { // of the departures the last is to be reasoned now
		answers = append(answers, v.slip(c).about("%s", c.Act.Where))
	}
	return worst(answers...)
}

func (v *view) slip(c decision.Done[decision.CorrectClerical]) result {
	switch {
	case c.Act.Was == "" || c.Act.Is == "":
		return v.unknown("更正前后的文字", "the words before and after")
	case c.Act.Was == c.Act.Is:
		return v.broken("更正前后的文字相同", "the words before and after are the same").as(Hard)
	case !slices.Equal(substance(c.Act.Was), substance(c.Act.Is)):
		r := v.broken("更正涉及数字、日期、金额或者义务用语，须说明为何不改变内容", "a number, a day, an amount or a word of duty changes; say why the substance does not")
		if i := slices.IndexFunc(v.Deeds, func(d Deed) bool { return d.Seq == c.Seq }); i >= 0 {
			r.reason = strings.TrimSpace(v.Deeds[i].Reasons["R37.5"])
		}
		return r
	}
	return v.ok()
}

// substantial matches what a text says of numbers, days, amounts and duties.
var substantial = regexp.MustCompile(`\d|[０-９]|[〇零一二两三四五六七八九十百千万亿]|[年月日元]|[%％‰]|` +
	`不得|应当|必须|可以|禁止|严禁|不少于|不低于|不超过|不高于|以上|以下|以内|不|除外`)

// substance lists what a text says of substance, in order.
func substance(text string) []string { return substantial.FindAllString(text, -1) }
