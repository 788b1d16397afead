package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/juece/juece/workflow/pack"
)

// writePack writes what a pack says, for people.
func writePack(w io.Writer, p *pack.Pack, lang string) {
	line := func(zh, en, format string, args ...any) {
		fmt.Fprintf(w, "%s %s\n", pad(choose(lang, zh, en), 32), fmt.Sprintf(format, args...))
	}
	text := func(t pack.Text) string { return choose(lang, t.Zh, t.En) }
	list := func(named []pack.Named) string {
		all := make([]string, len(named))
		for i, n := range named {
			all[i] = choose(lang, n.Zh, n.En)
		}
		return strings.Join(all, choose(lang, "；", "; "))
	}
	line("规则包", "pack", "%s  %s", p.Name, text(p.Title))
	line("规范", "norm", "%s %s", p.Norm.Zh, p.Norm.Number)
	line("施行", "in force", "%s", p.From)
	if p.Extends != "" {
		line("在此基础上从严", "extends", "%s", p.Extends)
	}
	if p.Area != "" {
		line("地区", "area", "%s", p.Area)
	}
	line("适用机关", "organs", "%s%s", strings.Join(p.Levels, ", "), map[bool]string{true: choose(lang, "（参照执行）", " (by reference)")}[p.ByReference])
	line("类别", "categories", "%s", list(p.Categories))
	line("决策会议", "forums", "%s", list(p.Forums))
	line("审查部门", "reviewer", "%s", text(p.Reviewer))
	line("公布途径", "channels", "%s", strings.Join(p.Channels, ", "))
	for _, name := range slices.Sorted(maps.Keys(p.Steps)) {
		step := p.Steps[name]
		when := choose(lang, "一律适用", "always")
		if !step.Always() {
			when = choose(lang, "适用条件：", "when ") + text(step.Condition)
		}
		if len(step.Exempt) > 0 {
			when += choose(lang, "；例外：", "; except ") + strings.Join(step.Exempt, ", ")
		}
		line("程序 "+name, "step "+name, "%s", when)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Numbers)) {
		line("数字 "+name, "number "+name, "%s", packNumber(p.Numbers[name], lang))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Severities)) {
		line("程度 "+name, "severity "+name, "%s", p.Severities[name])
	}
	if len(p.Rules) > 0 {
		line("另有规则", "further rules", "%s", strings.Join(p.Rules, ", "))
	}
	for _, a := range p.Adopts {
		line("沿用 "+a.Rule, "adopts "+a.Rule, "%s%s", a.Norm, map[bool]string{true: fmt.Sprintf(" 第%s条", numeral(a.Article))}[a.Article > 0])
	}
	line("摘要", "digest", "%s", p.Digest())
}

// packNumber says what a number of a pack is, and how far it can be relied on.
func packNumber(n pack.Number, lang string) string {
	if n.Unknown {
		return choose(lang, "地方数字未配置：", "local number not configured: ") + n.Source
	}
	units := map[string][2]string{
		"day": {"日", "days"}, "working_day": {"个工作日", "working days"}, "person": {"人", "persons"},
		"percent": {"%", "%"}, "opinion": {"条意见", "opinions"},
	}[n.Unit]
	text := fmt.Sprintf("%d %s", n.Value, choose(lang, units[0], units[1]))
	if n.Strict {
		text += choose(lang, "（不得缩短）", " (never shorter)")
	}
	if n.Default {
		text += choose(lang, "（默认值，未核对原文）", " (default, not verified in the norm)")
	}
	return text + choose(lang, "，出处：", ", source: ") + n.Source
}
