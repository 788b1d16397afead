package statistics_test

import (
	"reflect"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/statistics"
)

func rate(count, of int64) statistics.Rate { return statistics.Rate{Count: count, Of: of} }

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n%+v, want\n%+v", what, got, want)
	}
}

func TestClosureOfThreeCases(t *testing.T) {
	t.Parallel()
	got := tally(t, half, first(t), second(t), third(t)).Closure
	same(t, "tasks", got.Tasks, statistics.ClosureCounts{
		Filed: 8, DueToClose: 7, CarriedOver: 2, ClosedOnTime: 2, Closed: 5, Open: 2,
		OnTimeRate: rate(2, 7), ClosureRate: rate(5, 7),
		Extended: 1, ExtendedLate: 1, Lapsed: 1, Undated: 1,
	})
	same(t, "rectifications", got.Rectifications, statistics.ClosureCounts{
		Filed: 2, DueToClose: 2, ClosedOnTime: 1, Closed: 1, Open: 1,
		OnTimeRate: rate(1, 2), ClosureRate: rate(1, 2), RecordedLater: 1,
	})
	same(t, "together", got.Together, statistics.ClosureCounts{
		Filed: 10, DueToClose: 9, CarriedOver: 2, ClosedOnTime: 3, Closed: 6, Open: 3,
		OnTimeRate: rate(3, 9), ClosureRate: rate(6, 9),
		RecordedLater: 1, Extended: 1, ExtendedLate: 1, Lapsed: 1, Undated: 1,
	})
	if text := got.Together.OnTimeRate.String() + " " + got.Together.ClosureRate.String(); text != "33.33% 66.67%" {
		t.Error(text)
	}
	same(t, "units", got.Units, []statistics.UnitClosure{
		{Unit: "", Counts: statistics.ClosureCounts{Filed: 1, Undated: 1}},
		{Unit: "丙局", Counts: statistics.ClosureCounts{
			Filed: 3, DueToClose: 2, Open: 2, Lapsed: 1, OnTimeRate: rate(0, 2), ClosureRate: rate(0, 2),
		}},
		{Unit: "乙局", Counts: statistics.ClosureCounts{
			Filed: 4, DueToClose: 6, CarriedOver: 2, ClosedOnTime: 2, Closed: 5, Open: 1,
			OnTimeRate: rate(2, 6), ClosureRate: rate(5, 6), RecordedLater: 1, Extended: 1, ExtendedLate: 1,
		}},
		{Unit: "甲局", Counts: statistics.ClosureCounts{
			Filed: 2, DueToClose: 1, ClosedOnTime: 1, Closed: 1, OnTimeRate: rate(1, 1), ClosureRate: rate(1, 1),
		}},
	})
	if got.UnitCount != 3 {
		t.Errorf("%d units", got.UnitCount)
	}
}

// The same items seen from other periods.
func TestWhatIsDueDependsOnThePeriod(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		period statistics.Period
		want   statistics.ClosureCounts // of the tasks of B
	}{
		"the year before, not knowing what came later": {
			statistics.Period{From: date("2025-01-01"), To: date("2025-12-31")},
			statistics.ClosureCounts{Filed: 3, DueToClose: 3, ClosedOnTime: 1, Closed: 1, Open: 2, OnTimeRate: rate(1, 3), ClosureRate: rate(1, 3)},
		},
		"all time": {
			statistics.Period{},
			statistics.ClosureCounts{Filed: 5, DueToClose: 5, ClosedOnTime: 2, Closed: 4, Open: 1, OnTimeRate: rate(2, 5), ClosureRate: rate(4, 5), Extended: 1, ExtendedLate: 1},
		},
		"February: only what was overdue": {
			statistics.Period{From: date("2026-02-01"), To: date("2026-02-28")},
			statistics.ClosureCounts{DueToClose: 2, CarriedOver: 2, Closed: 1, Open: 1, OnTimeRate: rate(0, 2), ClosureRate: rate(1, 2)},
		},
		"March: closed in February is over": {
			statistics.Period{From: date("2026-03-01"), To: date("2026-03-31")},
			statistics.ClosureCounts{DueToClose: 1, CarriedOver: 1, Open: 1, OnTimeRate: rate(0, 1), ClosureRate: rate(0, 1)},
		},
		"a period that has not begun": {
			statistics.Period{From: date("2027-01-01"), To: date("2027-12-31")},
			statistics.ClosureCounts{},
		},
		"before anything was due": {
			statistics.Period{From: date("2025-11-01"), To: date("2025-11-30")},
			statistics.ClosureCounts{},
		},
		"a period that goes on: nothing is due before its day": {
			statistics.Period{From: date("2026-07-01"), To: date("2026-12-31")},
			statistics.ClosureCounts{DueToClose: 1, CarriedOver: 1, Open: 1, OnTimeRate: rate(0, 1), ClosureRate: rate(0, 1)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, "tasks", tally(t, c.period, second(t)).Closure.Tasks, c.want)
		})
	}
	later := tally(t, statistics.Period{From: date("2026-07-01"), To: date("2026-12-31")}, first(t)).Closure.Tasks
	if later.DueToClose != 0 || later.OnTimeRate.String() != "—" {
		t.Errorf("due in September, counted in July: %+v", later)
	}
}

