package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// Evidence is what is kept of a session, as it is kept: what it is judged by,
// its chain and the seals on it.
type Evidence struct {
	Session Session
	Roster  rooms.Roster // with display names: leave them out of what is handed on
	Context ledger.Context
	Entries []ledger.Entry
	Seals   []ledger.Seal
}

// Evidence finds what is kept of a session of a clinic, all of one moment. It
// does not judge it: see ledger.Bundle.
func (r *Records) Evidence(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (Evidence, error) {
	var e Evidence
	err := r.view(ctx, clinic, "find evidence", func(ctx context.Context, db bun.IDB) (err error) {
		e, err = evidence(ctx, db, clinic, session)
		return err
	})
	return e, err
}

func evidence(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, session rooms.SessionID) (e Evidence, err error) {
	row, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, session)
	if err != nil {
		return e, err
	}
	if e.Session, err = row.noun(); err != nil {
		return e, err
	}
	if e.Roster, err = rosterOf(ctx, db, row); err != nil {
		return e, err
	}
	if e.Context, err = contextOf(ctx, db, row); err != nil {
		return e, err
	}
	entries, err := many[entryRow](ctx, db, "n", "session = ?", session)
	if err != nil {
		return e, err
	}
	if e.Entries, err = convert(entries, entryRow.noun); err != nil {
		return e, err
	}
	seals, err := many[sealRow](ctx, db, "n", "session = ?", session)
	if err != nil {
		return e, err
	}
	e.Seals, err = convert(seals, sealRow.noun)
	return e, err
}

// Bundle is the evidence as it is handed on, without names and rows.
func (e Evidence) Bundle() ledger.Bundle {
	return ledger.Bundle{Format: ledger.Format, Context: e.Context, Entries: e.Entries, Seals: e.Seals}
}
