package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
)

// missingCmd says what a case lacks.
type missingCmd struct {
	File   string        `arg:"" help:"完整案卷文件（complete: true）。A case file that tells the whole procedure."`
	Gate   string        `placeholder:"ACT" help:"程序行为；默认为主线上的下一个和公布。An act; by default the next one on the main path, and publication."`
	On     calendar.Date `placeholder:"DATE" help:"判断日期，默认为今天。The day of judgement, today by default."`
	Lang   string        `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string        `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// lack is what an act lacks; programs get it as it stands.
type lack struct {
	Gate        decision.Kind    `json:"gate"`
	Zh          string           `json:"zh"`
	En          string           `json:"en"`
	Groups      []workflow.Group `json:"groups"`
	Earliest    calendar.Date    `json:"earliest,omitzero"` // from when on all of it can be cleared
	Provisional bool             `json:"provisional,omitempty"`
}

// publication is the act up to which everything is asked for.
const publication decision.Kind = "publish"

// Run prints what is missing. Exit status 1 says that something is.
func (m *missingCmd) Run(s streams) error {
	c, err := liveCase(m.File)
	if err != nil {
		complain(s.err, err, m.Lang)
		return exitUnusable
	}
	if m.On.IsZero() {
		m.On = calendar.DateOf(time.Now())
	}
	lacks, err := m.ask(c)
	if err != nil {
		fmt.Fprintln(s.err, "juece missing:", err)
		return exitUnusable
	}
	if err := m.write(s.out, c, lacks); err != nil {
		return err
	}
	for _, l := range lacks {
		if len(l.Groups) > 0 {
			return exitViolated
		}
	}
	return nil
}

// liveCase reads a case file as a live record.
func liveCase(path string) (workflow.Case, error) {
	packs, err := workflow.Packs()
	if err != nil {
		return workflow.Case{}, err
	}
	file, err := casefile.ReadFile(path)
	if err != nil {
		return workflow.Case{}, err
	}
	return file.Live(packs, calendar.China())
}

func (m *missingCmd) ask(c workflow.Case) ([]lack, error) {
	next := c.Stage.Info().Gate
	if m.Gate != "" {
		info, err := decision.Describe(decision.Kind(m.Gate))
		if err != nil {
			return nil, errors.New(choose(m.Lang, "没有程序行为", "there is no act ") + fmt.Sprintf("%q", m.Gate))
		}
		return []lack{newLack(info, workflow.Missing(c, info.Kind, m.On))}, nil
	}
	lacks := []lack{}
	if info, err := decision.Describe(next); err == nil {
		lacks = append(lacks, newLack(info, workflow.Missing(c, next, m.On)))
	}
	if next != publication && workflow.Ahead(c.Stage, publication) != nil {
		info, err := decision.Describe(publication)
		if err != nil {
			return nil, err
		}
		lacks = append(lacks, newLack(info, workflow.Before(c, publication, m.On)))
	}
	return lacks, nil
}

func newLack(info decision.Info, findings []workflow.Finding) lack {
	l := lack{Gate: info.Kind, Zh: info.Zh, En: info.En, Groups: workflow.ByRole(findings)}
	l.Earliest, l.Provisional = workflow.Earliest(findings)
	return l
}

func (m *missingCmd) write(w io.Writer, c workflow.Case, lacks []lack) error {
	if m.Format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(lacks)
	}
	var report bytes.Buffer
	stage := c.Stage.Info()
	fmt.Fprintf(&report, choose(m.Lang, "【%s】当前阶段：%s　规则包：%s　日期：%s\n", "%s: stage: %s   pack: %s   day: %s\n"),
		printable(c.Title()), choose(m.Lang, stage.Zh, stage.En), c.Pack.Name, m.On)
	for _, l := range lacks {
		m.section(&report, l)
	}
	_, err := w.Write(report.Bytes())
	return err
}

func (m *missingCmd) section(w io.Writer, l lack) {
	name := choose(m.Lang, "“"+l.Zh+"”", l.En)
	if len(l.Groups) == 0 {
		fmt.Fprintf(w, choose(m.Lang, "\n%s之前：什么也不缺\n", "\nbefore %q nothing is missing\n"), name)
		return
	}
	fmt.Fprintf(w, choose(m.Lang, "\n%s之前尚缺%s：\n", "\nmissing before %q%s:\n"), name, m.from(l.Earliest, l.Provisional))
	for _, g := range l.Groups {
		role := choose(m.Lang, "只待时日", "only time")
		if g.Role != "" {
			role = workflow.RoleName(g.Role, m.Lang)
		}
		fmt.Fprintf(w, "  %s%s\n", role, m.from(g.Earliest, g.Provisional))
		for _, f := range g.Findings {
			fmt.Fprintf(w, "    %s %s %s%s\n", pad(f.Rule, 6), pad(citation(f, m.Lang), citationWidth(g.Findings, m.Lang)), printable(message(f, m.Lang)), m.at(f, l.Gate))
		}
	}
}

// from says the day from which on something can be cleared.
func (m *missingCmd) from(day calendar.Date, provisional bool) string {
	if day.IsZero() {
		return ""
	}
	text := choose(m.Lang, "（最早", " (from ") + day.String()
	if provisional {
		text += choose(m.Lang, "，暂定", ", provisional")
	}
	return text + choose(m.Lang, "）", ")")
}

// at names the gate that owes a rule, where it is not the one asked about.
func (m *missingCmd) at(f workflow.Finding, asked decision.Kind) string {
	info, err := decision.Describe(f.Gate)
	if f.Gate == asked || err != nil {
		return ""
	}
	return choose(m.Lang, "（"+info.Zh+"之前）", " (before: "+info.En+")")
}
