package calendar_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/juece/juece/workflow/calendar"
)

func day(s string) calendar.Date { return calendar.MustParseDate(s) }

func TestEveryYearHasItsNotices(t *testing.T) {
	t.Parallel()
	cal := calendar.China()
	if got := cal.Years(); !slices.Equal(got, []int{2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026}) {
		t.Fatalf("years %v", got)
	}
	for _, y := range cal.Years() {
		for _, n := range cal.Notices(y) {
			if !strings.HasPrefix(n.Number, "国办发明电〔") || n.Date.IsZero() || !strings.Contains(n.Title, fmt.Sprint(y)) {
				t.Errorf("%d: %+v", y, n)
			}
		}
	}
	if !strings.HasPrefix(cal.Digest(), "sha256:") {
		t.Errorf("digest %q", cal.Digest())
	}
}

// The tables, written from the notices, agree day by day with a data set that
// others keep.
func TestTheTablesAgreeWithAnIndependentSource(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/oracle.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	off, work, perYear := map[calendar.Date]bool{}, map[calendar.Date]bool{}, map[string]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		what, date, ok := strings.Cut(lines.Text(), " ")
		switch {
		case strings.HasPrefix(what, "#"):
		case ok && what == "off":
			off[day(date)] = true
		case ok && what == "work":
			work[day(date)] = true
		case ok && what == "year":
			perYear[date] = true
		default:
			t.Fatalf("line %q", lines.Text())
		}
	}
	cal := calendar.China()
	days, worked := 0, map[int]int{}
	for d := day("2018-12-29"); !d.After(day("2026-12-31")); d = d.AddDays(1) {
		days++
		weekday := d.Weekday() >= 1 && d.Weekday() <= 5
		want := (weekday && !off[d]) || work[d]
		if got := cal.Day(d); got.Working != want {
			t.Errorf("%s: working %v, want %v (%s)", d, got.Working, want, got.Kind)
		} else if got.Working {
			worked[d.Year()]++
		}
	}
	for _, y := range cal.Years() {
		if !perYear[fmt.Sprintf("%d %d", y, worked[y])] {
			t.Errorf("%d has %d working days", y, worked[y])
		}
	}
	if days != 2925 || len(off) < 200 || len(work) < 50 || len(perYear) != len(cal.Years()) {
		t.Errorf("compared %d days, %d off, %d worked: the source is not whole", days, len(off), len(work))
	}
}

func TestArithmeticAgreesWithAWalkOverAllPairs(t *testing.T) {
	t.Parallel()
	cal := calendar.China()
	first, last := day("2019-01-01"), day("2026-12-28")
	n := last.DaysSince(first) + 1
	working := make([]bool, n)
	before := make([]int, n+1) // working days among the first i days
	for i := range n {
		before[i+1] = before[i]
		if working[i] = cal.Day(first.AddDays(i)).Working; working[i] {
			before[i+1]++
		}
	}
	pairs := 0
	for i := 0; i < n; i++ {
		// Walk once to the right, and compare every end on the way.
		count := 0
		for j := i + 1; j < n; j++ {
			if working[j] {
				count++
			}
			if count != before[j+1]-before[i+1] {
				t.Fatalf("%s to %s", first.AddDays(i), first.AddDays(j))
			}
			pairs++
			if (i+j)%997 != 0 { // the exported functions, on a dense sample
				continue
			}
			from, to := first.AddDays(i), first.AddDays(j)
			span, err := cal.Between(from, to)
			if err != nil || int(span.WorkingDays) != count || int(span.Days) != j-i || span.Including != span.Days+1 || span.Provisional {
				t.Fatalf("between %s and %s: %+v, %v; want %d", from, to, span.WorkingDays, err, count)
			}
			if count > 0 && cal.Day(to).Working {
				forth, err := cal.AddWorkingDays(from, calendar.WorkingDays(count))
				if err != nil || forth.Date != to || len(forth.NotCounted) != j-i-count {
					t.Fatalf("%s + %d working days: %s, %v; want %s", from, count, forth.Date, err, to)
				}
				back, err := cal.AddWorkingDays(to.AddDays(1), -calendar.WorkingDays(count))
				if err != nil || before[j+1]-before[back.Date.DaysSince(first)] != count {
					t.Fatalf("%s - %d working days: %s, %v", to.AddDays(1), count, back.Date, err)
				}
			}
		}
	}
	t.Logf("%d pairs, 0 mismatches", pairs)
	if pairs != n*(n-1)/2 {
		t.Errorf("%d pairs of %d", pairs, n*(n-1)/2)
	}
}

