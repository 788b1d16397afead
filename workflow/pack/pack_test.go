package pack_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

var rules = workflow.Severities()

func TestEmbeddedPacksPass(t *testing.T) {
	t.Parallel()
	set, err := pack.Embedded(rules)
	if err != nil {
		t.Fatal(err)
	}
	d713, err := set.Named("d713")
	if err != nil {
		t.Fatal(err)
	}
	if len(d713.Numbers) != 3 || d713.Number(pack.CommentDays).Value != 30 ||
		d713.Number(pack.HearingMaterialDays).Value != 7 || d713.Number(pack.ReviewWorkingDays).Value != 7 {
		t.Errorf("D713 has the numbers 30, 7 and 7 and no others: %v", d713.Numbers)
	}
	if d713.From.String() != "2019-09-01" {
		t.Errorf("from %s", d713.From)
	}
	strict, err := set.Named("strict-five")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"public_participation", "expert_review", "risk_assessment", "legality_review", "collective_discussion"} {
		if !strict.Steps[step].Always() {
			t.Errorf("strict-five: %s must always apply", step)
		}
	}
	if !strict.HasForum("party_group_meeting") || strict.HasForum("executive_meeting") || !d713.Steps["congress_act"].Always() == strict.Steps["congress_act"].Always() {
		t.Error("strict-five: forums or inherited steps")
	}
	if p, err := set.Digested(strict.Digest()); err != nil || p != strict {
		t.Errorf("by digest: %v", err)
	}
	if _, err := set.Named("d714"); !errors.Is(err, pack.ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
}

