package workflow_test

import (
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// The roster says who may give an opinion on a day: the last word on each
// counsel, over all the organ's cases.
func TestTheRosterSaysWhoIsEngaged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	walk := sample.Before("d713", "issue_legality_opinion")
	first := b.perform(walk)
	second := b.perform(sample.Before("d713", "file_counsel_opinion"))
	ended := acts("engage_counsel")[0]
	act := ended.Act.(decision.EngageCounsel)
	act.To = date("05-01")
	ended.Act, ended.On = act, date("05-07")
	if err := b.do(second, ended); err != nil {
		t.Fatal(err)
	}
	b.refused(b.do(second, acts("file_counsel_opinion")[0]), workflow.CodeRule) // R28.4

	organ := sample.Organ("d713").Name
	lines, _, err := b.svc.Roster(t.Context(), organ, date("05-07"))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v, %v", lines, err)
	}
	for _, l := range lines {
		want := l.Case == first
		if l.Engaged != want || l.Counsel != "法律顾问甲" || l.Opinions != map[bool]int{true: 1}[want] {
			t.Errorf("%+v", l)
		}
	}
	if lines, _, err := b.svc.Roster(t.Context(), "邻县人民政府", date("05-07")); err != nil || len(lines) != 0 {
		t.Errorf("another organ: %+v, %v", lines, err)
	}
}
