package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
	"github.com/juece/juece/workflow/pack"
)

// The exit codes of check. A file that cannot be used weighs more than a
// violation in another one; an interrupt, more than both.
const (
	exitViolated    status = 1
	exitUnusable    status = 2
	exitInterrupted status = 130
)

// checkCmd judges procedures that were never in the system.
type checkCmd struct {
	Files  []string      `arg:"" name:"path" help:"案卷文件（YAML或者JSON），或者存放案卷的目录。Case files, YAML or JSON, or directories of them."`
	Lang   string        `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string        `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
	On     calendar.Date `placeholder:"DATE" help:"判断日期，默认为今天。The day of judgement, today by default."`
	All    bool          `help:"列出不适用的规则。List the rules that do not apply, too."`

	Totals     bool `help:"只报总数；对目录总是如此。Only totals, as always for a directory."`
	Each       bool `help:"总数之前每件一行。A line for each case before the totals."`
	Jobs       int  `help:"同时检查的件数，默认为处理器数。How many files at a time; as many as there are processors by default."`
	NoProgress bool `help:"不显示进度。No progress bar."`
}

// Help tells what the flags do not.
func (c *checkCmd) Help() string {
	return `对目录，检查其中（含下级目录）所有.yaml、.yml、.json文件，不含隐藏文件，不进入符号链接指向的目录；一个文件有错，不影响其他文件。
--format json：单个文件为结论的数组；目录为一个总数对象；加--each时每行一个JSON对象，一件一行，最后一行为总数。
退出码：0未发现违反，1有违反，2有文件不能使用，130已中断。

Of a directory every .yaml, .yml and .json file is judged, those further down included, hidden ones and linked directories not; a broken file does not stop the rest.
--format json: an array of findings for single files, one object with the totals for a directory; with --each one JSON object a line, each case on its own and the totals last.
Exit codes: 0 no violation, 1 a violation, 2 a file that cannot be used, 130 interrupted.`
}

// maxJobs bounds the files that are open at a time.
const maxJobs = 256

// Validate checks what the command line says.
func (c *checkCmd) Validate() error {
	if c.Jobs < 0 || c.Jobs > maxJobs {
		return fmt.Errorf("--jobs: 应为0至%d must be from 0 to %d", maxJobs, maxJobs)
	}
	return nil
}

// judged is a case with what was found in it.
type judged struct {
	file     casefile.File
	subject  workflow.Case
	findings []workflow.Finding
}

// Run judges every file that can be used. What cannot be is said on stderr.
func (c *checkCmd) Run(ctx context.Context, s streams) error {
	packs, err := workflow.Packs()
	if err != nil {
		return err
	}
	if c.On.IsZero() {
		c.On = calendar.DateOf(time.Now())
	}
	if c.many() {
		return c.runTotals(ctx, s, packs)
	}
	unusable := false
	var cases []judged
	for _, path := range c.Files {
		if ctx.Err() != nil {
			return exitInterrupted
		}
		j, err := c.judge(path, packs)
		if err != nil {
			unusable = true
			complain(s.err, err, c.Lang)
			continue
		}
		cases = append(cases, j)
	}
	if err := c.write(s.out, cases); err != nil {
		return err
	}
	switch {
	case unusable:
		return exitUnusable
	case anyViolated(cases):
		return exitViolated
	}
	return nil
}

func (c *checkCmd) judge(path string, packs *pack.Set) (judged, error) {
	file, err := casefile.ReadFile(path)
	if err != nil {
		return judged{}, err
	}
	subject, err := file.Case(packs, calendar.China())
	if err != nil {
		return judged{}, err
	}
	return judged{file, subject, workflow.Check(subject, c.On)}, nil
}

func (c *checkCmd) write(w io.Writer, cases []judged) error {
	if c.Format == "json" {
		return writeJSON(w, cases, c.Lang)
	}
	return writeText(w, cases, *c)
}

// complain says what is wrong with a file, each thing on a line that begins
// with its place.
func complain(w io.Writer, err error, lang string) {
	all, ok := errors.AsType[casefile.Errors](err)
	if !ok {
		fmt.Fprintln(w, printable(err.Error()))
		return
	}
	for _, e := range all {
		fmt.Fprintln(w, printable(e.Message(lang)))
	}
}

// breach reports whether a finding says that something is owed and was not
// done. What the decree only allows is shown and weighs nothing.
func breach(f workflow.Finding) bool {
	return f.Status == workflow.Violated && f.Severity != workflow.Soft
}

func anyViolated(cases []judged) bool {
	for _, j := range cases {
		for _, f := range j.findings {
			if breach(f) {
				return true
			}
		}
	}
	return false
}
