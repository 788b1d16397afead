package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// upTo yields 0 to n-1 and counts what was asked for.
func upTo(n int, asked *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			asked.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

// However many inputs there are, only a few per worker are held, also when
// the first takes the longest or the results are taken slowly.
func TestOnlyAFewAreHeldAtATime(t *testing.T) {
	t.Parallel()
	const n, workers = 20_000, 4
	var asked atomic.Int64
	first := make(chan struct{})
	apply := func(i int) int {
		if i == 0 {
			<-first
		}
		return i
	}
	time.AfterFunc(50*time.Millisecond, func() { close(first) })
	taken := int64(0)
	for i := range inOrder(t.Context(), workers, upTo(n, &asked), apply) {
		if int64(i) != taken {
			t.Fatalf("%d in the place of %d", i, taken)
		}
		taken++
		// Held: the queue, what is on its way into it, and what is taken here.
		if held := asked.Load() - taken; held > ahead*workers+2 {
			t.Fatalf("%d held after %d were taken", held, taken)
		}
	}
	if taken != n {
		t.Errorf("%d of %d", taken, n)
	}
}

// Who stops taking, or is interrupted, leaves no worker behind and asks for no
// further input: inOrder returns only when they have ended.
func TestAnEarlyEndStopsTheWorkers(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(cancel func()) (stop bool){
		"no more taken": func(func()) bool { return true },
		"interrupted":   func(cancel func()) bool { cancel(); return false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var asked, running atomic.Int64
			apply := func(i int) int {
				running.Add(1)
				defer running.Add(-1)
				time.Sleep(time.Millisecond)
				return i
			}
			for i := range inOrder(ctx, 3, upTo(1_000_000, &asked), apply) {
				if i == 10 && end(cancel) {
					break
				}
			}
			if running.Load() != 0 || asked.Load() > 1000 {
				t.Errorf("%d workers busy, %d inputs asked for", running.Load(), asked.Load())
			}
		})
	}
}

// cancelling interrupts once something was written.
type cancelling struct {
	io.Writer
	cancel func()
	lines  int
}

func (c *cancelling) Write(p []byte) (int, error) {
	if c.lines++; c.lines == 20 {
		c.cancel()
	}
	return c.Writer.Write(p)
}

// An interrupt in the middle says how far it got, and the totals say that they
// are not of all files.
func TestAnInterruptInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeCases(t, dir, 1000)
	for _, format := range []string{"text", "json"} {
		ctx, cancel := context.WithCancel(t.Context())
		var stdout, stderr strings.Builder
		code := run(ctx, []string{"check", "--each", "--format", format, dir}, strings.NewReader(""), &cancelling{&stdout, cancel, 0}, &stderr)
		cancel()
		lines := strings.Count(stdout.String(), "\n")
		marked := strings.Contains(stdout.String(), "已中断") || strings.Contains(stdout.String(), `"interrupted":true`)
		if code != int(exitInterrupted) || !strings.Contains(stderr.String(), "已中断") || !marked || lines < 20 || lines > 800 {
			t.Errorf("%s: exit %d, %d lines, %s", format, code, lines, stderr.String())
		}
	}
}

func TestAnInterruptBetweenSingleFiles(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr strings.Builder
	code := run(ctx, []string{"check", filepath.FromSlash(cases + "xupu-fireworks-2023.yaml")}, strings.NewReader(""), &stdout, &stderr)
	if code != int(exitInterrupted) || stdout.String() != "" {
		t.Errorf("exit %d, %s", code, stdout.String())
	}
}

var errFull = errors.New("no space left")

type full struct{ writes int }

func (f *full) Write([]byte) (int, error) { f.writes++; return 0, errFull }

// What cannot be written is not tried for every file.
func TestAFullDiskEndsTheCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeCases(t, dir, 150)
	var out full
	var stderr strings.Builder
	code := run(t.Context(), []string{"check", "--each", dir}, strings.NewReader(""), &out, &stderr)
	if code != exitFailed || out.writes != 1 || !strings.Contains(stderr.String(), errFull.Error()) {
		t.Errorf("exit %d after %d writes: %s", code, out.writes, stderr.String())
	}
}

// Files come in order of path, whatever directory they stand in.
func TestCandidatesAreInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeCases(t, dir, 2100)
	var paths []string
	for f := range (&checkCmd{Files: []string{dir}}).candidates() {
		paths = append(paths, f.path)
	}
	if len(paths) != 2100 || !slices.IsSorted(paths) {
		t.Errorf("%d paths, sorted %t", len(paths), slices.IsSorted(paths))
	}
}
