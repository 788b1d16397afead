package sqlite_test

import (
	"bytes"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
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

// Once the log is merged into the file, which the last connection does when it
// closes, nothing of what was erased is in it.
func TestNothingErasedIsLeftInTheFile(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := database{filepath.Join(t.TempDir(), "juece.db")}
	s := d.Open(t)
	short := "个人信息一条"
	long := strings.Repeat("个人信息很多", 20000) // spills into pages, and rows, of its own
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	w := storetest.Act("d", 1)
	w.Materials = []workflow.Material{storetest.Restricted(short), storetest.Restricted(long)}
	if err := s.Append(ctx, w); err != nil {
		t.Fatal(err)
	}
	for _, erased := range []bool{false, true} {
		if erased {
			next := storetest.Act("d", 2)
			next.Erasures = []workflow.Erasure{{Material: w.Materials[0].Digest}, {Material: w.Materials[1].Digest}}
			if err := s.Append(ctx, next); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(d.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{short, "个人信息很多个人信息很多"} {
			if bytes.Contains(data, []byte(text)) == erased {
				t.Errorf("erased: %v, and the file holds %q: %v", erased, text, !erased)
			}
		}
		s = d.Open(t)
	}
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
