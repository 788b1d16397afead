package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

func sameDay(a, b calendar.Date) bool { return a == b }

func loadOfNothing(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Load(ctx, "none")
	is(t, err, workflow.ErrNotFound)
	list, err := s.List(ctx, workflow.Query{Limit: 10})
	ok(t, err)
	same(t, "decisions after a load", list, []workflow.Summary{})
	is(t, s.Append(ctx, Act("none", 1)), nil)
	_, err = s.Load(ctx, "non")
	is(t, err, workflow.ErrNotFound)
}

func bytesAreKept(t *testing.T, s Subject) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	var want []history.Record
	for i, data := range [][]byte{
		[]byte(`{"b":1,  "a":2,"a":3, "n":1.0e+02}`), // what a re-marshalling would tidy up
		[]byte("关于城市轨道交通三期规划的决定\r\n\t\u2028\ufeff末尾空格 "),
		[]byte(`\x41 \u0041 '' $1 ? :a @b %s`),
		{},
		all,
		[]byte("é"), []byte("e\u0301"), // one look, two texts
	} {
		w := ActOf("d", int64(i+1), data)
		ok(t, s.Append(t.Context(), w))
		want = append(want, w.Entry)
	}
	got, err := s.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries", got, want)
}

func noGaps(t *testing.T, s Subject) {
	ctx := t.Context()
	is(t, s.Append(ctx, Act("d", 2)), workflow.ErrConflict) // there is no decision
	ok(t, s.Append(ctx, Act("d", 1)))
	is(t, s.Append(ctx, Act("d", 1)), workflow.ErrConflict)
	is(t, s.Append(ctx, Act("d", 3)), workflow.ErrConflict)
	ok(t, s.Append(ctx, Act("d", 2)))
	is(t, s.Append(ctx, Act("d", 2)), workflow.ErrConflict)
	is(t, s.Append(ctx, Act("d", 1)), workflow.ErrConflict)
	got, err := s.Load(ctx, "d")
	ok(t, err)
	same(t, "entries", got, []history.Record{Act("d", 1).Entry, Act("d", 2).Entry})
}

func contradictionsAreRefused(t *testing.T, s Subject) {
	for name, spoil := range map[string]func(*workflow.Write){
		"no decision":            func(w *workflow.Write) { w.Summary.Decision = "" },
		"sequence number 0":      func(w *workflow.Write) { w.Entry.Seq, w.Summary.Version, w.Use.Seq = 0, 0, 0 },
		"another version":        func(w *workflow.Write) { w.Summary.Version = 2 },
		"another head":           func(w *workflow.Write) { w.Summary.Head = "sha256:00" },
		"an empty key":           func(w *workflow.Write) { w.Use.Key = "" },
		"a key of another entry": func(w *workflow.Write) { w.Use.Seq = 7 },
		"a task of another":      func(w *workflow.Write) { w.Tasks[0].Decision = "other" },
		"a task twice":           func(w *workflow.Write) { w.Tasks = append(w.Tasks, w.Tasks[0]) },
		"a material that is not so": func(w *workflow.Write) {
			m := Material("a")
			m.Content = strings.NewReader("b")
			w.Materials = []workflow.Material{m}
		},
	} {
		w := Act("d", 1)
		spoil(&w)
		if err := s.Append(t.Context(), w); err == nil || errors.Is(err, workflow.ErrConflict) {
			t.Errorf("%s: got error %v, want one that says what is wrong", name, err)
		}
	}
	_, err := s.Load(t.Context(), "d")
	is(t, err, workflow.ErrNotFound)
}

// contend lets n writers append at once and returns who won.
func contend(t *testing.T, n int, s Subject, write func(i int) workflow.Write) []int {
	t.Helper()
	start := make(chan struct{})
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			w := write(i)
			<-start
			errs[i] = s.Append(t.Context(), w)
		})
	}
	close(start)
	wg.Wait()
	var winners []int
	for i, err := range errs {
		switch {
		case err == nil:
			winners = append(winners, i)
		case !errors.Is(err, workflow.ErrConflict):
			t.Errorf("writer %d: got error %v, want ErrConflict", i, err)
		}
	}
	return winners
}

