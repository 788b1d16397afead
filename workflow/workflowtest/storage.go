package workflowtest

import (
	"path/filepath"
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow/history/gm"
)

// SQLite returns a store over a fresh file. Every store here knows SM3 as well.
func SQLite(t testing.TB) Storage {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "juece.db"))
	return ready(t, s, err)
}

// Postgres returns a store over a fresh database of a throw-away cluster. It
// skips the test under -short.
func Postgres(t testing.TB) Storage {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgrestest.DSN(t))
	return ready(t, s, err)
}

func ready(t testing.TB, s *store.Store, err error) Storage {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the test is over
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.Knowing(gm.SM3())
}
