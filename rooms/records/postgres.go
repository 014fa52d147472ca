package records

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"vesper/rooms"
)

// postgresEngine is a PostgreSQL database. The login that the address names
// owns the tables; every transaction gives that up for a role that row-level
// security holds to one clinic.
type postgresEngine struct {
	config *pgx.ConnConfig
	vault  *vault
	sealer ed25519.PrivateKey
}

// The roles that a transaction takes. None of them can log in.
const (
	// roleTenant sees the rows of one clinic.
	roleTenant = "vesper_tenant"
	// roleHouse sees all clinics, for the installation's own errands.
	roleHouse = "vesper_house"
	// rolePurge deletes what is past its time. The server does not have it.
	rolePurge = "vesper_purge"
)

const (
	// postgresReaders is how many queries run at the same time on a node.
	postgresReaders = 8
	// writersTurn is the advisory lock of the one transaction that writes.
	writersTurn = 0x76657370
	// oldestPostgres is the version that the tests run from on.
	oldestPostgres = 140000
)

func newPostgres(address string, vault *vault) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil { // its words may hold the address, and with it a password
		return nil, errors.New("the PostgreSQL address is not one: want postgres://login@host/database")
	}
	// bun writes values into the statement, so there is nothing to prepare.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	for name, value := range map[string]string{
		"application_name": "vesper", "timezone": "UTC", "standard_conforming_strings": "on", "synchronous_commit": "on",
	} {
		config.RuntimeParams[name] = value
	}
	return &postgresEngine{config: config, vault: vault}, nil
}

func (e *postgresEngine) reading() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// turn makes the nodes write one after the other, as SQLite does by itself:
// what a change read still holds when it commits.
func (e *postgresEngine) turn() string {
	return fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", writersTurn)
}

// scope is what a transaction is held to, whatever was left on its connection:
// a role, a clinic, and our own tables, which no temporary one stands in for.
func (e *postgresEngine) scope(clinic rooms.ClinicID) string {
	role, mine := roleTenant, string(clinic)
	if clinic == everyClinic {
		role, mine = roleHouse, ""
	}
	return fmt.Sprintf("SET LOCAL ROLE %s; SET LOCAL vesper.clinic = %s; SET LOCAL search_path = public, pg_temp", role, quote(mine))
}

// quote is a text as a literal of SQL.
func quote(text string) string { return "'" + strings.ReplaceAll(clean(text), "'", "''") + "'" }

// open brings the tables up to date on connections of their own, which may
// take their time, and then connects to work.
func (e *postgresEngine) open(ctx context.Context) (write, read *bun.DB, err error) {
	if err := e.prepare(ctx); err != nil {
		return nil, nil, err
	}
	write, read = e.connect()
	return write, read, nil
}

// connect makes the pools; they connect when they are used.
func (e *postgresEngine) connect() (write, read *bun.DB) {
	impatient := e.config.Copy()
	for name, value := range map[string]string{
		// A node that stops in the middle must not hold up the others.
		"lock_timeout": "10s", "idle_in_transaction_session_timeout": "10s", "statement_timeout": "60s",
	} {
		impatient.RuntimeParams[name] = value
	}
	return e.pool(impatient, 1), e.pool(impatient, postgresReaders)
}

func (e *postgresEngine) pool(config *pgx.ConnConfig, connections int) *bun.DB {
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return bun.NewDB(pool, postgresDialect{pgdialect.New()})
}

// check says in one sentence what is wrong with a server.
func (e *postgresEngine) check(ctx context.Context, db *bun.DB) error {
	var version int
	var encoding, fsync string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('fsync')`).
		Scan(&version, &encoding, &fsync)
	switch {
	case err != nil:
		return unreached(err)
	case version < oldestPostgres:
		return fmt.Errorf("PostgreSQL %d or newer is needed, this is %d", oldestPostgres/10000, version/10000)
	case encoding != "UTF8":
		return fmt.Errorf("the database has encoding %s where UTF8 is needed", encoding)
	case fsync != "on":
		return errors.New("the server has fsync off and would lose what it promised to keep: turn it on")
	}
	return nil
}