func TestAPackIsRefusedByName(t *testing.T) {
	t.Parallel()
	const head = "title: {zh: 甲, en: a}\nnorm: {zh: 甲, number: \"1\"}\nfrom: \"2026-01-01\"\n"
	base := string(source(t, "d713"))
	for name, c := range map[string]struct{ overlay, base, want string }{
		"unknown rule":            {overlay: "severities: {R99.1: hard}\n", want: "severities.R99.1"},
		"loosened rule":           {overlay: "severities: {R30.3: soft}\n", want: "severities.R30.3"},
		"no severity":             {overlay: "severities: {R30.3: fatal}\n", want: "severities.R30.3"},
		"loosened number":         {overlay: "numbers: {comment_days: {value: 20, unit: day, source: x}}\n", want: "numbers.comment_days"},
		"wrong unit":              {overlay: "numbers: {comment_days: {value: 40, unit: working_day, source: x}}\n", want: "numbers.comment_days.unit"},
		"number from nowhere":     {overlay: "numbers: {comment_days: {value: 40, unit: day}}\n", want: "numbers.comment_days.source"},
		"loosened step":           {overlay: "steps: {public_participation: {applies: when, condition: {zh: 甲, en: a}}}\n", want: "steps.public_participation"},
		"new exemption":           {overlay: "steps: {public_participation: {applies: always, exempt: [already_assessed]}}\n", want: "steps.public_participation.exempt"},
		"exempt legality":         {overlay: "steps: {legality_review: {applies: always, exempt: [already_assessed]}}\n", want: "steps.legality_review"},
		"another object":          {overlay: "object: contract\n", want: "object"},
		"another level":           {overlay: "levels: [township]\n", want: "levels.township"},
		"another forum":           {overlay: "forums: [{id: staff_meeting, zh: 甲, en: a}]\n", want: "forums.staff_meeting"},
		"dropped category":        {overlay: "categories: [{id: plan, zh: 甲, en: a}]\n", want: "categories"},
		"another condition":       {overlay: "steps: {expert_review: {applies: when, condition: {zh: 甲, en: a}}}\n", want: "steps.expert_review.condition"},
		"an exemption of risk":    {overlay: "steps: {risk_assessment: {applies: always, exempt: [lawfully_non_public]}}\n", want: "steps.risk_assessment.exempt"},
		"number of nobody":        {overlay: "numbers: {patience: {value: 3, unit: day, source: x}}\n", want: "numbers.patience"},
		"number made unknown":     {overlay: "numbers: {comment_days: {unit: day, source: x, unknown: true}}\n", want: "numbers.comment_days"},
		"no number":               {overlay: "numbers: {expert_count: {value: 0, unit: person, source: x}}\n", want: "numbers.expert_count"},
		"more than all":           {overlay: "numbers: {quorum_percent: {value: 101, unit: percent, source: x}}\n", want: "numbers.quorum_percent"},
		"unknown listed rule":     {overlay: "rules: [Z1]\n", want: "rules.Z1"},
		"adopted by a decision":   {overlay: "adopts: [{rule: R15.1, norm: 甲}]\n", want: "adopts.R15.1"},
		"hearing by mood":         {overlay: "hearing: maybe\n", want: "hearing"},
		"unknown step":            {overlay: "steps: {prayer: {applies: always}}\n", want: "steps.prayer"},
		"review after discussion": {overlay: "order: [collective_discussion, legality_review]\n", want: "order"},
		"dropped channel":         {overlay: "channels: [government_site]\n", want: "channels"},
		"unknown field":           {overlay: "colour: red\n", want: "colour"},
		"missing step":            {base: strings.Replace(base, "  legality_review: {applies: always, article: 25}\n", "", 1), want: "steps.legality_review"},
		"missing number":          {base: strings.Replace(base, "  review_working_days", "  other_days", 1), want: "numbers.review_working_days"},
	} {
		files := fstest.MapFS{}
		if c.base != "" {
			if c.base == base {
				t.Fatalf("%s: the case changes nothing", name)
			}
			files["d713.yaml"] = &fstest.MapFile{Data: []byte(c.base)}
		} else {
			files["d713.yaml"] = &fstest.MapFile{Data: []byte(base)}
			files["local.yaml"] = &fstest.MapFile{Data: []byte("pack: local\nextends: d713\n" + head + c.overlay)}
		}
		_, err := pack.Load(files, rules)
		if !errors.Is(err, pack.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want a refusal that names %s", name, err, c.want)
			continue
		}
		all, ok := errors.AsType[pack.Errors](err)
		if !ok || all[0].File == "" || all[0].Zh == "" || all[0].En == "" {
			t.Errorf("%s: %+v", name, err)
			continue
		}
		// In an overlay the sixth line is what the case says; what a base
		// lacks has no line.
		if c.base == "" && (all[0].Line != 6 || all[0].File != "local.yaml") {
			t.Errorf("%s: the refusal is of %s:%d", name, all[0].File, all[0].Line)
		}
	}
}

func TestATighterOverlayPasses(t *testing.T) {
	t.Parallel()
	set, err := pack.Load(fstest.MapFS{
		"d713.yaml": {Data: source(t, "d713")},
		"local.yaml": {Data: []byte("pack: local\nextends: d713\ntitle: {zh: 甲, en: a}\nnorm: {zh: 甲, number: \"1\"}\nfrom: \"2026-01-01\"\n" +
			"numbers: {comment_days: {value: 40, unit: day, source: x, strict: true}}\nseverities: {R15.1: hard}\n")},
	}, rules)
	if err != nil {
		t.Fatal(err)
	}
	local, _ := set.Named("local")
	base, _ := set.Named("d713")
	if local.Number(pack.CommentDays).Value != 40 || base.Number(pack.CommentDays).Value != 30 || local.Digest() == base.Digest() {
		t.Errorf("overlay: %+v", local.Numbers)
	}
}

func source(t *testing.T, name string) []byte {
	t.Helper()
	set, err := pack.Embedded(rules)
	if err != nil {
		t.Fatal(err)
	}
	p, err := set.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return p.Source()
}

// files are d713 and more packs by name.
func files(t *testing.T, more map[string]string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{"d713.yaml": {Data: source(t, "d713")}}
	for name, text := range more {
		all[name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}
