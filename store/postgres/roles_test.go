package postgres_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/storetest"
)

// as returns the data source for another user, who is created as a member of a
// role.
func as(t *testing.T, owner *sql.DB, dsn, user, role string) string {
	t.Helper()
	if _, err := owner.ExecContext(t.Context(), fmt.Sprintf(`CREATE USER %s IN ROLE %s`, user, role)); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	return u.String()
}

// parted is a database with an owner, a member of each role, and one act in it.
func parted(t *testing.T, prefix string) (owner, app, auditor *sql.DB, service string) {
	t.Helper()
	d := database{postgrestest.DSN(t)}
	s := storetest.Migrated(t, d)
	roles := store.Roles{App: prefix + "-App", Auditor: prefix + `"auditor`}
	for range 2 { // it may be run again
		if err := s.Grant(t.Context(), roles); err != nil {
			t.Fatal(err)
		}
	}
	owner, _ = d.Host(t)
	service = as(t, owner, d.dsn, prefix+"_app1", `"`+prefix+`-App"`)
	app, _ = database{service}.Host(t)
	auditor, _ = database{as(t, owner, d.dsn, prefix+"_audit1", `"`+prefix+`""auditor"`)}.Host(t)
	return owner, app, auditor, service
}

var allTables = []string{
	"juece_decisions", "juece_entries", "juece_tasks", "juece_opinions", "juece_opinion_positions", "juece_materials",
	"juece_material_chunks",
	"juece_idempotency", "juece_outbox", "juece_refusals", "juece_unsealed", "juece_log_leaves", "juece_log_hashes",
	"juece_log_checkpoints", "juece_log_cosignatures", "juece_log_positions", "juece_leases", "juece_schema_version",
	"juece_deliveries", "juece_reminders", "juece_subscribers",
}

// refused runs a statement and wants the database to refuse it for want of a
// right.
func refused(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	if err == nil || !strings.Contains(err.Error(), "permission denied") && !strings.Contains(err.Error(), "must be owner") {
		t.Errorf("%s: %v", statement, err)
	}
}

// Nobody who runs the service can rewrite what was recorded; an auditor writes
// nothing at all.
func TestRolesCannotRewriteTheHistory(t *testing.T) {
	t.Parallel()
	owner, app, auditor, service := parted(t, "rewrite")
	s, err := postgres.Open(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Append(t.Context(), storetest.Act("d", 1)); err != nil {
		t.Fatal(err)
	}
	// Each table is judged, so that a new one is not forgotten.
	var tables int
	if err := owner.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE 'juece\_%'`).Scan(&tables); err != nil || tables != len(allTables) {
		t.Fatalf("%d tables, %v; want %d", tables, err, len(allTables))
	}
	mayUpdate := map[string]bool{"juece_decisions": true, "juece_tasks": true, "juece_leases": true}
	mayDelete := map[string]bool{"juece_tasks": true, "juece_unsealed": true, "juece_outbox": true, "juece_deliveries": true, "juece_material_chunks": true}
	for _, table := range allTables {
		column := "decision_id"
		switch {
		case table == "juece_schema_version":
			column = "version_id"
		case table == "juece_leases" || table == "juece_subscribers":
			column = "name"
		case strings.HasPrefix(table, "juece_log_") && table != "juece_log_positions":
			column = "log"
		}
		update := `UPDATE ` + table + ` SET ` + column + ` = ` + column
		for _, statement := range []string{update, `DELETE FROM ` + table, `TRUNCATE ` + table, `DROP TABLE ` + table, `ALTER TABLE ` + table + ` DISABLE TRIGGER ALL`, `ALTER TABLE ` + table + ` OWNER TO CURRENT_USER`} {
			refused(t, auditor, statement)
			if statement == update && mayUpdate[table] || statement == `DELETE FROM `+table && mayDelete[table] {
				continue
			}
			refused(t, app, statement)
		}
		refused(t, auditor, `INSERT INTO `+table+` SELECT * FROM `+table)
	}
	refused(t, app, `INSERT INTO juece_schema_version (version_id, is_applied) VALUES (99, true)`)
	refused(t, app, `CREATE OR REPLACE FUNCTION juece_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
	refused(t, app, `INSERT INTO juece_entries (decision_id, seq, data, digest) VALUES ('d', 1, 'x', 'x') ON CONFLICT (decision_id, seq) DO UPDATE SET data = 'x'`)
	// The owner, too, is stopped where it would be by accident.
	for _, table := range []string{"juece_entries", "juece_opinion_positions", "juece_log_leaves", "juece_log_hashes", "juece_log_checkpoints", "juece_log_cosignatures", "juece_log_positions"} {
		for _, statement := range []string{`DELETE FROM ` + table, `TRUNCATE ` + table} {
			if _, err := owner.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("the owner: %s: %v", statement, err)
			}
		}
	}
}

// An auditor reads everything but what people wrote and what files hold.
func TestAnAuditorReadsNoPersonalData(t *testing.T) {
	t.Parallel()
	owner, _, auditor, _ := parted(t, "audit")
	kept := map[string]string{"juece_opinions": "body", "juece_materials": "salt", "juece_material_chunks": "content", "juece_outbox": "body"}
	for _, table := range allTables {
		if kept[table] == "" {
			if _, err := auditor.ExecContext(t.Context(), `SELECT * FROM `+table); err != nil {
				t.Errorf("%s: %v", table, err)
			}
			continue
		}
		refused(t, auditor, `SELECT `+kept[table]+` FROM `+table)
		refused(t, auditor, `SELECT * FROM `+table)
		if _, err := auditor.ExecContext(t.Context(), `SELECT decision_id, COUNT(*) FROM `+table+` GROUP BY decision_id`); err != nil {
			t.Errorf("%s: %v", table, err)
		}
	}
	if _, err := owner.ExecContext(t.Context(), `GRANT SELECT (body) ON juece_opinions TO "audit""auditor"`); err != nil {
		t.Fatal(err)
	}
	if _, err := auditor.ExecContext(t.Context(), `SELECT body FROM juece_opinions`); err != nil {
		t.Errorf("when granted: %v", err)
	}
}

// The store does all it does for the service as the app role.
func TestContractAsApp(t *testing.T) {
	t.Parallel()
	n := 0
	prefixes := make(chan string, 64)
	for range cap(prefixes) {
		n++
		prefixes <- fmt.Sprintf("contract%d", n)
	}
	storetest.Run(t, func(t *testing.T) storetest.Subject {
		_, _, _, service := parted(t, <-prefixes)
		return database{service}.Open(t)
	})
}
