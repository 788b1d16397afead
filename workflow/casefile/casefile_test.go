package casefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
)

const sample = `# 注释
case: demo
title: 示例
pack: d713
sources:
  - https://example.gov.cn/1
acts:
  - kind: open_comment
    occurred_on: 2025-03-07
    by: {unit: 县城市管理局}
    act:
      activity: round-1
      channels: [{kind: government_site}]
      ends_on: 2025-04-07
  - kind: state_adoption
    occurred_on:
    reasons: {R15.1: 紧急}
    act: {received: 0, statement: "未收到意见"}
  - kind: identify_affected
    act: {units: [], vital_interests: false}
  - kind: withdraw
`

func parse(t *testing.T, text string) casefile.File {
	t.Helper()
	f, err := casefile.Parse("demo.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParse(t *testing.T) {
	t.Parallel()
	f := parse(t, sample)
	if f.ID != "demo" || f.Title != "示例" || f.Pack != "d713" || f.Complete || len(f.Sources) != 1 || len(f.Deeds) != 4 {
		t.Fatalf("got %+v", f)
	}
	for i, d := range f.Deeds {
		if d.Seq != int64(i+1) || !d.RecordedOn.IsZero() {
			t.Errorf("deed %d: %+v", i, d.Ref)
		}
	}
	open, ok := f.Deeds[0].Act.(decision.OpenComment)
	if !ok || open.EndsOn != calendar.MustParseDate("2025-04-07") || !open.StartsOn.IsZero() || open.Channels[0].Kind != "government_site" {
		t.Errorf("open_comment: %+v", f.Deeds[0].Act)
	}
	if f.Deeds[0].OccurredOn.String() != "2025-03-07" || f.Deeds[0].Actor.Unit != "县城市管理局" {
		t.Errorf("envelope: %+v", f.Deeds[0].Ref)
	}
	said, ok := f.Deeds[1].Act.(decision.StateAdoption)
	if !ok || said.Received == nil || *said.Received != 0 || f.Deeds[1].Reasons["R15.1"] != "紧急" || !f.Deeds[1].OccurredOn.IsZero() {
		t.Errorf("state_adoption: %+v", f.Deeds[1])
	}
	affected, ok := f.Deeds[2].Act.(decision.IdentifyAffected)
	if !ok || affected.Units == nil || affected.Groups != nil || affected.VitalInterests == nil || affected.WideDivergence != nil {
		t.Errorf("unknown and empty were mixed up: %+v", f.Deeds[2].Act)
	}
	if f.Deeds[3].Act.Kind() != "withdraw" {
		t.Errorf("an act of which nothing is known: %+v", f.Deeds[3])
	}
}

func TestTheSameFileInOtherClothes(t *testing.T) {
	t.Parallel()
	want := parse(t, "case: a\npack: d713\nacts:\n- kind: submit_draft\n  act: {draft: 2, changes: \"一\\n二\"}\n").Deeds[0].Act.(decision.SubmitDraft)
	for name, text := range map[string]string{
		"JSON":          `{"case": "a", "pack": "d713", "acts": [{"kind": "submit_draft", "act": {"draft": 2, "changes": "\u4e00\n\u4e8c"}}]}`,
		"JSON and tabs": "{\n\t\"case\": \"a\",\n\t\"pack\": \"d713\",\n\t\"acts\": [\n\t\t{\"kind\": \"submit_draft\",\n\t\t\"act\": {\"draft\": 2, \"changes\": \"一\\n二\"}}]}",
		"byte order":    "\ufeffcase: a\npack: d713\nacts:\n- kind: submit_draft\n  act: {draft: 2, changes: \"一\\n二\"}\n",
		"CRLF":          "---\r\ncase: a\r\npack: d713\r\nacts:\r\n- kind: submit_draft\r\n  act:\r\n    draft: 2\r\n    changes: |-\r\n      一\r\n      二\r\n",
	} {
		got, ok := parse(t, text).Deeds[0].Act.(decision.SubmitDraft)
		if !ok || got.Draft != want.Draft || got.Changes != want.Changes {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	const head = "case: a\npack: d713\nacts:\n"
	act := func(kind, fields string) string { return head + "- kind: " + kind + "\n  act:\n    " + fields + "\n" }
	for name, c := range map[string]struct {
		text, field string
		line        int
		en          string
	}{
		"empty":               {"", "", 0, "empty"},
		"only a comment":      {"# x\n", "", 0, "empty"},
		"not a mapping":       {"- a\n", "", 1, "top"},
		"several documents":   {head + "---\nb: 1\n", "", 4, "one case"},
		"not UTF-8":           {"case: a\npack: \xff\n", "", 2, "UTF-8"},
		"control character":   {"case: a\npack: \x1b[2J\n", "", 2, "control"},
		"malformed":           {"case: a\npack: [1\nacts: []\n", "", 3, "malformed"},
		"unclosed":            {"case: \"a\n", "", 1, "malformed"},
		"anchor":              {"case: &x a\npack: *x\n", "", 1, "anchors"},
		"alias":               {"case: a\npack: *x\n", "", 2, "anchors"},
		"merge":               {"case: a\n<<: {pack: d713}\n", "", 2, "anchors"},
		"tag":                 {"case: !!str a\n", "", 1, "tags"},
		"question mark":       {"? case\n: a\n", "", 1, "tags"},
		"too large":           {strings.Repeat("#", casefile.MaxSize+1), "", 0, "larger"},
		"deep brackets":       {"case: " + strings.Repeat("[", 1_000_000), "", 1, "deep"},
		"deep dashes":         {strings.Repeat("- ", 1_000_000), "", 1, "deep"},
		"deep lines":          {"a:\n" + strings.Repeat(" ", 500) + "b: 1\n", "", 2, "deep"},
		"wide":                {strings.Repeat("k: 1\n", 300_000), "", 1001, "too many"},
		"unknown field":       {"case: a\npack: d713\nacts: []\ndecided: true\n", "decided", 4, "no such field"},
		"another case":        {"Case: a\npack: d713\nacts: []\n", "Case", 1, "no such field"},
		"twice":               {"case: a\npack: d713\nacts: []\ncase: b\n", "case", 4, "twice"},
		"missing case":        {"pack: d713\nacts: []\n", "case", 1, "missing"},
		"empty case":          {"case: \"\"\npack: d713\nacts: []\n", "case", 1, "missing"},
		"missing pack":        {"case: a\nacts: []\n", "pack", 1, "missing"},
		"missing acts":        {"case: a\npack: d713\n", "acts", 1, "missing"},
		"long case":           {"case: " + strings.Repeat("长", 129) + "\npack: d713\nacts: []\n", "case", 1, "128"},
		"case on two lines":   {"case: \"a\\nb\"\npack: d713\nacts: []\n", "case", 1, "one line"},
		"case is a number":    {"case: 12\npack: d713\nacts: []\n", "case", 1, "text"},
		"complete is a text":  {head[:len(head)-6] + "complete: ja\nacts: []\n", "complete", 3, "true or false"},
		"acts is no list":     {"case: a\npack: d713\nacts: {}\n", "acts", 3, "list"},
		"too many acts":       {head + strings.Repeat("- kind: withdraw\n", 5001), "acts", 5004, "5000"},
		"act is no mapping":   {head + "- submit_draft\n", "acts[0]", 4, "fields"},
		"act is nothing":      {head + "-\n- kind: withdraw\n", "acts[0]", 4, "fields"},
		"no kind":             {head + "- act: {draft: 1}\n", "acts[0].kind", 4, "missing"},
		"unknown kind":        {head + "- occurred_on: 2025-01-01\n  kind: approve\n", "acts[0].kind", 5, "no act"},
		"bad date":            {head + "- kind: withdraw\n  occurred_on: 2025-02-30\n", "acts[0].occurred_on", 5, "2025-02-30"},
		"date is a number":    {head + "- kind: withdraw\n  occurred_on: 20250228\n", "acts[0].occurred_on", 5, "20250228"},
		"envelope field":      {head + "- kind: withdraw\n  recorded_on: 2025-02-28\n", "acts[0].recorded_on", 5, "no such field"},
		"actor field":         {head + "- kind: withdraw\n  by: {name: x}\n", "acts[0].by.name", 5, "no such field"},
		"actor value":         {head + "- kind: withdraw\n  by: {unit: " + strings.Repeat("x", 129) + "}\n", "acts[0].by.unit", 5, "128"},
		"reason for no rule":  {head + "- kind: withdraw\n  reasons: {R99.9: x}\n", "acts[0].reasons.R99.9", 5, "no such rule"},
		"reason is no text":   {head + "- kind: withdraw\n  reasons: {R15.1: 1}\n", "acts[0].reasons.R15.1", 5, "text"},
		"act field":           {act("withdraw", "deciderr: x"), "acts[0].act.deciderr", 6, "no such field"},
		"act field in a case": {act("withdraw", "Decider: x"), "acts[0].act.Decider", 6, "no such field"},
		"act field twice":     {act("withdraw", "decider: x\n    decider: y"), "acts[0].act.decider", 7, "twice"},
		"text is a number":    {act("publish", "document_number: 12"), "acts[0].act.document_number", 6, "quotes"},
		"number is a text":    {act("submit_draft", "draft: \"1\""), "acts[0].act.draft", 6, "whole number"},
		"number is a float":   {act("submit_draft", "draft: 1.5"), "acts[0].act.draft", 6, "whole number"},
		"number in octal":     {act("submit_draft", "draft: 010"), "acts[0].act.draft", 6, "whole number"},
		"number is zero":      {act("submit_draft", "draft: 0"), "acts[0].act.draft", 6, "from 1"},
		"number is too large": {act("submit_draft", "draft: 99999999999999999999"), "acts[0].act.draft", 6, "whole number"},
		"bool is a text":      {act("determine_step", "applies: \"true\""), "acts[0].act.applies", 6, "true or false"},
		"list is a text":      {act("identify_affected", "units: 财政局"), "acts[0].act.units", 6, "list"},
		"empty entry":         {act("identify_affected", "units: [财政局, ]\n    groups:\n    - a\n    -"), "acts[0].act.groups[1]", 9, "empty"},
		"nested field":        {act("publish", "channels:\n    - kind: government_site\n    - kind: gazette\n      place: x"), "acts[0].act.channels[1].place", 9, "no such field"},
		"breaks a tag":        {act("publish", "channels:\n    - kind: government_site\n    - kind: telegraph"), "acts[0].act.channels[1].kind", 8, "one of"},
		"breaks two":          {act("commit_opinions", "first: 3\n    last: 2"), "acts[0].act.last", 7, "greater"},
		"in JSON":             {"{\"case\": \"a\",\n\"pack\": \"d713\",\n\"acts\": [\n{\"kind\": \"submit_draft\",\n\"act\": {\n\"draft\": -1}}]}", "acts[0].act.draft", 6, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := casefile.Parse("a.yaml", []byte(c.text))
			var all casefile.Errors
			if !errors.As(err, &all) {
				t.Fatalf("got %v", err)
			}
			e := all[0]
			if e.File != "a.yaml" || e.Line != c.line || e.Field != c.field || !strings.Contains(e.En, c.en) || e.Zh == "" {
				t.Errorf("got %+v, want line %d, field %q, %q", *e, c.line, c.field, c.en)
			}
			if !strings.HasPrefix(e.Message("zh"), "a.yaml") || !strings.Contains(err.Error(), e.Message("en")) {
				t.Errorf("messages: %q, %v", e.Message("zh"), err)
			}
		})
	}
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := casefile.Parse("a.yaml", []byte("case: a\ncolour: red\npack: d713\nacts:\n- kind: approve\n- kind: withdraw\n  act: {reason: 1, decider: 2}\n"))
	var all casefile.Errors
	if !errors.As(err, &all) || len(all) != 4 {
		t.Fatalf("got %v", err)
	}
	if !slices.IsSortedFunc(all, func(a, b *casefile.Error) int { return a.Line - b.Line }) {
		t.Errorf("not in the order of lines: %v", err)
	}
	one, ok := errors.AsType[*casefile.Error](err)
	if !ok || one.Field != "colour" {
		t.Errorf("the first is %v", one)
	}
}

func TestAManyfoldWrongFileStaysReadable(t *testing.T) {
	t.Parallel()
	_, err := casefile.Parse("a.yaml", []byte("case: a\npack: d713\nacts:\n"+strings.Repeat("- kind: approve\n", 5000)))
	var all casefile.Errors
	if !errors.As(err, &all) || len(all) != 100 {
		t.Errorf("got %d errors", len(all))
	}
}

func TestDatesOutOfOrderAreNoInputError(t *testing.T) {
	t.Parallel()
	f := parse(t, "case: a\npack: d713\nacts:\n- {kind: publish, occurred_on: 2025-02-01}\n- {kind: propose, occurred_on: 2025-01-01}\n- {kind: open_comment, occurred_on: 2025-03-01, act: {starts_on: 2025-03-01, ends_on: 2025-02-01}}\n")
	if len(f.Deeds) != 3 {
		t.Errorf("got %v", f.Deeds)
	}
}

func TestCase(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for complete, want := range map[string]workflow.Evidence{"": workflow.Published, "complete: false\n": workflow.Published, "complete: true\n": workflow.Complete} {
		c, err := parse(t, complete+sample).Case(packs, calendar.China())
		if err != nil || c.Evidence != want || c.ID != "demo" || len(c.Deeds) != 4 || len(c.Decision.Comments) != 1 || c.Pack.Name != "d713" || c.Calendar == nil {
			t.Errorf("%q: %+v, %v", complete, c, err)
		}
	}
	_, err = parse(t, strings.Replace(sample, "d713", "d714", 1)).Case(packs, calendar.China())
	e, ok := errors.AsType[*casefile.Error](err)
	if !ok || e.File != "demo.yaml" || e.Line != 4 || e.Field != "pack" || !strings.Contains(e.Zh, "strict-five") {
		t.Errorf("unknown pack: %v", err)
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "案卷.yaml")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := casefile.ReadFile(path); err != nil || f.Name != path || f.ID != "demo" {
		t.Errorf("got %+v, %v", f, err)
	}
	_, err := casefile.ReadFile(path + ".missing")
	e, ok := errors.AsType[*casefile.Error](err)
	if !errors.Is(err, fs.ErrNotExist) || !ok || e.File != path+".missing" || e.Line != 0 {
		t.Errorf("missing: %v", err)
	}
	if _, err := casefile.ReadFile(t.TempDir()); err == nil {
		t.Error("a directory was read")
	}
}
