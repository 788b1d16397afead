package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

func stateRows(t *testing.T, s Subject) {
	ctx := t.Context()
	ok(t, s.Append(ctx, Act("d", 1)))
	w := Act("d", 2)
	w.Summary = workflow.Summary{
		Decision: "d", Version: 2, Head: w.Entry.Digest, Stage: "决策", Title: "题", Organ: "机关", LeadUnit: "单位",
		Pack: "sha256:11", PackName: "strict-five",
		CreatedAt: time.Date(1999, 1, 1, 0, 0, 0, 1000, time.UTC), UpdatedAt: time.Date(2099, 12, 31, 23, 59, 59, 999999000, time.UTC),
	}
	ok(t, s.Append(ctx, w))
	list, err := s.List(ctx, workflow.Query{Limit: 10})
	ok(t, err)
	same(t, "state rows", list, []workflow.Summary{w.Summary})
}

func day(n int) time.Time { return time.Date(2026, 3, 1+n, 0, 0, 0, 0, time.UTC) }

func within(p workflow.Period, at time.Time) bool {
	return !at.Before(p.From) && (p.Before.IsZero() || at.Before(p.Before))
}

func listPages(t *testing.T, s Subject) {
	ctx := t.Context()
	var all []workflow.Summary
	// The order is that of the bytes, whatever the database thinks of letters.
	for i, id := range []string{"A", "B", "Z-1", "Z1", "_", "a", "b", "z", "乙", "甲"} {
		w := Act(id, 1)
		w.Summary.Organ = []string{"省", "市"}[i%2]
		w.Summary.Stage = []string{"draft", "legality", "archive"}[i%3]
		w.Summary.LeadUnit = []string{"交通局", "水利局"}[i/5]
		w.Summary.CreatedAt, w.Summary.UpdatedAt = day(i), day(10+i%4)
		ok(t, s.Append(ctx, w))
		all = append(all, w.Summary)
	}
	for _, q := range []workflow.Query{
		{},
		{Organ: "省"},
		{Stage: "legality"},
		{LeadUnit: "水利局"},
		{Organ: "市", Stage: "draft"},
		{Organ: "省", Stage: "archive", LeadUnit: "交通局"},
		{Organ: "县"},
		{Cases: []string{"甲", "B", "none"}},
		{Cases: []string{"A", "B"}, Organ: "省"},
		{Opened: workflow.Period{From: day(3)}},
		{Opened: workflow.Period{From: day(3), Before: day(7)}, Organ: "省"},
		{Opened: workflow.Period{Before: day(3)}, Changed: workflow.Period{From: day(11)}},
		{Changed: workflow.Period{From: day(11), Before: day(12)}},
		{Opened: workflow.Period{From: day(7), Before: day(3)}},
	} {
		want := slices.Clone(all)
		want = slices.DeleteFunc(want, func(d workflow.Summary) bool {
			return q.Organ != "" && d.Organ != q.Organ || q.Stage != "" && d.Stage != q.Stage || q.LeadUnit != "" && d.LeadUnit != q.LeadUnit ||
				len(q.Cases) > 0 && !slices.Contains(q.Cases, d.Decision) || !within(q.Opened, d.CreatedAt) || !within(q.Changed, d.UpdatedAt)
		})
		for _, limit := range []int{1, 3, 100} {
			q.Limit = limit
			var got []workflow.Summary
			for q.After = ""; ; q.After = got[len(got)-1].Decision {
				page, err := s.List(ctx, q)
				ok(t, err)
				if len(page) > limit {
					t.Fatalf("%+v: a page of %d", q, len(page))
				}
				if got = append(got, page...); len(page) < limit {
					break
				}
			}
			same(t, fmt.Sprintf("%+v", q), got, want)
		}
	}
}

// listByChange: the order is that of the last entries, ties are settled by the
// decision, and who reads on in it meets what is recorded meanwhile.
func listByChange(t *testing.T, s Subject) {
	ctx := t.Context()
	var all []workflow.Summary
	for i, id := range []string{"乙", "a", "B", "d", "C", "甲"} {
		w := Act(id, 1)
		w.Summary.Organ, w.Summary.UpdatedAt = []string{"省", "市"}[i%2], day(10-i/2) // in pairs
		ok(t, s.Append(ctx, w))
		all = append(all, w.Summary)
	}
	read := func(q workflow.Query, next func()) (got []workflow.Summary) {
		t.Helper()
		for q.ByChange = true; ; {
			page, err := s.List(ctx, q)
			ok(t, err)
			if got = append(got, page...); len(page) < q.Limit {
				return got
			}
			last := page[len(page)-1]
			q.AfterChanged, q.After = last.UpdatedAt, last.Decision
			next()
		}
	}
	slices.SortFunc(all, func(a, b workflow.Summary) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), strings.Compare(a.Decision, b.Decision))
	})
	for _, q := range []workflow.Query{
		{}, {Organ: "市"}, {Changed: workflow.Period{From: day(9)}}, {Changed: workflow.Period{From: day(9), Before: day(10)}, Organ: "省"}, {Cases: []string{"甲", "a"}},
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(d workflow.Summary) bool {
			return q.Organ != "" && d.Organ != q.Organ || len(q.Cases) > 0 && !slices.Contains(q.Cases, d.Decision) || !within(q.Changed, d.UpdatedAt)
		})
		for _, q.Limit = range []int{1, 2, 100} {
			same(t, fmt.Sprintf("%+v", q), read(q, func() {}), want)
		}
	}
	moved := false
	got := read(workflow.Query{Limit: 2}, func() {
		if !moved {
			moved = true
			w := Act(all[0].Decision, 2)
			w.Summary.UpdatedAt = day(20)
			ok(t, s.Append(ctx, w))
			all = append(all, w.Summary)
		}
	})
	if len(got) != len(all) {
		t.Fatalf("%d rows, want %d", len(got), len(all))
	}
	same(t, "the row that moved", got[len(got)-1].Version, int64(2))
}

