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

// A hard rule is not got round by an act that concerns another version.
func TestHardRulesAreNotGotRound(t *testing.T) {
	t.Parallel()
	reviewer := workflow.RoleLegalityReviewer
	issue := func(draft int, conclusion, head string) sample.Step {
		s := acts("issue_legality_opinion")[0]
		a := s.Act.(decision.IssueLegalityOpinion)
		a.Draft, a.Conclusion, a.Content.Finding, a.Comments = draft, conclusion, head, nil
		a.Read = []string{sample.Named([]string{"", "决策草案第1版", "决策草案第2版", "决策草案第3版"}[draft]).Digest}
		s.Act = a
		return s
	}
	third := acts("submit_draft")[2]
	resubmit := func() steps {
		review := edit(func(a *decision.SubmitForReview) {
			a.Draft, a.OpinionDue, a.Materials = 3, date("05-20"), []decision.Material{sample.Named("决策草案第3版")}
		})(acts("submit_for_review", "file_counsel_opinion"))
		return edit(func(a *decision.FileCounselOpinion) { a.Draft = 3 })(review)
	}
	agenda := func(draft int) steps {
		return edit(func(a *decision.PlaceOnAgenda) {
			a.Draft = draft
			a.Dossier = append(a.Dossier, sample.Named("决策草案第2版"))
		})(acts("place_on_agenda"))
	}
	toOpinion := func() steps { return sample.Before("d713", "issue_legality_opinion") }
	toAgenda := func() steps { return sample.Before("d713", "place_on_agenda") }
	risk := func(draft int, controllable bool) sample.Step {
		s := acts("file_risk_assessment")[0]
		a := s.Act.(decision.FileRiskAssessment)
		a.Draft, a.Controllable = draft, new(controllable)
		s.Act = a
		return s
	}
	for name, c := range map[string]struct {
		walk steps
		rule string // empty: accepted
	}{
		"the version found unlawful, after a later one was lawful": {slices.Concat(toOpinion(),
			steps{issue(2, "unlawful", "does_not_conform"), third}, resubmit(), steps{issue(3, "lawful", "conforms")}, agenda(2)), "R25.3"},
		"the version found lawful": {slices.Concat(toOpinion(),
			steps{issue(2, "unlawful", "does_not_conform"), third}, resubmit(), steps{issue(3, "lawful", "conforms")}, agenda(3)), ""},
		"an old version assessed after the new one was uncontrollable": {slices.Concat(toAgenda(),
			steps{risk(3, false), risk(1, true)}, agenda(3)), "R24.1"},
		"a confirmation that the changes were not made": {slices.Concat(toOpinion(),
			steps{
				issue(2, "lawful", "conforms"), third,
				step(reviewer, "05-11", decision.ConfirmStillStands{Draft: 3, Reviewer: sample.Reviewer, Name: "合法性审查人员", Verified: new(false), Reason: "修改不符"}),
			},
			agenda(3)), "R25.1"},
		"no State rule behind a conclusion that needs no risks": {slices.Concat(toOpinion(), func() steps {
			s := issue(2, "lawful_after_changes", "no_state_rule")
			a := s.Act.(decision.IssueLegalityOpinion)
			a.Comments = []decision.ReviewComment{{No: 1, Text: "修改"}}
			s.Act = a
			return steps{s}
		}()), "R27.1"},
		"an exception invoked for a version that was replaced": {slices.Concat(toOpinion(),
			steps{
				issue(2, "no_state_rule", "no_state_rule"),
				step(workflow.RoleGovOffice, "05-09", decision.InvokeReform{Draft: 2, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}}), third,
			},
			resubmit(), steps{issue(3, "lawful", "conforms")}, agenda(3)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			played := workflowtest.Case(t, "d713")
			for i, s := range c.walk {
				applied, err := workflowtest.Do(played, s)
				if err == nil {
					played = applied.Case
					continue
				}
				var refused *workflow.RefusedError
				if c.rule == "" || i != len(c.walk)-1 || !errors.As(err, &refused) ||
					!slices.ContainsFunc(refused.Findings, func(f workflow.Finding) bool { return f.Rule == c.rule }) {
					t.Errorf("step %d of %d: %v", i+1, len(c.walk), err)
				}
				return
			}
			if c.rule != "" {
				t.Errorf("accepted; %s should refuse it", c.rule)
			}
		})
	}
}

// A source dates the end of a round on its last day; a live round is closed
// when the day is over.
func TestARoundClosedOnItsLastDay(t *testing.T) {
	t.Parallel()
	walk := on("close_comment", "04-16")(sample.Walk("d713"))
	refusedAt(t, walk, "close_comment", "R15.5")
	if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Published), judged), "R15.5"); got.Status != workflow.Satisfied {
		t.Errorf("as published: %s: %s", got.Status, got.En)
	}
}

