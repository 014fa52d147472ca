package records

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date, each step in a transaction.
func migrate(ctx context.Context, db *sql.DB) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder,
		goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(2, &goose.GoFunc{RunTx: appendOnly}, nil)))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// appendOnly makes the database itself refuse to change what happened. It is
// in Go because triggers are not the same words in every database.
func appendOnly(ctx context.Context, tx *sql.Tx) error {
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
