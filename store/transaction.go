package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/transparency"
)

// A transaction that the engine took back is tried again this often, after a
// random part of a pause that doubles from firstPause: at most about a second
// of waiting in all.
const (
	maxAttempts = 8
	firstPause  = 4 * time.Millisecond
)

// atomically runs fn so that all it writes is kept, or nothing: in a
// transaction of its own, which is retried, or behind a savepoint of the
// host's, which is not.
func (s *Store) atomically(ctx context.Context, fn func(sqlx.ExtContext) error) error {
	if s.tx != nil {
		return s.behindSavepoint(ctx, fn)
	}
	return s.retry(ctx, func() error { return s.inTransaction(ctx, fn) })
}

func (s *Store) inTransaction(ctx context.Context, fn func(sqlx.ExtContext) error) (err error) {
	tx, err := s.write.BeginTxx(ctx, s.isolation())
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			// The error that led here is the one to report; a failed rollback
			// means that the connection is gone, and the work with it.
			_ = tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// isolation is READ COMMITTED on PostgreSQL, where each statement must see the
// row that it waited for; SQLite has one level.
func (s *Store) isolation() *sql.TxOptions {
	if s.engine == PostgreSQL {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return nil
}

func (s *Store) behindSavepoint(ctx context.Context, fn func(sqlx.ExtContext) error) error {
	if _, err := s.tx.ExecContext(ctx, `SAVEPOINT juece`); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	if err := fn(s.tx); err != nil {
		// Undone even when the context has ended: the host may go on.
		undo := context.WithoutCancel(ctx)
		_, undone := s.tx.ExecContext(undo, `ROLLBACK TO SAVEPOINT juece`)
		if undone == nil {
			_, undone = s.tx.ExecContext(undo, `RELEASE SAVEPOINT juece`)
		}
		if undone != nil {
			return fmt.Errorf("%w (the transaction is lost: %w)", err, undone)
		}
		return err
	}
	if _, err := s.tx.ExecContext(ctx, `RELEASE SAVEPOINT juece`); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

// retry runs fn until it succeeds, fails for good, or the context ends.
func (s *Store) retry(ctx context.Context, fn func() error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := fn()
		if err == nil || attempt == maxAttempts || !s.engine.transient(err) {
			return err
		}
		if cut := sleep(ctx, rand.N(pause)+time.Millisecond); cut != nil {
			return fmt.Errorf("%w, while retrying after: %w", cut, err)
		}
		pause *= 2
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// failed says which operation on which decision failed. Drivers report a
// cancelled query in their own words (PostgreSQL: 57014); when the context has
// ended, that is the error to compare with. What may pass is told apart from
// what is wrong.
func (s *Store) failed(ctx context.Context, operation, decision string, err error) error {
	if err == nil {
		return nil
	}
	known := errors.Is(err, workflow.ErrConflict) || errors.Is(err, workflow.ErrNotFound) || errors.Is(err, workflow.ErrKeyReused) ||
		errors.Is(err, transparency.ErrConflict) || errors.Is(err, transparency.ErrNotFound) || errors.Is(err, transparency.ErrGap) ||
		errors.Is(err, workflow.ErrErased)
	switch ended := ctx.Err(); {
	case known, ended != nil && errors.Is(err, ended):
	case ended != nil:
		return fmt.Errorf("store: %s %s: %w: %w", operation, decision, ended, err)
	case s.engine.unavailable(err):
		return fmt.Errorf("store: %s %s: %w: %w", operation, decision, workflow.ErrUnavailable, err)
	}
	return fmt.Errorf("store: %s %s: %w", operation, decision, err)
}

// affected returns nil when exactly n rows were written, else ErrConflict.
func affected(res sql.Result, n int64) error {
	got, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if got != n {
		return workflow.ErrConflict
	}
	return nil
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }
