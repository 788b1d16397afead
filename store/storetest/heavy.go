package storetest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/juece/juece/workflow"
)

// hundredThousandOpinions: opinions arrive from everywhere while the office
// goes on, and neither makes the other wait or lose.
func hundredThousandOpinions(t *testing.T, db Database) {
	const opinions, receivers, batch, committed = 100_000, 8, 250, 5000
	s := Migrated(t, db)
	ctx := t.Context()
	ok(t, s.Append(ctx, Act("d", 1)))

	begin := time.Now()
	var next atomic.Int64
	var receiving sync.WaitGroup
	for range receivers {
		receiving.Go(func() {
			for {
				first := int(next.Add(batch)) - batch
				if first >= opinions {
					return
				}
				if err := s.Receive(ctx, "d", Opinions(first, batch)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	received := make(chan struct{})
	go func() { receiving.Wait(); close(received) }()

	// The office acts meanwhile, and commits to what is there.
	var position int64
	var acts, pendings []time.Duration
	seq := int64(2)
	act := func(list []workflow.Opinion) {
		w := Act("d", seq)
		w.Positions = Positions(position+1, list)
		start := time.Now()
		ok(t, s.Append(ctx, w)) // never a conflict
		acts = append(acts, time.Since(start))
		position += int64(len(list))
		seq++
	}
	pending := func(limit int) []workflow.Opinion {
		start := time.Now()
		list, err := s.Pending(ctx, "d", limit)
		ok(t, err)
		pendings = append(pendings, time.Since(start))
		return list
	}
	for during := true; during; {
		select {
		case <-received:
			during = false
		case <-time.After(20 * time.Millisecond):
		}
		act(pending(100))
	}
	intake := time.Since(begin)
	during := len(acts)
	logTimes(t, fmt.Sprintf("%d acts during the intake of %d opinions in %v (%.0f/s)",
		during, opinions, intake.Round(time.Millisecond), opinions/intake.Seconds()), acts)
	logTimes(t, "pending(100) meanwhile", pendings)

	acts, pendings = nil, nil
	begin = time.Now()
	for {
		list := pending(committed)
		if len(list) == 0 {
			break
		}
		act(list)
	}
	t.Logf("the rest committed in %d acts of %d in %v", len(acts), committed, time.Since(begin).Round(time.Millisecond))
	logTimes(t, fmt.Sprintf("acts that commit to %d", committed), acts)
	logTimes(t, fmt.Sprintf("pending(%d)", committed), pendings)

	begin = time.Now()
	ok(t, s.Receive(ctx, "d", Opinions(opinions, batch)))
	t.Logf("receive %d with %d held: %v", batch, opinions, time.Since(begin).Round(time.Millisecond))
	pendings = nil
	for range 5 {
		if got := pending(100); len(got) != 100 || got[0].ID != Opinions(opinions, 1)[0].ID {
			t.Fatalf("%d pending, from %s", len(got), got[0].ID)
		}
	}
	logTimes(t, "pending(100) with all before it committed", pendings)
	checkLedger(t, s, opinions)
}

// checkLedger reads the ledger in pages: every opinion once, no number left out.
func checkLedger(t *testing.T, s Subject, want int) {
	t.Helper()
	begin := time.Now()
	seen := make(map[string]bool, want)
	var after int64
	for {
		page, err := s.Opinions(t.Context(), "d", after, 1000)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		for i, o := range page {
			if o.Position != after+int64(i)+1 || seen[o.ID] {
				t.Fatalf("position %d after %d, opinion %s", o.Position, after, o.ID)
			}
			seen[o.ID] = true
		}
		after += int64(len(page))
	}
	if len(seen) != want {
		t.Errorf("%d opinions in the ledger, want %d", len(seen), want)
	}
	t.Logf("the ledger read in pages of 1000: %v", time.Since(begin).Round(time.Millisecond))
}

// appendRate logs what an append costs, alone and in company.
func appendRate(t *testing.T, db Database) {
	s := Migrated(t, db)
	for _, writers := range []int{1, 16} {
		const total = 1600
		var wg sync.WaitGroup
		begin := time.Now()
		for i := range writers {
			wg.Go(func() {
				for seq := int64(1); seq <= int64(total/writers); seq++ {
					if err := s.Append(t.Context(), Act(fmt.Sprintf("w%d-%d", writers, i), seq)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		took := time.Since(begin)
		t.Logf("%d writers: %d acts in %v (%.0f/s)", writers, total, took.Round(time.Millisecond), total/took.Seconds())
	}
}

func logTimes(t *testing.T, what string, times []time.Duration) {
	t.Helper()
	if len(times) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(times))
	round := func(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
	t.Logf("%s: median %v, worst %v of %d", what, round(sorted[len(sorted)/2]), round(sorted[len(sorted)-1]), len(sorted))
}