func oneWriterWins(t *testing.T, s Subject) {
	const writers, rounds = 64, 4
	var want []history.Record
	for seq := int64(1); seq <= rounds; seq++ {
		write := func(i int) workflow.Write {
			w := ActOf("d", seq, fmt.Appendf(nil, "writer %d, entry %d", i, seq))
			w.Tasks[0].Key = fmt.Sprint("task of ", i)
			w.Materials = []workflow.Material{Material(fmt.Sprintf("material of %d, entry %d", i, seq))}
			return w
		}
		winners := contend(t, writers, s, write)
		if len(winners) != 1 {
			t.Fatalf("entry %d: %d writers won, want 1", seq, len(winners))
		}
		won := write(winners[0])
		want = append(want, won.Entry)
		tasks, err := s.Tasks(t.Context(), workflow.TaskQuery{Decision: "d", Limit: 100})
		ok(t, err)
		same(t, "tasks", tasks, won.Tasks)
		var asked, lost []history.Digest
		for i := range writers {
			digest := write(i).Materials[0].Digest
			asked = append(asked, digest)
			if i != winners[0] {
				lost = append(lost, digest)
			}
		}
		lacking, err := s.Lacking(t.Context(), "d", asked)
		ok(t, err)
		same(t, "materials of the losers", lacking, lost)
	}
	got, err := s.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries", got, want)
}

