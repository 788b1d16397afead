package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

const (
	executor = workflow.RoleExecutingUnit
	chief    = workflow.RoleChiefExecutive
)

// played is a live case to which acts are done one after the other.
type played struct {
	*testing.T
	c workflow.Case
}

func playedBefore(t *testing.T, kind decision.Kind) *played {
	t.Helper()
	return &played{t, workflowtest.Play(t, "d713", sample.Before("d713", kind))}
}

// does wants the acts accepted.
func (p *played) does(all ...sample.Step) {
	p.Helper()
	for _, s := range all {
		applied, err := workflowtest.Do(p.c, s)
		if err != nil {
			p.Fatalf("%s: %v", s.Act.Kind(), err)
		}
		p.c = applied.Case
	}
}

// mayNot wants an act refused with a code, or for a rule.
func (p *played) mayNot(why string, s sample.Step) {
	p.Helper()
	_, err := workflowtest.Do(p.c, s)
	var refused *workflow.RefusedError
	if !errors.As(err, &refused) || refused.Zh == "" || refused.En == "" {
		p.Fatalf("%s: %v, want a refusal for %s", s.Act.Kind(), err, why)
	}
	byRule := slices.ContainsFunc(refused.Findings, func(f workflow.Finding) bool { return f.Rule == why && f.Zh != "" && f.En != "" })
	if string(refused.Code) != why && !byRule {
		p.Errorf("%s: %v, want a refusal for %s", s.Act.Kind(), err, why)
	}
}

func reported(problem string) sample.Step {
	s := step(executor, "06-28", decision.ReportProblem{Problem: problem, Unit: sample.LeadUnit, Type: "problem", Hinders: new(true), FoundOn: date("06-27"), Description: "设施失效"})
	s.Actor.Unit = sample.LeadUnit
	return s
}

func handled(problem, handling string) sample.Step {
	return step(chief, "06-28", decision.HandleProblem{Problem: problem, Handling: handling, Decider: "行政首长", Reason: "如报告"})
}

func suspended(problem string) sample.Step {
	return step(chief, "06-28", decision.SuspendExecution{Problem: problem, Decider: "行政首长", Urgency: "继续执行将造成损失"})
}

func resumed() sample.Step {
	return step(chief, "06-28", decision.ResumeExecution{Decider: "行政首长", Reason: "情况已经消除"})
}

func opened(aim string) sample.Step {
	a := openChange
	a.Aim = aim
	return step(office, "06-28", a)
}

func ended(outcome string) sample.Step { return step(office, "06-28", conclude(outcome)) }

func completed() sample.Step { return acts("complete_execution")[0] }

// A case that was concluded is not opened again: what was decided on after it
// goes through the procedure in a case of its own (Art 37).
func TestArt37AConcludedAdjustmentIsNotOpenedAgain(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution")
	p.does(opened("change"), ended("abandoned"), reported("p2"), handled("p2", "stop"))
	p.mayNot("unknown_reference", opened("stop"))
	p.mayNot("unknown_reference", ended("abandoned"))
	p.mayNot("R37.3", completed())
}

// What the meeting decides may be another thing than was meant: the adjustment
// is opened again with its new aim, and the last word counts (Art 37).
func TestArt37TheAimOfAnAdjustmentMayChange(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution")
	p.does(opened("change"))
	p.mayNot("R37.1", ended("stopped"))
	p.does(opened("stop"))
	p.mayNot("R37.1", ended("changed"))
	p.mayNot("R37.1", ended("changed_in_part"))
	p.does(ended("stopped"))
	if p.c.Stage != workflow.StageStopped {
		t.Errorf("it came to %s", p.c.Stage)
	}
}

