package main

import (
	"strconv"
	"strings"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/statistics"
)

// rules lists the rules that were broken. Those of which nothing shows that
// they were observed are named in one line, and the others summed up.
func (t *reportText) rules() {
	t.section("五、规则（归入本期间的程序）", "5. Rules (of the procedures of the period)")
	rows := [][]string{{
		"", t.say("条款", "provision"), t.say("性质", "severity"), t.say("要求", "requirement"),
		t.say("违反", "violated"), t.say("符合", "satisfied"), t.say("未见证据", "not evidenced"), t.say("不适用", "not applicable"),
	}}
	var unseen []statistics.Count
	quiet := 0
	for _, r := range t.r.Rules {
		switch {
		case r.Violated > 0:
			rows = append(rows, t.rule(r))
		case r.NotEvidenced > 0:
			unseen = append(unseen, statistics.Count{ID: r.Rule, Count: r.NotEvidenced})
		default:
			quiet++
		}
	}
	if len(rows) > 1 {
		t.table(4, rows)
	}
	t.line("  未见证据而没有违反的规则：%s", "  rules without evidence and without a violation: %s", t.list(unseen, nil))
	t.line("  其余%d条规则均符合或者不适用", "  the other %d rules were satisfied or do not apply", quiet)
	for _, r := range t.r.Rules {
		if r.Departures > 0 {
			t.line("  %s 违反一般要求并说明理由%d件：%s", "  %s departed from with a stated reason, %d: %s", r.Rule, r.Departures, t.reasons(r.Reasons, r.Other))
		}
	}
}

func (t *reportText) rule(r statistics.RuleCounts) []string {
	f := workflow.Finding{Norm: r.Norm, Article: r.Article, Paragraph: r.Paragraph}
	return []string{
		r.Rule, citation(f, t.lang), severityName(r.Severity, t.lang), choose(t.lang, r.Zh, r.En),
		number(r.Violated), number(r.Satisfied), number(r.NotEvidenced), number(r.NotApplicable),
	}
}

func severityName(s workflow.Severity, lang string) string {
	return named(map[string]name{
		string(workflow.Hard): {"必须", "hard"}, string(workflow.Norm): {"一般要求", "norm"}, string(workflow.Soft): {"提示", "advisory"},
	}, string(s), lang)
}

func (t *reportText) reviews() {
	r := t.r.Reviews
	t.section("七、合法性审查用时", "7. Time of legality reviews")
	t.line("  期间内出具审查意见%d次，用时不明%d次，暂定%d次；出具日未载明、不归入期间%d次",
		"  %d opinions in the period, %d whose time is not told, %d provisional; %d in no period, their day not told", r.Reviews, r.Untold, r.Provisional, r.Undated)
	if r.Reviews == 0 {
		return
	}
	rows := [][]string{{"", t.say("次数", "n"), t.say("最少", "min"), t.say("中位数", "median"), "P90", t.say("最多", "max")}}
	for _, d := range []struct {
		what string
		statistics.Distribution
	}{
		{t.say("所用工作日", "working days taken"), r.Taken},
		{t.say("给予工作日", "working days given"), r.Given},
		{t.say("送审材料件数", "materials in the package"), r.Materials},
		{t.say("所阅材料件数", "materials read"), r.Read},
	} {
		rows = append(rows, []string{d.what, number(d.N), optional(d.Min), optional(d.Median), optional(d.P90), optional(d.Max)})
	}
	t.table(1, rows)
	var days []string
	for _, b := range r.Histogram {
		if b.Reviews > 0 {
			days = append(days, t.bucket(b))
		}
	}
	if len(days) > 0 {
		t.line("  分布：%s", "  distribution: %s", strings.Join(days, t.say("；", "; ")))
	}
}

func (t *reportText) bucket(b statistics.ReviewBucket) string {
	return b.Days + t.say("日", " days ") + number(b.Reviews) + t.say("次（送审材料", " (materials ") + number(b.Materials) +
		t.say("件，所阅", ", read ") + number(b.Read) + t.say("件）", ")")
}

func optional(n *int) string {
	if n == nil {
		return "—"
	}
	return strconv.Itoa(*n)
}

// definitions says what each number means (口径).
func (t *reportText) definitions() {
	t.section("口径", "Definitions")
	for _, d := range []name{
		{
			"应结案数：到期日在期间之内的，加上此前到期、期初尚未办结的（结转）；到期日晚于统计日的尚不计入。立案数：期间内首次列出的。两者不是一回事。",
			"Due to close: what has its due day in the period, and what was due before and still open when it began (carried over); what is due after the day of the count is not due yet. Filed: first named in the period. The two are different numbers.",
		},
		{
			"按期结案率＝按期结案数÷应结案数；按期结案：办结日不晚于到期日。结案率＝结案数÷应结案数；结案：期末已经办结，不论是否按期。保留两位小数，四舍五入；应结案数为零则无比率（—）。",
			"On-time rate: closed on or before the due day, of due to close. Closure rate: closed by the end of the period, on time or not, of due to close. Two decimals, rounded half up; over zero there is no rate (—).",
		},
		{
			"到期日以最后所述为准；到期之后才改的不计。中止执行不改变到期日；决策停止执行或者被取代时尚未到期的任务不再办理。整改事项以验收通过为办结。",
			"The due day is the one said last, unless it was said when the day had passed. A suspension moves no due day; a task not yet due when its decision is stopped or replaced lapses. A rectification item is closed when it is accepted.",
		},
		{
			"归入期间的程序：启动日在期间之内的；案卷文件未载明启动日的，以所载最早日期为准。第三、五部分只统计这些程序，结论以统计日的记录为准；“未见证据”不表示没有做。",
			"Procedures of the period: those initiated in it; for a file that does not tell, the first day it tells. Parts 3 and 5 are of these only, as the record stands on the day of the count; “not evidenced” does not mean “not done”.",
		},
		{
			"征求意见的日数计首日，规定日数以公告时适用的规则包为准。补录：记录日晚于发生日，只统计两日均已知、期间内记录的；发生日由行为人填报。",
			"Days of a comment period include the first; the number required is that of the rule pack in force. Late: recorded after the day it happened, of entries recorded in the period with both days known; the day it happened is the actor's claim.",
		},
		{
			"审查用时：自收到完整送审材料（最后一次补充）之次日起，至出具意见之日止的工作日。中位数、P90为实际出现的数（最近秩）。暂定：当年放假安排尚未收录。",
			"Review time: working days after the day on which the package was complete (its last supplement) up to the day of the opinion. Median and P90 are numbers that occurred (nearest rank). Provisional: the notice of working days of a year is not loaded.",
		},
		{
			"第一责任人：以行政首长身份记录的程序行为；由会议秘书等代为记录的不计。中止执行按报告问题的单位统计。",
			"The head's own acts: those recorded in the role of chief executive; what a secretary records is not counted. Suspensions are counted by the unit that reported the problem.",
		},
	} {
		t.line("  "+d.zh, "  "+d.en)
	}
}
