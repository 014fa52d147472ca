package records

import (
	"context"
	"fmt"
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
}

func (i invitationRow) noun() (auth.Invitation, error) {
	return auth.Invitation{
		ID: i.ID, Clinic: i.Clinic, Series: i.Series, Seat: i.Seat, Person: i.Person, Hash: i.Hash,
		NotBefore: at(i.NotBefore), NotAfter: at(i.NotAfter), RevokedAt: at(i.RevokedAt),
	}, nil
}

// CreateInvitation keeps a personal link. Clinic, Seat and Hash are needed,
// Series and Person are the seat's; an empty ID is given one.
func (r *Records) CreateInvitation(ctx context.Context, invitation auth.Invitation) (auth.Invitation, error) {
	if invitation.ID == "" {
		invitation.ID = rooms.NewID()
	}
	row := invitationRow{
		ID: invitation.ID, Clinic: invitation.Clinic, Seat: invitation.Seat, Hash: invitation.Hash,
		NotBefore: ms(invitation.NotBefore), NotAfter: ms(invitation.NotAfter), CreatedAt: ms(r.clock.Now()),
	}
	err := r.write.do(ctx, "create invitation", func(ctx context.Context, tx bun.Tx) error {
		seat, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", row.Clinic, row.Seat)
		if err != nil {
			return err
		}
		row.Series, row.Person = seat.Series, seat.Person
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return auth.Invitation{}, err
	}
	return row.noun()
}

// Invitations lists the links of a seat, the newest first.
func (r *Records) Invitations(ctx context.Context, clinic rooms.ClinicID, seat rooms.SeatID) ([]auth.Invitation, error) {
	rows, err := many[invitationRow](ctx, r.read, "created_at DESC, id", "clinic = ? AND seat = ?", clinic, seat)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
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
	return r.write.do(ctx, "revoke", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table(table).
			Set("revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END", now).
			Where("clinic = ? AND ? = ?", clinic, bun.Ident(key), id).Exec(ctx))
	})
}

// InvitationByHash serves auth.Store. It asks for no clinic: the secret itself
// is the proof, and the answer says whose it is.
func (r *Records) InvitationByHash(ctx context.Context, hash string) (auth.Invitation, error) {
	row, err := one[invitationRow](ctx, r.read, "", "hash = ?", hash)
	if err != nil {
		return auth.Invitation{}, fmt.Errorf("find invitation: %w", err)
	}
	return row.noun()
}

type ticketRow struct {
	bun.BaseModel `bun:"table:used_tickets"`
	JTI           string          `bun:"jti,pk"`
	Session       rooms.SessionID `bun:"session"`
	Exp           int64           `bun:"exp"`
}

// ticketMemory is how much longer than its life a ticket is remembered, for
// clocks that step.
const ticketMemory = 24 * time.Hour

// ConsumeTicket serves auth.Store.
func (r *Records) ConsumeTicket(ctx context.Context, session rooms.SessionID, jti string, expires time.Time) (first bool, err error) {
	row := ticketRow{JTI: jti, Session: session, Exp: ms(expires)}
	old := ms(r.clock.Now().Add(-ticketMemory))
	err = r.write.do(ctx, "consume ticket", func(ctx context.Context, tx bun.Tx) error {
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
