package scoresheet_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/juece/juece/workflow/scoresheet"
)

const head = `sheet: own
title: {zh: 甲, en: a}
norm: {zh: 甲, number: "1"}
from: "2026-01-01"
source: {zh: 本机关标准, en: own standard}
items:
`

const line = "  - {id: a, zh: 甲, en: a, norm: D713, article: 15, points: 100, "

// own is a sheet of one item with the fields given.
func own(t testing.TB, fields string) *scoresheet.Sheet {
	t.Helper()
	s, err := scoresheet.Parse("own.yaml", []byte(head+line+fields+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEmbeddedSheetsSayThatTheirPointsAreOurs(t *testing.T) {
	t.Parallel()
	set, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set.All() {
		vetoes := 0
		for _, i := range s.Items {
			if i.Veto {
				vetoes++
			}
		}
		if !s.Default || s.Source.Zh == "" || s.Source.En == "" || vetoes != 2 || !strings.HasPrefix(s.Digest(), "sha256:") {
			t.Errorf("%s: default %v, source %v, %d vetoes, %s", s.Name, s.Default, s.Source, vetoes, s.Digest())
		}
	}
	if _, err := set.Named("d714"); !errors.Is(err, scoresheet.ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
}

func TestASheetIsNamedByItsBytes(t *testing.T) {
	t.Parallel()
	if a, b := own(t, "rules: []"), own(t, "rules: [R15.1]"); a.Digest() == b.Digest() || a.Digest() != own(t, "rules: []").Digest() {
		t.Errorf("%s, %s", a.Digest(), b.Digest())
	}
}

func TestASheetIsRefusedByLineAndField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"unknown rule":          {head + line + "rules: [R15.1, R99.1]}\n", "own.yaml:7: items[0].rules[1]: there is no rule R99.1"},
		"a rule twice":          {head + line + "rules: [R15.1, R15.1]}\n", "own.yaml:7: items[0].rules[1]: the rule R15.1 belongs"},
		"99 points":             {strings.Replace(head+line, "100", "99", 1) + "rules: []}\n", "own.yaml:7: items: the points make 99"},
		"no points":             {strings.Replace(head+line, "100", "0", 1) + "rules: []}\n", "own.yaml:7: items[0].points: must be from 1"},
		"half a point":          {strings.Replace(head+line, "100", "99.5", 1) + "rules: []}\n", "own.yaml:7: points are whole numbers"},
		"an item twice":         {strings.Replace(head+line, "100", "50", 1) + "rules: []}\n" + strings.Replace(line, "100", "50", 1) + "rules: []}\n", `own.yaml:8: items[1].id: the item "a" stands twice`},
		"no article":            {strings.Replace(head+line, "article: 15, ", "", 1) + "rules: []}\n", "own.yaml:7: items[0]: must cite"},
		"no English":            {strings.Replace(head+line, "en: a, norm", "norm", 1) + "rules: []}\n", "own.yaml:7: items[0]: zh and en"},
		"a bad id":              {strings.Replace(head+line, "id: a", "id: 甲", 1) + "rules: []}\n", "own.yaml:7: items[0].id"},
		"a bad name":            {strings.Replace(head+line, "sheet: own", "sheet: Own sheet", 1) + "rules: []}\n", "own.yaml:1: sheet"},
		"deducted elsewhere":    {head + line + "rules: [R15.1], deduct: {R15.2: 1}}\n", "own.yaml:7: items[0].deduct: the rule R15.2 is not of this item"},
		"more than there is":    {head + line + "rules: [R15.1], deduct: {R15.1: 101}}\n", "own.yaml:7: items[0].deduct: what R15.1 costs"},
		"a veto by halves":      {head + line + "veto: true, rules: [R15.1], deduct: {R15.1: 50}}\n", "own.yaml:7: items[0].deduct: an item with a veto"},
		"an unknown field":      {head + line + "weight: 3}\n", `own.yaml:7: malformed: unknown field "weight"`},
		"a field twice":         {head + line + "points: 100}\n", "own.yaml:7: malformed: mapping key"},
		"a veto that is none":   {head + line + "veto: maybe}\n", "own.yaml:7: malformed"},
		"two sheets":            {head + line + "rules: []}\n---\n" + head + line + "rules: []}\n", "own.yaml: a file holds one sheet"},
		"nothing":               {"", "own.yaml: a file holds one sheet"},
		"a list":                {"- 1\n", "own.yaml:1: malformed"},
		"an alias":              {strings.Replace(head, "title: ", "title: &t ", 1) + line + "rules: []}\n", "own.yaml:2: anchors"},
		"no items":              {strings.Replace(head, "items:\n", "items: []\n", 1), "own.yaml:6: items: missing"},
		"points from nowhere":   {strings.Replace(head, "source: {zh: 本机关标准, en: own standard}\n", "", 1) + line + "rules: []}\n", "own.yaml: source: missing"},
		"a day that is none":    {strings.Replace(head, "2026-01-01", "2026-02-30", 1) + line + "rules: []}\n", "own.yaml"},
		"more than is read":     {strings.Repeat("#", scoresheet.MaxSize+1), "larger than 64 KiB"},
		"not a document at all": {"sheet: [", "own.yaml:1: malformed"},
		"deep in brackets":      {strings.Repeat("[", scoresheet.MaxSize), "own.yaml:1: nested too deep"},
		"deep in lists":         {strings.Repeat("- ", scoresheet.MaxSize/2), "own.yaml:1: nested too deep"},
		"deep in indentation":   {staircase(), "own.yaml:102: nested too deep"},
	} {
		s, err := scoresheet.Parse("own.yaml", []byte(c.text))
		var all scoresheet.Errors
		if s != nil || !errors.As(err, &all) || len(all) == 0 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
			continue
		}
		for _, e := range all {
			if e.Zh == "" || e.En == "" || !strings.HasPrefix(e.Message("zh"), "own.yaml") {
				t.Errorf("%s: %+v", name, *e)
			}
		}
	}
}

// staircase nests each line in the one before.
func staircase() string {
	var b strings.Builder
	for i := range 300 {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestAManyfoldWrongSheetStaysReadable(t *testing.T) {
	t.Parallel()
	_, err := scoresheet.Parse("own.yaml", []byte(head+strings.Repeat("  - {id: a}\n", 2000)))
	var all scoresheet.Errors
	if !errors.As(err, &all) || len(all) != 100 {
		t.Errorf("got %d errors", len(all))
	}
}

// FuzzParse: whatever is read, it is a sheet of 100 points, or a list of
// errors that each say why.
func FuzzParse(f *testing.F) {
	f.Add([]byte(head + line + "rules: [R15.1], deduct: {R15.1: 3}}\n"))
	f.Add([]byte(head + "  - id: a\n    points: 1.5\n    rules: [*x]\n---\n- !!str b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scoresheet.Parse("f", data)
		if err == nil {
			total := 0
			for _, i := range s.Items {
				total += i.Points
			}
			if total != scoresheet.FullPoints || s.Name == "" || s.Digest() == "" {
				t.Errorf("%d points: %+v", total, s)
			}
			return
		}
		var all scoresheet.Errors
		if !errors.As(err, &all) || len(all) == 0 {
			t.Fatalf("not a list of errors: %v", err)
		}
		for _, e := range all {
			if e.File != "f" || e.Line < 0 || e.Zh == "" || e.En == "" {
				t.Errorf("an error that does not say enough: %+v", *e)
			}
		}
	})
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := scoresheet.Parse("own.yaml", []byte(strings.Replace(head+line, "100", "99", 1)+"rules: [R99.1, R99.2]}\n"))
	var all scoresheet.Errors
	if !errors.As(err, &all) || len(all) != 3 {
		t.Errorf("got %v", err)
	}
	if one, ok := errors.AsType[*scoresheet.Error](err); !ok || one.Line != 7 {
		t.Errorf("the first is %v", one)
	}
}

func TestAnOrganHasItsOwnSheet(t *testing.T) {
	t.Parallel()
	text := head + line + "rules: [R15.1]}\n"
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := scoresheet.ReadFile(path)
	if err != nil || s.Default {
		t.Fatalf("%+v, %v", s, err)
	}
	set, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	both, err := set.With(s)
	if err != nil || len(both.All()) != len(set.All())+1 {
		t.Fatalf("%v", err)
	}
	if got, err := both.Named("own"); err != nil || got != s {
		t.Errorf("%v", err)
	}
	if _, err := both.With(s); err == nil || !strings.Contains(err.Error(), `"own"`) {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, err := scoresheet.ReadFile(path + ".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	_, err = scoresheet.Load(fstest.MapFS{"other.yaml": {Data: []byte(text)}})
	if err == nil || !strings.Contains(err.Error(), `names itself "own"`) {
		t.Errorf("another name: %v", err)
	}
}
