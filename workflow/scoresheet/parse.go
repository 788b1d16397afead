package scoresheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxSize is the size in bytes up to which a sheet is read.
const MaxSize = 64 << 10

// maxProblems is how many errors one file is given; with more, something is
// wrong with the file as a whole.
const maxProblems = 100

// The parser recurses into what is nested. A sheet is nothing like as deep.
const (
	maxDepth  = 16  // of brackets
	maxColumn = 100 // at which a field or a list entry may begin a line
)

// ReadFile reads the sheet at a path. The error is an [Errors]; behind it
// stands the error of the file system, where there was one.
func ReadFile(path string) (*Sheet, error) {
	data, err := readLimited(path)
	if err != nil {
		return nil, Errors{{File: path, Zh: "无法读取文件：" + err.Error(), En: "cannot be read: " + err.Error(), cause: err}}
	}
	return Parse(path, data)
}

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

// Parse reads a sheet and checks it as a whole. The file's name is only used
// in messages. The error is an [Errors].
func Parse(file string, data []byte) (*Sheet, error) {
	r := &reader{file: file}
	if len(data) > MaxSize {
		r.say("", fmt.Sprintf("文件超过%dKiB", MaxSize>>10), fmt.Sprintf("the file is larger than %d KiB", MaxSize>>10))
		return nil, r.problems
	}
	tokens := lexer.Tokenize(string(data))
	if r.deep(tokens); len(r.problems) > 0 {
		return nil, r.problems
	}
	parsed, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, r.malformed(err)
	}
	r.parsed = parsed
	s := &Sheet{digest: digestOf(data)}
	if r.plain(); len(r.problems) > 0 {
		return nil, r.problems
	}
	if err := yaml.UnmarshalWithOptions(data, s, yaml.Strict()); err != nil {
		return nil, r.malformed(err)
	}
	if r.check(s); len(r.problems) > 0 {
		return nil, r.problems
	}
	return s, nil
}

// reader collects what is wrong with a sheet.
type reader struct {
	file     string
	parsed   *ast.File
	problems Errors
}

func (r *reader) say(field, zh, en string) {
	if len(r.problems) == maxProblems {
		return
	}
	r.problems = append(r.problems, &Error{File: r.file, Line: r.line(field), Field: field, Zh: zh, En: en})
}

// line finds where a field stands, or what it belongs to when it is missing.
func (r *reader) line(field string) int {
	if r.parsed == nil {
		return 0
	}
	for field != "" {
		path, err := yaml.PathString("$." + field)
		if err == nil {
			if node, err := path.FilterFile(r.parsed); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 0
}

func (r *reader) malformed(err error) error {
	e := &Error{File: r.file, Zh: "格式错误：" + err.Error(), En: "malformed: " + err.Error(), cause: err}
	if located, ok := errors.AsType[yaml.Error](err); ok {
		e.Zh, e.En = "格式错误："+located.GetMessage(), "malformed: "+located.GetMessage()
		if t := located.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
		}
	}
	return Errors{e}
}

// deep refuses what is nested too deep to be a sheet.
func (r *reader) deep(tokens token.Tokens) {
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		indented := depth == 0 && t.Position.Column > maxColumn && t.Type == token.SequenceEntryType
		if depth > maxDepth || indented || t.Position.IndentNum > maxColumn {
			r.problems = append(r.problems, &Error{File: r.file, Line: t.Position.Line, Zh: "嵌套过深", En: "nested too deep"})
			return
		}
	}
}

// plain refuses what is not one document of plain data. A fraction is refused
// here because the decoder would cut it off.
func (r *reader) plain() {
	var documents []*ast.DocumentNode
	for _, d := range r.parsed.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			documents = append(documents, d)
		}
	}
	if len(documents) != 1 {
		r.say("", "一个文件须是一张评查表", "a file holds one sheet")
		return
	}
	ast.Walk(r, documents[0].Body)
}

// Visit implements ast.Visitor.
func (r *reader) Visit(n ast.Node) ast.Visitor {
	switch n.Type() {
	case ast.FloatType, ast.InfinityType, ast.NanType:
		r.problems = append(r.problems, &Error{File: r.file, Line: n.GetToken().Position.Line, Zh: "分值须是整数", En: "points are whole numbers"})
	case ast.AnchorType, ast.AliasType, ast.TagType, ast.MergeKeyType:
		r.problems = append(r.problems, &Error{File: r.file, Line: n.GetToken().Position.Line, Zh: "不支持锚点、别名、合并键和标签", En: "anchors, aliases, merge keys and tags are not read"})
		return nil
	}
	return r
}
