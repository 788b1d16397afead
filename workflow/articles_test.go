package workflow_test

import (
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// reading is a complete file, changed, and what the text of an article makes
// of it.
type reading struct {
	what  string
	rule  string
	want  workflow.Status
	spoil func(steps) steps
}

func readAll(t *testing.T, all []reading) {
	t.Helper()
	for _, r := range all {
		t.Run(r.rule+"/"+r.what, func(t *testing.T) {
			t.Parallel()
			got := finding(t, workflow.Evaluate(fileOf(t, r.spoil(sample.Walk("d713")), workflow.Complete), judged), r.rule)
			if got.Status != r.want {
				t.Errorf("%s: %s", got.Status, got.En)
			}
		})
	}
}

const (
	ok       = workflow.Satisfied
	breach   = workflow.Violated
	unknown  = workflow.NotEvidenced
	noObject = workflow.NotApplicable
)

// repeated does the first act of a kind once more, changed, before the first
// act of another kind.
func repeated[A decision.Act](before decision.Kind, change func(*A)) func(steps) steps {
	return func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { _, is := s.Act.(A); return is })
		at := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == before })
		again := walk[i]
		act := again.Act.(A)
		change(&act)
		again.Act, again.On = act, walk[at].On
		return slices.Insert(walk, at, again)
	}
}

// nth changes one act of a type.
func nth[A decision.Act](n int, change func(*A)) func(steps) steps {
	return func(walk steps) steps {
		for i, s := range walk {
			act, is := s.Act.(A)
			if !is {
				continue
			}
			if n--; n < 0 {
				change(&act)
				walk[i].Act = act
				return walk
			}
		}
		return walk
	}
}

// withoutThe leaves out one act of a kind.
func withoutThe(n int, kind decision.Kind) func(steps) steps {
	return func(walk steps) steps {
		for i, s := range walk {
			if s.Act.Kind() != kind {
				continue
			}
			if n--; n < 0 {
				return slices.Delete(walk, i, i+1)
			}
		}
		return walk
	}
}

func TestArt8TheCongressActsWhereTheLawCallsForIt(t *testing.T) {
	t.Parallel()
	acts := func(day, result string) func(steps) steps {
		return inserted("publish", office, "05-19", decision.RecordCongressAct{
			Form: "report", Body: "县人大常委会", ActedOn: date(day), Reference: "〔2026〕1号", Result: result,
		})
	}
	ground := determine(decision.StepCongress, func(a *decision.DetermineStep) { a.Ground = "lawfully_non_public" })
	readAll(t, []reading{
		{"it need not act and acts late", "R8.1", noObject, acts("06-01", "received")},
		{"it says no, called for or not", "R8.1", breach, acts("05-19", "not_approved")},
		{"set aside on a ground of another step", "R8.1", unknown, ground},
	})
}

func TestArt13EachUnitIsConsulted(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"whose duties are touched is not told", "R13.1", unknown, edit(func(a *decision.IdentifyAffected) { a.Units[0] = "" })},
		{"who replied is not told", "R13.1", unknown, nth(0, func(a *decision.RecordReply) { a.Unit = "" })},
		{"no reply, and never asked", "R13.1", breach, both(without("consult_unit"), edit(func(a *decision.RecordReply) { a.Position = "no_reply" }))},
		{"with whom the dispute is is not told", "R13.2", unknown, edit(func(a *decision.StateDispute) { a.Units[0] = "" })},
		{"who disagrees is not told", "R13.2", unknown, edit(func(a *decision.RecordReply) { a.Unit, a.Position = "", "disagree" })},
		{"somebody disagrees and no dispute is stated", "R13.2", breach, both(without("state_dispute"), edit(func(a *decision.RecordReply) { a.Unit, a.Position = "", "disagree" }))},
	})
}

func TestArt14EachGroupIsHeard(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"which group was talked with is not told", "R14.3", unknown, edit(func(a *decision.ConsultGroup) { a.Group = "" })},
		{"a group without a name, and no talks at all", "R14.3", breach, both(without("consult_group"), edit(func(a *decision.IdentifyAffected) { a.Groups[0] = "" }))},
	})
}

