package main

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// configFlags make a command configurable: each of its flags is also a variable
// of the environment and a key of the file.
type configFlags struct {
	Config string `type:"path" placeholder:"FILE" help:"配置文件（YAML，见docs/configuration.md）。命令行先于环境变量，环境变量先于文件。A file with settings; the command line comes before the environment, and that before the file."`
}

const configFlag = "config"

// configurable reports whether the flags of a command may be set elsewhere.
func configurable(node *kong.Node) bool { return flagNamed(node, configFlag) != nil }

func flagNamed(node *kong.Node, name string) *kong.Flag {
	for _, flag := range node.Flags {
		if flag.Name == name {
			return flag
		}
	}
	return nil
}

// variable is the environment's name of a flag. One that is empty counts as not
// set.
func variable(flag *kong.Flag) string {
	return "JUECE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// settings are what the environment and the file say to the flags of a command.
// It is read and checked as a whole before any of it counts; what is wrong is
// named by place and key, and never repeated.
type settings struct {
	lookup func(string) (string, bool) // the environment

	read   bool
	values map[*kong.Flag]any
	from   map[*kong.Flag]string // where each value stands
}

// options make kong ask the settings for what the command line leaves out.
func (s *settings) options() []kong.Option {
	return []kong.Option{kong.Resolvers(s), kong.WithBeforeResolve(s.prepare), kong.PostBuild(showVariables)}
}

// showVariables names the variables in the help.
func showVariables(k *kong.Kong) error {
	for _, node := range k.Model.Leaves(false) {
		if configurable(node) {
			for _, flag := range node.Flags {
				flag.Help += " ($" + variable(flag) + ")"
			}
		}
	}
	return nil
}

// Validate is part of [kong.Resolver].
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve is part of [kong.Resolver].
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	return s.values[flag], nil
}

// prepare reads the settings of the command that was chosen. Kong calls it once
// for each part of the command line.
func (s *settings) prepare(ctx *kong.Context) error {
	node := ctx.Selected()
	if s.read || node == nil || !configurable(node) {
		return nil
	}
	s.read, s.values, s.from = true, map[*kong.Flag]any{}, map[*kong.Flag]string{}
	r := &configReading{flags: node.Flags, into: s}
	path, _ := ctx.FlagValue(flagNamed(node, configFlag)).(string)
	if value, _ := s.lookup(variable(flagNamed(node, configFlag))); path == "" && value != "" {
		path = kong.ExpandPath(value)
	}
	if path != "" {
		r.file(path)
	}
	r.environment()
	if len(r.wrong) > 0 {
		return r.wrong
	}
	for _, given := range ctx.Path { // the command line comes first
		delete(s.values, given.Flag)
		delete(s.from, given.Flag)
	}
	return nil
}

// configReading collects what is wrong.
type configReading struct {
	flags []*kong.Flag
	into  *settings
	wrong setupErrors
}

// setupErrors are several.
type setupErrors []setupError

func (e setupErrors) Error() string { return fmt.Sprintf("%d errors in the configuration", len(e)) }

func (r *configReading) say(place, key, zh, en string) {
	if key != "" {
		zh = key + "：" + zh
	}
	r.wrong = append(r.wrong, setupError{place + "：" + zh, en})
}

// environment takes what the environment says; it comes before the file.
func (r *configReading) environment() {
	for _, flag := range r.flags {
		text, _ := r.into.lookup(variable(flag))
		if text == "" || flag.Name == configFlag {
			continue
		}
		var value any = text
		if flag.IsSlice() && flag.Tag.Sep == -1 { // no comma parts them
			list := []any{}
			for one := range strings.FieldsSeq(text) {
				list = append(list, one)
			}
			value = list
		}
		r.take(flag, value, variable(flag), "")
	}
}

// take keeps a value that the flag can hold.
func (r *configReading) take(flag *kong.Flag, value any, place, key string) {
	if !holds(flag, value) {
		zh, en := expectation(flag)
		r.say(place, key, zh, en)
		return
	}
	r.into.values[flag], r.into.from[flag] = value, place
}

// holds tries a value, and keeps nothing of it.
func holds(flag *kong.Flag, value any) bool {
	target := reflect.New(flag.Target.Type()).Elem()
	err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: kong.Scan().PushTyped(value, kong.FlagValueToken)}, target)
	return err == nil && (flag.Enum == "" || slices.Contains(flag.EnumSlice(), fmt.Sprint(target)))
}

// file takes what the file says.
func (r *configReading) file(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		r.say(path, "", "配置文件不能读取", "the file cannot be read")
		return
	}
	doc, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // they are named here
	if err != nil {
		place := path
		if located, ok := errors.AsType[yaml.Error](err); ok && located.GetToken() != nil && located.GetToken().Position != nil {
			place = fmt.Sprintf("%s:%d", path, located.GetToken().Position.Line)
		}
		r.say(place, "", "不是YAML，请检查缩进和引号", "it is no YAML; look at indents and quotes")
		return
	}
	var pairs ast.MapNode
	for n, d := range doc.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType {
			continue
		}
		all, ok := d.Body.(ast.MapNode)
		if !ok || n > 0 {
			r.say(fmt.Sprintf("%s:%d", path, d.Body.GetToken().Position.Line), "", "须为一个“键: 值”的文档", "it must be one document of lines KEY: VALUE")
			return
		}
		pairs = all
	}
	if pairs == nil {
		return
	}
	seen := map[string]int{}
	for i := pairs.MapRange(); i.Next(); {
		r.pair(path, i.Key(), i.Value(), seen)
	}
}

// keyName is how a key can be repeated: anything else could be a value that
// slipped out of its place.
var keyName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

