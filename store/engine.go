package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
)

// Engine is the database that the SQL is meant for.
type Engine int8

// The engines.
const (
	// PostgreSQL is version 13 or later.
	PostgreSQL Engine = iota + 1
	// SQLite is version 3.38 or later: upserts, JSON functions, strict tables.
	SQLite
)

// String returns the engine's name in lower case.
func (e Engine) String() string {
	switch e {
	case PostgreSQL:
		return "postgres"
	case SQLite:
		return "sqlite"
	default:
		return "unknown"
	}
}

// choose returns the statement in the engine's dialect, where they differ.
// Parameters are written $1 in both.
func (e Engine) choose(postgres, sqlite string) string {
	if e == PostgreSQL {
		return postgres
	}
	return sqlite
}

// SQLSTATE of PostgreSQL and primary result codes of SQLite. Both drivers
// give them by a method, so no driver has to be imported to read them, and a
// host may bring another one.
const (
	stateSerialization = "40001"
	stateDeadlock      = "40P01"
	stateDuplicate     = "23505"

	classConnection    = "08"
	classResources     = "53" // too many connections; the disk is full
	stateCanceled      = "57014"
	stateReadOnly      = "25006" // a standby, which another is about to relieve
	stateShutdown      = "57P01"
	stateCrash         = "57P02"
	stateCannotConnect = "57P03" // it starts, or stops

	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteConstraint = 19
	sqlitePrimary    = 0xff // an extended code keeps the primary one in its low byte
)

// transient reports whether the engine took back the whole transaction for
// reasons that may not hold a moment later.
func (e Engine) transient(err error) bool {
	if e == PostgreSQL {
		state := sqlState(err)
		return state == stateSerialization || state == stateDeadlock || e.fenced(err)
	}
	code := sqliteCode(err)
	return code == sqliteBusy || code == sqliteLocked
}

// unavailable reports whether the database cannot be used for reasons that pass:
// it is gone, starts or stops, is full, or was taken up by others whenever it
// was tried.
func (e Engine) unavailable(err error) bool {
	if e.transient(err) {
		return true
	}
	if e != PostgreSQL {
		return false
	}
	if state := sqlState(err); state != "" {
		return strings.HasPrefix(state, classConnection) || strings.HasPrefix(state, classResources) ||
			slices.Contains([]string{stateCanceled, stateReadOnly, stateShutdown, stateCrash, stateCannotConnect}, state)
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// fenced reports whether the primary key of the entries refused a row, or that
// of their queue, which the same statement writes. The statements settle
// conflicts before it comes to that; the key is what remains when the state row
// lies, or a shard moves.
func (e Engine) fenced(err error) bool {
	if err == nil || !strings.Contains(err.Error(), "juece_entries") && !strings.Contains(err.Error(), "juece_unsealed") {
		return false
	}
	if e == PostgreSQL {
		return sqlState(err) == stateDuplicate
	}
	return sqliteCode(err) == sqliteConstraint
}

func sqlState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

func sqliteCode(err error) int {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code() & sqlitePrimary
	}
	return 0
}
