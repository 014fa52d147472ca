package records

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"vesper/rooms"
)

// sqliteEngine is the file in the data folder. It has no roles: the queries
// name the clinic, and triggers alone keep the evidence.
type sqliteEngine struct {
	file   string
	vault  *vault
	sealer ed25519.PrivateKey
}

func (e *sqliteEngine) reading() *sql.TxOptions     { return nil }
func (e *sqliteEngine) turn() string                { return "" }
func (e *sqliteEngine) scope(rooms.ClinicID) string { return "" }

// open opens the file once to write and once to read.
func (e *sqliteEngine) open(ctx context.Context) (write, read *bun.DB, err error) {
	if err := touch(e.file); err != nil {
		return nil, nil, err
	}
	if write, err = connect(ctx, e.file, 1, false); err != nil {
		return nil, nil, err
	}
	if err = e.prepare(ctx, write); err == nil {
		read, err = connect(ctx, e.file, readers, true)
	}
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

// prepare brings the tables up to date and sees that the evidence is guarded.
func (e *sqliteEngine) prepare(ctx context.Context, db *bun.DB) error {
	m := &migrator{db: db, dialect: goose.DialectSQLite3, vault: e.vault, sealer: e.sealer}
	before, err := m.up(ctx)
	if err != nil {
		return err
	}
	if err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return guard(ctx, tx.Tx) }); err != nil {
		return fmt.Errorf("guard evidence: %w", err)
	}
	if before == 0 || before >= tenancy {
		return nil
	}
	// What was readable is encrypted now; its old bytes go out of the file.
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("rewrite database: %w", err)
		}
	}
	return nil
}

// guard makes the database itself refuse to change what happened.
func guard(ctx context.Context, tx *sql.Tx) error {
	for _, table := range evidenceTables {
		for _, verb := range []string{"UPDATE", "DELETE"} {
			statement := fmt.Sprintf(
				`CREATE TRIGGER IF NOT EXISTS %[1]s_no_%[2]s BEFORE %[2]s ON %[1]s BEGIN SELECT RAISE(ABORT, '%[1]s is append-only'); END`,
				table, verb)
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("make %s append-only: %w", table, err)
			}
		}
	}
	return nil
}

// unguard takes the triggers off, for the rest of a transaction that calls
// guard at its end.
func unguard(ctx context.Context, tx *sql.Tx) error {
	for _, table := range evidenceTables {
		for _, verb := range []string{"UPDATE", "DELETE"} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("DROP TRIGGER IF EXISTS %s_no_%s", table, verb)); err != nil {
				return fmt.Errorf("open %s: %w", table, err)
			}
		}
	}
	return nil
}

// touch makes the file, durably, with a mode that SQLite's own files follow.
func touch(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database file: %w", err)
	}
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("database file: %w", errors.Join(err, f.Close()))
	}
	if err := errors.Join(f.Close(), folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("database file: %w", err)
	}
	return nil
}

// connect opens a pool of connections and verifies what each must have.
func connect(ctx context.Context, file string, connections int, readOnly bool) (*bun.DB, error) {
	query := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	if readOnly {
		query.Add("_pragma", "query_only(1)")
	} else {
		query.Set("_txlock", "immediate")
	}
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: query.Encode()}
	pool, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := verifyPragmas(ctx, pool, readOnly); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return bun.NewDB(pool, dialect{sqlitedialect.New()}), nil
}

// verifyPragmas asks a connection whether it is as durable as we rely on: a
// setting that SQLite did not take is silent otherwise.
func verifyPragmas(ctx context.Context, pool *sql.DB, readOnly bool) error {
	want := []struct{ name, value string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"busy_timeout", "10000"},
	}
	if readOnly {
		want = append(want, struct{ name, value string }{"query_only", "1"})
	}
	for _, pragma := range want {
		var got string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", pragma.name, err)
		}
		if got != pragma.value {
			return fmt.Errorf("the database has %s=%s where %s is needed; is the data folder on a local disk?",
				pragma.name, got, pragma.value)
		}
	}
	return nil
}
