package workflow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

type steps = []sample.Step

// edit changes every act of a type.
func edit[A decision.Act](change func(*A)) func(steps) steps {
	return func(walk steps) steps {
		for i, s := range walk {
			if act, ok := s.Act.(A); ok {
				change(&act)
				walk[i].Act = act
			}
		}
		return walk
	}
}

// without leaves acts out.
func without(kinds ...decision.Kind) func(steps) steps {
	return func(walk steps) steps { return sample.Without(walk, kinds...) }
}

// both makes one change after another.
func both(changes ...func(steps) steps) func(steps) steps {
	return func(walk steps) steps {
		for _, c := range changes {
			walk = c(walk)
		}
		return walk
	}
}

// on moves every act of a kind to another day of 2026.
func on(kind decision.Kind, day string) func(steps) steps {
	return func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == kind {
				walk[i].On = date(day)
			}
		}
		return walk
	}
}

// inserted puts an act of an actor before the first act of a kind.
func inserted(before decision.Kind, role decision.Role, day string, act decision.Act) func(steps) steps {
	return func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == before })
		return slices.Insert(walk, i, sample.Step{Act: act, Actor: sample.Actor("d713", role), On: date(day)})
	}
}

func determine(step decision.Step, change func(*decision.DetermineStep)) func(steps) steps {
	return edit(func(a *decision.DetermineStep) {
		if a.Step == step {
			change(a)
		}
	})
}

func date(day string) calendar.Date { return calendar.MustParseDate("2026-" + day) }

const office, unit = workflow.RoleGovOffice, workflow.RoleUndertakingUnit

