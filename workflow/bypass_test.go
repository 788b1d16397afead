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
