package workflow_test

import (
	"errors"
	"slices"
	"testing"

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
		"a result of no evaluation": {"file_evaluation", acts("follow_evaluation")[0], workflow.CodeForeignAct},
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
