package statistics_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
	"github.com/juece/juece/workflow/workflowtest"
)

// An opinion that was erased is counted as before, and so is everything else;
// the erasure is one more act that was recorded.
func TestAnErasureChangesNoCount(t *testing.T) {
	t.Parallel()
	on := calendar.MustParseDate("2026-12-31")
	c := workflowtest.Play(t, "d713", sample.Walk("d713"))
	erased := c
	for i, act := range []decision.EraseData{
		{Opinions: []int64{1, 2, 3}},
		{Materials: []string{sample.Named("调研报告").Digest}},
	} {
		act.Class, act.Ground, act.DecidedBy = decision.ClassPersonal, "个人信息保护法第四十七条", "行政首长"
		day := c.Deeds[len(c.Deeds)-1].RecordedOn.AddDays(i)
		applied, err := workflowtest.Do(erased, sample.Step{Act: act, Actor: sample.Actor("d713", workflow.RoleGovOffice), On: day})
		if err != nil {
			t.Fatal(err)
		}
		erased = applied.Case
	}
	count := func(c workflow.Case) statistics.Report {
		var tally statistics.Tally
		tally.Add(c, on)
		return tally.Report()
	}
	before, after := count(c), count(erased)
	after.Late.Acts -= 2
	after.Late.SameDay -= 2
	if diff := cmp.Diff(before, after, cmp.Comparer(func(a, b calendar.Date) bool { return a == b })); diff != "" {
		t.Errorf("(-without +with the erasures):\n%s", diff)
	}
	if !slices.ContainsFunc(c.Deeds, func(d workflow.Deed) bool { return d.Act.Kind() == "dispose_opinions" }) {
		t.Error("no opinion was disposed of")
	}
}
