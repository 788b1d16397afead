package workflow

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// executionGates are the acts by which the execution ends. What is open then
// would never be closed: no act has a place for it afterwards.
var executionGates = []decision.Kind{"complete_execution", "conclude_adjustment"}

// completionGates are the acts that say that the decision was carried out. One
// that was changed or stopped was not.
var completionGates = []decision.Kind{"complete_execution"}

// executionRules are the rules of chapter 4 on carrying a decision out (决策执
// 行, Arts 34 and 35).
var executionRules = []Rule{
	{
		ID: "R34.1", Norm: d713, Article: 34, Severity: Hard, Zh: "明确了决策执行单位", En: "the units that carry it out are named",
		Gates: issueGates, Acts: []decision.Kind{"assign_execution"}, check: executionAssigned,
	},
	{
		ID: "R34.2", Norm: d713, Article: 34, Severity: Norm, Zh: "各执行单位报告了执行情况，每项任务均有报告", En: "every executing unit reported, and on every task",
		Gates: completionGates, Prohibits: true, Acts: []decision.Kind{"break_down_tasks", "report_progress"}, check: executionReported,
	},
	{
		ID: "R34.3", Norm: d713, Article: 34, Severity: Hard, Zh: "任务落实到执行单位、岗位、人员和时限", En: "each task has its executing unit, post, person, measure and day",
		Gates: []decision.Kind{"break_down_tasks"}, Own: true, Acts: []decision.Kind{"break_down_tasks"}, check: tasksAssigned,
	},
	{
		ID: "R34.4", Norm: d713, Article: 34, Severity: Hard, Zh: "各项任务均已办结", En: "every task is closed",
		Gates: completionGates, Prohibits: true, Acts: []decision.Kind{"close_task"}, check: tasksClosed,
	},
	{
		ID: "R35.1", Norm: d713, Article: 35, Paragraph: 1, Severity: Hard, Zh: "执行中的重大问题及时报告", En: "what seriously hinders the goal is reported, with its kind and day",
		Gates: []decision.Kind{"report_problem"}, Own: true, Acts: []decision.Kind{"report_problem"}, check: problemReported,
	},
	{
		ID: "R35.2", Norm: d713, Article: 35, Paragraph: 2, Severity: Hard, Zh: "公布后收到的意见建议均有处理结果", En: "every opinion received after publication has a disposition",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"commit_opinions", "dispose_opinions"}, check: feedbackDisposed,
	},
	{
		ID: "R35.3", Norm: d713, Article: 35, Paragraph: 1, Severity: Hard, Zh: "所报问题均已处理，处理决定已经落实", En: "every problem that was reported is handled, and what was decided on it done",
		Gates: executionGates, Prohibits: true, Acts: []decision.Kind{"handle_problem", "suspend_execution", "order_evaluation"}, check: problemsHandled,
	},
}

// R34.1, Art 34. The decree gives no day; a decision that leaves the organ has
// somebody to carry it out.
func executionAssigned(v *view) result {
	switch {
	case len(v.d.Executions) == 0:
		return v.absent("没有明确决策执行单位", "no executing unit is named")
	case len(v.d.ExecutingUnits()) == 0:
		return v.lacking("决策执行单位的名单", "which the executing units are")
	}
	return v.ok()
}

// R34.2, Art 34. How often to report is a local number; the decree only says
// that the units report: that is hard. That they do so task by task follows
// from the breakdown, and can be departed from.
func executionReported(v *view) result {
	return worst(v.unitsReported(), v.tasksReported())
}

func (v *view) unitsReported() result {
	units := v.d.ExecutingUnits()
	if len(units) == 0 {
		return v.noObject("没有明确决策执行单位", "no executing unit is named")
	}
	for _, u := range units {
		reported := func(by string) bool {
			return slices.ContainsFunc(v.d.Progress, func(p decision.Done[decision.ReportProgress]) bool { return p.Act.Unit == by })
		}
		switch {
		case u == "" || !reported(u) && reported(""):
			return v.unknown("由哪个执行单位报告执行情况", "which executing unit reported")
		case !reported(u):
			return v.absent(fmt.Sprintf("执行单位“%s”没有报告执行情况", u), fmt.Sprintf("the executing unit %q reported nothing", u)).about("%s", u).as(Hard)
		}
	}
	return v.ok()
}

