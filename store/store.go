// Package store keeps histories, opinions and materials in a SQL database.
//
// One [Store] serves PostgreSQL and SQLite. Packages postgres and sqlite open
// it with their driver; this package imports neither, so a program links only
// the engine it uses. A host with a pool of its own passes it to [New], and
// with [Store.Join] everything happens inside the host's transaction.
//
// The fence of every history is the primary key (decision, sequence number).
// An append is one atomic write, a compare-and-swap that is settled in SQL;
// whoever loses gets [workflow.ErrConflict] and leaves nothing behind.
package store

import (
	"database/sql"
	"errors"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/delivery"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

var (
	_ workflow.Store    = (*Store)(nil)
	_ workflow.Register = (*Store)(nil)
	_ workflow.Vault    = (*Store)(nil)

	_ transparency.Store = (*Store)(nil)
	_ delivery.Store     = (*Store)(nil)
)

// Store implements [workflow.Store], [workflow.Register] and [workflow.Vault],
// [transparency.Store] for the log that seals the histories, and
// [delivery.Store] for the events that go out.
// It is safe for concurrent use, except for one that was joined to a
// transaction, which is as safe as that transaction.
type Store struct {
	engine      Engine
	write, read *sqlx.DB // the same pool, unless the engine has one writer
	owned       bool     // Close closes the pools
	tx          *sqlx.Tx // the host's, when joined
	algorithms  history.Algorithms
}

// New returns a store on the host's pool. The pool stays the host's:
// [Store.Close] leaves it open. Nothing is read or written yet; the tables
// must have been created by [Store.Migrate].
func New(engine Engine, db *sql.DB) *Store {
	pool := sqlx.NewDb(db, engine.String())
	return &Store{engine: engine, write: pool, read: pool}
}

// Adopt returns a store on pools that become its own: [Store.Close] closes
// them. Every write goes to one pool and every read outside a transaction to
// the other; they may be the same.
func Adopt(engine Engine, write, read *sql.DB) *Store {
	return &Store{
		engine: engine,
		write:  sqlx.NewDb(write, engine.String()),
		read:   sqlx.NewDb(read, engine.String()),
		owned:  true,
	}
}

// Join returns a store that does everything inside a transaction of the host.
// The host commits, or does not; until then nothing is durable or seen by
// others. Each write stands behind a savepoint, so a conflict undoes that
// write alone and leaves the transaction as it was. Nothing is retried: after
// a serialization failure the host begins its transaction again.
//
// When a context ends in the middle of a statement, the driver may give up the
// connection and with it the host's transaction.
func (s *Store) Join(tx *sql.Tx) *Store {
	return &Store{
		engine:     s.engine,
		write:      s.write,
		read:       s.read,
		tx:         &sqlx.Tx{Tx: tx, Mapper: s.write.Mapper},
		algorithms: s.algorithms,
	}
}

// Knowing returns the store, on the same pools, with algorithms beside SHA-256:
// a material is kept only where its digest can be checked. It is to be used in
// place of s; closing either closes both.
func (s *Store) Knowing(algorithms ...history.Algorithm) *Store {
	more := *s
	more.algorithms = slices.Concat(s.algorithms, algorithms)
	return &more
}

// Close closes the pools that the store opened itself, and no others.
func (s *Store) Close() error {
	if !s.owned {
		return nil
	}
	if s.read == s.write || s.read.DB == s.write.DB {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// reader is where a read outside a write goes.
func (s *Store) reader() sqlx.QueryerContext {
	if s.tx != nil {
		return s.tx
	}
	return s.read
}