// Execution is not completed by saying so: each unit reports to the organ (Art
// 34). That it does so task by task can be departed from with a reason.
func TestArt34NothingDoneIsNotCompleted(t *testing.T) {
	t.Parallel()
	bare := without("break_down_tasks", "report_progress", "close_task", "urge_execution")(sample.Walk("d713"))
	f := refusalAt(t, reasoned(bare, "complete_execution", "R34.2"), "complete_execution")
	if len(f) != 1 || f[0].Rule != "R34.2" || f[0].Severity != workflow.Hard || f[0].Subject != sample.LeadUnit {
		t.Errorf("no task and no report: %+v", f)
	}
	silent := slices.DeleteFunc(sample.Walk("d713"), func(s sample.Step) bool {
		a, ok := s.Act.(decision.ReportProgress)
		return ok && a.Unit == sample.SecondUnit
	})
	f = refusalAt(t, reasoned(silent, "complete_execution", "R34.2"), "complete_execution")
	if len(f) != 1 || f[0].Subject != sample.SecondUnit {
		t.Errorf("a unit that never reported: %+v", f)
	}
	third := edit(func(a *decision.BreakDownTasks) {
		task := a.Tasks[0]
		task.ID = "t3"
		a.Tasks = append(slices.Clone(a.Tasks), task)
	})(sample.Before("d713", "complete_execution"))
	closing := edit(func(a *decision.CloseTask) { a.Task = "t3" })(acts("close_task"))[0]
	whole := slices.Concat(third, steps{closing, completed()})
	f = refusalAt(t, whole, "complete_execution")
	if len(f) != 1 || f[0].Severity != workflow.Norm || f[0].Subject != "t3" {
		t.Errorf("a task without a report: %+v", f)
	}
	workflowtest.Play(t, "d713", reasoned(whole, "complete_execution", "R34.2"))
}

// reasoned states a reason for departing from a rule at the acts of a kind.
func reasoned(walk steps, kind decision.Kind, rule string) steps {
	for i := range walk {
		if walk[i].Act.Kind() == kind {
			walk[i].Reasons = map[string]string{rule: "见执行情况总结"}
		}
	}
	return walk
}

// Which unit reported may be untold; then nobody is said to have kept silent.
func TestArt34AReportWithoutAUnitIsNobodysSilence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(steps) steps{
		"the reporter": edit(func(a *decision.ReportProgress) { a.Unit = "" }),
		"a unit":       edit(func(a *decision.AssignExecution) { a.Units = []string{sample.LeadUnit, ""} }),
	} {
		got := finding(t, workflow.Evaluate(fileOf(t, c(sample.Walk("d713")), workflow.Complete), judged), "R34.2")
		if got.Status != workflow.NotEvidenced {
			t.Errorf("%s: %s: %s", name, got.Status, got.En)
		}
	}
}

// To decide on a suspension or an evaluation is not to have one (Art 35 ¶1);
// the last word on a problem counts.
func TestArt35WhatWasDecidedOnAProblemIsDone(t *testing.T) {
	t.Parallel()
	for handling, then := range map[string]steps{
		"suspend":  {suspended("p2"), resumed()},
		"evaluate": acts("order_evaluation", "file_evaluation", "follow_evaluation"),
	} {
		p := playedBefore(t, "complete_execution")
		p.does(reported("p2"), handled("p2", handling))
		p.mayNot("R35.3", completed())
		before := p.c
		p.does(then...)
		p.does(completed())
		p.c = before
		p.does(handled("p2", "continue"), completed())
	}
}

// A case file may tell a handling before its report, or not for which problem
// the execution was suspended.
func TestArt35AHandlingBeforeTheReportAnswersNothing(t *testing.T) {
	t.Parallel()
	walk := sample.Walk("d713")
	i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "report_problem" })
	walk[i], walk[i+1] = walk[i+1], walk[i]
	for name, c := range map[string]struct {
		walk steps
		want workflow.Status
	}{
		"handled first":           {walk, workflow.Violated},
		"suspended for whatever":  {edit(func(a *decision.SuspendExecution) { a.Problem = "" })(sample.Walk("d713")), workflow.NotEvidenced},
		"handled in whatever way": {edit(func(a *decision.HandleProblem) { a.Handling = "" })(sample.Walk("d713")), workflow.NotEvidenced},
	} {
		if got := finding(t, workflow.Evaluate(fileOf(t, c.walk, workflow.Complete), judged), "R35.3"); got.Status != c.want {
			t.Errorf("%s: %s: %s", name, got.Status, got.En)
		}
	}
}