func TestSevenWorkingDaysAcrossTheSpringFestival(t *testing.T) {
	t.Parallel()
	got, err := calendar.China().AddWorkingDays(day("2026-02-13"), 7)
	if err != nil || got.Date != day("2026-03-02") || got.Provisional {
		t.Fatalf("%s %v %v", got.Date, got.Provisional, err)
	}
	// 15–23 February off; 1 March is a Sunday; 14 and 28 February are worked.
	if len(got.NotCounted) != 10 || got.NotCounted[0].Date != day("2026-02-15") || got.NotCounted[0].Zh != "春节" || got.NotCounted[9].Date != day("2026-03-01") {
		t.Errorf("not counted: %+v", got.NotCounted)
	}
	if len(got.Notices) != 1 || got.Notices[0].Number != "国办发明电〔2025〕7号" {
		t.Errorf("rests on %+v", got.Notices)
	}
	back, err := calendar.China().AddWorkingDays(day("2026-03-02"), -7)
	if err != nil || back.Date != day("2026-02-13") {
		t.Errorf("back: %s, %v", back.Date, err)
	}
}

// The notice of a year arranges the last days of December before it, too.
func TestNewYearsDayRestsOnTheNoticeOfTheNextYear(t *testing.T) {
	t.Parallel()
	got, err := calendar.China().Between(day("2018-12-28"), day("2018-12-31"))
	if err != nil || got.WorkingDays != 1 || got.Provisional || len(got.Notices) != 1 || got.Notices[0].Number != "国办发明电〔2018〕15号" {
		t.Errorf("%+v, %v", got, err)
	}
	// Two notices arranged 2020; the later one took 1 February, a Saturday that
	// the earlier one had worked.
	if off := calendar.China().Day(day("2020-02-01")); off.Kind != calendar.Holiday || off.Notice.Number != "国办发明电〔2020〕1号" {
		t.Errorf("%+v", off)
	}
}

// Civil Code Art 203.
func TestAPeriodThatEndsOnADayOffRunsOn(t *testing.T) {
	t.Parallel()
	cal := calendar.China()
	for _, c := range []struct {
		from        string
		n           calendar.Days
		plain, date string
	}{
		{"2026-03-02", 30, "2026-04-01", "2026-04-01"}, // a Wednesday
		{"2026-03-05", 30, "2026-04-04", "2026-04-07"}, // Qingming, off to the 6th
		{"2026-02-12", 30, "2026-03-14", "2026-03-16"}, // a Saturday
		{"2026-01-15", 30, "2026-02-14", "2026-02-14"}, // a Saturday that is worked
		{"2026-04-10", -7, "2026-04-03", "2026-04-03"},
		{"2026-04-12", -7, "2026-04-05", "2026-04-05"}, // backwards: not extended
		{"2026-04-05", 0, "2026-04-05", "2026-04-05"},
	} {
		got, err := cal.AddDays(day(c.from), c.n)
		if err != nil || got.Plain != day(c.plain) || got.Date != day(c.date) {
			t.Errorf("%s %+d: %s, plain %s, %v; want %s, plain %s", c.from, c.n, got.Date, got.Plain, err, c.date, c.plain)
		}
	}
}

