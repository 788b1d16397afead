package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/juece/juece/workflow"
)

const cases = "../../examples/cases/"

// found runs check on the files and returns the findings by case and rule.
func found(t *testing.T, wantCode int, files ...string) map[string]map[string]caseFinding {
	t.Helper()
	code, stdout, stderr := program(t, append([]string{"check", "--format", "json", "--on", "2026-01-05"}, files...)...)
	if code != wantCode || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	var all []caseFinding
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatal(err)
	}
	by := map[string]map[string]caseFinding{}
	for _, f := range all {
		if f.Case == "" || f.Rule == "" || f.Norm == "" || f.Article == 0 || f.Status == "" || f.Severity == "" || f.Message == "" {
			t.Errorf("something is missing in %+v", f)
		}
		if by[f.Case] == nil {
			by[f.Case] = map[string]caseFinding{}
		}
		if _, ok := by[f.Case][f.Rule]; ok {
			t.Errorf("%s %s stands twice", f.Case, f.Rule)
		}
		by[f.Case][f.Rule] = f
	}
	return by
}

// The answers that a lawyer gives to the three published cases.
func TestPublishedCases(t *testing.T) {
	t.Parallel()
	const (
		satisfied = workflow.Satisfied
		violated  = workflow.Violated
		unknown   = workflow.NotEvidenced
	)
	for name, c := range map[string]struct {
		code int
		want map[string]workflow.Status
		only bool // nothing else is violated
	}{
		"zhijiang-fireworks-2025": {0, map[string]workflow.Status{
			"R2.1": satisfied, "R3.1": satisfied, "R14.1": satisfied, "R15.1": satisfied, "R18.1": satisfied,
			"R15.3": unknown, "R15.5": unknown, "R16.2": unknown, "R16.5": unknown, "R19.1": unknown,
			"R22.1": unknown, "R25.1": unknown, "R28.1": unknown, "R30.1": unknown, "R32.1": unknown,
		}, true},
		"huadu-plan-hearing-2023": {0, map[string]workflow.Status{
			"R16.2": satisfied, "R16.4": satisfied, "R16.5": unknown, "R16.6": unknown,
			"R15.1": unknown, "R25.1": unknown, "R30.1": unknown,
		}, true},
		"xupu-fireworks-2023": {1, map[string]workflow.Status{
			"R14.1": violated, "R25.1": unknown, "R30.1": satisfied,
			"R11.1": unknown, "R26.3": unknown, "R27.1": unknown,
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := found(t, c.code, filepath.FromSlash(cases+name+".yaml"))[name]
			packs, err := workflow.Packs()
			if err != nil {
				t.Fatal(err)
			}
			d713, _ := packs.Named("d713")
			if held := workflow.RulesUnder(d713); len(all) != len(held) {
				t.Errorf("%d findings for %d rules", len(all), len(held))
			}
			for rule, want := range c.want {
				if got := all[rule]; got.Status != want {
					t.Errorf("%s is %s, want %s: %s", rule, got.Status, want, got.Message)
				}
			}
			for rule, got := range all {
				if c.only && got.Status == violated {
					t.Errorf("%s is violated: %s", rule, got.Message)
				}
			}
		})
	}
}

func TestBothWaysOfCountingAreShown(t *testing.T) {
	t.Parallel()
	f := found(t, 0, cases+"zhijiang-fireworks-2025.yaml")["zhijiang-fireworks-2025"]["R15.1"]
	if f.Message != "不计首日31日，计首日32日，要求不少于30日" || f.Citation != "第十五条第一款" {
		t.Errorf("got %+v", f)
	}
}

func TestReportsAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		args := []string{"check", "--on", "2026-01-05", "--format", format, cases + "xupu-fireworks-2023.yaml", cases + "huadu-plan-hearing-2023.yaml"}
		_, want, _ := program(t, args...)
		for range 5 {
			if _, got, _ := program(t, args...); got != want {
				t.Fatalf("%s differs:\n%s\n%s", format, got, want)
			}
		}
	}
}

func TestNumeral(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "一", 9: "九", 10: "十", 11: "十一", 20: "二十", 44: "四十四", 99: "九十九", 101: "101"} {
		if got := numeral(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
