package sample

import (
	"sync"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/scoresheet"
)

// Evaluator is who evaluates the decision afterwards.
const Evaluator = "决策咨询研究机构"

// execution is the life of the decision after its publication (chapter 4).
func (w *walk) execution() {
	office := func(day string, act decision.Act) { w.add(day, workflow.RoleGovOffice, act) }
	unit := func(day string, act decision.Act) { w.add(day, workflow.RoleExecutingUnit, act) }
	chief := func(day string, act decision.Act) { w.add(day, workflow.RoleChiefExecutive, act) }

	office("06-01", decision.BreakDownTasks{Tasks: []decision.ExecutionTask{
		{ID: "t1", Title: "安装净化设施", Unit: LeadUnit, Post: "市容管理岗", Person: "执行人员甲", Due: date("06-20"), Measure: "逐户核查，限期安装"},
		{ID: "t2", Title: "油烟监测", Unit: SecondUnit, Post: "大气管理岗", Person: "执行人员乙", Due: date("06-25"), Measure: "每周监测一次"},
	}})
	office("06-02", decision.CorrectClerical{Where: "第三条", Was: "餐饮单住", Is: "餐饮单位", Decider: "行政首长", Reason: "错字"})
	unit("06-05", decision.ReportProgress{Unit: LeadUnit, Task: "t1", State: "delayed", Summary: "设施供货迟延"})
	office("06-06", decision.UrgeExecution{Unit: LeadUnit, Task: "t1", Level: "notice", Reason: "进度滞后", ReplyBy: date("06-10")})
	unit("06-08", decision.ReportProblem{Problem: "p1", Unit: LeadUnit, Type: "changed_circumstances", Hinders: new(true), FoundOn: date("06-07"), Description: "主要供货单位停产"})
	chief("06-08", decision.HandleProblem{Problem: "p1", Handling: "suspend", Decider: members[0], Reason: "先中止执行，落实替代供货"})
	chief("06-08", decision.SuspendExecution{Problem: "p1", Decider: members[0], Urgency: "继续执行将使经营者无法按期安装"})
	chief("06-12", decision.ResumeExecution{Decider: members[0], Reason: "替代供货已经落实"})
	w.feedback()
	unit("06-15", decision.ReportProgress{Unit: LeadUnit, Task: "t1", State: "done", Summary: "已全部安装"})
	unit("06-15", decision.ReportProgress{Unit: SecondUnit, Task: "t2", State: "done", Summary: "监测已建立"})
	w.steps[len(w.steps)-1].Actor.Unit = SecondUnit
	office("06-16", decision.CloseTask{Task: "t1", Result: "抽查合格", Evidence: Named("任务一办结材料")})
	office("06-16", decision.CloseTask{Task: "t2", Result: "数据已联网", Evidence: Named("任务二办结材料")})
	w.evaluation()
	w.rectification()
	office("06-29", decision.CompleteExecution{Summary: "各项任务已经完成", Report: Named("执行情况总结")})
}

// feedback is what comes in after the publication (Art 35 ¶2).
func (w *walk) feedback() {
	root, _ := history.Root([]history.Digest{history.OpinionDigest([]byte("3"))}) // a well-formed digest
	w.add("06-13", workflow.RoleExecutingUnit, decision.CommitOpinions{First: 3, Last: 3, Root: string(root)})
	w.steps[len(w.steps)-1].Opinions = []decision.Opinion{
		{Activity: workflow.Feedback, Channel: "telephone", Verification: "contact_given", Author: "经营者二", Text: "安装企业太少"},
	}
	w.add("06-14", workflow.RoleExecutingUnit, decision.DisposeOpinions{Groups: []decision.OpinionGroup{
		{Opinions: []decision.Range{{From: 3, To: 3}}, Summary: "增加安装企业", Disposition: "adopted"},
	}})
}

func (w *walk) evaluation() {
	w.add("06-17", workflow.RoleGovOffice, decision.OrderEvaluation{
		Trigger: "below_expectation", Evaluator: Evaluator, Commissioned: new(true), Decider: members[0], Reason: "执行中一度中止",
	})
	w.add("06-24", workflow.RoleEvaluator, decision.FileEvaluation{
		Evaluator: Evaluator, PublicHeard: "问卷三百份，座谈两次", Participants: []string{"deputy", "cppcc_member", "social_organisation"},
		Findings: "投诉明显减少", Recommendation: "keep", Report: Named("决策后评估报告"),
	})
	w.add("06-25", workflow.RoleGovOffice, decision.FollowEvaluation{Action: "keep", Decider: members[0], Reason: "目标基本实现，继续执行"})
}

