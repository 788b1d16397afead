package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/plan"
)

// planCmd plans a procedure, from the proposal on or from where a case stands.
type planCmd struct {
	File    string          `arg:"" optional:"" help:"从此完整案卷续作计划（complete: true）。A case file that tells the whole procedure, to go on from."`
	Pack    string          `placeholder:"NAME" help:"规则包；没有案卷文件时必填。The rule pack; required without a file."`
	Meeting calendar.Date   `placeholder:"DATE" help:"会议日期；默认为最早可以依法决定之日。The day of the meeting; the earliest lawful day by default."`
	Start   calendar.Date   `placeholder:"DATE" help:"开始日期，默认为今天。The first day, today by default."`
	Hearing bool            `help:"计划举行听证会。Plan a hearing."`
	With    []decision.Step `placeholder:"STEP" help:"视为适用的程序，如congress_act。Steps taken to apply."`
	Without []decision.Step `placeholder:"STEP" help:"视为不适用的程序，如expert_review。Steps taken not to apply."`
	SVG     string          `name:"svg" placeholder:"FILE" help:"另存为图。Write a picture, too."`
	Lang    string          `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format  string          `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// Run prints the plan. Exit status 1 says that the meeting cannot lawfully be
// held on the day asked for, 2 that nothing can be planned.
func (p *planCmd) Run(s streams) error {
	c, err := p.subject()
	if err != nil {
		complain(s.err, err, p.Lang)
		return exitUnusable
	}
	made, err := plan.Make(c, p.options())
	if err != nil {
		fmt.Fprintln(s.err, "juece plan:", p.explain(err))
		return exitUnusable
	}
	if p.SVG != "" {
		if err := os.WriteFile(p.SVG, made.SVG(c.Calendar), 0o644); err != nil {
			return err
		}
	}
	if p.Format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(made)
	} else {
		err = p.write(s.out, c, made)
	}
	if err == nil && !made.Feasible {
		return exitViolated
	}
	return err
}

func (p *planCmd) options() plan.Options {
	o := plan.Options{Start: p.Start, Meeting: p.Meeting, Hearing: p.Hearing, Steps: map[decision.Step]bool{}}
	if o.Start.IsZero() {
		o.Start = calendar.DateOf(time.Now())
	}
	for _, step := range p.With {
		o.Steps[step] = true
	}
	for _, step := range p.Without {
		o.Steps[step] = false
	}
	return o
}

// subject is the case to plan for: the file's, or one in which nothing was
// done yet.
func (p *planCmd) subject() (workflow.Case, error) {
	for _, step := range p.With {
		if slices.Contains(p.Without, step) {
			return workflow.Case{}, errors.New(choose(p.Lang, "--with与--without不得同时指定", "both --with and --without name ") + string(step))
		}
	}
	switch {
	case p.File != "" && p.Pack != "":
		return workflow.Case{}, errors.New(choose(p.Lang, "案卷文件已指定规则包，不得另加--pack", "the file names its pack; leave out --pack"))
	case p.File != "":
		return liveCase(p.File)
	case p.Pack == "":
		return workflow.Case{}, errors.New(choose(p.Lang, "须指定--pack或者案卷文件", "name a --pack, or a case file"))
	}
	packs, err := workflow.Packs()
	if err != nil {
		return workflow.Case{}, err
	}
	rules, err := packs.Named(p.Pack)
	if err != nil {
		return workflow.Case{}, err
	}
	return workflow.Case{ID: "plan", Evidence: workflow.Live, Pack: rules, Calendar: calendar.China()}, nil
}

// explain says in words why nothing can be planned.
func (p *planCmd) explain(err error) string {
	if option, ok := errors.AsType[*plan.OptionError](err); ok {
		return option.Field + choose(p.Lang, "：", ": ") + option.Message(p.Lang)
	}
	stuck, ok := errors.AsType[*plan.StuckError](err)
	switch {
	case errors.Is(err, plan.ErrEnded):
		return choose(p.Lang, "决策已经公布或者程序已经终结，没有可以计划的步骤", "the decision is issued or the procedure has ended; nothing is left to plan")
	case !ok:
		return printable(err.Error())
	}
	stage := stuck.Stage.Info()
	text := choose(p.Lang, "无法从“"+stage.Zh+"”阶段继续：", "nothing leads on from the stage "+stage.En+": ")
	if stuck.Cause != nil {
		text += printable(stuck.Cause.Error())
	}
	for i, f := range stuck.Findings {
		if i > 0 {
			text += choose(p.Lang, "；", "; ")
		}
		text += f.Rule + " " + citation(f, p.Lang) + " " + printable(f.Message(p.Lang))
	}
	return text
}
