package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
)

// A deliverer that is killed in the middle, again and again, tells everything,
// in order within a decision, and repeats only what it had begun.
func TestADelivererThatIsKilledTellsEverything(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "sqlite" && storetest.RaceEnabled {
				t.Skip("too slow under the race detector")
			}
			killDeliverers(t, dsn(t))
		})
	}
}

func killDeliverers(t *testing.T, dsn string) {
	const decisions, entries, kills, parallel = 8, 20, 6, 4
	st, err := openStore(t.Context(), dsn)
	if err == nil {
		err = st.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	for d := range decisions {
		for seq := int64(1); seq <= entries; seq++ {
			w := storetest.Act(fmt.Sprint("d", d), seq)
			w.Tasks = nil
			w.Events = []workflow.Event{{ID: fmt.Sprintf("d%d-%02d", d, seq), Type: workflow.EventRecorded, Body: fmt.Appendf(nil, `{"seq":%d}`, seq)}}
			if err := st.Append(t.Context(), w); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := newHooked(t)
	file := h.file(t)
	for range kills {
		before := h.count()
		deliverer := exec.CommandContext(t.Context(), "juece", "deliver", "--db", dsn, "--hooks", file, "--every", "1ms")
		if err := deliverer.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(time.Minute); h.count() == before && time.Now().Before(end); time.Sleep(time.Millisecond) {
		}
		time.Sleep(rand.N(30 * time.Millisecond))
		_ = deliverer.Process.Kill() // it has ended otherwise
		_ = deliverer.Wait()         // killed
		if err := expire(t.Context(), dsn); err != nil {
			t.Fatal(err)
		}
		if h.count() >= decisions*entries {
			break
		}
	}
	var out, complaint bytes.Buffer
	if code := run(t.Context(), []string{"deliver", "--db", dsn, "--hooks", file, "--once"}, strings.NewReader(""), &out, &complaint); code != exitOK {
		t.Fatalf("%d: %s", code, &complaint)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	first := map[string][]string{} // events in the order in which they came first
	seen := map[string]bool{}
	for _, id := range h.ids {
		if d, _, _ := strings.Cut(id, "-"); !seen[id] {
			first[d] = append(first[d], id)
		}
		seen[id] = true
	}
	for d := range decisions {
		got := first[fmt.Sprint("d", d)]
		if len(got) != entries || !slices.IsSorted(got) {
			t.Errorf("decision %d: %v", d, got)
		}
	}
	if repeats := len(h.ids) - len(seen); repeats > kills*parallel {
		t.Errorf("%d repeats after %d kills, %d at a time", repeats, kills, parallel)
	}
	t.Logf("%d events, %d requests", len(seen), len(h.ids))
}
