package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// What follows reads rows as they stand, for package audit.

// Decisions returns the ids of every decision that any table knows of, in
// order, after one: also of one whose entries or whose state row are gone.
func (s *Store) Decisions(ctx context.Context, after string, limit int) ([]string, error) {
	// Each table is walked along its key, no further than the page.
	var pages []string
	for _, table := range []string{"decisions", "entries", "log_positions", "unsealed", "tasks", "materials", "material_chunks", "opinions", "opinion_positions"} {
		pages = append(pages, `
			SELECT decision_id FROM (
				SELECT DISTINCT decision_id
				FROM juece_`+table+`
				WHERE decision_id > $1
				ORDER BY decision_id
				LIMIT $2) AS `+table)
	}
	var ids []string
	err := sqlx.SelectContext(ctx, s.reader(), &ids, strings.Join(pages, `
			UNION`)+`
			ORDER BY decision_id
			LIMIT $2`, after, limit)
	return ids, s.failed(ctx, "list every decision after", after, err)
}

// Totals counts at one moment.
func (s *Store) Totals(ctx context.Context, log string) (transparency.Totals, error) {
	var row struct {
		Decisions int64 `db:"decisions"`
		Entries   int64 `db:"entries"`
		Sealed    int64 `db:"sealed"`
		Queued    int64 `db:"queued"`
	}
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT (SELECT COUNT(*) FROM juece_decisions) AS decisions,
			(SELECT COUNT(*) FROM juece_entries) AS entries,
			(SELECT COUNT(*) FROM juece_log_leaves WHERE log = $1 AND is_key = 0) AS sealed,
			(SELECT COUNT(*) FROM juece_unsealed) AS queued`, log)
	return transparency.Totals(row), s.failed(ctx, "count what stands beside log", log, err)
}

// State returns the state row of a decision, or [workflow.ErrNotFound].
func (s *Store) State(ctx context.Context, decision string) (workflow.Summary, error) {
	var row summaryRow
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT decision_id, version, head, stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at
		FROM juece_decisions
		WHERE decision_id = $1`, decision)
	if errors.Is(err, sql.ErrNoRows) {
		err = workflow.ErrNotFound
	}
	return row.summary(), s.failed(ctx, "read the state row of", decision, err)
}

// Queue returns a decision's entries that wait to be sealed: the digest that
// their leaf will have, by sequence number.
func (s *Store) Queue(ctx context.Context, decision string) (map[int64]history.Digest, error) {
	var rows []struct {
		Seq    int64  `db:"seq"`
		Digest string `db:"digest"`
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT seq, digest
		FROM juece_unsealed
		WHERE decision_id = $1`, decision)
	queue := make(map[int64]history.Digest, len(rows))
	for _, r := range rows {
		queue[r.Seq] = history.Digest(r.Digest)
	}
	return queue, s.failed(ctx, "read the queue of", decision, err)
}

// Holds returns how each material of a decision is held, in order of digest.
func (s *Store) Holds(ctx context.Context, decision string) ([]workflow.Holding, error) {
	var rows []struct {
		Digest string `db:"digest"`
		Erased int64  `db:"erased"`
		Size   int64  `db:"size"`
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT m.digest, m.erased, CASE WHEN m.erased = 0 THEN 0 ELSE m.size END + LENGTH(m.salt) + (
			SELECT COALESCE(SUM(LENGTH(c.content)), 0)
			FROM juece_material_chunks AS c
			WHERE c.decision_id = $1 AND c.digest = m.digest) AS size
		FROM juece_materials AS m
		WHERE m.decision_id = $1
		ORDER BY m.digest`, decision)
	list := make([]workflow.Holding, len(rows))
	for i, r := range rows {
		list[i] = workflow.Holding{Digest: history.Digest(r.Digest), Erased: r.Erased, Size: r.Size}
	}
	return list, s.failed(ctx, "list the materials of", decision, err)
}

// Numbered counts the opinions of a decision that have a position.
func (s *Store) Numbered(ctx context.Context, decision string) (n int64, err error) {
	err = sqlx.GetContext(ctx, s.reader(), &n, `
		SELECT COUNT(*)
		FROM juece_opinion_positions
		WHERE decision_id = $1`, decision)
	return n, s.failed(ctx, "count the opinions of", decision, err)
}

// Received returns opinions of a decision, committed to or not, in order of id,
// after one.
func (s *Store) Received(ctx context.Context, decision, after string, limit int) ([]workflow.Opinion, error) {
	var rows []opinionRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT o.opinion_id, o.digest, o.body, o.received_at, o.erased, COALESCE(p.position, 0) AS position
		FROM juece_opinions AS o
		LEFT JOIN juece_opinion_positions AS p ON p.decision_id = o.decision_id AND p.opinion_id = o.opinion_id
		WHERE o.decision_id = $1 AND o.opinion_id > $2
		ORDER BY o.opinion_id
		LIMIT $3`, decision, after, limit)
	return opinions(rows), s.failed(ctx, "list every opinion of", decision, err)
}
