package sqlite_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
)

type database struct{ path string }

func fresh(t *testing.T) storetest.Database {
	return database{filepath.Join(t.TempDir(), "决策 #1?.db")}
}

func (d database) Open(t *testing.T) *store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), d.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (d database) Host(t *testing.T) (*sql.DB, *store.Store) {
	t.Helper()
	uri := url.URL{Path: d.path}
	db, err := sql.Open("sqlite", "file:"+uri.EscapedPath()+"?_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, sqlite.New(db)
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Subject { return storetest.Migrated(t, fresh(t)) })
}

func TestSQL(t *testing.T) {
	t.Parallel()
	storetest.RunSQL(t, fresh)
}

func TestHeavy(t *testing.T) {
	t.Parallel()
	if storetest.RaceEnabled {
		t.Skip("too slow under the race detector")
	}
	storetest.RunHeavy(t, fresh)
}

func TestOpenRefusesMemory(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ":memory:", "file::memory:", "file:x?mode=memory"} {
		if s, err := sqlite.Open(t.Context(), path); err == nil {
			t.Errorf("%q was opened: %v", path, s.Close())
		}
	}
}

func TestOpenTakesURI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, uri := range []string{"file:" + dir + "/a.db", "file://" + dir + "/b.db?_busy_timeout=1"} {
		s, err := sqlite.Open(t.Context(), uri, sqlite.Readers(2))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(found) != 2 { // the logs are gone with the last connection
		t.Errorf("files %v, %v", found, err)
	}
}