func TestArt16AHearing(t *testing.T) {
	t.Parallel()
	unheld := without("hold_hearing")
	readAll(t, []reading{
		{"one cause is enough", "R16.1", breach, both(unheld, edit(func(a *decision.IdentifyAffected) { a.WideDivergence = nil }))},
		{"the other cause is enough", "R16.1", breach, both(unheld, edit(func(a *decision.IdentifyAffected) { a.VitalInterests, a.WideDivergence = nil, new(true) }))},
		{"none was held, and none is owed", "R16.2", noObject, both(unheld, without("announce_hearing"))},
		{"of which hearing the list is is not told", "R16.4", unknown, edit(func(a *decision.PublishParticipants) { a.Activity = "" })},
		{"of which hearing the materials are is not told", "R16.5", unknown, edit(func(a *decision.DeliverMaterials) { a.Activity = "" })},
		{"a participant without a name", "R16.5", unknown, edit(func(a *decision.PublishParticipants) { a.Participants[0].ID = "" })},
		{"somebody came who had no materials", "R16.5", breach, both(without("publish_participants"), edit(func(a *decision.HoldHearing) { a.Attendance[1].Participant = "9" }))},
		{"a side without a name", "R16.6", unknown, edit(func(a *decision.AnnounceHearing) { a.Sides[0] = "" })},
	})
}

func TestArt17EachHearingFollowsTheOrder(t *testing.T) {
	t.Parallel()
	agenda := func(parts ...string) func(steps) steps {
		return edit(func(a *decision.HoldHearing) { a.Agenda = parts })
	}
	readAll(t, []reading{
		{"the first of two behind closed doors", "R17.1", breach, repeated("hold_hearing", func(a *decision.HoldHearing) { a.Public = new(false) })},
		{"questions and no debate", "R17.2", breach, agenda("presentation", "statements", "questions", "confirmation")},
		{"debate and no questions", "R17.2", breach, agenda("presentation", "statements", "debate", "confirmation")},
		{"something after the record was confirmed", "R17.2", breach, agenda("presentation", "statements", "questions", "confirmation", "debate")},
		{"no explanation was needed", "R17.2", ok, agenda("presentation", "statements", "questions", "debate", "confirmation")},
		{"a part that is not told", "R17.2", unknown, agenda("presentation", "statements", "", "debate", "confirmation")},
	})
}

func TestArt18EveryOpinionInWhateverWay(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"two came, both disposed of, one registered", "R18.1", ok, edit(func(a *decision.CommitOpinions) { a.Last = 1 })},
		{"no activity and no register, but a number", "R18.1", breach, without("open_comment", "announce_hearing", "hear_public", "hold_hearing", "commit_opinions", "dispose_opinions")},
		{"one opinion left out, another without a reason", "R18.1", breach, nth(0, func(a *decision.DisposeOpinions) {
			a.Groups[0].Disposition, a.Groups[1].Opinions[0].To = "not_adopted", a.Groups[1].Opinions[0].From-1
		})},
		{"adopted, and the draft stays", "R18.2", breach, withoutThe(1, "submit_draft")},
		{"nothing adopted, and it is said so", "R18.2", ok, both(withoutThe(1, "submit_draft"), edit(func(a *decision.DisposeOpinions) {
			for i := range a.Groups {
				a.Groups[i].Disposition, a.Groups[i].Reason = "not_adopted", "与上位法不符"
			}
		}))},
	})
}

func TestArt19And20Experts(t *testing.T) {
	t.Parallel()
	excused := determine(decision.StepExpert, func(a *decision.DetermineStep) { a.Applies, a.Ground = new(false), "condition_absent" })
	readAll(t, []reading{
		{"a topic that is not told", "R19.1", unknown, edit(func(a *decision.FileExpertOpinion) { a.Topics = []string{""} })},
		{"no technical matter, and experts all the same", "R19.1", noObject, both(excused, withoutThe(0, "file_expert_opinion"))},
		{"engaged after the opinion", "R20.1", breach, func(walk steps) steps {
			i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "engage_expert" })
			after := 1 + slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "file_expert_opinion" })
			engaged := walk[i] // before the other expert's opinion
			return slices.Delete(slices.Insert(walk, after, engaged), i, i+1)
		}},
		{"who was engaged is not told", "R20.1", unknown, nth(0, func(a *decision.EngageExpert) { a.Expert = "" })},
	})
}

