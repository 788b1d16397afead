package pack_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

// head begins an overlay of five lines, so that what a case says stands on the
// sixth.
const overlayHead = "pack: local\nextends: %s\ntitle: {zh: 甲, en: a}\nnorm: {zh: 甲, number: \"1\"}\nfrom: \"2026-01-01\"\n"

// refusedOverlay loads an overlay and returns what is wrong with it.
func refusedOverlay(t *testing.T, base, text string) pack.Errors {
	t.Helper()
	_, err := pack.EmbeddedWith(map[string][]byte{"local": []byte(fmt.Sprintf(overlayHead, base) + text)}, workflow.Severities())
	all, ok := errors.AsType[pack.Errors](err)
	if err != nil && !ok {
		t.Fatalf("%v is not told by line", err)
	}
	return all
}

const reference = "by_reference: true\nlevels: [%s]\ngovernment: %t\nforums: [{id: own, zh: 甲, en: a}]\nreviewer: {zh: 甲, en: a}\nchannels: [government_site]\n"

// looser are overlays that are looser than their base, for every field of a
// pack. A field that cannot loosen anything says why.
var looser = map[string][]struct{ base, text, field string }{
	"pack":    nil, // a name
	"extends": nil, // the base itself
	"title":   nil, // for people
	"norm":    nil, // for people
	"by_name": nil, // who chooses it; what it demands stays
	"from":    {{"d713", "x", ""}},
	"area":    {{"henan-210", "area: 广东省\n", "area"}},
	"levels":  {{"d713", "levels: [department]\n", "levels.department"}, {"d713", fmt.Sprintf(reference, "county", true), "levels.county"}},
	"by_reference": {
		{"expropriation", fmt.Sprintf(reference, "department", false), "by_reference"},
		{"d713", "by_reference: true\nlevels: [department]\n", "forums"},
		{"d713", "by_reference: true\nlevels: [department]\nforums: [{id: own, zh: 甲, en: a}]\nreviewer: {zh: 甲, en: a}\nchannels: []\n", "channels"},
		{"d713-department", "severities: {R18.2: hard}\n", "by_reference"},
	},
	"categories": {{"d713", "categories: [{id: plan, zh: 甲, en: a}]\n", "categories"}},
	"steps":      {{"d713", "steps: {public_participation: {applies: when, condition: {zh: 甲, en: a}}}\n", "steps.public_participation"}},
	"order":      {{"d713", "order: [collective_discussion, legality_review]\n", "order"}},
	"forums":     {{"d713", "forums: [{id: party_group_meeting, zh: 甲, en: a}]\n", "forums.party_group_meeting"}},
	"reviewer":   {{"d713", "reviewer: {zh: 承办单位, en: the unit itself}\n", "reviewer"}},
	"government": {{"d713", fmt.Sprintf(reference, "department", true), "government"}, {"d713", fmt.Sprintf(reference, "township", false), "government"}},
	"channels":   {{"d713", "channels: [notice_board]\n", "channels"}},
	"numbers": {
		{"d713", "numbers: {comment_days: {value: 29, unit: day, source: x}}\n", "numbers.comment_days"},
		{"expropriation", "numbers: {comment_days: {value: 40, unit: day, source: x}}\n", "numbers.comment_days"}, // no more strict
		{"normative-document", "numbers: {review_working_days_max: {value: 16, unit: working_day, source: x}}\n", "numbers.review_working_days_max"},
		{"price-hearing", "numbers: {consumer_share_percent: {value: 40, unit: percent, source: 政府制定价格听证办法（未核对原文；粤价〔2010〕102号重申五分之二）}}\n", "numbers.consumer_share_percent.default"},
		{"d713", "numbers: {quorum_percent: {value: 100, unit: percent, source: x}}\n", "numbers.quorum_percent.value"},
		{"d713", "numbers: {expert_count: {value: 1001, unit: person, source: x}}\n", "numbers.expert_count.value"},
	},
	"severities":   {{"d713", "severities: {R15.1: soft}\n", "severities.R15.1"}},
	"special_law":  {{"expropriation", "special_law: 另一特别法\n", "special_law"}},
	"hearing":      {{"price-hearing", "hearing: maybe\n", "hearing"}},
	"group_voices": nil, // voices are only added
	"object":       {{"d713", "object: contract\n", "object"}},
	"rules":        {{"d713", "rules: [P1]\n", "rules.P1"}},
	"adopts":       {{"d713", "adopts: [{rule: R15.1, norm: 甲}]\n", "adopts.R15.1"}},
}

