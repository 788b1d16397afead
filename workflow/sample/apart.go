package sample

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Apart returns the acts that lie off the way of [Walk], one of each kind, in
// the order of the statute. Each is well formed; none follows from another.
func Apart(pack string) []Step {
	w := &walk{pack: pack}
	add := w.add
	office, chief, reviewer := workflow.RoleGovOffice, workflow.RoleChiefExecutive, workflow.RoleLegalityReviewer
	add("03-05", chief, decision.Decline{Decider: members[0], Reason: "条件不成熟"})
	w.unit("03-11", decision.StateExpropriation{
		OldTown: new(true), MajorityObjects: new(false), ManyAffected: new(true), FundsReady: new(true), FundsProof: new(Named("补偿费用到位证明")),
	})
	w.unit("04-22", decision.RelyOnAssessment{
		Earlier: "县城区餐饮油烟治理社会稳定风险评估", Rules: "重大决策社会稳定风险评估办法", Assessor: "风险评估机构", Draft: 2,
		Scope: "分区管理和安装期限", CoversRisk: new(true), Controllable: new(true), Report: Named("已有评估报告"),
	})
	add("04-24", reviewer, decision.ReturnPackage{Draft: 2, Reason: "未附征求意见的情况"})
	add("05-12", office, decision.InvokeReform{Draft: 3, InvokedBy: members[0], NoStateRule: "国家尚无规定", Risks: []string{"可能与将来的规定不一致"}})
	w.unit("05-12", decision.ConcludeReview{Draft: 3, Outcome: "issued", Reference: "〔2026〕8号", Reason: "已印发"})
	add("05-16", workflow.RoleMeetingSecretary, decision.CorrectMinutes{
		Corrects: 56, Was: "过渡期为一年", Is: "过渡期应为一年", Reason: "笔误", Signers: []string{members[0], "会议秘书"},
	})
	add("05-18", office, decision.RecordCongressAct{Form: "report", Body: "县人大常委会", ActedOn: date("05-18"), Reference: "县人大常委会第12次会议", Result: "received"})
	add("05-20", office, decision.WithholdPublication{Ground: "trade_secret", LegalBasis: "政府信息公开条例第十五条", Decider: members[0], Reason: "附件涉及商业秘密"})
	add("05-25", office, decision.FileForRecord{With: "市人民政府", FiledOn: date("05-25"), Number: "备〔2026〕8号", Receipt: new(Named("备案回执"))})
	add("06-01", office, decision.EraseData{Opinions: []int64{1}, Class: decision.ClassPersonal, Ground: "个人信息保护法第四十七条", DecidedBy: "办公室负责人"})
	add("04-23", office, decision.Withdraw{Decider: members[0], Reason: "上位法即将修订"})
	const other = "01890f3e-0000-7000-8000-00000000ffff"
	add("06-28", office, decision.OpenAdjustment{Case: other, Aim: "change", Scope: "安装期限", Decider: members[0], Reason: "设备供货不足"})
	add("08-28", office, decision.ConcludeAdjustment{Case: other, Outcome: "changed", Entry: 61, Digest: Named("调整决策的公布记录").Digest, Reason: "调整后的决策已公布"})
	w.unit("06-01", decision.LinkCase{Case: other, Object: "normative_document", Title: "县城区餐饮油烟污染防治实施细则"})
	add("04-24", office, decision.AdoptPack{Pack: "strict-five", Digest: Named("新规则包").Digest, Changes: []string{"steps"}, Decider: members[0], Reason: "新的地方规定施行"})
	return w.steps
}
