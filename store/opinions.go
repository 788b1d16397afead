package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// receiveChunk is how many opinions travel in one statement.
const receiveChunk = 500

type opinionRow struct {
	ID         string `db:"opinion_id" json:"id"`
	Digest     string `db:"digest" json:"digest"`
	Body       []byte `db:"body" json:"body"`
	ReceivedAt int64  `db:"received_at" json:"received_at"`
	Position   int64  `db:"position" json:"-"`
	Erased     int64  `db:"erased" json:"-"`
}

func opinions(rows []opinionRow) []workflow.Opinion {
	list := make([]workflow.Opinion, len(rows))
	for i, r := range rows {
		list[i] = workflow.Opinion{
			ID: r.ID, Digest: history.Digest(r.Digest), Body: r.Body,
			ReceivedAt: instant(r.ReceivedAt), Position: r.Position, Erased: r.Erased,
		}
	}
	return list
}

// Receive implements [workflow.Register]. An opinion that is held already with
// another digest gives [workflow.ErrConflict], and none of the call is kept.
func (s *Store) Receive(ctx context.Context, decision string, received []workflow.Opinion) error {
	if len(received) == 0 {
		return nil
	}
	rows := make([]opinionRow, len(received))
	for i, o := range received {
		rows[i] = opinionRow{ID: o.ID, Digest: string(o.Digest), Body: nonNil(o.Body), ReceivedAt: micros(o.ReceivedAt)}
	}
	// One order for all: two calls with the same opinions never wait for each
	// other in a circle.
	slices.SortFunc(rows, func(a, b opinionRow) int { return cmp.Compare(a.ID, b.ID) })
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		for chunk := range slices.Chunk(rows, receiveChunk) {
			if err := s.receive(ctx, x, decision, chunk); err != nil {
				return err
			}
		}
		return nil
	})
	return s.failed(ctx, "receive opinions for", decision, err)
}

func (s *Store) receive(ctx context.Context, x sqlx.ExtContext, decision string, rows []opinionRow) error {
	insert := receiveSQLite
	if s.engine == PostgreSQL {
		insert = receivePostgres
	}
	added, err := insert(ctx, x, decision, rows)
	if err != nil || added == int64(len(rows)) {
		return err
	}
	return s.compare(ctx, x, decision, rows)
}

