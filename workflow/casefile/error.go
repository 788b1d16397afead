package casefile

import (
	"cmp"
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a case file.
type Error struct {
	File  string
	Line  int    // from 1; 0 when it is about the file as a whole
	Field string // path within the file, e.g. acts[2].act.ends_on; "" for the whole
	Zh    string // why, in Chinese
	En    string // why, in English

	cause error
}

// Error gives place and reason in English.
func (e *Error) Error() string { return "casefile: " + e.Message("en") }

// Message gives place and reason in a language, "zh" or "en", in the form
// file:line: field: why.
func (e *Error) Message(lang string) string {
	var place strings.Builder
	place.WriteString(cmp.Or(e.File, "-"))
	if e.Line > 0 {
		fmt.Fprintf(&place, ":%d", e.Line)
	}
	if e.Field != "" {
		place.WriteString(": " + e.Field)
	}
	if lang == "en" {
		return place.String() + ": " + e.En
	}
	return place.String() + ": " + e.Zh
}

// Unwrap returns the error behind it, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Errors is everything that is wrong with a case file, in the order of its
// lines as far as they were read.
type Errors []*Error

// Error gives every error on a line of its own.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
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