func (v *view) tasksReported() result {
	tasks := v.d.Tasks()
	if len(tasks) == 0 {
		return v.noObject("没有分解任务", "the decision was not broken down into tasks")
	}
	for _, t := range tasks {
		if t.ID == "" {
			return v.unknown("任务的编号", "the number of a task")
		}
		reported := func(task string) bool {
			return slices.ContainsFunc(v.d.Progress, func(p decision.Done[decision.ReportProgress]) bool { return p.Act.Task == task })
		}
		if !reported(t.ID) && reported("") {
			return v.unknown("报告的是哪项任务", "which task a report is on")
		}
		if !reported(t.ID) {
			return v.absent(fmt.Sprintf("任务“%s”没有执行情况报告", t.Title), fmt.Sprintf("nothing is reported on the task %q", t.Title)).about("%s", t.ID)
		}
	}
	return v.ok()
}

// R34.3, Art 34: a duty that nobody in particular has is nobody's. A task that
// is closed stays with the unit that did it, also when that unit has left.
func tasksAssigned(v *view) result {
	tasks := v.d.Tasks()
	if len(tasks) == 0 {
		return v.noObject("没有分解任务", "the decision was not broken down into tasks")
	}
	var answers []result
	if len(v.d.Executions) == 0 {
		answers = append(answers, v.absent("没有明确决策执行单位", "no executing unit is named"))
	}
	for _, t := range tasks {
		answers = append(answers, v.taskAssigned(t).about("%s", t.ID))
	}
	if changed := v.silentChange(); changed != "" {
		answers = append(answers, v.lacking("改变已分解任务的理由："+changed, "why a task is changed: "+changed).about("%s", changed))
	}
	return worst(answers...)
}

func (v *view) taskAssigned(t decision.ExecutionTask) result {
	units := v.d.ExecutingUnits()
	if _, closed := v.d.Closed(t.ID); !closed && t.Unit != "" && len(v.d.Executions) > 0 {
		switch {
		case len(units) == 0:
			return v.lacking("决策执行单位的名单", "which the executing units are")
		case !slices.Contains(units, t.Unit) && slices.Contains(units, ""):
			return v.unknown("全部执行单位", "all the executing units")
		case !slices.Contains(units, t.Unit):
			return v.broken(fmt.Sprintf("任务“%s”交给了并非执行单位的“%s”", t.Title, t.Unit),
				fmt.Sprintf("the task %q is given to %q, which is no executing unit", t.Title, t.Unit))
		}
	}
	if t.Unit == "" || t.Post == "" || t.Person == "" || t.Measure == "" || t.Due.IsZero() {
		return v.lacking("任务“"+t.Title+"”的单位、岗位、人员、措施或者时限", "the unit, post, person, measure or day of the task "+t.Title)
	}
	return v.ok()
}

// silentChange names a task that a later breakdown changes without a reason: a
// day that moves quietly would make every task one that was done in time.
func (v *view) silentChange() string {
	was := map[string]decision.ExecutionTask{}
	for _, b := range v.d.Breakdowns {
		for _, t := range b.Act.Tasks {
			if before, known := was[t.ID]; known && before != t && strings.TrimSpace(b.Act.Reason) == "" {
				return t.ID
			}
			was[t.ID] = t
		}
	}
	return ""
}

// R34.4, Art 34.
func tasksClosed(v *view) result {
	tasks := v.d.Tasks()
	if len(tasks) == 0 {
		return v.noObject("没有分解任务", "the decision was not broken down into tasks")
	}
	var open []string
	closing := slices.ContainsFunc(v.d.TasksClosed, func(c decision.Done[decision.CloseTask]) bool { return c.Act.Task == "" })
	untold := closing
	for _, t := range tasks {
		if _, closed := v.d.Closed(t.ID); t.ID == "" && len(v.d.TasksClosed) > 0 {
			untold = true
		} else if !closed && !closing {
			open = append(open, t.ID)
		}
	}
	if len(open) == 0 && untold {
		return v.unknown("任务的编号", "the number of a task")
	}
	if len(open) > 0 {
		list := strings.Join(open, "、")
		return v.absent("尚未办结的任务："+list, "tasks that are not closed: "+list).about("%s", list)
	}
	return v.ok()
}

// R35.1, Art 35 ¶1. In time has no number; a report before the finding cannot
// be.
func problemReported(v *view) result {
	if len(v.d.Problems) == 0 {
		return v.noObject("没有报告问题", "no problem was reported")
	}
	answers := make([]result, len(v.d.Problems))
	for i, p := range v.d.Problems {
		switch {
		case p.Act.Type == "" || p.Act.FoundOn.IsZero() || p.OccurredOn.IsZero():
			answers[i] = v.unknown("问题的类型、发现日期或者报告日期", "the kind of problem, or when it was found or reported")
		case p.Act.FoundOn.After(p.OccurredOn):
			answers[i] = v.broken("报告日期早于发现日期", "it was reported before it was found")
		default:
			days := p.OccurredOn.DaysSince(p.Act.FoundOn)
			answers[i] = v.okBecause(fmt.Sprintf("发现后%d日报告", days), fmt.Sprintf("reported %d days after it was found", days))
		}
		answers[i] = answers[i].about("%s", p.Act.Problem)
	}
	return worst(answers...)
}

