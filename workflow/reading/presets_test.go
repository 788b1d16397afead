package reading_test

import (
	"fmt"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

func step(role decision.Role, day string, act decision.Act) sample.Step {
	return sample.Step{Act: act, Actor: sample.Actor("d713", role), On: calendar.MustParseDate(day)}
}

func describe(s sample.Step) string { return fmt.Sprintf("%s %+v", s.Act.Kind(), s.Act) }

// presets are acts that the sample does not have and chance would not make:
// most need several fields to be what they are.
var presets = func() []sample.Step {
	unit, office, chief := workflow.RoleUndertakingUnit, workflow.RoleGovOffice, workflow.RoleChiefExecutive
	digest := sample.Named("决策草案第2版").Digest
	list := []sample.Step{
		step(unit, "2026-03-02", decision.Propose{Title: "应急", Organ: sample.Organ("d713"), Category: "other", Exclusion: "emergency", ExclusionBasis: "突发事件应对法", Source: "citizen", InWriting: new(false)}),
		step(unit, "2026-03-02", decision.Propose{Title: "乡镇", Organ: decision.Organ{Name: "乡", Level: "township"}, Category: "plan", Exclusion: "special_law", Source: "leader"}),
		step(chief, "2019-08-31", decision.Initiate{Decider: "行政首长", Reason: "早"}),
		step(chief, "2026-03-05", decision.Decline{Decider: "行政首长", Reason: "不成熟"}),
		step(unit, "2026-04-22", decision.RelyOnAssessment{Earlier: "1", Rules: "1", Assessor: "风险评估机构", Draft: 2, Scope: "1", CoversRisk: new(false), Controllable: new(true), Report: sample.Named("已有评估")}),
		step(unit, "2026-04-22", decision.FileRiskAssessment{Assessor: "风险评估机构", Draft: 2, Points: []decision.RiskPoint{}, NoneFound: new(false), Controllable: new(false), Report: sample.Named("评估")}),
		step(unit, "2026-04-22", decision.FileCompetitionReview{Reviewer: "县城市管理局", ReviewerType: "drafter", Draft: 2, Conclusion: "fails", Heard: []string{"协会"}}),
		step(unit, "2026-04-22", decision.FileCompetitionReview{Reviewer: "县市场监督管理局", ReviewerType: "market_regulator", Draft: 2, Conclusion: "exception", Ground: "环境", Alternatives: "无", Until: "2028"}),
		step(unit, "2026-04-22", decision.RecordReply{Unit: sample.Reviewer, Draft: 2, Position: "agree"}),
		step(unit, "2026-03-20", decision.EngageExpert{Expert: "专家乙", Type: "person", DirectInterest: new(true), Secrecy: new(false), Pool: &decision.Pool{ID: "1", Owner: "1", Status: "removed"}}),
		step(unit, "2026-04-07", decision.FileExpertOpinion{Expert: "专家乙", Draft: 3, Topics: []string{"other"}, Stance: "favour", Signed: new(false), Sealed: new(false)}),
		step(unit, "2026-05-01", decision.OpenComment{Activity: "c2", Draft: 1, StartsOn: calendar.MustParseDate("2026-04-01"), EndsOn: calendar.MustParseDate("2026-04-20")}),
		step(unit, "2026-05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued", Reason: "1"}),
		step(office, "2026-05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "无", Risks: []string{"诉讼"}}),
		step(office, "2026-05-12", decision.InvokeReform{Draft: 2, InvokedBy: "行政首长", NoStateRule: "无", Risks: []string{"诉讼"}}),
		step(office, "2026-05-19", decision.RecordCongressAct{Form: "decide", Body: "县人大常委会", ActedOn: calendar.MustParseDate("2026-05-21"), Reference: "1", Result: "not_approved"}),
		step(office, "2026-05-19", decision.RecordCongressAct{Form: "report", Body: "县人大常委会", ActedOn: calendar.MustParseDate("2026-05-19"), Reference: "1", Result: "received"}),
		step(office, "2026-05-20", decision.WithholdPublication{Ground: "trade_secret", LegalBasis: "第十五条", Decider: "行政首长", Reason: "1"}),
		step(workflow.RoleMeetingSecretary, "2026-05-15", decision.SignMinutes{Author: "会议秘书", Signers: []string{"会议秘书"}}),
		step(office, "2026-06-17", decision.OrderEvaluation{Trigger: "many_opinions", Evaluator: "环境研究机构", Commissioned: new(true), Decider: "行政首长", Reason: "1"}),
		step(office, "2026-06-17", decision.OrderEvaluation{Trigger: "organ_sees_need", Evaluator: "县统计局", Commissioned: new(false), Decider: "行政首长", Reason: "1"}),
		step(office, "2026-06-25", decision.FollowEvaluation{Action: "adjust", Decider: "行政首长", Reason: "1"}),
		step(office, "2026-06-26", decision.OpenAdjustment{Case: "2", Aim: "change", Scope: "1", Decider: "行政首长", Reason: "1"}),
		step(office, "2026-06-27", decision.ConcludeAdjustment{Case: "2", Outcome: "abandoned", Entry: 1, Digest: digest, Reason: "1"}),
		step(office, "2026-06-27", decision.ConcludeAdjustment{Case: "2", Outcome: "stopped", Entry: 1, Digest: digest, Reason: "1"}),
		step(office, "2026-06-27", decision.ConcludeAdjustment{Case: "2", Outcome: "changed_in_part", Entry: 1, Digest: digest, Reason: "1"}),
		step(office, "2026-06-27", decision.ConcludeAdjustment{Case: "2", Outcome: "changed", Entry: 1, Digest: digest, Reason: "1"}),
		step(office, "2026-06-02", decision.CorrectClerical{Where: "1", Was: "六月底前不得排放", Is: "七月底前不得排放", Decider: "1", Reason: "1"}),
		step(office, "2026-06-03", decision.AssignExecution{Units: []string{sample.LeadUnit}}),
		step(chief, "2026-06-13", decision.HandleProblem{Problem: "p1", Handling: "continue", Decider: "行政首长", Reason: "1"}),
		step(chief, "2026-06-13", decision.HandleProblem{Problem: "p1", Handling: "evaluate", Decider: "行政首长", Reason: "1"}),
		step(chief, "2026-06-13", decision.SuspendExecution{Problem: "p1", Decider: "行政首长", Urgency: "1"}),
		step(office, "2026-06-27", decision.OpenRectification{Item: "z2", Source: "audit", Finding: "1", Unit: "县财政局", Post: "1", Person: "办公室经办人", Deadline: calendar.MustParseDate("2026-06-28"), Measure: "1"}),
	}
	for _, s := range []decision.Step{decision.StepParticipation, decision.StepExpert, decision.StepRisk, decision.StepCompetition, decision.StepCongress, decision.StepParty, decision.StepLegality} {
		for _, ground := range []string{"", "condition_absent", "lawfully_non_public", "already_assessed"} {
			list = append(list, step(unit, "2026-03-11", decision.DetermineStep{Step: s, Applies: new(false), Decider: "1", Reason: "1", Ground: ground, LegalBasis: "依据"}))
		}
		list = append(list, step(unit, "2026-03-11", decision.DetermineStep{Step: s, Applies: new(true), Decider: "1", Reason: "1"}))
	}
	for _, conclusion := range []string{"lawful", "unlawful", "no_state_rule"} {
		head := map[string]string{"lawful": "conforms", "unlawful": "does_not_conform", "no_state_rule": "no_state_rule"}[conclusion]
		h := decision.Head{Finding: head, Basis: "1"}
		for _, draft := range []int{2, 3} {
			list = append(list, step(workflow.RoleLegalityReviewer, "2026-05-08", decision.IssueLegalityOpinion{
				Reviewer: sample.Reviewer, Name: "合法性审查人员", Draft: draft, Powers: h, Procedure: h, Content: h, Conclusion: conclusion,
			}))
		}
	}
	return list
}()