func TestEveryFieldIsHeldToItsBase(t *testing.T) {
	t.Parallel()
	of := reflect.TypeOf(pack.Pack{})
	for i := range of.NumField() {
		field := of.Field(i)
		if name := field.Tag.Get("yaml"); field.IsExported() {
			if _, named := looser[name]; !named {
				t.Errorf("nothing is said of loosening %s", name)
			}
		}
	}
	for name, cases := range looser {
		for _, c := range cases {
			if c.field == "" {
				continue
			}
			wrong := refusedOverlay(t, c.base, c.text)
			if len(wrong) == 0 {
				t.Errorf("%s: %q over %s is not refused", name, c.text, c.base)
				continue
			}
			found := false
			for _, w := range wrong {
				found = found || w.Field == c.field && (w.Line >= 5 || w.Line == 0) && w.Zh != "" && w.En != ""
			}
			if !found {
				t.Errorf("%s: %q over %s: %v, want %s", name, c.text, c.base, wrong, c.field)
			}
		}
	}
	earlier := strings.Replace(fmt.Sprintf(overlayHead, "d713"), "2026-01-01", "2019-08-31", 1)
	if _, err := pack.EmbeddedWith(map[string][]byte{"local": []byte(earlier)}, workflow.Severities()); err == nil || !strings.Contains(err.Error(), "local.yaml:5: from") {
		t.Errorf("an overlay that holds earlier: %v", err)
	}
}

// What tightens is accepted, and what is by reference stays so.
func TestTighterOverlaysPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, text string }{
		{"d713", fmt.Sprintf(reference, "department", false)},
		{"d713", fmt.Sprintf(reference, "township", true)},
		{"d713-township", "by_reference: true\n"},
		{"d713-department", "by_reference: true\nreviewer: {zh: 本局法规科, en: the bureau's legal section}\n"},
		{"price-hearing", "numbers: {consumer_share_percent: {value: 40, unit: percent, source: 政府制定价格听证办法第十条（已核对）}}\n"},
		{"d713", "numbers: {quorum_percent: {value: 66, unit: percent, source: x}}\n"},
	} {
		if wrong := refusedOverlay(t, c.base, c.text); len(wrong) > 0 {
			t.Errorf("%q over %s: %v", c.text, c.base, wrong)
		}
	}
	set, err := pack.EmbeddedWith(map[string][]byte{"local": []byte(fmt.Sprintf(overlayHead, "d713-township") + "by_reference: true\n")}, workflow.Severities())
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := set.Named("local"); !p.Government {
		t.Error("a township under an overlay is no government any more")
	}
}

// A refusal names the line on which the field stands, however it is written.
func TestARefusalNamesItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, field string
		line        int
	}{
		"a quoted key":         {"severities:\n  \"R15.1\": soft\n", "severities.R15.1", 7},
		"a base that is not":   {"", "extends", 2},
		"a value of no type":   {"levels: 3\n", "levels", 6},
		"an anchor":            {"numbers: &n {}\n", "", 6},
		"a merge key":          {"numbers:\n  <<: {comment_days: {value: 1}}\n", "", 7},
		"a second document":    {"---\npack: other\n", "", 6},
		"a tag":                {"area: !!str 甲\n", "", 6},
		"a rule of no numbers": {"rules: [P2]\n", "rules.P2", 6},
	} {
		base := "d713"
		if name == "a base that is not" {
			base = "nosuch"
		}
		wrong := refusedOverlay(t, base, c.text)
		if len(wrong) == 0 || wrong[0].Line != c.line || wrong[0].Field != c.field {
			t.Errorf("%s: %+v", name, wrong)
		}
	}
	itself := map[string][]byte{"local": []byte("pack: local\nextends: local\n")}
	if _, err := pack.EmbeddedWith(itself, workflow.Severities()); err == nil || !strings.Contains(err.Error(), "local.yaml:2: extends") {
		t.Errorf("a pack that extends itself: %v", err)
	}
}

// An earlier text of a pack is found by its digest, and is chosen for nothing.
func TestAKeptPackIsFoundByItsDigest(t *testing.T) {
	t.Parallel()
	text := fmt.Sprintf(overlayHead, "d713")
	load := func(comment string) (*pack.Set, *pack.Pack) {
		set, err := pack.EmbeddedWith(map[string][]byte{"local": []byte(text + comment)}, workflow.Severities())
		if err != nil {
			t.Fatal(err)
		}
		p, err := set.Named("local")
		if err != nil {
			t.Fatal(err)
		}
		return set, p
	}
	_, was := load("# 第一稿\n")
	set, is := load("# 第二稿\n")
	if _, err := set.Digested(was.Digest()); !errors.Is(err, pack.ErrUnknown) {
		t.Fatalf("before it is kept: %v", err)
	}
	kept, err := set.Keep(was.Source())
	if err != nil {
		t.Fatal(err)
	}
	back, err := kept.Digested(was.Digest())
	if err != nil || back.Name != "local" || back.Title != was.Title || len(back.Numbers) != len(was.Numbers) {
		t.Errorf("%+v, %v", back, err)
	}
	if p, err := kept.Named("local"); err != nil || p != is || len(kept.All()) != len(set.All()) {
		t.Error("the kept one stands in for the one in force")
	}
	for _, broken := range []string{"", "colour: red\n", "pack: x\nextends: y\n"} {
		if _, err := set.Keep([]byte(broken)); err == nil && broken != "" {
			t.Errorf("kept %q", broken)
		}
	}
}
