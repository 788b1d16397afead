package casefile

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// maxProblems is how many errors one file is given; with more, something is
// wrong with the file as a whole.
const maxProblems = 100

// maxActs is how many acts a file may tell. Judging looks at the case as it
// stood at each gate, and copies it act by act.
const maxActs = 5000

// reader turns the nodes of a file into values and collects what is wrong.
type reader struct {
	problems Errors
	lines    map[string]int // of each field that was read, by path
}

func (r *reader) say(line int, field, zh, en string) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, &Error{Line: line, Field: field, Zh: zh, En: en})
	}
}

func (r *reader) file(root *ast.MappingNode) File {
	at := r.fields(root, "", []string{"case", "title", "pack", "complete", "sources", "acts"})
	f := File{
		ID:       read[string](r, at["case"], "case"),
		Title:    read[string](r, at["title"], "title"),
		Pack:     read[string](r, at["pack"], "pack"),
		Complete: read[bool](r, at["complete"], "complete"),
		Sources:  read[[]string](r, at["sources"], "sources"),
		packLine: r.lines["pack"],
	}
	r.needed(at, root, "", "case", "pack", "acts")
	r.oneLine("case", f.ID, 128)
	r.oneLine("title", f.Title, 300)
	acts := r.sequence(at["acts"], "acts")
	if len(acts) > maxActs {
		r.say(lineOf(acts[maxActs]), "acts", fmt.Sprintf("最多%d个程序行为", maxActs), fmt.Sprintf("at most %d acts", maxActs))
		acts = nil
	}
	for i, n := range acts {
		f.Deeds = append(f.Deeds, r.deed(n, fmt.Sprintf("acts[%d]", i), int64(i+1)))
	}
	slices.SortStableFunc(r.problems, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	return f
}

func (r *reader) deed(n ast.Node, path string, seq int64) workflow.Deed {
	m, ok := r.mapping(n, path)
	if !ok {
		return workflow.Deed{}
	}
	at := r.fields(m, path+".", []string{"kind", "occurred_on", "by", "reasons", "act"})
	r.needed(at, m, path+".", "kind")
	d := workflow.Deed{
		Ref: decision.Ref{
			Seq:        seq,
			OccurredOn: read[calendar.Date](r, at["occurred_on"], path+".occurred_on"),
			Actor:      read[decision.Actor](r, at["by"], path+".by"),
		},
		Reasons: read[map[string]string](r, at["reasons"], path+".reasons"),
	}
	r.checkActor(d.Actor, path+".by")
	r.checkReasons(d.Reasons, path+".reasons")
	kind := read[string](r, at["kind"], path+".kind")
	if kind != "" {
		d.Act = r.act(decision.Kind(kind), at["act"], path)
	}
	return d
}

// act reads the fields of an act by the shape of its kind, then hands them to
// the decoder that every act goes through.
func (r *reader) act(kind decision.Kind, n ast.Node, path string) decision.Act {
	info, err := decision.Describe(kind)
	if err != nil {
		r.say(r.lines[path+".kind"], path+".kind",
			fmt.Sprintf("没有程序行为%q", clip(string(kind))), fmt.Sprintf("there is no act %q", clip(string(kind))))
		return nil
	}
	path += ".act"
	before := len(r.problems)
	data, ok := r.encode(n, shapeOf(info.New()), path)
	if !ok || len(r.problems) > before {
		return nil
	}
	act, err := info.Decode(data)
	if err != nil {
		r.say(r.lineOf(path), path, "无法读取："+err.Error(), err.Error())
		return nil
	}
	r.checkFields(decision.ValidateKnown(act), path)
	return act
}

// checkActor checks what is told of an actor. A source seldom says who it was.
func (r *reader) checkActor(a decision.Actor, path string) {
	r.checkFields(decision.ValidateValue("actor", a), path)
}

// checkFields says of each field that breaks its rule where it stands. What is
// required may be unknown in a file.
func (r *reader) checkFields(err error, path string) {
	var invalid *decision.InvalidError
	if !errors.As(err, &invalid) {
		if err != nil {
			r.say(r.lineOf(path), path, "无法检查："+err.Error(), err.Error())
		}
		return
	}
	for _, f := range invalid.Fields {
		if !strings.HasPrefix(f.Rule, "required") {
			field := path + "." + f.Field
			r.say(r.lineOf(field), field, f.Zh, f.En)
		}
	}
}

// checkReasons checks that each reason answers a rule that exists; under a
// mistyped name it would be lost.
func (r *reader) checkReasons(reasons map[string]string, path string) {
	if len(reasons) == 0 {
		return
	}
	known := workflow.Severities()
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		if _, ok := known[id]; !ok {
			field := path + "." + id
			r.say(r.lineOf(field), field, "没有此条规则", "there is no such rule")
		}
	}
}

// needed says which fields a mapping lacks.
func (r *reader) needed(at map[string]ast.Node, m ast.Node, prefix string, names ...string) {
	for _, name := range names {
		if n, ok := at[name]; !ok || isNull(n) || n.GetToken().Value == "" && n.Type() == ast.StringType {
			r.say(lineOf(m), prefix+name, "缺少此项", "missing")
		}
	}
}

// oneLine checks a text that heads a report.
func (r *reader) oneLine(field, text string, most int) {
	switch {
	case utf8.RuneCountInString(text) > most:
		r.say(r.lineOf(field), field, fmt.Sprintf("最多%d字", most), fmt.Sprintf("at most %d characters", most))
	case strings.ContainsFunc(text, unicode.IsControl):
		r.say(r.lineOf(field), field, "应为一行文字", "must be one line of text")
	}
}

// lineOf returns the line of a field, or of what it stands in.
func (r *reader) lineOf(field string) int {
	for field != "" {
		if line, ok := r.lines[field]; ok {
			return line
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 0
}

// clip shortens what a message repeats from the file.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