func receivePostgres(ctx context.Context, x sqlx.ExtContext, decision string, rows []opinionRow) (int64, error) {
	data, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	res, err := x.ExecContext(ctx, `
		INSERT INTO juece_opinions (decision_id, opinion_id, digest, body, received_at)
		SELECT $1, o.id, o.digest, decode(o.body, 'base64'), o.received_at
		FROM json_to_recordset(CAST($2 AS JSON)) AS o(id TEXT, digest TEXT, body TEXT, received_at BIGINT)
		ON CONFLICT (decision_id, opinion_id) DO NOTHING`, decision, string(data))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func receiveSQLite(ctx context.Context, x sqlx.ExtContext, decision string, rows []opinionRow) (int64, error) {
	var added int64
	for _, r := range rows {
		res, err := x.ExecContext(ctx, `
			INSERT INTO juece_opinions (decision_id, opinion_id, digest, body, received_at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (decision_id, opinion_id) DO NOTHING`, decision, r.ID, r.Digest, r.Body, r.ReceivedAt)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

// compare looks at opinions of which some were held already: the same digest
// is a repetition, another one a contradiction.
func (s *Store) compare(ctx context.Context, x sqlx.ExtContext, decision string, rows []opinionRow) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	held, err := s.held(ctx, x, decision, ids)
	if err != nil {
		return err
	}
	digests := make(map[string]string, len(held))
	for _, h := range held {
		digests[h.ID] = h.Digest
	}
	for _, r := range rows {
		if digests[r.ID] != r.Digest {
			return fmt.Errorf("%w: opinion %s is held with another digest", workflow.ErrConflict, r.ID)
		}
	}
	return nil
}

// Held implements [workflow.Register].
func (s *Store) Held(ctx context.Context, decision string, ids []string) ([]workflow.Opinion, error) {
	if len(ids) == 0 {
		return []workflow.Opinion{}, ctx.Err()
	}
	rows, err := s.held(ctx, s.reader(), decision, ids)
	if err != nil {
		return nil, s.failed(ctx, "look up opinions of", decision, err)
	}
	return opinions(rows), nil
}

func (s *Store) held(ctx context.Context, x sqlx.QueryerContext, decision string, ids []string) ([]opinionRow, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var rows []opinionRow
	err = sqlx.SelectContext(ctx, x, &rows, `
		SELECT o.opinion_id, o.digest, o.body, o.received_at, o.erased, COALESCE(p.position, 0) AS position
		FROM juece_opinions AS o
		LEFT JOIN juece_opinion_positions AS p ON p.decision_id = o.decision_id AND p.opinion_id = o.opinion_id
		WHERE o.decision_id = $1 AND o.opinion_id IN (`+s.engine.choose(
		`SELECT json_array_elements_text(CAST($2 AS JSON))`, `SELECT value FROM json_each($2)`)+`)
		ORDER BY o.opinion_id`, decision, string(list))
	return rows, err
}

// Pending implements [workflow.Register].
func (s *Store) Pending(ctx context.Context, decision string, limit int) ([]workflow.Opinion, error) {
	var rows []opinionRow
	// The anti-join walks two indexes; only what it leaves is fetched.
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT opinion_id, digest, body, received_at, 0 AS position
		FROM juece_opinions
		WHERE decision_id = $1 AND opinion_id IN (
			SELECT o.opinion_id
			FROM juece_opinions AS o
			WHERE o.decision_id = $1 AND NOT EXISTS (
				SELECT 1
				FROM juece_opinion_positions AS p
				WHERE p.decision_id = $1 AND p.opinion_id = o.opinion_id)
			ORDER BY o.opinion_id
			LIMIT $2)
		ORDER BY opinion_id`, decision, limit)
	if err != nil {
		return nil, s.failed(ctx, "list pending opinions of", decision, err)
	}
	return opinions(rows), nil
}

// Opinions implements [workflow.Register].
func (s *Store) Opinions(ctx context.Context, decision string, after int64, limit int) ([]workflow.Opinion, error) {
	var rows []opinionRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT o.opinion_id, o.digest, o.body, o.received_at, p.position, o.erased
		FROM juece_opinion_positions AS p
		JOIN juece_opinions AS o ON o.decision_id = p.decision_id AND o.opinion_id = p.opinion_id
		WHERE p.decision_id = $1 AND p.position > $2 AND p.position <= $3
		ORDER BY p.position`, decision, after, after+int64(limit))
	if err != nil {
		return nil, s.failed(ctx, "list opinions of", decision, err)
	}
	return opinions(rows), nil
}

// commit gives opinions the positions that an act committed to. Acts of one
// decision queue for its state row, so no two of them come here at once.
func (s *Store) commit(ctx context.Context, x sqlx.ExtContext, w workflow.Write) error {
	if len(w.Positions) == 0 {
		return nil
	}
	type row struct {
		Opinion  string `json:"opinion"`
		Position int64  `json:"position"`
	}
	rows := make([]row, len(w.Positions))
	for i, p := range w.Positions {
		rows[i] = row(p)
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	// CROSS JOIN tells SQLite to walk the few numbers and look the opinions up,
	// not the other way round.
	res, err := x.ExecContext(ctx, s.engine.choose(`
		INSERT INTO juece_opinion_positions (decision_id, position, opinion_id, seq)
		SELECT o.decision_id, p.position, o.opinion_id, CAST($2 AS BIGINT)
		FROM json_to_recordset(CAST($3 AS JSON)) AS p(opinion TEXT, position BIGINT)
		JOIN juece_opinions AS o ON o.decision_id = $1 AND o.opinion_id = p.opinion
		ON CONFLICT DO NOTHING`, `
		INSERT INTO juece_opinion_positions (decision_id, position, opinion_id, seq)
		SELECT o.decision_id, p.value ->> '$.position', o.opinion_id, $2
		FROM json_each($3) AS p
		CROSS JOIN juece_opinions AS o ON o.decision_id = $1 AND o.opinion_id = p.value ->> '$.opinion'
		WHERE true
		ON CONFLICT DO NOTHING`), w.Summary.Decision, w.Entry.Seq, string(data))
	if err != nil {
		return err
	}
	if err := affected(res, int64(len(rows))); err != nil {
		return fmt.Errorf("%w: an opinion was committed to before, or was never received", err)
	}
	return nil
}
