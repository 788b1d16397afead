package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/sqlite"
)

// openStore opens the database that a data source names: sqlite:PATH, or a
// postgres:// URL. The caller closes the store.
func openStore(ctx context.Context, dsn string) (*store.Store, error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch scheme {
	case "sqlite":
		return sqlite.Open(ctx, rest)
	case "postgres", "postgresql":
		return postgres.Open(ctx, dsn)
	}
	// The name is not repeated: a password could stand in it.
	return nil, fmt.Errorf("database: want sqlite:PATH or postgres://USER@HOST/NAME, not a data source that begins otherwise")
}
