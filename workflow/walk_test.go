package workflow_test

import (
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

func TestADecisionWalksFromProposalToTheEndOfItsExecution(t *testing.T) {
	t.Parallel()
	for _, pack := range []string{"d713", "strict-five"} {
		t.Run(pack, func(t *testing.T) {
			t.Parallel()
			c := workflowtest.Play(t, pack, sample.Walk(pack))
			if c.Stage != workflow.StageCompleted {
				t.Errorf("stage %q", c.Stage)
			}
			for _, f := range workflow.Evaluate(c, calendar.MustParseDate("2026-06-30")) {
				if f.Severity == workflow.Soft { // opinions change a draft: R29.2 shows it
					continue
				}
				if f.Status == workflow.Violated || f.Status == workflow.NotEvidenced {
					t.Errorf("%s %s %s: %s", f.Rule, f.Status, f.Severity, f.En)
				}
			}
		})
	}
}
