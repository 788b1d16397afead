package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// logOrigin names the log of these tests.
const logOrigin = "juece.example/log"

// extension is what a sealing of up to limit queued entries would add. Its note
// is no signed one: a store does not look into it.
func extension(ctx context.Context, s *store.Store, limit int) (transparency.Extension, error) {
	head, err := s.Head(ctx, logOrigin)
	if err != nil && !errors.Is(err, transparency.ErrNotFound) {
		return transparency.Extension{}, err
	}
	e := transparency.Extension{Log: logOrigin, Size: head.Size}
	if head.Size == 0 {
		e.Leaves = append(e.Leaves, transparency.Leaf{Key: true, Text: "juece-leaf/1\nkey\nadd\nk\n"})
	}
	queued, err := s.Unsealed(ctx, limit)
	if err != nil {
		return e, err
	}
	for _, u := range queued {
		e.Leaves = append(e.Leaves, transparency.Leaf{
			Position: e.Size + int64(len(e.Leaves)), Decision: u.Decision, Seq: u.Seq,
			Text: fmt.Sprintf("juece-leaf/1\nentry\n%s\n%d\n%s\n", u.Decision, u.Seq, u.Digest),
		})
	}
	return grow(ctx, s, e)
}

// grow computes the hashes and the root of an extension.
func grow(ctx context.Context, s *store.Store, e transparency.Extension) (transparency.Extension, error) {
	stored := tlog.StoredHashCount(e.Size)
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= stored {
				hashes[i] = e.Hashes[index-stored]
				continue
			}
			old, err := s.Hashes(ctx, e.Log, []int64{index})
			if err != nil {
				return nil, err
			}
			hashes[i] = old[0]
		}
		return hashes, nil
	})
	for _, l := range e.Leaves {
		more, err := tlog.StoredHashes(l.Position, []byte(l.Text), reader)
		if err != nil {
			return e, err
		}
		e.Hashes = append(e.Hashes, more...)
	}
	size := e.Size + int64(len(e.Leaves))
	root, err := tlog.TreeHash(size, reader)
	e.Checkpoint = transparency.Checkpoint{Size: size, Root: root, Note: fmt.Appendf(nil, "%s\n%d\n%s\n\n", e.Log, size, root), SealedAt: noon}
	return e, err
}

func seal(t *testing.T, s *store.Store, limit int) transparency.Extension {
	t.Helper()
	e, err := extension(t.Context(), s, limit)
	ok(t, err)
	ok(t, s.Extend(t.Context(), e))
	return e
}

// checkLog reads the log from its first leaf: no position is left out, the
// hashes are those of the leaves, every checkpoint is a root of it, the entries
// of each decision stand in order and once, and the positions say where.
func checkLog(t *testing.T, s *store.Store, decisions map[string]int) {
	t.Helper()
	ctx := t.Context()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	at := map[string][]transparency.Position{}
	var size int64
	for {
		page, err := s.Leaves(ctx, logOrigin, size, 1000)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		for _, l := range page {
			same(t, "position", l.Position, size)
			more, err := tlog.StoredHashes(size, []byte(l.Text), reader)
			ok(t, err)
			stored = append(stored, more...)
			size++
			var decision, digest string
			var seq int64
			if _, err := fmt.Sscanf(l.Text, "juece-leaf/1\nentry\n%s\n%d\n%s\n", &decision, &seq, &digest); err == nil {
				at[decision] = append(at[decision], transparency.Position{Seq: seq, Position: l.Position})
			}
		}
	}
	for decision, n := range decisions {
		positions, err := s.Positions(ctx, logOrigin, decision)
		ok(t, err)
		same(t, "positions of "+decision, positions, at[decision])
		same(t, "leaves of "+decision, len(positions), n)
		for i, p := range positions {
			same(t, "order in "+decision, p.Seq, int64(i+1))
		}
	}
	list, err := s.Checkpoints(ctx, logOrigin, 0, 1<<20)
	ok(t, err)
	for _, c := range list {
		root, err := tlog.TreeHash(c.Size, reader)
		ok(t, err)
		same(t, fmt.Sprintf("root at %d", c.Size), c.Root, root)
	}
	head, err := s.Head(ctx, logOrigin)
	ok(t, err)
	same(t, "head", head.Size, size)
}