// An executing unit refines its own tasks; whose they are and until when is
// for the organ to say (Arts 34, 40).
func TestArt40AUnitGivesItselfNoMoreTime(t *testing.T) {
	t.Parallel()
	breakdown := func(role decision.Role, change func(*decision.ExecutionTask)) sample.Step {
		task := acts("break_down_tasks")[0].Act.(decision.BreakDownTasks).Tasks[0]
		change(&task)
		return step(role, "06-14", decision.BreakDownTasks{Tasks: []decision.ExecutionTask{task}, Reason: "忙"})
	}
	p := playedBefore(t, "close_task")
	for what, change := range map[string]func(*decision.ExecutionTask){
		"its day":              func(t *decision.ExecutionTask) { t.Due = date("12-31") },
		"its unit":             func(t *decision.ExecutionTask) { t.Unit = sample.SecondUnit },
		"a task for another":   func(t *decision.ExecutionTask) { t.ID, t.Unit = "t3", sample.SecondUnit },
		"the task of another":  func(t *decision.ExecutionTask) { t.ID, t.Due = "t2", date("06-25") },
		"another's, unchanged": func(t *decision.ExecutionTask) { t.ID, t.Unit, t.Due = "t2", sample.SecondUnit, date("06-25") },
	} {
		t.Log(what)
		p.mayNot("not_permitted", breakdown(executor, change))
	}
	before := p.c
	p.does(breakdown(executor, func(t *decision.ExecutionTask) { t.Person, t.Measure = "执行人员丙", "每日核查" }))
	p.does(breakdown(executor, func(t *decision.ExecutionTask) { t.ID = "t3" }))
	p.c = before
	p.does(breakdown(office, func(t *decision.ExecutionTask) { t.Due = date("06-28") }))
	p.does(breakdown(office, func(t *decision.ExecutionTask) { t.Unit = sample.SecondUnit }))
}

// A unit that does not carry the decision out reports nothing on it (Art 34).
func TestArt34AStrangerReportsNothing(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "close_task")
	stranger := reported("p2")
	stranger.Actor.Unit = "县水利局"
	stranger.Act = decision.ReportProblem{Problem: "p2", Unit: "县水利局", Type: "problem", Hinders: new(true), FoundOn: date("06-27"), Description: "设施失效"}
	p.mayNot("not_permitted", stranger)
	stranger.Act = decision.DisposeOpinions{Groups: []decision.OpinionGroup{{Opinions: []decision.Range{{From: 3, To: 3}}, Summary: "不实", Disposition: "adopted"}}}
	p.mayNot("not_permitted", stranger)
}

// What is open when a decision is changed or stopped would be hidden for ever:
// opinions and problems are handled, and evaluations followed, before it ends
// (Arts 35 to 38).
func TestArt37NothingIsHiddenByAChange(t *testing.T) {
	t.Parallel()
	for rule, open := range map[string]func(steps) steps{
		"R35.2": func(walk steps) steps {
			return slices.DeleteFunc(walk, func(s sample.Step) bool {
				a, ok := s.Act.(decision.DisposeOpinions)
				return ok && a.Groups[0].Opinions[0].From == 3
			})
		},
		"R35.3": without("handle_problem"),
		"R36.5": without("follow_evaluation"),
		"R38.1": without("submit_rectification", "judge_rectification"),
	} {
		for _, end := range []struct{ aim, outcome string }{{"change", "changed"}, {"stop", "stopped"}} {
			p := &played{t, workflowtest.Play(t, "d713", open(sample.Before("d713", "complete_execution")))}
			p.does(opened(end.aim))
			p.mayNot(rule, ended(end.outcome))
			p.does(ended("abandoned")) // nothing ends
			if got := finding(t, workflow.Evaluate(p.c, judged), rule); got.Status == workflow.Violated {
				t.Errorf("%s after an adjustment that was abandoned: %s: %s", rule, got.Status, got.En)
			}
		}
	}
}