func TestArt22To24Risk(t *testing.T) {
	t.Parallel()
	reliance := func(covers, controllable bool) decision.RelyOnAssessment {
		return decision.RelyOnAssessment{
			Earlier: "环境影响评价", Rules: "环境影响评价法", Assessor: "县环保所", Draft: 2, Scope: "大气",
			CoversRisk: new(covers), Controllable: new(controllable), Report: sample.Named("环评报告"),
		}
	}
	readAll(t, []reading{
		{"what is relied on does not cover the risk", "R22.1", breach, both(inserted("file_risk_assessment", unit, "04-20", reliance(false, true)), without("file_risk_assessment"))},
		{"what is relied on covers it", "R22.1", ok, both(inserted("file_risk_assessment", unit, "04-20", reliance(true, true)), without("file_risk_assessment"))},
		{"points were found, and are not told", "R23.1", unknown, edit(func(a *decision.FileRiskAssessment) { a.Points = nil })},
		{"uncontrollable, then controllable by new measures", "R24.1", ok, inserted("file_risk_assessment", unit, "04-20", reliance(true, false))},
		{"uncontrollable, then an old assessment instead of measures", "R24.1", breach, both(
			edit(func(a *decision.FileRiskAssessment) { a.Controllable = new(false) }),
			inserted("submit_for_review", unit, "04-27", reliance(true, true)),
		)},
	})
}

func TestArt25TheReviewOfThisVersion(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"the reviewer's signature stands", "R25.3", ok, repeated("place_on_agenda", func(*decision.IssueLegalityOpinion) {})},
		{"whether the changes were checked is not told", "R25.3", unknown, edit(func(a *decision.ConfirmStillStands) { a.Verified = nil })},
		{"the reviewing unit drafts", "S25.1", breach, edit(func(a *decision.AssignUnits) { a.Units[1].Unit = sample.Reviewer })},
	})
}

func TestArt26And28ThePackageAndWhatFollows(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"a material that is not told", "R26.1", unknown, edit(func(a *decision.SubmitForReview) { a.Materials[0].Digest = "" })},
		{"a version submitted twice", "R26.1", ok, nth(0, func(a *decision.SubmitDraft) { a.Draft = 2 })},
		{"a comment without a number, and no answer at all", "R28.3", breach, both(without("respond_to_review"), edit(func(a *decision.IssueLegalityOpinion) { a.Comments[0].No = 0 }))},
		{"answers that are not told", "R28.3", unknown, edit(func(a *decision.RespondToReview) { a.Responses = nil })},
		{"a scope that is not told", "R28.4", unknown, edit(func(a *decision.EngageCounsel) { a.Scope = []string{""} })},
	})
}

func TestArt29And30TheMeeting(t *testing.T) {
	t.Parallel()
	observer := decision.RecordStatement{Member: "县司法局", Position: "agree", Text: "同意"}
	readAll(t, []reading{
		{"whose opinion was handled is not told", "R29.1", unknown, nth(0, func(a *decision.DisposeExpertOpinion) { a.Expert = "" })},
		{"a member without a name", "R30.1", unknown, edit(func(a *decision.OpenMeeting) { a.Members[0].ID, a.Forum = "", "" })},
		{"a later meeting undoes no decision", "R30.2", ok, repeated("publish", func(*decision.OpenMeeting) {})},
		{"no meeting before the decision", "R30.2", breach, func(walk steps) steps {
			return withoutThe(0, "open_meeting")(repeated("publish", func(*decision.OpenMeeting) {})(walk))
		}},
		{"an observer speaks after the chief executive", "R30.3", ok, inserted("decide", workflow.RoleMeetingSecretary, "05-15", observer)},
		{"one silent, of another it is not told whether present", "R30.3", breach, both(withoutThe(1, "record_statement"), edit(func(a *decision.OpenMeeting) { a.Members[3].Present = nil }))},
		{"a review that is given up decides nothing", "R30.6", noObject, inserted("place_on_agenda", unit, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "abandoned", Reason: "不再办理"})},
		{"the author twice is one signer", "S30.1", breach, edit(func(a *decision.SignMinutes) { a.Signers = []string{a.Author, a.Author} })},
	})
}

