package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// files is how many case files TestManyCaseFiles judges.
var files = flag.Int("files", 1000, "how many case files to judge")

// wholeCase writes the sample walk, up to a number of acts, as a case file.
func wholeCase(t *testing.T, id string, acts int) []byte {
	t.Helper()
	type line struct {
		Kind       decision.Kind  `json:"kind"`
		OccurredOn string         `json:"occurred_on"`
		By         map[string]any `json:"by"`
		Act        decision.Act   `json:"act"`
	}
	var lines []line
	for _, s := range sample.Walk("d713")[:acts] {
		lines = append(lines, line{s.Act.Kind(), s.On.String(), map[string]any{"id": s.Actor.ID, "unit": s.Actor.Unit}, s.Act})
	}
	data, err := json.Marshal(map[string]any{"case": id, "pack": "d713", "complete": true, "acts": lines})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// writeCases fills a directory with case files: every tenth a whole case, the
// others published ones; every hundredth is broken.
func writeCases(t *testing.T, dir string, n int) {
	t.Helper()
	var published [][]byte
	for _, name := range []string{"zhijiang-fireworks-2025", "huadu-plan-hearing-2023", "xupu-fireworks-2023"} {
		data, err := os.ReadFile(cases + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		published = append(published, data)
	}
	whole := wholeCase(t, "whole", len(sample.Walk("d713")))
	for i := range n {
		sub := filepath.Join(dir, fmt.Sprintf("%03d", i/1000))
		if i%1000 == 0 {
			if err := os.MkdirAll(sub, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		name, data := fmt.Sprintf("%06d.yaml", i), published[i%3]
		switch {
		case i%100 == 99:
			data = []byte("case: broken\npack: d713\nacts:\n  - kind: approve\n")
		case i%10 == 0:
			name, data = fmt.Sprintf("%06d.json", i), whole
		}
		if err := os.WriteFile(filepath.Join(sub, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// totalsOf runs check on paths and reads the totals.
func totalsOf(t *testing.T, wantCode int, args ...string) (totals, string) {
	t.Helper()
	code, stdout, stderr := program(t, append([]string{"check", "--format", "json", "--on", "2026-06-30"}, args...)...)
	if code != wantCode {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var all totals
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	return all, stderr
}

// Any number of files is judged, in parallel, in memory that does not grow
// with it, and a broken one does not stop the rest.
func TestManyCaseFiles(t *testing.T) {
	n := *files
	if testing.Short() {
		n = min(n, 200)
	}
	dir := t.TempDir()
	writeCases(t, dir, n)
	var peak uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	}()
	begin := time.Now()
	all, stderr := totalsOf(t, 2, dir)
	took := time.Since(begin)
	close(stop)
	<-stopped
	broken := n / 100
	if all.Cases != n-broken || all.Unusable != broken || strings.Count(stderr, "approve") != broken {
		t.Errorf("%d cases, %d unusable of %d files", all.Cases, all.Unusable, n)
	}
	for _, r := range all.Rules {
		if sum := r.Satisfied + r.Violated + r.NotEvidenced + r.NotApplicable; sum != all.Cases {
			t.Errorf("%s was asked %d times in %d cases", r.Rule, sum, all.Cases)
		}
	}
	t.Logf("%d files in %s, %.0f a second on %d processors, heap in use at most %d MiB", n, took.Round(time.Millisecond), float64(n)/took.Seconds(), runtime.GOMAXPROCS(0), peak>>20)
	if peak > 256<<20 {
		t.Errorf("the heap grew to %d MiB", peak>>20)
	}
}

// The totals are the sum of what the files say one by one, whatever the number
// of workers, and come out the same.
func TestTotalsAreTheSumOfTheFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	walk := sample.Walk("d713")
	want := map[string]map[workflow.Status]int{}
	violated := 0
	for i := range 8 {
		path := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		if err := os.WriteFile(path, wholeCase(t, fmt.Sprintf("c%d", i), len(walk)-9*i), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := program(t, "check", "--format", "json", "--on", "2026-06-30", path)
		if code > 1 {
			t.Fatal(stderr)
		}
		violated += code
		var findings []caseFinding
		if err := json.Unmarshal([]byte(stdout), &findings); err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if want[f.Rule] == nil {
				want[f.Rule] = map[workflow.Status]int{}
			}
			want[f.Rule][f.Status]++
		}
	}
	if violated == 0 || violated == 8 {
		t.Fatalf("%d of 8 cases are violated; the sample says nothing", violated)
	}
	for _, jobs := range []string{"1", "8"} {
		all, _ := totalsOf(t, 1, "--jobs", jobs, dir)
		if all.Cases != 8 || all.Violated != violated || len(all.Rules) != len(want) {
			t.Errorf("%s workers: %d cases, %d violated, %d rules", jobs, all.Cases, all.Violated, len(all.Rules))
		}
		for _, r := range all.Rules {
			got := map[workflow.Status]int{workflow.Satisfied: r.Satisfied, workflow.Violated: r.Violated, workflow.NotEvidenced: r.NotEvidenced, workflow.NotApplicable: r.NotApplicable}
			for status, n := range got {
				if n != want[r.Rule][status] {
					t.Errorf("%s workers, %s %s: %d, want %d", jobs, r.Rule, status, n, want[r.Rule][status])
				}
			}
		}
	}
}

// Lines come in the order of the files, whoever was ready first.
func TestEachCaseHasItsLineInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeCases(t, dir, 150)
	var first string
	for _, jobs := range []string{"1", "8", "8"} {
		_, stdout, stderr := program(t, "check", "--each", "--jobs", jobs, "--on", "2026-06-30", dir)
		if first == "" {
			first = stdout + stderr
		}
		if stdout+stderr != first {
			t.Errorf("%s workers: another answer", jobs)
		}
	}
	last := ""
	for line := range strings.Lines(first) {
		if !strings.HasPrefix(line, dir) {
			break
		}
		if line < last {
			t.Errorf("%q after %q", line, last)
		}
		last = line
	}
}
