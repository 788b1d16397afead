package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/juece/juece/workflow/statistics"
)

// reportText writes the report for people: one that an office can put into its
// yearly report as it stands, each number with its definition at the end.
type reportText struct {
	bytes.Buffer
	lang       string
	r          statistics.Report
	categories map[string]name
}

func writeReport(w io.Writer, r statistics.Report, organ, lang string) error {
	categories, err := categoryNames()
	if err != nil {
		return err
	}
	t := &reportText{lang: lang, r: r, categories: categories}
	t.heading(organ)
	t.cases()
	t.closure()
	t.steps()
	t.comments()
	t.rules()
	t.late()
	t.reviews()
	t.head()
	t.definitions()
	_, err = w.Write(t.Bytes())
	return err
}

func (t *reportText) say(zh, en string) string { return choose(t.lang, zh, en) }

// line writes one line; the arguments fill either text.
func (t *reportText) line(zh, en string, args ...any) {
	fmt.Fprintf(t, t.say(zh, en)+"\n", args...)
}

func (t *reportText) section(zh, en string) { t.line("\n"+zh, "\n"+en) }

// table writes rows in columns; the first row is the head. The first columns
// are set to the left, the others, which hold numbers, to the right.
func (t *reportText) table(left int, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], width(text))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, text := range row {
			if i < left {
				line.WriteString("  " + pad(text, widths[i]))
				continue
			}
			line.WriteString("  " + strings.Repeat(" ", widths[i]-width(text)) + text)
		}
		t.WriteString(line.String() + "\n")
	}
}

// list writes counts in one line: 甲局3件、乙局1件.
func (t *reportText) list(counts []statistics.Count, names map[string]name) string {
	if len(counts) == 0 {
		return t.say("无", "none")
	}
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = printable(named(names, c.ID, t.lang)) + " " + number(c.Count)
	}
	return strings.Join(parts, t.say("、", ", "))
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func (t *reportText) heading(organ string) {
	t.line("重大行政决策程序统计", "Statistics of the procedure for major administrative decisions")
	t.line("期间：%s至%s　统计日：%s　决策机关：%s", "period: %s to %s   as of: %s   organ: %s",
		t.r.Period.From, t.r.Period.To, t.r.AsOf, printable(cmp.Or(organ, t.say("全部", "all"))))
	if n := t.r.Cases.Unreadable; n > 0 {
		t.line("注意：有%d件案件无法读取，未纳入统计。", "Note: %d cases could not be read and are not counted.", n)
	}
}

func (t *reportText) cases() {
	c := t.r.Cases
	t.section("一、案件", "1. Cases")
	t.line("  纳入统计%d件（%s）", "  %d counted (%s)", c.Counted, t.list(c.ByEvidence, evidenceNames))
	t.line("  统计日所处阶段：%s", "  by stage on the day of the count: %s", t.list(c.ByStage, stageNames()))
	if len(c.ByOrgan) > 1 {
		t.line("  按决策机关：%s", "  by organ: %s", t.list(c.ByOrgan, nil))
	}
	t.line("  期间内：提出建议%d件，启动%d件，不予启动%d件，讨论通过%d件，未通过%d件，公布%d件，依法不予公开%d件，执行完毕%d件，撤回%d件",
		"  in the period: %d proposed, %d initiated, %d declined, %d adopted, %d rejected, %d published, %d lawfully withheld, %d carried out, %d withdrawn",
		c.Proposed, c.Initiated, c.Declined, c.Decided, c.Rejected, c.Published, c.Withheld, c.Completed, c.Withdrawn)
	t.line("  归入本期间的程序%d件", "  procedures of the period: %d", c.Procedures)
	if c.Procedures > 0 {
		t.line("  按事项类别：%s", "  by category: %s", t.list(c.ByCategory, t.categories))
		t.line("  按牵头承办单位：%s", "  by lead unit: %s", t.list(c.ByLeadUnit, nil))
	}
	if len(c.Untold) > 0 {
		t.line("  发生日未载明、不归入任何期间：%s", "  on a day that is not told, and in no period: %s", t.list(c.Untold, milestoneNames))
	}
	if c.Undated > 0 {
		t.line("  另有%d件案卷未载明任何日期，不归入任何期间", "  %d files tell no day at all and are in no period", c.Undated)
	}
}