// breaches holds, for each rule, ways to break it in a walk that satisfies it.
// At names the gate that refuses it live; it is empty where the field rules or
// the stages already keep a live decision from it.
var breaches = []struct {
	rule  string
	what  string
	at    decision.Kind
	spoil func(steps) steps
}{
	{"R2.1", "a township under the pack for governments", "propose", edit(func(a *decision.Propose) { a.Organ.Level = "township" })},
	{"R3.1", "a category that is not listed", "propose", edit(func(a *decision.Propose) { a.Category = "parking" })},
	{"R3.2", "an emergency", "initiate", edit(func(a *decision.Propose) { a.Exclusion, a.ExclusionBasis = "emergency", "突发事件应对法" })},
	{"R3.2", "an exclusion without a basis", "initiate", edit(func(a *decision.Propose) { a.Exclusion = "special_law" })},
	{"R8.1", "a matter for the congress that never went there", "publish", determine(decision.StepCongress, func(a *decision.DetermineStep) { a.Applies = new(true) })},
	{"R8.1", "a congress that did not approve", "publish", inserted("publish", office, "05-19", decision.RecordCongressAct{
		Form: "decide", Body: "县人大常委会", ActedOn: date("05-19"), Reference: "会议纪要", Result: "not_approved",
	})},
	{"R10.1", "a citizen's proposal by word of mouth", "initiate", edit(func(a *decision.Propose) { a.Source, a.InWriting = "citizen", new(false) })},
	{"R10.1", "no study", "", without("study_proposal")},
	{"R10.2", "a department that gives no reasons", "propose", edit(func(a *decision.Propose) { a.Reasons = " " })},
	{"R10.3", "no decision to initiate", "", without("initiate")},
	{"R11.1", "two leading units", "assign_units", edit(func(a *decision.AssignUnits) { a.Units[1].Lead = new(true) })},
	{"R11.1", "no leading unit", "assign_units", edit(func(a *decision.AssignUnits) { a.Units[0].Lead = new(false) })},
	{"R11.2", "no unit", "", without("assign_units")},
	{"R12.1", "a repealed basis", "submit_for_review", edit(func(a *decision.SubmitDraft) { a.LegalBasis[0].Status = "repealed" })},
	{"R12.2", "no investigation", "submit_draft", without("record_investigation")},
	{"R13.1", "a unit that was not asked", "submit_for_review", edit(func(a *decision.IdentifyAffected) { a.Units = append(a.Units, "县住房和城乡建设局") })},
	{"R13.2", "a disagreement that is not stated", "submit_for_review", without("state_dispute")},
	{"R14.1", "no participation", "submit_for_review", without(participation...)},
	{"R14.1", "not public, without a legal basis", "submit_for_review", both(without(participation...),
		inserted("submit_draft", unit, "03-11", decision.DetermineStep{Step: decision.StepParticipation, Applies: new(false), Decider: "县城市管理局", Reason: "保密", Ground: "lawfully_non_public"}))},
	{"R14.1", "a ground that excuses nothing", "submit_for_review", both(without(participation...),
		inserted("submit_draft", unit, "03-11", decision.DetermineStep{Step: decision.StepParticipation, Applies: new(false), Decider: "县城市管理局", Reason: "没有必要", Ground: "condition_absent", LegalBasis: "无"}))},
	{"R14.3", "a group that was not heard", "submit_for_review", without("consult_group")},
	{"R15.1", "29 days, with the reason in the notice", "", edit(func(a *decision.OpenComment) { a.EndsOn, a.ShortenedReason = date("04-13"), "汛期临近" })},
	{"R15.2", "29 days, counted with the first, without a reason", "open_comment", edit(func(a *decision.OpenComment) { a.EndsOn = date("04-13") })},
	{"R15.2", "a period typed as longer than the notice was out", "open_comment", edit(func(a *decision.OpenComment) { a.StartsOn = date("03-01"); a.EndsOn = date("04-10") })},
	{"R15.4", "a period that is over", "open_comment", edit(func(a *decision.OpenComment) {
		a.StartsOn, a.EndsOn, a.ShortenedReason = date("01-05"), date("03-01"), "补办"
	})},
	{"R15.5", "a round closed before its last day", "close_comment", on("close_comment", "04-15")},
	{"R15.5", "a draft submitted before the end", "submit_for_review", both(without("close_comment"), edit(func(a *decision.OpenComment) { a.EndsOn = date("04-30") }))},
	{"R16.1", "vital interests and no hearing", "", without("announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing")},
	{"R16.2", "announced on the day", "announce_hearing", on("announce_hearing", "04-10")},
	{"R16.3", "no selection method", "publish_participants", without("publish_selection_method")},
	{"R16.3", "the method on the day of selection", "publish_participants", on("publish_selection_method", "03-26")},
	{"R16.4", "no list", "hold_hearing", without("publish_participants")},
	{"R16.4", "the list on the day", "hold_hearing", on("publish_participants", "04-10")},
	{"R16.5", "six days for one participant", "hold_hearing", edit(func(a *decision.DeliverMaterials) { a.Deliveries[1].On = date("04-04") })},
	{"R16.5", "nothing for one participant", "hold_hearing", edit(func(a *decision.DeliverMaterials) { a.Deliveries = a.Deliveries[:1] })},
	{"R16.6", "a side without a voice", "hold_hearing", edit(func(a *decision.AnnounceHearing) { a.Sides = append(a.Sides, "物业企业") })},
	{"R17.1", "behind closed doors", "hold_hearing", edit(func(a *decision.HoldHearing) { a.Public = new(false) })},
	{"R17.2", "no debate", "hold_hearing", edit(func(a *decision.HoldHearing) { a.Agenda = []string{"presentation", "statements", "confirmation"} })},
	{"R17.2", "participants before the presentation", "hold_hearing", edit(func(a *decision.HoldHearing) {
		a.Agenda = []string{"statements", "presentation", "debate", "confirmation"}
	})},
	{"R17.3", "neither signed nor refused", "hold_hearing", edit(func(a *decision.HoldHearing) { a.Attendance[0].Signature = "" })},
	{"R18.1", "an opinion without a disposition", "submit_for_review", edit(func(a *decision.DisposeOpinions) { a.Groups = a.Groups[:1] })},
	{"R18.1", "more received than registered", "submit_for_review", edit(func(a *decision.CloseComment) { a.Received = new(3) })},
	{"R18.1", "not adopted and no reason", "submit_for_review", edit(func(a *decision.DisposeOpinions) { a.Groups[len(a.Groups)-1].Reason = "" })},
	{"R18.2", "a draft that does not move", "submit_for_review", both(without("state_adoption"), edit(func(a *decision.SubmitDraft) { a.Changes = "" }))},
	{"R19.1", "no experts", "submit_for_review", without("engage_expert", "file_expert_opinion", "dispose_expert_opinion")},
	{"R19.1", "nobody argued soundness", "submit_for_review", edit(func(a *decision.FileExpertOpinion) { a.Topics = []string{"necessity", "feasibility"} })},
	{"R19.2", "unsigned", "file_expert_opinion", edit(func(a *decision.FileExpertOpinion) { a.Signed = new(false) })},
	{"R19.2", "a body's opinion that is signed and not sealed", "file_expert_opinion", edit(func(a *decision.FileExpertOpinion) { a.Signed, a.Sealed = new(true), new(false) })},
	{"R19.3", "no undertaking of secrecy", "engage_expert", edit(func(a *decision.EngageExpert) { a.Secrecy = new(false) })},
	{"R20.1", "a direct interest", "engage_expert", edit(func(a *decision.EngageExpert) { a.DirectInterest = new(true) })},
	{"R20.2", "everybody in favour", "", edit(func(a *decision.FileExpertOpinion) { a.Stance = "favour" })},
	{"R20.1", "an opinion of somebody who declared nothing", "", without("engage_expert")},
	{"R12.1", "a version that was not submitted", "", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.SubmitDraft)
			return ok && a.Draft == 2
		})
	}},
	{"R26.1", "a package of a version that was not submitted", "", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.SubmitDraft)
			return ok && a.Draft == 2
		})
	}},
	{"R30.2", "issued although it was rejected", "", edit(func(a *decision.Decide) { a.Outcome, a.ReasonAgainstMajority = "rejected", "暂不可行" })},
	{"R21.1", "removed from the pool", "engage_expert", edit(func(a *decision.EngageExpert) {
		a.Pool = &decision.Pool{ID: "库", Owner: "市人民政府", Status: "removed"}
	})},
	{"R22.1", "no assessment", "submit_for_review", without("file_risk_assessment")},
	{"R22.1", "said to be assessed, nothing relied on", "submit_for_review", both(without("file_risk_assessment"),
		determine(decision.StepRisk, func(a *decision.DetermineStep) { a.Applies, a.Ground = new(false), "already_assessed" }))},
	{"R22.2", "an earlier assessment of something else", "rely_on_assessment", inserted("file_risk_assessment", unit, "04-22", decision.RelyOnAssessment{
		Earlier: "〔2025〕3号", Rules: "社会稳定风险评估办法", Assessor: "风险评估机构", Draft: 2, Scope: "施工安全", CoversRisk: new(false), Controllable: new(true), Report: sample.Named("已有评估报告"),
	})},
	{"R23.1", "no risk point, and none said to be missing", "file_risk_assessment", edit(func(a *decision.FileRiskAssessment) { a.Points = []decision.RiskPoint{} })},
	{"R24.1", "uncontrollable", "place_on_agenda", edit(func(a *decision.FileRiskAssessment) { a.Controllable = new(false) })},
	{"R24.1", "controllable the next day, without a change", "place_on_agenda", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "file_risk_assessment" })
		first := walk[i]
		a := first.Act.(decision.FileRiskAssessment)
		a.Controllable = new(false)
		first.Act = a
		return slices.Insert(walk, i, first)
	}},
	{"F1", "no fair-competition review", "place_on_agenda", without("file_competition_review")},
	{"F2", "a failed fair-competition review", "place_on_agenda", edit(func(a *decision.FileCompetitionReview) { a.Conclusion = "fails" })},
	{"F4", "reviewed by the drafter alone", "file_competition_review", edit(func(a *decision.FileCompetitionReview) { a.ReviewerType = "drafter" })},
	{"R25.1", "no review", "", without("submit_for_review", "request_supplement", "supplement_package", "file_counsel_opinion", "issue_legality_opinion", "confirm_still_stands", "respond_to_review")},
	{"R25.1", "version 2 reviewed, version 3 put forward", "place_on_agenda", without("confirm_still_stands")},
	{"R25.1", "a text that the reviewer did not read", "place_on_agenda", func(walk steps) steps {
		walk = edit(func(a *decision.IssueLegalityOpinion) { a.Read = []string{sample.Named("另一文本").Digest} })(walk)
		walk = edit(func(a *decision.PlaceOnAgenda) { a.Draft = 2 })(walk)
		return without("confirm_still_stands")(walk)
	}},
	{"R25.2", "an answer to a consultation in place of the review", "", both(
		without("issue_legality_opinion", "confirm_still_stands", "respond_to_review"),
		inserted("file_counsel_opinion", unit, "04-28", decision.RecordReply{Unit: sample.Reviewer, Draft: 2, Position: "agree"}))},
	{"R25.3", "found unlawful", "", edit(func(a *decision.IssueLegalityOpinion) { a.Conclusion = "unlawful" })},
	{"R25.3", "lawful after changes that nobody verified", "place_on_agenda", edit(func(a *decision.ConfirmStillStands) { a.Verified = new(false) })},
	{"R25.4", "no State rule, and no risk stated", "place_on_agenda", noStateRule},
	{"R25.4", "an exception for the breach of a rule", "", both(noStateRule,
		edit(func(a *decision.IssueLegalityOpinion) { a.Powers.Finding = "does_not_conform" }),
		inserted("place_on_agenda", office, "05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}}))},
	{"R26.1", "a package without the text", "submit_for_review", edit(func(a *decision.SubmitForReview) {
		a.Materials = []decision.Material{sample.Named("依据文件汇编")}
	})},
	{"R26.2", "a supplement that never came", "issue_legality_opinion", without("supplement_package")},
	{"R26.3", "six working days", "supplement_package", edit(func(a *decision.SupplementPackage) { a.OpinionDue = date("05-08") })},
	{"R27.1", "lawful, with a head that does not conform", "issue_legality_opinion", edit(func(a *decision.IssueLegalityOpinion) { a.Powers.Finding = "does_not_conform" })},
	{"R27.1", "lawful as it is, with a head that needs changes", "issue_legality_opinion", edit(func(a *decision.IssueLegalityOpinion) { a.Conclusion = "lawful" })},
	{"R28.1", "no counsel", "issue_legality_opinion", without("file_counsel_opinion")},
	{"R28.1", "counsel read another version", "issue_legality_opinion", edit(func(a *decision.FileCounselOpinion) { a.Draft = 1 })},
	{"R28.1", "counsel who declares a conflict after the opinion", "issue_legality_opinion", declared(true)},
	{"R28.2", "nobody reviewed", "", without("issue_legality_opinion")},
	{"R28.3", "a comment without an answer", "place_on_agenda", without("respond_to_review")},
	{"R29.1", "no statement on the public's opinions", "place_on_agenda", without("state_adoption")},
	{"R29.1", "no word on an expert's opinion", "place_on_agenda", without("dispose_expert_opinion")},
	{"R29.1", "a dossier without the risk assessment", "place_on_agenda", edit(func(a *decision.PlaceOnAgenda) {
		a.Dossier = slices.DeleteFunc(a.Dossier, func(m decision.Material) bool { return m.Title == "风险评估报告" })
	})},
	{"R30.1", "the Party group in place of the executive meeting", "place_on_agenda", edit(func(a *decision.PlaceOnAgenda) { a.Forum = "party_group_meeting" })},
	{"R30.1", "another version before the meeting", "open_meeting", edit(func(a *decision.OpenMeeting) { a.Draft = 2 })},
	{"R30.1", "a chief who is no member", "open_meeting", edit(func(a *decision.OpenMeeting) { a.Chief = "他人" })},
	{"R30.2", "a decision before the meeting", "decide", on("decide", "05-14")},
	{"R30.2", "decided by somebody else", "decide", edit(func(a *decision.Decide) { a.Decider = "组成人员甲" })},
	{"R30.2", "another version decided", "decide", edit(func(a *decision.Decide) { a.Draft = 2 })},
	{"R30.3", "the chief speaks third of five", "record_statement", speakingOrder(1, 2, 0, 3, 4)},
	{"R30.3", "a member was not heard", "record_statement", speakingOrder(1, 2, 3, 0)},
	{"R30.3", "a member speaks after the chief", "decide", speakingOrder(1, 2, 3, 4, 0, 1)},
	{"R30.3", "the chief says nothing", "decide", speakingOrder(1, 2, 3, 4)},
	{"R30.4", "adopted against three of five", "decide", against(3)},
	{"R30.4", "rejected with four of five in favour", "decide", edit(func(a *decision.Decide) { a.Outcome = "rejected" })},
	{"R30.5", "minutes that nobody signed", "", without("sign_minutes")},
	{"R30.6", "a decision that ends with its review", "conclude_review", inserted("place_on_agenda", unit, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued", Reason: "审查已过"})},
	{"S30.1", "signed by its author alone", "sign_minutes", edit(func(a *decision.SignMinutes) { a.Signers = []string{a.Author} })},
	{"R31.1", "no report to the Party committee", "publish", without("report_to_party")},
	{"R31.1", "a reply after the issue", "publish", edit(func(a *decision.ReportToParty) { a.RepliedOn = date("05-21") })},
	{"G17.1", "no secrecy examination", "publish", without("review_secrecy")},
	{"G17.1", "not cleared", "publish", edit(func(a *decision.ReviewSecrecy) { a.Result = "not_clear" })},
	{"R32.1", "no gazette", "publish", edit(func(a *decision.Publish) { a.Channels = a.Channels[:1] })},
	{"R32.2", "no word on opinions in what concerns everybody", "publish", edit(func(a *decision.Publish) { a.ExplainsAdoption = new(false) })},
	{"R33.1", "a material left out", "archive_case", edit(func(a *decision.ArchiveCase) { a.Items = a.Items[1:] })},
	{"R33.1", "no filing", "", without("archive_case")},
	{"R29.2", "a draft that changed after the public was heard", "", func(walk steps) steps { return walk }},
	{"R3.3", "published before the Party committee consented", "cite_catalogue", edit(func(a *decision.CiteCatalogue) { a.PublishedOn = date("02-09") })},
	{"R3.3", "adjusted without a reason", "cite_catalogue", edit(func(a *decision.CiteCatalogue) { a.Adjusted = "" })},
	{"R3.4", "a declared procedure that is said not to apply", "submit_for_review", determine(decision.StepExpert, func(a *decision.DetermineStep) {
		a.Applies, a.Ground = new(false), "condition_absent"
	})},
	{"F5", "nobody was heard", "file_competition_review", edit(func(a *decision.FileCompetitionReview) { a.Heard = nil })},
	{"S25.1", "the drafter signs the opinion", "issue_legality_opinion", edit(func(a *decision.IssueLegalityOpinion) { a.Name = sample.Actor("d713", unit).ID })},
	{"R28.4", "counsel who was not engaged", "file_counsel_opinion", without("engage_counsel")},
	{"R28.4", "the engagement was over the day before", "file_counsel_opinion", edit(func(a *decision.EngageCounsel) { a.To = date("05-06") })},
	{"R28.4", "the engagement begins the day after", "file_counsel_opinion", edit(func(a *decision.EngageCounsel) { a.From = date("05-08") })},
	{"R28.4", "a conflict was declared", "file_counsel_opinion", edit(func(a *decision.EngageCounsel) { a.Conflict = new(true) })},
	{"R28.4", "engaged for contracts only", "file_counsel_opinion", edit(func(a *decision.EngageCounsel) { a.Scope = []string{"contract"} })},
	{"R28.4", "somebody else files in counsel's name", "file_counsel_opinion", byThe(workflow.RoleGovLawyer, "file_counsel_opinion", "公职律师乙")},
	{"R34.1", "nobody to carry it out", "publish", without("assign_execution")},
	{"R34.2", "no report", "complete_execution", without("report_progress")},
	{"R34.2", "no report on one task", "complete_execution", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.ReportProgress)
			return ok && a.Task == "t2"
		})
	}},
	{"R34.3", "a task for a unit that is not named", "break_down_tasks", edit(func(a *decision.BreakDownTasks) { a.Tasks[1].Unit = "县水利局" })},
	{"R34.3", "a day that moves without a reason", "break_down_tasks", func(walk steps) steps {
		again := acts("break_down_tasks")[0]
		a := again.Act.(decision.BreakDownTasks)
		a.Tasks = slices.Clone(a.Tasks)
		a.Tasks[0].Due = date("06-28")
		again.Act, again.On = a, date("06-14")
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "close_task" })
		return slices.Insert(walk, i, again)
	}},
	{"R34.4", "a task that is open", "complete_execution", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.CloseTask)
			return ok && a.Task == "t2"
		})
	}},
	{"R35.1", "reported before it was found", "report_problem", edit(func(a *decision.ReportProblem) { a.FoundOn = date("06-09") })},
	{"R35.2", "an opinion that nobody handled", "complete_execution", func(walk steps) steps {
		return slices.DeleteFunc(walk, func(s sample.Step) bool {
			a, ok := s.Act.(decision.DisposeOpinions)
			return ok && a.Groups[0].Opinions[0].From == 3
		})
	}},
	{"R35.3", "a problem that nobody handled", "complete_execution", without("handle_problem")},
	{"R36.1", "many opinions of which there is none", "order_evaluation", both(noFeedback, edit(func(a *decision.OrderEvaluation) { a.Trigger = "many_opinions" }))},
	{"R36.1", "falling short, by no report", "order_evaluation", both(without("report_progress", "urge_execution", "suspend_execution", "resume_execution"),
		edit(func(a *decision.ReportProblem) { a.Hinders = new(false) }))},
	{"R36.2", "a hindered goal and no evaluation", "", without("order_evaluation", "file_evaluation", "follow_evaluation")},
	{"R36.3", "the body that gave the expert opinion", "order_evaluation", evaluator("环境研究机构")},
	{"R36.3", "the risk assessor, its name written apart", "order_evaluation", evaluator("风险 评估机构")},
	{"R36.3", "the risk assessor, with signs that nobody sees", "order_evaluation", evaluator("风险\u200b评\u2003估\u2028机构")},
	{"R36.3", "the risk assessor in full-width letters", "order_evaluation", both(
		edit(func(a *decision.FileRiskAssessment) { a.Assessor = "ABC评估(集团)" }), evaluator("ＡＢＣ评估（集团）"))},
	{"R36.3", "an expert from outside, said to be the organ's own", "order_evaluation", both(evaluator("环境研究 机构"), within)},
	{"R36.3", "the risk assessor, who reports for another organ, said to be the organ's own", "", both(evaluator("风险评估机构"), within, func(walk steps) steps {
		for i, s := range walk {
			if s.Act.Kind() == "file_evaluation" {
				walk[i].Actor.Organ = "邻县人民政府"
			}
		}
		return walk
	})},
	{"R36.3", "the expert in person, under another name", "file_evaluation", byThe(workflow.RoleExpert, "file_expert_opinion", "评估人员")},
	{"R36.4", "the public was not heard", "file_evaluation", edit(func(a *decision.FileEvaluation) { a.PublicHeard = " " })},
	{"R36.5", "a result that nobody follows up", "complete_execution", without("follow_evaluation")},
	{"R36.5", "an evaluation that never came", "complete_execution", without("file_evaluation", "follow_evaluation")},
	{"R37.1", "changed without a case of its own", "conclude_adjustment", inserted("complete_execution", office, "06-28", conclude("changed"))},
	{"R37.1", "stopped where a change was opened", "conclude_adjustment", both(inserted("complete_execution", office, "06-28", openChange), inserted("complete_execution", office, "06-28", conclude("stopped")))},
	{"R37.2", "suspended by a deputy", "suspend_execution", edit(func(a *decision.SuspendExecution) { a.Decider = "组成人员甲" })},
	{"R37.2", "a problem that does not hinder the goal", "suspend_execution", edit(func(a *decision.ReportProblem) { a.Hinders = new(false) })},
	{"R37.2", "no situation of Art 35", "", without("report_problem", "handle_problem")},
	{"R37.3", "an adjustment that nobody opens", "complete_execution", edit(func(a *decision.FollowEvaluation) { a.Action = "adjust" })},
	{"R37.3", "an adjustment that is not concluded", "complete_execution", inserted("complete_execution", office, "06-28", openChange)},
	{"R37.4", "a suspension without an end", "", without("resume_execution")},
	{"R37.5", "a later day as a slip", "correct_clerical", edit(func(a *decision.CorrectClerical) {
		a.Was, a.Is = "限2026年6月30日前安装", "限2027年12月31日前安装"
	})},
	{"R38.1", "an item that was rejected", "complete_execution", edit(func(a *decision.JudgeRectification) { a.Accepted = new(false) })},
	{"R38.1", "an order that nobody followed", "complete_execution", without("open_rectification", "begin_rectification", "submit_rectification", "judge_rectification")},
	{"S38.1", "the rectifier accepts", "judge_rectification", edit(func(a *decision.JudgeRectification) { a.Acceptor = "执行人员甲" })},
	{"S38.1", "the responsible person accepts another's work", "judge_rectification", both(
		edit(func(a *decision.SubmitRectification) { a.Rectifier = "执行人员丙" }),
		edit(func(a *decision.JudgeRectification) { a.Acceptor = "执行人员甲" }))},
	{"S38.1", "the same account submits and accepts", "judge_rectification", byThe(workflow.RoleGovOffice, "submit_rectification", "督查人员")},
	{"S38.1", "the unit accepts its own work", "judge_rectification", func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == "judge_rectification" {
				walk[i].Actor.Unit = sample.LeadUnit
			}
		}
		return walk
	}},
	{"S38.1", "the organ accepts what the organ above ordered", "judge_rectification", judgedBy("z1", sample.Actor("d713", office))},
	{"S38.1", "another superior organ accepts", "judge_rectification", judgedBy("z1", decision.Actor{
		ID: "督导人员", Organ: "省人民政府", Roles: []decision.Role{workflow.RoleSupervisor}, Supervises: []string{sample.Organ("d713").Name},
	})},
	{"S38.1", "the organ accepts what it was to do itself, its name written apart", "judge_rectification", both(
		orderedBy(office, "县 人民\u200b政府"), judgedBy("z1", sample.Actor("d713", office)))},
	{"S38.1", "a unit of the organ accepts what the organ was to do", "judge_rectification", both(
		orderedBy(office, "县人民政府"), judgedBy("z1", sample.Actor("d713", workflow.RoleLegalityReviewer)))},
	{"S38.1", "the organ accepts what it opened for itself", "judge_rectification", both(
		edit(func(a *decision.ReviewCaseFile) {
			a.Findings = slices.Clone(a.Findings)
			a.Findings[0].Unit = "县人民政府"
		}),
		func(walk steps) steps { // the office, which may do the organ's items, has it done
			for i, s := range walk {
				if item := itemOf(s.Act); item == "p1" {
					walk[i].Actor = sample.Actor("d713", office)
				}
			}
			return walk
		},
		judgedBy("p1", decision.Actor{ID: "办公室经办人乙", Organ: "县人民政府", Roles: []decision.Role{office}}))},
	{"R36.3", "a barred evaluator, then another", "order_evaluation", func(walk steps) steps {
		first := acts("order_evaluation")[0]
		a := first.Act.(decision.OrderEvaluation)
		a.Evaluator = "环境研究机构"
		first.Act = a
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "order_evaluation" })
		return slices.Insert(walk, i, first)
	}},
	{"R36.5", "a result that is buried under another evaluation", "complete_execution", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "order_evaluation" })
		return slices.Insert(walk, i, slices.Concat(acts("order_evaluation"), acts("file_evaluation"))...)
	}},
	{"R36.5", "another evaluator is ordered, and the first not replaced", "complete_execution", ordersFirst(func(first, _ *decision.OrderEvaluation) {
		first.Evaluator = "另一机构"
	})},
	{"R36.5", "two reports and one answer", "complete_execution", func(walk steps) steps {
		walk = ordersFirst(func(first, _ *decision.OrderEvaluation) { first.Evaluator = "另一机构" })(walk)
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "follow_evaluation" })
		return slices.Insert(walk, i, edit(func(a *decision.FileEvaluation) { a.Evaluator = "另一机构" })(acts("file_evaluation"))...)
	}},
	{"R37.3", "a change decided on after the last adjustment", "complete_execution", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "follow_evaluation" })
		walk = slices.Insert(walk, i, step(office, "06-25", openChange), step(office, "06-25", conclude("abandoned")))
		return edit(func(a *decision.FollowEvaluation) { a.Action = "adjust" })(walk)
	}},
	{"S38.1", "the person whom the review names accepts another's work", "judge_rectification", ofItem("p1",
		func(a *decision.SubmitRectification) { a.Rectifier = "执行人员丙" }, func(a *decision.JudgeRectification) { a.Acceptor = "承办单位经办人" })},
	{"S38.2", "a total that is not the sum", "review_case_file", review(func(a *decision.ReviewCaseFile) { a.Total = new(98) })},
	{"S38.2", "a finding of no scored item", "review_case_file", review(func(a *decision.ReviewCaseFile) { a.Findings[0].Of = "prayer" })},
	{"S38.2", "something wrong where nothing is said to be", "review_case_file", review(func(a *decision.ReviewCaseFile) {
		for i := range a.Scores {
			a.Scores[i].Reason = " "
		}
	})},
	{"S38.2", "a finding under the name of an item that was ordered", "review_case_file", both(without("open_rectification"),
		review(func(a *decision.ReviewCaseFile) { a.Findings[0].Item = "z1" }))},
	{"S38.2", "a finding under the name of an item that was opened", "review_case_file", both(review(func(a *decision.ReviewCaseFile) { a.Findings[0].Item = "q1" }),
		inserted("review_case_file", office, "06-19", decision.OpenRectification{
			Item: "q1", Source: "self_check", Finding: "台账不全", Unit: sample.LeadUnit, Post: "市容管理岗", Person: "执行人员甲", Deadline: date("06-26"), Measure: "补齐",
		}))},
	{"S38.2", "a finding of the review before", "review_case_file", again},
	{"S38.3", "the drafter signs the review", "review_case_file", review(func(a *decision.ReviewCaseFile) { a.Reviewer = sample.Actor("d713", unit).ID })},
	{"S38.3", "the drafter records it under another's name", "review_case_file", byThe(office, "review_case_file", sample.Actor("d713", unit).ID)},
	{"R44.1", "initiated the day before the decree", "initiate", func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == "initiate" {
				walk[i].On = calendar.MustParseDate("2019-08-31")
			}
		}
		return walk
	}},
}

