package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// Logs returns the names of the logs in the database.
func (s *Store) Logs(ctx context.Context) ([]string, error) {
	var names []string
	err := sqlx.SelectContext(ctx, s.reader(), &names, `
		SELECT log
		FROM juece_log_leaves
		WHERE position = 0 AND is_key = 1
		ORDER BY log`)
	return names, s.failed(ctx, "list logs", "", err)
}

type checkpointRow struct {
	Size     int64  `db:"size"`
	Root     string `db:"root"`
	Note     []byte `db:"note"`
	SealedAt int64  `db:"sealed_at"`
}

func (r checkpointRow) checkpoint() (transparency.Checkpoint, error) {
	root, err := tlog.ParseHash(r.Root)
	if err != nil {
		return transparency.Checkpoint{}, fmt.Errorf("%w: checkpoint of size %d: %w", history.ErrMalformed, r.Size, err)
	}
	return transparency.Checkpoint{Size: r.Size, Root: root, Note: r.Note, SealedAt: instant(r.SealedAt)}, nil
}

// Head implements [transparency.Store].
func (s *Store) Head(ctx context.Context, log string) (transparency.Head, error) {
	var row checkpointRow
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT size, root, note, sealed_at
		FROM juece_log_checkpoints
		WHERE log = $1
		ORDER BY size DESC
		LIMIT 1`, log)
	c, err := found(row, err)
	return transparency.Head{Size: c.Size, Root: c.Root, Note: c.Note}, s.failed(ctx, "read the head of log", log, err)
}

func found(row checkpointRow, err error) (transparency.Checkpoint, error) {
	if errors.Is(err, sql.ErrNoRows) {
		err = transparency.ErrNotFound
	}
	if err != nil {
		return transparency.Checkpoint{}, err
	}
	return row.checkpoint()
}

// Checkpoint implements [transparency.Store].
func (s *Store) Checkpoint(ctx context.Context, log string, size int64) (transparency.Checkpoint, error) {
	var row checkpointRow
	err := sqlx.GetContext(ctx, s.reader(), &row, `
		SELECT size, root, note, sealed_at
		FROM juece_log_checkpoints
		WHERE log = $1 AND size = $2`, log, size)
	c, err := found(row, err)
	if err == nil {
		err = s.addCosignatures(ctx, log, []*transparency.Checkpoint{&c})
	}
	return c, s.failed(ctx, "read a checkpoint of log", log, err)
}

// Checkpoints implements [transparency.Store].
func (s *Store) Checkpoints(ctx context.Context, log string, after int64, limit int) ([]transparency.Checkpoint, error) {
	list, err := s.checkpoints(ctx, log, after, limit)
	return list, s.failed(ctx, "list checkpoints of log", log, err)
}

func (s *Store) checkpoints(ctx context.Context, log string, after int64, limit int) ([]transparency.Checkpoint, error) {
	var rows []checkpointRow
	if err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT size, root, note, sealed_at
		FROM juece_log_checkpoints
		WHERE log = $1 AND size > $2
		ORDER BY size
		LIMIT $3`, log, after, limit); err != nil {
		return nil, err
	}
	list := make([]transparency.Checkpoint, len(rows))
	pointers := make([]*transparency.Checkpoint, len(rows))
	for i, r := range rows {
		c, err := r.checkpoint()
		if err != nil {
			return nil, err
		}
		list[i] = c
		pointers[i] = &list[i]
	}
	return list, s.addCosignatures(ctx, log, pointers)
}

// addCosignatures puts the lines of witnesses after those of the log; the
// checkpoints ascend.
func (s *Store) addCosignatures(ctx context.Context, log string, list []*transparency.Checkpoint) error {
	if len(list) == 0 {
		return nil
	}
	var lines []struct {
		Size int64  `db:"size"`
		Line []byte `db:"line"`
	}
	if err := sqlx.SelectContext(ctx, s.reader(), &lines, `
		SELECT size, line
		FROM juece_log_cosignatures
		WHERE log = $1 AND size BETWEEN $2 AND $3
		ORDER BY size, cosigner`, log, list[0].Size, list[len(list)-1].Size); err != nil {
		return err
	}
	at := 0
	for _, l := range lines {
		for list[at].Size < l.Size && at < len(list)-1 {
			at++
		}
		if list[at].Size == l.Size {
			list[at].Note = append(list[at].Note, l.Line...)
		}
	}
	return nil
}

