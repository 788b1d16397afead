package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/juece/juece/store"
)

// migrateCmd creates the tables of a database, or brings them to the version
// of this program. It is safe to run it again, or twice at once.
type migrateCmd struct {
	DB          string `name:"db" required:"" env:"JUECE_DB" placeholder:"DSN" help:"数据库：sqlite:PATH 或者 postgres://…。The database."`
	Roles       bool   `help:"在PostgreSQL上建立角色并授权：应用只能增加历史，审计只能查看。On PostgreSQL, create the roles and grant them: the application adds to the history, an auditor reads."`
	AppRole     string `default:"juece_app" placeholder:"NAME" help:"应用角色。The role of the application."`
	AuditorRole string `default:"juece_auditor" placeholder:"NAME" help:"审计角色。The role of auditors."`
}

// Run applies the migrations and prints the version before and after.
func (c *migrateCmd) Run(ctx context.Context, s streams) (err error) {
	db, err := openStore(ctx, c.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	before, _, err := db.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	after, _, err := db.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "schema version: %d -> %d\n", before, after)
	if !c.Roles {
		return nil
	}
	if err := db.Grant(ctx, store.Roles{App: c.AppRole, Auditor: c.AuditorRole}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "roles: %s, %s\n", c.AppRole, c.AuditorRole)
	return nil
}