func TestAYearWithoutATableIsProvisional(t *testing.T) {
	t.Parallel()
	cal := calendar.China()
	for _, c := range []struct {
		from string
		n    calendar.WorkingDays
		want bool
	}{
		{"2026-12-21", 5, false},
		{"2026-12-25", 10, true}, // into 2027
		{"2027-03-01", 1, true},
		{"2019-01-03", -1, false},
		{"2018-12-20", -1, true},
		{"2026-12-28", 1, true}, // the next notice may still move the last days of December
		{"2025-12-28", 2, false},
	} {
		got, err := cal.AddWorkingDays(day(c.from), c.n)
		if err != nil || got.Provisional != c.want || got.Provisional != (len(got.Missing) > 0) {
			t.Errorf("%s %+d: %s, provisional %v, missing %v, %v", c.from, c.n, got.Date, got.Provisional, got.Missing, err)
		}
	}
	if got, err := cal.Between(day("2026-12-28"), day("2028-03-01")); err != nil || !slices.Equal(got.Missing, []int{2027, 2028}) {
		t.Errorf("missing %v, %v", got.Missing, err)
	}
	if got, err := cal.AddWorkingDays(day("2019-01-02"), -500); err != nil || !slices.Equal(got.Missing, []int{2017, 2018}) {
		t.Errorf("backwards: missing %v, %v", got.Missing, err)
	}
	if got, err := (&calendar.Calendar{}).Between(day("2026-03-02"), day("2026-03-09")); err != nil || !got.Provisional || got.WorkingDays != 5 {
		t.Errorf("no table at all: %+v, %v", got, err)
	}
}

