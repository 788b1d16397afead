package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
	"github.com/juece/juece/workflow/scoresheet"
)

// scoreCmd fills in a score sheet from a case file (案卷评查).
type scoreCmd struct {
	File   string        `arg:"" help:"案卷文件（YAML或者JSON）。A case file, YAML or JSON."`
	Sheet  string        `default:"d713" placeholder:"NAME|FILE" help:"评查表的名称或者文件（.yaml），默认为d713。A score sheet by name or file."`
	Lang   string        `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string        `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
	On     calendar.Date `placeholder:"DATE" help:"判断日期，默认为今天。The day of judgement, today by default."`
}

// Run prints the form. A form that a person has still to confirm is no
// failure.
func (c *scoreCmd) Run(s streams) error {
	if c.On.IsZero() {
		c.On = calendar.DateOf(time.Now())
	}
	sheet, err := c.sheet()
	if err != nil {
		complainOfSheet(s.err, err, c.Lang)
		return exitUnusable
	}
	packs, err := workflow.Packs()
	if err != nil {
		return err
	}
	check := checkCmd{On: c.On, Lang: c.Lang}
	j, err := check.judge(c.File, packs)
	if err != nil {
		complain(s.err, err, c.Lang)
		return exitUnusable
	}
	form := scoresheet.Prefill(sheet, j.findings)
	if c.Format == "json" {
		return writeForm(s.out, j.file, form)
	}
	var report bytes.Buffer
	writeHeading(&report, j, check)
	writeSheet(&report, form, c.Lang)
	_, err = s.out.Write(report.Bytes())
	return err
}

// sheet finds the sheet: one of the module by its name, any other by its file.
func (c *scoreCmd) sheet() (*scoresheet.Sheet, error) {
	set, err := scoresheet.Embedded()
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(c.Sheet, "./\\") {
		return scoresheet.ReadFile(c.Sheet)
	}
	sheet, err := set.Named(c.Sheet)
	if err == nil {
		return sheet, nil
	}
	var names []string
	for _, known := range set.All() {
		names = append(names, known.Name)
	}
	return nil, scoresheet.Errors{{
		File: "--sheet",
		Zh:   fmt.Sprintf("没有评查表%q，可用的有：%s；本机关的评查表用文件名指定，如./own.yaml", c.Sheet, strings.Join(names, "、")),
		En:   fmt.Sprintf("there is no sheet %q; there are: %s; name a sheet of your own by its file, as ./own.yaml", c.Sheet, strings.Join(names, ", ")),
	}}
}

func complainOfSheet(w io.Writer, err error, lang string) {
	text := err.Error()
	if wrong, ok := errors.AsType[scoresheet.Errors](err); ok {
		text = wrong.Message(lang)
	}
	for line := range strings.Lines(text) {
		fmt.Fprintln(w, printable(strings.TrimSuffix(line, "\n")))
	}
}

// caseForm is a form as a program reads it.
type caseForm struct {
	Case string `json:"case"`
	scoresheet.Form
	Complete bool `json:"complete"` // no item waits for a person
}

func writeForm(w io.Writer, file casefile.File, form scoresheet.Form) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(caseForm{file.ID, form, form.Complete()})
}

// writeSheet writes the form as a table: item, points, what is proposed, and
// under it why.
func writeSheet(w io.Writer, form scoresheet.Form, lang string) {
	fmt.Fprintf(w, choose(lang, "评查表：%s %s　摘要：%.19s…\n", "sheet: %s (%s)   digest: %.19s…\n"),
		form.Sheet, printable(choose(lang, form.Title.Zh, form.Title.En)), form.Digest)
	fmt.Fprintf(w, "%s%s%s\n\n", choose(lang, "分值来源", "points"),
		choose(lang, map[bool]string{true: "（默认值）：", false: "："}[form.Default], map[bool]string{true: " (default): ", false: ": "}[form.Default]),
		printable(choose(lang, form.Source.Zh, form.Source.En)))
	wide, cited := 0, 0
	for _, i := range form.Items {
		wide = max(wide, width(itemName(i, lang)))
		if i.Norm == "D713" {
			cited = max(cited, width(cite(i.Norm, i.Article, i.Paragraph, lang)))
		}
	}
	for _, i := range form.Items {
		fmt.Fprintf(w, "%s %s %s %s\n", itemMark(i), pad(itemName(i, lang), wide), pad(cite(i.Norm, i.Article, i.Paragraph, lang), cited), itemPoints(i, lang))
		writeWhy(w, i, lang)
	}
	writeTotal(w, form, lang)
}