func logGrows(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	_, err := s.Head(ctx, logOrigin)
	is(t, err, transparency.ErrNotFound)
	_, err = s.Checkpoint(ctx, logOrigin, 1)
	is(t, err, transparency.ErrNotFound)
	for seq := range int64(3) {
		ok(t, s.Append(ctx, Act("决策-b", seq+1)))
		ok(t, s.Append(ctx, Act("a", seq+1)))
	}
	backlog, err := s.Backlog(ctx, "")
	ok(t, err)
	same(t, "backlog", backlog, transparency.Backlog{Entries: 6, Oldest: noon.Add(time.Microsecond)})
	queued, err := s.Unsealed(ctx, 2)
	ok(t, err)
	same(t, "queue", queued, []transparency.Unsealed{
		{Decision: "a", Seq: 1, Digest: Act("a", 1).Entry.Digest, RecordedAt: noon.Add(time.Microsecond)},
		{Decision: "a", Seq: 2, Digest: Act("a", 2).Entry.Digest, RecordedAt: noon.Add(2 * time.Microsecond)},
	})

	e := seal(t, s, 4) // a key and four entries
	backlog, err = s.Backlog(ctx, "决策-b")
	ok(t, err)
	same(t, "backlog", backlog, transparency.Backlog{Entries: 2, Oldest: noon.Add(2 * time.Microsecond)})
	head, err := s.Head(ctx, logOrigin)
	ok(t, err)
	same(t, "head", head, transparency.Head{Size: 5, Root: e.Checkpoint.Root, Note: e.Checkpoint.Note})
	keys, err := s.KeyLeaves(ctx, logOrigin)
	ok(t, err)
	same(t, "keys", keys, []transparency.Leaf{{Key: true, Text: e.Leaves[0].Text}})
	ok(t, s.Append(ctx, Act("a", 4)))
	seal(t, s, 100)
	backlog, err = s.Backlog(ctx, "")
	ok(t, err)
	same(t, "backlog", backlog, transparency.Backlog{})
	checkLog(t, s, map[string]int{"a": 4, "决策-b": 3})
	_, err = s.Hashes(ctx, logOrigin, []int64{0, tlog.StoredHashCount(8)})
	is(t, err, transparency.ErrNotFound)
	if _, err := s.Head(ctx, "another"); !errors.Is(err, transparency.ErrNotFound) {
		t.Errorf("the head of another log: %v", err)
	}
}

// extensionsRace: one of them wins, and the others leave nothing.
func extensionsRace(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	const rounds, racers = 6, 8
	for round := range int64(rounds) {
		for _, d := range []string{"a", "b", "c"} {
			ok(t, s.Append(ctx, Act(d, round+1)))
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		ready := make(chan struct{})
		for i := range racers {
			e, err := extension(ctx, s, i%3+1) // of several lengths
			ok(t, err)
			wg.Go(func() {
				<-ready
				err := s.Extend(ctx, e)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !errors.Is(err, transparency.ErrConflict):
					t.Error(err)
				}
			})
		}
		close(ready)
		wg.Wait()
		same(t, "winners", won, 1)
		if backlog, err := s.Backlog(ctx, ""); err != nil || backlog.Entries > 0 {
			ok(t, err)
			seal(t, s, 100)
		}
	}
	checkLog(t, s, map[string]int{"a": rounds, "b": rounds, "c": rounds})
}

