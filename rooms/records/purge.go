package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Purger deletes sessions that are past their time, whole, and leaves a
// tombstone of each. It is not part of a running server: on PostgreSQL it
// works under a role that the server's login does not have, on SQLite it holds
// the data folder.
type Purger struct{ records *Records }

// OpenPurger opens the records for a purge. On PostgreSQL the address names a
// login of its own, and the tables must be there already.
func OpenPurger(ctx context.Context, options Options) (*Purger, error) {
	r, err := openWith(ctx, options, func(e engine) engine {
		if postgres, ok := e.(*postgresEngine); ok {
			return &purgeEngine{postgres}
		}
		return e
	})
	if err != nil {
		return nil, err
	}
	if _, sqlite := r.engine.(*sqliteEngine); sqlite {
		// What is deleted is overwritten in the file, not only let go.
		if _, err := r.write.db.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil {
			return nil, errors.Join(fmt.Errorf("open records: %w", err), r.Close())
		}
	}
	return &Purger{r}, nil
}

// Close lets go of the records.
func (p *Purger) Close() error { return p.records.Close() }

// Overdue are the sessions of a clinic that may go.
type Overdue struct {
	Clinic rooms.ClinicID
	// Before is the day of the purge, or that of the clinic's retention if
	// that is earlier: sessions that start before it may go.
	Before   time.Time
	Sessions []rooms.SessionID
	// Unsealed are the sessions before that day that were opened and never
	// sealed. They stay.
	Unsealed int
}

// Overdue lists per clinic what a purge of everything before a time would
// delete. The zero time means: all that the clinics' retention lets go.
func (p *Purger) Overdue(ctx context.Context, before time.Time) (all []Overdue, err error) {
	clinics, err := p.records.Clinics(ctx)
	if err != nil {
		return nil, err
	}
	for _, clinic := range clinics {
		due := Overdue{Clinic: clinic.ID, Before: p.records.clock.Now().AddDate(-clinic.RetentionYears, 0, 0)}
		if !before.IsZero() && before.Before(due.Before) {
			due.Before = before
		}
		rows, err := p.records.sessions(ctx, everyClinic, "list overdue sessions", 0, "start_ms, id",
			"clinic = ? AND start_ms < ?", clinic.ID, ms(due.Before))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.OpenedAt != 0 && !row.Sealed {
				due.Unsealed++
				continue
			}
			due.Sessions = append(due.Sessions, row.ID)
		}
		all = append(all, due)
	}
	return all, nil
}

// purgeBatch is how many sessions go in one transaction.
const purgeBatch = 50

// Purge deletes the sessions of a list that Overdue made, on behalf of an
// actor. Each leaves its tombstone and a line in the audit log in the same
// transaction.
func (p *Purger) Purge(ctx context.Context, due Overdue, actor string) (purged int, err error) {
	tables, err := p.tables(ctx)
	if err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	for len(due.Sessions) > 0 {
		batch := due.Sessions[:min(purgeBatch, len(due.Sessions))]
		err := p.records.change(ctx, everyClinic, "purge", func(ctx context.Context, tx bun.Tx) error {
			return p.batch(ctx, tx, tables, due, batch, actor)
		})
		if err != nil {
			return purged, err
		}
		purged, due.Sessions = purged+len(batch), due.Sessions[len(batch):]
	}
	return purged, nil
}

// batch purges a few sessions. SQLite has no roles, so that its triggers come
// off for the rest of the transaction.
func (p *Purger) batch(ctx context.Context, tx bun.Tx, tables []string, due Overdue, sessions []rooms.SessionID, actor string) error {
	_, sqlite := p.records.engine.(*sqliteEngine)
	if sqlite {
		if err := unguard(ctx, tx.Tx); err != nil {
			return err
		}
	}
	for _, session := range sessions {
		if err := p.bury(ctx, tx, tables, due, session, actor); err != nil {
			return fmt.Errorf("session %s: %w", session, err)
		}
	}
	if sqlite {
		return guard(ctx, tx.Tx)
	}
	return nil
}

