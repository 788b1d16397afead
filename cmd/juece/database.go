package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow/history/gm"
)

// openExisting opens a database for reading. It creates neither the file nor
// the tables: who asks for numbers must not get those of an empty database.
func openExisting(ctx context.Context, dsn string) (*store.Store, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		file, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "file:"), "//"), "?")
		if _, err := os.Stat(file); err != nil {
			return nil, setupError{"数据库文件不存在或者不能读取：" + file, "the database file is not there or cannot be read: " + file}
		}
	}
	st, err := openStore(ctx, dsn)
	if err != nil {
		return nil, err
	}
	have, want, err := st.SchemaVersion(ctx)
	if err == nil && have != want {
		err = setupError{
			fmt.Sprintf("数据库表的版本为%d，程序需要%d：请先运行juece migrate", have, want),
			fmt.Sprintf("the tables have version %d, this program needs %d: run juece migrate first", have, want),
		}
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// openStore opens the database that a data source names: sqlite:PATH, or a
// postgres:// URL. It knows the digests of every suite. The caller closes the
// store.
func openStore(ctx context.Context, dsn string) (*store.Store, error) {
	return openTraced(ctx, dsn, nil)
}

// openTraced is openStore, and every statement of a traced request is a span.
func openTraced(ctx context.Context, dsn string, t *traces) (st *store.Store, err error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch scheme {
	case "sqlite":
		st, err = sqlite.Open(ctx, rest, sqlite.Pool(t.pool(semconv.DBSystemNameSQLite)))
	case "postgres", "postgresql":
		st, err = postgres.Open(ctx, dsn, postgres.Pool(t.pool(semconv.DBSystemNamePostgreSQL)))
	default: // the name is not repeated: a password could stand in it
		err = fmt.Errorf("database: want sqlite:PATH or postgres://USER@HOST/NAME, not a data source that begins otherwise")
	}
	if err != nil {
		return nil, err
	}
	return st.Knowing(gm.SM3()), nil
}
