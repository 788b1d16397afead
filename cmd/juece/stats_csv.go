package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/statistics"
)

// byteOrderMark tells a spreadsheet that the text is UTF-8; without it Chinese
// comes out as something else.
const byteOrderMark = "\ufeff"

// cell makes a text safe in a spreadsheet, which would run what looks like a
// formula. The texts of cases are other people's.
func cell(s string) string {
	s = printable(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

// writeReportCSV writes the report as one long table: the part of the report,
// what the number is about, which number, and the number. The names are those
// of the JSON form.
func writeReportCSV(w io.Writer, r statistics.Report, lang string) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	rows := [][]string{{choose(lang, "部分", "section"), choose(lang, "对象", "subject"), choose(lang, "指标", "measure"), choose(lang, "值", "value")}}
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		rows = flatten(rows, fieldName(v.Type().Field(i)), "", "", v.Field(i))
	}
	return out.WriteAll(rows)
}

// flatten adds a row for each number under a value. What stands in a list is
// told apart by its first text.
func flatten(rows [][]string, section, subject, measure string, v reflect.Value) [][]string {
	leaf := func(text string) [][]string {
		return append(rows, []string{section, cell(subject), measure, text})
	}
	switch value := v.Interface().(type) {
	case statistics.Rate:
		return leaf(value.String())
	case calendar.Date:
		return leaf(value.String())
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return leaf("")
		}
		return flatten(rows, section, subject, measure, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			rows = flatten(rows, section, join(subject, "/", naming(v.Index(i))), measure, v.Index(i))
		}
		return rows
	case reflect.Struct:
		for i := range v.NumField() {
			rows = flatten(rows, section, subject, join(measure, ".", fieldName(v.Type().Field(i))), v.Field(i))
		}
		return rows
	case reflect.String:
		return leaf(cell(v.String()))
	}
	return leaf(fmt.Sprint(v.Interface()))
}

// naming is the first text of a value in a list: what it is about.
func naming(v reflect.Value) string {
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.String {
			return f.String()
		}
	}
	return ""
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join(a, by, b string) string {
	if a == "" {
		return b
	}
	return a + by + b
}