// noFeedback leaves out what came in after the publication.
func noFeedback(walk steps) steps {
	return slices.DeleteFunc(walk, func(s sample.Step) bool {
		c, committed := s.Act.(decision.CommitOpinions)
		d, disposed := s.Act.(decision.DisposeOpinions)
		return committed && c.First == 3 || disposed && d.Groups[0].Opinions[0].From == 3
	})
}

// review changes the review of the case file.
func review(change func(*decision.ReviewCaseFile)) func(steps) steps { return edit(change) }

// ofItem changes what was submitted and judged on one rectification item.
func ofItem(name string, submitted func(*decision.SubmitRectification), accepted func(*decision.JudgeRectification)) func(steps) steps {
	return both(
		edit(func(a *decision.SubmitRectification) {
			if a.Item == name {
				submitted(a)
			}
		}),
		edit(func(a *decision.JudgeRectification) {
			if a.Item == name {
				accepted(a)
			}
		}))
}

// judgedBy has an actor judge what was put right about an item.
func judgedBy(item string, actor decision.Actor) func(steps) steps {
	return func(walk steps) steps {
		for i, s := range walk {
			if a, ok := s.Act.(decision.JudgeRectification); ok && a.Item == item {
				a.Acceptor = actor.ID
				walk[i].Act, walk[i].Actor = a, actor
			}
		}
		return walk
	}
}