// What only forbids going on is not broken by a case that did not go on.
func TestACaseThatDidNotGoOnBrokeNoProhibition(t *testing.T) {
	t.Parallel()
	uncontrollable := edit(func(a *decision.FileRiskAssessment) { a.Controllable = new(false) })
	unlawful := edit(func(a *decision.IssueLegalityOpinion) {
		a.Conclusion, a.Content.Finding, a.Comments = "unlawful", "does_not_conform", nil
	})
	for name, c := range map[string]struct {
		walk steps
		rule string
	}{
		"unlawful":       {slices.Concat(sample.Before("d713", "issue_legality_opinion"), unlawful(acts("issue_legality_opinion"))), "R25.3"},
		"uncontrollable": {uncontrollable(sample.Before("d713", "submit_for_review")), "R24.1"},
		"not cleared, withheld": {slices.Concat(
			edit(func(a *decision.ReviewSecrecy) { a.Result = "not_clear" })(sample.Before("d713", "publish")),
			steps{step(workflow.RoleGovOffice, "05-20", decision.WithholdPublication{Ground: "state_secret", LegalBasis: "保守国家秘密法", Decider: "行政首长", Reason: "涉密"})}), "G17.1"},
	} {
		for evidence, want := range map[workflow.Evidence]workflow.Status{
			workflow.Live: workflow.NotApplicable, workflow.Complete: workflow.NotApplicable, workflow.Published: workflow.NotEvidenced,
		} {
			if got := finding(t, workflow.Evaluate(fileOf(t, c.walk, evidence), judged), c.rule); got.Status != want {
				t.Errorf("%s, %s: %s is %s: %s", name, evidence, c.rule, got.Status, got.En)
			}
		}
	}
}

// A slip in the number received is put right by saying it again.
func TestTheNumberReceivedCanBeCorrected(t *testing.T) {
	t.Parallel()
	walk := sample.Walk("d713")
	i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "close_comment" })
	slip := walk[i]
	slip.Act = decision.CloseComment{Activity: "c1", Received: new(20)}
	workflowtest.Play(t, "d713", slices.Insert(walk, i, slip))
}

func TestABasisThatIsNotInForce(t *testing.T) {
	t.Parallel()
	refusedAt(t, edit(func(a *decision.SubmitDraft) { a.LegalBasis[0].Status = "draft" })(sample.Walk("d713")), "submit_for_review", "R12.1")
}

// What a published case does not tell is not put in the place of a review.
func TestAConsultationOfTheReviewerIsNoBreachInAPublishedCase(t *testing.T) {
	t.Parallel()
	walk := steps{{Act: decision.SubmitForReview{Reviewer: "县司法局"}}, {Act: decision.RecordReply{Unit: "县司法局", Position: "agree"}}, {Act: decision.OpenMeeting{Forum: "executive_meeting"}}}
	if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Complete), judged), "R25.2"); got.Status != workflow.Violated {
		t.Errorf("in a complete file: %s: %s", got.Status, got.En)
	}
	if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Published), judged), "R25.2"); got.Status != workflow.NotEvidenced {
		t.Errorf("%s: %s", got.Status, got.En)
	}
}

// A step is excused by a ground that the law knows for it.
func TestAStepIsExcusedByItsOwnGroundsOnly(t *testing.T) {
	t.Parallel()
	for _, ground := range []string{"", "lawfully_non_public"} {
		refusedAt(t, both(without("file_risk_assessment"), determine(decision.StepRisk, func(a *decision.DetermineStep) {
			a.Applies, a.Ground = new(false), ground
		}))(sample.Walk("d713")), "submit_for_review", "R22.1")
	}
	workflowtest.Play(t, "d713", both(without("file_risk_assessment"), determine(decision.StepRisk, func(a *decision.DetermineStep) {
		a.Applies, a.Ground = new(false), "condition_absent"
	}))(sample.Before("d713", "place_on_agenda")))
}

// The item moves from the executive meeting to the plenary one.
func TestTheForumOnTheAgendaCanChange(t *testing.T) {
	t.Parallel()
	plenary := edit(func(a *decision.PlaceOnAgenda) { a.Forum = "plenary_meeting" })(acts("place_on_agenda"))
	open := edit(func(a *decision.OpenMeeting) { a.Forum = "plenary_meeting" })(acts("open_meeting"))
	c := workflowtest.Play(t, "d713", slices.Concat(sample.Before("d713", "open_meeting"), plenary, open))
	if c.Stage != workflow.StageMeeting {
		t.Errorf("it came to %s", c.Stage)
	}
}

// The reviewer concludes on the version in the package, not on another.
func TestTheOpinionIsOnThePackage(t *testing.T) {
	t.Parallel()
	c := workflowtest.Play(t, "d713", sample.Before("d713", "issue_legality_opinion"))
	s := edit(func(a *decision.IssueLegalityOpinion) { a.Draft = 1 })(acts("issue_legality_opinion"))[0]
	var refused *workflow.RefusedError
	if _, err := workflowtest.Do(c, s); !errors.As(err, &refused) || refused.Code != workflow.CodeForeignDraft {
		t.Errorf("an opinion on version 1 of a package that holds version 2: %v", err)
	}
}
