package workflow_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// What is told in part: one of two things that a rule asks for, one of two
// grounds on which it answers, an equal number where it asks for more.

func TestArt3ACatalogueToldInPart(t *testing.T) {
	t.Parallel()
	first := edit(func(a *decision.CiteCatalogue) { a.Version, a.Adjusted = 1, "" })
	readAll(t, []reading{
		{"the first version was adjusted by nobody", "R3.3", ok, first},
		{"the second was, and the reason is not told", "R3.3", unknown, edit(func(a *decision.CiteCatalogue) { a.Version, a.Adjusted = 2, "" })},
	})
}

func TestArt10ADecisionToInitiateAfterOneNotTo(t *testing.T) {
	t.Parallel()
	earlier := func(reason string) func(steps) steps {
		return inserted("initiate", office, "03-05", decision.Decline{Decider: "行政首长", Reason: reason})
	}
	silent := edit(func(a *decision.Initiate) { a.Reason = "" })
	readAll(t, []reading{
		{"both with their reasons", "R10.3", ok, earlier("材料不全")},
		{"the refusal without", "R10.3", unknown, earlier("")},
		{"the reason of the refusal is not that of the initiation", "R10.3", unknown, both(earlier("材料不全"), silent)},
		{"no decision but the refusal", "R10.3", ok, both(earlier("材料不全"), without("initiate"))},
	})
}

func TestArt16WhatSuggestsAHearing(t *testing.T) {
	t.Parallel()
	said := func(vital, wide *bool) func(steps) steps {
		return both(without("announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing"),
			edit(func(a *decision.IdentifyAffected) { a.VitalInterests, a.WideDivergence = vital, wide }))
	}
	no, yes := new(false), new(true)
	readAll(t, []reading{
		{"neither", "R16.1", noObject, said(no, no)},
		{"one is not told", "R16.1", unknown, said(nil, no)},
		{"the other is not told", "R16.1", unknown, said(no, nil)},
		{"one suggests it, the other is not told", "R16.1", breach, said(nil, yes)},
		{"nobody said", "R16.1", unknown, both(said(no, no), without("identify_affected"))},
	})
}

func TestArt25TheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	third := func(change func(*decision.IssueLegalityOpinion)) func(steps) steps {
		return edit(func(a *decision.IssueLegalityOpinion) { a.Draft = 3; change(a) })
	}
	other := func(a *decision.IssueLegalityOpinion) { a.Read = []string{sample.Named("别的文本").Digest} }
	signed := func(verified *bool) func(steps) steps {
		return edit(func(a *decision.ConfirmStillStands) { a.Verified = verified })
	}
	after := func(draft int, conclusion string) func(steps) steps {
		return repeated("place_on_agenda", func(a *decision.IssueLegalityOpinion) { a.Draft, a.Conclusion = draft, conclusion })
	}
	readAll(t, []reading{
		{"what was read is not told", "R25.1", ok, both(without("confirm_still_stands"), third(func(a *decision.IssueLegalityOpinion) { a.Read = nil }))},
		{"another text was read", "R25.1", breach, both(without("confirm_still_stands"), third(other))},
		{"another text was read, and the reviewer signed for this one", "R25.1", ok, third(other)},
		{"another text was read, and what the reviewer signed is not told", "R25.1", unknown, both(third(other), signed(nil))},
		{"another text was read, and the reviewer refused to sign", "R25.1", breach, both(third(other), signed(new(false)))},
		{"lawful after changes, which were checked", "R25.3", ok, signed(new(true))},
		{"lawful after changes, which did not do", "R25.3", breach, signed(new(false))},
		{"lawful after changes, whether they do is not told", "R25.3", unknown, signed(nil)},
		{"a later opinion on this very version", "R25.3", breach, after(3, "unlawful")},
		{"a later opinion on another version", "R25.3", ok, after(2, "unlawful")},
	})
}