// rectification is an order of the superior organ and a review of the case
// file, and how they were followed.
func (w *walk) rectification() {
	w.add("06-18", workflow.RoleSupervisor, decision.OrderCorrection{
		Item: "z1", Issuer: SuperiorOrgan, Addressee: LeadUnit, Basis: "条例第三十四条",
		Finding: "进度报告不及时", Deadline: date("06-26"), Order: Named("责令改正通知书"),
	})
	w.add("06-19", workflow.RoleGovOffice, decision.OpenRectification{
		Item: "z1", Source: "order", Finding: "进度报告不及时", Unit: LeadUnit, Post: "市容管理岗", Person: "执行人员甲", Deadline: date("06-26"), Measure: "每周一报告进度",
	})
	begin := decision.BeginRectification{Item: "z1", Note: "已建立周报"}
	w.add("06-19", workflow.RoleExecutingUnit, begin)
	w.fileReview()
	submit := decision.SubmitRectification{Item: "z1", Rectifier: "执行人员甲", Done: "已报告三周", Evidence: Named("整改情况报告")}
	w.add("06-22", workflow.RoleExecutingUnit, submit)
	judge := decision.JudgeRectification{Item: "z1", Acceptor: "督查人员", Accepted: new(false), Reason: "缺第二周报告", Evidence: Named("验收记录一")}
	w.add("06-23", workflow.RoleSupervisor, judge)
	w.fileRectification()
	submit.Done, submit.Evidence = "已补齐报告", Named("补充整改情况报告")
	w.add("06-25", workflow.RoleExecutingUnit, submit)
	judge.Accepted, judge.Reason, judge.Evidence = new(true), "报告齐全", Named("验收记录二")
	w.add("06-26", workflow.RoleSupervisor, judge)
}

// fileReview is a review of the case file: everything is in order but one
// thing that no rule can see (案卷评查).
func (w *walk) fileReview() {
	sheet := fileSheet()
	review := decision.ReviewCaseFile{
		Sheet: sheet.Name, SheetDigest: sheet.Digest(), Reviewer: Actor(w.pack, workflow.RoleLegalityReviewer).ID, Vetoed: new(false),
		Findings: []decision.SheetFinding{{
			Item: "p1", Of: "filing", Finding: "调研走访记录没有编页码", Unit: LeadUnit, Person: "承办单位经办人", Deadline: date("06-25"), Measure: "补编页码，核对目录",
		}},
	}
	total := 0
	for _, i := range sheet.Items {
		score := decision.SheetScore{Item: i.ID, Points: new(i.Points)}
		if i.ID == "filing" {
			*score.Points--
			score.Reason = "材料齐全，走访记录没有编页码"
		}
		total += *score.Points
		review.Scores = append(review.Scores, score)
	}
	review.Total = &total
	w.add("06-19", workflow.RoleLegalityReviewer, review)
}

// fileRectification puts right what the review found.
func (w *walk) fileRectification() {
	w.unit("06-23", decision.BeginRectification{Item: "p1"})
	w.unit("06-24", decision.SubmitRectification{Item: "p1", Rectifier: "承办单位经办人", Done: "已补编页码并核对目录", Evidence: Named("案卷整改情况报告")})
	w.add("06-24", workflow.RoleLegalityReviewer, decision.JudgeRectification{
		Item: "p1", Acceptor: "合法性审查人员", Accepted: new(true), Reason: "页码与目录一致", Evidence: Named("案卷整改验收记录"),
	})
}

// fileSheet is the sheet of the decree, read once; the tests read every sheet
// of the module.
var fileSheet = sync.OnceValue(func() *scoresheet.Sheet {
	sheets, err := scoresheet.Embedded()
	if err != nil {
		return &scoresheet.Sheet{}
	}
	sheet, err := sheets.Named("d713")
	if err != nil {
		return &scoresheet.Sheet{}
	}
	return sheet
})
