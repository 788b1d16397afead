package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// Load implements [workflow.Store].
func (s *Store) Load(ctx context.Context, decision string) ([]history.Record, error) {
	var records []history.Record
	err := sqlx.SelectContext(ctx, s.reader(), &records, `
		SELECT seq, data, digest
		FROM juece_entries
		WHERE decision_id = $1
		ORDER BY seq`, decision)
	if err == nil && len(records) == 0 {
		err = workflow.ErrNotFound
	}
	if err != nil {
		return nil, s.failed(ctx, "load", decision, err)
	}
	return records, nil
}

// Append implements [workflow.Store].
//
// A key that carried another request gives [workflow.ErrKeyReused]; a key that
// carried this very request gives [workflow.ErrConflict], and
// [Store.Replay] then has the answer. An opinion that another act already
// committed to, or that was never received, gives ErrConflict as well, and so
// does the erasure of what is not held.
func (s *Store) Append(ctx context.Context, w workflow.Write) error {
	if err := s.check(w); err != nil {
		return s.failed(ctx, "append to", w.Summary.Decision, err)
	}
	err := s.append(ctx, w)
	if s.engine.fenced(err) {
		err = fmt.Errorf("%w: %w", workflow.ErrConflict, err)
	}
	return s.failed(ctx, "append to", w.Summary.Decision, s.explain(ctx, w, err))
}

func (s *Store) append(ctx context.Context, w workflow.Write) error {
	if s.engine == PostgreSQL && s.tx == nil && len(w.Materials) == 0 && len(w.Positions) == 0 && len(w.Erasures) == 0 {
		// One statement is a transaction by itself: one round trip.
		return s.retry(ctx, func() error { return recordAtOnce(ctx, s.write, w) })
	}
	return s.atomically(ctx, func(x sqlx.ExtContext) error {
		if err := s.record(ctx, x, w); err != nil {
			return err
		}
		for _, m := range w.Materials {
			if err := s.keep(ctx, x, w.Summary.Decision, m); err != nil {
				return err
			}
		}
		if err := s.commit(ctx, x, w); err != nil {
			return err
		}
		return erase(ctx, x, w)
	})
}

// check refuses a write that contradicts itself; no database is asked.
func (s *Store) check(w workflow.Write) error {
	switch {
	case w.Summary.Decision == "":
		return fmt.Errorf("the state row names no decision")
	case w.Entry.Seq < 1 || w.Summary.Version != w.Entry.Seq:
		return fmt.Errorf("entry %d does not lead to version %d", w.Entry.Seq, w.Summary.Version)
	case w.Entry.Digest == "" || w.Summary.Head != w.Entry.Digest:
		return fmt.Errorf("head %q is not the digest of entry %d", w.Summary.Head, w.Entry.Seq)
	case w.Use != nil && w.Use.Key == "":
		return fmt.Errorf("an idempotency key is empty")
	case w.Use != nil && w.Use.Seq != w.Entry.Seq:
		return fmt.Errorf("idempotency key %q leads to entry %d, not %d", w.Use.Key, w.Use.Seq, w.Entry.Seq)
	}
	seen := make(map[string]bool, len(w.Tasks))
	for _, t := range w.Tasks {
		if t.Decision != "" && t.Decision != w.Summary.Decision {
			return fmt.Errorf("task %q belongs to decision %q", t.Key, t.Decision)
		}
		if seen[t.Key] {
			return fmt.Errorf("task %q stands twice", t.Key)
		}
		seen[t.Key] = true
	}
	for _, m := range w.Materials {
		if err := s.checkMaterial(m); err != nil {
			return err
		}
	}
	for _, e := range w.Erasures {
		if (e.Material == "") == (e.Position < 1) {
			return fmt.Errorf("an erasure names a material or a position, not %q and %d", e.Material, e.Position)
		}
	}
	return nil
}

// record writes everything but materials and positions, inside a transaction.
func (s *Store) record(ctx context.Context, x sqlx.ExtContext, w workflow.Write) error {
	if s.engine == PostgreSQL {
		return recordAtOnce(ctx, x, w)
	}
	return recordInSteps(ctx, x, w)
}

