package records

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// take inserts a seat that fits into its series.
func take(ctx context.Context, tx bun.Tx, row seatRow) error {
	if err := fits(ctx, tx, row); err != nil {
		return err
	}
	return insert(ctx, tx, &row)
}

// fits refuses a seat that can't stand beside the others of its series.
func fits(ctx context.Context, db bun.IDB, row seatRow) error {
	if row.Role == rooms.Collateral && row.Client != "" {
		client, err := one[personRow](ctx, db, "", "clinic = ? AND id = ?", row.Clinic, row.Client)
		if errors.Is(err, rooms.ErrNotFound) || err == nil && client.Kind != ClientPerson {
			return ErrClient
		}
		if err != nil {
			return err
		}
	}
	if err := distinct(ctx, db, row); err != nil {
		return err
	}
	return room(ctx, db, row)
}

func distinct(ctx context.Context, db bun.IDB, row seatRow) error {
	others, err := many[seatRow](ctx, db, "id", "clinic = ? AND series = ? AND id <> ? AND (name_key = ? OR person = ?)",
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

// room refuses a client for whom the series has no place left. Guests of one
// evening take none.
func room(ctx context.Context, db bun.IDB, row seatRow) error {
	if row.Role != rooms.Client || row.DischargedAt != 0 {
		return nil
	}
	var capacity int
	err := db.NewSelect().Table("series").Column("capacity").Where("clinic = ? AND id = ?", row.Clinic, row.Series).Scan(ctx, &capacity)
	if errors.Is(err, sql.ErrNoRows) {
		return rooms.ErrNotFound
	}
	if err != nil || capacity == 0 {
		return err
	}
	others, err := many[seatRow](ctx, db, "id",
		"clinic = ? AND series = ? AND id <> ? AND role = ? AND discharged_at = 0 AND (until_ms = 0 OR until_ms > ?)",
		row.Clinic, row.Series, row.ID, rooms.Client, max(row.From, row.CreatedAt))
	if err != nil {
		return err
	}
	taken := 0
	for _, other := range others {
		if !other.guest() {
			taken++
		}
	}
	if taken >= capacity {
		return ErrFull
	}
	return nil
}

// guest reports whether the seat is a guest's, of one evening.
func (s seatRow) guest() bool { return s.DischargedAt == 0 && strings.Contains(s.NameKey, "\n") }

// Discharge ends a seat now and kills its links, whole or not at all. Sessions
// that have begun keep their rows. Doing it twice keeps the first time.
func (r *Records) Discharge(ctx context.Context, clinic rooms.ClinicID, id rooms.SeatID, until time.Time) (seat Seat, err error) {
	now := ms(r.clock.Now())
	err = r.change(ctx, clinic, "discharge", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return err
		}
		if row.DischargedAt == 0 {
			row.DischargedAt, row.NameKey = now, aside(row.NameKey, string(row.ID))
			row.Until = max(ms(until), row.From+1)
			err = changed(tx.NewUpdate().Model(&row).Column("until_ms", "discharged_at", "name_key").
				Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
		}
		if err == nil {
			err = revokeAll(ctx, tx, clinic, id, now)
		}
		if err == nil {
			made(ctx, "", row.Person)
			seat, err = row.noun()
		}
		return err
	})
	return seat, err
}

// Readmit gives a seat back for sessions from now on, without a link.
// ErrNameTaken: somebody has the display name now. ErrFull.
func (r *Records) Readmit(ctx context.Context, clinic rooms.ClinicID, id rooms.SeatID) (seat Seat, err error) {
	err = r.change(ctx, clinic, "readmit", func(ctx context.Context, tx bun.Tx) error {
		row, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return err
		}
		if row.DischargedAt != 0 {
			row.DischargedAt, row.Until, row.NameKey = 0, 0, nameKey(row.DisplayName)
			if err := fits(ctx, tx, row); err != nil {
				return err
			}
			err = changed(tx.NewUpdate().Model(&row).Column("until_ms", "discharged_at", "name_key").
				Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
		}
		if err == nil {
			made(ctx, "", row.Person)
			seat, err = row.noun()
		}
		return err
	})
	return seat, err
}

// OpenSessions are the sessions of a series whose rooms are open.
func (r *Records) OpenSessions(ctx context.Context, clinic rooms.ClinicID, series rooms.SeriesID) (ids []rooms.SessionID, err error) {
	err = r.view(ctx, clinic, "list open sessions", func(ctx context.Context, db bun.IDB) error {
		return db.NewSelect().Table("sessions").Column("id").
			Where("clinic = ? AND series = ? AND status = ?", clinic, series, Opened).OrderExpr("start_ms").Scan(ctx, &ids)
	})
	return ids, err
}

// Prescribed is what the seats that hold at a moment ask of each client, in
// minutes a week.
func (r *Records) Prescribed(ctx context.Context, clinic rooms.ClinicID, at time.Time) (map[rooms.PersonID]int, error) {
	minutes := map[rooms.PersonID]int{}
	err := r.view(ctx, clinic, "sum up what is prescribed", func(ctx context.Context, db bun.IDB) error {
		var rows []struct {
			Person  rooms.PersonID `bun:"person"`
			Minutes int            `bun:"minutes"`
		}
		err := db.NewSelect().Table("seats").Column("person").ColumnExpr("CAST(sum(prescribed_minutes) AS BIGINT) AS minutes").
			Where("clinic = ? AND prescribed_minutes > 0 AND from_ms <= ? AND (until_ms = 0 OR until_ms > ?)", clinic, ms(at), ms(at)).
			GroupExpr("person").Scan(ctx, &rows)
		for _, row := range rows {
			minutes[row.Person] = row.Minutes
		}
		return err
	})
	return minutes, err
}

// Enrolment is a new person with their seats.
type Enrolment struct {
	Person Person
	Seats  []Seat // Person is filled in
}

// Enrol adds people and their seats, all or none. The errors are by number of
// the enrolment; with one or more, nothing was kept.
func (r *Records) Enrol(ctx context.Context, clinic rooms.ClinicID, list []Enrolment) (done []Enrolment, refused map[int]error, err error) {
	persons, seats := make([]personRow, len(list)), make([][]seatRow, len(list))
	for i := range list {
		list[i].Person.Clinic = clinic
		if persons[i], err = r.newPerson(&list[i].Person); err != nil {
			return nil, nil, err
		}
		for j := range list[i].Seats {
			seat := &list[i].Seats[j]
			seat.Clinic, seat.Person = clinic, persons[i].ID
			row, err := r.newSeat(*seat)
			if err != nil {
				return nil, nil, err
			}
			seat.ID = row.ID
			seats[i] = append(seats[i], row)
		}
	}
	err = r.change(ctx, clinic, "enrol", func(ctx context.Context, tx bun.Tx) error {
		refused = map[int]error{}
		for i := range list {
			if err := insert(ctx, tx, &persons[i]); err != nil {
				return err
			}
			for _, row := range seats[i] {
				if _, err := one[seriesRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, row.Series); err != nil {
					refused[i] = err
				} else if err := take(ctx, tx, row); err != nil {
					refused[i] = err
				}
			}
		}
		if len(refused) > 0 {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		return nil, refused, nil
	}
	return list, nil, err
}

// errRefused takes back an enrolment of which a part was refused.
var errRefused = errors.New("a part was refused")
