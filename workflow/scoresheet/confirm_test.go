package scoresheet_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/scoresheet"
)

const reviewer = "合法性审查人员"

// form is filled in from the walk with the findings of some rules changed.
func form(t testing.TB, status map[string]workflow.Status) scoresheet.Form {
	t.Helper()
	return scoresheet.Prefill(embedded(t, "d713"), findings(t, status))
}

func findings(t testing.TB, status map[string]workflow.Status) []workflow.Finding {
	t.Helper()
	findings := workflow.Evaluate(fileOf(t, sample.Walk("d713")), judged)
	for i, f := range findings {
		if s, ok := status[f.Rule]; ok {
			findings[i].Status = s
		}
	}
	return findings
}

func toRectify(name, of string) decision.SheetFinding {
	return decision.SheetFinding{
		Item: name, Of: of, Finding: "走访记录没有编页码", Unit: sample.LeadUnit, Person: "承办单位经办人",
		Deadline: calendar.MustParseDate("2026-06-25"), Measure: "补编页码",
	}
}

type scores = map[string]scoresheet.Score

// The review of the sample is what a person makes of the form at that point.
func TestTheSampleReviewIsAConfirmedForm(t *testing.T) {
	t.Parallel()
	walk := sample.Walk("d713")
	at := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "review_case_file" })
	want := walk[at].Act.(decision.ReviewCaseFile)
	f := scoresheet.Prefill(embedded(t, "d713"), workflow.Evaluate(fileOf(t, walk[:at]), judged))
	given := scores{"filing": {Points: 3, Reason: "材料齐全，走访记录没有编页码"}}
	for _, i := range f.Open() { // the evaluation is under way
		given[i.ID] = scoresheet.Score{Points: i.Points}
	}
	got, err := f.Confirm(want.Reviewer, given, want.Findings...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Scores {
		if i := item(t, f, s.Item); !i.Open() && *i.Proposed < i.Points {
			t.Errorf("%s: proposed %d", s.Item, *i.Proposed)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestAPersonConfirms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status   map[string]workflow.Status
		given    scores
		findings []decision.SheetFinding
		total    int
		vetoed   bool
		reasons  map[string]string // a part of each
	}{
		"everything in order": {total: 100},
		"what the record does not show was seen": {
			status: map[string]workflow.Status{"R25.1": workflow.NotEvidenced, "R19.2": workflow.NotEvidenced},
			given:  scores{"legality_review": {Points: 10}, "expert_review": {Points: 4, Reason: "一份意见缺署名"}}, findings: []decision.SheetFinding{toRectify("p1", "expert_review")},
			total: 99, reasons: map[string]string{"expert_review": "缺署名"},
		},
		"the proposal's own reason": {
			status: map[string]workflow.Status{"R33.1": workflow.Violated}, findings: []decision.SheetFinding{toRectify("p1", "filing")},
			total: 96, reasons: map[string]string{"filing": "R33.1 "},
		},
		"nothing to put right": {
			status: map[string]workflow.Status{"R13.2": workflow.Violated}, given: scores{"consultation": {Points: 1, NoRectification: "已经公布，无法补正"}},
			total: 98, reasons: map[string]string{"consultation": "；无需整改：已经公布，无法补正"},
		},
		"better than proposed": {
			status: map[string]workflow.Status{"R33.1": workflow.Violated}, given: scores{"filing": {Points: 4, Reason: "材料在另一卷"}},
			total: 100, reasons: map[string]string{"filing": "另一卷"},
		},
		"an item with a veto failed": {
			status: map[string]workflow.Status{"R30.1": workflow.Violated}, findings: []decision.SheetFinding{toRectify("p1", "discussion"), toRectify("p2", "discussion")},
			total: 90, vetoed: true, reasons: map[string]string{"discussion": "R30.1"},
		},
	} {
		got, err := form(t, c.status).Confirm(reviewer, c.given, c.findings...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if *got.Total != c.total || *got.Vetoed != c.vetoed || got.Reviewer != reviewer || len(got.Findings) != len(c.findings) {
			t.Errorf("%s: total %d, vetoed %v, %+v", name, *got.Total, *got.Vetoed, got.Findings)
		}
		for _, s := range got.Scores {
			if want := c.reasons[s.Item]; !strings.Contains(s.Reason, want) || want == "" && s.Reason != "" {
				t.Errorf("%s: %s: reason %q, want %q", name, s.Item, s.Reason, want)
			}
		}
		set, err := scoresheet.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Check(got, findings(t, c.status)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFormIsNotConfirmed(t *testing.T) {
	t.Parallel()
	broken := map[string]workflow.Status{"R33.1": workflow.Violated}
	for name, c := range map[string]struct {
		status   map[string]workflow.Status
		reviewer string
		given    scores
		findings []decision.SheetFinding
		want     string
	}{
		"an open item":             {status: map[string]workflow.Status{"R19.2": workflow.NotEvidenced}, want: "scores[expert_review]: the record does not show enough"},
		"a departure":              {status: broken, given: scores{"filing": {Points: 4}}, want: "scores[filing].reason: departs from the 0 points"},
		"a silent departure":       {given: scores{"filing": {Points: 3, Reason: " "}}, findings: []decision.SheetFinding{toRectify("p1", "filing")}, want: "scores[filing].reason: departs from the 4"},
		"an open item, lost":       {status: map[string]workflow.Status{"R19.2": workflow.NotEvidenced}, given: scores{"expert_review": {Points: 3}}, findings: []decision.SheetFinding{toRectify("p1", "expert_review")}, want: "scores[expert_review].reason: points are lost"},
		"nothing put right":        {status: broken, want: "scores[filing]: points are lost: name what"},
		"too many points":          {given: scores{"filing": {Points: 5, Reason: "好"}}, want: "scores[filing].points: must be from 0 to 4"},
		"less than none":           {given: scores{"filing": {Points: -1, Reason: "差"}}, findings: []decision.SheetFinding{toRectify("p1", "filing")}, want: "scores[filing].points: must be from 0 to 4"},
		"a veto by halves":         {given: scores{"discussion": {Points: 5, Reason: "差"}}, findings: []decision.SheetFinding{toRectify("p1", "discussion")}, want: "scores[discussion].points: an item with a veto"},
		"an item of another sheet": {given: scores{"prayer": {Points: 1}}, want: "scores[prayer]: the sheet has no such item"},
		"a finding of no item":     {findings: []decision.SheetFinding{toRectify("p1", "prayer")}, want: "findings[0].of: the sheet has no such item"},
		"a finding, and no reason": {findings: []decision.SheetFinding{toRectify("p1", "filing")}, want: "scores[filing].reason: something has to be put right"},
		"two findings of one name": {status: broken, findings: []decision.SheetFinding{toRectify("p1", "filing"), toRectify("p1", "filing")}, want: "findings: "},
		"nobody to put it right": {status: broken, findings: []decision.SheetFinding{func() decision.SheetFinding {
			f := toRectify("p1", "filing")
			f.Person = ""
			return f
		}()}, want: "findings[0].person: "},
		"nobody reviewed": {reviewer: "-", want: "reviewer: "},
	} {
		who := reviewer
		if c.reviewer == "-" {
			who = ""
		}
		review, err := form(t, c.status).Confirm(who, c.given, c.findings...)
		var invalid *decision.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) || review.Scores != nil {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
			continue
		}
		for _, f := range invalid.Fields {
			if f.Zh == "" || f.En == "" || f.Rule == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestEveryItemThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	_, err := form(t, map[string]workflow.Status{"R19.2": workflow.NotEvidenced, "R33.1": workflow.Violated}).Confirm(reviewer, scores{"hearing": {Points: 9}})
	for _, id := range []string{"expert_review", "filing", "hearing"} {
		if err == nil || !strings.Contains(err.Error(), "scores["+id+"]") {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAReviewIsCheckedAgainstItsSheet(t *testing.T) {
	t.Parallel()
	set, err := scoresheet.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil  func(*decision.ReviewCaseFile)
		want   string
		status map[string]workflow.Status // of the record by now
	}{
		"an unknown sheet":   {func(r *decision.ReviewCaseFile) { r.Sheet = "d714" }, "sheet: there is no such", nil},
		"other bytes":        {func(r *decision.ReviewCaseFile) { r.SheetDigest = own(t, "rules: []").Digest() }, "sheet_digest: is not", nil},
		"too many points":    {func(r *decision.ReviewCaseFile) { r.Scores[0].Points = new(100) }, "scores[0].points: must be from 0 to 3", nil},
		"no points":          {func(r *decision.ReviewCaseFile) { r.Scores[0].Points = nil }, "scores[0].points: must be scored", nil},
		"a foreign item":     {func(r *decision.ReviewCaseFile) { r.Scores[0].Item = "prayer" }, "scores[0].item: the sheet has no such item; scores: the item has no score: scope", nil},
		"an item left out":   {func(r *decision.ReviewCaseFile) { r.Scores = r.Scores[1:] }, "scores: the item has no score: scope", nil},
		"lost for no reason": {func(r *decision.ReviewCaseFile) { r.Scores[0].Points = new(2) }, "scores[0].reason: departs from the 3", nil},
		"an open item, lost": {func(r *decision.ReviewCaseFile) { r.Scores[0].Points = new(2) }, "scores[0].reason: points are lost", map[string]workflow.Status{"R2.1": workflow.NotEvidenced}},
		"a veto passed over": {func(r *decision.ReviewCaseFile) {
			i := slices.IndexFunc(r.Scores, func(s decision.SheetScore) bool { return s.Item == "legality_review" })
			r.Scores[i].Points, r.Scores[i].Reason = new(0), "没有审查"
		}, "vetoed: ", nil},
		"a veto for nothing":       {func(r *decision.ReviewCaseFile) { r.Vetoed = new(true) }, "vetoed: ", nil},
		"a finding of no item":     {func(r *decision.ReviewCaseFile) { r.Findings = []decision.SheetFinding{toRectify("p1", "prayer")} }, "findings[0].of: ", nil},
		"a breach passed over":     {func(*decision.ReviewCaseFile) {}, "scores[20].reason: departs from the 0 points", map[string]workflow.Status{"R33.1": workflow.Violated}},
		"a finding, and no reason": {func(r *decision.ReviewCaseFile) { r.Findings = []decision.SheetFinding{toRectify("p1", "filing")} }, "scores[20].reason: something has to be put right", nil},
	} {
		review, err := form(t, nil).Confirm(reviewer, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(&review)
		err = set.Check(review, findings(t, c.status))
		var invalid *decision.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
