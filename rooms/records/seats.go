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
	NameKey       string         `bun:"name_key"` // see nameKey and aside
	Client        rooms.PersonID `bun:"client"`
	Segments      string         `bun:"segments"`
	Prescribed    int            `bun:"prescribed_minutes"`
	Phase         string         `bun:"phase"`
	From          int64          `bun:"from_ms"`
	Until         int64          `bun:"until_ms"`
	DischargedAt  int64          `bun:"discharged_at"`
	CreatedAt     int64          `bun:"created_at"`
}

func seatOf(s Seat) (seatRow, error) {
	segments, err := encode(s.Segments)
	return seatRow{
		ID: s.ID, Clinic: s.Clinic, Series: s.Series, Person: s.Person, Role: s.Role, DisplayName: s.DisplayName,
		NameKey: nameKey(s.DisplayName), Client: s.Client, Segments: segments, Prescribed: s.Prescribed, Phase: s.Phase,
		From: ms(s.From), Until: ms(s.Until), DischargedAt: ms(s.DischargedAt),
	}, err
}

func (s seatRow) noun() (Seat, error) {
	segments, err := decode[[]rooms.SegmentKind](s.Segments)
	if len(segments) == 0 {
		segments = nil // as a frozen roster reads
	}
	return Seat{
		Seat:   rooms.Seat{ID: s.ID, Person: s.Person, Role: s.Role, DisplayName: s.DisplayName, Segments: segments},
		Clinic: s.Clinic, Series: s.Series, Client: s.Client, From: at(s.From), Until: at(s.Until),
		Prescribed: s.Prescribed, Phase: s.Phase, DischargedAt: at(s.DischargedAt),
	}, err
}

// nameKey is what two display names share that people would mix up.
func nameKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// aside is the key of a name that others of the series may take: its holder
// was discharged, or is a guest of one evening.
func aside(key, by string) string {
	key, _, _ = strings.Cut(key, "\n")
	return key + "\n" + by
}

func (s Seat) check() error {
	switch {
	case !s.Role.Valid():
		return fmt.Errorf("%q is no role", s.Role)
	case nameKey(s.DisplayName) == "":
		return errors.New("a seat needs a display name")
	case !s.Until.IsZero() && !s.From.IsZero() && !s.From.Before(s.Until):
		return errors.New("the seat ends before it begins")
	case slices.ContainsFunc(s.Segments, func(k rooms.SegmentKind) bool { return !k.Valid() }):
		return errors.New("a seat is invited to kinds of segments")
	case s.Prescribed < 0:
		return errors.New("nobody is prescribed less than nothing")
	}
	return nil
}

// newSeat gives a seat an id, and the row to insert.
func (r *Records) newSeat(seat Seat) (seatRow, error) {
	if seat.ID == "" {
		seat.ID = rooms.SeatID(rooms.NewID())
	}
	if err := seat.check(); err != nil {
		return seatRow{}, err
	}
	row, err := seatOf(seat)
	row.CreatedAt = ms(r.clock.Now())
	return row, err
}

// CreateSeat gives a person a place in a series. An empty ID is given one.
// ErrNameTaken, ErrSeated, ErrFull, ErrClient.
func (r *Records) CreateSeat(ctx context.Context, seat Seat) (Seat, error) {
	row, err := r.newSeat(seat)
	if err != nil {
		return Seat{}, fmt.Errorf("create seat: %w", err)
	}
	made(ctx, string(row.ID), row.Person)
	err = r.change(ctx, row.Clinic, "create seat", func(ctx context.Context, tx bun.Tx) error { return take(ctx, tx, row) })
	if err != nil {
		return Seat{}, err
	}
	return row.noun()
}

// UpdateSeat changes role, display name, client, invited segments, what is
// prescribed, phase and dates. A session that is open keeps its roster.
// ErrNameTaken, ErrFull, ErrClient.
func (r *Records) UpdateSeat(ctx context.Context, seat Seat) error {
	if err := seat.check(); err != nil {
		return fmt.Errorf("update seat: %w", err)
	}
	row, err := seatOf(seat)
	if err != nil {
		return fmt.Errorf("update seat: %w", err)
	}
	return r.change(ctx, row.Clinic, "update seat", func(ctx context.Context, tx bun.Tx) error {
		kept, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", row.Clinic, row.ID)
		if err != nil {
			return err
		}
		row.Series, row.Person = kept.Series, kept.Person
		if _, by, beside := strings.Cut(kept.NameKey, "\n"); beside {
			row.NameKey = aside(row.NameKey, by)
		}
		if err := fits(ctx, tx, row); err != nil {
			return err
		}
		return changed(tx.NewUpdate().Model(&row).
			Column("role", "display_name", "name_key", "client", "segments", "prescribed_minutes", "phase", "from_ms", "until_ms").
			Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
	})
}

// Seat finds a seat of a clinic.
func (r *Records) Seat(ctx context.Context, clinic rooms.ClinicID, id rooms.SeatID) (seat Seat, err error) {
	err = r.view(ctx, clinic, "find seat", func(ctx context.Context, db bun.IDB) error {
		row, err := one[seatRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return err
		}
		seat, err = row.noun()
		return err
	})
	return seat, err
}

// Seats lists the seats of a series, whatever their dates, with those of its
// guests.
func (r *Records) Seats(ctx context.Context, clinic rooms.ClinicID, series rooms.SeriesID) ([]Seat, error) {
	return r.seats(ctx, clinic, "clinic = ? AND series = ?", clinic, series)
}

// SeatsOf lists the seats of a person.
func (r *Records) SeatsOf(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) ([]Seat, error) {
	return r.seats(ctx, clinic, "clinic = ? AND person = ?", clinic, person)
}

func (r *Records) seats(ctx context.Context, clinic rooms.ClinicID, where string, args ...any) (seats []Seat, err error) {
	err = r.view(ctx, clinic, "list seats", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[seatRow](ctx, db, "created_at, id", where, args...)
		if err != nil {
			return err
		}
		seats, err = convert(rows, seatRow.noun)
		return err
	})
	return seats, err
}