func TestArt30EqualNumbersAreNoMajority(t *testing.T) {
	t.Parallel()
	speak := func(outcome string, positions ...string) func(steps) steps {
		changes := []func(steps) steps{edit(func(a *decision.OpenMeeting) { a.Members[4].Present = new(false) })}
		for i, p := range positions {
			changes = append(changes, nth(i, func(a *decision.RecordStatement) { a.Position = p }))
		}
		changes = append(changes, withoutThe(3, "record_statement"), edit(func(a *decision.Decide) { a.Outcome = outcome }))
		return both(changes...)
	}
	readAll(t, []reading{
		{"half are against", "R30.4", ok, speak("adopted", "disagree", "disagree", "agree", "agree", "agree")},
		{"more than half are against", "R30.4", unknown, speak("adopted", "disagree", "disagree", "disagree", "agree", "agree")},
		{"half are for", "R30.4", ok, speak("deferred", "disagree", "disagree", "agree", "agree", "agree")},
		{"more than half are for", "R30.4", unknown, speak("deferred", "disagree", "agree", "agree", "agree", "agree")},
		{"who decided is told, who the chief is not", "R30.2", unknown, edit(func(a *decision.OpenMeeting) { a.Chief = "" })},
		{"who the chief is is told, who decided is not", "R30.2", unknown, edit(func(a *decision.Decide) { a.Decider = "" })},
	})
}

func TestArt36AnEvaluationForFallingShort(t *testing.T) {
	t.Parallel()
	bare := without("report_progress", "urge_execution", "suspend_execution", "resume_execution", "close_task")
	hinders := func(b *bool) func(steps) steps {
		return both(bare, edit(func(a *decision.ReportProblem) { a.Hinders = b }))
	}
	readAll(t, []reading{
		{"a problem that hinders", "R36.1", ok, hinders(new(true))},
		{"whether the problem hinders is not told", "R36.1", unknown, hinders(nil)},
		{"a problem that does not", "R36.1", breach, hinders(new(false))},
		{"the organ sees need, whatever the problem", "R36.1", ok, both(hinders(nil), edit(func(a *decision.OrderEvaluation) { a.Trigger = "organ_need" }))},
	})
}

func TestArt37TheAdjustmentOfThisCase(t *testing.T) {
	t.Parallel()
	change := func(more ...func(steps) steps) func(steps) steps {
		return both(append([]func(steps) steps{
			inserted("complete_execution", office, "06-28", openChange), inserted("complete_execution", office, "06-28", conclude("changed")),
		}, more...)...)
	}
	readAll(t, []reading{
		{"opened and concluded", "R37.1", ok, change()},
		{"how it ended is not told", "R37.1", unknown, change(edit(func(a *decision.ConcludeAdjustment) { a.Outcome = "" }))},
		{"which case it was is not told", "R37.1", unknown, change(edit(func(a *decision.ConcludeAdjustment) { a.Case = "" }))},
		{"concluded as another case", "R37.1", breach, change(edit(func(a *decision.ConcludeAdjustment) { a.Case = "other" }))},
		{"no case is told and none was opened", "R37.1", breach, change(without("open_adjustment"), edit(func(a *decision.ConcludeAdjustment) { a.Case = "" }))},
		{"concluded, and another case is not", "R37.3", breach, change(inserted("complete_execution", office, "06-28", decision.OpenAdjustment{Case: "other", Aim: "change", Reason: "另案"}))},
	})
}

// Who acted is told in part: the chief executive's role without a name, or a
// name without the role.
func TestArt37WhoSuspendedIsToldInPart(t *testing.T) {
	t.Parallel()
	by := func(change func(*decision.Actor)) func(steps) steps {
		return func(walk steps) steps {
			for i, s := range walk {
				if s.Act.Kind() == "suspend_execution" {
					change(&walk[i].Actor)
				}
			}
			return walk
		}
	}
	readAll(t, []reading{
		{"the role, and no name", "R37.2", ok, by(func(a *decision.Actor) { a.ID = "" })},
		{"a name, and no role", "R37.2", ok, by(func(a *decision.Actor) { a.Roles = nil })},
		{"another name, and no role", "R37.2", unknown, both(by(func(a *decision.Actor) { a.Roles = nil }), edit(func(a *decision.SuspendExecution) { a.Decider = "他人" }))},
		{"another name, and the role", "R37.2", breach, edit(func(a *decision.SuspendExecution) { a.Decider = "他人" })},
	})
}

// A published source need not tell what was said, nor how a review ended.
func TestArt30APublishedSource(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		rule  string
		spoil func(steps) steps
	}{
		"nothing of what was said":     {"R30.3", without("record_statement")},
		"ended by a review, as signed": {"R30.6", inserted("place_on_agenda", office, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "signed"})},
		"ended by a review, as issued": {"R30.6", inserted("place_on_agenda", office, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued"})},
	} {
		got := finding(t, workflow.Evaluate(fileOf(t, c.spoil(sample.Walk("d713")), workflow.Published), judged), c.rule)
		if got.Status != unknown {
			t.Errorf("%s: %s, %s", what, got.Status, got.En)
		}
	}
}