func TestWhatCannotBeCountedIsAnError(t *testing.T) {
	t.Parallel()
	cal := calendar.China()
	_, unknown := cal.AddDays(calendar.Date{}, 1)
	_, huge := cal.AddWorkingDays(day("2026-01-05"), 10_001)
	_, backwards := cal.Between(day("2026-01-05"), day("2026-01-04"))
	_, half := cal.Between(day("2026-01-05"), calendar.Date{})
	_, before := cal.AddDays(day("0001-01-03"), -7)
	_, beforeWorking := cal.AddWorkingDays(day("0001-01-03"), -7)
	_, after := cal.AddDays(day("9999-12-31"), 1)
	_, afterWorking := cal.AddWorkingDays(day("9999-12-31"), 1)
	for i, err := range []error{unknown, huge, backwards, half, before, beforeWorking, after, afterWorking} {
		if !errors.Is(err, calendar.ErrRange) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00Z", " 2026-02-03", "0000-01-01", "二〇二六年"} {
		if _, err := calendar.ParseDate(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := calendar.NewDate(2026, 2, 29); err == nil {
		t.Error("29 February 2026")
	}
	if got, err := calendar.China().AddDays(day("9999-12-01"), 30); err != nil || got.Date.String() != "9999-12-31" {
		t.Errorf("the last date: %s, %v", got.Date, err)
	}
	if got, err := calendar.China().AddDays(day("0001-01-31"), -30); err != nil || got.Date.String() != "0001-01-01" {
		t.Errorf("the first date: %s, %v", got.Date, err)
	}
	d, err := calendar.NewDate(2024, 2, 29)
	if err != nil || d.String() != "2024-02-29" || d.AddDays(366).String() != "2025-03-01" || d.Year() != 2024 {
		t.Errorf("%s, %v", d, err)
	}
	var unknown struct {
		D calendar.Date `json:"d,omitzero"`
	}
	if data, err := json.Marshal(unknown); err != nil || string(data) != "{}" {
		t.Errorf("unknown: %s, %v", data, err)
	}
	if err := json.Unmarshal([]byte(`{"d":"2026-02-13"}`), &unknown); err != nil || unknown.D != day("2026-02-13") {
		t.Errorf("%v, %v", unknown, err)
	}
	midnight := day("2026-02-13").Time()
	if calendar.DateOf(midnight.Add(-9*3600e9)) != day("2026-02-12") || calendar.DateOf(midnight.Add(-8*3600e9)) != day("2026-02-13") {
		t.Error("the day in China begins at 16:00 UTC")
	}
}

// sample is the table of a year to come, as a host would write it: it says
// nothing true about 2030. Its weekend worked is 2 February.
const sample = `{"year":2030,"notices":[{"title":"通知","number":"甲","date":"2029-11-01"}],"off":[
{"zh":"元旦","en":"New Year's Day","from":"2029-12-30","to":"2030-01-01","number":"甲"},
{"zh":"春节","en":"Spring Festival","from":"2030-02-04","to":"2030-02-08","number":"甲"},
{"zh":"清明节","en":"Qingming","from":"2030-04-05","to":"2030-04-05","number":"甲"},
{"zh":"劳动节","en":"Labour Day","from":"2030-05-01","to":"2030-05-03","number":"甲"},
{"zh":"端午节","en":"Dragon Boat Festival","from":"2030-06-05","to":"2030-06-05","number":"甲"},
{"zh":"国庆节、中秋节","en":"National Day and Mid-Autumn Festival","from":"2030-10-01","to":"2030-10-07","number":"甲"}
],"make_up":[{"date":"2030-02-02","number":"甲"}]}`

func load(table string) (*calendar.Calendar, error) {
	return calendar.Load(fstest.MapFS{"2030.json": {Data: []byte(table)}})
}

func TestATableThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string][2]string{
		"no notice":                {`{"title":"通知","number":"甲","date":"2029-11-01"}`, ``},
		"a notice without title":   {`"title":"通知"`, `"title":""`},
		"a notice without number":  {`"number":"甲","date":"2029-11-01"`, `"number":"","date":"2029-11-01"},{"title":"通知","number":"甲","date":"2029-11-01"`},
		"a notice without date":    {`"2029-11-01"`, `""`},
		"unknown field":            {`"make_up":`, `"x":1,"make_up":`},
		"a holiday backwards":      {`"to":"2030-04-05"`, `"to":"2030-04-04"`},
		"a holiday of a month":     {`"to":"2030-05-03"`, `"to":"2030-06-03"`},
		"a holiday given twice":    {`"from":"2030-06-05","to":"2030-06-05"`, `"from":"2030-05-03","to":"2030-06-01"`},
		"a holiday without a name": {`"en":"Qingming"`, `"en":""`},
		"a holiday left out":       {`国庆节、中秋节`, `国庆节`},
		"worked on a weekday":      {`"date":"2030-02-02"`, `"date":"2030-02-12"`},
		"off and worked":           {`"from":"2030-02-04"`, `"from":"2030-02-02"`},
		"worked on no day":         {`"date":"2030-02-02"`, `"date":""`},
		"from nowhere":             {`"to":"2030-02-08","number":"甲"`, `"to":"2030-02-08","number":"乙"`},
		"a day of a later year":    {`"from":"2030-06-05","to":"2030-06-05"`, `"from":"2031-06-05","to":"2031-06-05"`},
		"a day of an earlier year": {`"from":"2030-06-05","to":"2030-06-05"`, `"from":"2028-06-05","to":"2028-06-05"`},
		"no date":                  {`"2030-06-05"`, `"2030-06-31"`},
		"an impossible year":       {`"year":2030`, `"year":0`},
		"not JSON":                 {`{"year":2030`, `year: 2030`},
		"two tables in a file":     {`"number":"甲"}]}`, `"number":"甲"}]}{}`},
	} {
		table := strings.Replace(sample, edit[0], edit[1], 1)
		if table == sample {
			t.Errorf("%s: the edit does not apply", name)
		}
		if _, err := load(table); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	cal, err := load(sample)
	if err != nil || cal.Day(day("2030-02-02")).Kind != calendar.MakeUp || cal.Day(day("2030-02-05")).Kind != calendar.Holiday {
		t.Errorf("a good table: %v", err)
	}
	if _, err := calendar.Load(fstest.MapFS{"a.json": {Data: []byte(sample)}, "b.json": {Data: []byte(sample)}}); err == nil {
		t.Error("a year was read twice")
	}
	if _, err := calendar.Load(fstest.MapFS{"2030.yaml": {Data: []byte(sample)}}); err == nil {
		t.Error("a directory without a table was read")
	}
}

func TestTheDigestNamesTheBytes(t *testing.T) {
	t.Parallel()
	one, err := load(sample)
	if err != nil {
		t.Fatal(err)
	}
	same, err := load(sample)
	if err != nil || one.Digest() != same.Digest() || len(one.Digest()) != len("sha256:")+64 {
		t.Errorf("%s and %s, %v", one.Digest(), same.Digest(), err)
	}
	other, err := load(strings.Replace(sample, "2029-11-01", "2029-11-02", 1))
	if err != nil || one.Digest() == other.Digest() {
		t.Errorf("other bytes, the same digest %s, %v", other.Digest(), err)
	}
}

// Whatever is read must be a calendar that can be counted by.
func FuzzLoad(f *testing.F) {
	f.Add(sample)
	f.Add(strings.Replace(sample, "2030-02-04", "2030-02-09", 1))
	f.Add(`{"year":2030}`)
	f.Fuzz(func(t *testing.T, table string) {
		cal, err := load(table)
		if err != nil {
			return
		}
		years := cal.Years()
		if len(years) != 1 || len(cal.Notices(years[0])) == 0 {
			t.Fatalf("years %v", years)
		}
		for d, err := calendar.NewDate(years[0], 1, 1); err == nil && d.Year() == years[0]; d = d.AddDays(1) {
			day := cal.Day(d)
			weekend := d.Weekday() == 0 || d.Weekday() == 6
			if day.Kind == calendar.MakeUp && !weekend || day.Working != (day.Kind == calendar.MakeUp || day.Kind == calendar.Workday) || day.Zh == "" || day.En == "" {
				t.Fatalf("%+v", day)
			}
		}
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-02-13")
	f.Add("0001-01-01")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err == nil && d.String() != s {
			t.Errorf("%q was read as %s", s, d)
		}
	})
}

func ExampleCalendar_AddWorkingDays() {
	// A complete package is received on the Friday before the Spring Festival
	// of 2026; the reviewer has seven working days (D713 Art 26).
	due, err := calendar.China().AddWorkingDays(calendar.MustParseDate("2026-02-13"), 7)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(due.Date, due.Notices[0].Number, due.Provisional)
	// Output: 2026-03-02 国办发明电〔2025〕7号 false
}

func ExampleCalendar_AddDays() {
	// A draft is published for comment on 5 March 2026 for thirty days (D713
	// Art 15). The thirtieth is a day off, so comments are taken until the
	// next working day.
	end, err := calendar.China().AddDays(calendar.MustParseDate("2026-03-05"), 30)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(end.Plain, end.Date)
	for _, off := range end.NotCounted {
		fmt.Println(off.Date, off.Zh, off.En)
	}
	// Output:
	// 2026-04-04 2026-04-07
	// 2026-04-04 清明节 Qingming
	// 2026-04-05 清明节 Qingming
	// 2026-04-06 清明节 Qingming
}

func ExampleCalendar_Between() {
	// A notice says “1 June to 30 June, 30 days”: true only if the first day
	// is counted, which the Civil Code does not.
	span, err := calendar.China().Between(calendar.MustParseDate("2026-06-01"), calendar.MustParseDate("2026-06-30"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(span.Days, span.Including, span.WorkingDays)
	// Output: 29 30 20
}

func ExampleCalendar_AddWorkingDays_provisional() {
	// The notice for 2027 is not loaded: the answer is an estimate.
	due, err := calendar.China().AddWorkingDays(calendar.MustParseDate("2026-12-25"), 7)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(due.Date, due.Provisional, due.Missing)
	// Output: 2027-01-05 true [2027]
}

func TestAnOlderRecordFindsItsCalendar(t *testing.T) {
	t.Parallel()
	now := calendar.China()
	files := now.Files()
	older, err := calendar.Of(files[:len(files)-2])
	if err != nil {
		t.Fatal(err)
	}
	found, err := now.Digested(older.Digest())
	if err != nil || found.Digest() != older.Digest() || len(found.Years()) != len(files)-2 {
		t.Errorf("got %v, %v", found, err)
	}
	if same, err := now.Digested(now.Digest()); err != nil || same != now {
		t.Errorf("its own digest: %v, %v", same, err)
	}
	if _, err := now.Digested("sha256:" + strings.Repeat("0", 64)); !errors.Is(err, calendar.ErrUnknown) {
		t.Errorf("a digest of nothing: %v", err)
	}
	if _, err := calendar.Of([]calendar.File{files[1], files[0]}); err == nil {
		t.Error("tables out of order were taken")
	}
}