func (r *configReading) pair(path string, name ast.MapKeyNode, value ast.Node, seen map[string]int) {
	at, key := name.GetToken().Position.Line, name.GetToken().Value
	place := fmt.Sprintf("%s:%d", path, at)
	n := slices.IndexFunc(r.flags, func(f *kong.Flag) bool { return f.Name == key && key != configFlag })
	if n < 0 {
		if !keyName.MatchString(key) {
			key = ""
		}
		r.say(place, key, "没有这个键；键为不带--的参数名，见docs/configuration.md", "there is no such key; a key is the name of a flag without --, see docs/configuration.md")
		return
	}
	if before, again := seen[key]; again {
		r.say(place, key, fmt.Sprintf("第%d行已有这个键，请删去其一", before), fmt.Sprintf("the key stands in line %d already; take one away", before))
		return
	}
	seen[key] = at
	flag := r.flags[n]
	v, ok := valueOf(flag, value)
	if !ok {
		zh, en := expectation(flag)
		r.say(place, key, zh, en)
		return
	}
	if flag.Tag.Type == "path" || flag.Tag.Type == "existingdir" {
		v = from(filepath.Dir(path), v)
	}
	r.take(flag, v, place, key)
}

// from makes paths of the file count from where the file is.
func from(dir string, value any) any {
	if list, ok := value.([]any); ok {
		for i := range list {
			list[i] = from(dir, list[i])
		}
		return list
	}
	if path, ok := value.(string); ok && !filepath.IsAbs(path) && !strings.HasPrefix(path, "~/") {
		return filepath.Join(dir, path)
	}
	return value
}

// valueOf is a value as kong takes it, when it is of the flag's kind in YAML.
func valueOf(flag *kong.Flag, node ast.Node) (any, bool) {
	if !flag.IsSlice() {
		return scalar(flag.Target.Type(), node)
	}
	list := []any{}
	sequence, ok := node.(*ast.SequenceNode)
	if !ok { // one of them
		one, ok := scalar(flag.Target.Type().Elem(), node)
		return append(list, one), ok
	}
	for _, item := range sequence.Values {
		one, ok := scalar(flag.Target.Type().Elem(), item)
		if !ok {
			return nil, false
		}
		list = append(list, one)
	}
	return list, true
}

func scalar(t reflect.Type, node ast.Node) (any, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, kindOf(t) == yamlText
	case *ast.BoolNode:
		return n.Value, kindOf(t) == yamlBool
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, kindOf(t) == yamlNumber
	}
	return nil, false
}

// yamlKind is what a value is in YAML.
type yamlKind int

const (
	yamlText yamlKind = iota
	yamlBool
	yamlNumber
)

func kindOf(t reflect.Type) yamlKind {
	switch {
	case t == reflect.TypeFor[time.Duration](), reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return yamlText
	case t.Kind() == reflect.Bool:
		return yamlBool
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64:
		return yamlNumber
	}
	return yamlText
}

// withoutRepeating says what is wrong with the command line of a configurable
// command, where kong would repeat what stands there: the value of a flag, or a
// word that is none.
func withoutRepeating(err *kong.ParseError) (setupError, bool) {
	node := err.Context.Selected()
	if node != nil && node.DefaultCmd != nil {
		node = node.DefaultCmd
	}
	if node == nil || !configurable(node) {
		return setupError{}, false
	}
	complaint, ofFlag := strings.CutPrefix(err.Error(), "--")
	name := flagName.FindString(complaint)
	rest := complaint[len(name):]
	switch flag := flagNamed(node, name); {
	case strings.HasPrefix(complaint, "unexpected argument "):
		return setupError{"只接受参数（--…），值中有空格的加引号", "there is nothing but flags (--…); quote a value that has spaces"}, true
	case strings.HasPrefix(complaint, "unknown flag ") && !plainFlag.MatchString(complaint):
		return setupError{"没有这样的参数", "there is no such flag"}, true
	case ofFlag && flag != nil && (strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, " must be one of ")):
		zh, en := expectation(flag)
		return setupError{"--" + name + "：" + zh, en}, true
	}
	return setupError{}, false
}

var (
	flagName  = regexp.MustCompile(`^[a-z-]*`)
	plainFlag = regexp.MustCompile(`^unknown flag --?[A-Za-z0-9_-]{1,40}(, did you mean|$)`)
)

// expectation says what a flag can hold.
func expectation(flag *kong.Flag) (zh, en string) {
	t := flag.Target.Type()
	if flag.IsSlice() {
		t = t.Elem()
	}
	switch {
	case flag.Enum != "":
		zh, en = "须为下列之一："+strings.Join(flag.EnumSlice(), "、"), "it must be one of "+strings.Join(flag.EnumSlice(), ", ")
	case t == reflect.TypeFor[time.Duration]():
		zh, en = "须为时长，如5s、2m", "it must be a duration such as 5s or 2m"
	case t == reflect.TypeFor[slog.Level]():
		zh, en = "须为debug、info、warn或者error", "it must be debug, info, warn or error"
	case t == reflect.TypeFor[netip.Prefix]():
		zh, en = "须为网段，如10.0.0.0/8", "it must be a network such as 10.0.0.0/8"
	case kindOf(t) == yamlBool:
		zh, en = "须为true或者false", "it must be true or false"
	case t.Kind() == reflect.Int:
		zh, en = "须为整数", "it must be a whole number"
	case kindOf(t) == yamlNumber:
		zh, en = "须为数", "it must be a number"
	case flag.Tag.Type == "existingdir":
		zh, en = "须为已有的目录", "it must be a directory that is there"
	default:
		zh, en = "须为文本，必要时加引号", "it must be text, in quotes where YAML takes it for something else"
	}
	if flag.IsSlice() {
		zh, en = zh+"；可以是列表", en+"; or a list of such"
	}
	return zh, en
}
