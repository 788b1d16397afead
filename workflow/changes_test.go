package workflow_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
)

// Every single change of the record, and what it does to every rule: each
// field of each act that is left out, each other value an enumeration has, each
// number and day moved by one, each list a piece shorter, each act dropped,
// repeated, put last, or told without its day. Whoever changes a rule sees here
// all that the change does.
//
// A field that is left out is unknown, and an unknown is never a breach: what
// is said against that here is named in toldAbsent. Nor is an act that a
// published source does not tell of; a soft rule may remark on what it does.
func TestEachChangeOfTheRecord(t *testing.T) {
	t.Parallel()
	var lines []string
	count := 0
	for _, base := range recordsToChange(t) {
		before := answersOf(base, base.walk)
		lines = append(lines, "# "+base.name)
		for _, c := range singleChanges(base.walk, base.acts) {
			if base.published && !c.leftOut && !c.dropped {
				continue // what a source does tell counts the same
			}
			count++
			after := answersOf(base, c.walk)
			var moved []string
			for _, rule := range slices.Sorted(maps.Keys(before)) {
				if before[rule] == after[rule] {
					continue
				}
				moved = append(moved, fmt.Sprintf("%s %s", rule, after[rule]))
				if base.published && c.dropped && after[rule].status == workflow.Violated && after[rule].severity != workflow.Soft {
					t.Errorf("%s: %s is violated by an act that a source does not tell of", c.what, rule)
				}
				if c.leftOut && after[rule].status == workflow.Violated && !toldAbsent[rule] {
					t.Errorf("%s: %s is violated by a field that is not told", c.what, rule)
				}
			}
			if len(moved) > 0 {
				lines = append(lines, c.what+": "+strings.Join(moved, ", "))
			}
		}
	}
	t.Logf("%d changes, %d of them move a rule", count, len(lines))
	golden := filepath.Join("testdata", "changes.txt")
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	reportDifference(t, strings.Split(string(want), "\n"), lines)
}

// reportDifference names the first lines that differ.
func reportDifference(t *testing.T, want, got []string) {
	t.Helper()
	missing, added := subtract(want, got), subtract(got, want)
	for i, line := range append(missing, added...) {
		if i == 20 {
			t.Errorf("… and %d more", len(missing)+len(added)-i)
			return
		}
		sign := "-"
		if i >= len(missing) {
			sign = "+"
		}
		t.Errorf("%s %s", sign, line)
	}
}

func subtract(list, from []string) []string {
	have := map[string]bool{"": true}
	for _, l := range from {
		have[l] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(l string) bool { return have[l] })
}

// toldAbsent are the rules that ask for a statement as such: leaving it out of
// an act that is told whole is what they forbid.
var toldAbsent = map[string]bool{}

type record struct {
	name string
	pack *pack.Pack
	walk steps
	acts []decision.Kind // to change; all when empty
	// published: a source tells of it, and need not tell everything
	published bool
}