// recordAtOnce is the append of PostgreSQL in one statement. Each part takes
// its rows from moved, which is empty when the state row did not move: then
// nothing is written at all.
func recordAtOnce(ctx context.Context, x sqlx.QueryerContext, w workflow.Write) error {
	tasks, err := taskRows(w.Tasks)
	if err != nil {
		return err
	}
	events, err := eventRows(w.Events)
	if err != nil {
		return err
	}
	args := append(moveArgs(w), nonNil(w.Entry.Data), string(use(w).Request), tasks, events)
	var moved int64
	err = sqlx.GetContext(ctx, x, &moved, `
		WITH moved AS (`+moveDecision+` RETURNING decision_id),
		entry AS (
			INSERT INTO juece_entries (decision_id, seq, data, digest)
			SELECT decision_id, CAST($2 AS BIGINT), CAST($14 AS BYTEA), $3
			FROM moved
		), queued AS (
			INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
			SELECT decision_id, CAST($2 AS BIGINT), $3, CAST($11 AS BIGINT)
			FROM moved
		), used AS (
			INSERT INTO juece_idempotency (decision_id, actor, use_key, request, seq)
			SELECT decision_id, $12, $13, $15, CAST($2 AS BIGINT)
			FROM moved
			WHERE $13 <> ''
		), cleared AS (
			DELETE FROM juece_tasks
			WHERE decision_id = $1
				AND EXISTS (SELECT 1 FROM moved)
				AND task_key NOT IN (SELECT t.key FROM json_to_recordset(CAST($16 AS JSON)) AS t(key TEXT))
		), opened AS (
			INSERT INTO juece_tasks (decision_id, task_key, act, rule, role, unit, organ, undated, due)
			SELECT moved.decision_id, t.key, t.act, t.rule, t.role, t.unit, t.organ, t.undated, t.due
			FROM moved, json_to_recordset(CAST($16 AS JSON))
				AS t(key TEXT, act TEXT, rule TEXT, role TEXT, unit TEXT, organ TEXT, undated SMALLINT, due TEXT)
			`+reopenTask+`
		), told AS (
			INSERT INTO juece_outbox (decision_id, event_id, seq, type, body, created_at)
			SELECT moved.decision_id, e.id, CAST($2 AS BIGINT), e.type, decode(e.body, 'base64'), CAST($11 AS BIGINT)
			FROM moved, json_to_recordset(CAST($17 AS JSON)) AS e(id TEXT, type TEXT, body TEXT)
		)
		SELECT COUNT(*) FROM moved`, args...)
	if err == nil && moved == 0 {
		err = workflow.ErrConflict
	}
	return err
}

// recordInSteps is the append where the database is in the process and a
// statement costs no round trip.
func recordInSteps(ctx context.Context, x sqlx.ExtContext, w workflow.Write) error {
	res, err := x.ExecContext(ctx, moveDecision, moveArgs(w)...)
	if err != nil {
		return err
	}
	if err := affected(res, 1); err != nil {
		return err
	}
	if _, err := x.ExecContext(ctx, `
		INSERT INTO juece_entries (decision_id, seq, data, digest)
		VALUES ($1, $2, $3, $4)`,
		w.Summary.Decision, w.Entry.Seq, nonNil(w.Entry.Data), string(w.Entry.Digest)); err != nil {
		return err
	}
	if _, err := x.ExecContext(ctx, `
		INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
		VALUES ($1, $2, $3, $4)`,
		w.Summary.Decision, w.Entry.Seq, string(w.Entry.Digest), micros(w.Summary.UpdatedAt)); err != nil {
		return err
	}
	if err := replaceTasks(ctx, x, w); err != nil {
		return err
	}
	if err := keepUse(ctx, x, w); err != nil {
		return err
	}
	return tell(ctx, x, w)
}

// nonNil turns no bytes into zero bytes: the columns are NOT NULL.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
