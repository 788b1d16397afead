package workflow_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// In the transaction of a host it is the same: an act that waits for the
// transaction by which its unit is taken off the case is decided anew, or fails
// where the transaction cannot see the other.
func TestNobodyActsInAHostsTransactionWhileHeIsTakenOffTheCase(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	st, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := sample.Before("d713", "record_investigation")
	next := sample.Walk("d713")[len(before)]
	for name, level := range map[string]sql.IsolationLevel{"read committed": sql.LevelReadCommitted, "repeatable read": sql.LevelRepeatableRead} {
		clock := sample.NewClock(date("03-01"))
		svc := workflowtest.Service(t, st, clock)
		id, err := sample.Perform(t.Context(), svc, clock, "d713", before)
		if err != nil {
			t.Fatal(err)
		}
		clock.Set(next.On)
		c, err := svc.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		last, _ := decision.Last(c.Decision.Assignments)
		others := last.Act
		others.Units = []decision.AssignedUnit{{Unit: "县水利局", Lead: new(true)}}
		first, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		office := workflowtest.Service(t, st.Join(first), clock)
		if _, err := office.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: others, Actor: sample.Actor("d713", workflow.RoleGovOffice)}); err != nil {
			t.Fatal(err)
		}
		second, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
		if err != nil {
			t.Fatal(err)
		}
		unit := workflowtest.Service(t, st.Join(second), clock)
		acted := make(chan error)
		go func() {
			_, err := unit.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: next.Act, Actor: next.Actor, Materials: next.Files})
			acted <- err
		}()
		waiting(t, db)
		if err := first.Commit(); err != nil {
			t.Fatal(err)
		}
		var refused *workflow.RefusedError
		switch err := <-acted; {
		case err == nil:
			t.Errorf("%s: done by who was taken off", name)
		case level == sql.LevelReadCommitted && (!errors.As(err, &refused) || refused.Code != workflow.CodeRole):
			t.Errorf("%s: %v", name, err)
		}
		if err := second.Commit(); err != nil && level == sql.LevelReadCommitted {
			t.Error(err)
		}
		after, err := svc.Read(t.Context(), id)
		if err != nil || after.Version() != int64(len(before))+1 || len(after.Decision.Investigations) != 0 {
			t.Errorf("%s: version %d, %v", name, after.Version(), err)
		}
	}
}

// waiting returns once a statement waits for a lock.
func waiting(t *testing.T, db *sql.DB) {
	t.Helper()
	for {
		var n int
		if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}