// orderedBy has the correction ordered in a role, of an addressee.
func orderedBy(role decision.Role, addressee string) func(steps) steps {
	return func(walk steps) steps {
		for i, s := range walk {
			if a, ok := s.Act.(decision.OrderCorrection); ok {
				a.Addressee = addressee
				walk[i].Act, walk[i].Actor = a, sample.Actor("d713", role)
			}
		}
		return walk
	}
}

// itemOf is the item that an act of putting right is about.
func itemOf(act decision.Act) string {
	switch a := act.(type) {
	case decision.BeginRectification:
		return a.Item
	case decision.SubmitRectification:
		return a.Item
	}
	return ""
}

// again reviews the case file a second time, with the findings of the first.
func again(walk steps) steps {
	i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "review_case_file" })
	return slices.Insert(walk, i+1, walk[i])
}

// evaluator commissions somebody else to evaluate.
func evaluator(name string) func(steps) steps {
	return both(
		edit(func(a *decision.OrderEvaluation) { a.Evaluator = name }),
		edit(func(a *decision.FileEvaluation) { a.Evaluator = name }))
}

// declared has counsel engaged anew before the legality opinion, with a conflict
// or without.
func declared(conflict bool) func(steps) steps {
	return func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "issue_legality_opinion" })
		return slices.Insert(walk, i, edit(func(a *decision.EngageCounsel) { a.Conflict = new(conflict) })(acts("engage_counsel"))...)
	}
}

