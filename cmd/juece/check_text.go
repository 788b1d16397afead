package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/juece/juece/workflow"
)

// writeText writes the report for people.
func writeText(w io.Writer, cases []judged, c checkCmd) error {
	var report bytes.Buffer
	for _, j := range cases {
		writeHeading(&report, j, c)
		writeFindings(&report, j, c)
		fmt.Fprintf(&report, "%s\n\n", verdict(j.findings, c.Lang))
	}
	if len(cases) > 0 {
		fmt.Fprintln(&report, note(c.Lang))
	}
	_, err := w.Write(report.Bytes())
	return err
}

// note says what no report can.
func note(lang string) string {
	return choose(lang,
		"说明：完整的程序不等于内容正确；“未见证据”只表示案卷没有写明，不表示没有做。",
		"Note: a complete procedure does not make the content right; “not evidenced” means only that the file does not show it, not that it was not done.")
}

func writeHeading(w io.Writer, j judged, c checkCmd) {
	evidence := choose(c.Lang, "公开信息", "published facts")
	if j.subject.Evidence == workflow.Complete {
		evidence = choose(c.Lang, "完整案卷", "complete file")
	}
	p := j.subject.Pack
	title := printable(cmp.Or(j.file.Title, j.subject.Title(), j.file.ID))
	fmt.Fprintln(w, choose(c.Lang, "【"+title+"】", title))
	fmt.Fprintf(w, choose(c.Lang,
		"案卷：%s　规则包：%s %s　证据：%s　判断日期：%s\n",
		"case: %s   pack: %s (%s)   evidence: %s   judged on: %s\n"),
		printable(j.file.ID), p.Name, choose(c.Lang, p.Title.Zh, p.Title.En), evidence, c.On)
}

// writeFindings writes a line for each finding, in the order of the statute.
// What does not apply is folded into one line at the end.
func writeFindings(w io.Writer, j judged, c checkCmd) {
	var folded []string
	for _, f := range j.findings {
		if f.Status == workflow.NotApplicable && !c.All {
			folded = append(folded, f.Rule)
			continue
		}
		fmt.Fprintf(w, "%s %s %s %s\n",
			mark(f.Status, c.Lang), pad(f.Rule, 6), pad(citation(f, c.Lang), citationWidth(j.findings, c.Lang)), printable(message(f, c.Lang)))
	}
	if len(folded) > 0 {
		fmt.Fprintf(w, "%s %s\n", mark(workflow.NotApplicable, c.Lang), strings.Join(folded, choose(c.Lang, "、", ", ")))
	}
}

// message is what a finding says, with all that belongs to it.
func message(f workflow.Finding, lang string) string {
	text := f.Message(lang)
	if f.Status != workflow.Violated {
		return text + provisional(f, lang)
	}
	switch f.Severity {
	case workflow.Norm:
		text = choose(lang, "（一般要求）", "(general requirement) ") + text
	case workflow.Soft:
		text = choose(lang, "（提示）", "(advisory) ") + text
	}
	if f.Reason != "" {
		text += choose(lang, "；所述理由：", "; reason stated: ") + f.Reason
	}
	if !f.Earliest.IsZero() {
		text += choose(lang, "；最早日期：", "; earliest date: ") + f.Earliest.String()
	}
	return text + provisional(f, lang)
}

func provisional(f workflow.Finding, lang string) string {
	if !f.Provisional {
		return ""
	}
	return choose(lang, "（暂定：当年放假安排尚未收录）", " (provisional: the notice of working days of that year is not loaded)")
}

// verdict sums up a case in one line.
func verdict(findings []workflow.Finding, lang string) string {
	count := map[workflow.Status]int{}
	var broken []string
	advisory := 0
	for _, f := range findings {
		count[f.Status]++
		switch {
		case breach(f):
			broken = append(broken, f.Rule)
		case f.Status == workflow.Violated:
			advisory++
		}
	}
	what := choose(lang, "未发现违反", "no violation found")
	if len(broken) > 0 {
		what = fmt.Sprintf(choose(lang, "违反%d项（%s）", "%d violated (%s)"), len(broken), strings.Join(broken, choose(lang, "、", ", ")))
	}
	if advisory > 0 {
		what += fmt.Sprintf(choose(lang, "，提示%d项", ", %d advisory"), advisory)
	}
	return fmt.Sprintf(choose(lang, "结论：%s；符合%d项，未见证据%d项，不适用%d项。", "Result: %s; %d satisfied, %d not evidenced, %d not applicable."),
		what, count[workflow.Satisfied], count[workflow.NotEvidenced], count[workflow.NotApplicable])
}

func mark(s workflow.Status, lang string) string {
	sign := map[workflow.Status]string{
		workflow.Satisfied: "✓", workflow.Violated: "✗", workflow.NotEvidenced: "?", workflow.NotApplicable: "–",
	}[s]
	return sign + " " + pad(s.Name(lang), len(choose(lang, "12345678", "not applicable")))
}

// choose returns the text of a language.
func choose(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}

// pad fills a text up to a width in columns; a Chinese character takes two.
func pad(s string, to int) string { return s + strings.Repeat(" ", max(0, to-width(s))) }

func width(s string) int {
	columns := 0
	for _, r := range s {
		columns++
		if r >= 0x2e80 { // CJK from here on, with its punctuation and full-width forms
			columns++
		}
	}
	return columns
}

// printable drops what would steer a terminal: a case file is others' text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}
