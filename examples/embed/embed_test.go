// Package embed_test shows the procedure inside a host's own transaction.
package embed_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the host chooses its driver

	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

// A host writes a row of its own and opens a case, both or neither. The same
// works on PostgreSQL with package store/postgres.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "juece-embed-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "host.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	st := sqlite.New(db)
	if err := st.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE projects (name TEXT, decision TEXT)`); err != nil {
		log.Fatal(err)
	}

	for _, commit := range []bool{false, true} {
		if err := register(ctx, db, commit); err != nil {
			log.Fatal(err)
		}
		var projects, cases int
		if err := db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM juece_decisions)`).Scan(&projects, &cases); err != nil {
			log.Fatal(err)
		}
		fmt.Println("committed:", commit, "projects:", projects, "cases:", cases)
	}
	// Output:
	// committed: false projects: 0 cases: 0
	// committed: true projects: 1 cases: 1
}

func register(ctx context.Context, db *sql.DB, commit bool) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	packs, err := workflow.Packs()
	if err != nil {
		return err
	}
	st := sqlite.New(db).Join(tx)
	svc := &workflow.Service{Store: st, Register: st, Vault: st, Packs: packs, Calendar: calendar.China()}
	first := sample.Walk("d713")[0]
	opened, err := svc.Propose(ctx, workflow.Request{Pack: "d713", Act: first.Act, Actor: first.Actor})
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO projects (name, decision) VALUES (?, ?)`, "油烟治理", opened.Decision); err != nil {
		return err
	}
	if !commit {
		return nil // the deferred rollback takes the case with it
	}
	return tx.Commit()
}