// within has the evaluation not commissioned.
func within(walk steps) steps {
	return edit(func(a *decision.OrderEvaluation) { a.Commissioned = new(false) })(walk)
}

// ordersFirst has an evaluation ordered before that of the sample.
func ordersFirst(change func(first, second *decision.OrderEvaluation)) func(steps) steps {
	return func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "order_evaluation" })
		first, second := walk[i].Act.(decision.OrderEvaluation), walk[i].Act.(decision.OrderEvaluation)
		change(&first, &second)
		walk[i].Act = second
		return slices.Insert(walk, i, sample.Step{Act: first, Actor: walk[i].Actor, On: walk[i].On})
	}
}

// byThe has a person do the acts of a kind in a role.
func byThe(role decision.Role, kind decision.Kind, id string) func(steps) steps {
	return func(walk steps) steps {
		for i := range walk {
			if walk[i].Act.Kind() == kind {
				walk[i].Actor = sample.Actor("d713", role)
				walk[i].Actor.ID = id
			}
		}
		return walk
	}
}

var openChange = decision.OpenAdjustment{Case: "case-2", Aim: "change", Scope: "限值", Decider: "行政首长", Reason: "标准变化"}

func conclude(outcome string) decision.ConcludeAdjustment {
	return decision.ConcludeAdjustment{Case: "case-2", Outcome: outcome, Entry: 60, Digest: sample.Named("公布").Digest, Reason: "新决策已公布"}
}

// elsewhere are rules that need more than one case or another pack, with the
// test that satisfies and breaks them.
var elsewhere = map[string]string{
	"R44.2": "TestArt44ANewerPackIsAdoptedWithItsDifferences",
}

// notBreakable are rules that only ask for a field which a live act requires
// and a case file may leave unknown: they are satisfied or not evidenced.
var notBreakable = []string{"R14.2", "R15.3", "R23.2", "F3", "R33.2"}