// A task need not be closed in a decision that is not carried out any more.
func TestArt37AChangeDoesNotWaitForTheTasks(t *testing.T) {
	t.Parallel()
	p := &played{t, workflowtest.Play(t, "d713", without("close_task")(sample.Before("d713", "complete_execution")))}
	p.does(opened("change"), ended("changed"))
	if p.c.Stage != workflow.StageReplaced {
		t.Errorf("it came to %s", p.c.Stage)
	}
}

// A change in part leaves the rest in force, and a suspension as it is (Art 37).
func TestArt37AChangeInPartLeavesTheRest(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution")
	p.does(reported("p2"), suspended("p2"), handled("p2", "adjust"), opened("change"), ended("changed_in_part"))
	if p.c.Stage != workflow.StageSuspended {
		t.Errorf("it came to %s", p.c.Stage)
	}
	p.does(resumed(), completed())
}

// A suspension is not ended by an adjustment that changed nothing, or not all
// (Art 37).
func TestArt37WhatChangesNothingEndsNoSuspension(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]workflow.Status{
		"abandoned": workflow.Violated, "changed_in_part": workflow.Violated, "": workflow.NotEvidenced, "changed": workflow.Satisfied,
	} {
		walk := both(without("resume_execution"), inserted("complete_execution", office, "06-28", conclude(outcome)))(sample.Walk("d713"))
		if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Complete), judged), "R37.4"); got.Status != want {
			t.Errorf("%q: %s: %s", outcome, got.Status, got.En)
		}
	}
}

// The chief executive suspends, whoever that is by then, and nobody in that
// name (Art 37).
func TestArt37TheChiefExecutiveSuspends(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution")
	p.does(reported("p2"))
	other := suspended("p2")
	other.Act = decision.SuspendExecution{Problem: "p2", Decider: "某科长", Urgency: "继续执行将造成损失"}
	p.mayNot("R37.2", other)
	other.Actor.ID = "某科长" // who holds the office by now
	p.does(other)

	// A file need not tell who acted.
	for decider, want := range map[string]workflow.Status{"行政首长": workflow.Satisfied, "组成人员甲": workflow.NotEvidenced, "": workflow.NotEvidenced} {
		walk := edit(func(a *decision.SuspendExecution) { a.Decider = decider })(sample.Walk("d713"))
		for i := range walk {
			walk[i].Actor = decision.Actor{}
		}
		if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Complete), judged), "R37.2"); got.Status != want {
			t.Errorf("%q: %s: %s", decider, got.Status, got.En)
		}
	}
}

// What was handled otherwise, or is over, is no ground for another suspension
// until the organ says so anew; nor is what is reported only later (Art 37).
func TestArt37AnOldProblemIsNoGround(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution")
	p.mayNot("R37.2", suspended("p1")) // resumed
	p.does(handled("p1", "continue"))
	p.mayNot("R37.2", suspended("p1"))
	p.does(handled("p1", "suspend"), suspended("p1"), resumed())
	p.mayNot("R37.2", suspended("p1"))
	p.does(reported("p2"), suspended("p2"), resumed()) // unhandled
	p.mayNot("R37.2", suspended("p2"))
	p.does(reported("p3"), handled("p2", "suspend"), suspended("p2"), resumed(), suspended("p3")) // not the one that was resumed from

	// What is said later of the ground changes nothing of the suspension before.
	p = playedBefore(t, "complete_execution")
	p.does(reported("p2"), suspended("p2"), resumed(), handled("p2", "continue"), reported("p3"), suspended("p3"))

	late := inserted("report_problem", chief, "06-08", suspended("p1").Act)(sample.Walk("d713")) // and once more, after it
	if got := finding(t, workflow.Evaluate(fileOf(t, late, workflow.Complete), judged), "R37.2"); got.Status != workflow.Violated {
		t.Errorf("reported after the suspension: %s: %s", got.Status, got.En)
	}
	untold := edit(func(a *decision.HandleProblem) { a.Handling = "" })(sample.Walk("d713"))
	if got := finding(t, workflow.Evaluate(fileOf(t, untold, workflow.Complete), judged), "R37.2"); got.Status != workflow.NotEvidenced {
		t.Errorf("handled in whatever way: %s: %s", got.Status, got.En)
	}
}