func TestArt32And33PublishedAndFiled(t *testing.T) {
	t.Parallel()
	fewer := repeated("archive_case", func(a *decision.Publish) { a.Channels = a.Channels[:1] })
	readAll(t, []reading{
		{"once more in fewer channels", "R32.1", ok, fewer},
		{"a channel that is not told", "R32.1", unknown, edit(func(a *decision.Publish) { a.Channels[0].Kind = "" })},
		{"an item that is not told", "R33.1", unknown, edit(func(a *decision.ArchiveCase) { a.Items[0].Digest = "" })},
	})
}

func TestArt11TheUnitsAreNotTold(t *testing.T) {
	t.Parallel()
	unnamed := edit(func(a *decision.AssignUnits) { a.Units = nil })
	readAll(t, []reading{
		{"which units undertake it is not told", "R11.1", unknown, unnamed},
		{"nor before drafting", "R11.2", unknown, unnamed},
		{"whether the second unit leads too is not told", "R11.1", unknown, edit(func(a *decision.AssignUnits) { a.Units[1].Lead = nil })},
	})
}

// What a file leaves out of a recorded act is neither kept nor broken.
func TestArt3To33AFieldThatIsNotTold(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"whose consent the catalogue has", "R3.3", unknown, edit(func(a *decision.CiteCatalogue) { a.Committee = "" })},
		{"an empty list of provisions", "R12.1", unknown, edit(func(a *decision.SubmitDraft) { a.LegalBasis = []decision.LegalBasis{} })},
		{"the views of the units", "R13.2", unknown, edit(func(a *decision.StateDispute) { a.UnitViews = "" })},
		{"what became of an opinion", "R18.1", unknown, nth(0, func(a *decision.DisposeOpinions) { a.Groups[0].Disposition = "" })},
		{"the text that was sent for review", "R26.1", unknown, edit(func(a *decision.SubmitDraft) { a.Text = decision.Material{} })},
		{"which version counsel read", "R28.1", unknown, edit(func(a *decision.FileCounselOpinion) { a.Draft = 0 })},
		{"a signer", "S30.1", unknown, edit(func(a *decision.SignMinutes) { a.Signers = []string{a.Author, ""} })},
		{"what the Party committee said", "R31.1", unknown, edit(func(a *decision.ReportToParty) { a.Result = "" })},
		{"a material that may be filed", "R33.1", unknown, edit(func(a *decision.FileExpertOpinion) { a.Text.Digest = "" })},
	})
}

func TestArt34To38WhatIsNotTold(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"which units carry it out", "R34.1", unknown, edit(func(a *decision.AssignExecution) { a.Units = nil })},
		{"which task a report is on", "R34.2", unknown, edit(func(a *decision.ReportProgress) { a.Task = "" })},
		{"a task without a post, and one of a stranger", "R34.3", breach, edit(func(a *decision.BreakDownTasks) {
			a.Tasks[0].Post, a.Tasks[1].Unit = "", "县水利局"
		})},
		{"a task without a number, and one that is open", "R34.4", breach, both(withoutThe(0, "close_task"), edit(func(a *decision.BreakDownTasks) { a.Tasks[1].ID = "" }))},
		{"which problem was handled", "R35.3", unknown, edit(func(a *decision.HandleProblem) { a.Problem = "" })},
		{"a problem without a number that nobody handled", "R35.3", breach, both(without("handle_problem"), edit(func(a *decision.ReportProblem) { a.Problem = "" }))},
		{"an urging bears out that it fell short", "R36.1", ok, both(without("report_progress", "suspend_execution", "resume_execution"),
			edit(func(a *decision.ReportProblem) { a.Hinders = new(false) }), edit(func(a *decision.OrderEvaluation) { a.Trigger = "below_expectation" }))},
		{"who made the evaluation", "R36.3", unknown, edit(func(a *decision.FileEvaluation) { a.Evaluator = "" })},
		{"a suspension with no problem at all", "R37.2", breach, both(without("report_problem"), edit(func(a *decision.SuspendExecution) { a.Problem = "" }))},
		{"whether an item was accepted", "R38.1", unknown, edit(func(a *decision.JudgeRectification) { a.Accepted = nil })},
	})
}

// A determination that does not say of which step it is may be the last word
// on any that depends on a condition.
func TestArt22AStepThatIsNotNamed(t *testing.T) {
	t.Parallel()
	readAll(t, []reading{
		{"it may be this one", "R22.1", unknown, both(without("file_risk_assessment"), inserted("submit_draft", unit, "03-12", decision.DetermineStep{Applies: new(false)}))},
	})
}