var participation = []decision.Kind{
	"open_comment", "close_comment", "commit_opinions", "dispose_opinions", "state_adoption", "hear_public",
	"announce_hearing", "publish_selection_method", "publish_participants", "deliver_materials", "hold_hearing",
}

// noStateRule makes the review conclude that no State rule exists.
func noStateRule(walk steps) steps {
	return edit(func(a *decision.IssueLegalityOpinion) {
		a.Conclusion, a.Content.Finding = "no_state_rule", "no_state_rule"
	})(walk)
}

// speakingOrder replaces the statements; member 0 is the chief.
func speakingOrder(order ...int) func(steps) steps {
	return func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "record_statement" })
		sample := walk[i]
		names := []string{"行政首长", "组成人员甲", "组成人员乙", "组成人员丙", "组成人员丁"}
		var said steps
		for _, m := range order {
			s := sample
			s.Act = decision.RecordStatement{Member: names[m], Position: "agree", Text: "同意"}
			said = append(said, s)
		}
		return slices.Insert(without("record_statement")(walk), i, said...)
	}
}

// against makes the first n members who speak disagree.
func against(n int) func(steps) steps {
	return func(walk steps) steps {
		left := n
		return edit(func(a *decision.RecordStatement) {
			a.Position = "agree"
			if left > 0 {
				a.Position = "disagree"
				left--
			}
		})(walk)
	}
}

// filed adds a material to what is filed at the end.
func filed(title string) func(steps) steps {
	return edit(func(a *decision.ArchiveCase) {
		item := a.Items[0]
		item.Title, item.Digest = title, sample.Named(title).Digest
		a.Items = append(a.Items, item)
	})
}

// fileOf folds the steps as a case file that claims to be complete: whatever
// was done is there, lawful or not.
func fileOf(t *testing.T, walk steps, evidence workflow.Evidence) workflow.Case {
	t.Helper()
	c := workflowtest.Case(t, "d713")
	c.Evidence = evidence
	deeds := make([]workflow.Deed, len(walk))
	for i, s := range walk {
		deeds[i] = workflow.Deed{Ref: decision.Ref{Seq: int64(i + 1), OccurredOn: s.On, Actor: s.Actor}, Act: s.Act, Reasons: s.Reasons}
	}
	return c.Fold(deeds)
}

func finding(t *testing.T, findings []workflow.Finding, rule string) workflow.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f workflow.Finding) bool { return f.Rule == rule })
	if i < 0 {
		t.Fatalf("no finding of %s", rule)
	}
	return findings[i]
}

var judged = calendar.MustParseDate("2026-06-30")

func TestEachRuleIsBroken(t *testing.T) {
	t.Parallel()
	for _, b := range breaches {
		t.Run(fmt.Sprintf("%s/%s", b.rule, b.what), func(t *testing.T) {
			t.Parallel()
			whole := finding(t, workflow.Evaluate(fileOf(t, sample.Walk("d713"), workflow.Complete), judged), b.rule)
			// R29.2 shows what the walk does, and only shows it: opinions change a draft.
			if b.rule != "R29.2" && (whole.Status == workflow.Violated || whole.Status == workflow.NotEvidenced) {
				t.Fatalf("the walk itself: %s %s", whole.Status, whole.En)
			}
			broken := b.spoil(sample.Walk("d713"))
			if b.at != "" {
				refusedAt(t, broken, b.at, b.rule)
			}
			got := finding(t, workflow.Evaluate(fileOf(t, broken, workflow.Complete), judged), b.rule)
			// A case file may leave a field out; then the rule has no evidence.
			// A live decision may not, and was refused above.
			unknown := b.at != "" && got.Status == workflow.NotEvidenced
			if got.Status != workflow.Violated && !unknown {
				t.Errorf("in a complete file: %s: %s", got.Status, got.En)
			}
		})
	}
}

// refusedAt plays the steps live and wants the act of the kind refused for
// the rule, everything before it accepted.
func refusedAt(t *testing.T, walk steps, at decision.Kind, rule string) {
	t.Helper()
	findings := refusalAt(t, walk, at)
	i := slices.IndexFunc(findings, func(f workflow.Finding) bool { return f.Rule == rule })
	if i < 0 {
		t.Fatalf("%s was refused, but not for %s: %+v", at, rule, findings)
	}
	if f := findings[i]; f.Article == 0 || f.Norm == "" || f.Zh == "" || f.En == "" {
		t.Errorf("the refusal does not cite: %+v", f)
	}
}

// refusalAt plays the steps live up to the first refusal, which must be at the
// act of the kind, and returns its findings.
func refusalAt(t *testing.T, walk steps, at decision.Kind) []workflow.Finding {
	t.Helper()
	c := workflowtest.Case(t, "d713")
	for _, s := range walk {
		applied, err := workflowtest.Do(c, s)
		if err == nil {
			c = applied.Case
			continue
		}
		var refused *workflow.RefusedError
		if !errors.As(err, &refused) || !errors.Is(err, workflow.ErrRefused) || s.Act.Kind() != at {
			t.Fatalf("%s: %v", s.Act.Kind(), err)
		}
		return refused.Findings
	}
	t.Fatalf("nothing was refused; %s should be", at)
	return nil
}

func TestEveryRuleHasASatisfyingAndABreakingCase(t *testing.T) {
	t.Parallel()
	whole := workflow.Evaluate(fileOf(t, sample.Walk("d713"), workflow.Complete), judged)
	satisfied := map[string]bool{}
	for _, f := range whole {
		satisfied[f.Rule] = f.Status == workflow.Satisfied
	}
	for _, s := range satisfactions {
		satisfied[s.rule] = true // each is asserted by its own test
	}
	broken := map[string]bool{}
	for _, b := range breaches {
		broken[b.rule] = true
	}
	for _, r := range workflow.Rules() {
		if r.Listed || r.Number != "" || r.Object != "" || elsewhere[r.ID] != "" {
			continue
		}
		if !satisfied[r.ID] {
			t.Errorf("%s has no satisfying case", r.ID)
		}
		if !broken[r.ID] && !slices.Contains(notBreakable, r.ID) {
			t.Errorf("%s has no breaking case", r.ID)
		}
	}
}