func extensionsThatAreRefused(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, hosted := db.Host(t)
	ctx := t.Context()
	for seq := range int64(3) {
		ok(t, s.Append(ctx, Act("a", seq+1)))
	}
	first, err := extension(ctx, s, 1)
	ok(t, err)
	whole, err := extension(ctx, s, 3)
	ok(t, err)

	// What contradicts itself.
	for name, change := range map[string]func(*transparency.Extension){
		"nothing":          func(e *transparency.Extension) { e.Leaves = nil },
		"another size":     func(e *transparency.Extension) { e.Checkpoint.Size++ },
		"a hash too few":   func(e *transparency.Extension) { e.Hashes = e.Hashes[1:] },
		"another position": func(e *transparency.Extension) { e.Leaves = slices.Clone(e.Leaves); e.Leaves[1].Position++ },
		"no note":          func(e *transparency.Extension) { e.Checkpoint.Note = nil },
		"no decision":      func(e *transparency.Extension) { e.Leaves = slices.Clone(e.Leaves); e.Leaves[1].Decision = "" },
	} {
		e := whole
		change(&e)
		if err := s.Extend(ctx, e); err == nil {
			t.Errorf("%s: it went through", name)
		}
	}
	// A log that does not end there, or begins elsewhere.
	later := transparency.Extension{Log: logOrigin, Size: 4, Leaves: slices.Clone(whole.Leaves[1:2]), Hashes: make([]tlog.Hash, 1)}
	later.Leaves[0].Position = 4
	later.Checkpoint = transparency.Checkpoint{Size: 5, Note: []byte("n")}
	is(t, s.Extend(ctx, later), transparency.ErrConflict)

	// A gap: an entry whose predecessor is neither sealed nor in the batch.
	_, err = host.ExecContext(ctx, `DELETE FROM juece_unsealed WHERE seq = 2`)
	ok(t, err)
	gap, err := extension(ctx, s, 10)
	ok(t, err)
	is(t, s.Extend(ctx, gap), transparency.ErrGap)
	n, err := s.Requeue(ctx, logOrigin)
	ok(t, err)
	same(t, "queued again", n, int64(1))

	// Behind a host's savepoint, and undone with its transaction.
	tx, err := host.BeginTx(ctx, nil)
	ok(t, err)
	joined := hosted.Join(tx)
	ok(t, joined.Extend(ctx, first))
	is(t, joined.Extend(ctx, whole), transparency.ErrConflict)
	ok(t, tx.Rollback())
	for _, table := range []string{"juece_log_leaves", "juece_log_hashes", "juece_log_checkpoints", "juece_log_positions"} {
		same(t, table, count(t, host, `SELECT COUNT(*) FROM `+table), 0)
	}
	same(t, "queue", count(t, host, `SELECT COUNT(*) FROM juece_unsealed`), 3)

	// Sealed already, though somebody put it on the queue once more.
	ok(t, s.Extend(ctx, whole))
	_, err = host.ExecContext(ctx, `INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at) VALUES ('a', 2, 'x', 1)`)
	ok(t, err)
	again, err := extension(ctx, s, 10)
	ok(t, err)
	is(t, s.Extend(ctx, again), transparency.ErrConflict)
	n, err = s.Requeue(ctx, logOrigin)
	ok(t, err)
	same(t, "queued again", n, int64(0))
	checkLog(t, s, map[string]int{"a": 3})
}

func cosignaturesStandBeside(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	var ends []transparency.Checkpoint
	for seq := range int64(3) {
		ok(t, s.Append(ctx, Act("a", seq+1)))
		ends = append(ends, seal(t, s, 10).Checkpoint)
	}
	line := func(name, sig string) transparency.Cosignature {
		return transparency.Cosignature{Cosigner: name + "+00000000", Line: fmt.Appendf(nil, "— %s %s\n", name, sig)}
	}
	ok(t, s.Cosign(ctx, logOrigin, ends[1].Size, line("w2", "AAAA")))
	ok(t, s.Cosign(ctx, logOrigin, ends[1].Size, line("w1", "BBBB")))
	ok(t, s.Cosign(ctx, logOrigin, ends[1].Size, line("w1", "CCCC"))) // the first stays
	ok(t, s.Cosign(ctx, logOrigin, ends[2].Size, line("w1", "DDDD")))
	ends[1].Note = append(ends[1].Note, "— w1 BBBB\n— w2 AAAA\n"...)
	ends[2].Note = append(ends[2].Note, "— w1 DDDD\n"...)
	for _, want := range ends {
		got, err := s.Checkpoint(ctx, logOrigin, want.Size)
		ok(t, err)
		same(t, "checkpoint", got, want)
	}
	list, err := s.Checkpoints(ctx, logOrigin, 0, 10)
	ok(t, err)
	same(t, "checkpoints", list, ends)
	list, err = s.Checkpoints(ctx, logOrigin, ends[0].Size, 1)
	ok(t, err)
	same(t, "a page", list, ends[1:2])
}