func TestArt36WhoIsAThirdParty(t *testing.T) {
	t.Parallel()
	fromElsewhere := func(walk steps) steps {
		for i, s := range walk {
			if s.Act.Kind() == "file_evaluation" {
				walk[i].Actor.Organ = "邻县人民政府"
			}
		}
		return walk
	}
	silent := edit(func(a *decision.OrderEvaluation) { a.Commissioned = nil })
	readAll(t, []reading{
		{"another organ, that did none of the main work", "R36.3", ok, both(within, fromElsewhere)},
		{"the assessor, said to be the organ's own, for another organ", "R36.3", breach, both(evaluator("风险评估机构"), within, fromElsewhere)},
		{"the assessor, of whom nothing is said, for another organ", "R36.3", breach, both(evaluator("风险评估机构"), silent, fromElsewhere)},
		{"the assessor, of whom nothing is said", "R36.3", unknown, both(evaluator("风险评估机构"), silent)},
	})
}

func TestArt38WhatCameLaterSaysNothingOfAnAcceptance(t *testing.T) {
	t.Parallel()
	own := func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == "judge_rectification" {
				walk[i].Actor.Unit = sample.LeadUnit
			}
		}
		return walk
	}
	later := func(walk steps) steps { // a second review puts the item on the unit that accepted
		again := edit(func(a *decision.ReviewCaseFile) {
			a.Findings = slices.Clone(a.Findings)
			i := slices.IndexFunc(walk, func(s sample.Step) bool {
				judged, is := s.Act.(decision.JudgeRectification)
				return is && judged.Item == a.Findings[0].Item
			})
			a.Findings[0].Unit = cmp.Or(walk[i].Actor.Unit, walk[i].Actor.Organ)
		})(acts("review_case_file"))
		// The rule is asked at the last acceptance, of another item.
		end := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "complete_execution" })
		return slices.Insert(walk, end-1, again...)
	}
	readAll(t, []reading{
		{"the unit accepted its own work, and the item went to another later", "S38.1", breach, both(own, later)},
		{"another accepted, and the item went to another later", "S38.1", ok, later},
		{"nobody told who rectified, and the organ below accepted", "S38.1", breach, both(without("submit_rectification"), judgedBy("z1", sample.Actor("d713", office)))},
		{"nobody told who rectified", "S38.1", unknown, without("submit_rectification")},
	})
}

// standingFor has whoever does an act of a kind do it for somebody.
func standingFor(kind decision.Kind, principal string) func(steps) steps {
	return func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == kind {
				walk[i].Actor.OnBehalfOf, walk[i].Actor.Authority = principal, "县政办〔2026〕5号"
			}
		}
		return walk
	}
}

func TestDutiesStayApartWhoeverActsForWhom(t *testing.T) {
	t.Parallel()
	drafter, reviewer := sample.Actor("d713", unit).ID, sample.Actor("d713", workflow.RoleLegalityReviewer).ID
	readAll(t, []reading{
		{"who acts for the drafter signs the opinion", "S25.1", breach, standingFor("issue_legality_opinion", drafter)},
		{"the draft was submitted for the reviewer", "S25.1", breach, standingFor("submit_draft", reviewer)},
		{"the draft was submitted for somebody else", "S25.1", ok, standingFor("submit_draft", "县城市管理局局长")},
		{"the file is reviewed for the drafter", "S38.3", breach, standingFor("review_case_file", drafter)},
		{"it is accepted for who rectified", "S38.1", breach, standingFor("judge_rectification", sample.Actor("d713", workflow.RoleExecutingUnit).ID)},
		{"suspended by somebody to whom it was delegated", "R37.2", breach, both(
			standingFor("suspend_execution", "行政首长"), byThe(workflow.RoleChiefExecutive, "suspend_execution", "副县长"), standingFor("suspend_execution", "行政首长"),
			edit(func(a *decision.SuspendExecution) { a.Decider = "副县长" }))},
		{"recorded for the chief executive, who decided", "R37.2", ok, both(
			byThe(workflow.RoleChiefExecutive, "suspend_execution", "办公室经办人"), standingFor("suspend_execution", "行政首长"))},
	})
}