func (t *reportText) closure() {
	c := t.r.Closure
	t.section("二、办结", "2. Closure")
	rows := [][]string{{
		"", t.say("立案数", "filed"), t.say("应结案数", "due to close"), t.say("其中结转", "carried over"),
		t.say("按期结案数", "on time"), t.say("按期结案率", "on-time rate"), t.say("结案数", "closed"), t.say("结案率", "closure rate"), t.say("未结", "open"),
	}}
	add := func(what string, n statistics.ClosureCounts) {
		rows = append(rows, []string{
			what, number(n.Filed), number(n.DueToClose), number(n.CarriedOver),
			number(n.ClosedOnTime), n.OnTimeRate.String(), number(n.Closed), n.ClosureRate.String(), number(n.Open),
		})
	}
	add(t.say("执行任务", "tasks"), c.Tasks)
	add(t.say("整改事项", "rectification items"), c.Rectifications)
	add(t.say("合计", "together"), c.Together)
	t.table(1, rows)
	n := c.Together
	t.line("  应结案中，到期前延期%d件，到期后延期（不计）%d件；按期结案中，到期日之后补录的%d件",
		"  of those due to close, %d were extended before the due day and %d after it (not counted); of those closed on time, %d were recorded after the due day",
		n.Extended, n.ExtendedLate, n.RecordedLater)
	t.line("  期间内不再办理%d件；日期不明、不计入两率%d件", "  %d lapsed in the period; %d whose days are not told are in neither rate", n.Lapsed, n.Undated)
	t.line("  涉及责任单位%d个", "  responsible units: %d", c.UnitCount)
	if len(c.Units) > 0 {
		rows = rows[:1]
		for _, u := range c.Units {
			add(printable(named(nil, u.Unit, t.lang)), u.Counts)
		}
		t.table(1, rows)
	}
}

func (t *reportText) steps() {
	t.section("三、法定程序（归入本期间的程序）", "3. Steps (of the procedures of the period)")
	rows := [][]string{{"", t.say("适用", "applies"), t.say("已履行", "performed"), t.say("认定不适用", "skipped"), t.say("尚未认定", "undetermined")}}
	for _, s := range t.r.Steps {
		rows = append(rows, []string{
			named(stepNames, string(s.Step), t.lang), number(s.Applied), number(s.Performed), number(s.Skipped), number(s.Undetermined),
		})
	}
	t.table(1, rows)
	for _, s := range t.r.Steps {
		for _, g := range s.Grounds {
			t.line("  %s不适用，%s%d件：%s", "  %s skipped, %s, %d: %s",
				named(stepNames, string(s.Step), t.lang), named(groundNames, g.Ground, t.lang), g.Count, t.reasons(g.Reasons, g.Other))
		}
	}
}

// reasons lists what people stated, in their words.
func (t *reportText) reasons(list []statistics.Count, other int64) string {
	var parts []string
	for _, c := range list {
		text := "“" + printable(c.ID) + "”"
		if c.ID == "" {
			text = t.say("未说明理由", "no reason stated")
		}
		parts = append(parts, text+" "+number(c.Count))
	}
	if other > 0 {
		parts = append(parts, t.say("其他理由 ", "other reasons ")+number(other))
	}
	return strings.Join(parts, t.say("；", "; "))
}

func (t *reportText) comments() {
	c := t.r.Comments
	t.section("四、公开征求意见", "4. Open comment")
	t.line("  期间内%d次，期限短于规定%d次（公告说明理由%d次），起止日期不明%d次；公告日未载明、不归入期间%d次",
		"  %d rounds in the period, %d shorter than required (%d with the reason in the notice), %d whose days are not told; %d in no period, their first day not told",
		c.Rounds, c.Shortened, c.Reasoned, c.Unknown, c.Undated)
	for _, s := range c.List {
		t.line("  %s %s：%d日（规定%d日），理由：%s", "  %s %s: %d days (%d required), reason: %s",
			printable(s.Case), printable(s.Matter), s.Days, s.Required, printable(cmp.Or(s.Reason, t.say("未说明", "none stated"))))
	}
	if rest := c.Shortened - int64(len(c.List)); rest > 0 {
		t.line("  其余%d次从略", "  and %d more", rest)
	}
}

func (t *reportText) late() {
	l := t.r.Late
	t.section("六、补录", "6. Late entries")
	t.line("  期间内记录%d条：当日%d，1至7日%d，8至30日%d，30日以上%d", "  %d entries in the period: %d on the day, %d within 7 days, %d within 30, %d later",
		l.Acts, l.SameDay, l.WithinWeek, l.WithinMonth, l.Beyond)
	t.line("  补录（超过%d日）%d条", "  recorded late (after more than %d days): %d", l.After, l.Late)
	if e := l.Largest; e != nil {
		t.line("  最迟：%s第%d条“%s”，%d日", "  the latest: %s, entry %d (%s), %d days",
			printable(e.Case), e.Seq, named(actNames(), string(e.Act), t.lang), e.Days)
	}
}

func (t *reportText) head() {
	h := t.r.Head
	t.section("八、第一责任人", "8. The head's own acts")
	t.line("  行政首长亲自进行的程序行为%d次：%s", "  acts of the chief executive: %d: %s", h.Acts, t.list(h.ByKind, actNames()))
	t.line("  督办%d次（行政首长%d次）：%s", "  urgings: %d (%d by the chief executive): %s", h.Urgings, h.HeadUrged, t.list(h.ByLevel, levelNames))
	t.line("  中止执行%d次：%s", "  suspensions: %d: %s", h.Suspended, t.list(h.ByUnit, nil))
	if h.Undated > 0 {
		t.line("  发生日未载明、不归入期间%d次", "  in no period, their day not told: %d", h.Undated)
	}
}
