package records

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Roster is who is expected in a session: the seats of its series on that
// day, until the session opens; from then on as it was frozen.
func (r *Records) Roster(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (rooms.Roster, error) {
	var roster rooms.Roster
	err := r.view(ctx, clinic, "find roster", func(ctx context.Context, db bun.IDB) error {
		row, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, session)
		if err == nil {
			roster, err = rosterOf(ctx, db, row)
		}
		return err
	})
	return roster, err
}

// Identity is who the holder of a seat is in a session. rooms.ErrNotFound: the
// seat is not on its roster.
func (r *Records) Identity(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, seat rooms.SeatID) (rooms.Identity, error) {
	roster, err := r.Roster(ctx, clinic, session)
	if err != nil {
		return rooms.Identity{}, err
	}
	for _, s := range roster {
		if s.ID == seat {
			return rooms.Identity{Clinic: clinic, Session: session, Person: s.Person, Seat: s.ID, Role: s.Role}, nil
		}
	}
	return rooms.Identity{}, fmt.Errorf("find identity: %w", rooms.ErrNotFound)
}

// ExtendRoster adds to an open session's roster the seats that its series was
// given since, and returns the roster. Nobody leaves it, and no role changes.
func (r *Records) ExtendRoster(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (rooms.Roster, error) {
	var roster rooms.Roster
	err := r.change(ctx, clinic, "extend roster", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, session)
		if err == nil {
			roster, err = extend(ctx, tx, row)
		}
		return err
	})
	return roster, err
}

func extend(ctx context.Context, tx bun.Tx, row sessionRow) (rooms.Roster, error) {
	roster, err := rosterOf(ctx, tx, row)
	if err != nil || row.Status != Opened {
		return roster, err
	}
	row.Roster = ""
	now, err := rosterOf(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	for _, seat := range now {
		if _, seated := roster.Seat(seat.Person); !seated {
			roster = append(roster, seat)
		}
	}
	return roster, freeze(ctx, tx, row, roster)
}

// sessionSeatRow is a seat in one session only.
type sessionSeatRow struct {
	bun.BaseModel `bun:"table:session_seats"`
	ID            rooms.SeatID    `bun:"id,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Session       rooms.SessionID `bun:"session"`
	Person        rooms.PersonID  `bun:"person"`
	Role          rooms.Role      `bun:"role"`
	DisplayName   string          `bun:"display_name"`
	Origin        string          `bun:"origin"` // substitute, added
	Replaces      rooms.PersonID  `bun:"replaces"`
	CreatedAt     int64           `bun:"created_at"`
}

// rosterOf is the roster as it was frozen or, before that, the seats of the
// series on that day with those of the evening alone.
func rosterOf(ctx context.Context, db bun.IDB, session sessionRow) (rooms.Roster, error) {
	if session.Roster != "" {
		return covered[rooms.Roster](session.Roster)
	}
	rows, err := many[seatRow](ctx, db, "created_at, id",
		"clinic = ? AND series = ? AND from_ms <= ? AND (until_ms = 0 OR until_ms > ?)",
		session.Clinic, session.Series, session.Start, session.Start)
	if err != nil {
		return nil, fmt.Errorf("find seats: %w", err)
	}
	only, err := many[sessionSeatRow](ctx, db, "created_at, id", "clinic = ? AND session = ?", session.Clinic, session.ID)
	if err != nil {
		return nil, fmt.Errorf("find seats of the evening: %w", err)
	}
	return rosterFrom(session, rows, only)
}

// rosterFrom is rosterOf with the seats of the series and of the evening.
func rosterFrom(session sessionRow, rows []seatRow, only []sessionSeatRow) (rooms.Roster, error) {
	if session.Roster != "" {
		return covered[rooms.Roster](session.Roster)
	}
	away := map[rooms.PersonID]bool{}
	for _, row := range only {
		away[row.Replaces] = true
	}
	roster := make(rooms.Roster, 0, len(rows)+len(only))
	for _, row := range rows {
		if row.From > session.Start || row.Until != 0 && row.Until <= session.Start || away[row.Person] {
			continue
		}
		seat, err := row.noun()
		if err != nil {
			return nil, err
		}
		roster = append(roster, seat.Seat)
	}
	for _, row := range only {
		if _, seated := roster.Seat(row.Person); !seated {
			roster = append(roster, rooms.Seat{ID: row.ID, Person: row.Person, Role: row.Role, DisplayName: row.DisplayName})
		}
	}
	return roster, nil
}

// freeze keeps the roster with the session.
func freeze(ctx context.Context, tx bun.Tx, session sessionRow, roster rooms.Roster) error {
	column, err := encode(roster)
	if err != nil {
		return err
	}
	return changed(tx.NewUpdate().Table("sessions").Set("roster = ?", column).
		Where("clinic = ? AND id = ?", session.Clinic, session.ID).Exec(ctx))
}