func leases(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	take := func(holder string, now time.Time) bool {
		held, err := s.Lease(ctx, "seal", holder, now.Add(time.Minute), now)
		ok(t, err)
		return held
	}
	for i, step := range []struct {
		holder string
		after  time.Duration
		want   bool
	}{{"a", 0, true}, {"b", time.Second, false}, {"a", 30 * time.Second, true}, {"b", 80 * time.Second, false}, {"b", 90 * time.Second, true}, {"a", 91 * time.Second, false}} {
		if got := take(step.holder, noon.Add(step.after)); got != step.want {
			t.Errorf("step %d: %v", i, got)
		}
	}
	held := 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			got, err := s.Lease(ctx, "other", fmt.Sprint(i), noon.Add(time.Minute), noon)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if got {
				held++
			}
		})
	}
	wg.Wait()
	same(t, "holders", held, 1)
}

func logIsAppendOnly(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ok(t, s.Append(t.Context(), Act("a", 1)))
	e := seal(t, s, 10)
	ok(t, s.Cosign(t.Context(), logOrigin, e.Checkpoint.Size, transparency.Cosignature{Cosigner: "w", Line: []byte("l")}))
	for table, column := range map[string]string{
		"juece_entries": "digest", "juece_log_leaves": "leaf", "juece_log_hashes": "hash", "juece_log_checkpoints": "root",
		"juece_log_cosignatures": "cosigner", "juece_log_positions": "log",
	} {
		before := count(t, host, `SELECT COUNT(*) FROM `+table)
		for _, statement := range []string{
			`UPDATE ` + table + ` SET ` + column + ` = 'x'`,
			`DELETE FROM ` + table,
			`TRUNCATE ` + table, // of PostgreSQL
			`INSERT OR REPLACE INTO ` + table + ` SELECT * FROM ` + table + ` WHERE 1`, // of SQLite, which keeps nothing or the same row
		} {
			if _, err := host.ExecContext(t.Context(), statement); err == nil && table != "juece_log_cosignatures" {
				t.Errorf("%s: went through", statement)
			}
		}
		same(t, "rows of "+table, count(t, host, `SELECT COUNT(*) FROM `+table), before)
	}
}

