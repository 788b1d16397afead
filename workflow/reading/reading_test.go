package reading_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// histories is how many random histories are read twice. The seeds are those
// of the numbers from 0 on, under this one.
var histories = flag.Int("histories", 2000, "how many random histories to read twice")

const seed = 713

// readings are all rules as read a second time.
func readings() map[string]func(record) answer {
	whole := map[string]func(record) answer{}
	for _, part := range []map[string]func(record) answer{forming, participation, assessing, reviewing, deciding, executing} {
		maps.Copy(whole, part)
	}
	return whole
}

// unread are rules that are not read a second time, and why.
var unread = map[string]string{
	"R44.2": "it compares packs, not acts",
	"S38.2": "arithmetic of a score sheet, which no statute knows",
	"S38.3": "as S38.2",
}

var judgedOn = calendar.MustParseDate("2026-06-30")

// read answers a rule as the evaluator must: on the record as it stood at the
// last act of each of its gates, the worst answer counting; without a gate on
// the whole record, where what only forbids a gate is not broken.
func read(r workflow.Rule, ask func(record) answer, deeds []workflow.Deed) answer {
	w, asked := fine, false
	for _, gate := range r.Gates {
		for i, d := range slices.Backward(deeds) {
			if a, concluded := d.Act.(decision.ConcludeAdjustment); concluded && !r.Own && a.Outcome != "changed" && a.Outcome != "stopped" {
				continue // the decision goes on
			}
			if d.Act.Kind() == gate {
				w, asked = worst(w, ask(record{deeds[:i+1], &deeds[i], judgedOn})), true
				break
			}
		}
	}
	if asked {
		return w
	}
	w = ask(record{deeds, nil, judgedOn})
	if r.Prohibits && w == broken {
		return fine
	}
	return w
}

// TestTwoReadingsAgree compares the two readings over random histories: where
// the second says that a rule is broken, and only there, the evaluator says
// violated; where it cannot tell, the evaluator does not say satisfied.
func TestTwoReadingsAgree(t *testing.T) {
	t.Parallel()
	n := *histories
	if testing.Short() {
		n = min(n, 300)
	}
	second := readings()
	rules := workflow.RulesUnder(workflowtest.Case(t, "d713").Pack)
	for _, r := range rules {
		if second[r.ID] == nil && unread[r.ID] == "" {
			t.Errorf("%s is not read a second time", r.ID)
		}
	}
	count := map[string]map[answer]int{}
	differ := map[string]int{}
	var mu sync.Mutex
	var workers sync.WaitGroup
	next := make(chan uint64)
	for range 2 {
		workers.Go(func() {
			for i := range next {
				deeds, story := history(i)
				c := workflowtest.Case(t, "d713")
				c.Evidence = workflow.Complete
				c = c.Fold(deeds)
				found := map[string]workflow.Finding{}
				for _, f := range workflow.Evaluate(c, judgedOn) {
					found[f.Rule] = f
				}
				answers := map[string]answer{}
				for _, r := range rules {
					if second[r.ID] != nil {
						answers[r.ID] = read(r, second[r.ID], c.Deeds)
					}
				}
				mu.Lock()
				for id, got := range answers {
					if count[id] == nil {
						count[id] = map[answer]int{}
					}
					count[id][got]++
					f := found[id]
					agree := (got == broken) == (f.Status == workflow.Violated) && (got != open || f.Status != workflow.Satisfied)
					if !agree {
						if differ[id]++; differ[id] <= 2 {
							t.Errorf("history %d: %s is read as %s, and found %s: %s\n  %s", i, id, []string{"fine", "open", "broken"}[got], f.Status, f.En, strings.Join(story, "\n  "))
						}
					}
				}
				mu.Unlock()
			}
		})
	}
	for i := range uint64(n) {
		next <- i
	}
	for _, i := range differed {
		next <- i
	}
	close(next)
	workers.Wait()
	compared := 0
	for _, id := range slices.Sorted(maps.Keys(count)) {
		compared += n + len(differed)
		c := count[id]
		if n >= 2000 && (c[broken] == 0 && !slices.Contains(neverBroken, id) || c[fine] == 0) {
			t.Errorf("%s: fine %d, open %d, broken %d: the histories say too little", id, c[fine], c[open], c[broken])
		}
	}
	t.Logf("%d histories, %d rules, %d answers compared, differences: %v", n, len(count), compared, differ)
}

