package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/juece/juece/workflow/calendar"
)

// calendarCmd answers day arithmetic for a clerk.
type calendarCmd struct {
	From   string `arg:"" name:"date" help:"起算日，如2026-02-13；当日不计入。The first day, which is not counted."`
	Step   string `arg:"" name:"step" help:"+7wd（工作日）、+30d（日）、-7wd，或者另一日期。Working days, days, backwards, or another date."`
	Lang   string `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// minus stands for the hyphen of a count backwards on the way through the
// command line, where -7wd would be taken for a flag.
const minus = "\u2212"

var (
	backwards = regexp.MustCompile(`^-\d+(wd|d)$`)
	stepForm  = regexp.MustCompile(`^([+-])(\d{1,5})(wd|d)$`)
)

// signed lets counts backwards through the command line.
func signed(args []string) []string {
	kept := make([]string, len(args))
	for i, a := range args {
		if kept[i] = a; backwards.MatchString(a) {
			kept[i] = minus + a[1:]
		}
	}
	return kept
}

// dayAnswer is what juece calendar says; programs get it as it stands.
type dayAnswer struct {
	From        calendar.Date     `json:"from"`
	Date        calendar.Date     `json:"date"`
	Plain       calendar.Date     `json:"plain,omitzero"`           // before an extension to a working day
	Days        *int              `json:"days,omitempty"`           // the first day not counted
	Including   *int              `json:"days_including,omitempty"` // the first day counted
	WorkingDays *int              `json:"working_days,omitempty"`
	Counted     *int              `json:"counted,omitempty"` // of a step: the days it asked for
	Provisional bool              `json:"provisional"`
	Missing     []int             `json:"missing,omitempty"` // years whose notice is not loaded
	NotCounted  []calendar.Day    `json:"not_counted"`       // days off on the way, and why
	Notices     []calendar.Notice `json:"notices"`
}

// Run prints the answer. Exit status 2 says that the question cannot be
// understood.
func (c *calendarCmd) Run(s streams) error {
	answer, err := c.answer(calendar.China())
	if err != nil {
		fmt.Fprintln(s.err, "juece calendar:", printable(err.Error()))
		return exitUnusable
	}
	if c.Format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(answer)
	}
	_, err = io.WriteString(s.out, c.text(answer))
	return err
}

func (c *calendarCmd) answer(cal *calendar.Calendar) (dayAnswer, error) {
	from, err := calendar.ParseDate(c.From)
	if err != nil {
		return dayAnswer{}, c.fault("起算日须为2026-02-13的形式", "the first day must be of the form 2026-02-13")
	}
	step := strings.Replace(c.Step, minus, "-", 1)
	if to, err := calendar.ParseDate(step); err == nil {
		span, err := cal.Between(from, to)
		if err != nil {
			return dayAnswer{}, c.fault("后一日期不得早于前一日期，间隔不得超过一万日", "the second date must not be earlier, nor more than ten thousand days later")
		}
		days, including, working := int(span.Days), int(span.Including), int(span.WorkingDays)
		return dayAnswer{
			From: from, Date: to, Days: &days, Including: &including, WorkingDays: &working,
			Provisional: span.Provisional, Missing: span.Missing, NotCounted: span.NotCounted, Notices: span.Notices,
		}, nil
	}
	form := stepForm.FindStringSubmatch(step)
	if form == nil {
		return dayAnswer{}, c.fault("间隔须为+7wd、-7wd、+30d、-7d的形式，或者另一日期", "the step must be of the form +7wd, -7wd, +30d, -7d, or another date")
	}
	n, err := strconv.Atoi(form[1] + form[2])
	if err != nil {
		return dayAnswer{}, c.fault("间隔过大", "the step is too large")
	}
	count := func() (calendar.Result, error) { return cal.AddDays(from, calendar.Days(n)) }
	if form[3] == "wd" {
		count = func() (calendar.Result, error) { return cal.AddWorkingDays(from, calendar.WorkingDays(n)) }
	}
	result, err := count()
	if err != nil {
		return dayAnswer{}, c.fault("间隔不得超过一万日，结果须在公元1年至9999年之间", "the step must not exceed ten thousand days, and the answer must lie in the years 1 to 9999")
	}
	return dayAnswer{
		From: from, Date: result.Date, Plain: result.Plain, Counted: &n,
		Provisional: result.Provisional, Missing: result.Missing, NotCounted: result.NotCounted, Notices: result.Notices,
	}, nil
}

func (c *calendarCmd) fault(zh, en string) error { return errors.New(c.say(zh, en)) }

func (c *calendarCmd) say(zh, en string) string {
	if c.Lang == "en" {
		return en
	}
	return zh
}

func (c *calendarCmd) text(a dayAnswer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", a.Date, c.weekday(a.Date))
	if a.Days != nil {
		fmt.Fprintf(&b, c.say("不计首日%d日，计首日%d日；其中工作日%d个（不计首日）\n", "%d days without the first day, %d with it; %d working days (without the first day)\n"), *a.Days, *a.Including, *a.WorkingDays)
	}
	if a.Days == nil && a.Plain != a.Date {
		fmt.Fprintf(&b, c.say("期间的最后一日%s（%s）为休息日，以休息日结束的次日为最后一日（民法典第二百零三条）\n", "the last day, %s (%s), is a day off; the period runs on to the next working day (Civil Code Art 203)\n"), a.Plain, c.weekday(a.Plain))
	}
	if len(a.NotCounted) > 0 {
		b.WriteString(c.say("不是工作日的日期：\n", "days that are not worked:\n"))
		for _, r := range runs(a.NotCounted) {
			fmt.Fprintf(&b, "  %s  %s\n", r.dates, c.say(r.day.Zh, r.day.En))
		}
	}
	for _, n := range a.Notices {
		fmt.Fprintf(&b, c.say("依据：%s（%s，%s）\n", "rests on: %s (%s, %s)\n"), n.Title, n.Number, n.Date)
	}
	if a.Provisional {
		fmt.Fprintf(&b, c.say("暂定：%s年的放假安排通知尚未载入，仅按周一至周五估算，结果可能变化\n",
			"PROVISIONAL: the holiday notice for %s is not loaded; Monday to Friday is an estimate and the answer may change\n"), c.years(a.Missing))
	}
	return b.String()
}

func (c *calendarCmd) years(all []int) string {
	var names []string
	for _, y := range all {
		names = append(names, strconv.Itoa(y))
	}
	return strings.Join(names, c.say("、", ", "))
}

func (c *calendarCmd) weekday(d calendar.Date) string {
	return c.say([...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[d.Weekday()], d.Weekday().String())
}

// offRun is a run of days off for one reason.
type offRun struct {
	dates string
	day   calendar.Day
}

// runs joins neighbouring days off that have one reason; a weekend is one.
func runs(days []calendar.Day) []offRun {
	var all []offRun
	for i := 0; i < len(days); {
		j := i + 1
		for j < len(days) && days[j].Date == days[j-1].Date.AddDays(1) && days[j].Kind == days[i].Kind &&
			(days[j].Zh == days[i].Zh || days[i].Kind == calendar.Weekend) {
			j++
		}
		r := offRun{dates: days[i].Date.String(), day: days[i]}
		if j > i+1 {
			r.dates += "—" + days[j-1].Date.String()
			if days[i].Kind == calendar.Weekend {
				r.day.Zh, r.day.En = "周末", "weekend"
			}
		}
		all = append(all, r)
		i = j
	}
	return all
}