// migrationQueues: what was recorded before there was a log gets its leaf.
func migrationQueues(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ctx := t.Context()
	r, err := history.Entry{
		Decision: "real", Seq: 1, Kind: "propose", Actor: history.Actor{ID: `经办人","recorded_at":"1999-01-01T00:00:00.000000Z"`},
		RecordedAt: history.FormatTime(noon.Add(time.Hour)), Pack: "sha256:p", Calendar: "sha256:c", Act: json.RawMessage(`{"recorded_at":"2000"}`),
	}.Encode()
	ok(t, err)
	real := ActOf("real", 1, r.Data)
	ok(t, s.Append(ctx, real))
	ok(t, s.Append(ctx, Act("sample", 1)))
	ok(t, s.Append(ctx, Act("sample", 2)))
	beforeChunks(t, host, nil)
	for _, statement := range []string{
		`DROP TABLE juece_unsealed`, `DROP TABLE juece_log_leaves`, `DROP TABLE juece_log_hashes`, `DROP TABLE juece_log_checkpoints`,
		`DROP TABLE juece_log_cosignatures`, `DROP TABLE juece_log_positions`, `DROP TABLE juece_leases`,
		`ALTER TABLE juece_materials DROP COLUMN salt`, `ALTER TABLE juece_materials DROP COLUMN class`,
		`ALTER TABLE juece_materials DROP COLUMN ground`, `ALTER TABLE juece_materials DROP COLUMN erased`,
		`ALTER TABLE juece_opinions DROP COLUMN erased`,
		`DROP INDEX juece_outbox_unrouted`, `ALTER TABLE juece_outbox DROP COLUMN routed`, `DROP TABLE juece_deliveries`,
		`DROP TABLE juece_reminders`, `DROP INDEX juece_tasks_by_due`, `DROP TABLE juece_subscribers`,
		`DELETE FROM juece_schema_version WHERE version_id > 1`,
	} {
		_, err := host.ExecContext(ctx, statement)
		ok(t, err)
	}
	for _, trigger := range []string{"juece_entries_no_replace", "juece_opinion_positions_no_replace"} {
		_, _ = host.ExecContext(ctx, `DROP TRIGGER `+trigger) // of SQLite
	}
	ok(t, s.Migrate(ctx))
	queued, err := s.Unsealed(ctx, 10)
	ok(t, err)
	same(t, "queue", queued, []transparency.Unsealed{
		{Decision: "real", Seq: 1, Digest: r.Digest, RecordedAt: noon.Add(time.Hour)},
		{Decision: "sample", Seq: 1, Digest: Act("sample", 1).Entry.Digest, RecordedAt: noon},
		{Decision: "sample", Seq: 2, Digest: Act("sample", 2).Entry.Digest, RecordedAt: noon},
	})
	seal(t, s, 10)
	ok(t, s.Append(ctx, Act("sample", 3)))
	seal(t, s, 10)
	checkLog(t, s, map[string]int{"real": 1, "sample": 3})
}

// sealingCutShort: a sealing that ends in the middle leaves the log and the
// queue as they were.
func sealingCutShort(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	const entries = 300
	for i := range entries {
		ok(t, s.Append(ctx, bare(fmt.Sprintf("d%d", i%3), int64(i/3+1))))
	}
	for pause := time.Duration(0); ; pause += pause/4 + 500*time.Microsecond {
		e, err := extension(ctx, s, entries)
		ok(t, err)
		short, cancel := context.WithTimeout(ctx, pause)
		err = s.Extend(short, e)
		cancel()
		backlog, failure := s.Backlog(ctx, "")
		ok(t, failure)
		if err == nil {
			same(t, "backlog", backlog.Entries, int64(0))
			break
		}
		if _, err := s.Head(ctx, logOrigin); errors.Is(err, transparency.ErrNotFound) {
			same(t, "backlog", backlog.Entries, int64(entries))
			continue
		}
		same(t, "backlog after a commit that was not heard of", backlog.Entries, int64(0))
		break
	}
	checkLog(t, s, map[string]int{"d0": entries / 3, "d1": entries / 3, "d2": entries / 3})
}

// bare is [Act] without a task, a key and an event.
func bare(decision string, seq int64) workflow.Write {
	w := Act(decision, seq)
	w.Tasks, w.Use, w.Events = nil, nil, nil
	return w
}

// longLog logs what sealing costs.
func longLog(t *testing.T, db Database) {
	if RaceEnabled {
		t.Skip("one sealing after the other")
	}
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ctx := t.Context()
	const entries, batch = 100_000, 10_000
	_, err := host.ExecContext(ctx, `
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
		INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
		SELECT CAST(1000000 + i / 20 AS TEXT), i % 20 + 1, 'sha256:' || CAST(i AS TEXT), i
		FROM n`)
	ok(t, err)
	var times, counts []time.Duration
	for range entries / batch {
		e, err := extension(ctx, s, batch)
		ok(t, err)
		start := time.Now()
		ok(t, s.Extend(ctx, e))
		times = append(times, time.Since(start))
		start = time.Now()
		_, err = s.Backlog(ctx, "")
		ok(t, err)
		counts = append(counts, time.Since(start))
	}
	logTimes(t, fmt.Sprintf("sealings of %d", batch), times)
	logTimes(t, "backlog counted", counts)
	checkLog(t, s, map[string]int{"1000000": 20, fmt.Sprint(1000000 + entries/20 - 1): 20})
}
