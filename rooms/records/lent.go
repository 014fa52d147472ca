package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

// LendInvitation keeps a link to one session beside the person's own, which
// stays good: it ends when the session's door closes. A substitute's is bound
// to the seat of whom they replace. rooms.ErrNotFound: the person is not on
// the session's roster. ErrOver: it has ended.
func (r *Records) LendInvitation(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, person rooms.PersonID, hash string) (auth.Invitation, error) {
	row := invitationRow{ID: rooms.NewID(), Clinic: clinic, Person: person, Hash: hash, CreatedAt: ms(r.clock.Now())}
	made(ctx, row.ID, "")
	err := r.change(ctx, clinic, "lend invitation", func(ctx context.Context, tx bun.Tx) error {
		tonight, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, session)
		if err != nil {
			return err
		}
		if tonight.Status != Scheduled && tonight.Status != Opened {
			return ErrOver
		}
		roster, err := rosterOf(ctx, tx, tonight)
		if err != nil {
			return err
		}
		seat, seated := roster.Seat(person)
		if !seated {
			return rooms.ErrNotFound
		}
		row.Series, row.NotAfter = tonight.Series, lentUntil(tonight)
		if row.Seat, err = lastingSeat(ctx, tx, tonight, seat); err != nil {
			return err
		}
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return auth.Invitation{}, err
	}
	return row.noun()
}

// lentUntil is when a link to one session ends.
func lentUntil(session sessionRow) int64 { return session.End + rooms.ClosesAfter.Milliseconds() }

// lendTo keeps a link for one who takes somebody's place, and is its id.
func (r *Records) lendTo(ctx context.Context, tx bun.Tx, s stand, hash string) (string, error) {
	now := ms(r.clock.Now())
	row := invitationRow{
		ID: rooms.NewID(), Clinic: s.session.Clinic, Series: s.session.Series, Person: s.person, Hash: hash,
		NotAfter: lentUntil(s.session), CreatedAt: now, SentAt: now,
	}
	var err error
	if row.Seat, err = lastingSeat(ctx, tx, s.session, rooms.Seat{ID: s.seat.ID}); err != nil {
		return "", err
	}
	if err := insert(ctx, tx, &row); err != nil {
		return "", err
	}
	return row.ID, appendAudit(ctx, tx, AuditEntry{
		Clinic: row.Clinic, At: at(now), Actor: "machine", ActorKind: "machine", Action: "invitation.send", Object: row.ID,
		Session: s.session.ID, Person: row.Person,
	})
}

// lastingSeat is the seat of the series by which a roster's is known: its own,
// or that of whom the person replaces tonight.
func lastingSeat(ctx context.Context, db bun.IDB, session sessionRow, seat rooms.Seat) (rooms.SeatID, error) {
	tonight, err := many[sessionSeatRow](ctx, db, "id", "clinic = ? AND session = ? AND id = ?", session.Clinic, session.ID, seat.ID)
	if err != nil || len(tonight) == 0 {
		return seat.ID, err
	}
	replaced, err := one[seatRow](ctx, db, "", "clinic = ? AND series = ? AND person = ?", session.Clinic, session.Series, tonight[0].Replaces)
	return replaced.ID, err
}
