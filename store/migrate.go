package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations are the schema, forward only, one transaction each.
//
//go:embed migrations
var migrations embed.FS

const (
	// versionTable is this schema's own, so that a host's migrations with the
	// same tool go their own way.
	versionTable = "juece_schema_version"
	// migrationLock is the key of PostgreSQL's advisory lock, "juece" in ASCII.
	// It keeps starters from getting into each other's way; nothing else
	// rests on it.
	migrationLock = 0x6a75656365
	// A starter that finds the lock taken asks again every second, for five
	// minutes.
	lockSeconds, lockAttempts = 1, 300
)

// Migrate brings the tables to the version of this program. Any number of
// starters may call it at once; each migration is applied once. On PostgreSQL
// it holds a lock of its session, so it needs a direct connection or a pooler
// in session mode. It is refused inside a transaction of the host.
func (s *Store) Migrate(ctx context.Context) error {
	if s.tx != nil {
		return errors.New("store: migrate: not inside a transaction; call it on the store that was joined")
	}
	return s.failed(ctx, "migrate", s.engine.String(), s.migrate(ctx))
}

func (s *Store) migrate(ctx context.Context) error {
	if err := s.createVersionTable(ctx); err != nil {
		return err
	}
	for {
		before, want, err := s.SchemaVersion(ctx)
		if err != nil {
			return err
		}
		failure := s.up(ctx)
		if failure == nil {
			return nil
		}
		// SQLite has no lock for this: a starter that came second fails on a
		// table that exists, or on the version that was written. It begins
		// again as long as the others get somewhere.
		have, _, err := s.SchemaVersion(ctx)
		if err != nil || have == before && have != want {
			return failure
		}
	}
}

func (s *Store) up(ctx context.Context) error {
	options := []goose.ProviderOption{goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if s.engine == PostgreSQL {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(
			lock.WithLockID(migrationLock), lock.WithLockTimeout(lockSeconds, lockAttempts))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, s.write.DB, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// createVersionTable lets SQLite write each version once only, so that a
// migration which a second starter applies again is undone with it.
func (s *Store) createVersionTable(ctx context.Context) error {
	if s.engine != SQLite {
		return nil
	}
	return s.atomically(ctx, func(x sqlx.ExtContext) error {
		if _, err := x.ExecContext(ctx, `
			CREATE TABLE IF NOT EXISTS juece_schema_version (
				id         INTEGER PRIMARY KEY AUTOINCREMENT,
				version_id INTEGER NOT NULL UNIQUE,
				is_applied INTEGER NOT NULL,
				tstamp     TIMESTAMP DEFAULT (datetime('now'))
			)`); err != nil {
			return err
		}
		_, err := x.ExecContext(ctx, `
			INSERT INTO juece_schema_version (version_id, is_applied)
			VALUES (0, 1)
			ON CONFLICT (version_id) DO NOTHING`)
		return err
	})
}

func (s *Store) files() (fs.FS, error) { return fs.Sub(migrations, "migrations/"+s.engine.String()) }

// SchemaVersion returns the version of the tables, 0 when there are none, and
// the version that this program wants. It writes nothing. A program that does
// not migrate by itself serves only when both are equal.
func (s *Store) SchemaVersion(ctx context.Context) (have, want int64, err error) {
	want, err = s.wantedVersion()
	if err == nil {
		have, err = s.appliedVersion(ctx)
	}
	return have, want, s.failed(ctx, "read the schema version of", s.engine.String(), err)
}

func (s *Store) appliedVersion(ctx context.Context) (version int64, err error) {
	var exists bool
	err = sqlx.GetContext(ctx, s.reader(), &exists, s.engine.choose(
		`SELECT to_regclass($1) IS NOT NULL`,
		`SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)`), versionTable)
	if err != nil || !exists {
		return 0, err
	}
	err = sqlx.GetContext(ctx, s.reader(), &version, `SELECT COALESCE(MAX(version_id), 0) FROM juece_schema_version`)
	return version, err
}

// wantedVersion is the number of the last migration, which its file name
// begins with.
func (s *Store) wantedVersion() (int64, error) {
	files, err := s.files()
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("no migrations for %s: %w", s.engine, errors.Join(err, errors.ErrUnsupported))
	}
	return goose.NumericComponent(names[len(names)-1])
}
