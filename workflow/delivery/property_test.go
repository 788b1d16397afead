package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow/delivery"
)

// faulty is a store that fails now and then, before or after what it does.
type faulty struct {
	*store.Store
	fails func() bool
}

func (f *faulty) around(do func() error) error {
	if f.fails() {
		return errCut
	}
	if err := do(); err != nil {
		return err
	}
	if f.fails() {
		return errCut
	}
	return nil
}

func (f *faulty) Settle(ctx context.Context, o delivery.Outcome) error {
	return f.around(func() error { return f.Store.Settle(ctx, o) })
}

func (f *faulty) Route(ctx context.Context, events []delivery.Event, targets []delivery.Target, now time.Time) error {
	return f.around(func() error { return f.Store.Route(ctx, events, targets, now) })
}

func (f *faulty) Lease(ctx context.Context, name, holder string, until, now time.Time) (held bool, err error) {
	err = f.around(func() error { held, err = f.Store.Lease(ctx, name, holder, until, now); return err })
	return held, err
}

func (f *faulty) Waiting(ctx context.Context, subscriber string, now time.Time, limit int) (list []delivery.Delivery, err error) {
	err = f.around(func() error { list, err = f.Store.Waiting(ctx, subscriber, now, limit); return err })
	return list, err
}

// world is a receiver that fails now and then, and what it was told.
type world struct {
	mu       sync.Mutex
	random   *rand.Rand
	faults   int                // of a hundred
	recorded map[string][]int64 // by decision
	taken    map[string][]int64 // by subscriber and decision
	early    []string
}

func (w *world) fails() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(100) < w.faults
}

// answer answers one request, and notes when what came before was not taken.
func (w *world) answer(to http.ResponseWriter, d delivered) {
	fails := w.fails()
	w.mu.Lock()
	defer w.mu.Unlock()
	var data delivery.ActRecorded
	if err := json.Unmarshal(d.event.Data, &data); err != nil {
		w.early = append(w.early, err.Error())
	}
	line := strings.TrimPrefix(d.path, "/") + " " + data.Decision
	for _, earlier := range w.recorded[data.Decision] {
		if earlier < data.Seq && !slices.Contains(w.taken[line], earlier) {
			w.early = append(w.early, fmt.Sprintf("%s: %d before %d", line, data.Seq, earlier))
		}
	}
	switch how := w.random.IntN(4); {
	case !fails:
		w.taken[line] = append(w.taken[line], data.Seq)
	case how == 0: // taken, and the answer is lost
		w.taken[line] = append(w.taken[line], data.Seq)
		panic(http.ErrAbortHandler)
	case how == 1:
		to.Header().Set("Retry-After", "30")
		to.WriteHeader(http.StatusTooManyRequests)
	case how == 2:
		to.WriteHeader(http.StatusInternalServerError)
	default:
		to.WriteHeader(http.StatusFound)
	}
}

// Whatever fails in between, every recorded event reaches each subscriber that
// asks for it at least once, no later one of its decision is even tried before,
// and none reaches who did not ask.
func TestEveryEventArrivesInOrderWhateverFails(t *testing.T) {
	t.Parallel()
	if storetest.RaceEnabled {
		t.Skip("too slow under the race detector")
	}
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	var w *world // one at a time
	r := newReceiver(t, func(to http.ResponseWriter, d delivered) { w.answer(to, d) })
	rounds, arrived, repeated := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rounds++
		name := func(text string) string { return fmt.Sprintf("r%d-%s", rounds, text) }
		decisions := []string{name("a"), name("b"), name("c")}
		county := decisions[2] // of another organ, which the second does not ask for
		w = &world{
			random: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)), faults: rapid.IntRange(0, 60).Draw(rt, "faults"),
			recorded: map[string][]int64{}, taken: map[string][]int64{},
		}
		every, city := subscriber(t, name("x"), r.URL+"/"+name("x")), subscriber(t, name("y"), r.URL+"/"+name("y"))
		city.Organs = []string{"某市人民政府"}
		var replicas []*delivery.Deliverer
		for range 2 {
			d := deliverer(&faulty{s, w.fails}, c, every, city)
			d.Parallel, d.Jitter = 2, func(time.Duration) time.Duration { return 0 }
			replicas = append(replicas, d)
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"act", "deliver", "deliver", "wait"}).Draw(rt, "step") {
			case "act":
				decision := rapid.SampledFrom(decisions).Draw(rt, "decision")
				for range rapid.IntRange(1, 3).Draw(rt, "acts") {
					e := act(decision, int64(len(w.recorded[decision])+1))
					if decision == county {
						e.Summary.Organ = "某县人民政府"
					}
					if err := s.Append(t.Context(), e); err != nil {
						rt.Fatal(err)
					}
					w.recorded[decision] = append(w.recorded[decision], e.Entry.Seq)
				}
			case "deliver":
				_, _ = rapid.SampledFrom(replicas).Draw(rt, "replica").Once(t.Context()) // what fails is done later
			case "wait":
				c.add(time.Duration(rapid.IntRange(1, 120).Draw(rt, "seconds")) * time.Second)
			}
		}
		w.faults = 0
		c.add(time.Hour) // a lease that was not released runs out
		if last, err := replicas[0].Once(t.Context()); err != nil || !last.Held {
			rt.Fatal(last, err)
		}
		for _, one := range []string{every.Name, city.Name} {
			for _, decision := range decisions {
				taken := w.taken[one+" "+decision]
				first := slices.Compact(slices.Clone(taken))
				var want []int64
				if one == every.Name || decision != county {
					want = w.recorded[decision]
				}
				if !slices.Equal(first, want) {
					rt.Fatalf("%s of %s: taken %v, want %v", decision, one, taken, want)
				}
				arrived, repeated = arrived+len(first), repeated+len(taken)-len(first)
			}
		}
		if len(w.early) > 0 {
			rt.Fatal(w.early)
		}
	})
	t.Logf("%d rounds, %d arrivals, %d repeats", rounds, arrived, repeated)
	if arrived == 0 || repeated == 0 {
		t.Error("too little happened")
	}
}
