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

func (s sealRow) noun() (ledger.Seal, error) { return decode[ledger.Seal](s.Seal) }

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
	return r.change(ctx, everyClinic, "seal session", func(ctx context.Context, tx bun.Tx) error {
		clinic, err := owned(ctx, tx, session, epoch)
		if err != nil {
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
		seal, err := r.sign(ctx, tx, row, ledger.Statement{
			Kind: ledger.Machine, Session: session, Count: head.N, Head: head.Hash, At: now,
		})
		if err != nil {
			return err
		}
		return insert(ctx, tx, &sealRow{Session: session, N: 1, Clinic: clinic, Kind: ledger.Machine, Seal: seal, CreatedAt: now})
	})
}

// sign seals a statement together with what the session is judged by.
func (r *Records) sign(ctx context.Context, db bun.IDB, session sessionRow, s ledger.Statement) (string, error) {
	judged, err := contextOf(ctx, db, session)
	if err != nil {
		return "", err
	}
	if s.Context, err = judged.Hash(); err != nil {
		return "", err
	}
	return encode(ledger.Sign(r.sealer, s))
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
	found, err := one[rulesRow](ctx, db, "version DESC", where, args...)
	if err != nil {
		return ledger.Context{}, err
	}
	rules, err := found.noun()
	if err != nil {
		return ledger.Context{}, err
	}
	text, err := encode(rules)
	return ledger.Context{Plan: session.Plan, Roster: ledger.Members(roster), Rules: []byte(text)}, err
}