func tasksAreReplaced(t *testing.T, s Subject) {
	ctx := t.Context()
	due := calendar.MustParseDate("2026-03-15")
	task := func(key, act string) workflow.Task {
		return workflow.Task{Decision: "d", Key: key, Act: act, Rule: "R1", Role: "r", Unit: "u", Organ: "o", Due: due}
	}
	for seq, tasks := range [][]workflow.Task{
		{task("a", "A"), task("b", "B")},
		{task("b", "changed"), task("c", "C")},
		{task("b", "changed"), task("c", "C")},
		{{Decision: "d", Key: "c"}},
		{},
		{task("a", "A"), task("引号\"'\\", "特")},
	} {
		w := Act("d", int64(seq+1))
		w.Tasks = tasks
		ok(t, s.Append(ctx, w))
		got, err := s.Tasks(ctx, workflow.TaskQuery{Decision: "d", Limit: 10})
		ok(t, err)
		same(t, fmt.Sprintf("tasks after entry %d", seq+1), got, tasks)
	}
}

// openTasks opens a spread of tasks and returns them in their order.
func openTasks(t *testing.T, s Subject) []workflow.Task {
	t.Helper()
	days := []string{"2026-12-31", "", "2026-01-02", "2026-01-02", ""}
	var all []workflow.Task
	for _, decision := range []string{"a", "B", "丙"} {
		w := Act(decision, 1)
		w.Tasks = nil
		for i, day := range days {
			var due calendar.Date
			ok(t, due.UnmarshalText([]byte(day)))
			w.Tasks = append(w.Tasks, workflow.Task{
				Decision: decision, Key: fmt.Sprint("k", 9-i), Act: "x", Rule: "R",
				Role: []string{"counsel", "office"}[i%2], Unit: []string{"司法局", "", "交通局"}[i%3],
				Organ: []string{"省", "市"}[len(decision)%2], Due: due,
			})
		}
		ok(t, s.Append(t.Context(), w))
		all = append(all, w.Tasks...)
	}
	slices.SortFunc(all, func(a, b workflow.Task) int {
		key := func(t workflow.Task) string {
			day := t.Due.String()
			if day == "" {
				day = "~"
			}
			return day + "\x00" + t.Decision + "\x00" + t.Key
		}
		return slices.Compare([]byte(key(a)), []byte(key(b)))
	})
	return all
}

func pageTasks(t *testing.T, s Subject, q workflow.TaskQuery) []workflow.Task {
	t.Helper()
	var got []workflow.Task
	for {
		page, err := s.Tasks(t.Context(), q)
		ok(t, err)
		if len(page) > q.Limit {
			t.Fatalf("%+v: a page of %d", q, len(page))
		}
		if got = append(got, page...); len(page) < q.Limit {
			return got
		}
		last := got[len(got)-1]
		q.After = workflow.Task{Decision: last.Decision, Key: last.Key, Due: last.Due} // only these count
	}
}

func tasksInOrder(t *testing.T, s Subject) {
	want := openTasks(t, s)
	for limit := 1; limit <= len(want)+1; limit++ {
		got := pageTasks(t, s, workflow.TaskQuery{Limit: limit})
		same(t, fmt.Sprintf("pages of %d", limit), got, want)
	}
}

func tasksFiltered(t *testing.T, s Subject) {
	all := openTasks(t, s)
	for _, q := range []workflow.TaskQuery{
		{Organ: "市"},
		{Role: "office"},
		{Decision: "丙"},
		{Unit: "交通局"},
		{Unit: "司法局", Role: "counsel"},
		{Unit: "司法局", Role: "counsel", Organ: "省", Decision: "a"},
		{Unit: "水利局"},
		{Role: "nobody"},
		{Cases: []string{"丙", "none"}},
		{Cases: []string{"a", "丙"}, Unit: "司法局", Role: "counsel"},
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(x workflow.Task) bool {
			return q.Organ != "" && x.Organ != q.Organ || q.Role != "" && x.Role != q.Role ||
				q.Decision != "" && x.Decision != q.Decision ||
				len(q.Cases) > 0 && !slices.Contains(q.Cases, x.Decision) ||
				q.Unit != "" && x.Unit != q.Unit && x.Unit != "" // open to every unit
		})
		for _, q.Limit = range []int{1, 4, 100} {
			same(t, fmt.Sprintf("%+v", q), pageTasks(t, s, q), want)
		}
	}
}
