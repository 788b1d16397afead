package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
)

// filled fills a database with two cases, and returns their ids and what a
// tally of them says.
func filled(t *testing.T, dsn string) (ids []string, want statistics.Report) {
	t.Helper()
	st, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }() // what was written is on the disk
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	svc, err := newService(st, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	tally := statistics.Tally{Period: statistics.Year(calendar.MustParseDate("2026-07-31"))}
	for _, steps := range [][]sample.Step{sample.Walk("d713"), sample.Before("d713", "publish")} {
		clock := sample.NewClock(steps[0].On)
		svc.Now = clock.Now
		id, err := sample.Perform(t.Context(), svc, clock, "d713", steps)
		if err != nil {
			t.Fatal(err)
		}
		c, err := svc.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		tally.Add(c, calendar.MustParseDate("2026-07-31"))
	}
	return ids, tally.Report()
}

// same compares reports as they are written.
func same(t *testing.T, got string, want statistics.Report) {
	t.Helper()
	var r statistics.Report
	if err := json.Unmarshal([]byte(got), &r); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var w statistics.Report
	if err := json.Unmarshal(text, &w); err != nil || !reflect.DeepEqual(r, w) {
		t.Errorf("%s\nwant %s", got, text)
	}
}

func TestStatsOfADatabase(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := dsn(t)
			_, want := filled(t, dsn)
			stats := func(args ...string) (int, string, string) {
				return program(t, append([]string{"stats", "--on", "2026-07-31", "--db", dsn}, args...)...)
			}
			code, stdout, stderr := stats("--format", "json")
			if code != exitOK || stderr != "" {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			same(t, stdout, want)
			code, stdout, _ = stats("--ledger", "tasks", "--format", "csv")
			if lines := strings.Count(stdout, "\n"); code != exitOK || lines != 3 || !strings.Contains(stdout, ",安装净化设施,") {
				t.Errorf("exit %d, the ledger: %s", code, stdout)
			}
			code, stdout, _ = stats("--organ", "邻县人民政府")
			if code != exitOK || !strings.Contains(stdout, "纳入统计0件") {
				t.Errorf("exit %d, of another organ: %s", code, stdout)
			}
		})
	}
}

// A history that somebody changed is left out, named and counted; the exit
// status says that the counts are not whole.
func TestStatsNameACaseThatDoesNotHold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "juece.db")
	ids, _ := filled(t, "sqlite:"+path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{
		"DROP TRIGGER juece_entries_no_update",
		fmt.Sprintf("UPDATE juece_entries SET data = CAST(replace(CAST(data AS TEXT), '城', '乡') AS BLOB) WHERE decision_id = '%s'", ids[0]),
	} {
		if _, err := db.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := program(t, "stats", "--on", "2026-07-31", "--db", "sqlite:"+path)
	if code != int(exitUnusable) || !strings.Contains(stderr, ids[0]) || strings.Contains(stderr, ids[1]) {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if !strings.Contains(stdout, "有1件案件无法读取") || !strings.Contains(stdout, "纳入统计1件") {
		t.Errorf("%s", stdout)
	}
}

// Asking for numbers makes neither a file nor tables, and changes nothing.
func TestStatsOnlyRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "juece.db")
	for _, dsn := range []string{"sqlite:" + path, "sqlite:file:" + path + "?_busy_timeout=1000"} {
		if code, _, stderr := program(t, "stats", "--lang", "en", "--db", dsn); code != int(exitUnusable) || !strings.Contains(stderr, "is not there") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v was made: %v", left, err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, "stats", "--lang", "en", "--db", "sqlite:"+path); code != int(exitUnusable) || !strings.Contains(stderr, "run juece migrate first") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	st, err := openStore(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	have, _, err := st.SchemaVersion(t.Context())
	if err != nil || have != 0 {
		t.Errorf("the tables were made: version %d, %v", have, err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// A count that is broken off is no count.
func TestStatsEndWithTheContext(t *testing.T) {
	t.Parallel()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "juece.db")
	filled(t, dsn)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"stats", "--db", dsn}, strings.NewReader(""), &out, &errs); code != exitFailed || out.Len() > 0 {
		t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
	}
}