// neverBroken are rules whose breach no complete file can show: what they ask
// for is a field, and a field that is not told is unknown.
var neverBroken = []string{"R10.2", "R14.2", "R15.2", "R15.3", "R17.3", "R23.2", "F3", "F5", "R30.4", "R33.2", "R36.4"}

// history makes a random history: the sample with some acts changed, or some
// of its acts only.
func history(i uint64) ([]workflow.Deed, []string) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, i))}
	walk := sample.Walk("d713")
	if g.IntN(5) == 0 {
		keep := 20 + g.IntN(80)
		walk = slices.DeleteFunc(walk, func(sample.Step) bool { return g.IntN(100) >= keep })
		g.say("kept about %d%%", keep)
	}
	if g.IntN(3) == 0 {
		n := g.IntN(len(walk) + 1)
		walk = walk[:n]
		g.say("ended after %d acts", n)
	}
	for range g.IntN(7) {
		walk = g.mutate(walk)
	}
	deeds := make([]workflow.Deed, len(walk))
	for j, s := range walk {
		deeds[j] = workflow.Deed{Ref: decision.Ref{Seq: int64(j + 1), OccurredOn: s.On, Actor: s.Actor}, Act: s.Act}
	}
	return deeds, g.story
}

type generator struct {
	*rand.Rand
	story []string
}

func (g *generator) say(format string, args ...any) {
	g.story = append(g.story, fmt.Sprintf(format, args...))
}

// mutate changes one thing in a walk.
func (g *generator) mutate(walk []sample.Step) []sample.Step {
	if len(walk) < 2 {
		return walk
	}
	i, j := g.IntN(len(walk)), g.IntN(len(walk))
	kind := walk[i].Act.Kind()
	switch g.IntN(12) {
	case 0:
		g.say("%s (%d) left out", kind, i)
		return slices.Delete(walk, i, i+1)
	case 1:
		g.say("%s (%d) repeated at %d", kind, i, j)
		return slices.Insert(walk, j, walk[i])
	case 2:
		g.say("%s (%d) and %s (%d) change places", kind, i, walk[j].Act.Kind(), j)
		walk[i], walk[j] = walk[j], walk[i]
	case 3:
		days := g.IntN(41) - 20
		walk[i].On = walk[i].On.AddDays(days)
		if g.IntN(6) == 0 {
			walk[i].On = calendar.Date{}
		}
		g.say("%s (%d) on %s", kind, i, walk[i].On)
	case 5:
		s := presets[g.IntN(len(presets))]
		at := j
		if k := slices.IndexFunc(walk, func(x sample.Step) bool { return x.Act.Kind() == s.Act.Kind() }); k >= 0 && g.IntN(3) > 0 {
			at = k + g.IntN(2)
			if g.IntN(2) == 0 {
				g.say("%s in place of the one at %d", describe(s), k)
				walk[k] = s
				return walk
			}
		}
		g.say("%s at %d", describe(s), at)
		return slices.Insert(walk, at, s)
	case 4:
		walk[i].Actor = walk[j].Actor
		g.say("%s (%d) by %s", kind, i, walk[i].Actor.ID)
	default:
		v := reflect.New(reflect.TypeOf(walk[i].Act)).Elem()
		v.Set(reflect.ValueOf(clone(reflect.ValueOf(walk[i].Act)).Interface()))
		g.say("%s (%d): %s", kind, i, g.change(v, ""))
		walk[i].Act = v.Interface().(decision.Act)
	}
	return walk
}

// differed are histories in which the two readings once differed: what a unit
// that is not heard of means for a dispute, a step set aside on no ground, a
// dossier that is not told, the words of a dissent without its meeting, and
// opinions that are committed to out of order.
var differed = []uint64{1267, 2655, 3087, 3434, 3616, 4085, 5736, 8121, 20308, 33444, 37751, 50566}
