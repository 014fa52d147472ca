package records

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
)

// bySession are the tables that knew their clinic only through the session.
var bySession = []string{"epochs", "journal", "beats", "seals", "bans", "used_tickets"}

// tenancy writes the clinic on every row that had none, and encrypts the
// columns that were readable.
func (m *migrator) tenancy(ctx context.Context, tx *sql.Tx) error {
	if m.dialect == goose.DialectSQLite3 {
		for _, table := range []string{"journal", "seals"} {
			if err := m.exec(ctx, tx, "DROP TRIGGER IF EXISTS ?_no_UPDATE", bun.Safe(table)); err != nil {
				return fmt.Errorf("open %s: %w", table, err)
			}
		}
	}
	for _, table := range bySession {
		if err := m.addClinic(ctx, tx, table); err != nil {
			return fmt.Errorf("clinic of %s: %w", table, err)
		}
	}
	// A ticket lives a minute; one of a session that is not there opens nothing.
	if err := m.exec(ctx, tx, "DELETE FROM used_tickets WHERE clinic = ''"); err != nil {
		return err
	}
	if err := m.exec(ctx, tx, "ALTER TABLE clinics ADD COLUMN retention_years BIGINT NOT NULL DEFAULT ?", DefaultRetention); err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	if err := m.exec(ctx, tx, tombstones); err != nil {
		return fmt.Errorf("tombstones: %w", err)
	}
	if err := m.encrypt(ctx, tx, "persons", []string{"id"}, []string{"phone"}); err != nil {
		return err
	}
	err := m.encrypt(ctx, tx, "doors", []string{"session", "person"}, []string{"address", "phone", "emergency_name", "emergency_phone"})
	if err != nil || m.dialect != goose.DialectSQLite3 {
		return err
	}
	for _, table := range []string{"journal", "seals"} {
		err := m.exec(ctx, tx, `CREATE TRIGGER ?0_no_UPDATE BEFORE UPDATE ON ?0 BEGIN SELECT RAISE(ABORT, ?1); END`,
			bun.Safe(table), table+" is append-only")
		if err != nil {
			return fmt.Errorf("close %s: %w", table, err)
		}
	}
	return nil
}

// tombstones are what a purge leaves of a session.
const tombstones = `CREATE TABLE tombstones (
    clinic    TEXT NOT NULL REFERENCES clinics (id),
    session   TEXT NOT NULL,
    series    TEXT NOT NULL,
    start_ms  BIGINT NOT NULL,
    count_n   BIGINT NOT NULL,
    head      TEXT NOT NULL,
    seals     TEXT NOT NULL,
    purged_at BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    PRIMARY KEY (clinic, session)
)`

func (m *migrator) addClinic(ctx context.Context, tx *sql.Tx, table string) error {
	name := bun.Safe(table)
	if err := m.exec(ctx, tx, "ALTER TABLE ? ADD COLUMN clinic TEXT NOT NULL DEFAULT ''", name); err != nil {
		return err
	}
	err := m.exec(ctx, tx,
		"UPDATE ?0 SET clinic = coalesce((SELECT sessions.clinic FROM sessions WHERE sessions.id = ?0.session), '')", name)
	if err != nil || m.dialect == goose.DialectSQLite3 {
		return err
	}
	return m.exec(ctx, tx, "ALTER TABLE ? ALTER COLUMN clinic DROP DEFAULT", name)
}

// encrypt seals columns of all rows of a table. The row's name in the vault is
// its key, joined by "/".
func (m *migrator) encrypt(ctx context.Context, tx *sql.Tx, table string, key, columns []string) error {
	all := append(append([]string{"clinic"}, key...), columns...)
	rows, err := readAll(ctx, tx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(all, ", "), table), len(all))
	if err != nil {
		return fmt.Errorf("read %s: %w", table, err)
	}
	for _, row := range rows {
		clinic, id, plain := row[0], row[1:1+len(key)], row[1+len(key):]
		for i, column := range columns {
			value, err := asKept(table, column, plain[i])
			if err != nil {
				return err
			}
			sealed, err := m.vault.Seal(clinic, table, column, strings.Join(id, "/"), value)
			if err != nil {
				return err
			}
			query, args := "UPDATE ? SET ? = ?", []any{bun.Safe(table), bun.Safe(column), sealed}
			for j, name := range key {
				query += map[bool]string{true: " WHERE", false: " AND"}[j == 0] + " ? = ?"
				args = append(args, bun.Safe(name), id[j])
			}
			if err := m.exec(ctx, tx, query, args...); err != nil {
				return fmt.Errorf("encrypt %s: %w", table, err)
			}
		}
	}
	return nil
}

// asKept is a readable value in the form that is encrypted: an address was one
// line and has parts now.
func asKept(table, column, plain string) (string, error) {
	if table != "doors" || column != "address" || plain == "" {
		return plain, nil
	}
	return encode(Address{Line: plain})
}

func readAll(ctx context.Context, tx *sql.Tx, query string, columns int) (all [][]string, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]string, columns), make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
