package workflow_test

import (
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// step is an act of the sample's actor for a role.
func step(role decision.Role, day string, act decision.Act) sample.Step {
	return sample.Step{Act: act, Actor: sample.Actor("d713", role), On: date(day)}
}

// acts returns the sample's steps of the kinds, in order.
func acts(kinds ...decision.Kind) steps {
	return slices.DeleteFunc(sample.Walk("d713"), func(s sample.Step) bool { return !slices.Contains(kinds, s.Act.Kind()) })
}

func archived(t *testing.T, walk steps) steps {
	t.Helper()
	return both(edit(func(a *decision.ArchiveCase) {
		have := map[string]bool{}
		for _, i := range a.Items {
			have[i.Digest] = true
		}
		for _, s := range walk {
			for _, m := range decision.Materials(s.Act) {
				if !have[m.Digest] {
					have[m.Digest] = true
					item := a.Items[0]
					item.Title, item.Digest = m.Title, m.Digest
					a.Items = append(a.Items, item)
				}
			}
		}
	}))(walk)
}

// Lawful ways other than the main path come to their end.
func TestOtherWaysToTheEnd(t *testing.T) {
	t.Parallel()
	meeting := []decision.Kind{"place_on_agenda", "open_meeting", "record_statement", "decide", "sign_minutes"}
	outcome := func(outcome string) func(steps) steps {
		return edit(func(a *decision.Decide) { a.Outcome, a.ReasonAgainstMajority = outcome, "需进一步研究" })
	}
	toMeeting := func() steps { return sample.Before("d713", "place_on_agenda") } // the changes work in place
	end := acts("report_to_party", "assign_execution", "review_secrecy", "publish", "archive_case")
	again := func(walk steps) steps { // the review and all that follows, a second time
		return edit(func(a *decision.IssueLegalityOpinion) {
			a.Conclusion, a.Content.Finding = "lawful", "conforms"
			a.Comments = nil
		})(walk)
	}
	for name, c := range map[string]struct {
		walk  steps
		stage workflow.Stage
	}{
		"declined": {slices.Concat(acts("propose", "study_proposal"), steps{
			step(workflow.RoleChiefExecutive, "03-05", decision.Decline{Decider: "行政首长", Reason: "条件不成熟"}),
		}, acts("archive_case")), workflow.StageArchived},
		"withdrawn": {slices.Concat(sample.Before("d713", "submit_for_review"), steps{
			step(workflow.RoleGovOffice, "04-23", decision.Withdraw{Decider: "行政首长", Reason: "上位法即将修订"}),
		}, acts("archive_case")), workflow.StageArchived},
		"rejected": {slices.Concat(toMeeting(), outcome("rejected")(acts(meeting...)), acts("archive_case")), workflow.StageArchived},
		"deferred, then adopted by a second meeting": {
			slices.Concat(toMeeting(), outcome("deferred")(acts(meeting...)), acts(meeting...), end), workflow.StageExecution,
		},
		"returned, sent again": {slices.Concat(sample.Before("d713", "request_supplement"), steps{
			step(workflow.RoleLegalityReviewer, "04-24", decision.ReturnPackage{Draft: 2, Reason: "材料不全"}),
		}, acts("submit_for_review", "engage_counsel", "file_counsel_opinion"), again(acts("issue_legality_opinion")),
			func() steps {
				rest := acts(meeting...)
				rest = edit(func(a *decision.PlaceOnAgenda) {
					a.Draft = 2
					a.Dossier = append(a.Dossier, sample.Named("决策草案第2版"))
				})(rest)
				rest = edit(func(a *decision.OpenMeeting) { a.Draft = 2 })(rest)
				return edit(func(a *decision.Decide) { a.Draft = 2 })(rest)
			}(), end), workflow.StageExecution},
		"unlawful, drafted again": {slices.Concat(sample.Before("d713", "issue_legality_opinion"),
			edit(func(a *decision.IssueLegalityOpinion) {
				a.Conclusion, a.Content.Finding, a.Comments = "unlawful", "does_not_conform", nil
			})(acts("issue_legality_opinion")),
			func() steps {
				redraft := acts("submit_draft")[2:]
				review := acts("submit_for_review", "file_counsel_opinion")
				review = edit(func(a *decision.SubmitForReview) {
					a.Draft, a.OpinionDue, a.Materials = 3, date("05-20"), []decision.Material{sample.Named("决策草案第3版")}
				})(review)
				review = edit(func(a *decision.FileCounselOpinion) { a.Draft = 3 })(review)
				opinion := edit(func(a *decision.IssueLegalityOpinion) {
					a.Draft, a.Read = 3, []string{sample.Named("决策草案第3版").Digest}
				})(again(acts("issue_legality_opinion")))
				return slices.Concat(redraft, review, opinion, acts(meeting...), end)
			}()), workflow.StageExecution},
		"exploratory reform": {slices.Concat(noStateRule(toMeeting()), steps{
			step(workflow.RoleGovOffice, "05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}}),
		}, acts(meeting...), end), workflow.StageExecution},
		"lawfully not public": {slices.Concat(
			both(without(participation...), without("consult_group"),
				edit(func(a *decision.IdentifyAffected) { a.Groups, a.PublicConcern = []string{}, new(false) }),
				inserted("submit_draft", unit, "03-11", decision.DetermineStep{
					Step: decision.StepParticipation, Applies: new(false), Decider: sample.LeadUnit, Reason: "涉及商业秘密",
					Ground: "lawfully_non_public", LegalBasis: "政府信息公开条例第十五条",
				}))(toMeeting()), acts(meeting...), acts("report_to_party", "assign_execution"), steps{
				step(workflow.RoleGovOffice, "05-20", decision.WithholdPublication{Ground: "trade_secret", LegalBasis: "政府信息公开条例第十五条", Decider: "行政首长", Reason: "涉及商业秘密"}),
			}, acts("archive_case")), workflow.StageExecution},
		"a hearing that was announced and never held": {slices.Concat(sample.Before("d713", "hold_hearing"), steps{
			func() sample.Step {
				s := acts("announce_hearing")[0]
				a := s.Act.(decision.AnnounceHearing)
				a.Activity, a.HearingOn = "h2", date("04-30")
				s.Act = a
				return s
			}(),
		}, acts("hold_hearing")), workflow.StageDrafting},
		"two rounds of comment": {slices.Concat(sample.Before("d713", "close_comment"), edit(func(a *decision.OpenComment) {
			a.Activity, a.EndsOn = "c2", date("04-15")
		})(acts("open_comment")), acts("close_comment"), edit(func(a *decision.CloseComment) {
			a.Activity, a.Received = "c2", new(0)
		})(acts("close_comment"))), workflow.StageDrafting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			played := workflowtest.Play(t, "d713", archived(t, c.walk))
			if played.Stage != c.stage {
				t.Errorf("it came to %s", played.Stage)
			}
		})
	}
}

func TestStrictFiveKnowsTheLawfulExemptions(t *testing.T) {
	t.Parallel()
	relied := inserted("file_competition_review", unit, "04-22", decision.RelyOnAssessment{
		Earlier: "〔2025〕3号", Rules: "社会稳定风险评估办法", Assessor: "风险评估机构", Draft: 2, Scope: "社会稳定", CoversRisk: new(true), Controllable: new(true), Report: sample.Named("已有评估报告"),
	})
	exempt := func(ground string) func(steps) steps {
		return determine(decision.StepRisk, func(a *decision.DetermineStep) {
			a.Applies, a.Ground, a.LegalBasis = new(false), ground, "第二十二条第二款"
		})
	}
	ours := func(walk steps) steps { // the inserted act is the bureau's own
		for i := range walk {
			if walk[i].Actor.Organ == sample.Organ("d713").Name {
				walk[i].Actor.Organ = sample.Organ("strict-five").Name
			}
		}
		return walk
	}
	walk := both(without("file_risk_assessment"), exempt("already_assessed"), relied, filed("已有评估报告"), ours)(sample.Walk("strict-five"))
	if c := workflowtest.Play(t, "strict-five", walk); c.Stage != workflow.StageCompleted {
		t.Errorf("it came to %s", c.Stage)
	}
}
