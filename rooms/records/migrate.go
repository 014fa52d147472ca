package records

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
)

//go:embed migrations/*.sql
var migrations embed.FS

// evidenceTables are append-only: the database refuses UPDATE and DELETE on
// them, on SQLite by triggers, on PostgreSQL by privilege and by triggers.
var evidenceTables = []string{
	"journal", "seals", "audit", "tombstones",
	"acceptances", "consents", "consent_texts", "scales", "scale_answers",
	"notes", "signatures", "log_leaves", "checkpoints",
}

// keptTables outlast what they tell of: not even a purge deletes from them.
var keptTables = []string{"audit", "tombstones", "log_leaves", "checkpoints"}

// tenancy is the migration that wrote the clinic on every row and encrypted
// what was readable.
const tenancy = 3

// migrator brings the tables up to date, each step in a transaction.
type migrator struct {
	db      *bun.DB
	dialect goose.Dialect
	vault   *vault
	sealer  ed25519.PrivateKey
}

func (m *migrator) provider() (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(m.dialect, m.db.DB, folder,
		goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(
			goose.NewGoMigration(2, &goose.GoFunc{RunTx: m.appendOnly}, nil),
			goose.NewGoMigration(tenancy, &goose.GoFunc{RunTx: m.tenancy}, nil),
			goose.NewGoMigration(auditing, &goose.GoFunc{RunTx: m.auditIndex}, nil),
			goose.NewGoMigration(signing, &goose.GoFunc{RunTx: m.signTombstones}, nil),
		))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return provider, nil
}

// up returns the version that it found.
func (m *migrator) up(ctx context.Context) (before int64, err error) {
	provider, err := m.provider()
	if err != nil {
		return 0, err
	}
	if before, err = provider.GetDBVersion(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return before, fmt.Errorf("migrate: %w", err)
	}
	return before, nil
}

// appendOnly is the first release's step. PostgreSQL gets its triggers with
// its roles.
func (m *migrator) appendOnly(ctx context.Context, tx *sql.Tx) error {
	if m.dialect != goose.DialectSQLite3 {
		return nil
	}
	for _, table := range []string{"journal", "seals", "audit"} {
		for _, verb := range []string{"UPDATE", "DELETE"} {
			statement := fmt.Sprintf(
				`CREATE TRIGGER %[1]s_no_%[2]s BEFORE %[2]s ON %[1]s BEGIN SELECT RAISE(ABORT, '%[1]s is append-only'); END`,
				table, verb)
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("make %s append-only: %w", table, err)
			}
		}
	}
	return nil
}

// exec runs a statement with its values written in, which both databases read.
func (m *migrator) exec(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, m.db.QueryGen().FormatQuery(query, args...))
	return err
}
