package statistics_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
	"github.com/juece/juece/workflow/workflowtest"
)

// An entry belongs to the period in which it was recorded.
func TestLateEntriesBelongToWhenTheyWereRecorded(t *testing.T) {
	t.Parallel()
	b := &book{t: t, id: "L"}
	b.late("2025-12-30", "2026-01-02", decision.Initiate{})
	b.late("2026-06-29", "2026-07-02", decision.Decline{})
	b.deeds = append(b.deeds, workflow.Deed{Ref: decision.Ref{Seq: 3, RecordedOn: date("2026-02-01")}, Act: decision.Decline{}}) // happened on no known day
	same(t, "late", tally(t, half, b.closed()).Late, statistics.LateCounts{
		Acts: 1, WithinWeek: 1, Late: 1, Largest: &statistics.LateEntry{Case: "L", Seq: 1, Act: "initiate", Days: 3},
	})
}

// What happened on a day that is not told is in no period, and is not lost.
func TestWhatHasNoDayIsCountedAsSuch(t *testing.T) {
	t.Parallel()
	b := &book{t: t, id: "U"}
	say := func(act decision.Act, roles ...decision.Role) {
		b.deeds = append(b.deeds, workflow.Deed{Ref: decision.Ref{Seq: int64(len(b.deeds) + 1), Actor: decision.Actor{Roles: roles}}, Act: act})
	}
	say(decision.Propose{})
	say(decision.Decide{Outcome: "adopted"}, workflow.RoleChiefExecutive)
	say(decision.OpenComment{})
	say(decision.IssueLegalityOpinion{})
	say(decision.UrgeExecution{})
	say(decision.WithholdPublication{})
	c := b.closed()
	c.Evidence = workflow.Published
	r := tally(t, statistics.Period{}, c)
	same(t, "milestones", r.Cases.Untold, []statistics.Count{{ID: "decided", Count: 1}, {ID: "proposed", Count: 1}, {ID: "withheld", Count: 1}})
	if r.Cases.Undated != 1 || r.Cases.Procedures != 0 || r.Comments.Undated != 1 || r.Comments.Rounds != 0 || r.Reviews.Undated != 1 || r.Reviews.Reviews != 0 || r.Head.Undated != 2 || r.Head.Acts != 0 {
		t.Errorf("%+v", r)
	}
}

func TestReviewsOfUnknownAndOfLongDuration(t *testing.T) {
	t.Parallel()
	review := func(sent, issued string) workflow.Case {
		b := &book{t: t, id: "R"}
		if sent != "" {
			b.on(sent, decision.SubmitForReview{Draft: 1})
		}
		b.on(issued, decision.IssueLegalityOpinion{Draft: 1})
		return b.closed()
	}
	// 24 March is 16 working days after 2 March, 23 March 15.
	r := tally(t, half, review("", "2026-03-02"), review("2026-03-02", "2026-03-24"), review("2026-03-02", "2026-03-23"), review("2026-03-02", "2026-06-30")).Reviews
	if r.Reviews != 4 || r.Untold != 1 || r.Taken.N != 3 || r.Histogram[15].Reviews != 1 || r.Histogram[16].Reviews != 2 {
		t.Errorf("%+v", r)
	}
	// Nearest rank of an odd number: the third of five, and the fifth.
	var cases []workflow.Case
	for _, day := range []string{"2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"} {
		cases = append(cases, review("2026-03-02", day))
	}
	same(t, "taken", tally(t, half, cases...).Reviews.Taken, statistics.Distribution{N: 5, Min: new(0), Median: new(2), P90: new(4), Max: new(4)})
}

// A departure is the breach of a general requirement with a reason; one
// without, or of what a pack makes strict, is a violation and no more.
func TestOnlyAReasonedDepartureIsOne(t *testing.T) {
	t.Parallel()
	short := func(reason string, strict bool) workflow.Case {
		b := &book{t: t, id: "S"}
		b.on("2026-02-01", decision.Initiate{})
		b.on("2026-02-02", decision.OpenComment{Activity: "c1", StartsOn: date("2026-02-02"), EndsOn: date("2026-02-10"), ShortenedReason: reason})
		c := b.closed()
		if strict {
			p := *c.Pack
			p.Numbers = maps.Clone(p.Numbers)
			n := p.Numbers[pack.CommentDays]
			n.Strict = true
			p.Numbers[pack.CommentDays] = n
			c.Pack = &p
			for i := range c.Deeds {
				c.Deeds[i].Pack = nil
			}
			c = c.Fold(c.Deeds)
		}
		return c
	}
	rows := tally(t, half, short("汛期", false), short("", false), short("汛期", true)).Rules
	i := slices.IndexFunc(rows, func(r statistics.RuleCounts) bool { return r.Rule == "R15.1" })
	if r := rows[i]; r.Violated != 3 || r.Departures != 1 || len(r.Reasons) != 1 {
		t.Errorf("%+v", r)
	}
}

// long is a store with more cases than a page of the list holds; only one of
// them can be read.
type long struct {
	workflow.Store
	ids   []string
	asked int
	fail  error
}

func (l *long) List(_ context.Context, q workflow.Query) ([]workflow.Summary, error) {
	l.asked++
	if l.asked > 2 && l.fail != nil {
		return nil, l.fail
	}
	var rows []workflow.Summary
	for _, id := range l.ids {
		if id > q.After && len(rows) < q.Limit {
			rows = append(rows, workflow.Summary{Decision: id})
		}
	}
	return rows, nil
}

func (l *long) Load(ctx context.Context, id string) ([]history.Record, error) {
	if id == l.ids[0] {
		return l.Store.Load(ctx, id)
	}
	return []history.Record{{Seq: 1, Digest: "sha256:0", Data: []byte("{}")}}, nil
}

func TestStoredGoesThroughEveryPage(t *testing.T) {
	t.Parallel()
	clock := sample.NewClock(calendar.MustParseDate("2026-03-02"))
	svc := workflowtest.Service(t, workflowtest.SQLite(t), clock)
	id, err := sample.Perform(t.Context(), svc, clock, "d713", sample.Walk("d713")[:3])
	if err != nil {
		t.Fatal(err)
	}
	l := &long{Store: svc.Store, ids: []string{id}}
	for i := range 1199 {
		l.ids = append(l.ids, fmt.Sprintf("z%04d", i))
	}
	svc.Store = l
	var ids []string
	readable := 0
	for c, err := range statistics.Stored(t.Context(), svc, "") {
		if len(ids) == len(l.ids) {
			t.Fatal("it does not end")
		}
		ids = append(ids, c.ID)
		switch {
		case err == nil:
			readable++
		case !errors.Is(err, statistics.ErrUnreadable) || !errors.Is(err, history.ErrMalformed) && !errors.Is(err, history.ErrBroken):
			t.Fatal(err)
		}
	}
	if !slices.Equal(ids, l.ids) || readable != 1 || l.asked != 3 {
		t.Errorf("%d cases, %d read, %d pages", len(ids), readable, l.asked)
	}
	for range statistics.Stored(t.Context(), svc, "") {
		break // who has enough asks no further
	}
	l.asked, l.fail = 0, errors.New("the disk is gone")
	var last error
	for _, err := range statistics.Stored(t.Context(), svc, "") {
		last = err
	}
	if !errors.Is(last, l.fail) {
		t.Errorf("%v", last)
	}
}
