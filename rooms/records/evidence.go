package records

import (
	"context"
	"slices"

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
	// Signatures are the printed lines under the seals, with names.
	Signatures []Signature
	// Notes are the texts that entries name, by their hash. One that was
	// tampered with is left out.
	Notes map[string]string
}

// Evidence finds what is kept of a session of a clinic, all of one moment. It
// does not judge it: see ledger.Bundle.
func (r *Records) Evidence(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (Evidence, error) {
	var e Evidence
	err := r.view(ctx, clinic, "find evidence", func(ctx context.Context, db bun.IDB) (err error) {
		e, err = r.evidence(ctx, db, clinic, session)
		return err
	})
	return e, err
}

func (r *Records) evidence(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, session rooms.SessionID) (e Evidence, err error) {
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
	entries, err := many[entryRow](ctx, db, "n", "clinic = ? AND session = ?", clinic, session)
	if err != nil {
		return e, err
	}
	if e.Entries, err = convert(entries, entryRow.noun); err != nil {
		return e, err
	}
	seals, err := many[sealRow](ctx, db, "n", "clinic = ? AND session = ?", clinic, session)
	if err != nil {
		return e, err
	}
	if e.Seals, err = convert(seals, sealRow.noun); err != nil {
		return e, err
	}
	if e.Signatures, err = signatures(ctx, db, clinic, session, e.Seals); err != nil {
		return e, err
	}
	e.Notes, err = r.notes(ctx, db, clinic, session)
	return e, err
}

// Signed is the sign-off, if there is one.
func (e Evidence) Signed() (Signature, bool) {
	for _, s := range e.Signatures {
		if s.Kind == ledger.SignOff {
			return s, true
		}
	}
	return Signature{}, false
}

// Bundle is the evidence as it is handed on, without names and rows.
func (e Evidence) Bundle() ledger.Bundle {
	b := ledger.Bundle{Format: ledger.Format, Context: e.Context, Entries: e.Entries, Seals: e.Seals}
	for _, s := range e.Signatures {
		b.Texts = append(b.Texts, s.line().Hash())
	}
	for hash := range e.Notes {
		b.Texts = append(b.Texts, hash)
	}
	slices.Sort(b.Texts)
	return b
}
