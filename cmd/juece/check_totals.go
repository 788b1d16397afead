package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

// totals is what many case files come to. It holds counts only, however many
// files there are.
type totals struct {
	Cases    int `json:"cases"`
	Violated int `json:"violated"` // cases with a violation, advisory ones apart
	Unusable int `json:"unusable"` // files that could not be judged
	// Interrupted: there are more files than were judged.
	Interrupted bool        `json:"interrupted,omitempty"`
	Rules       []ruleTotal `json:"rules"`

	lang string
	at   map[provision]int // of the line in Rules
}

// ruleTotal counts the answers of one rule, as one pack cites it: a pack for
// another object takes rules over under a norm of its own.
type ruleTotal struct {
	Rule          string            `json:"rule"`
	Citation      string            `json:"citation"`
	Severity      workflow.Severity `json:"severity"` // the strictest that a pack gives it
	Satisfied     int               `json:"satisfied"`
	Violated      int               `json:"violated"`
	NotEvidenced  int               `json:"not_evidenced"`
	NotApplicable int               `json:"not_applicable"`
}

// provision is what a line of the totals is about.
type provision struct {
	rule, norm         string
	article, paragraph int
}

func newTotals(lang string) *totals {
	return &totals{Rules: []ruleTotal{}, lang: lang, at: map[provision]int{}}
}

// add counts the findings of one case.
func (t *totals) add(findings []workflow.Finding) {
	t.Cases++
	violated := false
	for _, f := range findings {
		violated = violated || breach(f)
		t.rule(f).count(f)
	}
	if violated {
		t.Violated++
	}
}

// rule returns the line that a finding belongs to.
func (t *totals) rule(f workflow.Finding) *ruleTotal {
	key := provision{f.Rule, f.Norm, f.Article, f.Paragraph}
	i, ok := t.at[key]
	if !ok {
		i = len(t.Rules)
		t.at[key] = i
		t.Rules = append(t.Rules, ruleTotal{Rule: f.Rule, Citation: citation(f, t.lang), Severity: f.Severity})
	}
	return &t.Rules[i]
}

func (r *ruleTotal) count(f workflow.Finding) {
	order := []workflow.Severity{workflow.Soft, workflow.Norm, workflow.Hard}
	if slices.Index(order, f.Severity) > slices.Index(order, r.Severity) {
		r.Severity = f.Severity
	}
	switch f.Status {
	case workflow.Satisfied:
		r.Satisfied++
	case workflow.Violated:
		r.Violated++
	case workflow.NotEvidenced:
		r.NotEvidenced++
	case workflow.NotApplicable:
		r.NotApplicable++
	}
}

// inOrder returns the totals with their lines in the order of the statute.
// Nothing can be counted afterwards.
func (t *totals) inOrder() *totals {
	place := map[string]int{}
	for i, r := range workflow.Rules() {
		place[r.ID] = i
	}
	slices.SortStableFunc(t.Rules, func(a, b ruleTotal) int { return cmp.Compare(place[a.Rule], place[b.Rule]) })
	t.at = nil
	return t
}

// runTotals judges every file in parallel and counts what was found. What is
// wrong with a file is said in its turn.
func (c *checkCmd) runTotals(ctx context.Context, s streams, packs *pack.Set) error {
	all := newTotals(c.Lang)
	bar := c.progress(ctx, s)
	judge := func(f candidate) outcome {
		if f.err != nil {
			return outcome{err: f.err}
		}
		j, err := c.judge(f.path, packs)
		return outcome{j, err}
	}
	for o := range inOrder(ctx, c.workers(), c.candidates(), judge) {
		if o.err != nil {
			all.Unusable++
			bar.clear()
			complain(s.err, o.err, c.Lang)
		} else {
			all.add(o.findings)
			if c.Each {
				if err := c.writeEach(s.out, o.judged); err != nil {
					bar.finish()
					return err
				}
			}
		}
		bar.add()
	}
	bar.finish()
	all.Interrupted = ctx.Err() != nil
	if err := c.writeTotals(s.out, all.inOrder()); err != nil {
		return err
	}
	switch {
	case all.Interrupted:
		fmt.Fprintf(s.err, choose(c.Lang, "已中断，以上只是%d件的结果\n", "interrupted; this is of %d files only\n"), all.Cases+all.Unusable)
		return exitInterrupted
	case all.Unusable > 0:
		return exitUnusable
	case all.Violated > 0:
		return exitViolated
	}
	return nil
}

// writeEach writes one line on a case.
func (c *checkCmd) writeEach(w io.Writer, j judged) error {
	if c.Format == "json" {
		line := struct {
			Case     string   `json:"case"`
			File     string   `json:"file"`
			Violated []string `json:"violated"`
		}{j.file.ID, j.file.Name, []string{}}
		for _, f := range j.findings {
			if breach(f) {
				line.Violated = append(line.Violated, f.Rule)
			}
		}
		return writeLine(w, line)
	}
	_, err := fmt.Fprintf(w, "%s %s\n", printable(j.file.Name), verdict(j.findings, c.Lang))
	return err
}

func (c *checkCmd) writeTotals(w io.Writer, t *totals) error {
	switch {
	case c.Format == "json" && c.Each:
		return writeLine(w, t) // a line like the others
	case c.Format == "json":
		return writeIndented(w, t)
	}
	var b strings.Builder
	if t.Interrupted {
		b.WriteString(choose(c.Lang, "已中断，尚有案卷未检查。", "Interrupted; there are more files. "))
	}
	fmt.Fprintf(&b, choose(c.Lang, "案卷%d件，其中有违反的%d件；不能使用的文件%d个。\n\n", "%d cases, %d of them with a violation; %d files that cannot be used.\n\n"),
		t.Cases, t.Violated, t.Unusable)
	if t.Cases > 0 {
		c.tabulate(&b, t)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *checkCmd) tabulate(b *strings.Builder, t *totals) {
	row := func(cells ...string) {
		widths := []int{7, 34, 8, 9, 9, 9, 9}
		for i, cell := range cells {
			b.WriteString(pad(cell, widths[i]) + " ")
		}
		b.WriteString("\n")
	}
	if c.Lang == "en" {
		row("rule", "article", "severity", "satisf.", "violated", "no evid.", "n/a")
	} else {
		row("规则", "条款", "程度", "符合", "违反", "未见证据", "不适用")
	}
	for _, r := range t.Rules {
		row(r.Rule, r.Citation, string(r.Severity), fmt.Sprint(r.Satisfied), fmt.Sprint(r.Violated), fmt.Sprint(r.NotEvidenced), fmt.Sprint(r.NotApplicable))
	}
	b.WriteString("\n" + choose(c.Lang, "soft为提示，不计入违反的件数。", "Soft rules are advisory and do not make a case one with a violation.") + "\n" + note(c.Lang) + "\n")
}

// writeLine writes a value as one line of JSON.
func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// many reports whether the answer is to be totals: asked for, or of a
// directory.
func (c *checkCmd) many() bool {
	for _, path := range c.Files {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return true
		}
	}
	return c.Totals || c.Each
}