// A slip changes no number, day, amount or duty without a reason, and is none
// where the words are the same (Art 37).
func TestArt37ASlipChangesNoSubstance(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "correct_clerical")
	slip := func(was, is string) sample.Step {
		return step(office, "06-02", decision.CorrectClerical{Where: "第三条", Was: was, Is: is, Decider: "行政首长", Reason: "错字"})
	}
	for was, is := range map[string]string{
		"限2026年6月30日前": "限2027年12月31日前",
		"可以处以罚款":       "应当处以罚款",
		"不得排放":         "排放",
		"补助五百元":        "补助五百万元",
		"限期三个月":        "限期三个年",
		"不超过20%":       "不低于20%",
	} {
		s := slip(was, is)
		p.mayNot("reason_required", s)
		s.Reasons = map[string]string{"R37.5": "会议纪要原文如此，公布时误录"}
		before := p.c
		p.does(s, slip("餐饮单住", "餐饮单位")) // the next one needs no reason for it
		if got := finding(t, workflow.Evaluate(p.c, judged), "R37.5"); got.Status != workflow.Violated || !strings.Contains(got.Reason, "误录") {
			t.Errorf("%s: %+v", is, got)
		}
		p.mayNot("reason_required", slip("第一条", "第二条"))
		p.c = before
	}
	same := slip("餐饮单位", "餐饮单位")
	same.Reasons = map[string]string{"R37.5": "无"}
	p.mayNot("rule_violated", same)
	p.does(slip("统一安装2 台", "统一安装 2台"))
}

// A decision that was changed or stopped before it was filed is filed still
// (Art 33), and filed for the record.
func TestArt33WhatWasReplacedIsFiledStill(t *testing.T) {
	t.Parallel()
	record := step(office, "06-29", decision.FileForRecord{With: "市人民政府", FiledOn: date("06-29")})
	for aim, outcome := range map[string]string{"change": "changed", "stop": "stopped"} {
		p := playedBefore(t, "archive_case")
		p.does(opened(aim), ended(outcome))
		filing := acts("archive_case")[0]
		filing.On = date("06-29")
		p.does(record, filing)
	}
	p := playedBefore(t, "resume_execution")
	p.does(record)
}

// The situation of Art 35 is there whoever reports it: what a unit conceals
// (Art 40), the organ or its office puts on record.
func TestArt35TheOrganReportsWhatAUnitConceals(t *testing.T) {
	t.Parallel()
	for _, role := range []decision.Role{workflow.RoleDecisionOrgan, office} {
		p := playedBefore(t, "complete_execution")
		s := reported("p2")
		s.Actor = sample.Actor("d713", role)
		p.does(s, suspended("p2"))
	}
	p := playedBefore(t, "complete_execution")
	other := reported("p2")
	other.Actor.Unit = sample.SecondUnit // and no unit in another's name
	p.mayNot("not_permitted", other)
}

// A decision that was carried out is in force: what an evaluation shows later
// leads to an adjustment (Art 36 ¶4).
func TestArt36WhatWasCarriedOutIsAdjusted(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[string]workflow.Stage{
		"changed": workflow.StageReplaced, "changed_in_part": workflow.StageCompleted, "abandoned": workflow.StageCompleted,
	} {
		p := &played{t, workflowtest.Play(t, "d713", sample.Walk("d713"))}
		p.does(reported("p2"), handled("p2", "evaluate"))
		p.does(edit(func(a *decision.FollowEvaluation) { a.Action = "adjust" })(acts("order_evaluation", "file_evaluation", "follow_evaluation"))...)
		p.does(opened("change"), ended(outcome))
		if p.c.Stage != want {
			t.Errorf("%s: it came to %s", outcome, p.c.Stage)
		}
	}
}

