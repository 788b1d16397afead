package pack

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parse reads one pack strictly.
func parse(file string, data []byte) (*Pack, error) {
	p := &Pack{}
	if wrong := plain(data); wrong != nil {
		wrong.File = file
		return nil, Errors{wrong}
	}
	if err := yaml.UnmarshalWithOptions(data, p, yaml.Strict()); err != nil {
		wrong := &Error{File: file, Zh: "格式错误：" + err.Error(), En: "malformed: " + err.Error()}
		var located yaml.Error
		if errors.As(err, &located) {
			wrong.Zh, wrong.En = "格式错误："+located.GetMessage(), "malformed: "+located.GetMessage()
			if t := located.GetToken(); t != nil && t.Position != nil {
				wrong.Line, wrong.Field = t.Position.Line, fieldAt(data, t.Position.Line)
			}
		}
		return nil, Errors{wrong}
	}
	return p, nil
}

// plain refuses what is not one document of plain data: an anchor or a merge
// key would let a field stand where nobody looks for it, and a second document
// would not be read at all.
func plain(data []byte) *Error {
	begun := false
	for _, t := range lexer.Tokenize(string(data)) {
		line := t.Position.Line
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType, token.MappingKeyType:
			return &Error{Line: line, Zh: "不支持锚点、别名、合并键、标签和指令", En: "anchors, aliases, merge keys, tags and directives are not read"}
		case token.DocumentHeaderType, token.DocumentEndType:
			if begun {
				return &Error{Line: line, Zh: "一个文件只能有一个规则包", En: "a file holds one pack, not several documents"}
			}
		case token.CommentType:
		default:
			begun = true
		}
	}
	return nil
}

// fieldAt names the field on a line, the longest path where there are several,
// or "".
func fieldAt(data []byte, line int) string {
	found := ""
	for field, at := range numbered(data) {
		if at == line && (len(field) > len(found) || len(field) == len(found) && field < found) {
			found = field
		}
	}
	return found
}

// numbered says on which line each field of a pack stands. What cannot be read
// a second time has no lines.
func numbered(data []byte) map[string]int {
	lines := map[string]int{}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return lines
	}
	for _, d := range tree.Docs {
		number(lines, "", d.Body)
	}
	return lines
}

// number notes the line of every field under its path. An item of a list has
// the path of the list and its id, rule or value.
func number(lines map[string]int, path string, n ast.Node) {
	at := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	note := func(path string, n ast.Node) {
		if t := n.GetToken(); t != nil && t.Position != nil && lines[path] == 0 {
			lines[path] = t.Position.Line
		}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			number(lines, path, v)
		}
	case *ast.MappingValueNode:
		key := at(n.Key.GetToken().Value) // without quotes
		note(key, n.Key)
		number(lines, key, n.Value)
	case *ast.SequenceNode:
		for i, item := range n.Values {
			key := at(fmt.Sprint(i))
			if scalar, ok := item.(ast.ScalarNode); ok {
				key = at(fmt.Sprint(scalar.GetValue()))
			}
			if name := named(item); name != "" {
				key = at(name)
			}
			note(key, item)
			number(lines, key, item)
		}
	}
}

// named is the id or rule of an item, or "".
func named(n ast.Node) string {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return ""
	}
	for _, v := range m.Values {
		if key := v.Key.GetToken().Value; key == "id" || key == "rule" {
			if scalar, ok := v.Value.(ast.ScalarNode); ok {
				return fmt.Sprint(scalar.GetValue())
			}
		}
	}
	return ""
}
