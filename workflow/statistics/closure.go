package statistics

import (
	"maps"
	"slices"

	"github.com/juece/juece/workflow/calendar"
)

// Closure says how much of what was to be closed was closed, on time or at
// all.
type Closure struct {
	Tasks          ClosureCounts `json:"tasks"`
	Rectifications ClosureCounts `json:"rectifications"`
	Together       ClosureCounts `json:"together"`
	// Units are the responsible units that have an item in the period.
	Units     []UnitClosure `json:"units"`
	UnitCount int           `json:"unit_count"`
}

// UnitClosure is the closure of one responsible unit, tasks and rectification
// items together. An empty name stands for items whose unit is not told.
type UnitClosure struct {
	Unit   string        `json:"unit"`
	Counts ClosureCounts `json:"counts"`
}

// ClosureCounts counts items to be closed. DueToClose is the denominator of
// both rates; Filed is not.
type ClosureCounts struct {
	Filed        int64 `json:"filed" doc:"立案数：期间内首次列出。First named in the period."`
	DueToClose   int64 `json:"due_to_close" doc:"应结案数：期间内到期，或者此前到期、期初尚未办结。Due in the period, or due before and still open when it began."`
	CarriedOver  int64 `json:"carried_over" doc:"应结案数中此前到期的。Of those due to close, the ones due before."`
	ClosedOnTime int64 `json:"closed_on_time" doc:"按期结案数：应结案中在到期日或者之前办结。Closed on or before the due day."`
	Closed       int64 `json:"closed" doc:"结案数：应结案中期末已办结。Closed by the end of the period."`
	Open         int64 `json:"open" doc:"应结案中期末未办结。Of those due to close, still open at the end."`
	OnTimeRate   Rate  `json:"on_time_rate" doc:"按期结案率。Closed on time of due to close."`
	ClosureRate  Rate  `json:"closure_rate" doc:"结案率。Closed of due to close."`

	RecordedLater int64 `json:"recorded_later" doc:"按期结案中，到期日之后才补录的。Of those closed on time, recorded only after the due day."`
	Extended      int64 `json:"extended" doc:"应结案中到期前延期的。Of those due to close, extended before the due day."`
	ExtendedLate  int64 `json:"extended_late" doc:"应结案中到期后才延期的，延期不计。Of those due to close, extended only after the due day, which does not count."`
	Lapsed        int64 `json:"lapsed" doc:"期间内因决策停止执行或者被取代而不再办理的。Lapsed in the period because the decision was stopped or replaced."`
	Undated       int64 `json:"undated" doc:"到期日或者办结日不明，不计入两率。The due day or the day of closing is not told; in neither rate."`
}

// add counts one item. The period ends no later than the day of the count:
// what is due later is not due yet.
func (c *ClosureCounts) add(i Item, p Period) {
	if p.Contains(i.Filed) {
		c.Filed++
	}
	switch {
	case i.undated():
		c.Undated++
		return
	case i.lapsed():
		if p.Contains(i.Lapsed) {
			c.Lapsed++
		}
		return
	}
	if !i.dueToClose(p) {
		return
	}
	c.DueToClose++
	count := func(n *int64, when bool) {
		if when {
			*n++
		}
	}
	count(&c.CarriedOver, !p.Contains(i.Due))
	count(&c.Extended, i.Extended)
	count(&c.ExtendedLate, i.ExtendedLate)
	closed := i.Closed && p.reaches(i.ClosedOn)
	onTime := closed && !i.ClosedOn.After(i.Due)
	count(&c.Closed, closed)
	count(&c.Open, !closed)
	count(&c.ClosedOnTime, onTime)
	count(&c.RecordedLater, onTime && i.ClosureRecorded.After(i.Due))
}

func (c *ClosureCounts) merge(o ClosureCounts) {
	for _, n := range []struct {
		to   *int64
		from int64
	}{
		{&c.Filed, o.Filed},
		{&c.DueToClose, o.DueToClose},
		{&c.CarriedOver, o.CarriedOver},
		{&c.ClosedOnTime, o.ClosedOnTime},
		{&c.Closed, o.Closed},
		{&c.Open, o.Open},
		{&c.RecordedLater, o.RecordedLater},
		{&c.Extended, o.Extended},
		{&c.ExtendedLate, o.ExtendedLate},
		{&c.Lapsed, o.Lapsed},
		{&c.Undated, o.Undated},
	} {
		*n.to += n.from
	}
}

// rated returns the counts with their rates.
func (c ClosureCounts) rated() ClosureCounts {
	c.OnTimeRate = Rate{c.ClosedOnTime, c.DueToClose}
	c.ClosureRate = Rate{c.Closed, c.DueToClose}
	return c
}

// closure is the part of a tally about what is closed.
type closure struct {
	tasks, rectifications ClosureCounts
	units                 map[string]ClosureCounts
}

func (c *closure) add(items []Item, p Period) {
	for _, i := range items {
		var one ClosureCounts
		one.add(i, p)
		if i.Kind == KindTask {
			c.tasks.merge(one)
		} else {
			c.rectifications.merge(one)
		}
		c.unit(i.Unit, one)
	}
}

func (c *closure) unit(name string, counts ClosureCounts) {
	if counts == (ClosureCounts{}) {
		return
	}
	if c.units == nil {
		c.units = map[string]ClosureCounts{}
	}
	sum := c.units[name]
	sum.merge(counts)
	c.units[name] = sum
}

func (c *closure) merge(o closure) {
	c.tasks.merge(o.tasks)
	c.rectifications.merge(o.rectifications)
	for name, counts := range o.units {
		c.unit(name, counts)
	}
}

func (c closure) report() Closure {
	together := c.tasks
	together.merge(c.rectifications)
	r := Closure{
		Tasks: c.tasks.rated(), Rectifications: c.rectifications.rated(), Together: together.rated(),
		Units: []UnitClosure{},
	}
	for _, name := range slices.Sorted(maps.Keys(c.units)) {
		r.Units = append(r.Units, UnitClosure{name, c.units[name].rated()})
		if name != "" {
			r.UnitCount++
		}
	}
	return r
}

// Period is a span of days, both ends included. A zero end leaves it open on
// that side.
type Period struct {
	From calendar.Date `json:"from,omitzero"`
	To   calendar.Date `json:"to,omitzero"`
}

// Contains reports whether a day lies in the period. A day that is not known
// lies in none.
func (p Period) Contains(day calendar.Date) bool {
	return p.reaches(day) && (p.From.IsZero() || !day.Before(p.From))
}

// reaches reports whether a day is known and not after the end.
func (p Period) reaches(day calendar.Date) bool {
	return !day.IsZero() && (p.To.IsZero() || !day.After(p.To))
}

// ahead reports whether the period had not begun on the day of the count.
func (p Period) ahead() bool { return !p.To.IsZero() && p.To.Before(p.From) }

// Year returns the period from the first day of a day's year to that day.
func Year(day calendar.Date) Period {
	return Period{From: day.AddDays(1 - day.Time().YearDay()), To: day}
}

// Until returns the period with an end no later than a day.
func (p Period) Until(day calendar.Date) Period {
	if !day.IsZero() && (p.To.IsZero() || day.Before(p.To)) {
		p.To = day
	}
	return p
}
