package plan

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"github.com/juece/juece/workflow/calendar"
)

// Measures of the picture, in its own units.
const (
	labelWidth = 190
	chartWidth = 760 // at least
	rowHeight  = 24
	headHeight = 64
	footHeight = 44
	minDay     = 2
	maxDay     = 16
	monthWidth = 56 // of a label
)

const style = `text{font-family:"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;font-size:12px;fill:#222}` +
	`.head{font-size:14px;font-weight:bold}.small{font-size:10px;fill:#555}.off{fill:#eee}.grid{stroke:#bbb}.row{stroke:#ddd}` +
	`.room{fill:#cfe0f3}.period{fill:#3b6ea8}.first{fill:#fff;stroke:#3b6ea8;stroke-width:1.5}.last{fill:#1d3f66}.after{fill:#fff;stroke:#1d3f66;stroke-width:1.5}` +
	`.unsure{fill:url(#hatch);stroke:#3b6ea8}.meeting{stroke:#b3261e;stroke-width:1.5}.warn{fill:#b3261e}`

// picture draws a plan.
type picture struct {
	bytes.Buffer
	plan        Plan
	calendar    *calendar.Calendar
	first, last calendar.Date
	day         float64 // width of one
}

// SVG draws the plan as a bar chart over the days, with labels in Chinese: a
// light bar for the room between the earliest and the latest day of a step, a
// dark one for a period, hatched where provisional; days that are not worked
// are shaded. It is one element without script, style sheet or link, and the
// same plan gives the same bytes.
func (p Plan) SVG(cal *calendar.Calendar) []byte {
	g := &picture{plan: p, calendar: cal, first: p.Start, last: later(p.Meeting, later(p.Decision, p.Publication))}
	for _, s := range p.Steps {
		g.last = later(g.last, later(s.Until, s.LatestUntil))
	}
	g.last = g.last.AddDays(3)
	g.day = min(max(float64(chartWidth)/float64(g.last.DaysSince(g.first)+1), minDay), maxDay)
	g.open()
	g.days()
	for i, s := range p.Steps {
		g.step(i, s)
	}
	g.meeting()
	g.legend()
	g.WriteString("</svg>\n")
	return g.Bytes()
}

func (g *picture) put(format string, args ...any) { fmt.Fprintf(g, format+"\n", args...) }

// x is where a day begins.
func (g *picture) x(d calendar.Date) float64 {
	return labelWidth + float64(d.DaysSince(g.first))*g.day
}

func (g *picture) bottom() int { return headHeight + len(g.plan.Steps)*rowHeight }