// Cosign implements [transparency.Store].
func (s *Store) Cosign(ctx context.Context, log string, size int64, c transparency.Cosignature) error {
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		_, err := x.ExecContext(ctx, `
			INSERT INTO juece_log_cosignatures (log, size, cosigner, line)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (log, size, cosigner) DO NOTHING`, log, size, c.Cosigner, c.Line)
		return err
	})
	return s.failed(ctx, "keep a cosignature on log", log, err)
}

// Hashes implements [transparency.Store].
func (s *Store) Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error) {
	hashes, err := s.hashes(ctx, log, indexes)
	return hashes, s.failed(ctx, "read hashes of log", log, err)
}

func (s *Store) hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	asked, err := json.Marshal(indexes)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Index int64  `db:"idx"`
		Hash  string `db:"hash"`
	}
	if err := sqlx.SelectContext(ctx, s.reader(), &rows, s.engine.choose(`
		SELECT idx, hash
		FROM juece_log_hashes
		WHERE log = $1 AND idx IN (SELECT CAST(json_array_elements_text(CAST($2 AS JSON)) AS BIGINT))`, `
		SELECT idx, hash
		FROM juece_log_hashes
		WHERE log = $1 AND idx IN (SELECT value FROM json_each($2))`), log, string(asked)); err != nil {
		return nil, err
	}
	held := make(map[int64]tlog.Hash, len(rows))
	for _, r := range rows {
		if held[r.Index], err = tlog.ParseHash(r.Hash); err != nil {
			return nil, fmt.Errorf("%w: hash %d: %w", history.ErrMalformed, r.Index, err)
		}
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := held[index]
		if !ok {
			return nil, fmt.Errorf("hash %d: %w", index, transparency.ErrNotFound)
		}
		hashes[i] = h
	}
	return hashes, nil
}

type leafRow struct {
	Position int64  `db:"position" json:"position"`
	Leaf     string `db:"leaf" json:"leaf"`
	IsKey    int    `db:"is_key" json:"is_key"`
}

func leaves(rows []leafRow) []transparency.Leaf {
	list := make([]transparency.Leaf, len(rows))
	for i, r := range rows {
		list[i] = transparency.Leaf{Position: r.Position, Text: r.Leaf, Key: r.IsKey == 1}
	}
	return list
}

// Leaves implements [transparency.Store].
func (s *Store) Leaves(ctx context.Context, log string, from int64, limit int) ([]transparency.Leaf, error) {
	var rows []leafRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT position, leaf, is_key
		FROM juece_log_leaves
		WHERE log = $1 AND position >= $2
		ORDER BY position
		LIMIT $3`, log, from, limit)
	return leaves(rows), s.failed(ctx, "read leaves of log", log, err)
}

// KeyLeaves implements [transparency.Store].
func (s *Store) KeyLeaves(ctx context.Context, log string) ([]transparency.Leaf, error) {
	var rows []leafRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT position, leaf, is_key
		FROM juece_log_leaves
		WHERE log = $1 AND is_key = 1
		ORDER BY position`, log)
	return leaves(rows), s.failed(ctx, "read the keys of log", log, err)
}

// Positions implements [transparency.Store].
func (s *Store) Positions(ctx context.Context, log, decision string) ([]transparency.Position, error) {
	var rows []struct {
		Seq      int64 `db:"seq"`
		Position int64 `db:"position"`
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT seq, position
		FROM juece_log_positions
		WHERE decision_id = $1 AND log = $2
		ORDER BY seq`, decision, log)
	list := make([]transparency.Position, len(rows))
	for i, r := range rows {
		list[i] = transparency.Position(r)
	}
	return list, s.failed(ctx, "read the positions of", decision, err)
}

// Unsealed implements [transparency.Store]. The order of the key needs no
// sorting, and cuts no decision but the last, whose rest follows next time.
func (s *Store) Unsealed(ctx context.Context, limit int) ([]transparency.Unsealed, error) {
	var rows []struct {
		Decision   string `db:"decision_id"`
		Seq        int64  `db:"seq"`
		Digest     string `db:"digest"`
		RecordedAt int64  `db:"recorded_at"`
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT decision_id, seq, digest, recorded_at
		FROM juece_unsealed
		ORDER BY decision_id, seq
		LIMIT $1`, limit)
	list := make([]transparency.Unsealed, len(rows))
	for i, r := range rows {
		list[i] = transparency.Unsealed{
			Decision: r.Decision, Seq: r.Seq, Digest: history.Digest(r.Digest), RecordedAt: instant(r.RecordedAt),
		}
	}
	return list, s.failed(ctx, "list unsealed entries", "", err)
}

