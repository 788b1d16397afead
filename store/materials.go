package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// Keep implements [workflow.Vault]. The first name and media type that came
// with the bytes stay. A digest that is not that of the content is refused: it
// would shadow the right content for ever.
func (s *Store) Keep(ctx context.Context, decision string, m workflow.Material) error {
	err := checkMaterial(m)
	if err == nil {
		err = s.atomically(ctx, func(x sqlx.ExtContext) error { return keep(ctx, x, decision, m) })
	}
	return s.failed(ctx, "keep a material of", decision, err)
}

func checkMaterial(m workflow.Material) error {
	if got := history.MaterialDigest(m.Content); got != m.Digest {
		return fmt.Errorf("material %q has digest %s, not %s", m.Name, got, m.Digest)
	}
	return nil
}

func keep(ctx context.Context, x sqlx.ExecerContext, decision string, m workflow.Material) error {
	_, err := x.ExecContext(ctx, `
		INSERT INTO juece_materials (decision_id, digest, media_type, name, content, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (decision_id, digest) DO NOTHING`,
		decision, string(m.Digest), m.MediaType, m.Name, nonNil(m.Content), micros(m.CreatedAt))
	return err
}

// Material implements [workflow.Vault].
func (s *Store) Material(ctx context.Context, decision string, digest history.Digest) (workflow.Material, error) {
	var row struct {
		MediaType string `db:"media_type"`
		Name      string `db:"name"`
		Content   []byte `db:"content"`
		CreatedAt int64  `db:"created_at"`
	}
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT media_type, name, content, created_at
		FROM juece_materials
		WHERE decision_id = $1 AND digest = $2`, decision, string(digest))
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("material %s: %w", digest, workflow.ErrNotFound)
	}
	if err != nil {
		return workflow.Material{}, s.failed(ctx, "read a material of", decision, err)
	}
	return workflow.Material{
		Digest: digest, MediaType: row.MediaType, Name: row.Name,
		Content: row.Content, CreatedAt: instant(row.CreatedAt),
	}, nil
}

// Lacking implements [workflow.Vault]. The answer keeps the order of the
// question.
func (s *Store) Lacking(ctx context.Context, decision string, digests []history.Digest) ([]history.Digest, error) {
	if len(digests) == 0 {
		return nil, nil
	}
	asked, err := json.Marshal(digests)
	if err != nil {
		return nil, s.failed(ctx, "look for materials of", decision, err)
	}
	var found []history.Digest
	err = sqlx.SelectContext(ctx, s.reader(), &found, s.engine.choose(`
		SELECT digest
		FROM juece_materials
		WHERE decision_id = $1 AND digest IN (SELECT json_array_elements_text(CAST($2 AS JSON)))`, `
		SELECT digest
		FROM juece_materials
		WHERE decision_id = $1 AND digest IN (SELECT value FROM json_each($2))`), decision, string(asked))
	if err != nil {
		return nil, s.failed(ctx, "look for materials of", decision, err)
	}
	held := make(map[history.Digest]bool, len(found))
	for _, d := range found {
		held[d] = true
	}
	var lacking []history.Digest
	for _, d := range digests {
		if !held[d] {
			lacking = append(lacking, d)
			held[d] = true // asked twice, named once
		}
	}
	return lacking, nil
}
