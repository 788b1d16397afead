package casefile

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// document reads the bytes as one YAML document with a mapping at its top.
// JSON is YAML too.
func document(data []byte) (*ast.MappingNode, *Error) {
	text, problem := text(data)
	if problem != nil {
		return nil, problem
	}
	tokens := lexer.Tokenize(text)
	if problem := inspect(tokens); problem != nil {
		return nil, problem
	}
	// Keys that stand twice are found later, with the path of the field.
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxError(err)
	}
	return top(parsed)
}

// text checks that the bytes are text and evens out line ends, which the
// parser would otherwise count twice within quotes.
func text(data []byte) (string, *Error) {
	if len(data) > MaxSize {
		return "", &Error{
			Zh: fmt.Sprintf("文件超过%dMiB", MaxSize>>20), En: fmt.Sprintf("the file is larger than %d MiB", MaxSize>>20),
		}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for rest, line := data, 1; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return "", &Error{Line: line, Zh: "不是UTF-8文本，请另存为UTF-8", En: "not UTF-8 text; save it as UTF-8"}
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
			return "", &Error{Line: line, Zh: fmt.Sprintf("含有控制字符%U", r), En: fmt.Sprintf("holds the control character %U", r)}
		case r == '\n':
			line++
		}
		rest = rest[size:]
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return string(bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))), nil
}

func syntaxError(err error) *Error {
	e := &Error{Zh: "格式错误：" + err.Error(), En: "malformed: " + err.Error(), cause: err}
	var located yaml.Error
	if errors.As(err, &located) {
		e.Zh, e.En = "格式错误："+located.GetMessage(), "malformed: "+located.GetMessage()
		if t := located.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
		}
	}
	return e
}

func top(parsed *ast.File) (*ast.MappingNode, *Error) {
	var found []ast.Node
	for _, d := range parsed.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			found = append(found, d.Body)
		}
	}
	switch len(found) {
	case 0:
		return nil, &Error{Zh: "文件是空的", En: "the file is empty"}
	case 1:
		if m, ok := asMapping(found[0]); ok {
			return m, nil
		}
		return nil, &Error{Line: lineOf(found[0]), Zh: "最外层应为“字段: 值”", En: "the top of the file must hold fields with their values"}
	}
	return nil, severalDocuments(lineOf(found[1]))
}

func severalDocuments(line int) *Error {
	return &Error{Line: line, Zh: "一个文件只能有一份案卷", En: "a file holds one case, not several documents"}
}

func asMapping(n ast.Node) (*ast.MappingNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m, true
	case *ast.MappingValueNode:
		return &ast.MappingNode{BaseNode: m.BaseNode, Start: m.Start, Values: []*ast.MappingValueNode{m}}, true
	}
	return nil, false
}

func lineOf(n ast.Node) int {
	if n == nil {
		return 0
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}