type tombstoneRow struct {
	bun.BaseModel `bun:"table:tombstones"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Series        rooms.SeriesID  `bun:"series"`
	Start         int64           `bun:"start_ms"`
	Count         uint64          `bun:"count_n"`
	Head          string          `bun:"head"`
	Seals         string          `bun:"seals"` // a list of ledger.Seal, as they were kept
	PurgedAt      int64           `bun:"purged_at"`
	Actor         string          `bun:"actor"`
	Stone         string          `bun:"stone"` // the ledger.Burial, signed
}

// bury takes out one session and leaves its tombstone. One that changed since
// it was listed stays: rooms.ErrNotFound.
func (p *Purger) bury(ctx context.Context, tx bun.Tx, tables []string, due Overdue, session rooms.SessionID, actor string) error {
	row, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ? AND start_ms < ?", due.Clinic, session, ms(due.Before))
	if err != nil {
		return err
	}
	head, err := journalHead(ctx, tx, session)
	if err != nil {
		return err
	}
	seals, err := many[sealRow](ctx, tx, "n", "clinic = ? AND session = ?", due.Clinic, session)
	if err != nil {
		return err
	}
	if row.OpenedAt != 0 && len(seals) == 0 {
		return rooms.ErrNotFound
	}
	texts := make([]json.RawMessage, 0, len(seals))
	for _, seal := range seals {
		texts = append(texts, json.RawMessage(seal.Seal))
	}
	column, err := encode(texts)
	if err != nil {
		return err
	}
	now := p.records.clock.Now()
	stone := tombstoneRow{
		Clinic: due.Clinic, Session: session, Series: row.Series, Start: row.Start, Count: head.N, Head: head.Hash,
		Seals: column, PurgedAt: ms(now), Actor: actor,
	}
	if err = stone.sign(p.records.sealer); err == nil {
		err = insert(ctx, tx, &stone)
	}
	if err != nil {
		return err
	}
	for _, table := range tables {
		_, err := tx.NewDelete().Table(table).Where("clinic = ? AND session = ?", due.Clinic, session).Exec(ctx)
		if err != nil {
			return fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	err = changed(tx.NewDelete().Table("sessions").Where("clinic = ? AND id = ?", due.Clinic, session).Exec(ctx))
	if err != nil {
		return err
	}
	return appendAudit(ctx, tx, AuditEntry{
		Clinic: due.Clinic, At: at(ms(now)), Actor: actor, ActorKind: "machine", Action: "session.purge", Session: session, Purpose: "retention",
	})
}

// tables are those that hold rows of sessions, but for what outlasts them.
func (p *Purger) tables(ctx context.Context) (names []string, err error) {
	query := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'session' WHERE m.type = 'table' ORDER BY m.name"
	if _, sqlite := p.records.engine.(*sqliteEngine); !sqlite {
		query = `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'session' AND NOT a.attisdropped
			WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname`
	}
	err = p.records.view(ctx, everyClinic, "list tables", func(ctx context.Context, db bun.IDB) error {
		return db.NewRaw(query).Scan(ctx, &names)
	})
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(keptTables, name) }), err
}

// purgeEngine is PostgreSQL under the role of a purge.
type purgeEngine struct{ *postgresEngine }

func (e *purgeEngine) scope(rooms.ClinicID) string { return "SET LOCAL ROLE " + rolePurge }

func (e *purgeEngine) open(ctx context.Context) (write, read *bun.DB, err error) {
	write, read = e.connect()
	var member bool
	err = write.QueryRowContext(ctx, "SELECT coalesce(bool_or(pg_has_role(current_user, oid, 'MEMBER')), false) FROM pg_roles WHERE rolname = ?", rolePurge).
		Scan(&member)
	if err == nil && !member {
		err = fmt.Errorf(`the login "%s" may not purge; let an administrator run: GRANT %s TO "%[1]s"`, e.config.User, rolePurge)
	}
	if err != nil {
		return nil, nil, errors.Join(err, write.Close(), read.Close())
	}
	return write, read, nil
}
