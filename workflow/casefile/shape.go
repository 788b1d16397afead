package casefile

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/juece/juece/decision"
)

// read reads a node as a value of the type. What is left out or empty is the
// zero value: unknown.
func read[T any](r *reader, n ast.Node, path string) T {
	var value T
	data, ok := r.encode(n, reflect.TypeFor[T](), path)
	if !ok {
		return value
	}
	if err := json.Unmarshal(data, &value); err != nil {
		r.say(r.lineOf(path), path, "无法读取："+err.Error(), err.Error())
	}
	return value
}

func shapeOf(act decision.Act) reflect.Type { return reflect.TypeOf(act) }

// encode writes a node as the JSON of the type, and reports whether that went
// without a problem.
func (r *reader) encode(n ast.Node, as reflect.Type, path string) (json.RawMessage, bool) {
	before := len(r.problems)
	data, err := json.Marshal(r.value(n, as, path))
	if err != nil {
		r.say(r.lineOf(path), path, "无法读取："+err.Error(), err.Error())
	}
	return data, len(r.problems) == before
}

// value turns a node into what JSON holds for the type. It keeps the line of
// every field, so that a later check can point at it.
func (r *reader) value(n ast.Node, as reflect.Type, path string) any {
	if isNull(n) {
		return nil
	}
	r.lines[path] = lineOf(n)
	zero := as.Kind() == reflect.Pointer // a value behind a pointer may be zero
	if zero {
		as = as.Elem()
	}
	if reflect.PointerTo(as).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return r.textual(n, as, path)
	}
	switch as.Kind() {
	case reflect.Struct:
		return r.object(n, as, path)
	case reflect.Map:
		return r.table(n, as, path)
	case reflect.Slice:
		return r.list(n, as, path)
	case reflect.String:
		return r.string(n, path)
	case reflect.Bool:
		return r.bool(n, path)
	default:
		return r.integer(n, as, path, zero)
	}
}

func (r *reader) object(n ast.Node, as reflect.Type, path string) any {
	m, ok := r.mapping(n, path)
	if !ok {
		return nil
	}
	types := map[string]reflect.Type{}
	var names []string
	for i := range as.NumField() {
		if name, _, _ := strings.Cut(as.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			types[name], names = as.Field(i).Type, append(names, name)
		}
	}
	object := map[string]any{}
	at := r.fields(m, path+".", names)
	for _, name := range names {
		if v := r.value(at[name], types[name], path+"."+name); v != nil {
			object[name] = v
		}
	}
	return object
}

// table is a mapping whose keys are free.
func (r *reader) table(n ast.Node, as reflect.Type, path string) any {
	m, ok := r.mapping(n, path)
	if !ok {
		return nil
	}
	table := map[string]any{}
	at := r.fields(m, path+".", nil)
	for _, name := range slices.Sorted(maps.Keys(at)) {
		table[name] = r.value(at[name], as.Elem(), path+"."+name)
	}
	return table
}

func (r *reader) list(n ast.Node, as reflect.Type, path string) any {
	list := []any{}
	for i, node := range r.sequence(n, path) {
		at := fmt.Sprintf("%s[%d]", path, i)
		if isNull(node) {
			r.say(lineOf(node), at, "列表中有空项", "an entry of the list is empty")
		}
		list = append(list, r.value(node, as.Elem(), at))
	}
	return list
}

// textual is a value with a text form of its own, such as a date.
func (r *reader) textual(n ast.Node, as reflect.Type, path string) any {
	text, ok := plain(n)
	if !ok {
		text = n.GetToken().Value
	}
	target, _ := reflect.New(as).Interface().(encoding.TextUnmarshaler)
	if err := target.UnmarshalText([]byte(text)); err != nil || !ok {
		r.say(lineOf(n), path, fmt.Sprintf("%q不是日期，应为2026-02-13的形式", clip(text)), fmt.Sprintf("%q is not a date of the form 2026-02-13", clip(text)))
		return nil
	}
	return text
}

func (r *reader) string(n ast.Node, path string) any {
	if text, ok := plain(n); ok {
		return text
	}
	r.say(lineOf(n), path, "应为文字；数字等请加引号", "must be text; put a number or the like in quotes")
	return nil
}

func (r *reader) bool(n ast.Node, path string) any {
	if b, ok := n.(*ast.BoolNode); ok {
		return b.Value
	}
	r.say(lineOf(n), path, "应为true或false", "must be true or false")
	return nil
}

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// integer keeps the digits as they stand: 010 or 1_000 could be meant in more
// than one way. What is counted from 1 is unknown when it is 0, so a 0 that
// stands in the file would be lost.
func (r *reader) integer(n ast.Node, as reflect.Type, path string, zero bool) any {
	if i, ok := n.(*ast.IntegerNode); ok && decimal.MatchString(i.Token.Value) {
		number := json.Number(i.Token.Value)
		if !zero && strings.Trim(i.Token.Value, "-") == "0" {
			r.say(lineOf(n), path, "应从1起；不知道的，不要填写", "counts from 1; leave it out when it is not known")
			return nil
		}
		if json.Unmarshal([]byte(number), reflect.New(as).Interface()) == nil {
			return number
		}
	}
	r.say(lineOf(n), path, "应为整数，用十进制数字写", "must be a whole number in decimal digits")
	return nil
}

// plain returns the text of a node that holds text. An unquoted date is text.
func plain(n ast.Node) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return s.Value.Value, true
	}
	return "", false
}

func isNull(n ast.Node) bool { return n == nil || n.Type() == ast.NullType }

func (r *reader) mapping(n ast.Node, path string) (*ast.MappingNode, bool) {
	m, ok := asMapping(n)
	if !ok {
		r.say(lineOf(n), path, "应为“字段: 值”", "must hold fields with their values")
	}
	return m, ok
}

// fields returns the fields of a mapping by name. With a list of names, any
// other is a problem.
func (r *reader) fields(m *ast.MappingNode, prefix string, names []string) map[string]ast.Node {
	at := map[string]ast.Node{}
	for _, pair := range m.Values {
		name, ok := plain(pair.Key)
		if !ok {
			name = pair.Key.GetToken().Value
		}
		_, again := at[name]
		switch line := lineOf(pair.Key); {
		case again:
			r.say(line, prefix+clip(name), "重复出现", "stands twice")
		case names != nil && !slices.Contains(names, name):
			r.say(line, prefix+clip(name), "没有此字段，可用的有："+strings.Join(names, "、"), "there is no such field; there are: "+strings.Join(names, ", "))
		default:
			at[name] = pair.Value
		}
	}
	return at
}

// sequence returns the entries of a list; what is left out has none.
func (r *reader) sequence(n ast.Node, path string) []ast.Node {
	if isNull(n) {
		return nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.say(lineOf(n), path, "应为列表", "must be a list")
		return nil
	}
	return s.Values
}
