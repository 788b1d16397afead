package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// use returns the key that carried the act, or the zero Use: an empty key is
// never stored, so it matches nothing.
func use(w workflow.Write) workflow.Use {
	if w.Use == nil {
		return workflow.Use{}
	}
	return *w.Use
}

func keepUse(ctx context.Context, x sqlx.ExecerContext, w workflow.Write) error {
	if w.Use == nil {
		return nil
	}
	_, err := x.ExecContext(ctx, `
		INSERT INTO juece_idempotency (decision_id, actor, use_key, request, seq)
		VALUES ($1, $2, $3, $4, $5)`,
		w.Summary.Decision, w.Use.Actor, w.Use.Key, string(w.Use.Request), w.Use.Seq)
	return err
}

// Replay implements [workflow.Store].
func (s *Store) Replay(ctx context.Context, decision, actor, key string) (workflow.Use, error) {
	found, err := s.replay(ctx, decision, actor, key)
	return found, s.failed(ctx, "replay a request on", decision, err)
}

func (s *Store) replay(ctx context.Context, decision, actor, key string) (workflow.Use, error) {
	var row struct {
		Request string `db:"request"`
		Seq     int64  `db:"seq"`
	}
	// Asked for after a conflict, so it has to see what the winner committed.
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT request, seq
		FROM juece_idempotency
		WHERE decision_id = $1 AND actor = $2 AND use_key = $3`, decision, actor, key)
	if errors.Is(err, sql.ErrNoRows) {
		return workflow.Use{}, fmt.Errorf("key %q: %w", key, workflow.ErrNotFound)
	}
	if err != nil {
		return workflow.Use{}, err
	}
	return workflow.Use{Actor: actor, Key: key, Request: history.Digest(row.Request), Seq: row.Seq}, nil
}

// explain tells a conflict that reading again can heal from a key that was
// spent on another request, which it cannot.
func (s *Store) explain(ctx context.Context, w workflow.Write, err error) error {
	if w.Use == nil || !errors.Is(err, workflow.ErrConflict) {
		return err
	}
	before, lookup := s.replay(ctx, w.Summary.Decision, w.Use.Actor, w.Use.Key)
	if lookup == nil && before.Request != w.Use.Request {
		return fmt.Errorf("key %q led to entry %d: %w", w.Use.Key, before.Seq, workflow.ErrKeyReused)
	}
	return err
}
