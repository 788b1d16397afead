package scoresheet_test

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/scoresheet"
	"github.com/juece/juece/workflow/workflowtest"
)

var judged = calendar.MustParseDate("2026-06-30")

func embedded(t testing.TB, name string) *scoresheet.Sheet {
	t.Helper()
	set, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := set.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// fileOf folds steps as a case file that tells the whole procedure.
func fileOf(t testing.TB, steps []sample.Step) workflow.Case {
	t.Helper()
	c := workflowtest.Case(t, "d713")
	c.Evidence = workflow.Complete
	deeds := make([]workflow.Deed, len(steps))
	for i, s := range steps {
		deeds[i] = workflow.Deed{Ref: decision.Ref{Seq: int64(i + 1), OccurredOn: s.On, Actor: s.Actor}, Act: s.Act, Reasons: s.Reasons}
	}
	return c.Fold(deeds)
}

func item(t testing.TB, f scoresheet.Form, id string) scoresheet.FormItem {
	t.Helper()
	i := slices.IndexFunc(f.Items, func(i scoresheet.FormItem) bool { return i.ID == id })
	if i < 0 {
		t.Fatalf("no item %s", id)
	}
	return f.Items[i]
}

func TestTheSampleHasEveryPoint(t *testing.T) {
	t.Parallel()
	for _, pack := range []string{"d713", "strict-five"} {
		f := scoresheet.Prefill(embedded(t, "d713"), workflow.Evaluate(workflowtest.Play(t, pack, sample.Walk(pack)), judged))
		if !f.Complete() || *f.Total != 100 || f.Lowest != 100 || f.Highest != 100 || f.Vetoed || len(f.Open()) > 0 || len(f.Unscored) > 0 {
			t.Errorf("%s: total %v, %d to %d, vetoed %v, open %v, unscored %v", pack, f.Total, f.Lowest, f.Highest, f.Vetoed, f.Open(), f.Unscored)
		}
	}
}

// The sheet of the decree leaves no rule of it out.
func TestEveryRuleOfTheDecreeIsScored(t *testing.T) {
	t.Parallel()
	s := embedded(t, "d713")
	for _, r := range workflow.Rules() {
		if r.Listed || r.Number != "" || r.Object != "" {
			continue // of special laws and of other objects
		}
		if !slices.ContainsFunc(s.Items, func(i scoresheet.Item) bool { return slices.Contains(i.Rules, r.ID) }) {
			t.Errorf("no item names %s", r.ID)
		}
	}
}

// What a source does not tell is proposed by nobody.
func TestPublishedCasesWaitForAPerson(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		lost, open []string
		full       []string
	}{
		"zhijiang-fireworks-2025": {open: []string{"legality_review", "discussion", "participation"}, full: []string{"opinions"}},
		"huadu-plan-hearing-2023": {open: []string{"hearing", "legality_review", "discussion"}},
		"xupu-fireworks-2023":     {lost: []string{"participation"}, open: []string{"legality_review"}},
	} {
		file, err := casefile.ReadFile(filepath.Join("../../examples/cases", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := file.Case(packs, calendar.China())
		if err != nil {
			t.Fatal(err)
		}
		f := scoresheet.Prefill(embedded(t, "d713"), workflow.Check(c, judged))
		if f.Complete() || f.Vetoed || f.Lowest >= f.Highest {
			t.Errorf("%s: total %v, %d to %d, vetoed %v", name, f.Total, f.Lowest, f.Highest, f.Vetoed)
		}
		for _, id := range want.lost {
			if i := item(t, f, id); i.Highest == i.Points {
				t.Errorf("%s: %s has %d to %d", name, id, i.Lowest, i.Highest)
			}
		}
		for _, id := range want.open {
			if i := item(t, f, id); !i.Open() {
				t.Errorf("%s: %s is proposed %d", name, id, *i.Proposed)
			}
		}
		for _, id := range want.full {
			if i := item(t, f, id); i.Open() || *i.Proposed != i.Points {
				t.Errorf("%s: %s has %d to %d", name, id, i.Lowest, i.Highest)
			}
		}
	}
}

// A broken rule lowers the item that names it, by what the item says, and no
// other; one that is only shown lowers none.
func TestEachBreachLowersItsItem(t *testing.T) {
	t.Parallel()
	s := embedded(t, "d713")
	whole := workflow.Evaluate(fileOf(t, sample.Walk("d713")), judged)
	for at, f := range whole {
		broken := slices.Clone(whole)
		broken[at].Status, broken[at].Reason = workflow.Violated, ""
		form := scoresheet.Prefill(s, broken)
		if !form.Complete() {
			t.Fatalf("%s: open %v", f.Rule, form.Open())
		}
		want := 100
		for _, i := range s.Items {
			if !slices.Contains(i.Rules, f.Rule) || f.Severity == workflow.Soft {
				continue
			}
			cost, deducted := i.Deduct[f.Rule]
			if !deducted {
				cost = i.Points
			}
			want -= cost
			got := item(t, form, i.ID)
			if *got.Proposed != i.Points-cost || got.Failed != i.Veto || form.Vetoed != i.Veto {
				t.Errorf("%s: %s gets %d, failed %v", f.Rule, i.ID, *got.Proposed, got.Failed)
			}
		}
		if *form.Total != want {
			t.Errorf("%s (%s): total %d, want %d", f.Rule, f.Severity, *form.Total, want)
		}
	}
}

// Real breaches, judged from the acts.
func TestBreachesInTheRecordCostPoints(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps  []sample.Step
		item   string
		vetoed bool
	}{
		"no legality review": {sample.Without(sample.Walk("d713"), "submit_for_review", "request_supplement", "supplement_package",
			"file_counsel_opinion", "issue_legality_opinion", "confirm_still_stands", "respond_to_review"), "legality_review", true},
		"no discussion": {sample.Without(sample.Walk("d713"), "place_on_agenda", "open_meeting", "record_statement", "sign_minutes"), "discussion", true},
		"no experts":    {sample.Without(sample.Walk("d713"), "engage_expert", "file_expert_opinion", "dispose_expert_opinion"), "expert_review", false},
		"no filing":     {sample.Without(sample.Walk("d713"), "archive_case"), "filing", false},
	} {
		f := scoresheet.Prefill(embedded(t, "d713"), workflow.Evaluate(fileOf(t, c.steps), judged))
		if i := item(t, f, c.item); i.Open() || *i.Proposed != 0 || f.Vetoed != c.vetoed || i.Failed != c.vetoed {
			t.Errorf("%s: %s has %d to %d, vetoed %v", name, c.item, i.Lowest, i.Highest, f.Vetoed)
		}
	}
}

// The law allows to depart from a general requirement for a reason. Whether
// the reason holds is not for a program to say.
func TestAStatedReasonIsForAPersonToWeigh(t *testing.T) {
	t.Parallel()
	s := embedded(t, "d713")
	whole := workflow.Evaluate(fileOf(t, sample.Walk("d713")), judged)
	at := slices.IndexFunc(whole, func(f workflow.Finding) bool { return f.Rule == "R15.1" })
	for reason, want := range map[string]struct{ lowest, highest int }{"": {2, 2}, "汛期临近": {2, 5}} {
		findings := slices.Clone(whole)
		findings[at].Status, findings[at].Reason = workflow.Violated, reason
		if i := item(t, scoresheet.Prefill(s, findings), "open_comment"); i.Lowest != want.lowest || i.Highest != want.highest || i.Open() != (reason != "") {
			t.Errorf("reason %q: %d to %d, open %v", reason, i.Lowest, i.Highest, i.Open())
		}
		findings[at].Severity = workflow.Hard // under a pack that allows no departure
		if i := item(t, scoresheet.Prefill(s, findings), "open_comment"); i.Open() || *i.Proposed != 2 {
			t.Errorf("hard, reason %q: %d to %d", reason, i.Lowest, i.Highest)
		}
	}
}

func TestWithoutFindingsNothingIsProposed(t *testing.T) {
	t.Parallel()
	f := scoresheet.Prefill(embedded(t, "d713"), nil)
	if f.Lowest != 0 || f.Highest != 100 || len(f.Open()) != len(f.Items) || f.Vetoed || len(f.Items[0].Unjudged) == 0 {
		t.Errorf("%d to %d, open %d, vetoed %v", f.Lowest, f.Highest, len(f.Open()), f.Vetoed)
	}
}

// A fault of a rule that no item names costs nothing and is not hidden.
func TestWhatNoItemNamesIsShown(t *testing.T) {
	t.Parallel()
	f := scoresheet.Prefill(own(t, "rules: [R15.1]"), []workflow.Finding{
		{Rule: "R15.1", Status: workflow.Satisfied, Severity: workflow.Norm},
		{Rule: "R25.1", Status: workflow.Violated, Severity: workflow.Hard},
		{Rule: "R16.1", Status: workflow.Violated, Severity: workflow.Soft},
	})
	if *f.Total != 100 || len(f.Unscored) != 1 || f.Unscored[0].Rule != "R25.1" {
		t.Errorf("total %d, unscored %v", *f.Total, f.Unscored)
	}
}

// An item without rules is for a person every time.
func TestAnItemWithoutRulesIsOpen(t *testing.T) {
	t.Parallel()
	if f := scoresheet.Prefill(own(t, "rules: []"), workflow.Evaluate(fileOf(t, sample.Walk("d713")), judged)); f.Complete() || f.Lowest != 0 || f.Highest != 100 {
		t.Errorf("%d to %d", f.Lowest, f.Highest)
	}
}

// Whatever the findings say, the points stay within bounds and add up.
func TestPointsStayWithinBounds(t *testing.T) {
	t.Parallel()
	s := embedded(t, "d713")
	for seed := range uint64(500) {
		findings := randomFindings(seed)
		f := scoresheet.Prefill(s, findings)
		lowest, highest, total := 0, 0, 0
		for _, i := range f.Items {
			if i.Lowest < 0 || i.Lowest > i.Highest || i.Highest > i.Points || i.Open() == (i.Lowest == i.Highest) {
				t.Fatalf("seed %d: %s: %d to %d of %d, proposed %v", seed, i.ID, i.Lowest, i.Highest, i.Points, i.Proposed)
			}
			lowest, highest = lowest+i.Lowest, highest+i.Highest
			if !i.Open() {
				total += *i.Proposed
			}
		}
		if lowest != f.Lowest || highest != f.Highest || f.Lowest < 0 || f.Highest > 100 {
			t.Fatalf("seed %d: %d to %d, want %d to %d", seed, f.Lowest, f.Highest, lowest, highest)
		}
		if f.Complete() != (len(f.Open()) == 0) || f.Complete() && *f.Total != total {
			t.Fatalf("seed %d: total %v, open %d", seed, f.Total, len(f.Open()))
		}
		if !reflect.DeepEqual(f, scoresheet.Prefill(s, findings)) {
			t.Fatalf("seed %d: filled in twice, it differs", seed)
		}
	}
}

// randomFindings speaks of some of the rules, in any way.
func randomFindings(seed uint64) []workflow.Finding {
	r := rand.New(rand.NewPCG(seed, 0))
	statuses := []workflow.Status{workflow.Satisfied, workflow.Violated, workflow.NotEvidenced, workflow.NotApplicable, "other"}
	severities := []workflow.Severity{workflow.Hard, workflow.Norm, workflow.Soft}
	silence := r.IntN(4) // of how many rules nothing is said
	var findings []workflow.Finding
	for _, rule := range workflow.Rules() {
		if silence > 0 && r.IntN(4) < silence {
			continue
		}
		findings = append(findings, workflow.Finding{
			Rule: rule.ID, Status: statuses[r.IntN(len(statuses))], Severity: severities[r.IntN(len(severities))], Reason: []string{"", "理由"}[r.IntN(2)],
		})
	}
	return findings
}
