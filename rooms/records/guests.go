package records

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Guest is somebody unlisted whom staff seated for one evening.
type Guest struct {
	Clinic      rooms.ClinicID
	Session     rooms.SessionID
	Person      rooms.PersonID // of their own, until they are matched
	DisplayName string
	Note        string // for staff only
	SeatedBy    rooms.PersonID
	SeatedAt    time.Time
	Matched     rooms.PersonID // who they turned out to be
	MatchedBy   rooms.PersonID
	MatchedAt   time.Time
}

// LogValue keeps name and note out of logs.
func (g Guest) LogValue() slog.Value {
	return slog.StringValue(string(g.Session) + "/" + string(g.Person))
}

type guestRow struct {
	bun.BaseModel `bun:"table:guests"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	Session       rooms.SessionID `bun:"session,pk"`
	Person        rooms.PersonID  `bun:"person,pk"`
	SeatedBy      rooms.PersonID  `bun:"seated_by"`
	SeatedAt      int64           `bun:"seated_at"`
	Matched       rooms.PersonID  `bun:"matched"`
	MatchedBy     rooms.PersonID  `bun:"matched_by"`
	MatchedAt     int64           `bun:"matched_at"`
	Note          string          `bun:"note"`

	DisplayName string `bun:"display_name,scanonly"`
}

func (g guestRow) key() string { return string(g.Session) + "/" + string(g.Person) }

// fields are the encrypted columns.
func (g *guestRow) fields() []field { return []field{{"note", &g.Note}} }

func (r *Records) openGuest(g guestRow) (Guest, error) {
	err := r.vault.openAll(string(g.Clinic), "guests", g.key(), g.fields())
	return Guest{
		Clinic: g.Clinic, Session: g.Session, Person: g.Person, DisplayName: g.DisplayName, Note: g.Note,
		SeatedBy: g.SeatedBy, SeatedAt: at(g.SeatedAt), Matched: g.Matched, MatchedBy: g.MatchedBy, MatchedAt: at(g.MatchedAt),
	}, err
}

// SeatGuest seats somebody unlisted for one evening: a person, a seat that
// holds for that session alone, and the link whose hash is given. An open
// session has them on its roster when it returns. ErrOver, ErrNameTaken.
func (r *Records) SeatGuest(ctx context.Context, guest Guest, hash string) (Guest, Seat, error) {
	person := Person{
		Clinic: guest.Clinic, Kind: ClientPerson, LegalName: guest.DisplayName, DisplayName: guest.DisplayName, Guest: true,
	}
	added, err := r.newPerson(&person)
	if err != nil {
		return Guest{}, Seat{}, fmt.Errorf("seat guest: %w", err)
	}
	seat, err := r.newSeat(Seat{
		Seat: rooms.Seat{Person: person.ID, Role: rooms.Client, DisplayName: guest.DisplayName}, Clinic: guest.Clinic,
	})
	if err != nil {
		return Guest{}, Seat{}, fmt.Errorf("seat guest: %w", err)
	}
	guest.Person, guest.SeatedAt = person.ID, person.CreatedAt
	row := guestRow{
		Clinic: guest.Clinic, Session: guest.Session, Person: guest.Person,
		SeatedBy: guest.SeatedBy, SeatedAt: ms(guest.SeatedAt), Note: guest.Note,
	}
	if err := r.vault.sealAll(string(row.Clinic), "guests", row.key(), row.fields()); err != nil {
		return Guest{}, Seat{}, fmt.Errorf("seat guest: %w", err)
	}
	made(ctx, string(seat.ID), guest.Person)
	err = r.change(ctx, guest.Clinic, "seat guest", func(ctx context.Context, tx bun.Tx) error {
		session, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", guest.Clinic, guest.Session)
		if err != nil {
			return err
		}
		return seatGuest(ctx, tx, session, added, seat, row, hash)
	})
	if err != nil {
		return Guest{}, Seat{}, err
	}
	taken, err := seat.noun()
	return guest, taken, err
}

func seatGuest(ctx context.Context, tx bun.Tx, session sessionRow, person personRow, seat seatRow, guest guestRow, hash string) error {
	if session.Status != Scheduled && session.Status != Opened {
		return ErrOver
	}
	seat.Series, seat.From, seat.Until = session.Series, session.Start, session.Start+1
	if err := distinct(ctx, tx, seat); err != nil { // among those of the series
		return err
	}
	seat.NameKey = aside(seat.NameKey, string(session.ID))
	if err := distinct(ctx, tx, seat); err != nil { // among tonight's guests
		return err
	}
	for _, add := range []any{
		&person, &seat, &guest,
		&invitationRow{
			ID: rooms.NewID(), Clinic: seat.Clinic, Series: seat.Series, Seat: seat.ID, Person: seat.Person, Hash: hash,
			NotAfter: ms(at(session.End).Add(rooms.ClosesAfter)), CreatedAt: seat.CreatedAt,
		},
	} {
		if err := insert(ctx, tx, add); err != nil {
			return err
		}
	}
	_, err := extend(ctx, tx, session)
	return err
}

// MatchGuest says who a guest of a session is: a client or collateral of the
// clinic. The latest word holds. ErrNotGuest, ErrClient.
func (r *Records) MatchGuest(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, guest, with, by rooms.PersonID) error {
	now := ms(r.clock.Now())
	return r.change(ctx, clinic, "match guest", func(ctx context.Context, tx bun.Tx) error {
		if _, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, session); err != nil {
			return err
		}
		person, err := one[personRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, with)
		if err != nil {
			return err
		}
		if person.Guest || person.Kind == StaffPerson {
			return ErrClient
		}
		err = changed(tx.NewUpdate().Table("guests").
			Set("matched = ?", with).Set("matched_by = ?", by).Set("matched_at = ?", now).
			Where("clinic = ? AND session = ? AND person = ?", clinic, session, guest).Exec(ctx))
		if errors.Is(err, rooms.ErrNotFound) {
			return ErrNotGuest
		}
		return err
	})
}

// Guests lists the guests of a session in the order of their seating.
func (r *Records) Guests(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (guests []Guest, err error) {
	err = r.view(ctx, clinic, "list guests", func(ctx context.Context, db bun.IDB) error {
		var rows []guestRow
		err := db.NewSelect().Model(&rows).ColumnExpr("guest_row.*").
			ColumnExpr("(SELECT display_name FROM persons WHERE persons.clinic = guest_row.clinic AND persons.id = guest_row.person) AS display_name").
			Where("clinic = ? AND session = ?", clinic, session).OrderExpr("seated_at, person").Scan(ctx)
		if err != nil {
			return err
		}
		guests, err = convert(rows, r.openGuest)
		return err
	})
	return guests, err
}

// SeatOf finds the seat of a person in a session, on its roster.
func (r *Records) SeatOf(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, person rooms.PersonID) (rooms.Seat, error) {
	roster, err := r.Roster(ctx, clinic, session)
	if err != nil {
		return rooms.Seat{}, err
	}
	seat, seated := roster.Seat(person)
	if !seated {
		return seat, fmt.Errorf("find seat in session: %w", rooms.ErrNotFound)
	}
	return seat, nil
}
