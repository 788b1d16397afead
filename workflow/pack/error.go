package pack

import (
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a pack, and where. It wraps
// [ErrInvalid].
type Error struct {
	File   string // e.g. local.yaml
	Line   int    // from 1; 0 when no line can be named
	Field  string // e.g. numbers.comment_days
	Zh, En string
}

// Error says where and what, in English.
func (e *Error) Error() string { return e.Message("en") }

// Unwrap lets errors.Is find ErrInvalid.
func (e *Error) Unwrap() error { return ErrInvalid }

// Message says where and what in a language, "zh" or "en".
func (e *Error) Message(lang string) string {
	place := e.File
	if e.Line > 0 {
		place += fmt.Sprintf(":%d", e.Line)
	}
	text := e.Zh
	if lang == "en" {
		text = e.En
	}
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	return place + ": " + text
}

// Errors is everything that is wrong with a pack.
type Errors []*Error

// Error lists everything, a line each, in English.
func (e Errors) Error() string { return e.Message("en") }

// Message lists everything, a line each, in a language, "zh" or "en".
func (e Errors) Message(lang string) string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Message(lang)
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is find ErrInvalid.
func (e Errors) Unwrap() error { return ErrInvalid }

// problems collects what is wrong with one pack.
type problems struct {
	file  string
	data  []byte
	lines map[string]int // made when the first problem asks for one
	list  Errors
}

// say adds a problem. The field is looked for in the pack; where it is missing,
// its parent's line is named.
func (p *problems) say(field, zh, en string) {
	if p.lines == nil {
		p.lines = numbered(p.data)
	}
	line := 0
	for at := field; line == 0 && at != ""; {
		line = p.lines[at]
		at = at[:max(0, strings.LastIndexByte(at, '.'))]
	}
	p.list = append(p.list, &Error{File: p.file, Line: line, Field: field, Zh: zh, En: en})
}

// err returns what was collected, in the order in which it was found.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return p.list
}
