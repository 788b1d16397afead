package main

import (
	"context"
	"errors"
	"fmt"
)

// migrateCmd creates the tables of a database, or brings them to the version
// of this program. It is safe to run it again, or twice at once.
type migrateCmd struct {
	DB string `name:"db" required:"" env:"JUECE_DB" placeholder:"DSN" help:"数据库：sqlite:PATH 或者 postgres://…。The database."`
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
	return nil
}
