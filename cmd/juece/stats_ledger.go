package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/statistics"
)

// ledgerLine is one line of a ledger (台账).
type ledgerLine struct {
	statistics.Item
	State string `json:"state"` // on the last day of the period, or of the count
}

// ledger writes the tasks or the rectification items of the period, line by
// line as the cases come.
func (c *statsCmd) ledger(w io.Writer, p statistics.Period, cases iter.Seq2[workflow.Case, error]) error {
	p = p.Until(c.On)
	kind := map[string]string{"tasks": statistics.KindTask, "rectifications": statistics.KindRectification}[c.Ledger]
	write, end := jsonLines(w)
	if c.Format == "csv" {
		write, end = csvLines(w, c.Lang)
	}
	for subject, err := range cases {
		switch {
		case errors.Is(err, statistics.ErrUnreadable):
			continue
		case err != nil:
			return err
		}
		for _, item := range statistics.Items(subject) {
			if item.Kind == kind && item.In(p) {
				if err := write(ledgerLine{item, item.State(p.To)}); err != nil {
					return err
				}
			}
		}
	}
	return end()
}

// jsonLines writes an array with one object a line.
func jsonLines(w io.Writer) (write func(ledgerLine) error, end func() error) {
	before := "["
	write = func(l ledgerLine) error {
		var line bytes.Buffer
		line.WriteString(before + "\n")
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(l); err != nil {
			return err
		}
		before = ","
		_, err := w.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
		return err
	}
	end = func() error {
		text := "\n]\n"
		if before == "[" {
			text = "[]\n"
		}
		_, err := io.WriteString(w, text)
		return err
	}
	return write, end
}

// ledgerColumns are the columns of a ledger, in both languages.
var ledgerColumns = []struct {
	zh, en string
	of     func(ledgerLine, string) string
}{
	{"案件", "case", func(l ledgerLine, _ string) string { return l.Case }},
	{"决策事项", "matter", func(l ledgerLine, _ string) string { return l.Matter }},
	{"决策机关", "organ", func(l ledgerLine, _ string) string { return l.Organ }},
	{"编号", "item", func(l ledgerLine, _ string) string { return l.Item.Item }},
	{"内容", "what", func(l ledgerLine, _ string) string { return l.What }},
	{"来源", "source", func(l ledgerLine, lang string) string { return named(sourceNames, l.Source, lang) }},
	{"责任单位", "unit", func(l ledgerLine, _ string) string { return l.Unit }},
	{"岗位", "post", func(l ledgerLine, _ string) string { return l.Post }},
	{"责任人", "person", func(l ledgerLine, _ string) string { return l.Person }},
	{"措施", "measure", func(l ledgerLine, _ string) string { return l.Measure }},
	{"立案日", "filed", func(l ledgerLine, _ string) string { return l.Filed.String() }},
	{"到期日", "due", func(l ledgerLine, _ string) string { return l.Due.String() }},
	{"到期前延期", "extended", func(l ledgerLine, lang string) string { return yes(l.Extended, lang) }},
	{"到期后延期（不计）", "extended_late", func(l ledgerLine, lang string) string { return yes(l.ExtendedLate, lang) }},
	{"办结日", "closed_on", func(l ledgerLine, _ string) string { return l.ClosedOn.String() }},
	{"办结记录日", "closure_recorded", func(l ledgerLine, _ string) string { return l.ClosureRecorded.String() }},
	{"状态", "state", func(l ledgerLine, lang string) string { return named(stateNames, l.State, lang) }},
}

func csvLines(w io.Writer, lang string) (write func(ledgerLine) error, end func() error) {
	out := csv.NewWriter(w)
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		head := make([]string, len(ledgerColumns))
		for i, column := range ledgerColumns {
			head[i] = choose(lang, column.zh, column.en)
		}
		return out.Write(head)
	}
	write = func(l ledgerLine) error {
		if err := begin(); err != nil {
			return err
		}
		row := make([]string, len(ledgerColumns))
		for i, column := range ledgerColumns {
			row[i] = cell(column.of(l, lang))
		}
		return out.Write(row)
	}
	end = func() error {
		if err := begin(); err != nil { // a ledger without lines has its head
			return err
		}
		out.Flush()
		return out.Error()
	}
	return write, end
}

func yes(is bool, lang string) string {
	if is {
		return choose(lang, "是", "yes")
	}
	return ""
}
