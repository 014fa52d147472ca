package records

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

type sealRow struct {
	bun.BaseModel `bun:"table:seals"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             int             `bun:"n,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Kind          string          `bun:"kind"`
	Seal          string          `bun:"seal"`
	CreatedAt     int64           `bun:"created_at"`
}

func (s sealRow) noun() (ledger.Seal, error) { return covered[ledger.Seal](s.Seal) }

// unsealed refuses a session that is sealed.
func unsealed(ctx context.Context, db bun.IDB, session rooms.SessionID) error {
	_, err := one[sealRow](ctx, db, "", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = rooms.ErrSealed
	}
	return err
}

// Seal serves rooms.Journal.
func (r *Records) Seal(ctx context.Context, session rooms.SessionID, epoch uint64) error {
	now := ms(r.clock.Now())
	var clinic rooms.ClinicID
	err := r.change(ctx, everyClinic, "seal session", func(ctx context.Context, tx bun.Tx) (err error) {
		if clinic, err = owned(ctx, tx, session, epoch); err != nil {
			return err
		}
		err = unsealed(ctx, tx, session)
		if errors.Is(err, rooms.ErrSealed) {
			return nil
		}
		if err != nil {
			return err
		}
		head, err := journalHead(ctx, tx, session)
		if err != nil {
			return err
		}
		row, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, session)
		if err != nil {
			return err
		}
		return r.seal(ctx, tx, row, 1, ledger.Statement{
			Kind: ledger.Machine, Session: session, Count: head.N, Head: head.Hash, At: now,
		})
	})
	if err == nil {
		r.judgeAhead(ctx, clinic, session)
	}
	return err
}

// seal sets seal n of a session, together with what it is judged by, and adds
// it to the clinic's log.
func (r *Records) seal(ctx context.Context, tx bun.Tx, session sessionRow, n int, s ledger.Statement) error {
	judged, err := contextOf(ctx, tx, session)
	if err != nil {
		return err
	}
	if s.Context, err = judged.Hash(); err != nil {
		return err
	}
	seal := ledger.Sign(r.sealer, s)
	column, err := encode(seal)
	if err != nil {
		return err
	}
	row := sealRow{Session: session.ID, N: n, Clinic: session.Clinic, Kind: s.Kind, Seal: column, CreatedAt: s.At}
	if err := insert(ctx, tx, &row); err != nil {
		return err
	}
	err = changed(tx.NewUpdate().Table("sessions").Set("seal_count = ?", n).
		Where("clinic = ? AND id = ?", session.Clinic, session.ID).Exec(ctx))
	if err != nil {
		return err
	}
	if err := appendLeaf(ctx, tx, session, n, seal); err != nil {
		return err
	}
	return r.tellSeal(ctx, tx, session, s.Kind)
}

// contextOf is what a session is judged by: its plan, its roster without
// names, and the rules of its opening.
func contextOf(ctx context.Context, db bun.IDB, row sessionRow) (ledger.Context, error) {
	session, err := row.noun()
	if err != nil {
		return ledger.Context{}, err
	}
	roster, err := rosterOf(ctx, db, row)
	if err != nil {
		return ledger.Context{}, err
	}
	where, args := "clinic = ?", []any{session.Clinic}
	if session.RulesVersion != 0 {
		where, args = where+" AND version = ?", append(args, session.RulesVersion)
	}
	judged := ledger.Context{Plan: session.Plan, Roster: ledger.Members(roster), Rules: []byte("null")}
	found, err := one[rulesRow](ctx, db, "version DESC", where, args...)
	switch {
	case err == nil:
		judged.Rules = []byte(found.Rules) // word for word: a seal holds its hash
	case errors.Is(err, rooms.ErrNotFound):
		err = nil // a seal on rules that are gone does not fit
	}
	return judged, err
}