// A unit that did its task may leave; its task stays with it (Art 34).
func TestArt34AUnitThatDidItsTaskMayLeave(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "complete_execution") // both tasks are closed
	named := step(office, "06-28", decision.AssignExecution{Units: []string{sample.LeadUnit}})
	task := acts("break_down_tasks")[0].Act.(decision.BreakDownTasks).Tasks[0]
	task.ID, task.Due = "t3", date("06-29")
	more := step(office, "06-28", decision.BreakDownTasks{Tasks: []decision.ExecutionTask{task}})
	p.does(named, more)
	task.Unit = sample.SecondUnit
	p.mayNot("R34.3", step(office, "06-28", decision.BreakDownTasks{Tasks: []decision.ExecutionTask{task}, Reason: "换人"}))

	p = playedBefore(t, "close_task") // both are open: what the unit leaves is given to another
	p.does(named)
	p.mayNot("R34.3", more)
}

// No unit at all is a breach at the breakdown too (Art 34).
func TestArt34ATaskIsForSomebodyNamed(t *testing.T) {
	t.Parallel()
	walk := without("assign_execution")(sample.Walk("d713"))
	got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Complete), judged), "R34.3")
	if got.Status != workflow.Violated || got.Subject != "" {
		t.Errorf("%s about %q: %s", got.Status, got.Subject, got.En)
	}
	if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Published), judged), "R34.3"); got.Status != workflow.NotEvidenced {
		t.Errorf("as published: %s: %s", got.Status, got.En)
	}
}

// The unit that failed is replaced while the execution is suspended (Art 34).
func TestArt34AUnitIsReplacedDuringASuspension(t *testing.T) {
	t.Parallel()
	p := playedBefore(t, "resume_execution")
	p.does(step(office, "06-10", decision.AssignExecution{Units: []string{sample.SecondUnit}}))
}

