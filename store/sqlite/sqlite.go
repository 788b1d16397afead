// Package sqlite opens a [store.Store] on SQLite, in pure Go.
//
// One connection writes and a pool reads, in WAL mode: readers never wait for
// the writer. A commit returns after the log is on the disk. The file belongs
// to one machine; never put it on a network share.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"modernc.org/sqlite"

	"github.com/juece/juece/store"
)

// defaultReaders is how many connections read at once.
const defaultReaders = 8

// Option changes how [Open] opens a database.
type Option func(*config)

type config struct {
	readers int
	pool    func(driver.Connector) *sql.DB
}

// Readers sets how many connections read at once; 8 by default.
func Readers(n int) Option { return func(c *config) { c.readers = n } }

// Pool sets what makes the pools, of writes and of reads, from the driver: a
// caller may stand in between, to trace the statements for example. Default
// [sql.OpenDB].
func Pool(open func(driver.Connector) *sql.DB) Option { return func(c *config) { c.pool = open } }

// Open opens the database in a file, which is created when it does not exist.
// The path may also be a URI, "file:/srv/juece.db?_busy_timeout=30000", whose
// parameters win over the ones Open adds. The tables are not created; see
// [store.Store.Migrate]. The caller closes the store.
//
// A database in memory is refused: each connection would have its own. Tests
// use a file in a temporary directory.
func Open(ctx context.Context, path string, options ...Option) (*store.Store, error) {
	c := config{readers: defaultReaders, pool: sql.OpenDB}
	for _, o := range options {
		o(&c)
	}
	uri, err := parse(path)
	if err != nil {
		return nil, err
	}
	// The writer comes first: it creates the file and turns WAL on.
	write, err := c.open(ctx, uri, nil, 1)
	if err != nil {
		return nil, err
	}
	read, err := c.open(ctx, uri, url.Values{"_query_only": {"1"}}, c.readers)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return store.Adopt(store.SQLite, write, read), nil
}

// New returns a store on a pool of the host, which stays the host's to close.
// The host's data source should say
//
//	_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=1&_txlock=immediate&_pragma=secure_delete(1)
//
// and the pool is best kept to one connection, or SQLite makes writers wait
// for each other by polling.
func New(db *sql.DB) *store.Store { return store.New(store.SQLite, db) }

// parse takes a path or a URI apart.
func parse(path string) (*url.URL, error) {
	uri := &url.URL{Scheme: "file", Path: path}
	if strings.HasPrefix(path, "file:") {
		parsed, err := url.Parse(path)
		if err != nil {
			return nil, fmt.Errorf("sqlite: open: %w", err)
		}
		uri = parsed
		if uri.Opaque != "" { // a relative path
			if uri.Path, err = url.PathUnescape(uri.Opaque); err != nil {
				return nil, fmt.Errorf("sqlite: open: %w", err)
			}
			uri.Opaque = ""
		}
	}
	if uri.Path == "" || strings.Contains(uri.Path, ":memory:") || uri.Query().Get("mode") == "memory" {
		return nil, fmt.Errorf("sqlite: open %q: the database must be in a file, so that its connections share it", path)
	}
	return uri, nil
}

func (c config) open(ctx context.Context, uri *url.URL, more url.Values, connections int) (*sql.DB, error) {
	query := url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_busy_timeout": {"10000"},
		"_foreign_keys": {"1"},
		"_txlock":       {"immediate"},
		"_pragma":       {"secure_delete(1)"}, // what an act erases does not linger in free pages
	}
	for _, values := range []url.Values{uri.Query(), more} {
		for name, value := range values {
			query[name] = value
		}
	}
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: uri.Path}).EscapedPath() + "?" + query.Encode())
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", uri.Path, err)
	}
	db := c.pool(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", uri.Path, err), db.Close())
	}
	return db, nil
}