// issuedAt is the sequence number of the first act by which the decision was
// issued, or 0.
func issuedAt(d decision.Decision) int64 {
	first := int64(0)
	if len(d.Publications) > 0 {
		first = d.Publications[0].Seq
	}
	if len(d.Withholdings) > 0 && (first == 0 || d.Withholdings[0].Seq < first) {
		first = d.Withholdings[0].Seq
	}
	return first
}

// R35.2, Art 35 ¶2. The register goes on after publication; what it took in
// since then is what this rule is about.
func feedbackDisposed(v *view) result {
	issued := issuedAt(v.d)
	covered := disposedOf(v.d)
	came := false
	for _, b := range v.d.OpinionBatches {
		if issued == 0 || b.Seq < issued {
			continue
		}
		came = true
		if gap := covered.gap(max(b.Act.First, 1), b.Act.Last); gap > 0 {
			if v.dispositionsUntold() {
				return v.unknown("有的处理结果针对哪些意见", "which opinions a disposition is of")
			}
			return v.absent(fmt.Sprintf("第%d号意见尚无处理结果", gap), fmt.Sprintf("opinion number %d has no disposition", gap)).about("%d", gap)
		}
	}
	if !came {
		return v.noObject("公布后没有收到意见建议", "no opinion came in after publication")
	}
	for _, act := range v.d.Dispositions {
		if slices.ContainsFunc(act.Act.Groups, func(g decision.OpinionGroup) bool { return g.Disposition == "" }) {
			return v.unknown("意见的处理结果", "what became of an opinion")
		}
	}
	return v.ok()
}

// R35.3, Art 35 ¶1: a report that nobody answers was not heard.
func problemsHandled(v *view) result {
	if len(v.d.Problems) == 0 {
		return v.noObject("没有报告问题", "no problem was reported")
	}
	answers := make([]result, len(v.d.Problems))
	for i, p := range v.d.Problems {
		if p.Act.Problem == "" && slices.ContainsFunc(v.d.ProblemsHandled, func(h decision.Done[decision.HandleProblem]) bool { return h.Seq > p.Seq }) {
			answers[i] = v.unknown("所报问题的编号", "the number of a problem")
			continue
		}
		answers[i] = v.problemHandled(p).about("%s", p.Act.Problem)
	}
	return worst(answers...)
}

// problemHandled judges what was said last on a problem, and whether it was
// done. To adjust or stop takes a case of its own, see R37.3.
func (v *view) problemHandled(p decision.Done[decision.ReportProblem]) result {
	handled, ok := v.lastHandling(p, math.MaxInt64)
	nameless := slices.ContainsFunc(v.d.ProblemsHandled, func(h decision.Done[decision.HandleProblem]) bool {
		return h.Act.Problem == "" && h.Seq > p.Seq && h.Seq > handled.Seq
	})
	if nameless { // it may be the last word on this problem
		return v.unknown("处理的是哪个问题", "which problem was handled")
	}
	if !ok {
		return v.absent(fmt.Sprintf("所报问题“%s”尚未处理", p.Act.Problem), fmt.Sprintf("the problem %q is not handled", p.Act.Problem))
	}
	switch handled.Act.Handling {
	case "":
		return v.unknown("所报问题如何处理", "how the problem was handled")
	case "suspend":
		untold := false
		for _, s := range v.d.Suspensions {
			if s.Act.Problem == p.Act.Problem && s.Seq > p.Seq {
				return v.ok()
			}
			untold = untold || s.Act.Problem == ""
		}
		if untold {
			return v.unknown("因何问题中止执行", "which problem the suspension is for")
		}
		return v.absent("决定中止执行，但没有中止", "to suspend was decided on, and the execution was not suspended")
	case "evaluate":
		if ordered, _ := decision.Last(v.d.EvaluationOrders); ordered.Seq < p.Seq {
			return v.absent("决定开展决策后评估，但没有组织", "an evaluation was decided on, and none was ordered")
		}
	}
	return v.ok()
}

// lastHandling is what was said last of a problem after it was reported and
// before an entry.
func (v *view) lastHandling(p decision.Done[decision.ReportProblem], before int64) (last decision.Done[decision.HandleProblem], ok bool) {
	for _, h := range v.d.ProblemsHandled {
		if h.Act.Problem == p.Act.Problem && h.Seq > p.Seq && h.Seq < before {
			last, ok = h, true
		}
	}
	return last, ok
}
