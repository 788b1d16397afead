// Package postgres opens a [store.Store] on PostgreSQL with lib/pq.
package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"github.com/juece/juece/store"
)

// defaultConnections is below what a fresh server allows (100), so that a few
// replicas fit.
const defaultConnections = 20

// Option changes how [Open] opens a database.
type Option func(*config)

type config struct {
	connections int
	pool        func(driver.Connector) *sql.DB
}

// Connections sets how many connections the pool has at most; 20 by default.
func Connections(n int) Option { return func(c *config) { c.connections = n } }

// Pool sets what makes the pool from the driver: a caller may stand in between,
// to trace the statements for example. Default [sql.OpenDB].
func Pool(open func(driver.Connector) *sql.DB) Option { return func(c *config) { c.pool = open } }

// Open connects to the database that a data source names, as a URL or as
// key=value pairs; what it leaves out comes from the PG* variables of the
// environment. Say sslmode yourself: lib/pq requires TLS when nothing is said.
// Several hosts with target_session_attrs=read-write follow a failover. The
// tables are not created; see [store.Store.Migrate]. The caller closes the
// store.
//
// Parameters are sent in binary form, in the same message as the statement:
// one round trip instead of two, and no prepared statement that a pooler in
// transaction mode would lose.
func Open(ctx context.Context, dsn string, options ...Option) (*store.Store, error) {
	c := config{connections: defaultConnections, pool: sql.OpenDB}
	for _, o := range options {
		o(&c)
	}
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", told(err))
	}
	cfg.BinaryParameters = true
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	db := c.pool(connector)
	db.SetMaxOpenConns(c.connections)
	db.SetMaxIdleConns(c.connections)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: open: %w", err), db.Close())
	}
	return store.Adopt(store.PostgreSQL, db, db), nil
}

// errDataSource stands for what would repeat the data source.
var errDataSource = errors.New("the data source is malformed; write it as postgres://USER:PASSWORD@HOST:PORT/NAME, with the password percent-encoded, or as key=value pairs")

// told leaves of an error in a data source what does not repeat it: a parser
// shows the text that it could not read, and that is where the password stands.
func told(err error) error {
	if strings.HasPrefix(err.Error(), "pq: wrong value for ") { // names a parameter, and not the password
		return err
	}
	return errDataSource
}

// New returns a store on a pool of the host, which stays the host's to close.
func New(db *sql.DB) *store.Store { return store.New(store.PostgreSQL, db) }
