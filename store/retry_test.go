package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
)

// server is a database on which every statement fails with the same error.
type server struct {
	err   error
	tries atomic.Int64
}

func (s *server) Connect(context.Context) (driver.Conn, error) { return connection{s}, nil }
func (s *server) Driver() driver.Driver                        { return nil }

type connection struct{ *server }

func (c connection) Prepare(query string) (driver.Stmt, error) {
	if strings.Contains(query, "SAVEPOINT") {
		return savepoint{}, nil
	}
	c.tries.Add(1)
	return nil, c.err
}
func (c connection) Close() error              { return nil }
func (c connection) Begin() (driver.Tx, error) { return transaction{}, nil }

// BeginTx takes any isolation level.
func (c connection) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return transaction{}, nil
}

type transaction struct{}

func (transaction) Commit() error   { return nil }
func (transaction) Rollback() error { return nil }

type savepoint struct{}

func (savepoint) Close() error                               { return nil }
func (savepoint) NumInput() int                              { return 0 }
func (savepoint) Exec([]driver.Value) (driver.Result, error) { return driver.ResultNoRows, nil }
func (savepoint) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.ErrUnsupported }

type postgresError string

func (e postgresError) Error() string    { return "pq: duplicate key in juece_entries_pkey, or so" }
func (e postgresError) SQLState() string { return string(e) }

type sqliteError int

func (e sqliteError) Error() string { return "sqlite: something is wrong" }
func (e sqliteError) Code() int     { return int(e) }

func TestRetry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		engine store.Engine
		err    error
		again  bool
		told   error // what the error is, besides the driver's; nil when it is nothing else
	}{
		{"serialization failure", store.PostgreSQL, postgresError("40001"), true, workflow.ErrUnavailable},
		{"deadlock", store.PostgreSQL, postgresError("40P01"), true, workflow.ErrUnavailable},
		{"duplicate entry", store.PostgreSQL, postgresError("23505"), true, workflow.ErrConflict},
		{"disk full", store.PostgreSQL, postgresError("53100"), false, workflow.ErrUnavailable},
		{"too many connections", store.PostgreSQL, postgresError("53300"), false, workflow.ErrUnavailable},
		{"shut down", store.PostgreSQL, postgresError("57P01"), false, workflow.ErrUnavailable},
		{"starting", store.PostgreSQL, postgresError("57P03"), false, workflow.ErrUnavailable},
		{"a standby", store.PostgreSQL, postgresError("25006"), false, workflow.ErrUnavailable},
		{"taken too long", store.PostgreSQL, postgresError("57014"), false, workflow.ErrUnavailable},
		{"connection refused", store.PostgreSQL, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, false, workflow.ErrUnavailable},
		{"cut off", store.PostgreSQL, io.ErrUnexpectedEOF, false, workflow.ErrUnavailable},
		{"no such table", store.PostgreSQL, postgresError("42P01"), false, nil},
		{"busy", store.SQLite, sqliteError(5), true, workflow.ErrUnavailable},
		{"busy snapshot", store.SQLite, sqliteError(517), true, workflow.ErrUnavailable},
		{"corrupt", store.SQLite, sqliteError(11), false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			host := &server{err: tt.err}
			db := sql.OpenDB(host)
			defer func() { _ = db.Close() }()
			s := store.New(tt.engine, db)

			err := s.Append(t.Context(), storetest.Act("d", 1))
			if !errors.Is(err, tt.err) {
				t.Errorf("got error %v", err)
			}
			for _, what := range []error{workflow.ErrConflict, workflow.ErrUnavailable} {
				if errors.Is(err, what) != errors.Is(tt.told, what) {
					t.Errorf("%v: %t of %v", what, errors.Is(err, what), err)
				}
			}
			if tries := host.tries.Swap(0); (tries > 1) != tt.again || tries > 20 {
				t.Errorf("tried %d times", tries)
			}

			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Join(tx).Refuse(t.Context(), workflow.Refusal{ID: "r"}); !errors.Is(err, tt.err) {
				t.Errorf("joined: got error %v", err)
			}
			if tries := host.tries.Load(); tries != 1 {
				t.Errorf("joined: tried %d times, want once", tries)
			}
		})
	}
}

func TestRetryEndsWithTheContext(t *testing.T) {
	t.Parallel()
	db := sql.OpenDB(&server{err: postgresError("40001")})
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	err := store.New(store.PostgreSQL, db).Refuse(ctx, workflow.Refusal{ID: "r"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want the deadline", err)
	}
}
