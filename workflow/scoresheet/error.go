package scoresheet

import (
	"cmp"
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a sheet.
type Error struct {
	File   string
	Line   int    // from 1; 0 when it is about the file as a whole
	Field  string // path within the file, e.g. items[2].points; "" for the whole
	Zh, En string // why
	cause  error
}

// Error gives place and reason in English.
func (e *Error) Error() string { return "scoresheet: " + e.Message("en") }

// Unwrap returns the error behind it, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Message gives place and reason in a language, "zh" or "en", in the form
// file:line: field: why.
func (e *Error) Message(lang string) string {
	place := cmp.Or(e.File, "-")
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, e.Line)
	}
	if e.Field != "" {
		place += ": " + e.Field
	}
	if lang == "en" {
		return place + ": " + e.En
	}
	return place + ": " + e.Zh
}

// Errors is everything that is wrong with a sheet.
type Errors []*Error

// Error gives every error on a line of its own.
func (e Errors) Error() string { return "scoresheet: " + e.Message("en") }

// Message gives every error on a line of its own in a language, "zh" or "en".
func (e Errors) Message(lang string) string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Message(lang)
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As see each of them.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}
