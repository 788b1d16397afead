package statistics_test

import (
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/statistics"
	"github.com/juece/juece/workflow/workflowtest"
)

var date = calendar.MustParseDate

// book writes a case down act by act. Nothing is refused: what the rules say
// of it is not what these tests are about.
type book struct {
	t     *testing.T
	id    string
	deeds []workflow.Deed
}

// on records an act on the day it happened.
func (b *book) on(day string, act decision.Act) *workflow.Deed {
	return b.late(day, day, act)
}

// late records an act on a later day.
func (b *book) late(day, recorded string, act decision.Act) *workflow.Deed {
	b.deeds = append(b.deeds, workflow.Deed{
		Ref: decision.Ref{Seq: int64(len(b.deeds) + 1), OccurredOn: date(day), RecordedOn: date(recorded)},
		Act: act,
	})
	return &b.deeds[len(b.deeds)-1]
}

func (b *book) begin(proposed, initiated, category, unit string) {
	b.on(proposed, decision.Propose{Title: "事项" + b.id, Organ: decision.Organ{Name: "县人民政府", Level: "county"}, Category: category})
	b.on(initiated, decision.Initiate{Decider: "行政首长", Reason: "需要"}).Actor.Roles = []decision.Role{workflow.RoleChiefExecutive}
	b.on(initiated, decision.AssignUnits{Units: []decision.AssignedUnit{{Unit: unit, Lead: new(true)}}})
}

func (b *book) tasks(day string, tasks ...decision.ExecutionTask) {
	b.on(day, decision.BreakDownTasks{Tasks: tasks})
}

func (b *book) closed() workflow.Case {
	c := workflowtest.Case(b.t, "d713")
	c.ID = b.id
	return c.Fold(b.deeds)
}

func task(id, unit, due string) decision.ExecutionTask {
	t := decision.ExecutionTask{ID: id, Title: "任务" + id, Unit: unit, Post: "岗位", Person: "执行人员", Measure: "措施"}
	if due != "" {
		t.Due = date(due)
	}
	return t
}

// The scenario is three cases, of which every number below was computed by
// hand, over the first half of 2026.
var half = statistics.Period{From: date("2026-01-01"), To: date("2026-06-30")}

func first(t *testing.T) workflow.Case {
	b := &book{t: t, id: "A"}
	b.begin("2026-01-05", "2026-01-10", "public_policy", "甲局")
	b.on("2026-01-12", decision.DetermineStep{Step: decision.StepExpert, Applies: new(false), Decider: "甲局", Reason: "不属于专业性事项", Ground: "condition_absent"})
	b.on("2026-02-01", decision.OpenComment{Activity: "c1", Draft: 1, StartsOn: date("2026-02-01"), EndsOn: date("2026-02-10"), ShortenedReason: "汛期临近"})
	m := func(title string) decision.Material { return decision.Material{Title: title} }
	b.on("2026-03-02", decision.SubmitForReview{Draft: 1, Reviewer: "县司法局", Procedure: m("程序说明"), Materials: []decision.Material{m("草案"), m("起草说明")}, OpinionDue: date("2026-03-11")})
	b.on("2026-03-04", decision.IssueLegalityOpinion{Draft: 1, Conclusion: "lawful", Read: []string{"sha256:1"}})
	b.tasks("2026-03-01", task("t1", "甲局", "2026-03-31"), task("t2", "乙局", "2026-04-30"), task("t3", "甲局", "2026-09-30"))
	b.on("2026-03-31", decision.CloseTask{Task: "t1"}) // on the very day
	b.on("2026-04-15", decision.UrgeExecution{Unit: "乙局", Task: "t2", Level: "notice"}).Actor.Roles = []decision.Role{workflow.RoleChiefExecutive}
	b.late("2026-05-02", "2026-05-12", decision.CloseTask{Task: "t2"}) // two days late, and recorded ten days later
	return b.closed()
}

func second(t *testing.T) workflow.Case {
	b := &book{t: t, id: "B"}
	b.begin("2025-11-10", "2025-11-20", "public_policy", "乙局")
	b.tasks("2025-12-01", task("t1", "乙局", "2025-12-15"), task("t2", "乙局", "2025-12-20"), task("t3", "乙局", "2025-12-10"))
	b.on("2025-12-10", decision.CloseTask{Task: "t3"}) // over before the period: not of it
	b.on("2026-02-01", decision.CloseTask{Task: "t1"}) // carried over, closed
	b.tasks("2026-04-01", task("t4", "乙局", "2026-05-01"), task("t5", "乙局", "2026-05-05"))
	b.tasks("2026-04-20", task("t4", "乙局", "2026-05-20")) // in time
	b.tasks("2026-05-06", task("t5", "乙局", "2026-06-30")) // too late
	b.on("2026-05-20", decision.CloseTask{Task: "t4"})
	b.on("2026-06-01", decision.CloseTask{Task: "t5"})
	b.on("2026-03-01", decision.OrderCorrection{Item: "z1", Addressee: "乙局", Finding: "报告不及时", Deadline: date("2026-03-15")})
	b.on("2026-03-10", decision.SubmitRectification{Item: "z1", Rectifier: "执行人员"})
	b.late("2026-03-14", "2026-03-20", decision.JudgeRectification{Item: "z1", Accepted: new(true)})
	return b.closed()
}

func third(t *testing.T) workflow.Case {
	b := &book{t: t, id: "C"}
	b.begin("2026-01-20", "2026-02-02", "major_plan", "丙局")
	b.on("2026-02-03", decision.DetermineStep{Step: decision.StepRisk, Applies: new(false), Decider: "丙局", Reason: "已作评估", Ground: "already_assessed"})
	b.on("2026-02-03", decision.DetermineStep{Step: decision.StepExpert, Applies: new(false), Decider: "丙局", Reason: " 不属于专业性事项\n", Ground: "condition_absent"})
	b.tasks("2026-04-10", task("t1", "丙局", "2026-06-15"), task("t2", "丙局", "2026-05-15"), task("t3", "", ""))
	b.on("2026-04-01", decision.OpenRectification{Item: "z1", Source: "self_check", Unit: "丙局", Deadline: date("2026-04-20")})
	b.on("2026-04-15", decision.SubmitRectification{Item: "z1", Rectifier: "执行人员"})
	b.on("2026-04-18", decision.JudgeRectification{Item: "z1", Accepted: new(false)})
	b.on("2026-05-19", decision.ReportProblem{Problem: "p1", Unit: "乙局"})
	b.on("2026-05-20", decision.SuspendExecution{Problem: "p1"}).Actor.Roles = []decision.Role{workflow.RoleChiefExecutive}
	b.on("2026-06-01", decision.ConcludeAdjustment{Case: "D", Outcome: "stopped"})
	return b.closed()
}

func tally(t *testing.T, p statistics.Period, cases ...workflow.Case) statistics.Report {
	t.Helper()
	tally := statistics.Tally{Period: p}
	for _, c := range cases {
		tally.Add(c, date("2026-07-31"))
	}
	return tally.Report()
}