// recordsToChange are the histories that the changes start from: the whole
// sample under every pack that it can be told under, and ways that it does not
// go.
func recordsToChange(t *testing.T) []record {
	t.Helper()
	packs := packsWith(t, map[string]string{"with-numbers": withNumbers})
	var list []record
	add := func(name, under string, walk steps, acts ...decision.Kind) {
		p, err := packs.Named(under)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, record{name: name, pack: p, walk: walk, acts: acts})
	}
	add("d713", "d713", sample.Walk("d713"))
	list = append(list, record{name: "d713, published", pack: list[0].pack, walk: sample.Walk("d713"), published: true})
	add("d713, an exception of fair competition", "d713", edit(func(a *decision.FileCompetitionReview) {
		a.Conclusion, a.Ground, a.Alternatives, a.Until = "exception", "环境保护", "没有限制更小的办法", "2028-12-31"
	})(sample.Walk("d713")), "file_competition_review")
	add("d713, before the People's Congress", "d713", inserted("publish", office, "05-19", decision.RecordCongressAct{
		Form: "report", Body: "县人大常委会", ActedOn: date("05-19"), Reference: "〔2026〕1号", Result: "received",
	})(without("determine_step")(sample.Walk("d713"))), "record_congress_act", "publish")
	add("d713, a catalogue adjusted", "d713", inserted("study_proposal", office, "03-03", decision.CiteCatalogue{
		Year: 2026, Version: 2, Entry: "3", Committee: "县委", ConsentRef: "县委〔2026〕3号", ConsentedOn: date("03-01"), PublishedOn: date("03-02"),
		Adjusted: "新增一类", Steps: []decision.Step{
			"public_participation", "expert_review", "risk_assessment", "legality_review", "collective_discussion", "fair_competition_review", "congress_act", "party_report",
		},
	})(sample.Walk("d713")), "cite_catalogue", "determine_step")
	add("d713, no State rule", "d713", both(noStateRule, inserted("place_on_agenda", office, "05-12",
		decision.InvokeReform{Draft: 3, InvokedBy: "行政首长", NoStateRule: "国家尚无规定", Risks: []string{"可能被诉"}}))(sample.Walk("d713")),
		"issue_legality_opinion", "invoke_reform", "place_on_agenda")
	add("with-numbers", "with-numbers", numbered(sample.Walk("d713")), "open_comment", "announce_hearing", "publish_participants",
		"hold_hearing", "engage_expert", "file_expert_opinion", "open_meeting", "report_progress", "close_task")
	add("expropriation", "expropriation", lawful["expropriation"](sample.Walk("d713")), "state_expropriation", "open_comment",
		"file_risk_assessment", "announce_hearing", "hold_hearing", "open_meeting", "publish", "propose")
	add("price-hearing", "price-hearing", lawful["price-hearing"](sample.Walk("d713")), "announce_hearing", "publish_participants",
		"deliver_materials", "hold_hearing")
	add("henan-210", "henan-210", lawful["henan-210"](sample.Walk("d713")), "identify_affected", "consult_group", "propose")
	return list
}

// answer is what a change can move.
type answer struct {
	status   workflow.Status
	severity workflow.Severity
	earliest string
}

func (a answer) String() string {
	text := string(a.status)
	if a.severity != "" {
		text += "/" + string(a.severity)
	}
	if a.earliest != "" {
		text += " from " + a.earliest
	}
	return text
}

func answersOf(r record, walk steps) map[string]answer {
	c := under(r.pack, walk)
	if r.published {
		c.Evidence = workflow.Published
	}
	found := map[string]answer{}
	for _, f := range workflow.Evaluate(c, judged) {
		a := answer{status: f.Status}
		if f.Status == workflow.Violated {
			a.severity = f.Severity
			if !f.Earliest.IsZero() {
				a.earliest = f.Earliest.String()
			}
		}
		found[f.Rule] = a
	}
	return found
}

type singleChange struct {
	what    string
	walk    steps
	leftOut bool // a field is not told
	dropped bool // an act is not told
}

// singleChanges lists every history that differs from one in one thing.
func singleChanges(walk steps, acts []decision.Kind) []singleChange {
	var list []singleChange
	for i, s := range walk {
		if acts != nil && !slices.Contains(acts, s.Act.Kind()) {
			continue
		}
		name := fmt.Sprintf("%03d %s", i+1, s.Act.Kind())
		with := func(what string, leftOut bool, change func(steps) steps) {
			list = append(list, singleChange{name + what, change(slices.Clone(walk)), leftOut, what == " dropped"})
		}
		with(" dropped", false, func(w steps) steps { return slices.Delete(w, i, i+1) })
		with(" repeated", false, func(w steps) steps { return slices.Insert(w, i, w[i]) })
		with(" put last", false, func(w steps) steps { return append(slices.Delete(w, i, i+1), s) })
		with(" without its day", true, func(w steps) steps { w[i].On = calendar.Date{}; return w })
		for _, days := range []int{-1, 1} {
			with(fmt.Sprintf(" %+d day", days), false, func(w steps) steps { w[i].On = w[i].On.AddDays(days); return w })
		}
		for _, field := range slices.Sorted(maps.Keys(actorLeftOut)) {
			with(" by an actor without "+field, true, func(w steps) steps { w[i].Actor = actorLeftOut[field](w[i].Actor); return w })
		}
		with(" by somebody else", false, func(w steps) steps { w[i].Actor.ID = "他人"; return w })
		for _, f := range fieldChanges(reflect.ValueOf(s.Act)) {
			with("."+f.what, f.leftOut, func(w steps) steps { w[i].Act = f.value.Interface().(decision.Act); return w })
		}
	}
	return list
}

