package reading_test

import (
	"reflect"
	"regexp"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

// world is what histories are made of.
type world struct {
	walk  []workflow.Deed
	spare []decision.Act // acts that the walk does not have
	aims  []aim          // histories that chance would seldom find
	sites [][]site       // of the fields that have few values, by path
	names []string       // that occur in the walk
	who   []decision.Actor
}

// site is one field of the walk.
type site struct {
	seq   int64
	field int // its place among the fields of the act
}

// newWorld reads the walk.
func newWorld() world {
	var w world
	for i, s := range sample.Walk("d713") {
		w.walk = append(w.walk, workflow.Deed{Ref: decision.Ref{Seq: int64(i + 1), OccurredOn: s.On, Actor: s.Actor}, Act: s.Act})
		if !slices.ContainsFunc(w.who, func(a decision.Actor) bool { return a.ID == s.Actor.ID }) {
			w.who = append(w.who, s.Actor)
		}
		w.names = append(w.names, s.Actor.ID)
		for _, f := range fields(reflect.ValueOf(&s.Act).Elem(), "") {
			if f.name() {
				w.names = append(w.names, f.v.String())
			}
		}
	}
	w.findSites()
	w.aim()
	slices.Sort(w.names)
	w.names = slices.Compact(w.names)
	w.spare = spareActs()
	return w
}

// aim is a history to begin with instead of the walk.
type aim struct {
	name  string
	deeds []workflow.Deed
}

// aim makes the histories that break what single changes of the walk seldom
// do.
func (w *world) aim() {
	with := func(name string, kind decision.Kind, act decision.Act) {
		i := slices.IndexFunc(w.walk, func(d workflow.Deed) bool { return d.Act.Kind() == kind })
		deeds := slices.Clone(w.walk)
		deeds[i].Act = act
		w.aims = append(w.aims, aim{name, deeds})
	}
	with("the reviewer only replied", "issue_legality_opinion", decision.RecordReply{Unit: sample.Reviewer, Draft: 2, Position: "agree"})
	with("the reviewer drafts", "assign_units", decision.AssignUnits{Units: []decision.AssignedUnit{{Unit: sample.Reviewer, Lead: new(true)}}})
	with("the assessor evaluates", "order_evaluation", decision.OrderEvaluation{
		Trigger: "many_opinions", Evaluator: "风险评估机构", Commissioned: new(true), Decider: "行政首长", Reason: "有意见",
	})
	with("competition suffers", "file_competition_review", decision.FileCompetitionReview{
		Reviewer: "县市场监督管理局", ReviewerType: "market_regulator", Draft: 2, Conclusion: "fails", Text: sample.Named("公平竞争审查结论"),
	})
	smooth := slices.Clone(w.walk)
	for _, kind := range []decision.Kind{"urge_execution", "report_problem", "handle_problem", "suspend_execution", "resume_execution", "report_progress"} {
		smooth = dropKind(smooth, kind)
	}
	w.aims = append(w.aims, aim{"nothing went wrong", smooth})
	with("the notice comes after its end", "open_comment", decision.OpenComment{
		Activity: "c1", Draft: 1, StartsOn: calendar.MustParseDate("2026-02-01"), EndsOn: calendar.MustParseDate("2026-03-14"),
	})
	with("the rectifier accepts", "submit_rectification", decision.SubmitRectification{Item: "z1", Rectifier: "办公室经办人", Done: "已报告"})
}

// findSites lists the fields with few values, and the names, each kind of
// field once, however often the walk has it.
func (w *world) findSites() {
	at := map[string]int{}
	for _, d := range w.walk {
		act := addressable(reflect.ValueOf(d.Act))
		for n, f := range inside(nil, act, string(d.Act.Kind()), "") {
			if !f.telling() && !f.name() {
				continue
			}
			path := regexp.MustCompile(`\[\d+\]`).ReplaceAllString(f.path, "")
			i, known := at[path]
			if !known {
				i = len(w.sites)
				at[path] = i
				w.sites = append(w.sites, nil)
			}
			w.sites[i] = append(w.sites[i], site{d.Seq, n})
		}
	}
}

// spareActs are well-formed acts of the kinds that the walk does without.
func spareActs() []decision.Act {
	on := calendar.MustParseDate("2026-05-18")
	file := sample.Named("附件")
	return []decision.Act{
		decision.Decline{Decider: "行政首长", Reason: "条件不成熟"},
		decision.Withdraw{Decider: "行政首长", Reason: "情况变化"},
		decision.HearPublic{Activity: "c2", Method: "forum", Draft: 2, People: new(12), Summary: "座谈", Record: file},
		decision.RelyOnAssessment{Earlier: "环境影响评价", Rules: "环境影响评价法", Assessor: "风险评估机构", Draft: 2, Scope: "大气", CoversRisk: new(true), Controllable: new(true), Report: file},
		decision.ReturnPackage{Draft: 2, Reason: "缺少依据"},
		decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能与将来的规定不一致"}},
		decision.RecordCongressAct{Form: "report", Body: "县人大常委会", ActedOn: on, Reference: "1号", Result: "received"},
		decision.WithholdPublication{Ground: "state_secret", LegalBasis: "保守国家秘密法", Decider: "行政首长", Reason: "涉密"},
		decision.OpenAdjustment{Case: "a1", Aim: "change", Scope: "期限", Decider: "行政首长", Reason: "供货不足"},
		decision.ConcludeAdjustment{Case: "a1", Outcome: "changed", Entry: 9, Digest: file.Digest, Reason: "新决策已公布"},
		decision.ReviewCaseFile{Sheet: "s", SheetDigest: file.Digest, Reviewer: "评查人员", Findings: []decision.SheetFinding{{Item: "z2", Of: "1", Finding: "缺页", Unit: sample.LeadUnit, Person: "执行人员甲", Deadline: on, Measure: "补齐"}}},
		decision.ConcludeReview{Draft: 3, Outcome: "issued", Reason: "已印发"},
		decision.CorrectMinutes{Corrects: 60, Was: "同意", Is: "不同意", Reason: "笔误", Signers: []string{"行政首长", "会议秘书"}},
		decision.FileForRecord{With: "市人民政府", FiledOn: on},
		decision.DetermineStep{Step: decision.StepParticipation, Applies: new(false), Decider: sample.LeadUnit, Ground: "lawfully_non_public", Reason: "涉密"},
		decision.DetermineStep{Step: decision.StepCongress, Applies: new(true), Decider: sample.LeadUnit, Reason: "应当报告"},
		decision.CorrectClerical{Where: "第三条", Was: "六月底前不得排放", Is: "七月底前不得排放", Decider: "行政首长", Reason: "笔误"},
		decision.HandleProblem{Problem: "p1", Handling: "evaluate", Decider: "行政首长", Reason: "效果不明"},
		decision.SuspendExecution{Problem: "p1", Decider: "行政首长", Urgency: "汛期"},
		decision.LinkCase{Case: "n1", Object: "normative_document", Title: "实施办法"},
	}
}
