package records

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// auditing is the migration that lets the audit log be searched by whom and
// when: the same words as in the entry, in columns of their own.
const auditing = 12

// about are the columns of an entry that are searched. They are no evidence:
// VerifyAudit holds them against the entry.
type about struct {
	At      int64  `bun:"at_ms"`
	Action  string `bun:"action"`
	Session string `bun:"session"`
	Person  string `bun:"person"`
}

func aboutOf(e AuditEntry) about {
	return about{At: ms(e.At), Action: e.Action, Session: string(e.Session), Person: string(e.Person)}
}

func (m *migrator) auditIndex(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		"ALTER TABLE audit ADD COLUMN at_ms BIGINT NOT NULL DEFAULT 0",
		"ALTER TABLE audit ADD COLUMN action TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE audit ADD COLUMN session TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE audit ADD COLUMN person TEXT NOT NULL DEFAULT ''",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("index audit log: %w", err)
		}
	}
	if m.dialect == goose.DialectSQLite3 {
		if err := unguard(ctx, tx); err != nil { // the start guards again
			return err
		}
	}
	if err := m.fillAuditIndex(ctx, tx); err != nil {
		return fmt.Errorf("index audit log: %w", err)
	}
	for _, statement := range []string{
		"CREATE INDEX audit_by_person ON audit (clinic, person, n)",
		"CREATE INDEX audit_by_session ON audit (clinic, session, person, n)",
		"CREATE INDEX audit_by_time ON audit (clinic, at_ms)",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("index audit log: %w", err)
		}
	}
	return nil
}

// fillAuditIndex fills the columns of what there is already.
func (m *migrator) fillAuditIndex(ctx context.Context, tx *sql.Tx) error {
	type kept struct {
		clinic, entry string
		n             int64
	}
	rows, err := tx.QueryContext(ctx, "SELECT clinic, n, entry FROM audit")
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []kept
	for rows.Next() {
		var row kept
		if err := rows.Scan(&row.clinic, &row.n, &row.entry); err != nil {
			return err
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, row := range all {
		entry, err := decode[AuditEntry](row.entry)
		if err != nil {
			continue // tampered with: VerifyAudit names it
		}
		a := aboutOf(entry)
		err = m.exec(ctx, tx, "UPDATE audit SET at_ms = ?, action = ?, session = ?, person = ? WHERE clinic = ? AND n = ?",
			a.At, a.Action, a.Session, a.Person, row.clinic, row.n)
		if err != nil {
			return err
		}
	}
	return nil
}
