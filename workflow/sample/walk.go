// Package sample has one decision that goes the whole way from proposal to the
// end of its execution: for demonstrations, and for tests that say only what matters to
// them. Its actors are roles; it names no person.
package sample

import (
	"bytes"
	"fmt"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// Step is one act of the walk.
type Step struct {
	Act     decision.Act
	Actor   decision.Actor
	On      calendar.Date
	Reasons map[string]string
	// Opinions, where there are any, are received before the act, which
	// commits to them.
	Opinions []decision.Opinion
	// Files are the contents of the materials that the act names.
	Files []workflow.Material
}

// Names of the sample.
const (
	LeadUnit   = "县城市管理局"
	SecondUnit = "县生态环境局"
	Reviewer   = "县司法局"
	// SuperiorOrgan is the organ above the deciding one.
	SuperiorOrgan = "市人民政府"
)

// Organ returns the deciding organ under a pack.
func Organ(pack string) decision.Organ {
	switch pack {
	case "strict-five", "d713-department":
		return decision.Organ{Name: LeadUnit, Level: "department"}
	case "d713-township":
		return decision.Organ{Name: "乡人民政府", Level: "township"}
	}
	return decision.Organ{Name: "县人民政府", Level: "county"}
}

// Actor returns the actor who holds a role in the sample.
func Actor(pack string, role decision.Role) decision.Actor {
	a := decision.Actor{Organ: Organ(pack).Name, Roles: []decision.Role{role}}
	switch role {
	case workflow.RoleUndertakingUnit:
		a.ID, a.Unit = "承办单位经办人", LeadUnit
	case workflow.RoleLegalityReviewer:
		a.ID, a.Unit = "合法性审查人员", Reviewer
	case workflow.RoleLegalAdviser:
		a.ID = "法律顾问甲"
	case workflow.RoleChiefExecutive:
		a.ID = "行政首长"
	case workflow.RoleMeetingSecretary:
		a.ID = "会议秘书"
	case workflow.RoleGovOffice:
		a.ID = "办公室经办人"
	case workflow.RoleArchivist:
		a.ID = "档案管理员"
	case workflow.RoleAuditor:
		a.ID = "审计人员"
	case workflow.RoleExecutingUnit:
		a.ID, a.Unit = "执行单位经办人", LeadUnit
	case workflow.RoleEvaluator:
		a.ID, a.Unit = "评估人员", Evaluator
	case workflow.RoleSupervisor:
		a.ID, a.Organ, a.Supervises = "督查人员", SuperiorOrgan, []string{Organ(pack).Name}
	case workflow.RolePublic:
		a.ID = "公众甲"
	default:
		a.ID = "身份:" + string(role)
	}
	return a
}

// Members of the sample meeting; the first is the chief executive.
var members = []string{"行政首长", "组成人员甲", "组成人员乙", "组成人员丙", "组成人员丁"}

// File returns a material with a title and the content it stands for.
func File(title string) (decision.Material, workflow.Material) {
	content := []byte(title + "\n")
	digest := history.MaterialDigest(content)
	return decision.Material{Digest: string(digest), Title: title},
		workflow.Material{Digest: digest, MediaType: "text/plain; charset=utf-8", Name: title, Content: bytes.NewReader(content)}
}

// Named returns the material of a title.
func Named(title string) decision.Material {
	m, _ := File(title)
	return m
}

// Walk returns the acts of one decision under the packs of the decree, from proposal to the end of its execution, in order.
func Walk(pack string) []Step {
	w := &walk{pack: pack}
	w.initiation()
	w.drafting()
	w.comment()
	w.hearing()
	w.experts()
	w.opinions()
	w.assessments()
	w.review()
	w.meeting()
	w.issue()
	w.execution()
	return w.steps
}

// Before returns the steps of the walk that come before the first act of a
// kind.
func Before(pack string, kind decision.Kind) []Step {
	steps := Walk(pack)
	for i, s := range steps {
		if s.Act.Kind() == kind {
			return steps[:i]
		}
	}
	return steps
}

// Without returns the walk without the acts of the kinds.
func Without(steps []Step, kinds ...decision.Kind) []Step {
	var kept []Step
	for _, s := range steps {
		leave := false
		for _, k := range kinds {
			leave = leave || s.Act.Kind() == k
		}
		if !leave {
			kept = append(kept, s)
		}
	}
	return kept
}

type walk struct {
	pack  string
	steps []Step
}

func (w *walk) add(day string, role decision.Role, act decision.Act) {
	s := Step{Act: act, Actor: Actor(w.pack, role), On: calendar.MustParseDate("2026-" + day)}
	for _, m := range decision.Materials(act) {
		_, file := File(m.Title)
		s.Files = append(s.Files, file)
	}
	w.steps = append(w.steps, s)
}

func (w *walk) unit(day string, act decision.Act) { w.add(day, workflow.RoleUndertakingUnit, act) }

func date(day string) calendar.Date { return calendar.MustParseDate("2026-" + day) }

func draftText(version int) decision.Material {
	return Named(fmt.Sprintf("决策草案第%d版", version))
}

func explanation(version int) decision.Material {
	return Named(fmt.Sprintf("起草说明第%d版", version))
}

func channels() []decision.Channel {
	return []decision.Channel{
		{Kind: "government_site", Name: "县人民政府网站", URL: "https://example.gov.cn/notice/1"},
		{Kind: "gazette", Name: "县人民政府公报"},
		{Kind: "notice_board", Name: "政务公开栏"},
	}
}

func (w *walk) initiation() {
	w.unit("03-02", decision.Propose{
		Title: "县城区餐饮油烟污染防治办法", Organ: Organ(w.pack), Category: "public_policy", CategoryReason: "环境保护方面的重大公共政策",
		Exclusion: "none", Source: "department", Proposer: LeadUnit, InWriting: new(true),
		Problem: "城区餐饮油烟投诉集中", Reasons: "现有措施不能解决问题", Basis: "大气污染防治法第八十一条",
		Solution: "分区管理，限期安装净化设施", Feasibility: "必要且可行，经费已测算",
	})
	w.add("03-04", workflow.RoleGovOffice, decision.StudyProposal{Unit: "县政府办公室", Conclusion: "建议启动决策程序", Report: Named("建议研究论证报告")})
	w.add("03-05", workflow.RoleChiefExecutive, decision.Initiate{Decider: members[0], Reason: "事关群众切身利益，属于重大公共政策"})
	w.add("03-06", workflow.RoleGovOffice, decision.AssignUnits{Units: []decision.AssignedUnit{
		{Unit: LeadUnit, Lead: new(true)}, {Unit: SecondUnit, Lead: new(false)},
	}})
}

func (w *walk) drafting() {
	w.unit("03-09", decision.CiteCatalogue{
		Year: 2026, Version: 2, Entry: "第7项", Committee: "县委", ConsentRef: "县委常委会会议纪要", ConsentedOn: date("02-10"), PublishedOn: date("02-12"),
		Adjusted: "年中增补", Steps: []decision.Step{decision.StepExpert, decision.StepLegality},
	})
	w.unit("03-10", decision.RecordInvestigation{Unit: LeadUnit, Summary: "走访餐饮单位六十家", Report: Named("调研报告")})
	w.unit("03-10", decision.IdentifyAffected{
		Units: []string{"县财政局", "县市场监督管理局"}, Groups: []string{"餐饮经营者"},
		VitalInterests: new(true), WideDivergence: new(true), PublicConcern: new(true),
	})
	for _, step := range []decision.Step{decision.StepExpert, decision.StepRisk, decision.StepCompetition, decision.StepParty} {
		w.unit("03-11", decision.DetermineStep{Step: step, Applies: new(true), Decider: LeadUnit, Reason: "符合规定的适用条件"})
	}
	w.unit("03-11", decision.DetermineStep{
		Step: decision.StepCongress, Applies: new(false), Decider: LeadUnit, Ground: "condition_absent",
		Reason: "不属于人大讨论决定或者应当报告的事项",
	})
	w.unit("03-12", decision.SubmitDraft{
		Draft: 1, Text: draftText(1), Explanation: explanation(1),
		LegalBasis: []decision.LegalBasis{{Title: "中华人民共和国大气污染防治法", Article: "第八十一条", Status: "in_force"}},
	})
	for _, u := range []string{"县财政局", "县市场监督管理局"} {
		w.unit("03-13", decision.ConsultUnit{Unit: u, Draft: 1, ReplyBy: date("03-20"), Letter: Named("征求意见函：" + u)})
	}
	w.unit("03-18", decision.RecordReply{Unit: "县财政局", Draft: 1, Position: "disagree", Text: "补贴资金未列入预算"})
	w.unit("03-19", decision.RecordReply{Unit: "县市场监督管理局", Draft: 1, Position: "agree"})
	w.unit("03-20", decision.StateDispute{
		Units: []string{"县财政局"}, Questions: "补贴资金来源", UnitViews: "未列入预算，不同意补贴",
		OwnView: "从污染防治资金中安排", Reasons: "资金管理办法第六条允许",
	})
}

func (w *walk) comment() {
	w.unit("03-16", decision.OpenComment{
		Activity: "c1", Draft: 1, Text: draftText(1), Explanation: explanation(1), Channels: channels(),
		HowTo: "信函寄县城市管理局，或者在网站留言", StartsOn: date("03-16"), EndsOn: date("04-16"),
	})
}

func (w *walk) hearing() {
	w.unit("03-18", decision.AnnounceHearing{
		Activity: "h1", Draft: 1, Text: draftText(1), Explanation: explanation(1), Channels: channels(),
		HearingOn: date("04-10"), Place: "县政务服务中心", Sides: []string{"居民", "经营者"}, Selection: new(true),
	})
	w.unit("03-18", decision.PublishSelectionMethod{Activity: "h1", Method: "按报名顺序，居民、经营者各半", Channels: channels()})
	w.unit("03-27", decision.PublishParticipants{
		Activity: "h1", SelectedOn: date("03-26"), Channels: channels(),
		Participants: []decision.Participant{{ID: "1", Side: "居民"}, {ID: "2", Side: "经营者"}},
	})
	w.unit("04-02", decision.DeliverMaterials{Activity: "h1", Deliveries: []decision.Delivery{
		{Participant: "1", On: date("04-01")}, {Participant: "2", On: date("04-02")},
	}})
	w.unit("04-03", decision.ConsultGroup{Group: "餐饮经营者", With: []string{"trade_association"}, Draft: 1, Summary: "建议延长安装期限", Record: Named("协商记录")})
	w.unit("04-08", decision.HearPublic{Activity: "f1", Method: "forum", Draft: 1, People: new(12), Summary: "总体赞成", Record: Named("座谈会纪要")})
	w.unit("04-10", decision.HoldHearing{
		Activity: "h1", Host: "听证主持人", Public: new(true), Record: Named("听证笔录"),
		Agenda: []string{"presentation", "statements", "questions", "debate", "confirmation"},
		Attendance: []decision.Attendance{
			{Participant: "1", Present: new(true), Signature: "signed"}, {Participant: "2", Present: new(true), Signature: "refused"},
		},
	})
}

func (w *walk) experts() {
	w.unit("03-20", decision.EngageExpert{
		Expert: "专家甲", Type: "person", Field: "大气环境", ChosenBecause: "专业对口", DirectInterest: new(false), Secrecy: new(true),
		Pool: &decision.Pool{ID: "市级决策咨询专家库", Owner: "市人民政府", Status: "active"},
	})
	w.unit("03-20", decision.EngageExpert{Expert: "环境研究机构", Type: "body", Field: "环境工程", ChosenBecause: "曾持不同意见", DirectInterest: new(false), Secrecy: new(true)})
	w.unit("04-07", decision.FileExpertOpinion{
		Expert: "专家甲", Draft: 1, Form: "meeting", Topics: []string{"necessity", "feasibility"}, Stance: "favour",
		Summary: "必要、可行", Text: Named("专家甲论证意见"), Read: []string{draftText(1).Digest}, Signed: new(true), Sealed: new(false),
	})
	w.unit("04-07", decision.FileExpertOpinion{
		Expert: "环境研究机构", Draft: 1, Form: "written", Topics: []string{"soundness"}, Stance: "conditional",
		Summary: "限值应分类规定", Text: Named("环境研究机构论证意见"), Read: []string{draftText(1).Digest}, Signed: new(false), Sealed: new(true),
	})
	w.unit("04-09", decision.DisposeExpertOpinion{Expert: "专家甲", Disposition: "adopted", Reason: "与草案一致"})
	w.unit("04-09", decision.DisposeExpertOpinion{Expert: "环境研究机构", Disposition: "partly", Reason: "分两类规定限值"})
}

func (w *walk) opinions() {
	w.unit("04-17", decision.CloseComment{Activity: "c1", Received: new(2)})
	digests := []history.Digest{history.OpinionDigest([]byte("1")), history.OpinionDigest([]byte("2"))}
	root, _ := history.Root(digests) // two well-formed digests
	w.unit("04-17", decision.CommitOpinions{First: 1, Last: 2, Root: string(root)})
	w.steps[len(w.steps)-1].Opinions = []decision.Opinion{
		{Activity: "c1", Channel: "web", Verification: "real_name", Author: "居民一", Text: "支持，希望尽快实施"},
		{Activity: "c1", Channel: "letter", Verification: "contact_given", Author: "经营者一", Text: "安装期限太短"},
	}
	w.unit("04-18", decision.DisposeOpinions{Groups: []decision.OpinionGroup{
		{Opinions: []decision.Range{{From: 1, To: 1}}, Summary: "支持实施", Disposition: "adopted"},
		{Opinions: []decision.Range{{From: 2, To: 2}}, Summary: "延长期限", Disposition: "not_adopted", Reason: "已有六个月过渡期"},
	}})
	w.unit("04-20", decision.SubmitDraft{
		Draft: 2, Text: draftText(2), Explanation: explanation(2), Changes: "按论证意见分类规定限值",
		LegalBasis: []decision.LegalBasis{{Title: "中华人民共和国大气污染防治法", Article: "第八十一条", Status: "in_force"}},
	})
	w.unit("04-21", decision.StateAdoption{Activity: "c1", Received: new(2), Statement: "采纳一条，一条不采纳并说明理由", Published: channels(), On: date("04-21")})
}

func (w *walk) assessments() {
	w.unit("04-22", decision.FileRiskAssessment{
		Assessor: "风险评估机构", Draft: 2, ThirdParty: new(true), Methods: []string{"key_visits", "qualitative"},
		Points:    []decision.RiskPoint{{Risk: "经营者集中信访", Measures: []string{"分期实施", "设咨询窗口"}}},
		NoneFound: new(false), Plan: "启动信访联席会商", Departments: []string{"县公安局", "县信访局"}, Level: "低风险",
		Controllable: new(true), Report: Named("风险评估报告"),
	})
	w.unit("04-22", decision.FileCompetitionReview{
		Reviewer: "县市场监督管理局", ReviewerType: "market_regulator", Draft: 2, Conclusion: "no_issue",
		Heard: []string{"县餐饮行业协会"}, Text: Named("公平竞争审查结论"),
	})
}

func (w *walk) review() {
	w.unit("04-23", decision.SubmitForReview{
		Draft: 2, Reviewer: Reviewer, Procedure: Named("履行法定程序情况说明"), OpinionDue: date("05-08"),
		Materials: []decision.Material{draftText(2), explanation(2), Named("依据文件汇编")},
	})
	reviewer := func(day string, act decision.Act) { w.add(day, workflow.RoleLegalityReviewer, act) }
	reviewer("04-24", decision.RequestSupplement{Draft: 2, Items: []string{"听证笔录"}, Reason: "程序材料不全"})
	w.unit("04-27", decision.SupplementPackage{Draft: 2, Materials: []decision.Material{Named("听证笔录")}, OpinionDue: date("05-11")})
	reviewer("04-28", decision.EngageCounsel{
		Counsel: "法律顾问甲", Type: "legal_adviser", From: date("01-01"), To: date("12-31"), Scope: []string{"decision", "contract"}, Conflict: new(false),
	})
	w.add("05-07", workflow.RoleLegalAdviser, decision.FileCounselOpinion{
		Counsel: "法律顾问甲", Type: "legal_adviser", Draft: 2, Summary: "罚则须与上位法一致", Text: Named("法律意见书"), Read: []string{draftText(2).Digest},
	})
	conforms := func(basis string) decision.Head { return decision.Head{Finding: "conforms", Basis: basis} }
	reviewer("05-08", decision.IssueLegalityOpinion{
		Reviewer: Reviewer, Name: "合法性审查人员", Draft: 2, Powers: conforms("属于县级人民政府职权"), Procedure: conforms("已履行公众参与、专家论证、风险评估"),
		Content:    decision.Head{Finding: "conforms_after_changes", Basis: "第十二条罚款幅度超过上位法"},
		Conclusion: "lawful_after_changes", Comments: []decision.ReviewComment{{No: 1, Text: "删去第十二条罚款规定"}},
		Read: []string{draftText(2).Digest}, Text: Named("合法性审查意见书"),
	})
	w.unit("05-09", decision.SubmitDraft{
		Draft: 3, Text: draftText(3), Explanation: explanation(3), Changes: "按审查意见删去第十二条",
		LegalBasis: []decision.LegalBasis{{Title: "中华人民共和国大气污染防治法", Article: "第八十一条", Status: "in_force"}},
	})
	w.unit("05-09", decision.RespondToReview{Draft: 3, Responses: []decision.ReviewResponse{{No: 1, Answer: "accepted", Text: "已删去"}}})
	reviewer("05-11", decision.ConfirmStillStands{Draft: 3, Reviewer: Reviewer, Name: "合法性审查人员", Verified: new(true), Reason: "修改符合审查意见"})
}

func (w *walk) meeting() {
	forum := "executive_meeting"
	switch w.pack {
	case "strict-five", "d713-department":
		forum = "directors_meeting"
	case "d713-township":
		forum = "township_meeting"
	}
	w.unit("05-12", decision.PlaceOnAgenda{
		Draft: 3, Forum: forum, MeetingOn: date("05-15"), Dossier: []decision.Material{
			draftText(3), explanation(3), Named("公平竞争审查结论"), Named("风险评估报告"), Named("合法性审查意见书"),
		},
	})
	secretary := func(act decision.Act) { w.add("05-15", workflow.RoleMeetingSecretary, act) }
	open := decision.OpenMeeting{Forum: forum, Number: "第8次会议", Draft: 3, Chief: members[0], Observers: []string{Reviewer}}
	for _, m := range members {
		open.Members = append(open.Members, decision.Member{ID: m, Present: new(true)})
	}
	secretary(open)
	for i, m := range append(members[1:len(members):len(members)], members[0]) {
		s := decision.RecordStatement{Member: m, Position: "agree", Text: "同意"}
		if i == 0 {
			s.Position, s.Text = "disagree", "过渡期应为一年，否则经营者负担过重"
		}
		secretary(s)
	}
	secretary(decision.Decide{Draft: 3, Decider: members[0], Outcome: "adopted", Conclusion: "原则通过，按程序印发"})
	secretary(decision.SignMinutes{Author: "会议秘书", Signers: []string{members[0], "会议秘书"}, Minutes: Named("会议记录")})
}

func (w *walk) issue() {
	office := func(day string, act decision.Act) { w.add(day, workflow.RoleGovOffice, act) }
	office("05-18", decision.ReportToParty{Committee: "县委", RepliedOn: date("05-18"), Result: "approved", Letter: Named("请示及批复")})
	office("05-18", decision.AssignExecution{Units: []string{LeadUnit, SecondUnit}})
	office("05-19", decision.ReviewSecrecy{Reviewer: "办公室保密审查人员", Result: "clear", Reason: "不涉密"})
	office("05-20", decision.Publish{Text: Named("决策公布文本"), DocumentNumber: "〔2026〕8号", Channels: channels(), ExplainsAdoption: new(true)})
	var items []decision.ArchiveItem
	seen := map[string]bool{}
	for _, s := range w.steps {
		for _, m := range decision.Materials(s.Act) {
			if !seen[m.Digest] {
				seen[m.Digest] = true
				items = append(items, decision.ArchiveItem{Title: m.Title, Digest: m.Digest, Producer: LeadUnit, On: s.On, Act: s.Act.Kind(), Retention: "permanent"})
			}
		}
	}
	w.add("05-29", workflow.RoleArchivist, decision.ArchiveCase{Archivist: "档案管理员", Items: items})
}
