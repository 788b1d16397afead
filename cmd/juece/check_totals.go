package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

// totals is what many case files come to. It holds counts only, however many
// files there are.
type totals struct {
	Cases    int         `json:"cases"`
	Violated int         `json:"violated"` // cases with a violation, advisory ones apart
	Unusable int         `json:"unusable"` // files that could not be judged
	Rules    []ruleTotal `json:"rules"`
	at       map[string]int
}

// ruleTotal counts the answers of one rule.
type ruleTotal struct {
	Rule          string            `json:"rule"`
	Citation      string            `json:"citation"`
	Severity      workflow.Severity `json:"severity"`
	Satisfied     int               `json:"satisfied"`
	Violated      int               `json:"violated"`
	NotEvidenced  int               `json:"not_evidenced"`
	NotApplicable int               `json:"not_applicable"`
}

func newTotals(lang string) *totals {
	t := &totals{at: map[string]int{}}
	for i, r := range workflow.Rules() {
		t.at[r.ID] = i
		cited := citation(workflow.Finding{Norm: r.Norm, Article: r.Article, Paragraph: r.Paragraph}, lang)
		t.Rules = append(t.Rules, ruleTotal{Rule: r.ID, Citation: cited, Severity: r.Severity})
	}
	return t
}

// add counts the findings of one case.
func (t *totals) add(findings []workflow.Finding) {
	t.Cases++
	violated := false
	for _, f := range findings {
		violated = violated || breach(f)
		r := &t.Rules[t.at[f.Rule]]
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
	if violated {
		t.Violated++
	}
}

// told drops the rules that no case was asked about.
func (t *totals) told() *totals {
	kept := *t
	kept.Rules = []ruleTotal{}
	for _, r := range t.Rules {
		if r.Satisfied+r.Violated+r.NotEvidenced+r.NotApplicable > 0 {
			kept.Rules = append(kept.Rules, r)
		}
	}
	return &kept
}

// task is one file on its way through the workers.
type task struct {
	path   string
	judged judged
	err    error
	done   chan struct{}
}

// runTotals judges every file in parallel and counts what was found. Files
// pass in order of path and only a few are held at a time, whatever their
// number; what is wrong with one is said in its turn.
func (c *checkCmd) runTotals(ctx context.Context, s streams, packs *pack.Set) error {
	all := newTotals(c.Lang)
	bar := c.progress(ctx, s.err)
	var written error
	each := func(t *task) {
		defer bar.add()
		if t.err != nil {
			all.Unusable++
			bar.clear()
			complain(s.err, t.err, c.Lang)
			return
		}
		all.add(t.judged.findings)
		if c.Each && written == nil {
			written = c.writeEach(s.out, t.judged)
		}
	}
	c.judgeAll(ctx, packs, each)
	bar.finish()
	switch {
	case written != nil:
		return written
	case all.Cases+all.Unusable == 0:
		fmt.Fprintln(s.err, choose(c.Lang, "没有找到案卷文件（.yaml、.yml、.json）", "no case file was found (.yaml, .yml, .json)"))
		return exitUnusable
	}
	if err := c.writeTotals(s.out, all.told()); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(s.err, choose(c.Lang, "已中断，以上只是%d件的结果\n", "interrupted; this is of %d files only\n"), all.Cases+all.Unusable)
		return exitUnusable
	case all.Unusable > 0:
		return exitUnusable
	case all.Violated > 0:
		return exitViolated
	}
	return nil
}

// judgeAll hands every file to the workers and each result, in order, to a
// function.
func (c *checkCmd) judgeAll(ctx context.Context, packs *pack.Set, each func(*task)) {
	jobs := c.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	queue, work := make(chan *task, 8*jobs), make(chan *task, 8*jobs)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for t := range work {
				if t.err == nil {
					t.judged, t.err = c.judge(t.path, packs)
				}
				close(t.done)
			}
		})
	}
	go func() {
		defer close(queue)
		defer close(work)
		// The only error is that the context ended.
		_ = caseFiles(c.Files, func(path string, err error) error {
			t := &task{path: path, err: err, done: make(chan struct{})}
			select {
			case queue <- t:
				work <- t
				return nil
			case <-ctx.Done():
				return errStopped
			}
		})
	}()
	for t := range queue {
		<-t.done
		each(t)
	}
	workers.Wait()
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
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(line)
	}
	_, err := fmt.Fprintf(w, "%s %s\n", printable(j.file.Name), verdict(j.findings, c.Lang))
	return err
}

func (c *checkCmd) writeTotals(w io.Writer, t *totals) error {
	if c.Format == "json" {
		return writeIndented(w, t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, choose(c.Lang, "案卷%d件，其中有违反的%d件；不能使用的文件%d个。\n\n", "%d cases, %d of them with a violation; %d files that cannot be used.\n\n"),
		t.Cases, t.Violated, t.Unusable)
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
	_, err := io.WriteString(w, b.String())
	return err
}

// meter is the progress bar, or none.
type meter struct{ bar *progressbar.ProgressBar }

// progress returns a bar where somebody can see one.
func (c *checkCmd) progress(ctx context.Context, w io.Writer) meter {
	f, ok := w.(*os.File)
	if !ok || c.NoProgress || !term.IsTerminal(int(f.Fd())) {
		return meter{}
	}
	return meter{progressbar.NewOptions64(countFiles(ctx, c.Files),
		progressbar.OptionSetWriter(w), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

// The bar is for eyes: what it cannot write is not worth an error.
func (m meter) add() {
	if m.bar != nil {
		_ = m.bar.Add(1)
	}
}

func (m meter) clear() {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
}

func (m meter) finish() {
	if m.bar != nil {
		_ = m.bar.Finish()
	}
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
