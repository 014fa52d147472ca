package records

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type invitationRow struct {
	bun.BaseModel `bun:"table:invitations"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Series        rooms.SeriesID `bun:"series"`
	Seat          rooms.SeatID   `bun:"seat"`
	Person        rooms.PersonID `bun:"person"`
	Hash          string         `bun:"hash"`
	NotBefore     int64          `bun:"not_before"`
	NotAfter      int64          `bun:"not_after"`
	RevokedAt     int64          `bun:"revoked_at"`
	CreatedAt     int64          `bun:"created_at"`
	SentAt        int64          `bun:"sent_at"`
}

func (i invitationRow) noun() (auth.Invitation, error) {
	return auth.Invitation{
		ID: i.ID, Clinic: i.Clinic, Series: i.Series, Seat: i.Seat, Person: i.Person, Hash: i.Hash,
		NotBefore: at(i.NotBefore), NotAfter: at(i.NotAfter), RevokedAt: at(i.RevokedAt),
	}, nil
}

// CreateInvitation keeps a personal link beside those that the seat has.
// Clinic, Seat and Hash are needed, Series and Person are the seat's; an empty
// ID is given one. ErrDischarged.
func (r *Records) CreateInvitation(ctx context.Context, invitation auth.Invitation) (auth.Invitation, error) {
	return r.invite(ctx, invitation, false)
}

// FreshInvitation is CreateInvitation, and withdraws the links that the seat
// had: one personal link a seat.
func (r *Records) FreshInvitation(ctx context.Context, invitation auth.Invitation) (auth.Invitation, error) {
	return r.invite(ctx, invitation, true)
}

func (r *Records) invite(ctx context.Context, invitation auth.Invitation, fresh bool) (auth.Invitation, error) {
	if invitation.ID == "" {
		invitation.ID = rooms.NewID()
	}
	row := invitationRow{
		ID: invitation.ID, Clinic: invitation.Clinic, Seat: invitation.Seat, Hash: invitation.Hash,
		NotBefore: ms(invitation.NotBefore), NotAfter: ms(invitation.NotAfter), CreatedAt: ms(r.clock.Now()),
	}
	err := r.change(ctx, row.Clinic, "create invitation", func(ctx context.Context, tx bun.Tx) error {
		seat, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", row.Clinic, row.Seat)
		if err == nil && seat.DischargedAt != 0 {
			err = ErrDischarged
		}
		if err == nil && fresh {
			err = revokeAll(ctx, tx, row.Clinic, row.Seat, row.CreatedAt)
		}
		if err != nil {
			return err
		}
		row.Series, row.Person = seat.Series, seat.Person
		made(ctx, row.ID, row.Person)
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return auth.Invitation{}, err
	}
	return row.noun()
}

// revokeAll withdraws the links of a seat's person. Who takes their place for
// an evening keeps the link to it.
func revokeAll(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, seat rooms.SeatID, now int64) error {
	_, err := tx.NewUpdate().Table("invitations").Set("revoked_at = ?", now).
		Where("clinic = ? AND seat = ? AND revoked_at = 0", clinic, seat).
		Where("person = (SELECT person FROM seats WHERE clinic = ? AND id = ?)", clinic, seat).Exec(ctx)
	return err
}

// RevokeInvitations withdraws the links of a seat. A seat without any is no
// error.
func (r *Records) RevokeInvitations(ctx context.Context, clinic rooms.ClinicID, seat rooms.SeatID) error {
	now := ms(r.clock.Now())
	return r.change(ctx, clinic, "revoke links", func(ctx context.Context, tx bun.Tx) error {
		if _, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, seat); err != nil {
			return err
		}
		return revokeAll(ctx, tx, clinic, seat, now)
	})
}

// LinkState is how a seat's personal link stands.
type LinkState struct {
	State  string    // active, revoked; empty: there never was one
	SentAt time.Time // of the newest
}

// Links are the states of the links of a series, by seat.
func (r *Records) Links(ctx context.Context, clinic rooms.ClinicID, series rooms.SeriesID) (map[rooms.SeatID]LinkState, error) {
	states, now := map[rooms.SeatID]LinkState{}, ms(r.clock.Now())
	err := r.view(ctx, clinic, "list links", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[invitationRow](ctx, db, "created_at, id", `clinic = ? AND series = ? AND person =
			(SELECT person FROM seats WHERE seats.clinic = invitation_row.clinic AND seats.id = invitation_row.seat)`, clinic, series)
		for _, row := range rows {
			state := LinkState{State: "revoked", SentAt: at(row.SentAt)}
			if row.RevokedAt == 0 && (row.NotAfter == 0 || row.NotAfter > now) || states[row.Seat].State == "active" {
				state.State = "active"
			}
			states[row.Seat] = state
		}
		return err
	})
	return states, err
}

// Invitations lists the links of a seat, the newest first.
func (r *Records) Invitations(ctx context.Context, clinic rooms.ClinicID, seat rooms.SeatID) ([]auth.Invitation, error) {
	rows, err := list[invitationRow](ctx, r, clinic, "list invitations", "created_at DESC, id", "clinic = ? AND seat = ?", clinic, seat)
	if err != nil {
		return nil, err
	}
	return convert(rows, invitationRow.noun)
}

// RevokeInvitation withdraws a link. Doing it twice keeps the first time.
func (r *Records) RevokeInvitation(ctx context.Context, clinic rooms.ClinicID, id string) error {
	return r.revoke(ctx, "invitations", "id", clinic, id)
}

// RevokeStaffLink withdraws a staff link.
func (r *Records) RevokeStaffLink(ctx context.Context, clinic rooms.ClinicID, id string) error {
	return r.revoke(ctx, "staff_links", "id", clinic, id)
}

// RevokeServiceToken withdraws a service token.
func (r *Records) RevokeServiceToken(ctx context.Context, clinic rooms.ClinicID, jti string) error {
	return r.revoke(ctx, "service_tokens", "jti", clinic, jti)
}

func (r *Records) revoke(ctx context.Context, table, key string, clinic rooms.ClinicID, id string) error {
	now := ms(r.clock.Now())
	return r.change(ctx, clinic, "revoke", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table(table).
			Set("revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END", now).
			Where("clinic = ? AND ? = ?", clinic, bun.Ident(key), id).Exec(ctx))
	})
}

// InvitationByHash serves auth.Store. It asks for no clinic: the secret itself
// is the proof, and the answer says whose it is.
func (r *Records) InvitationByHash(ctx context.Context, hash string) (auth.Invitation, error) {
	row, err := find[invitationRow](ctx, r, everyClinic, "find invitation", "", "hash = ?", hash)
	if err != nil {
		return auth.Invitation{}, err
	}
	return row.noun()
}

type ticketRow struct {
	bun.BaseModel `bun:"table:used_tickets"`
	JTI           string          `bun:"jti,pk"`
	Session       rooms.SessionID `bun:"session"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Exp           int64           `bun:"exp"`
}

// ticketMemory is how much longer than its life a ticket is remembered, for
// clocks that step.
const ticketMemory = 24 * time.Hour

// ConsumeTicket serves auth.Store.
func (r *Records) ConsumeTicket(ctx context.Context, session rooms.SessionID, jti string, expires time.Time) (first bool, err error) {
	row := ticketRow{JTI: jti, Session: session, Exp: ms(expires)}
	old := ms(r.clock.Now().Add(-ticketMemory))
	err = r.change(ctx, everyClinic, "consume ticket", func(ctx context.Context, tx bun.Tx) error {
		of, err := one[sessionRow](ctx, tx, "", "id = ?", session)
		if err != nil {
			return err
		}
		row.Clinic = of.Clinic
		result, err := tx.NewInsert().Model(&row).On("CONFLICT (jti) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		first = n == 1
		_, err = tx.NewDelete().Table("used_tickets").Where("exp < ?", old).Exec(ctx)
		return err
	})
	return first && err == nil, err
}
