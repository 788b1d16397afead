package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind says what sort of day a day is.
type Kind string

// The kinds of days.
const (
	Workday Kind = "workday"
	Weekend Kind = "weekend"
	Holiday Kind = "holiday" // off by a notice, weekends within included
	MakeUp  Kind = "make_up" // a weekend day that is worked (调休上班日)
)

// Days is a number of calendar days (日).
type Days int

// WorkingDays is a number of working days (工作日).
type WorkingDays int

// limit bounds every count: no period of the procedure comes near it.
const limit = 10_000

// ErrRange is returned for an unknown date, a date that runs backwards, a
// count beyond ten thousand days, or an answer outside the years 1 to 9999.
var ErrRange = errors.New("calendar: out of range")

// Day is what a calendar says of one day.
type Day struct {
	Date        Date    `json:"date"`
	Kind        Kind    `json:"kind"`
	Working     bool    `json:"working"`
	Zh          string  `json:"zh"` // why: the holiday, 周六 …
	En          string  `json:"en"`
	Notice      *Notice `json:"notice,omitempty"`      // that takes it out of the ordinary week
	Provisional bool    `json:"provisional,omitempty"` // the notice is not loaded
}

// Day tells whether a day is worked, and why.
func (c *Calendar) Day(d Date) Day {
	if e, ok := c.exceptions[d]; ok {
		return Day{Date: d, Kind: e.kind, Working: e.kind == MakeUp, Zh: e.zh, En: e.en, Notice: &e.notice}
	}
	info := Day{Date: d, Kind: Workday, Working: true, Zh: weekdayNames[d.Weekday()], En: d.Weekday().String(), Provisional: c.missing(d) != 0}
	if weekend(d) {
		info.Kind, info.Working = Weekend, false
	}
	return info
}

var weekdayNames = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// missing returns the year whose notice is not loaded and can still change the
// day, or 0. New Year's Day has been arranged together with the last days of
// December (2018-12-29 to 31, 2022-12-31), by the notice of the next year.
func (c *Calendar) missing(d Date) int {
	y := d.Year()
	if _, ok := c.years[y]; !ok {
		return y
	}
	if _, next := c.years[y+1]; !next && d.Time().Month() == time.December && d.Time().Day() >= 29 {
		return y + 1
	}
	return 0
}

// Result is the answer to a count of days from a date.
type Result struct {
	Date        Date     `json:"date"`
	Plain       Date     `json:"plain"`       // before an extension to the next working day
	NotCounted  []Day    `json:"not_counted"` // every day passed over, and why
	Provisional bool     `json:"provisional"`
	Missing     []int    `json:"missing,omitempty"` // years whose notice is not loaded, why it is provisional
	Notices     []Notice `json:"notices"`           // that the answer rests on
}

// AddWorkingDays returns the n-th working day after a date, or before it when
// n is negative. The date itself is not counted.
func (c *Calendar) AddWorkingDays(from Date, n WorkingDays) (Result, error) {
	if err := inRange(from, int(n)); err != nil {
		return Result{}, err
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	t := c.tally()
	d := from
	for n > 0 {
		if d = d.AddDays(step); !d.written() {
			return Result{}, outside(from)
		}
		if t.see(d) {
			n--
		}
	}
	return t.result(d, d), nil
}

// AddDays returns the n-th calendar day after a date, or before it when n is
// negative. The date itself is not counted. A period that ends on a day off
// runs on to the next working day (Civil Code Art 203); Result.Plain is the
// day before that extension. A count backwards is not extended: it is a
// latest day for something to be done.
func (c *Calendar) AddDays(from Date, n Days) (Result, error) {
	if err := inRange(from, int(n)); err != nil {
		return Result{}, err
	}
	t := c.tally()
	plain := from.AddDays(int(n))
	if !plain.written() {
		return Result{}, outside(from)
	}
	if n <= 0 {
		t.rest(plain)
		return t.result(plain, plain), nil
	}
	end := plain
	for !t.see(end) {
		if end = end.AddDays(1); !end.written() {
			return Result{}, outside(from)
		}
	}
	return t.result(end, plain), nil
}

// Span is what lies between two dates.
type Span struct {
	Days        Days        `json:"days"`           // the first day not counted
	Including   Days        `json:"days_including"` // the first day counted
	WorkingDays WorkingDays `json:"working_days"`   // the first day not counted
	NotCounted  []Day       `json:"not_counted"`
	Provisional bool        `json:"provisional"`
	Missing     []int       `json:"missing,omitempty"` // years whose notice is not loaded
	Notices     []Notice    `json:"notices"`
}

// Between counts the days after a date up to and including another, in both
// ways of counting that published notices use: with the first day, and
// without it (Civil Code Art 201).
func (c *Calendar) Between(from, to Date) (Span, error) {
	if from.IsZero() || to.IsZero() || to.Before(from) || to.DaysSince(from) > limit {
		return Span{}, fmt.Errorf("%w: from %q to %q", ErrRange, from, to)
	}
	t := c.tally()
	var working WorkingDays
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if t.see(d) {
			working++
		}
	}
	days := Days(to.DaysSince(from))
	return Span{
		Days: days, Including: days + 1, WorkingDays: working,
		NotCounted: t.passed, Provisional: len(t.missing) > 0, Missing: t.missing, Notices: t.notices,
	}, nil
}

func inRange(from Date, n int) error {
	if from.IsZero() || n > limit || n < -limit {
		return fmt.Errorf("%w: %d days from %q", ErrRange, n, from)
	}
	return nil
}

func outside(from Date) error {
	return fmt.Errorf("%w: the count from %s leaves the years 1 to 9999", ErrRange, from)
}

// tally collects what a count rests on.
type tally struct {
	calendar *Calendar
	passed   []Day
	missing  []int
	notices  []Notice
}

func (c *Calendar) tally() *tally { return &tally{calendar: c, passed: []Day{}, notices: []Notice{}} }

// see looks at one day and reports whether it is worked.
func (t *tally) see(d Date) bool {
	day := t.calendar.Day(d)
	t.rest(d)
	if !day.Working {
		t.passed = append(t.passed, day)
	}
	return day.Working
}

// rest notes the notices that the answer rests on when it touches a day.
func (t *tally) rest(d Date) {
	day := t.calendar.Day(d)
	if y := t.calendar.missing(d); day.Provisional && !slices.Contains(t.missing, y) {
		t.missing = append(t.missing, y)
	}
	for _, n := range t.calendar.years[d.Year()] {
		t.cite(n)
	}
	if day.Notice != nil {
		t.cite(*day.Notice)
	}
}

func (t *tally) cite(n Notice) {
	if !slices.Contains(t.notices, n) {
		t.notices = append(t.notices, n)
	}
}

func (t *tally) result(d, plain Date) Result {
	slices.SortFunc(t.passed, func(a, b Day) int { return a.Date.DaysSince(b.Date) })
	slices.Sort(t.missing)
	return Result{
		Date: d, Plain: plain, NotCounted: t.passed,
		Provisional: len(t.missing) > 0, Missing: t.missing, Notices: t.notices,
	}
}
