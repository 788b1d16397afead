package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
)

// A poll of a stream reads the end of an index, however many decisions there
// are: 10^5 in a hundred organs, one changed every second.
func TestWhatChangedIsReadFromTheEndOfAnIndex(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("one query after the other")
	}
	t.Parallel()
	const rows = 100_000
	fill := `INSERT INTO juece_decisions (decision_id, version, head, stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at)
		SELECT 'd' || n, 1, 'h', 'drafting', 't', 'o' || (n % 100), 'u' || (n % 7), 'p', 'd713', CAST(n AS BIGINT) * 1000000, CAST(n AS BIGINT) * 1000000 FROM `
	for name, engine := range map[string]struct {
		open          func(*testing.T) (*sql.DB, *store.Store)
		series        string
		explain       string
		index, sorted string // how a plan says so
	}{
		"sqlite": {func(t *testing.T) (*sql.DB, *store.Store) {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "a.db")+"?_txlock=immediate")
			return opened(t, db, err, sqlite.New(db))
		}, `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000) SELECT n FROM s)`, "EXPLAIN QUERY PLAN ", "USING INDEX ", "TEMP B-TREE"},
		"postgres": {func(t *testing.T) (*sql.DB, *store.Store) {
			db, err := sql.Open("postgres", postgrestest.DSN(t))
			return opened(t, db, err, postgres.New(db))
		}, `generate_series(1, 100000) AS s(n)`, "EXPLAIN ", "Index Scan using ", "Sort"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, s := engine.open(t)
			for _, statement := range []string{fill + engine.series, "ANALYZE"} {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			since := time.Unix(rows-60, 0)
			for _, c := range []struct {
				q     workflow.Query
				index string
				want  int
			}{
				{workflow.Query{Organ: "o50"}, "juece_decisions_by_organ_change", 1},
				{workflow.Query{Organ: "o50", LeadUnit: "u0"}, "juece_decisions_by_organ_change", 0},
				{workflow.Query{}, "juece_decisions_by_change", 61},
			} {
				c.q.ByChange, c.q.AfterChanged, c.q.Limit = true, since, 200
				begin := time.Now()
				list, err := s.List(t.Context(), c.q)
				if err != nil || len(list) != c.want {
					t.Fatalf("%+v: %d rows: %v", c.q, len(list), err)
				}
				took := time.Since(begin)
				plan := explained(t, db, engine.explain, c.q)
				if !strings.Contains(plan, engine.index+c.index) || strings.Contains(plan, engine.sorted) {
					t.Errorf("%+v:\n%s", c.q, plan)
				}
				t.Logf("%d of %d rows in %v\n%s", len(list), rows, took, plan)
			}
		})
	}
}

func opened(t *testing.T, db *sql.DB, err error, s *store.Store) (*sql.DB, *store.Store) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, s
}

// explained is the plan of a query, a line for each step.
func explained(t *testing.T, db *sql.DB, explain string, q workflow.Query) string {
	t.Helper()
	text, args := store.ListQuery(q)
	rows, err := db.QueryContext(t.Context(), explain+text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		line := make([]any, len(columns))
		for i := range line {
			line[i] = new(any)
		}
		if err := rows.Scan(line...); err != nil {
			t.Fatal(err)
		}
		if text, ok := (*line[len(line)-1].(*any)).([]byte); ok {
			*line[len(line)-1].(*any) = string(text)
		}
		fmt.Fprintln(&plan, *line[len(line)-1].(*any))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
