package sample

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Specimens are one well-formed act of every kind with who does it: those of
// the walk of the decree, and of the acts that have no place in it one each.
// Well formed is not lawful: a case that they belong to there is not.
func Specimens() map[decision.Kind]Step {
	all := map[decision.Kind]Step{}
	for _, s := range append(Walk("d713"), rarities()...) {
		if _, known := all[s.Act.Kind()]; !known {
			all[s.Act.Kind()] = s
		}
	}
	return all
}

func rarities() []Step {
	rare := func(role decision.Role, day string, act decision.Act) Step {
		return Step{Act: act, Actor: Actor("d713", role), On: date(day)}
	}
	digest := Named("某记录").Digest
	return []Step{
		rare(workflow.RoleChiefExecutive, "03-05", decision.Decline{Decider: "行政首长", Reason: "条件不成熟"}),
		rare(workflow.RoleGovOffice, "04-23", decision.Withdraw{Decider: "行政首长", Reason: "上位法即将修订"}),
		rare(workflow.RoleUndertakingUnit, "04-22", decision.RelyOnAssessment{
			Earlier: "〔2025〕3号", Rules: "社会稳定风险评估办法", Assessor: "风险评估机构", Draft: 2, Scope: "社会稳定", CoversRisk: new(true), Controllable: new(true), Report: Named("已有评估报告"),
		}),
		rare(workflow.RoleLegalityReviewer, "04-24", decision.ReturnPackage{Draft: 2, Reason: "材料不全"}),
		rare(workflow.RoleGovOffice, "05-12", decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}}),
		rare(workflow.RoleUndertakingUnit, "04-20", decision.StateExpropriation{OldTown: new(true), MajorityObjects: new(false), ManyAffected: new(true), FundsReady: new(true)}),
		rare(workflow.RoleUndertakingUnit, "05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued", Reason: "审查已过"}),
		rare(workflow.RoleMeetingSecretary, "05-16", decision.CorrectMinutes{Corrects: 56, Was: "甲", Is: "乙", Reason: "笔误", Signers: []string{"会议秘书"}}),
		rare(workflow.RoleGovOffice, "05-19", decision.RecordCongressAct{Form: "report", Body: "县人大常委会", ActedOn: date("05-19"), Reference: "报告", Result: "received"}),
		rare(workflow.RoleGovOffice, "05-20", decision.WithholdPublication{Ground: "trade_secret", LegalBasis: "政府信息公开条例第十五条", Decider: "行政首长", Reason: "涉及商业秘密"}),
		rare(workflow.RoleGovOffice, "05-25", decision.FileForRecord{With: "市人民政府", FiledOn: date("05-25")}),
		rare(workflow.RoleGovOffice, "06-28", decision.OpenAdjustment{Case: "case-2", Aim: "change", Scope: "限值", Decider: "行政首长", Reason: "标准变化"}),
		rare(workflow.RoleGovOffice, "06-28", decision.ConcludeAdjustment{Case: "case-2", Outcome: "abandoned", Entry: 60, Digest: Named("公布").Digest, Reason: "新决策已公布"}),
		rare(workflow.RoleGovOffice, "04-24", decision.EraseData{Materials: []string{digest}, Class: decision.ClassPersonal, Ground: "个人信息保护法第四十七条", DecidedBy: "行政首长"}),
		rare(workflow.RoleUndertakingUnit, "04-24", decision.LinkCase{Case: "case-3", Object: "contract", Title: "采购合同"}),
		rare(workflow.RoleGovOffice, "04-24", decision.AdoptPack{Pack: "strict-five", Digest: digest, Changes: []string{"steps"}, Decider: "行政首长", Reason: "新规施行"}),
		rare(workflow.RoleLegalityReviewer, "06-20", decision.ReviewCaseFile{
			Sheet: "d713", SheetDigest: digest, Reviewer: "评查人员", Scores: []decision.SheetScore{{Item: "1", Points: new(100)}}, Total: new(100), Vetoed: new(false),
		}),
	}
}