func TestCasesAndStepsOfThreeCases(t *testing.T) {
	t.Parallel()
	got := tally(t, half, first(t), second(t), third(t))
	same(t, "cases", got.Cases, statistics.CaseCounts{
		Counted:    3,
		ByEvidence: []statistics.Count{{ID: "live", Count: 3}},
		ByStage:    []statistics.Count{{ID: "proposed", Count: 3}},
		ByOrgan:    []statistics.Count{{ID: "县人民政府", Count: 3}},
		Untold:     []statistics.Count{},
		Proposed:   2, Initiated: 2, Procedures: 2,
		ByCategory: []statistics.Count{{ID: "major_plan", Count: 1}, {ID: "public_policy", Count: 1}},
		ByLeadUnit: []statistics.Count{{ID: "丙局", Count: 1}, {ID: "甲局", Count: 1}},
	})
	steps := map[decision.Step]statistics.StepCounts{}
	for _, s := range got.Steps {
		if s.Applied+s.Skipped+s.Undetermined != got.Cases.Procedures {
			t.Errorf("%s does not add up: %+v", s.Step, s)
		}
		steps[s.Step] = s
	}
	none := []statistics.GroundCounts{}
	same(t, "expert", steps[decision.StepExpert], statistics.StepCounts{
		Step: decision.StepExpert, Skipped: 2,
		Grounds: []statistics.GroundCounts{{Ground: "condition_absent", Count: 2, Reasons: []statistics.Count{{ID: "不属于专业性事项", Count: 2}}}},
	})
	same(t, "risk", steps[decision.StepRisk], statistics.StepCounts{
		Step: decision.StepRisk, Skipped: 1, Undetermined: 1,
		Grounds: []statistics.GroundCounts{{Ground: "already_assessed", Count: 1, Reasons: []statistics.Count{{ID: "已作评估", Count: 1}}}},
	})
	same(t, "legality", steps[decision.StepLegality], statistics.StepCounts{Step: decision.StepLegality, Applied: 2, Performed: 1, Grounds: none})
}

func TestCommentsReviewsAndHeadOfThreeCases(t *testing.T) {
	t.Parallel()
	got := tally(t, half, first(t), second(t), third(t))
	same(t, "comments", got.Comments, statistics.CommentCounts{
		Rounds: 1, Shortened: 1, Reasoned: 1,
		List: []statistics.ShortPeriod{{Case: "A", Matter: "事项A", Activity: "c1", Days: 10, Required: 30, Reason: "汛期临近"}},
	})
	one := func(n int) statistics.Distribution {
		return statistics.Distribution{N: 1, Min: new(n), Median: new(n), P90: new(n), Max: new(n)}
	}
	r := got.Reviews
	same(t, "taken", r.Taken, one(2)) // Tuesday and Wednesday
	same(t, "given", r.Given, one(7)) // to Wednesday of the next week
	same(t, "materials", r.Materials, one(3))
	same(t, "read", r.Read, one(1))
	if len(r.Histogram) != 17 || r.Histogram[16].Days != ">15" || r.Reviews != 1 || r.Provisional != 0 {
		t.Errorf("%+v", r)
	}
	same(t, "histogram", r.Histogram[2], statistics.ReviewBucket{Days: "2", Reviews: 1, Materials: 3, Read: 1})
	same(t, "head", got.Head, statistics.HeadCounts{
		Acts: 4, ByKind: []statistics.Count{{ID: "initiate", Count: 2}, {ID: "suspend_execution", Count: 1}, {ID: "urge_execution", Count: 1}},
		Urgings: 1, HeadUrged: 1, ByLevel: []statistics.Count{{ID: "notice", Count: 1}},
		Suspended: 1, ByUnit: []statistics.Count{{ID: "乙局", Count: 1}},
	})
	// 11 acts of A, 9 of B and 12 of C were recorded in the period.
	same(t, "late", got.Late, statistics.LateCounts{
		Acts: 32, SameDay: 30, WithinWeek: 1, WithinMonth: 1, Late: 2,
		Largest: &statistics.LateEntry{Case: "A", Seq: 11, Act: "close_task", Days: 10},
	})
	patient := statistics.Tally{Period: half, LateAfter: 6}
	patient.Add(second(t), date("2026-07-31"))
	if l := patient.Report().Late; l.Late != 0 || l.WithinWeek != 1 || l.After != 6 || l.Largest != nil {
		t.Errorf("six days are allowed: %+v", l)
	}
}

