package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
)

// Refuse implements [workflow.Store]. Keeping a refusal again, with the same
// id, changes nothing.
func (s *Store) Refuse(ctx context.Context, r workflow.Refusal) error {
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		_, err := x.ExecContext(ctx, `
			INSERT INTO juece_refusals (decision_id, refusal_id, kind, actor, code, findings, refused_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (decision_id, refusal_id) DO NOTHING`,
			r.Decision, r.ID, r.Kind, r.Actor, r.Code, nonNil(r.Findings), micros(r.At))
		return err
	})
	return s.failed(ctx, "keep a refusal on", r.Decision, err)
}
