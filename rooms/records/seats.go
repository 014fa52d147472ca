package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type seatRow struct {
	bun.BaseModel `bun:"table:seats"`
	ID            rooms.SeatID   `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Series        rooms.SeriesID `bun:"series"`
	Person        rooms.PersonID `bun:"person"`
	Role          rooms.Role     `bun:"role"`
	DisplayName   string         `bun:"display_name"`
	NameKey       string         `bun:"name_key"`
	Client        rooms.PersonID `bun:"client"`
	From          int64          `bun:"from_ms"`
	Until         int64          `bun:"until_ms"`
	CreatedAt     int64          `bun:"created_at"`
}

func seatOf(s Seat) seatRow {
	return seatRow{
		ID: s.ID, Clinic: s.Clinic, Series: s.Series, Person: s.Person, Role: s.Role, DisplayName: s.DisplayName,
		NameKey: nameKey(s.DisplayName), Client: s.Client, From: ms(s.From), Until: ms(s.Until),
	}
}

func (s seatRow) noun() (Seat, error) {
	return Seat{
		Seat:   rooms.Seat{ID: s.ID, Person: s.Person, Role: s.Role, DisplayName: s.DisplayName},
		Clinic: s.Clinic, Series: s.Series, Client: s.Client, From: at(s.From), Until: at(s.Until),
	}, nil
}

// nameKey is what two display names share that people would mix up.
func nameKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

func (s Seat) check() error {
	switch {
	case !s.Role.Valid():
		return fmt.Errorf("%q is no role", s.Role)
	case nameKey(s.DisplayName) == "":
		return errors.New("a seat needs a display name")
	case !s.Until.IsZero() && !s.From.IsZero() && !s.From.Before(s.Until):
		return errors.New("the seat ends before it begins")
	}
	return nil
}

// CreateSeat gives a person a place in a series. An empty ID is given one.
// ErrNameTaken, ErrSeated.
func (r *Records) CreateSeat(ctx context.Context, seat Seat) (Seat, error) {
	if seat.ID == "" {
		seat.ID = rooms.SeatID(rooms.NewID())
	}
	if err := seat.check(); err != nil {
		return Seat{}, fmt.Errorf("create seat: %w", err)
	}
	row := seatOf(seat)
	row.CreatedAt = ms(r.clock.Now())
	err := r.write.do(ctx, "create seat", func(ctx context.Context, tx bun.Tx) error {
		if err := distinct(ctx, tx, row); err != nil {
			return err
		}
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return Seat{}, err
	}
	return row.noun()
}

// UpdateSeat changes role, display name, client and dates. A session that is
// open keeps its roster. ErrNameTaken.
func (r *Records) UpdateSeat(ctx context.Context, seat Seat) error {
	if err := seat.check(); err != nil {
		return fmt.Errorf("update seat: %w", err)
	}
	row := seatOf(seat)
	return r.write.do(ctx, "update seat", func(ctx context.Context, tx bun.Tx) error {
		kept, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", row.Clinic, row.ID)
		if err != nil {
			return err
		}
		row.Series, row.Person = kept.Series, kept.Person
		if err := distinct(ctx, tx, row); err != nil {
			return err
		}
		return changed(tx.NewUpdate().Model(&row).Column("role", "display_name", "name_key", "client", "from_ms", "until_ms").
			Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
	})
}

// distinct refuses a seat that can't stand beside the others of its series.
func distinct(ctx context.Context, tx bun.Tx, row seatRow) error {
	others, err := many[seatRow](ctx, tx, "id", "clinic = ? AND series = ? AND id <> ? AND (name_key = ? OR person = ?)",
		row.Clinic, row.Series, row.ID, row.NameKey, row.Person)
	if err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(others, func(other seatRow) bool { return other.Person == row.Person }):
		return ErrSeated
	case len(others) > 0:
		return ErrNameTaken
	}
	return nil
}

// Seat finds a seat of a clinic.
func (r *Records) Seat(ctx context.Context, clinic rooms.ClinicID, id rooms.SeatID) (Seat, error) {
	row, err := one[seatRow](ctx, r.read, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Seat{}, fmt.Errorf("find seat: %w", err)
	}
	return row.noun()
}

// Seats lists the seats of a series, whatever their dates.
func (r *Records) Seats(ctx context.Context, clinic rooms.ClinicID, series rooms.SeriesID) ([]Seat, error) {
	rows, err := many[seatRow](ctx, r.read, "created_at, id", "clinic = ? AND series = ?", clinic, series)
	if err != nil {
		return nil, fmt.Errorf("list seats: %w", err)
	}
	return convert(rows, seatRow.noun)
}

// SeatsOf lists the seats of a person.
func (r *Records) SeatsOf(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) ([]Seat, error) {
	rows, err := many[seatRow](ctx, r.read, "created_at, id", "clinic = ? AND person = ?", clinic, person)
	if err != nil {
		return nil, fmt.Errorf("list seats: %w", err)
	}
	return convert(rows, seatRow.noun)
}
