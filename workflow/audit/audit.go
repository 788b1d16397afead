package audit

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// Source is a store, as an auditor reads it. Package store has one.
type Source interface {
	Load(ctx context.Context, decision string) ([]history.Record, error)
	Tasks(ctx context.Context, q workflow.TaskQuery) ([]workflow.Task, error)
	Material(ctx context.Context, decision string, digest history.Digest) (workflow.Material, error)
	Log
	Rows
}

// Log is what is read of a [transparency.Store].
type Log interface {
	Head(ctx context.Context, log string) (transparency.Head, error)
	Leaves(ctx context.Context, log string, from int64, limit int) ([]transparency.Leaf, error)
	Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error)
	Positions(ctx context.Context, log, decision string) ([]transparency.Position, error)
	Checkpoints(ctx context.Context, log string, after int64, limit int) ([]transparency.Checkpoint, error)
}

// Rows are read as they stand.
type Rows interface {
	// Decisions returns every id that any table knows, in order, after one.
	Decisions(ctx context.Context, after string, limit int) ([]string, error)
	// Totals counts at one moment.
	Totals(ctx context.Context, log string) (transparency.Totals, error)
	// State returns the state row, or workflow.ErrNotFound.
	State(ctx context.Context, decision string) (workflow.Summary, error)
	// Queue returns the entries that wait to be sealed, with their digests.
	Queue(ctx context.Context, decision string) (map[int64]history.Digest, error)
	// Holds returns how each material is held, in order of digest.
	Holds(ctx context.Context, decision string) ([]workflow.Holding, error)
	// Numbered counts the opinions that have a position.
	Numbered(ctx context.Context, decision string) (int64, error)
	// Received returns opinions in order of id, after one.
	Received(ctx context.Context, decision, after string, limit int) ([]workflow.Opinion, error)
}

// Options are what a verifier brings along.
type Options struct {
	Origin string // the name of the log
	Trust  history.Trust
	Texts  workflow.Texts // see workflow.Held
	// Outside are checkpoints, signed notes, that came from elsewhere: from a
	// witness, a print, an earlier dossier. The log must continue each.
	Outside [][]byte
	// Problems is how many are listed at most. Default 100.
	Problems int
	// Workers is how many decisions are read at a time. Default one for each
	// processor.
	Workers int
	// Progress is told how far it is, by one goroutine at a time; nil for nobody.
	Progress func(Progress)
}

// Progress is how far a verification is.
type Progress struct {
	Leaves, Decisions, Entries dossier.Tally
}

const (
	defaultProblems = 100
	// page is how many rows are read at a time.
	page = 2000
)

// Verify reads a whole store and says whether it holds. The report is never
// nil; an error is one of reading, or of the context, and there is no verdict
// then.
func Verify(ctx context.Context, s Source, o Options) (*Report, error) {
	if o.Problems < 1 {
		o.Problems = defaultProblems
	}
	if o.Workers < 1 {
		o.Workers = runtime.NumCPU()
	}
	a := &auditor{Options: o, s: s, report: &Report{Problems: []Problem{}}, stopped: map[string]int64{}}
	if err := a.verify(ctx); err != nil {
		return a.report, fmt.Errorf("audit: %w", err)
	}
	return a.report, nil
}

// auditor is one verification. What is below mu is shared by the workers.
type auditor struct {
	Options
	s Source

	// Read from the log before the workers begin.
	size   int64 // to which the log is read
	leaves []tlog.Hash
	met    marks

	mu     sync.Mutex
	report *Report
	broken bool // there is a problem that is not for want of something
	// stopped has the decisions with problems; see [auditor.stop].
	stopped map[string]int64
	at      Progress
}

func (a *auditor) verify(ctx context.Context) error {
	before, err := a.s.Totals(ctx, a.Origin)
	if err != nil {
		return err
	}
	a.at.Decisions.Of, a.at.Entries.Of = before.Decisions, before.Entries
	if before.Entries != before.Sealed+before.Queued {
		a.keep("", broken("count", 0,
			fmt.Sprintf("记录%d条，日志中%d条，待封存%d条，数目不合", before.Entries, before.Sealed, before.Queued),
			fmt.Sprintf("there are %d entries, %d in the log and %d queued", before.Entries, before.Sealed, before.Queued)))
	}
	for _, step := range []func(context.Context) error{a.readLog, a.readDecisions, a.unmet} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	after, err := a.s.Totals(ctx, a.Origin)
	if err != nil {
		return err
	}
	// While the store was read entries came, and none went.
	r := a.report
	r.Entries.Of = min(max(r.Entries.Checked, before.Entries), max(after.Entries, before.Entries))
	r.Broken = int64(len(a.stopped))
	r.whole()
	for _, p := range r.Problems {
		a.broken = a.broken || !p.Unusable
	}
	r.list(a.Problems)
	r.judge(a.broken)
	return nil
}

// keep keeps what was found of a decision, or of the log when it is "".
func (a *auditor) keep(decision string, found ...Problem) {
	r := a.report
	for _, p := range found {
		p.Decision = decision
		a.broken = a.broken || !p.Unusable
		r.add(p)
	}
	if len(r.Problems) > 2*a.Problems {
		r.list(a.Problems)
	}
}

// stop remembers that a decision is broken, and the first of its entries that
// were not looked at because of that; 0 for none.
func (a *auditor) stop(decision string, seq int64) {
	if before := a.stopped[decision]; before == 0 || seq < before {
		a.stopped[decision] = seq
	}
}

// readDecisions walks the decisions of every table, several at a time.
func (a *auditor) readDecisions(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ids := make(chan string)
	var running sync.WaitGroup
	for range a.Workers {
		running.Go(func() {
			for id := range ids {
				if err := a.readDecision(ctx, id); err != nil {
					stop(err)
				}
			}
		})
	}
	err := a.walk(ctx, ids)
	close(ids)
	running.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (a *auditor) walk(ctx context.Context, ids chan<- string) error {
	for after := ""; ; {
		list, err := a.s.Decisions(ctx, after, page)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, id := range list {
			select {
			case ids <- id:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		after = list[len(list)-1]
	}
}

// readDecision verifies one decision and adds what was found to the report.
func (a *auditor) readDecision(ctx context.Context, id string) error {
	f, err := a.settled(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	f.addTo(a.report)
	if len(f.problems) > 0 {
		a.keep(id, f.problems...)
		a.stop(id, f.halted)
	}
	a.at.Decisions.Checked++
	a.at.Entries.Checked += f.entries.Of
	a.progress()
	return nil
}

func (a *auditor) progress() {
	if a.Progress != nil {
		a.Progress(a.at)
	}
}
