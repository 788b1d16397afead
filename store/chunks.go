package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// chunkSize is how much of a file a row holds; the last one holds the rest.
// Readers take rows of any size, so another number may stand here one day.
const chunkSize = 256 << 10

// chunks writes a content into its rows, inside a transaction.
type chunks struct {
	ctx      context.Context //nolint:containedctx // of the one statement that writes it
	x        sqlx.ExecerContext
	decision string
	digest   history.Digest
	start    int64
	waiting  []byte
}

// Write implements io.Writer.
func (c *chunks) Write(p []byte) (int, error) {
	taken := 0
	for taken < len(p) {
		n := min(len(p)-taken, chunkSize-len(c.waiting))
		c.waiting = append(c.waiting, p[taken:taken+n]...)
		taken += n
		if len(c.waiting) == chunkSize {
			if err := c.flush(); err != nil {
				return taken, err
			}
		}
	}
	return taken, nil
}

func (c *chunks) flush() error {
	if len(c.waiting) == 0 {
		return nil
	}
	_, err := c.x.ExecContext(c.ctx, `
		INSERT INTO juece_material_chunks (decision_id, digest, start, content)
		VALUES ($1, $2, $3, $4)`, c.decision, string(c.digest), c.start, c.waiting)
	c.start += int64(len(c.waiting))
	c.waiting = c.waiting[:0]
	return err
}

// content reads a material out of its rows. It keeps the row that it read last:
// whoever reads on asks the database once for each.
type content struct {
	ctx      context.Context //nolint:containedctx // see workflow.Vault
	s        *Store
	decision string
	digest   history.Digest
	size     int64

	mu    sync.Mutex
	start int64
	row   []byte
}

// Size implements [workflow.Content].
func (c *content) Size() int64 { return c.size }

// ReadAt implements [workflow.Content].
func (c *content) ReadAt(p []byte, at int64) (n int, err error) {
	if at < 0 {
		return 0, fmt.Errorf("store: read a material of %s at %d", c.decision, at)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for n < len(p) && at < c.size {
		if at < c.start || at >= c.start+int64(len(c.row)) {
			if err := c.fetch(at); err != nil {
				return n, c.s.failed(c.ctx, "read a material of", c.decision, err)
			}
		}
		part := c.row[at-c.start:]
		copied := copy(p[n:], part[:min(int64(len(part)), c.size-at)])
		n += copied
		at += int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fetch reads the row that a place of the file stands in.
func (c *content) fetch(at int64) error {
	var row struct {
		Erased  int64         `db:"erased"`
		Start   sql.NullInt64 `db:"start"`
		Content []byte        `db:"content"`
	}
	err := sqlx.GetContext(c.ctx, c.s.reader(), &row, `
		SELECT m.erased, c.start, c.content
		FROM juece_materials AS m
		LEFT JOIN juece_material_chunks AS c ON c.decision_id = m.decision_id AND c.digest = m.digest AND c.start = (
			SELECT MAX(start)
			FROM juece_material_chunks
			WHERE decision_id = $1 AND digest = $2 AND start <= $3)
		WHERE m.decision_id = $1 AND m.digest = $2`, c.decision, string(c.digest), at)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("material %s: %w", c.digest, workflow.ErrNotFound)
	}
	if err == nil {
		err = goneSince(row.Erased)
	}
	if err != nil {
		return err
	}
	if !row.Start.Valid || at >= row.Start.Int64+int64(len(row.Content)) {
		return fmt.Errorf("%w: material %s has nothing at %d", history.ErrBroken, c.digest, at)
	}
	c.start, c.row = row.Start.Int64, row.Content
	return nil
}
