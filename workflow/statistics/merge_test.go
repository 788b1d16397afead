package statistics_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
	"github.com/juece/juece/workflow/workflowtest"
)

// many makes cases that differ: parts of the sample, and the three of the
// scenario, moved in time, with reasons of their own.
func many(t *testing.T, r *rand.Rand, n int) []workflow.Case {
	whole := workflowtest.Play(t, "d713", sample.Walk("d713")).Deeds
	sources := [][]workflow.Deed{whole, first(t).Deeds, second(t).Deeds, third(t).Deeds}
	cases := make([]workflow.Case, n)
	for i := range cases {
		from := sources[r.IntN(len(sources))]
		from = from[:1+r.IntN(len(from))]
		moved := r.IntN(200) - 100
		deeds := make([]workflow.Deed, len(from))
		for j, d := range from {
			d.OccurredOn = d.OccurredOn.AddDays(moved)
			d.RecordedOn = d.OccurredOn.AddDays(max(0, r.IntN(60)-30))
			if said, ok := d.Act.(decision.DetermineStep); ok && said.Applies != nil && !*said.Applies {
				said.Reason = fmt.Sprintf("理由%d", r.IntN(40))
				d.Act = said
			}
			deeds[j] = d
		}
		c := workflowtest.Case(t, "d713")
		c.ID = fmt.Sprintf("case-%03d", i)
		c.Evidence = []workflow.Evidence{workflow.Live, workflow.Published, workflow.Complete}[r.IntN(3)]
		cases[i] = c.Fold(deeds)
	}
	return cases
}

func fold(cases []workflow.Case) *statistics.Tally {
	t := &statistics.Tally{Period: half}
	for _, c := range cases {
		t.Add(c, date("2026-07-31"))
	}
	return t
}

func text(t *testing.T, tally *statistics.Tally) string {
	t.Helper()
	data, err := json.Marshal(tally.Report())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTalliesAddUpInAnyOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 13))
	for range 8 {
		cases := many(t, r, 40)
		want := text(t, fold(cases))
		r.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
		if got := text(t, fold(cases)); got != want {
			t.Fatalf("in another order:\n%s\n%s", got, want)
		}
		cut := r.IntN(len(cases) + 1)
		left, right := cases[:cut], cases[cut:]
		for _, parts := range [][2][]workflow.Case{{left, right}, {right, left}} {
			sum := fold(parts[0])
			if err := sum.Merge(fold(parts[1])); err != nil {
				t.Fatal(err)
			}
			if got := text(t, sum); got != want {
				t.Fatalf("merged:\n%s\n%s", got, want)
			}
		}
	}
}

func TestTalliesThatCountDifferentlyDoNotMerge(t *testing.T) {
	t.Parallel()
	for _, other := range []statistics.Tally{{}, {Period: half, LateAfter: 1}} {
		sum := statistics.Tally{Period: half}
		other.AddUnreadable()
		if err := sum.Merge(&other); !errors.Is(err, statistics.ErrPeriod) || sum.Report().Cases.Unreadable != 0 {
			t.Errorf("%+v was merged: %v", other.Period, err)
		}
	}
}

// Reasons are other people's text, without end. What is held of them is
// bounded, exact, and the same in whatever order the cases came.
func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()
	var cases []workflow.Case
	say := func(reason string, times int) {
		for range times {
			b := &book{t: t, id: fmt.Sprint(len(cases))}
			b.on("2026-01-10", decision.Initiate{})
			b.on("2026-01-11", decision.DetermineStep{Step: decision.StepExpert, Applies: new(false), Reason: reason, Ground: "condition_absent"})
			cases = append(cases, b.closed())
		}
	}
	for i := range 620 { // more than are held
		say(fmt.Sprintf("第%03d项另有情况的说明", i), 1)
	}
	say("不涉及专业技术", 5)
	say(strings.Repeat("长", 300), 3)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	all := fold(cases)
	for _, cut := range []int{20, 300, 600} { // one or neither of the parts is full
		sum := fold(cases[cut:])
		if err := sum.Merge(fold(cases[:cut])); err != nil {
			t.Fatal(err)
		}
		if text(t, all) != text(t, sum) {
			t.Errorf("merged at %d, other reasons are held", cut)
		}
	}
	g := all.Report().Steps[1].Grounds[0]
	shown := int64(0)
	for _, c := range g.Reasons {
		shown += c.Count
	}
	if g.Count != 628 || len(g.Reasons) != statistics.ShownReasons || g.Reasons[0] != (statistics.Count{ID: "不涉及专业技术", Count: 5}) || shown+g.Other != g.Count {
		t.Errorf("%d in %d, %d others: %+v", g.Count, len(g.Reasons), g.Other, g.Reasons)
	}
}

// Of many shortened rounds the shortest are listed, and all counted.
func TestShortenedRoundsAreBounded(t *testing.T) {
	t.Parallel()
	var cases []workflow.Case
	for i := range statistics.MaxListed + 40 {
		b := &book{t: t, id: fmt.Sprintf("%03d", i)}
		b.on("2026-02-01", decision.OpenComment{Activity: "c1", EndsOn: date("2026-02-01").AddDays(i % 20)})
		cases = append(cases, b.closed())
	}
	all, sum := fold(cases), fold(cases[70:])
	if err := sum.Merge(fold(cases[:70])); err != nil {
		t.Fatal(err)
	}
	if text(t, all) != text(t, sum) {
		t.Error("merged, other rounds are listed")
	}
	c := all.Report().Comments
	if c.Shortened != 140 || len(c.List) != statistics.MaxListed || c.List[0].Days != 1 || c.List[99].Days != 15 {
		t.Errorf("%d shortened, %d listed, from %+v to %+v", c.Shortened, len(c.List), c.List[0], c.List[len(c.List)-1])
	}
}

func TestQuantilesAreNumbersThatOccurred(t *testing.T) {
	t.Parallel()
	var cases []workflow.Case
	// Ten reviews that took 0 to 9 calendar days from Monday 2 March.
	for i := range 10 {
		b := &book{t: t, id: fmt.Sprint(i)}
		b.on("2026-03-02", decision.SubmitForReview{Draft: 1})
		b.on(date("2026-03-02").AddDays(i).String(), decision.IssueLegalityOpinion{Draft: 1})
		cases = append(cases, b.closed())
	}
	r := fold(cases).Report().Reviews
	// 0 1 2 3 4 4 4 5 6 7: the weekend adds nothing.
	same(t, "taken", r.Taken, statistics.Distribution{N: 10, Min: new(0), Median: new(4), P90: new(6), Max: new(7)})
	if r.Histogram[4].Reviews != 3 || r.Given.N != 0 || r.Untold != 0 {
		t.Errorf("%+v", r)
	}
}
