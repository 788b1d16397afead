package casefile

import (
	"github.com/goccy/go-yaml/token"
)

// What a file of a few megabytes could cost is bounded before it is parsed:
// the parser recurses into what is nested, and compares each key of a mapping
// with all the others. An act is nothing like as deep or as wide.
const (
	maxDepth  = 64   // of brackets
	maxColumn = 200  // at which a line or a list entry may begin
	maxKeys   = 1000 // of one mapping
)

// inspect refuses the parts of YAML that are not plain data, and what is
// nested too deep or too wide.
func inspect(tokens token.Tokens) *Error {
	b := bounds{}
	begun := false
	for _, t := range tokens {
		line := t.Position.Line
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return &Error{Line: line, Zh: "不支持锚点、别名和合并键", En: "anchors, aliases and merge keys are not read"}
		case token.TagType, token.DirectiveType, token.MappingKeyType:
			return &Error{Line: line, Zh: "不支持标签、指令和“?”键", En: "tags, directives and ? keys are not read"}
		case token.DocumentHeaderType:
			if begun {
				return severalDocuments(line)
			}
			begun = true
		case token.CommentType:
		default:
			begun = true
			if problem := b.take(t); problem != nil {
				return problem
			}
		}
	}
	return nil
}

// bounds follows the nesting of tokens.
type bounds struct {
	line int
	flow []int       // keys of each open bracket
	keys map[int]int // keys of the mappings outside brackets, by column
}

func (b *bounds) take(t *token.Token) *Error {
	at := t.Position
	begins := at.Line != b.line
	b.line = at.Line
	if len(b.flow) == 0 && at.Column > maxColumn && (begins || t.Type == token.SequenceEntryType) {
		return tooDeep(at.Line)
	}
	switch t.Type {
	case token.MappingStartType, token.SequenceStartType:
		b.flow = append(b.flow, 0)
		if len(b.flow) > maxDepth {
			return tooDeep(at.Line)
		}
	case token.MappingEndType, token.SequenceEndType:
		b.flow = b.flow[:max(0, len(b.flow)-1)]
	case token.SequenceEntryType:
		b.closeAfter(at.Column)
	case token.MappingValueType:
		if b.key(t) > maxKeys {
			return &Error{Line: at.Line, Zh: "字段过多", En: "too many fields"}
		}
	}
	return nil
}

// key counts a key and returns how many its mapping has by now.
func (b *bounds) key(t *token.Token) int {
	if n := len(b.flow); n > 0 {
		b.flow[n-1]++
		return b.flow[n-1]
	}
	column := t.Position.Column
	if t.Prev != nil && t.Prev.Position.Line == t.Position.Line {
		column = t.Prev.Position.Column
	}
	b.closeAfter(column)
	if b.keys == nil {
		b.keys = map[int]int{}
	}
	b.keys[column]++
	return b.keys[column]
}

// closeAfter forgets the mappings that begin to the right of a column: what
// stands there ends them.
func (b *bounds) closeAfter(column int) {
	for c := range b.keys {
		if c > column {
			delete(b.keys, c)
		}
	}
}

func tooDeep(line int) *Error {
	return &Error{Line: line, Zh: "嵌套过深", En: "nested too deep"}
}
