package scoresheet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/scoresheet"
	"github.com/juece/juece/workflow/workflowtest"
)

// The whole loop over a store: the form is filled in from the record, a person
// confirms it, what was found is put right and accepted, and only then the
// execution ends.
func TestWhatAReviewFindsIsPutRight(t *testing.T) {
	t.Parallel()
	sheets, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	// The walk without its own review, up to the end of the execution.
	walk := slices.DeleteFunc(sample.Before("d713", "complete_execution"), func(s sample.Step) bool {
		switch a := s.Act.(type) {
		case decision.ReviewCaseFile:
			return true
		case decision.BeginRectification:
			return a.Item == "p1"
		case decision.SubmitRectification:
			return a.Item == "p1"
		case decision.JudgeRectification:
			return a.Item == "p1"
		}
		return false
	})
	clock := sample.NewClock(walk[0].On)
	svc := workflowtest.Service(t, workflowtest.SQLite(t), clock)
	svc.Sheets = sheets
	id, err := sample.Perform(t.Context(), svc, clock, "d713", walk)
	if err != nil {
		t.Fatal(err)
	}
	do := func(role decision.Role, act decision.Act, files ...string) error {
		r := workflow.Request{Decision: id, Expect: workflow.Latest, Act: act, Actor: sample.Actor("d713", role)}
		for _, title := range files {
			_, m := sample.File(title)
			r.Materials = append(r.Materials, m)
		}
		_, err := svc.Do(t.Context(), r)
		return err
	}
	read := func() workflow.Case {
		c, err := svc.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}

	f := scoresheet.Prefill(embedded(t, "d713"), workflow.Evaluate(read(), judged))
	if !f.Complete() || *f.Total != 100 {
		t.Fatalf("proposed %v, open %v", f.Total, f.Open())
	}
	review, err := f.Confirm(reviewer, scores{"filing": {Points: 3, Reason: "走访记录没有编页码"}, "minutes": {Points: 3, Reason: "一处涂改没有签名"}},
		toRectify("p1", "filing"), toRectify("p2", "minutes"))
	if err != nil {
		t.Fatal(err)
	}

	inflated := review
	inflated.Scores = slices.Clone(review.Scores)
	inflated.Scores[0].Points, inflated.Total = new(5), new(100) // it adds up, and the sheet gives three
	var invalid *decision.InvalidError
	if err := do(workflow.RoleLegalityReviewer, inflated); !errors.As(err, &invalid) || invalid.Fields[0].Field != "scores[0].points" {
		t.Errorf("more than the sheet gives: %v", err)
	}
	silent := review
	silent.Scores = slices.Clone(review.Scores)
	at := slices.IndexFunc(silent.Scores, func(s decision.SheetScore) bool { return s.Item == "minutes" })
	silent.Scores[at].Reason, silent.Findings = "", silent.Findings[:1] // the record gives the item all its points
	if err := do(workflow.RoleLegalityReviewer, silent); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "departs from the 4 points") {
		t.Errorf("a silent departure: %v", err)
	}
	if len(read().Decision.FileReviews) != 0 {
		t.Error("it was recorded")
	}
	if err := do(workflow.RoleLegalityReviewer, review); err != nil {
		t.Fatal(err)
	}
	states := func() map[string]string {
		at := map[string]string{}
		for _, r := range read().Decision.Rectifications() {
			if r.Source == "case_review" {
				at[r.Item] = r.State
			}
		}
		return at
	}
	if got := states(); len(got) != 2 || got["p1"] != "open" || got["p2"] != "open" {
		t.Fatalf("opened: %v", got)
	}
	end := decision.CompleteExecution{Summary: "各项任务已经完成", Report: sample.Named("执行情况总结")}
	if err := do(workflow.RoleGovOffice, end, "执行情况总结"); !errors.Is(err, workflow.ErrRefused) {
		t.Errorf("ended with open items: %v", err)
	}
	for _, name := range []string{"p1", "p2"} {
		for _, step := range []struct {
			role decision.Role
			act  decision.Act
			file string
		}{
			{workflow.RoleUndertakingUnit, decision.BeginRectification{Item: name}, ""},
			{workflow.RoleUndertakingUnit, decision.SubmitRectification{Item: name, Rectifier: "承办单位经办人", Done: "已补正", Evidence: sample.Named("整改" + name)}, "整改" + name},
			{workflow.RoleLegalityReviewer, decision.JudgeRectification{Item: name, Acceptor: reviewer, Accepted: new(true), Reason: "已补正", Evidence: sample.Named("验收" + name)}, "验收" + name},
		} {
			if err := do(step.role, step.act, step.file); err != nil {
				t.Fatalf("%s: %s: %v", name, step.act.Kind(), err)
			}
		}
	}
	if got := states(); got["p1"] != "accepted" || got["p2"] != "accepted" {
		t.Errorf("at the end: %v", got)
	}
	if err := do(workflow.RoleGovOffice, end, "执行情况总结"); err != nil {
		t.Fatal(err)
	}
	if stage := read().Stage; stage != workflow.StageCompleted {
		t.Errorf("stage %s", stage)
	}
}

// A service without sheets records a review as it comes.
func TestWithoutSheetsAReviewIsNotCheckedAgainstOne(t *testing.T) {
	t.Parallel()
	walk := sample.Walk("d713")
	at := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "review_case_file" })
	review := walk[at].Act.(decision.ReviewCaseFile)
	review.Sheet = "local"
	walk[at].Act = review
	clock := sample.NewClock(walk[0].On)
	svc := workflowtest.Service(t, workflowtest.SQLite(t), clock)
	if _, err := sample.Perform(t.Context(), svc, clock, "d713", walk[:at+1]); err != nil {
		t.Errorf("unchecked: %v", err)
	}
	sheets, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	clock = sample.NewClock(walk[0].On)
	svc = workflowtest.Service(t, workflowtest.SQLite(t), clock)
	svc.Sheets = sheets
	var invalid *decision.InvalidError
	if _, err := sample.Perform(t.Context(), svc, clock, "d713", walk[:at+1]); !errors.As(err, &invalid) || invalid.Fields[0].Field != "sheet" {
		t.Errorf("checked: %v", err)
	}
}