// Opinions that nobody committed to hold the end of the execution up, and the
// answer says who commits to them (Art 35 ¶2).
func TestArt35OpinionsInTheRegisterAreNotPassedOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	public := sample.Actor("d713", workflow.RolePublic)
	opinion := []decision.Opinion{{Activity: workflow.Feedback, Channel: "telephone", Verification: "anonymous", Text: "反对"}}
	id := b.perform(sample.Before("d713", "complete_execution"))
	other := b.perform(from(id, "adjusts")(sample.Before("d713", "archive_case")))
	open, end := openChange, conclude("changed")
	open.Case, end.Case = other, other
	end.Entry, end.Digest = b.digest(other, "publish")
	receipts, err := b.svc.ReceiveOpinions(t.Context(), id, public, "", opinion)
	if err != nil || len(receipts.Opinions) != 1 {
		t.Fatal(err)
	}
	waits := func(findings []workflow.Finding) bool {
		return slices.ContainsFunc(findings, func(f workflow.Finding) bool {
			return f.Rule == "R35.2" && f.Article == 35 && slices.Contains(f.Acts, "commit_opinions") && slices.Contains(f.ClearedBy, office)
		})
	}
	held := func(s sample.Step) {
		t.Helper()
		err := b.do(id, s)
		var refused *workflow.RefusedError
		if !errors.As(err, &refused) || refused.Code != workflow.CodeRule || !waits(refused.Findings) {
			t.Errorf("%s with an opinion in the register: %v", s.Act.Kind(), err)
		}
	}
	held(completed())
	if err := b.do(id, step(office, "06-29", open)); err != nil {
		t.Fatal(err)
	}
	held(step(office, "06-29", end))
	missing, err := b.svc.Missing(t.Context(), id, "")
	if err != nil || !waits(missing) {
		t.Errorf("missing: %v, %v", missing, err)
	}
	for _, gate := range []decision.Kind{"close_task", "resume_execution"} {
		if missing, err := b.svc.Missing(t.Context(), id, gate); err != nil || waits(missing) {
			t.Errorf("%s: %v, %v", gate, missing, err)
		}
	}
	if _, err := b.svc.CommitOpinions(t.Context(), id, sample.Actor("d713", office)); err != nil {
		t.Fatal(err)
	}
	b.refused(b.do(id, step(office, "06-29", end)), workflow.CodeRule) // committed to, and not handled yet
	answer := decision.DisposeOpinions{Groups: []decision.OpinionGroup{{Opinions: []decision.Range{{From: 4, To: 4}}, Summary: "反对", Disposition: "not_adopted", Reason: "已经修改"}}}
	for _, act := range []decision.Act{answer, end} {
		if err := b.do(id, step(office, "06-29", act)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = b.svc.ReceiveOpinions(t.Context(), id, public, "", opinion) // for the decision that took its place
	b.refused(err, workflow.CodeOpinionsClosed)
}

// An adjustment that changes nothing does not wait for what is in the
// register: the decision goes on, and so does the register.
func TestArt35AnAbandonedAdjustmentEndsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.perform(sample.Before("d713", "complete_execution"))
	other := b.perform(from(id, "adjusts")(sample.Before("d713", "study_proposal")))
	open, end := openChange, conclude("abandoned")
	open.Case, end.Case = other, other
	if err := b.do(id, step(office, "06-28", open)); err != nil {
		t.Fatal(err)
	}
	if err := b.do(other, step(office, "06-29", decision.Withdraw{Decider: "行政首长", Reason: "不再需要"})); err != nil {
		t.Fatal(err)
	}
	end.Entry, end.Digest = b.digest(other, "withdraw")
	_, err := b.svc.ReceiveOpinions(t.Context(), id, sample.Actor("d713", workflow.RolePublic), "",
		[]decision.Opinion{{Activity: workflow.Feedback, Channel: "telephone", Verification: "anonymous", Text: "反对"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.do(id, step(office, "06-29", end)); err != nil {
		t.Error(err)
	}
}

// A case that has ended adjusts nothing (Art 37).
func TestArt37ACaseThatHasEndedIsNotOpened(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.perform(sample.Before("d713", "complete_execution"))
	other := b.perform(from(id, "adjusts")(sample.Before("d713", "study_proposal")))
	if err := b.do(other, step(office, "06-29", decision.Withdraw{Decider: "行政首长", Reason: "不再需要"})); err != nil {
		t.Fatal(err)
	}
	open := openChange
	open.Case = other
	b.refused(b.do(id, step(office, "06-29", open)), workflow.CodeForeignAct)
}

// A case of another organ is as good as none: it is not linked, and the answer
// does not tell that it exists.
func TestACaseOfAnotherOrganIsNotDisclosed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const neighbour = "邻县人民政府"
	id := b.perform(sample.Before("d713", "complete_execution"))
	abroad := func(walk steps) steps {
		walk = edit(func(a *decision.Propose) { a.Organ.Name = neighbour })(walk)
		for i := range walk {
			walk[i].Actor.Organ = neighbour
		}
		return walk
	}
	foreign := b.perform(abroad(sample.Before("d713", "study_proposal")))
	ask := func(other string) (answers []string) {
		open := openChange
		open.Case = other
		for _, act := range []decision.Act{open, decision.LinkCase{Case: other, Object: "same_matter", Title: "同一事项"}} {
			err := b.do(id, step(office, "06-29", act))
			b.refused(err, workflow.CodeForeignAct)
			answers = append(answers, err.Error())
		}
		_, err := sample.Perform(b.Context(), b.svc, b.clock, "d713", from(other, "same_matter")(sample.Before("d713", "study_proposal")))
		b.refused(err, workflow.CodeForeignAct)
		return append(answers, err.Error())
	}
	if there, nowhere := ask(foreign), ask("no-such-case"); !slices.Equal(there, nowhere) {
		t.Errorf("a case of another organ is answered %q, and none %q", there, nowhere)
	}
}
