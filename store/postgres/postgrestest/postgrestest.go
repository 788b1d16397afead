// Package postgrestest gives tests a PostgreSQL of their own: a throw-away
// cluster from the installed binaries, on a free port of the loopback
// interface, and a fresh database for each test.
//
// The cluster goes away with the test binary, however that ends: its keeper is
// a process that waits on a pipe which only the test binary holds open.
package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"
)

const install = "PostgreSQL is needed for this test and was not found; install it (apt-get install postgresql), or run with -short"

// shared is the cluster of this test binary, started by the first test that
// asks for a database.
var shared = sync.OnceValues(func() (*Cluster, error) { return start(Options{}) })

// DSN returns the data source name of a fresh, empty database in the cluster
// that all tests of this binary share. The test is skipped under -short, and
// fails when PostgreSQL is not installed.
func DSN(tb testing.TB) string {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs PostgreSQL; skipped with -short")
	}
	c, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return c.DSN(tb)
}

// Options change how a cluster is started. The zero value is meant for speed.
type Options struct {
	// Fsync makes commits durable, as in production. Off by default: what is
	// thrown away need not survive a power cut.
	Fsync bool
	// Settings are further lines of postgresql.conf, "name = value".
	Settings []string
}

// Cluster is a running PostgreSQL server with its own data directory.
type Cluster struct {
	dir    string
	port   int
	keeper *exec.Cmd
	hold   io.Closer // the keeper stops the server when this is closed
	exited chan struct{}
	names  atomic.Int64
}

// Start starts a cluster for one test alone, and stops it when the test ends.
// Use it where the server is stopped or slowed down; others use [DSN].
func Start(tb testing.TB, options Options) *Cluster {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs PostgreSQL; skipped with -short")
	}
	c, err := start(options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Stop)
	return c
}

// DSN returns the data source name of a fresh, empty database. It goes away
// with the cluster: to drop it would make the server write everything out
// first.
func (c *Cluster) DSN(tb testing.TB) string {
	tb.Helper()
	name := "t" + strconv.FormatInt(c.names.Add(1), 10)
	if err := c.administer(`CREATE DATABASE ` + pq.QuoteIdentifier(name)); err != nil {
		tb.Fatalf("create database: %v\n%s", err, c.log())
	}
	return c.source(name)
}

// Stop stops the server at once, as a crash would, and removes its files.
// Stopping again does nothing.
func (c *Cluster) Stop() {
	_ = c.hold.Close()
	<-c.exited
}

func (c *Cluster) source(database string) string {
	return fmt.Sprintf("postgres://juece@127.0.0.1:%d/%s?sslmode=disable", c.port, database)
}

func (c *Cluster) administer(statement string) error {
	db, err := sql.Open("postgres", c.source("postgres"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

func (c *Cluster) log() string {
	data, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func start(options Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	// Somebody may take the port between the look and the start.
	var failures error
	for range 3 {
		c, err := startIn(bin, options)
		if err == nil {
			return c, nil
		}
		failures = errors.Join(failures, err)
	}
	return nil, failures
}

func startIn(bin string, options Options) (*Cluster, error) {
	// Not below a test's own directory: the server may run as another user,
	// who could not reach it.
	dir, err := os.MkdirTemp("", "juece-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, exited: make(chan struct{})}
	if err := c.run(bin, options); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// keep runs the server until standard input ends, then takes it down and
// removes the directory. It ignores the signals of a terminal, so that an
// interrupted test run does not leave the server behind.
const keep = `trap '' INT TERM HUP
"$0" -D data </dev/null >>log 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
cd / && rm -rf "$1"`

func (c *Cluster) run(bin string, options Options) error {
	as, err := unprivileged(c.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"),
		"-D", data, "-U", "juece", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = c.dir, as
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if c.port, err = freePort(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(data, "postgresql.auto.conf"), settings(c.dir, c.port, options), 0o600); err != nil {
		return err
	}
	// The server serves every test of the binary, so no test's context ends it.
	c.keeper = exec.CommandContext(context.Background(), "/bin/sh", "-c", keep, filepath.Join(bin, "postgres"), c.dir)
	c.keeper.Dir, c.keeper.SysProcAttr = c.dir, as
	hold, err := c.keeper.StdinPipe()
	if err != nil {
		return err
	}
	c.hold = hold
	if err := c.keeper.Start(); err != nil {
		return err
	}
	go func() {
		defer close(c.exited)
		_ = c.keeper.Wait() // an immediate shutdown has an exit code of its own
	}()
	if err := c.ready(data); err != nil {
		err = fmt.Errorf("start PostgreSQL: %w\n%s", err, c.log()) // read before it is removed
		c.Stop()
		return err
	}
	return nil
}

func settings(dir string, port int, options Options) []byte {
	lines := []string{
		"listen_addresses = '127.0.0.1'",
		"port = " + strconv.Itoa(port),
		"unix_socket_directories = '" + dir + "'",
		"max_connections = 200",
		"shared_buffers = 64MB",
	}
	if !options.Fsync {
		lines = append(lines, "fsync = off", "synchronous_commit = off", "full_page_writes = off")
	}
	return []byte(strings.Join(append(lines, options.Settings...), "\n") + "\n")
}

// ready waits until the server answers, and makes sure that it is this one.
func (c *Cluster) ready(data string) error {
	db, err := sql.Open("postgres", c.source("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		var directory string
		err = db.QueryRowContext(ctx, `SHOW data_directory`).Scan(&directory)
		switch {
		case err == nil && directory == data:
			return nil
		case err == nil:
			return fmt.Errorf("port %d belongs to %s", c.port, directory)
		case ctx.Err() != nil:
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort() (int, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// binaries returns the directory that holds initdb and postgres: of PATH, or
// where Debian puts its newest.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New(install)
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// unprivileged returns how to run as somebody other than root, whom the server
// refuses, and hands the directory over.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	// A session of its own keeps the server out of the terminal's signals.
	as := &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() != 0 {
		return as, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as, os.Chown(dir, int(uid), int(gid))
}