func writersTakeTurns(t *testing.T, s Subject) {
	const writers, acts = 8, 5
	var conflicts atomic.Int64
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for done := 0; done < acts; {
				records, err := s.Load(t.Context(), "d")
				if err != nil && !errors.Is(err, workflow.ErrNotFound) {
					t.Error(err)
					return
				}
				seq := int64(len(records)) + 1
				err = s.Append(t.Context(), ActOf("d", seq, fmt.Appendf(nil, "%d/%d at %d", i, done, seq)))
				switch {
				case err == nil:
					done++
				case errors.Is(err, workflow.ErrConflict):
					conflicts.Add(1)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	records, err := s.Load(t.Context(), "d")
	ok(t, err)
	if len(records) != writers*acts {
		t.Errorf("%d entries, want %d", len(records), writers*acts)
	}
	for i, r := range records {
		if r.Seq != int64(i+1) || history.EntryDigest(r.Data) != r.Digest {
			t.Errorf("entry %d has sequence number %d and digest %s", i+1, r.Seq, r.Digest)
		}
	}
	t.Logf("%d acts, %d conflicts", len(records), conflicts.Load())
}

func decisionsDoNotMeet(t *testing.T, s Subject) {
	const decisions, acts = 32, 6
	var wg sync.WaitGroup
	for i := range decisions {
		wg.Go(func() {
			for seq := int64(1); seq <= acts; seq++ {
				w := Act(fmt.Sprintf("d%02d", i), seq)
				w.Use.Key, w.Events[0].ID = fmt.Sprint("key", seq), fmt.Sprint("event", seq) // the same in each
				if err := s.Append(t.Context(), w); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	list, err := s.List(t.Context(), workflow.Query{Limit: 100})
	ok(t, err)
	if len(list) != decisions {
		t.Fatalf("%d decisions, want %d", len(list), decisions)
	}
	for _, d := range list {
		if d.Version != acts {
			t.Errorf("%s stands at %d, want %d", d.Decision, d.Version, acts)
		}
	}
}

func loserKeepsNothing(t *testing.T, s Subject) {
	ctx := t.Context()
	first := Act("d", 1)
	ok(t, s.Append(ctx, first))
	opinions := Opinions(0, 3)
	ok(t, s.Receive(ctx, "d", opinions))
	taken := Act("d", 2)
	taken.Tasks, taken.Positions = first.Tasks, Positions(1, opinions[:1])
	ok(t, s.Append(ctx, taken))

	lose := func(name string, spoil func(*workflow.Write)) {
		w := ActOf("d", 3, []byte(name))
		w.Materials = []workflow.Material{Material(name)}
		w.Positions = Positions(2, opinions[1:])
		spoil(&w)
		is(t, s.Append(ctx, w), workflow.ErrConflict)

		records, err := s.Load(ctx, "d")
		ok(t, err)
		same(t, name+": entries", records, []history.Record{first.Entry, taken.Entry})
		list, err := s.List(ctx, workflow.Query{Limit: 10})
		ok(t, err)
		same(t, name+": state row", list, []workflow.Summary{taken.Summary})
		tasks, err := s.Tasks(ctx, workflow.TaskQuery{Limit: 10})
		ok(t, err)
		same(t, name+": tasks", tasks, first.Tasks)
		_, err = s.Material(ctx, "d", w.Materials[0].Digest)
		is(t, err, workflow.ErrNotFound)
		pending, err := s.Pending(ctx, "d", 10)
		ok(t, err)
		same(t, name+": pending opinions", pending, opinions[1:])
		if w.Use != nil && w.Use.Key != taken.Use.Key {
			_, err = s.Replay(ctx, "d", w.Use.Actor, w.Use.Key)
			is(t, err, workflow.ErrNotFound)
		}
	}
	renumber := func(seq int64) func(*workflow.Write) {
		return func(w *workflow.Write) { w.Entry.Seq, w.Summary.Version, w.Use.Seq = seq, seq, seq }
	}
	lose("too late", renumber(2))
	lose("too early", renumber(4))
	lose("an opinion committed before", func(w *workflow.Write) { w.Positions[1].Opinion = opinions[0].ID })
	lose("a position taken", func(w *workflow.Write) { w.Positions[1].Position = 1 })
	lose("an opinion never received", func(w *workflow.Write) { w.Positions[1].Opinion = "unheard" })
	lose("one opinion twice", func(w *workflow.Write) { w.Positions[1].Opinion = w.Positions[0].Opinion })
	lose("a request carried before", func(w *workflow.Write) {
		w.Use.Key, w.Use.Request = taken.Use.Key, taken.Use.Request
	})
}

func keysAreUsedOnce(t *testing.T, s Subject) {
	ctx := t.Context()
	first := Act("d", 1)
	ok(t, s.Append(ctx, first))
	got, err := s.Replay(ctx, "d", first.Use.Actor, first.Use.Key)
	ok(t, err)
	same(t, "use", got, *first.Use)
	for _, other := range [][3]string{
		{"e", first.Use.Actor, first.Use.Key}, {"d", "李四", first.Use.Key}, {"d", first.Use.Actor, "other"}, {"d", "", ""},
	} {
		_, err := s.Replay(ctx, other[0], other[1], other[2])
		is(t, err, workflow.ErrNotFound)
	}

	again := Act("d", 2)
	again.Use.Key, again.Use.Request = first.Use.Key, first.Use.Request
	is(t, s.Append(ctx, again), workflow.ErrConflict) // Replay has the answer
	again.Use.Request = history.DataDigest([]byte("another request"))
	is(t, s.Append(ctx, again), workflow.ErrKeyReused)
	again.Use.Actor = "李四"
	ok(t, s.Append(ctx, again))

	keyless := Act("d", 3)
	keyless.Use = nil
	ok(t, s.Append(ctx, keyless))
	keyless = Act("d", 4)
	keyless.Use = nil
	ok(t, s.Append(ctx, keyless))
}

func refusalsStayOutside(t *testing.T, s Subject) {
	ctx := t.Context()
	r := workflow.Refusal{
		ID: "r1", Decision: "none", Kind: "Decide", Actor: "王五", Code: "out_of_order",
		Findings: []byte(`[{"rule":"R25.1"}]`), At: noon,
	}
	ok(t, s.Refuse(ctx, r))
	ok(t, s.Refuse(ctx, r))
	ok(t, s.Refuse(ctx, workflow.Refusal{ID: "r2", At: noon})) // before there is a decision
	_, err := s.Load(ctx, "none")
	is(t, err, workflow.ErrNotFound)
	ok(t, s.Append(ctx, Act("none", 1)))
}

func endedContext(t *testing.T, s Subject) {
	ok(t, s.Append(t.Context(), Act("d", 1)))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	passed, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	for _, ctx := range []context.Context{ended, passed} {
		for name, call := range map[string]func() error{
			"Load":     func() error { _, err := s.Load(ctx, "d"); return err },
			"Append":   func() error { return s.Append(ctx, Act("d", 2)) },
			"Replay":   func() error { _, err := s.Replay(ctx, "d", "a", "k"); return err },
			"Refuse":   func() error { return s.Refuse(ctx, workflow.Refusal{ID: "r", At: noon}) },
			"List":     func() error { _, err := s.List(ctx, workflow.Query{Limit: 1}); return err },
			"Tasks":    func() error { _, err := s.Tasks(ctx, workflow.TaskQuery{Limit: 1}); return err },
			"Receive":  func() error { return s.Receive(ctx, "d", Opinions(0, 1)) },
			"Pending":  func() error { _, err := s.Pending(ctx, "d", 1); return err },
			"Held":     func() error { _, err := s.Held(ctx, "d", []string{"o"}); return err },
			"Opinions": func() error { _, err := s.Opinions(ctx, "d", 0, 1); return err },
			"Keep":     func() error { return s.Keep(ctx, "d", Material("m")) },
			"Material": func() error { _, err := s.Material(ctx, "d", Material("m").Digest); return err },
			"Lacking":  func() error { _, err := s.Lacking(ctx, "d", []history.Digest{Material("m").Digest}); return err },
		} {
			if err := call(); !errors.Is(err, ctx.Err()) {
				t.Errorf("%s: got error %v, want %v", name, err, ctx.Err())
			}
		}
	}
	records, err := s.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries", records, []history.Record{Act("d", 1).Entry})
	pending, err := s.Pending(t.Context(), "d", 1)
	ok(t, err)
	same(t, "opinions", pending, []workflow.Opinion{})
}
