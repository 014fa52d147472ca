package records

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// sqliteCode is the extended result code of an error of SQLite, or 0.
func sqliteCode(err error) int {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		return failed.Code()
	}
	return 0
}

// sqlState is the SQLSTATE of an error that a PostgreSQL server sent, or empty.
func sqlState(err error) string {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}

// unique reports whether err is a second row under a unique key.
func unique(err error) bool {
	code := sqliteCode(err)
	return code == lib.SQLITE_CONSTRAINT_UNIQUE || code == lib.SQLITE_CONSTRAINT_PRIMARYKEY || sqlState(err) == "23505"
}

// dangling reports whether err is a reference to a row that is not there. To
// row-level security a row of a clinic that is not there is one of another's.
func dangling(err error) bool {
	return sqliteCode(err) == lib.SQLITE_CONSTRAINT_FOREIGNKEY || sqlState(err) == "23503"
}

// broken reports whether err is the disk's, or the database's as a whole.
func broken(err error) bool {
	switch sqliteCode(err) & 0xff {
	case lib.SQLITE_IOERR, lib.SQLITE_FULL, lib.SQLITE_CORRUPT, lib.SQLITE_READONLY, lib.SQLITE_NOTADB, lib.SQLITE_CANTOPEN:
		return true
	}
	if state := sqlState(err); state != "" {
		return brokenState(state)
	}
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.As(err, &network) || isConnect(err)
}

func isConnect(err error) bool {
	var failed *pgconn.ConnectError
	return errors.As(err, &failed) || err != nil && pgconn.SafeToRetry(err)
}

// brokenState says which classes of SQLSTATE are not a statement's own fault:
// connection, resources, operator intervention, system and data corruption.
func brokenState(state string) bool {
	switch state[:min(2, len(state))] {
	case "08", "53", "57", "58", "XX":
		return true
	}
	// Nobody can write at all; nobody gave way in time; we were thrown out.
	return state == "25006" || state == "55P03" || strings.HasPrefix(state, "25P03")
}

// contended reports whether another transaction was in the way, so that a
// repetition helps.
func contended(err error) bool {
	state := sqlState(err)
	return state == "40001" || state == "40P01"
}
