package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"

	statute "github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// Keep implements [workflow.Vault]. The first name and media type that came
// with the bytes stay. A digest that is not that of the content is refused: it
// would shadow the right content for ever.
func (s *Store) Keep(ctx context.Context, decision string, m workflow.Material) error {
	err := s.checkMaterial(m)
	if err == nil {
		err = s.atomically(ctx, func(x sqlx.ExtContext) error { return s.keep(ctx, x, decision, m) })
	}
	return s.failed(ctx, "keep a material of", decision, err)
}

// checkMaterial refuses a material that contradicts itself; its content is not
// read yet.
func (s *Store) checkMaterial(m workflow.Material) error {
	if _, err := s.algorithms.Of(m.Digest); err != nil {
		return fmt.Errorf("material %q: %w", m.Name, err)
	}
	if m.Digest.Committed() != (m.Restricted != nil) || m.Digest.Committed() != (len(m.Salt) >= history.SaltSize) {
		return fmt.Errorf("material %q: a commitment, a restriction and a salt go together", m.Name)
	}
	return nil
}

// keep writes a material inside a transaction. What is hashed is what is
// written; when the digest is held already, it is only hashed.
func (s *Store) keep(ctx context.Context, x sqlx.ExtContext, decision string, m workflow.Material) error {
	class, ground := "", ""
	if m.Restricted != nil {
		class, ground = string(m.Restricted.Class), m.Restricted.Ground
	}
	res, err := x.ExecContext(ctx, `
		INSERT INTO juece_materials (decision_id, digest, media_type, name, size, created_at, salt, class, ground)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (decision_id, digest) DO NOTHING`,
		decision, string(m.Digest), m.MediaType, m.Name, m.Size(), micros(m.CreatedAt), nonNil(m.Salt), class, ground)
	if err != nil {
		return err
	}
	fresh, err := res.RowsAffected()
	if err != nil {
		return err
	}
	content := io.Reader(m.Reader())
	to := &chunks{ctx: ctx, x: x, decision: decision, digest: m.Digest}
	if fresh == 1 {
		content = io.TeeReader(content, to)
	} else if err := heldStill(ctx, x, decision, m.Digest); err != nil {
		return err
	}
	if err := s.algorithms.MaterialFrom(m.Digest, m.Salt, content); err != nil {
		return fmt.Errorf("material %q: %w", m.Name, err)
	}
	return to.flush()
}

// heldStill returns an error that names the entry when a material was erased.
func heldStill(ctx context.Context, x sqlx.QueryerContext, decision string, digest history.Digest) error {
	var erased int64
	if err := sqlx.GetContext(ctx, x, &erased, `
		SELECT erased
		FROM juece_materials
		WHERE decision_id = $1 AND digest = $2`, decision, string(digest)); err != nil {
		return err
	}
	return goneSince(erased)
}

// goneSince is the error of what entry seq erased, and nil when none did.
func goneSince(seq int64) error {
	if seq == 0 {
		return nil
	}
	return &workflow.ErasedError{Seq: seq}
}

// erase takes away what an act erases. A row stays, so that what was erased is
// told apart from what never was, and cannot come back.
func erase(ctx context.Context, x sqlx.ExecerContext, w workflow.Write) error {
	for _, e := range w.Erasures {
		var err error
		if e.Position > 0 {
			err = eraseOpinion(ctx, x, w, e.Position)
		} else {
			err = eraseMaterial(ctx, x, w, e.Material)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseMaterial empties the row of a material, and takes every part of its
// content away.
func eraseMaterial(ctx context.Context, x sqlx.ExecerContext, w workflow.Write, digest history.Digest) error {
	res, err := x.ExecContext(ctx, `
		UPDATE juece_materials
		SET size = 0, salt = $3, name = '', media_type = '', erased = $4
		WHERE decision_id = $1 AND digest = $2 AND erased = 0`, w.Summary.Decision, string(digest), []byte{}, w.Entry.Seq)
	if err == nil {
		err = affected(res, 1)
	}
	if err != nil {
		return fmt.Errorf("erase material %s: %w", digest, err)
	}
	_, err = x.ExecContext(ctx, `
		DELETE FROM juece_material_chunks
		WHERE decision_id = $1 AND digest = $2`, w.Summary.Decision, string(digest))
	return err
}

func eraseOpinion(ctx context.Context, x sqlx.ExecerContext, w workflow.Write, position int64) error {
	res, err := x.ExecContext(ctx, `
		UPDATE juece_opinions
		SET body = $3, erased = $4
		WHERE decision_id = $1 AND erased = 0 AND opinion_id = (
			SELECT opinion_id
			FROM juece_opinion_positions
			WHERE decision_id = $1 AND position = $2)`, w.Summary.Decision, position, []byte{}, w.Entry.Seq)
	if err == nil {
		err = affected(res, 1)
	}
	if err != nil {
		return fmt.Errorf("erase opinion %d: %w", position, err)
	}
	return nil
}

// Material implements [workflow.Vault]. No connection is held while its content
// is read: each part of it is a query of its own.
func (s *Store) Material(ctx context.Context, decision string, digest history.Digest) (workflow.Material, error) {
	var row struct {
		MediaType string `db:"media_type"`
		Name      string `db:"name"`
		Size      int64  `db:"size"`
		CreatedAt int64  `db:"created_at"`
		Salt      []byte `db:"salt"`
		Class     string `db:"class"`
		Ground    string `db:"ground"`
		Erased    int64  `db:"erased"`
	}
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT media_type, name, size, created_at, salt, class, ground, erased
		FROM juece_materials
		WHERE decision_id = $1 AND digest = $2`, decision, string(digest))
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("material %s: %w", digest, workflow.ErrNotFound)
	}
	if err == nil {
		err = goneSince(row.Erased)
	}
	if err != nil {
		return workflow.Material{}, s.failed(ctx, "read a material of", decision, err)
	}
	m := workflow.Material{
		Digest: digest, MediaType: row.MediaType, Name: row.Name,
		Content:   &content{ctx: ctx, s: s, decision: decision, digest: digest, size: row.Size},
		CreatedAt: instant(row.CreatedAt), Salt: row.Salt,
	}
	if row.Class != "" {
		m.Restricted = &statute.Restriction{Class: statute.Class(row.Class), Ground: row.Ground}
	}
	return m, nil
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
		WHERE decision_id = $1 AND erased = 0 AND digest IN (SELECT json_array_elements_text(CAST($2 AS JSON)))`, `
		SELECT digest
		FROM juece_materials
		WHERE decision_id = $1 AND erased = 0 AND digest IN (SELECT value FROM json_each($2))`), decision, string(asked))
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
