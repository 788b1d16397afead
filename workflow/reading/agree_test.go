package reading_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

var (
	histories = flag.Int("histories", enough, "how many random histories to read")
	showAll   = flag.Bool("disputed", false, "tell the stories of the disputed rules too")
	runSeed   = flag.Uint64("seed", firstSeed, "seed of the histories")
)

const (
	firstSeed = 713
	enough    = 3000 // histories that between them break every rule that can be broken
)

// differed are histories of the first seed in which the two readings once
// differed: together they show each of the 47 rules in which they did.
var differed = []int{
	37, 87, 110, 119, 271, 326, 351, 559, 633, 695, 848, 929, 1101, 1128, 1409, 1429, 1541, 1556, 1740, 2767, 3273,
	3721, 3890, 4011, 4080, 4140, 4336, 5039, 6188, 6555, 7095, 10770, 11013,
}

// bench is what judges a history in both ways.
type bench struct {
	world
	on       calendar.Date
	empty    workflow.Case
	rules    []workflow.Rule
	readings map[string]reader
}

func newBench(t *testing.T) bench {
	t.Helper()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	p, err := packs.Named("d713")
	if err != nil {
		t.Fatal(err)
	}
	b := bench{world: newWorld(), on: calendar.MustParseDate(judgedOn), readings: readers()}
	b.empty = workflow.Case{ID: "case", Evidence: workflow.Complete, Pack: p, Calendar: calendar.China()}
	for _, r := range workflow.RulesUnder(p) {
		if b.readings[r.ID] != nil {
			b.rules = append(b.rules, r)
		} else if unread[r.ID] == "" {
			t.Errorf("%s has no reader", r.ID)
		}
	}
	return b
}

// both judges a history in both ways.
func (b bench) both(deeds []workflow.Deed) (evaluator map[string]workflow.Status, reading map[string]answer) {
	evaluator, reading = map[string]workflow.Status{}, map[string]answer{}
	for _, f := range workflow.Evaluate(b.empty.Fold(deeds), b.on) {
		evaluator[f.Rule] = f.Status
	}
	stories, whole := tell(b.empty.Pack, deeds)
	for _, r := range b.rules {
		reading[r.ID] = judge(r, b.readings[r.ID], stories, whole)
	}
	return evaluator, reading
}

// agree says whether two answers are of one mind: on what was broken, and that
// nothing is satisfied of which one cannot tell.
func agree(evaluator workflow.Status, reading answer) bool {
	return (evaluator == workflow.Violated) == (reading == broken) &&
		(reading != cannotTell || evaluator != workflow.Satisfied)
}

// differs reports whether the two differ over one rule.
func (b bench) differs(rule string, base int, seeds []seed) (bool, string) {
	deeds, story := b.history(base, seeds)
	evaluator, reading := b.both(deeds)
	return !agree(evaluator[rule], reading[rule]),
		fmt.Sprintf("%s: evaluator %s, reading %s\n\t%s", rule, evaluator[rule], reading[rule], strings.Join(story, "\n\t"))
}

// shrink leaves out every change that the difference does without.
func (b bench) shrink(rule string, base int, seeds []seed) string {
	for i := 0; i < len(seeds); {
		fewer := slices.Delete(slices.Clone(seeds), i, i+1)
		if still, _ := b.differs(rule, base, fewer); still {
			seeds, i = fewer, 0
			continue
		}
		i++
	}
	_, story := b.differs(rule, base, seeds)
	return story
}

// seedsOf draws the seeds of the changes of one history. One in ten is a
// part of the walk.
func seedsOf(run uint64, n int) (base int, seeds []seed) {
	r := rand.New(rand.NewPCG(run, uint64(n)))
	base = r.IntN(100)
	seeds = make([]seed, r.IntN(7))
	for i := range seeds {
		seeds[i] = seed{from: r.Uint64()}
	}
	if r.IntN(10) == 0 {
		for range r.IntN(50) {
			seeds = append(seeds, seed{r.Uint64(), true})
		}
	}
	return base, seeds
}

// count is what a run saw.
type count struct {
	sync.Mutex
	broken, differ map[string]int
	stories        map[string][]string
}

func TestTheStatuteReadAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := *histories
	if testing.Short() {
		n = min(n, 300)
	}
	seen := count{broken: map[string]int{}, differ: map[string]int{}, stories: map[string][]string{}}
	const lanes = 2
	var wg sync.WaitGroup
	for lane := range lanes {
		wg.Go(func() {
			for i := lane; i < n; i += lanes {
				base, seeds := seedsOf(*runSeed, i)
				b.read(&seen, base, seeds)
			}
		})
	}
	wg.Wait()
	for _, i := range differed {
		base, seeds := seedsOf(firstSeed, i)
		b.read(&seen, base, seeds)
	}
	seen.report(t, b, n)
}

// read judges one history and counts.
func (b bench) read(seen *count, base int, seeds []seed) {
	deeds, _ := b.history(base, seeds)
	evaluator, reading := b.both(deeds)
	seen.Lock()
	defer seen.Unlock()
	for _, r := range b.rules {
		if reading[r.ID] == broken {
			seen.broken[r.ID]++
		}
		if agree(evaluator[r.ID], reading[r.ID]) {
			continue
		}
		seen.differ[r.ID]++
		if _, known := disputed[r.ID]; (!known || *showAll) && len(seen.stories[r.ID]) < 6 {
			seen.stories[r.ID] = append(seen.stories[r.ID], b.shrink(r.ID, base, seeds))
		}
	}
}

// report fails for each rule that the two read differently, and for each that
// no history broke.
func (c *count) report(t *testing.T, b bench, n int) {
	t.Helper()
	for _, r := range b.rules {
		id := r.ID
		switch why, ok := impossible[id]; {
		case ok && c.broken[id] > 0:
			t.Errorf("%s was broken, which was held impossible: %s", id, why)
		case !ok && c.broken[id] < 3 && n >= enough:
			t.Errorf("%s was broken %d times: the histories do not try it", id, c.broken[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.differ)) {
		stories := slices.Compact(slices.Sorted(slices.Values(c.stories[id])))
		if why, ok := disputed[id]; ok {
			t.Logf("%s differs in %d histories; disputed: %s\n%s", id, c.differ[id], why, strings.Join(stories, "\n"))
			continue
		}
		t.Errorf("%s differs in %d of %d histories:\n%s", id, c.differ[id], n, strings.Join(stories, "\n"))
	}
	t.Logf("broken in so many histories: %v", c.broken)
	n += len(differed)
	t.Logf("%d histories, %d rules, %d answers compared, differences: %v", n, len(b.rules), n*len(b.rules), c.differ)
}
