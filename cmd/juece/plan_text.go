package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/plan"
)

// write writes a plan for people: the days, the steps as a table, what was
// assumed.
func (p *planCmd) write(w io.Writer, c workflow.Case, made plan.Plan) error {
	var report bytes.Buffer
	p.heading(&report, c, made)
	p.table(&report, c.Calendar, made)
	p.footing(&report, made)
	_, err := w.Write(report.Bytes())
	return err
}

func (p *planCmd) heading(w io.Writer, c workflow.Case, made plan.Plan) {
	fmt.Fprintf(w, choose(p.Lang, "规则包：%s %s　开始：%s\n", "pack: %s (%s)   start: %s\n"),
		made.Pack, choose(p.Lang, c.Pack.Title.Zh, c.Pack.Title.En), made.Start)
	if made.Feasible {
		fmt.Fprintf(w, choose(p.Lang, "会议：%s　最早可以依法决定：%s　会后最早公布：%s\n", "meeting: %s   earliest lawful decision: %s   earliest publication after it: %s\n"),
			p.day(c.Calendar, made.Meeting), made.Decision, made.Publication)
	} else {
		fmt.Fprintf(w, choose(p.Lang, "会议：%s不可行，最早可以依法决定：%s；下表按最早日期排\n", "meeting: %s is not lawful, the earliest decision is %s; the table is for that day\n"),
			made.Meeting, p.day(c.Calendar, made.Decision))
	}
	for _, f := range made.Binding {
		fmt.Fprintf(w, choose(p.Lang, "  决定最早日期的规定：%s %s %s\n", "  what sets the earliest day: %s %s %s\n"), f.Rule, citation(f, p.Lang), f.Message(p.Lang))
	}
	if made.Provisional {
		fmt.Fprintln(w, choose(p.Lang, "暂定：有的年份放假安排尚未收录，仅按周一至周五估算，日期可能变化",
			"PROVISIONAL: the holiday notice of some year is not loaded; Monday to Friday is an estimate and days may change"))
	}
	fmt.Fprintln(w)
}

// table writes a row for each step. A day that is not worked is marked: the
// law does not shorten a period for it, but hardly anybody is at work.
func (p *planCmd) table(w io.Writer, cal *calendar.Calendar, made plan.Plan) {
	rows := [][]string{strings.Split(choose(p.Lang, "步骤|最早|最迟|期满|约束规定|由谁", "step|earliest|latest|period ends|what binds it|by"), "|")}
	for _, s := range made.Steps {
		until := s.LatestUntil
		if s.Latest.IsZero() {
			until = s.Until
		}
		bound := ""
		if s.Bound.Rule != "" {
			bound = s.Bound.Rule + " " + citation(s.Bound, p.Lang)
		}
		var by []string
		for _, role := range s.Roles {
			by = append(by, workflow.RoleName(role, p.Lang))
		}
		name := choose(p.Lang, s.Zh, s.En)
		if s.Provisional {
			name += choose(p.Lang, "（暂定）", " (provisional)")
		}
		rows = append(rows, []string{name, p.day(cal, s.Earliest), p.day(cal, s.Latest), p.day(cal, until), bound, strings.Join(by, choose(p.Lang, "、", ", "))})
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			widest := 0
			for _, other := range rows {
				widest = max(widest, width(other[i]))
			}
			line.WriteString(pad(cell, widest+2))
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// day writes a day, marked when it is not worked.
func (p *planCmd) day(cal *calendar.Calendar, d calendar.Date) string {
	switch {
	case d.IsZero():
		return ""
	case cal.Day(d).Working:
		return d.String()
	}
	return d.String() + choose(p.Lang, "休", "*")
}

func (p *planCmd) footing(w io.Writer, made plan.Plan) {
	fmt.Fprintln(w, choose(p.Lang, "\n最迟日期：其后各步均按最早日期进行时的最后一日；期满为按最迟日期起算。休：非工作日。",
		"\nlatest: the last day if all that follows is done as early as it may be; a period ends as counted from there. *: not a working day."))
	fmt.Fprintln(w, choose(p.Lang, "假定：", "assumed:"))
	because := map[string]string{
		"pack": choose(p.Lang, "规则包规定", "by the pack"), "case": choose(p.Lang, "案卷已定", "by the case"),
		"asked": choose(p.Lang, "按所选", "as asked"), "default": choose(p.Lang, "默认", "by default"),
	}
	for _, a := range made.Assumed {
		fmt.Fprintf(w, choose(p.Lang, "  %s（%s）\n", "  %s (%s)\n"), choose(p.Lang, a.Zh, a.En), because[a.Because])
	}
}