// actorLeftOut leaves out what a source may not tell of who did it.
var actorLeftOut = map[string]func(decision.Actor) decision.Actor{
	"id":    func(a decision.Actor) decision.Actor { a.ID = ""; return a },
	"unit":  func(a decision.Actor) decision.Actor { a.Unit = ""; return a },
	"organ": func(a decision.Actor) decision.Actor { a.Organ = ""; return a },
	"roles": func(a decision.Actor) decision.Actor { a.Roles = nil; return a },
}

type fieldChange struct {
	what    string
	value   reflect.Value
	leftOut bool
}

// fieldChanges lists every value that differs from a struct in one field.
func fieldChanges(v reflect.Value) []fieldChange {
	var list []fieldChange
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		for _, c := range valueChanges(v.Field(i), field.Tag.Get("validate")) {
			whole := reflect.New(v.Type()).Elem()
			whole.Set(v)
			whole.Field(i).Set(c.value)
			list = append(list, fieldChange{name + c.what, whole, c.leftOut})
		}
	}
	return list
}

// valueChanges lists what one value can be changed to; tag are its field rules.
func valueChanges(v reflect.Value, tag string) []fieldChange {
	var list []fieldChange
	add := func(what string, to any, leftOut bool) {
		list = append(list, fieldChange{" " + what, reflect.ValueOf(to).Convert(v.Type()), leftOut})
	}
	if !v.IsZero() {
		list = append(list, fieldChange{" left out", reflect.Zero(v.Type()), true})
	}
	switch v.Kind() {
	case reflect.Struct:
		if day, ok := v.Interface().(calendar.Date); ok {
			if !day.IsZero() {
				add("-1 day", day.AddDays(-1), false)
				add("+1 day", day.AddDays(1), false)
			}
			return list
		}
		for _, c := range fieldChanges(v) {
			list = append(list, fieldChange{"." + c.what, c.value, c.leftOut})
		}
	case reflect.Pointer:
		list = append(list, pointerChanges(v)...)
	case reflect.Slice:
		list = append(list, listChanges(v, tag)...)
	case reflect.Int, reflect.Int64:
		if v.Int() != 0 {
			add("-1", v.Int()-1, v.Int() == 1) // none is not told
		}
		add("+1", v.Int()+1, false)
	case reflect.String:
		for _, other := range otherTexts(v.String(), tag) {
			add(fmt.Sprintf("%q", other), other, false)
		}
	}
	return list
}

func pointerChanges(v reflect.Value) []fieldChange {
	if v.Type().Elem().Kind() == reflect.Bool {
		var list []fieldChange
		for _, b := range []bool{false, true} {
			if v.IsNil() || v.Elem().Bool() != b {
				list = append(list, fieldChange{fmt.Sprintf(" %t", b), reflect.ValueOf(new(b)), false})
			}
		}
		return list
	}
	if v.IsNil() {
		return nil
	}
	if v.Type().Elem().Kind() != reflect.Struct { // none is told by the pointer, not by a zero
		to := reflect.New(v.Type().Elem())
		to.Elem().SetInt(v.Elem().Int() + 1)
		return []fieldChange{{" +1", to, false}}
	}
	var list []fieldChange
	for _, c := range valueChanges(v.Elem(), "") {
		to := reflect.New(v.Type().Elem())
		to.Elem().Set(c.value)
		list = append(list, fieldChange{c.what, to, c.leftOut})
	}
	return list
}

func listChanges(v reflect.Value, tag string) []fieldChange {
	var list []fieldChange
	_, each, _ := strings.Cut(tag, "dive,")
	for i := range v.Len() {
		if i > 0 && i < v.Len()-1 {
			continue // what is true of the first and the last is true of those between
		}
		shorter := reflect.AppendSlice(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v.Slice(0, i)), v.Slice(i+1, v.Len()))
		list = append(list, fieldChange{fmt.Sprintf(" without [%d]", i), shorter, false})
		for _, c := range valueChanges(v.Index(i), each) {
			to := reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v)
			to.Index(i).Set(c.value)
			list = append(list, fieldChange{fmt.Sprintf("[%d]%s", i, c.what), to, c.leftOut})
		}
	}
	return list
}

// otherTexts is what else a text can be: the other values of an enumeration,
// or one that stands nowhere in the record.
func otherTexts(text, tag string) []string {
	_, values, ok := strings.Cut(tag, "oneof=")
	if !ok {
		return []string{"另"}
	}
	values, _, _ = strings.Cut(values, ",")
	return slices.DeleteFunc(strings.Fields(values), func(v string) bool { return v == text })
}
