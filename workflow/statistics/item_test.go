package statistics_test

import (
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/statistics"
)

func span(from, to string) statistics.Period {
	return statistics.Period{From: date(from), To: date(to)}
}

func TestStateOfAnItem(t *testing.T) {
	t.Parallel()
	open := statistics.Item{Filed: date("2026-03-01"), Due: date("2026-03-20")}
	closed := func(day string) statistics.Item {
		i := open
		i.Closed, i.ClosedOn = true, date(day)
		return i
	}
	lapsed := func(day string) statistics.Item {
		i := open
		i.Lapsed = date(day)
		return i
	}
	for name, c := range map[string]struct {
		item statistics.Item
		on   string
		want string
	}{
		"not due":                   {open, "2026-03-19", statistics.StateOpen},
		"due today":                 {open, "2026-03-20", statistics.StateOpen},
		"overdue":                   {open, "2026-03-21", statistics.StateOverdue},
		"closed on the day":         {closed("2026-03-20"), "2026-03-31", statistics.StateOnTime},
		"closed a day late":         {closed("2026-03-21"), "2026-03-31", statistics.StateLate},
		"not closed yet that day":   {closed("2026-03-25"), "2026-03-22", statistics.StateOverdue},
		"closed later, and not due": {closed("2026-03-19"), "2026-03-10", statistics.StateOpen},
		"lapsed":                    {lapsed("2026-03-15"), "2026-03-31", statistics.StateLapsed},
		"lapsed on its due day":     {lapsed("2026-03-20"), "2026-03-31", statistics.StateLapsed},
		"not lapsed yet":            {lapsed("2026-03-15"), "2026-03-14", statistics.StateOpen},
		"overdue before it lapsed":  {lapsed("2026-03-21"), "2026-03-31", statistics.StateOverdue},
		"no due day":                {statistics.Item{Filed: date("2026-03-01")}, "2026-03-31", statistics.StateUnknown},
		"closed on an unknown day":  {statistics.Item{Due: date("2026-03-20"), Closed: true}, "2026-03-31", statistics.StateUnknown},
	} {
		if got := c.item.State(date(c.on)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestWhichLedgerAnItemBelongsIn(t *testing.T) {
	t.Parallel()
	april := span("2026-04-01", "2026-04-30")
	item := func(filed, due, closed string) statistics.Item {
		i := statistics.Item{Closed: closed != ""}
		if filed != "" {
			i.Filed = date(filed)
		}
		if due != "" {
			i.Due = date(due)
		}
		if closed != "" {
			i.ClosedOn = date(closed)
		}
		return i
	}
	lapsed := item("2026-03-01", "2026-04-20", "")
	lapsed.Lapsed = date("2026-03-15")
	untold := item("2026-01-10", "2026-09-01", "")
	untold.Closed = true // on no known day
	for name, c := range map[string]struct {
		item statistics.Item
		want bool
	}{
		"filed in it":              {item("2026-04-10", "2026-09-01", ""), true},
		"due in it":                {item("2026-01-10", "2026-04-30", "2026-02-01"), true},
		"overdue and open":         {item("2026-01-10", "2026-03-01", ""), true},
		"overdue, closed in it":    {item("2026-01-10", "2026-03-01", "2026-04-01"), true},
		"overdue, closed before":   {item("2026-01-10", "2026-03-01", "2026-03-31"), false},
		"due later":                {item("2026-01-10", "2026-05-01", ""), false},
		"filed later":              {item("2026-05-10", "2026-06-01", ""), false},
		"lapsed before it":         {lapsed, false},
		"no day told":              {item("", "", ""), true},
		"closed on an unknown day": {untold, true},
	} {
		if got := c.item.In(april); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestClosureAtTheEdges(t *testing.T) {
	t.Parallel()
	// Closed in time and recorded a few days later, still in time.
	b := &book{t: t, id: "E"}
	b.tasks("2026-03-01", task("t1", "甲局", "2026-03-15"))
	b.late("2026-03-10", "2026-03-15", decision.CloseTask{Task: "t1"})
	if c := tally(t, half, b.closed()).Closure.Tasks; c.ClosedOnTime != 1 || c.RecordedLater != 0 {
		t.Errorf("%+v", c)
	}
	// What was overdue when its decision was stopped on 1 June was due then,
	// and is not carried over any further.
	for to, want := range map[string]int64{"2026-06-01": 1, "2026-06-02": 0} {
		if c := tally(t, span(to, "2026-06-30"), third(t)).Closure.Tasks; c.DueToClose != want || c.CarriedOver != want || c.Open != want {
			t.Errorf("from %s: %+v", to, c)
		}
	}
	// Accepted, and then rejected after all.
	b = &book{t: t, id: "F"}
	b.on("2026-03-02", decision.OpenRectification{Item: "z1", Unit: "甲局", Deadline: date("2026-04-10")})
	b.on("2026-03-05", decision.JudgeRectification{Item: "z1", Accepted: new(true)})
	b.on("2026-03-06", decision.JudgeRectification{Item: "z1", Accepted: new(false)})
	// An order of a later day, in the history, moves the day forward.
	b.on("2026-03-10", decision.OrderCorrection{Item: "z1", Addressee: "甲局", Deadline: date("2026-04-01")})
	items := statistics.Items(b.closed())
	if len(items) != 1 || items[0].Closed || items[0].Filed != date("2026-03-02") || items[0].Due != date("2026-04-01") || items[0].Extended {
		t.Errorf("%+v", items)
	}
	// An item of a case-file review has the person and measure of the finding.
	b = &book{t: t, id: "G"}
	b.on("2026-03-02", decision.ReviewCaseFile{Findings: []decision.SheetFinding{{Item: "z9", Finding: "缺签字", Unit: "甲局", Person: "执行人员", Measure: "补签", Deadline: date("2026-03-20")}}})
	items = statistics.Items(b.closed())
	if len(items) != 1 || items[0].Person != "执行人员" || items[0].Measure != "补签" || items[0].Source != "case_review" || items[0].What != "缺签字" {
		t.Errorf("%+v", items)
	}
}