func (g *picture) open() {
	width := g.x(g.last.AddDays(1)) + 10
	g.put(`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="plan-title plan-desc" width="%.0f" height="%d" viewBox="0 0 %.0f %d">`,
		width, g.bottom()+footHeight, width, g.bottom()+footHeight)
	g.put(`<title id="plan-title">%s</title>`, escaped(g.title()))
	g.put(`<desc id="plan-desc">%s</desc>`, escaped(g.description()))
	g.put(`<style>%s</style>`, escaped(style))
	g.put(`<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="3" height="6" fill="#9dbbe0"/></pattern></defs>`)
	g.put(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	g.put(`<text class="head" x="8" y="20">%s</text>`, escaped(g.title()))
}

func (g *picture) title() string {
	p := g.plan
	if !p.Feasible {
		return fmt.Sprintf("程序计划（%s）：%s的会议不可行，最早%s", p.Pack, p.Meeting, p.Decision)
	}
	return fmt.Sprintf("程序计划（%s）：%s会议", p.Pack, p.Meeting)
}

func (g *picture) description() string {
	p := g.plan
	text := fmt.Sprintf("自%s起，最早可于%s依法决定，%s公布。", p.Start, p.Decision, p.Publication)
	for _, s := range p.Steps {
		text += g.line(s) + "。"
	}
	return text
}

// line says a step in words.
func (g *picture) line(s Step) string {
	text := fmt.Sprintf("%s：最早%s", s.Zh, s.Earliest)
	if !s.Latest.IsZero() {
		text += fmt.Sprintf("，最迟%s", s.Latest)
	}
	if !s.LatestUntil.IsZero() {
		text += fmt.Sprintf("（至%s）", s.LatestUntil)
	}
	if s.Provisional {
		text += "，暂定"
	}
	return text
}

// days draws the shades of days off and the grid of months.
func (g *picture) days() {
	for d := g.first; !d.After(g.last); d = d.AddDays(1) {
		run := d
		for !run.After(g.last) && !g.calendar.Day(run).Working {
			run = run.AddDays(1)
		}
		if n := run.DaysSince(d); n > 0 {
			g.put(`<rect class="off" x="%.1f" y="%d" width="%.1f" height="%d"/>`, g.x(d), headHeight, float64(n)*g.day, g.bottom()-headHeight)
			d = run.AddDays(-1)
		}
	}
	for d := g.first; !d.After(g.last); d = d.AddDays(1) {
		if d != g.first && d.Time().Day() != 1 {
			continue
		}
		g.put(`<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, g.x(d), headHeight-22, g.x(d), g.bottom())
		if room := g.x(monthEnd(d, g.last)) - g.x(d); room >= monthWidth {
			g.put(`<text class="small" x="%.1f" y="%d">%s</text>`, g.x(d)+3, headHeight-8, d.Time().Format("2006年1月"))
		}
	}
}

// monthEnd is the last day of the month of a day, or the last day of all where
// that is earlier.
func monthEnd(d, last calendar.Date) calendar.Date {
	for d != last && d.AddDays(1).Time().Day() != 1 {
		d = d.AddDays(1)
	}
	return d
}

func (g *picture) step(i int, s Step) {
	top := headHeight + i*rowHeight
	g.put(`<g><title>%s</title>`, escaped(g.line(s)))
	g.put(`<line class="row" x1="0" y1="%d" x2="%.1f" y2="%d"/>`, top+rowHeight, g.x(g.last.AddDays(1)), top+rowHeight)
	g.put(`<text x="8" y="%d">%s</text>`, top+16, escaped(s.Zh))
	if s.Latest.IsZero() {
		g.diamond(s.Earliest, top, class("after", s))
		g.put(`</g>`)
		return
	}
	if s.Slack() > 0 {
		g.bar(s.Earliest, s.Latest, top+9, 6, "room")
	}
	if !s.LatestUntil.IsZero() {
		g.bar(s.Latest, s.LatestUntil, top+6, 12, class("period", s))
	}
	if s.Slack() > 0 {
		g.diamond(s.Earliest, top, "first")
	}
	g.diamond(s.Latest, top, class("last", s))
	g.put(`</g>`)
}

// class is how a mark looks; provisional ones are hatched.
func class(name string, s Step) string {
	if s.Provisional {
		return "unsure"
	}
	return name
}

func (g *picture) bar(from, to calendar.Date, top, height int, class string) {
	g.put(`<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d"/>`, class, g.x(from), top, g.x(to.AddDays(1))-g.x(from), height)
}

func (g *picture) diamond(d calendar.Date, top int, class string) {
	x, y := g.x(d)+g.day/2, float64(top)+rowHeight/2
	g.put(`<path class="%s" d="M%.1f %.1fl5 6l-5 6l-5-6z"/>`, class, x, y-6)
}

func (g *picture) meeting() {
	x := g.x(g.plan.Meeting) + g.day/2
	if g.plan.Meeting.Before(g.first) {
		return
	}
	g.put(`<line class="meeting" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, x, headHeight-34, x, g.bottom())
	g.put(`<text class="small warn" text-anchor="end" x="%.1f" y="%d">会议%s</text>`, x-4, headHeight-26, g.plan.Meeting)
}

func (g *picture) legend() {
	y := g.bottom() + 14
	g.put(`<path class="first" d="M14 %dl5 6l-5 6l-5-6z"/><text class="small" x="24" y="%d">最早</text>`, y-2, y+8)
	g.put(`<path class="last" d="M64 %dl5 6l-5 6l-5-6z"/><text class="small" x="74" y="%d">最迟</text>`, y-2, y+8)
	g.put(`<rect class="room" x="110" y="%d" width="24" height="6"/><text class="small" x="140" y="%d">机动</text>`, y+1, y+8)
	g.put(`<rect class="period" x="176" y="%d" width="24" height="12"/><text class="small" x="206" y="%d">期间</text>`, y-2, y+8)
	g.put(`<rect class="off" x="242" y="%d" width="24" height="12"/><text class="small" x="272" y="%d">非工作日</text>`, y-2, y+8)
	if g.plan.Provisional {
		g.put(`<rect class="unsure" x="330" y="%d" width="24" height="12"/><text class="small" x="360" y="%d">暂定：放假安排尚未收录</text>`, y-2, y+8)
	}
}

// escaped makes a text fit for XML.
func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes every byte
	return b.String()
}
