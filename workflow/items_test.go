package workflow_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// What is opened stays until it is closed: a name cannot be used again to hide
// an item or a task, nor a report be made for somebody else.
func TestWhatIsOpenCannotBeHidden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before decision.Kind
		do     sample.Step
		code   workflow.Code
	}{
		"a second order under the name of an accepted item": {"complete_execution", acts("order_correction")[0], workflow.CodeForeignAct},
		"an accepted item opened anew":                      {"complete_execution", acts("open_rectification")[0], workflow.CodeForeignAct},
		"an order turned into a self-check": {"open_rectification", edit(func(a *decision.OpenRectification) {
			a.Source = "self_check"
		})(acts("open_rectification"))[0], workflow.CodeForeignAct},
		"an order that nobody gave": {"order_correction", acts("open_rectification")[0], workflow.CodeForeignAct},
		"a finding of a review that nobody made": {"review_case_file", edit(func(a *decision.OpenRectification) {
			a.Item, a.Source = "p1", "case_review"
		})(acts("open_rectification"))[0], workflow.CodeForeignAct},
		"accepted before it was submitted": {"submit_rectification", acts("judge_rectification")[1], workflow.CodeForeignAct},
		"submitted by another unit": {"submit_rectification", func() sample.Step {
			s := acts("submit_rectification")[0]
			s.Actor.Unit = sample.SecondUnit
			return s
		}(), workflow.CodeRole},
		"a closed task broken down again": {"complete_execution", acts("break_down_tasks")[0], workflow.CodeForeignAct},
		"a task closed twice":             {"complete_execution", acts("close_task")[0], workflow.CodeForeignAct},
		"a report for another unit": {"close_task", func() sample.Step {
			s := acts("report_progress")[0]
			s.Actor.Unit = sample.SecondUnit
			return s
		}(), workflow.CodeRole},
		"a report on another's task": {"close_task", func() sample.Step {
			s := edit(func(a *decision.ReportProgress) { a.Task = "t2" })(acts("report_progress"))[0]
			return s
		}(), workflow.CodeForeignAct},
		"a report on no task":       {"close_task", edit(func(a *decision.ReportProgress) { a.Task = "t9" })(acts("report_progress"))[0], workflow.CodeForeignAct},
		"a problem reported twice":  {"complete_execution", acts("report_problem")[0], workflow.CodeForeignAct},
		"a problem nobody reported": {"complete_execution", edit(func(a *decision.HandleProblem) { a.Problem = "p9" })(acts("handle_problem"))[0], workflow.CodeForeignAct},
		"an evaluation by another than was named": {"file_evaluation", edit(func(a *decision.FileEvaluation) {
			a.Evaluator = "另一机构"
		})(acts("file_evaluation"))[0], workflow.CodeForeignAct},
		"a replacement of one whom nobody named": {"file_evaluation", replacing("另一机构"), workflow.CodeForeignAct},
		"a replacement of one who has filed":     {"follow_evaluation", replacing(sample.Evaluator), workflow.CodeForeignAct},
		"a result of no evaluation":              {"file_evaluation", acts("follow_evaluation")[0], workflow.CodeForeignAct},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			played := workflowtest.Play(t, "d713", sample.Before("d713", c.before))
			var refused *workflow.RefusedError
			if _, err := workflowtest.Do(played, c.do); !errors.As(err, &refused) || refused.Code != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

// replacing orders an evaluation in place of another.
func replacing(evaluator string) sample.Step {
	return edit(func(a *decision.OrderEvaluation) { a.Evaluator, a.Replaces = "新评估机构", evaluator })(acts("order_evaluation"))[0]
}

// What an order or a review says stands, whoever is told to follow it (Art 38
// ¶1), and who was told to may do it.
func TestAnOpeningRewritesNoOrder(t *testing.T) {
	t.Parallel()
	softened := edit(func(a *decision.OpenRectification) {
		a.Unit, a.Finding, a.Deadline = sample.SecondUnit, "没有问题", date("06-20")
	})(acts("open_rectification"))[0]
	played := workflowtest.Play(t, "d713", append(sample.Before("d713", "open_rectification"), softened))
	want := decision.Rectification{
		Item: "z1", Source: "order", Finding: "进度报告不及时", Unit: sample.LeadUnit, Assigned: sample.SecondUnit,
		Deadline: date("06-20"), State: "open",
	}
	if r, _ := played.Decision.Rectification("z1"); !reflect.DeepEqual(r, want) {
		t.Errorf("%+v, want %+v", r, want)
	}
	for unit, ok := range map[string]bool{sample.LeadUnit: true, sample.SecondUnit: true, "县财政局": false} {
		s := acts("begin_rectification")[0]
		s.Actor.Unit = unit
		if _, err := workflowtest.Do(played, s); (err == nil) != ok {
			t.Errorf("%s: %v", unit, err)
		}
	}
	var d decision.Decision
	d.Add(decision.ReviewCaseFile{Findings: []decision.SheetFinding{{Item: "p1", Finding: "缺页", Unit: sample.LeadUnit}}}, decision.Ref{Seq: 1})
	d.Add(decision.OpenRectification{Item: "p1", Source: "self_check", Finding: "无", Unit: sample.SecondUnit}, decision.Ref{Seq: 2})
	if r, _ := d.Rectification("p1"); r.Source != "case_review" || r.Finding != "缺页" || r.Unit != sample.LeadUnit || r.Assigned != sample.SecondUnit {
		t.Errorf("%+v", r)
	}
}

// A superior organ acts upon the organs that its identity lists (Art 8 ¶2), and
// only as what it is: another role that the person holds at home is none here.
func TestASupervisorActsOnlyUponWhomHeSupervises(t *testing.T) {
	t.Parallel()
	played := workflowtest.Play(t, "d713", sample.Before("d713", "order_correction"))
	order := acts("order_correction")[0]
	by := func(organ string, supervises []string, roles ...decision.Role) decision.Actor {
		return decision.Actor{ID: "督查人员", Organ: organ, Supervises: supervises, Roles: roles}
	}
	own := sample.Organ("d713").Name
	const superior, office = workflow.RoleSupervisor, workflow.RoleGovOffice
	for name, c := range map[string]struct {
		actor decision.Actor
		do    sample.Step
		ok    bool
	}{
		"over this organ":                    {by(sample.SuperiorOrgan, []string{own}, superior), order, true},
		"over another organ":                 {by(sample.SuperiorOrgan, []string{"邻县人民政府"}, superior), order, false},
		"over nobody":                        {by(sample.SuperiorOrgan, nil, superior), order, false},
		"of no organ":                        {by("", []string{own}, superior), order, false},
		"over the own organ":                 {by(own, []string{own}, superior), order, false},
		"no supervisor, whatever he lists":   {by(sample.SuperiorOrgan, []string{own}, office), order, false},
		"and office elsewhere, orders":       {by(sample.SuperiorOrgan, []string{own}, superior, office), order, true},
		"and office elsewhere, names a unit": {by(sample.SuperiorOrgan, []string{own}, superior, office), acts("urge_execution")[0], false},
		"and office here, over others":       {by(own, []string{"乡人民政府"}, superior, office), order, true},
	} {
		c.do.Actor = c.actor
		_, err := workflowtest.Do(played, c.do)
		var refused *workflow.RefusedError
		if ok := err == nil; ok != c.ok || !ok && (!errors.As(err, &refused) || refused.Code != workflow.CodeRole) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if reached := by(sample.SuperiorOrgan, make([]string, 201), superior); decision.ValidateValue("actor", reached) == nil {
		t.Error("an identity over 201 organs is whole")
	}
}

// An item stands where the last act about it left it, and keeps the day of the
// order.
func TestAnItemGoesFromOpenToAccepted(t *testing.T) {
	t.Parallel()
	played := workflowtest.Case(t, "d713")
	var states []string
	walk := edit(func(a *decision.OpenRectification) { a.Deadline = date("12-31") })(sample.Before("d713", "complete_execution"))
	for _, s := range walk {
		applied, err := workflowtest.Do(played, s)
		if err != nil {
			t.Fatal(err)
		}
		played = applied.Case
		if r, ok := played.Decision.Rectification("z1"); ok && (len(states) == 0 || states[len(states)-1] != r.State) {
			states = append(states, r.State)
		}
	}
	if want := []string{"open", "rectifying", "submitted", "rejected", "submitted", "accepted"}; !slices.Equal(states, want) {
		t.Errorf("%v, want %v", states, want)
	}
	r, _ := played.Decision.Rectification("z1")
	if r.Deadline != date("06-26") || r.Closed != date("06-26") || r.Unit != sample.LeadUnit || r.Source != "order" {
		t.Errorf("%+v", r)
	}
}

// Many items are judged in one reading of the record, not in one for each.
func TestManyItemsAreJudgedInOneReading(t *testing.T) {
	t.Parallel()
	var walk steps
	const items = 3000
	for i := range items {
		name := fmt.Sprintf("z%d", i)
		walk = append(walk,
			sample.Step{Act: decision.OpenRectification{Item: name, Source: "audit", Finding: "台账不全", Unit: sample.LeadUnit, Person: "执行人员甲"}},
		)
		for range 4 {
			walk = append(walk,
				sample.Step{Act: decision.SubmitRectification{Item: name, Rectifier: "执行人员甲", Done: "已补齐"}},
				sample.Step{Act: decision.JudgeRectification{Item: name, Acceptor: "验收人员甲", Accepted: new(true), Reason: "齐全"}})
		}
	}
	c := fileOf(t, walk, workflow.Complete)
	began := time.Now()
	got := finding(t, workflow.Evaluate(c, judged), "S38.1")
	if took := time.Since(began); got.Status != workflow.Satisfied || took > 30*time.Second {
		t.Errorf("%s in %s: %s", got.Status, took, got.En)
	}
}