// The counts by rule are those of the evaluator and no others.
func TestRulesAreCountedAsTheEvaluatorJudges(t *testing.T) {
	t.Parallel()
	on := date("2026-07-31")
	a, c := first(t), third(t)
	want := map[string]map[workflow.Status]int64{}
	for _, f := range append(workflow.Evaluate(a, on), workflow.Evaluate(c, on)...) {
		if want[f.Rule] == nil {
			want[f.Rule] = map[workflow.Status]int64{}
		}
		want[f.Rule][f.Status]++
	}
	rows := tally(t, half, a, second(t), c).Rules
	if len(rows) != len(want) || len(rows) < 50 {
		t.Fatalf("%d rules, want %d", len(rows), len(want))
	}
	order := workflow.Rules()
	for _, r := range rows {
		got := map[workflow.Status]int64{
			workflow.Satisfied: r.Satisfied, workflow.Violated: r.Violated,
			workflow.NotEvidenced: r.NotEvidenced, workflow.NotApplicable: r.NotApplicable,
		}
		for status, n := range got {
			if n != want[r.Rule][status] {
				t.Errorf("%s %s: %d, want %d", r.Rule, status, n, want[r.Rule][status])
			}
		}
		for order[0].ID != r.Rule {
			order = order[1:]
			if len(order) == 0 {
				t.Fatalf("%s is out of order", r.Rule)
			}
		}
		if r.Rule == "R15.1" {
			same(t, "departures", []any{r.Departures, r.Reasons}, []any{int64(1), []statistics.Count{{ID: "汛期临近", Count: 1}}})
		}
	}
}

func TestAZeroTallyReports(t *testing.T) {
	t.Parallel()
	var zero statistics.Tally
	r := zero.Report()
	if r.Closure.Together.OnTimeRate.String() != "—" || r.Cases.Counted != 0 || len(r.Steps) != 8 || r.Reviews.Taken.N != 0 || r.Reviews.Taken.Median != nil {
		t.Errorf("%+v", r)
	}
}

// A file that does not tell when the procedure was initiated is placed by the
// first day it tells; one that tells none is in no period.
func TestPublishedCasesArePlacedByWhatTheyTell(t *testing.T) {
	t.Parallel()
	published := func(days ...string) workflow.Case {
		b := &book{t: t, id: "P"}
		for _, day := range days {
			b.on(day, decision.Publish{})
		}
		b.deeds = append(b.deeds, workflow.Deed{Ref: decision.Ref{Seq: 99}, Act: decision.Decide{Outcome: "adopted"}})
		c := b.closed()
		c.Evidence = workflow.Published
		return c
	}
	told, untold := published("2026-05-01", "2026-02-01"), published()
	got := tally(t, half, told, untold).Cases
	if got.Counted != 2 || got.Procedures != 1 || got.Undated != 1 || got.Published != 1 || got.Decided != 0 {
		t.Errorf("%+v", got)
	}
	same(t, "stages", got.ByStage, []statistics.Count{{ID: "", Count: 2}})
	if n := tally(t, statistics.Period{From: date("2026-03-01")}, told).Cases.Procedures; n != 0 {
		t.Error("placed by a later day")
	}
}

// What a task's due day is, and whether it was kept.
func TestTheDueDayThatCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said []string // day it was said, due day
		due  string
		ext  [2]bool // in time, too late
	}{
		"said once":                         {[]string{"2026-03-01", "2026-03-20"}, "2026-03-20", [2]bool{}},
		"moved in time":                     {[]string{"2026-03-01", "2026-03-20", "2026-03-20", "2026-04-01"}, "2026-04-01", [2]bool{true, false}},
		"moved when it had passed":          {[]string{"2026-03-01", "2026-03-20", "2026-03-21", "2026-04-01"}, "2026-03-20", [2]bool{false, true}},
		"moved in time and again too late":  {[]string{"2026-03-01", "2026-03-20", "2026-03-20", "2026-04-01", "2026-04-02", "2026-05-01"}, "2026-04-01", [2]bool{true, true}},
		"brought forward":                   {[]string{"2026-03-01", "2026-03-20", "2026-03-02", "2026-03-10"}, "2026-03-10", [2]bool{}},
		"given to another person, same day": {[]string{"2026-03-01", "2026-03-20", "2026-03-25", "2026-03-20"}, "2026-03-20", [2]bool{}},
		"not told at first":                 {[]string{"2026-03-01", "", "2026-03-25", "2026-03-20"}, "2026-03-20", [2]bool{}},
		"not repeated":                      {[]string{"2026-03-01", "2026-03-20", "2026-03-05", ""}, "2026-03-20", [2]bool{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &book{t: t, id: "T"}
			for i := 0; i < len(c.said); i += 2 {
				b.tasks(c.said[i], task("t1", "甲局", c.said[i+1]))
			}
			items := statistics.Items(b.closed())
			if len(items) != 1 || items[0].Due != date(c.due) || items[0].Filed != date("2026-03-01") || items[0].Extended != c.ext[0] || items[0].ExtendedLate != c.ext[1] {
				t.Errorf("%+v", items)
			}
		})
	}
}