// satisfactions satisfy rules that the walk leaves without an object, or in
// another way than the walk does.
var satisfactions = []struct {
	rule, what string
	change     func(steps) steps
	want       workflow.Status
}{
	{"R8.1", "the congress received a report", both(
		determine(decision.StepCongress, func(a *decision.DetermineStep) { a.Applies = new(true) }),
		inserted("publish", office, "05-19", decision.RecordCongressAct{Form: "report", Body: "县人大常委会", ActedOn: date("05-19"), Reference: "报告", Result: "received"})), workflow.Satisfied},
	{"R14.1", "lawfully not public", both(without(append(participation, "hear_public")...),
		inserted("submit_draft", unit, "03-11", decision.DetermineStep{
			Step: decision.StepParticipation, Applies: new(false), Decider: "县城市管理局", Reason: "涉及商业秘密",
			Ground: "lawfully_non_public", LegalBasis: "政府信息公开条例第十五条",
		})), workflow.NotApplicable},
	{"R15.1", "exactly thirty days without the first", edit(func(a *decision.OpenComment) { a.EndsOn = date("04-15") }), workflow.Satisfied},
	{"R15.1", "thirty days only with the first is borderline", edit(func(a *decision.OpenComment) { a.EndsOn = date("04-14") }), workflow.Satisfied},
	{"R15.2", "shortened with the reason in the notice", edit(func(a *decision.OpenComment) { a.EndsOn, a.ShortenedReason = date("03-31"), "汛期临近" }), workflow.Satisfied},
	{"R16.5", "exactly seven days", edit(func(a *decision.DeliverMaterials) { a.Deliveries[0].On = date("04-03") }), workflow.Satisfied},
	{"R22.2", "an earlier assessment that covers the risk", both(filed("已有评估报告"), inserted("file_risk_assessment", unit, "04-22", decision.RelyOnAssessment{
		Earlier: "〔2025〕3号", Rules: "社会稳定风险评估办法", Assessor: "风险评估机构", Draft: 2, Scope: "社会稳定", CoversRisk: new(true), Controllable: new(true), Report: sample.Named("已有评估报告"),
	})), workflow.Satisfied},
	{"R24.1", "uncontrollable, then controllable for a changed draft", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool {
			return s.Act.Kind() == "submit_draft" && s.Act.(decision.SubmitDraft).Draft == 2
		})
		j := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "file_risk_assessment" })
		first := walk[j]
		a := first.Act.(decision.FileRiskAssessment)
		a.Draft, a.Controllable = 1, new(false)
		first.Act, first.On = a, date("04-18")
		return slices.Insert(walk, i, first)
	}, workflow.Satisfied},
	{"F3", "an exception with ground, alternatives and end", edit(func(a *decision.FileCompetitionReview) {
		a.Conclusion, a.Ground, a.Alternatives, a.Until = "exception", "环境保护", "没有限制更小的办法", "2028-12-31"
	}), workflow.Satisfied},
	{"R25.2", "nothing in place of the review", func(walk steps) steps { return walk }, workflow.Satisfied},
	{"R25.3", "exploratory reform with its risks stated", both(noStateRule,
		inserted("place_on_agenda", office, "05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}})), workflow.Satisfied},
	{"R25.4", "exploratory reform with its risks stated", both(noStateRule,
		inserted("place_on_agenda", office, "05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}})), workflow.Satisfied},
	{"R26.3", "exactly seven working days", edit(func(a *decision.SupplementPackage) { a.OpinionDue = date("05-09") }), workflow.Satisfied},
	{"R29.2", "every step again on the last version", both(
		inserted("place_on_agenda", unit, "05-12", decision.HearPublic{Activity: "f2", Method: "forum", Draft: 3, People: new(9), Summary: "同意", Record: sample.Named("座谈会纪要二")}),
		inserted("place_on_agenda", unit, "05-12", decision.FileExpertOpinion{
			Expert: "专家甲", Draft: 3, Form: "written", Topics: []string{"soundness"}, Stance: "favour", Summary: "可行",
			Text: sample.Named("专家甲补充意见"), Signed: new(true), Sealed: new(false),
		}),
		inserted("place_on_agenda", unit, "05-12", decision.FileRiskAssessment{
			Assessor: "风险评估机构", Draft: 3, ThirdParty: new(true), Methods: []string{"qualitative"}, NoneFound: new(true), Plan: "无",
			Departments: []string{"县信访局"}, Level: "低风险", Controllable: new(true), Report: sample.Named("风险评估报告"),
		}),
		func(walk steps) steps {
			again := edit(func(a *decision.FileCompetitionReview) { a.Draft = 3 })(acts("file_competition_review"))
			i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "place_on_agenda" })
			return slices.Insert(walk, i, again...)
		}, filed("座谈会纪要二"), filed("专家甲补充意见")), workflow.Satisfied},
	{"R30.6", "a decision that is discussed", func(walk steps) steps { return walk }, workflow.NotApplicable},
	{"R34.3", "a day that moves with a reason", func(walk steps) steps {
		again := acts("break_down_tasks")[0]
		a := again.Act.(decision.BreakDownTasks)
		a.Tasks = slices.Clone(a.Tasks)
		a.Tasks[0].Due, a.Reason = date("06-28"), "供货迟延"
		again.Act, again.On = a, date("06-14")
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "close_task" })
		return slices.Insert(walk, i, again)
	}, workflow.Satisfied},
	{"R28.1", "a conflict that counsel takes back", both(declared(true), declared(false)), workflow.Satisfied},
	{"R28.1", "a conflict after the review was concluded", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "confirm_still_stands" })
		return slices.Insert(walk, i, edit(func(a *decision.EngageCounsel) { a.Conflict = new(true) })(acts("engage_counsel"))...)
	}, workflow.Satisfied},
	{"R36.1", "many opinions", edit(func(a *decision.OrderEvaluation) { a.Trigger = "many_opinions" }), workflow.Satisfied},
	{"R36.3", "a unit of the organ that reviewed before", both(evaluator("风险评估机构"), within), workflow.NotApplicable},
	{"R36.5", "an evaluator who filed nothing is replaced", ordersFirst(func(first, second *decision.OrderEvaluation) {
		first.Evaluator, second.Replaces = "另一机构", "另一 机构"
	}), workflow.Satisfied},
	{"R36.5", "two evaluations, the second ordered before the first is filed", func(walk steps) steps {
		walk = ordersFirst(func(first, _ *decision.OrderEvaluation) { first.Evaluator = "另一机构" })(walk)
		file, follow := acts("file_evaluation")[0], acts("follow_evaluation")[0]
		report := file.Act.(decision.FileEvaluation)
		report.Evaluator = "另一机构"
		file.Act = report
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "follow_evaluation" })
		return slices.Insert(walk, i+1, file, follow)
	}, workflow.Satisfied},
	{"R37.1", "an adjustment that was opened", both(inserted("complete_execution", office, "06-28", openChange), inserted("complete_execution", office, "06-28", conclude("abandoned"))), workflow.Satisfied},
	{"R37.2", "suspended by a new chief executive", func(walk steps) steps {
		return edit(func(a *decision.SuspendExecution) { a.Decider = "新任行政首长" })(byThe(workflow.RoleChiefExecutive, "suspend_execution", "新任行政首长")(walk))
	}, workflow.Satisfied},
	{"R37.3", "an adjustment that is concluded", both(inserted("complete_execution", office, "06-28", openChange), inserted("complete_execution", office, "06-28", conclude("abandoned"))), workflow.Satisfied},
	{"S38.1", "who rejected at first puts it right in the end", ofItem("z1",
		func(a *decision.SubmitRectification) {
			if a.Done == "已补齐报告" {
				a.Rectifier = "验收人员甲"
			}
		},
		func(a *decision.JudgeRectification) {
			if !*a.Accepted {
				a.Acceptor = "验收人员甲"
			}
		}), workflow.Satisfied},
	{"S38.1", "the organ accepts what it ordered a unit to do", both(orderedBy(office, sample.LeadUnit), judgedBy("z1", sample.Actor("d713", office))), workflow.Satisfied},
	{"S38.1", "the office rejects what the organ above ordered", func(walk steps) steps {
		i := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "judge_rectification" })
		walk[i].Actor = sample.Actor("d713", office)
		return walk
	}, workflow.Satisfied},
	{"S38.2", "everything in order", without("begin_rectification", "submit_rectification", "judge_rectification", "order_correction", "open_rectification", "complete_execution"), workflow.Satisfied},
	{"S38.3", "reviewed by the office", byThe(office, "review_case_file", "评查人员"), workflow.Satisfied},
	{"R30.2", "decided under a delegation", edit(func(a *decision.Decide) { a.Decider, a.Delegation = "组成人员甲", "授权书" }), workflow.Satisfied},
	{"R30.4", "two against two and the chief: no majority", against(2), workflow.Satisfied},
	{"R30.4", "against the majority with the reason stated", both(against(3), edit(func(a *decision.Decide) { a.ReasonAgainstMajority = "污染形势不容再缓" })), workflow.Satisfied},
}