// Backlog implements [transparency.Store].
func (s *Store) Backlog(ctx context.Context, decision string) (transparency.Backlog, error) {
	var row struct {
		Entries int64         `db:"entries"`
		Oldest  sql.NullInt64 `db:"oldest"`
	}
	query, args := `SELECT COUNT(*) AS entries, MIN(recorded_at) AS oldest FROM juece_unsealed`, []any(nil)
	if decision != "" {
		query, args = query+` WHERE decision_id = $1`, []any{decision}
	}
	err := sqlx.GetContext(ctx, s.reader(), &row, query, args...)
	b := transparency.Backlog{Entries: row.Entries}
	if row.Oldest.Valid {
		b.Oldest = instant(row.Oldest.Int64)
	}
	return b, s.failed(ctx, "count unsealed entries", decision, err)
}

// Requeue implements [transparency.Store]. Such an entry counts as waiting
// since its case last moved; when it was recorded stands in its bytes.
func (s *Store) Requeue(ctx context.Context, log string) (n int64, err error) {
	err = s.atomically(ctx, func(x sqlx.ExtContext) error {
		res, err := x.ExecContext(ctx, `
			INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
			SELECT e.decision_id, e.seq, e.digest, COALESCE(d.updated_at, 0)
			FROM juece_entries AS e
			LEFT JOIN juece_decisions AS d ON d.decision_id = e.decision_id
			WHERE NOT EXISTS (
					SELECT 1
					FROM juece_log_positions AS p
					WHERE p.decision_id = e.decision_id AND p.log = $1 AND p.seq = e.seq)
				AND NOT EXISTS (
					SELECT 1
					FROM juece_unsealed AS u
					WHERE u.decision_id = e.decision_id AND u.seq = e.seq)
			ON CONFLICT (decision_id, seq) DO NOTHING`, log)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, s.failed(ctx, "queue what is not sealed in log", log, err)
}

// Lease implements [transparency.Store].
func (s *Store) Lease(ctx context.Context, name, holder string, until, now time.Time) (held bool, err error) {
	err = s.atomically(ctx, func(x sqlx.ExtContext) error {
		res, err := x.ExecContext(ctx, `
			INSERT INTO juece_leases (name, holder, expires_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
			WHERE juece_leases.holder = EXCLUDED.holder OR juece_leases.expires_at <= $4`,
			name, holder, micros(until), micros(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		held = n == 1
		return err
	})
	return held, s.failed(ctx, "lease", name, err)
}

// Extend implements [transparency.Store].
func (s *Store) Extend(ctx context.Context, e transparency.Extension) error {
	err := checkExtension(e)
	if err == nil {
		err = s.atomically(ctx, func(x sqlx.ExtContext) error { return s.extend(ctx, x, e) })
	}
	return s.failed(ctx, "extend log", e.Log, err)
}

// checkExtension refuses an extension that contradicts itself; no database is
// asked.
func checkExtension(e transparency.Extension) error {
	end := e.Size + int64(len(e.Leaves))
	switch {
	case e.Log == "" || e.Size < 0 || len(e.Leaves) == 0:
		return errors.New("nothing to extend, or no log")
	case e.Checkpoint.Size != end || len(e.Checkpoint.Note) == 0:
		return fmt.Errorf("a checkpoint of size %d on %d leaves", e.Checkpoint.Size, end)
	case int64(len(e.Hashes)) != tlog.StoredHashCount(end)-tlog.StoredHashCount(e.Size):
		return fmt.Errorf("%d hashes for %d leaves from %d on", len(e.Hashes), len(e.Leaves), e.Size)
	}
	for i, l := range e.Leaves {
		if l.Position != e.Size+int64(i) || l.Key != (l.Decision == "") {
			return fmt.Errorf("leaf %d: position %d", e.Size+int64(i), l.Position)
		}
	}
	return nil
}

// extend writes the leaves first: whoever comes second waits there for the
// winner, with nothing else in hand, and loses.
func (s *Store) extend(ctx context.Context, x sqlx.ExtContext, e transparency.Extension) error {
	if err := s.addLeaves(ctx, x, e); err != nil {
		return err
	}
	var size int64
	if err := sqlx.GetContext(ctx, x, &size, `
		SELECT COALESCE(MAX(size), 0)
		FROM juece_log_checkpoints
		WHERE log = $1`, e.Log); err != nil {
		return err
	}
	if size != e.Size {
		return fmt.Errorf("%w: it ends at %d, not %d", transparency.ErrConflict, size, e.Size)
	}
	if err := s.addHashes(ctx, x, e); err != nil {
		return err
	}
	if err := s.place(ctx, x, e); err != nil {
		return err
	}
	_, err := x.ExecContext(ctx, `
		INSERT INTO juece_log_checkpoints (log, size, root, note, sealed_at)
		VALUES ($1, $2, $3, $4, $5)`,
		e.Log, e.Checkpoint.Size, e.Checkpoint.Root.String(), e.Checkpoint.Note, micros(e.Checkpoint.SealedAt))
	return err
}

// logChunk is how many rows travel in one statement.
const logChunk = 2000

func (s *Store) addLeaves(ctx context.Context, x sqlx.ExtContext, e transparency.Extension) error {
	for chunk := range slices.Chunk(e.Leaves, logChunk) {
		rows := make([]leafRow, len(chunk))
		for i, l := range chunk {
			rows[i] = leafRow{Position: l.Position, Leaf: l.Text}
			if l.Key {
				rows[i].IsKey = 1
			}
		}
		err := inBulk(ctx, x, rows, int64(len(rows)), s.engine.choose(`
			INSERT INTO juece_log_leaves (log, position, leaf, is_key)
			SELECT $1, r.position, r.leaf, r.is_key
			FROM json_to_recordset(CAST($2 AS JSON)) AS r(position BIGINT, leaf TEXT, is_key SMALLINT)
			ON CONFLICT (log, position) DO NOTHING`, `
			INSERT INTO juece_log_leaves (log, position, leaf, is_key)
			SELECT $1, value ->> '$.position', value ->> '$.leaf', value ->> '$.is_key'
			FROM json_each($2)`), e.Log)
		if s.engine == SQLite && sqliteCode(err) == sqliteConstraint {
			err = fmt.Errorf("%w: %w", transparency.ErrConflict, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) addHashes(ctx context.Context, x sqlx.ExtContext, e transparency.Extension) error {
	type row struct {
		Index int64     `json:"idx"`
		Hash  tlog.Hash `json:"hash"` // base64, as [tlog.Hash.String] writes it
	}
	first := tlog.StoredHashCount(e.Size)
	rows := make([]row, len(e.Hashes))
	for i, h := range e.Hashes {
		rows[i] = row{first + int64(i), h}
	}
	for chunk := range slices.Chunk(rows, logChunk) {
		if err := inBulk(ctx, x, chunk, int64(len(chunk)), s.engine.choose(`
			INSERT INTO juece_log_hashes (log, idx, hash)
			SELECT $1, r.idx, r.hash
			FROM json_to_recordset(CAST($2 AS JSON)) AS r(idx BIGINT, hash TEXT)`, `
			INSERT INTO juece_log_hashes (log, idx, hash)
			SELECT $1, value ->> '$.idx', value ->> '$.hash'
			FROM json_each($2)`), e.Log); err != nil {
			return err
		}
	}
	return nil
}

type positionRow struct {
	Decision string `json:"decision"`
	Seq      int64  `json:"seq"`
	Position int64  `json:"position"`
}

// place records where the entries stand and takes them off the queue.
func (s *Store) place(ctx context.Context, x sqlx.ExtContext, e transparency.Extension) error {
	var rows []positionRow
	for _, l := range e.Leaves {
		if !l.Key {
			rows = append(rows, positionRow{l.Decision, l.Seq, l.Position})
		}
	}
	if err := s.follow(ctx, x, e.Log, rows); err != nil {
		return err
	}
	for chunk := range slices.Chunk(rows, logChunk) {
		if err := inBulk(ctx, x, chunk, int64(len(chunk)), s.engine.choose(`
			INSERT INTO juece_log_positions (decision_id, log, seq, position)
			SELECT r.decision, $1, r.seq, r.position
			FROM json_to_recordset(CAST($2 AS JSON)) AS r(decision TEXT, seq BIGINT, position BIGINT)`, `
			INSERT INTO juece_log_positions (decision_id, log, seq, position)
			SELECT value ->> '$.decision', $1, value ->> '$.seq', value ->> '$.position'
			FROM json_each($2)`), e.Log); err != nil {
			return err
		}
		if err := s.unqueue(ctx, x, chunk); err != nil {
			return err
		}
	}
	return nil
}

// unqueue takes exactly these off the queue: one that is gone already was
// sealed by somebody else.
func (s *Store) unqueue(ctx context.Context, x sqlx.ExtContext, rows []positionRow) error {
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	res, err := x.ExecContext(ctx, s.engine.choose(`
		DELETE FROM juece_unsealed
		WHERE (decision_id, seq) IN (
			SELECT r.decision, r.seq
			FROM json_to_recordset(CAST($1 AS JSON)) AS r(decision TEXT, seq BIGINT))`, `
		DELETE FROM juece_unsealed
		WHERE (decision_id, seq) IN (SELECT value ->> '$.decision', value ->> '$.seq' FROM json_each($1))`), string(data))
	if err != nil {
		return err
	}
	return sealed(res, int64(len(rows)))
}

// follow makes sure that entries follow those of their decision which stand in
// the log, without a gap.
func (s *Store) follow(ctx context.Context, x sqlx.ExtContext, log string, rows []positionRow) error {
	last := map[string]int64{}
	for _, r := range rows {
		last[r.Decision] = 0
	}
	decisions := make([]string, 0, len(last))
	for d := range last {
		decisions = append(decisions, d)
	}
	asked, err := json.Marshal(decisions)
	if err != nil {
		return err
	}
	var held []struct {
		Decision string `db:"decision_id"`
		Seq      int64  `db:"seq"`
	}
	if err := sqlx.SelectContext(ctx, x, &held, s.engine.choose(`
		SELECT decision_id, MAX(seq) AS seq
		FROM juece_log_positions
		WHERE log = $1 AND decision_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
		GROUP BY decision_id`, `
		SELECT decision_id, MAX(seq) AS seq
		FROM juece_log_positions
		WHERE log = $1 AND decision_id IN (SELECT value FROM json_each($2))
		GROUP BY decision_id`), log, string(asked)); err != nil {
		return err
	}
	for _, h := range held {
		last[h.Decision] = h.Seq
	}
	for _, r := range rows {
		if r.Seq <= last[r.Decision] {
			return fmt.Errorf("%w: entry %d of %s stands in it", transparency.ErrConflict, r.Seq, r.Decision)
		}
		if r.Seq != last[r.Decision]+1 {
			return fmt.Errorf("%w: entry %d of %s after entry %d", transparency.ErrGap, r.Seq, r.Decision, last[r.Decision])
		}
		last[r.Decision] = r.Seq
	}
	return nil
}

// inBulk runs an insert whose rows travel as one parameter, and wants all of
// them written.
func inBulk(ctx context.Context, x sqlx.ExecerContext, rows any, n int64, insert, log string) error {
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	res, err := x.ExecContext(ctx, insert, log, string(data))
	if err != nil {
		return err
	}
	return sealed(res, n)
}

// sealed returns nil when exactly n rows were touched, else ErrConflict.
func sealed(res sql.Result, n int64) error {
	got, err := res.RowsAffected()
	if err == nil && got != n {
		err = transparency.ErrConflict
	}
	return err
}
