package store

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
)

// eventRows is the form in which events travel as one parameter; the bodies
// become base64, so that they arrive byte for byte.
func eventRows(events []workflow.Event) (string, error) {
	type row struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Body []byte `json:"body"`
	}
	rows := make([]row, len(events))
	for i, e := range events {
		rows[i] = row{ID: e.ID, Type: e.Type, Body: nonNil(e.Body)}
	}
	data, err := json.Marshal(rows)
	return string(data), err
}

// tell is SQLite's; PostgreSQL does it in [recordAtOnce].
func tell(ctx context.Context, x sqlx.ExecerContext, w workflow.Write) error {
	for _, e := range w.Events {
		if _, err := x.ExecContext(ctx, `
			INSERT INTO juece_outbox (decision_id, event_id, seq, type, body, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			w.Summary.Decision, e.ID, w.Entry.Seq, e.Type, nonNil(e.Body), micros(w.Summary.UpdatedAt)); err != nil {
			return err
		}
	}
	return nil
}