func TestEachRuleIsSatisfied(t *testing.T) {
	t.Parallel()
	for _, s := range satisfactions {
		t.Run(fmt.Sprintf("%s/%s", s.rule, s.what), func(t *testing.T) {
			t.Parallel()
			walk := s.change(sample.Walk("d713"))
			workflowtest.Play(t, "d713", walk) // accepted live
			if got := finding(t, workflow.Evaluate(fileOf(t, walk, workflow.Complete), judged), s.rule); got.Status != s.want {
				t.Errorf("%s: %s", got.Status, got.En)
			}
		})
	}
}

// What a source does not tell is not held against anybody: without any act,
// nothing is violated in a published case, and in a complete one the steps
// that always apply are.
func TestUnknownIsNotAbsent(t *testing.T) {
	t.Parallel()
	for _, f := range workflow.Evaluate(fileOf(t, nil, workflow.Published), judged) {
		if f.Status != workflow.NotEvidenced {
			t.Errorf("published, nothing told: %s is %s", f.Rule, f.Status)
		}
	}
	complete := workflow.Evaluate(fileOf(t, nil, workflow.Complete), judged)
	for rule, want := range map[string]workflow.Status{
		"R14.1": workflow.Violated, "R25.1": workflow.Violated, "R30.1": workflow.Violated, "R32.1": workflow.Violated,
		"R19.1": workflow.NotEvidenced, "R22.1": workflow.NotEvidenced, "R15.1": workflow.NotApplicable, "R16.5": workflow.NotApplicable,
	} {
		if got := finding(t, complete, rule); got.Status != want {
			t.Errorf("complete, nothing told: %s is %s, want %s", rule, got.Status, want)
		}
	}
}

// An act of which nothing but its kind is known never breaks a rule by itself.
func TestAnUnknownFieldIsNotABreach(t *testing.T) {
	t.Parallel()
	for _, info := range decision.Catalogue() {
		walk := steps{{Act: info.New()}}
		for _, f := range workflow.Evaluate(fileOf(t, walk, workflow.Published), judged) {
			if f.Status == workflow.Violated {
				t.Errorf("%s alone: %s is violated: %s", info.Kind, f.Rule, f.En)
			}
		}
	}
}

// A source may tell the total of a review and what it found, and not every
// score; only more points than the total contradict it.
func TestASourceNeedNotGiveEveryScore(t *testing.T) {
	t.Parallel()
	for points, want := range map[int]workflow.Status{80: workflow.NotEvidenced, 95: workflow.Violated} {
		a := decision.ReviewCaseFile{
			Total: new(90), Scores: []decision.SheetScore{{Item: "hearing", Points: new(points)}},
			Findings: []decision.SheetFinding{{Item: "p1", Of: "filing"}},
		}
		if got := finding(t, workflow.Evaluate(fileOf(t, steps{{Act: a}}, workflow.Published), judged), "S38.2"); got.Status != want {
			t.Errorf("%d of %d: %s: %s", points, *a.Total, got.Status, got.En)
		}
	}
	whole := decision.ReviewCaseFile{
		Total: new(4), Scores: []decision.SheetScore{{Item: "filing", Points: new(4)}}, Findings: []decision.SheetFinding{{Item: "p1", Of: "filing"}},
	}
	if got := finding(t, workflow.Evaluate(fileOf(t, steps{{Act: whole}}, workflow.Published), judged), "S38.2"); got.Status != workflow.NotEvidenced {
		t.Errorf("no reason told: %s: %s", got.Status, got.En)
	}
}

// A reason that was stated stays with the finding: in the answer to the act,
// and whenever the case is judged again.
func TestAStatedReasonStaysWithTheFinding(t *testing.T) {
	t.Parallel()
	walk := edit(func(a *decision.SupplementPackage) { a.OpinionDue = date("05-08") })(sample.Walk("d713"))
	for i := range walk {
		if walk[i].Act.Kind() == "supplement_package" {
			walk[i].Reasons = map[string]string{"R26.3": "汛期前须出台"}
		}
	}
	c := workflowtest.Play(t, "d713", walk)
	got := finding(t, workflow.Evaluate(c, judged), "R26.3")
	if got.Status != workflow.Violated || got.Severity != workflow.Norm || got.Reason != "汛期前须出台" {
		t.Errorf("%+v", got)
	}
}

// Each of the five steps (五大法定程序), left out, is refused at its gate with
// its article.
func TestEachOfTheFiveStepsLeftOutIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step    string
		leave   []decision.Kind
		at      decision.Kind
		article int
	}{
		{"公众参与", participation, "submit_for_review", 14},
		{"专家论证", []decision.Kind{"engage_expert", "file_expert_opinion", "dispose_expert_opinion"}, "submit_for_review", 19},
		{"风险评估", []decision.Kind{"file_risk_assessment"}, "submit_for_review", 22},
		{"合法性审查", []decision.Kind{
			"submit_for_review", "request_supplement", "supplement_package", "file_counsel_opinion",
			"issue_legality_opinion", "confirm_still_stands", "respond_to_review",
		}, "place_on_agenda", 25},
		{"集体讨论决定", []decision.Kind{
			"open_meeting", "record_statement", "decide", "sign_minutes", "report_to_party", "assign_execution", "review_secrecy",
		}, "publish", 30},
	} {
		for _, pack := range []string{"d713", "strict-five"} {
			t.Run(c.step+"/"+pack, func(t *testing.T) {
				t.Parallel()
				played := workflowtest.Case(t, pack)
				for _, s := range without(c.leave...)(sample.Walk(pack)) {
					applied, err := workflowtest.Do(played, s)
					if err == nil {
						played = applied.Case
						continue
					}
					var refused *workflow.RefusedError
					if !errors.As(err, &refused) || s.Act.Kind() != c.at {
						t.Fatalf("refused at %s: %v", s.Act.Kind(), err)
					}
					if !slices.ContainsFunc(refused.Findings, func(f workflow.Finding) bool { return f.Norm == "D713" && f.Article == c.article }) {
						t.Errorf("Article %d is not cited: %v", c.article, err)
					}
					return
				}
				t.Errorf("nothing was refused; %s should be", c.at)
			})
		}
	}
}
