package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/storetest"
)

type database struct{ dsn string }

func fresh(t *testing.T) storetest.Database { return database{postgrestest.DSN(t)} }

func (d database) Open(t *testing.T) *store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), d.dsn, postgres.Connections(8))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Host opens the pool as a host would that knows nothing of us: plain driver,
// no binary parameters.
func (d database) Host(t *testing.T) (*sql.DB, *store.Store) {
	t.Helper()
	db, err := sql.Open("postgres", d.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, postgres.New(db)
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Subject { return storetest.Migrated(t, fresh(t)) })
}

func TestContractOnHostPool(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Subject {
		db, s := fresh(t).Host(t)
		db.SetMaxOpenConns(8)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestSQL(t *testing.T) {
	t.Parallel()
	storetest.RunSQL(t, fresh)
}

func TestHeavy(t *testing.T) {
	t.Parallel()
	storetest.RunHeavy(t, fresh)
}