func itemName(i scoresheet.FormItem, lang string) string {
	name := printable(i.Name(lang))
	if i.Veto {
		name += choose(lang, "（一票否决）", " (veto)")
	}
	return name
}

func itemMark(i scoresheet.FormItem) string {
	switch {
	case i.Open():
		return "?"
	case *i.Proposed == i.Points:
		return "✓"
	}
	return "✗"
}

func itemPoints(i scoresheet.FormItem, lang string) string {
	if !i.Open() {
		return fmt.Sprintf(choose(lang, "%d分，拟%d分", "%d points, %d proposed"), i.Points, *i.Proposed)
	}
	return fmt.Sprintf(choose(lang, "%d分，待确认（%d至%d分）", "%d points, to be confirmed (%d to %d)"), i.Points, i.Lowest, i.Highest)
}

// writeWhy writes the findings that cost points, or may.
func writeWhy(w io.Writer, i scoresheet.FormItem, lang string) {
	for _, f := range i.Findings {
		if f.Status == workflow.Violated || f.Status == workflow.NotEvidenced && f.Severity != workflow.Soft {
			writeReason(w, f, lang)
		}
	}
	switch {
	case len(i.Unjudged) > 0:
		fmt.Fprintln(w, "   ", choose(lang, "规则包没有这些规则：", "the pack does not hold these rules: ")+strings.Join(i.Unjudged, choose(lang, "、", ", ")))
	case len(i.Rules) == 0:
		fmt.Fprintln(w, "   ", choose(lang, "没有规则可据以判断，由评查人员评分", "no rule speaks of it; the reviewer scores it"))
	}
}

func writeReason(w io.Writer, f workflow.Finding, lang string) {
	fmt.Fprintf(w, "    %s %s %s %s\n", mark(f.Status, lang), pad(f.Rule, 6), citation(f, lang), printable(message(f, lang)))
}

// writeTotal writes the sum, the vetoes, and what is left to a person.
func writeTotal(w io.Writer, form scoresheet.Form, lang string) {
	total := fmt.Sprintf(choose(lang, "合计：待确认，%d至%d分", "total: to be confirmed, %d to %d"), form.Lowest, form.Highest)
	if form.Complete() {
		total = fmt.Sprintf(choose(lang, "合计：拟%d分", "total: %d proposed"), *form.Total)
	}
	fmt.Fprintf(w, "\n%s%s\n", total, fmt.Sprintf(choose(lang, "（满分%d分）", " (of %d)"), scoresheet.FullPoints))
	var failed, undecided, open []string
	for _, i := range form.Items {
		name := printable(i.Name(lang))
		if i.Failed {
			failed = append(failed, name)
		}
		if i.Open() {
			open = append(open, name)
			if i.Veto {
				undecided = append(undecided, name)
			}
		}
	}
	list := func(label, none string, names []string) {
		fmt.Fprintln(w, label+cmp.Or(strings.Join(names, choose(lang, "；", "; ")), none))
	}
	list(choose(lang, "一票否决：", "vetoed by: "), choose(lang, "未触发", "nothing"), failed)
	if len(undecided) > 0 {
		list(choose(lang, "一票否决待确认：", "vetoes to be confirmed: "), "", undecided)
	}
	list(choose(lang, "须由评查人员确认：", "the reviewer has to confirm: "), choose(lang, "各项得分", "the scores as proposed"), open)
	if len(form.Unscored) > 0 {
		fmt.Fprintln(w, choose(lang, "不属于任何评查项目，不计分：", "of no item, and not scored:"))
		for _, f := range form.Unscored {
			writeReason(w, f, lang)
		}
	}
	fmt.Fprintln(w, choose(lang,
		"说明：此为预填，由评查人员逐项确认后生效；“未见证据”不等于没有做，不扣分。",
		"Note: this is a proposal; a person confirms it item by item. “Not evidenced” does not mean not done, and costs nothing."))
}
