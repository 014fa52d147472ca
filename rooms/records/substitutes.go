package records

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// ErrNotStaff: only staff lead an evening, and only staff are replaced.
var ErrNotStaff = errors.New("the person is not staff there")

const substituteOrigin = "substitute"

// Substitute lets a person of the staff take the place of one of the series'
// for a session that has not begun; it takes the place of an earlier
// substitute too. ErrStarted, ErrNotStaff, ErrSeated, ErrNameTaken.
func (r *Records) Substitute(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, person, replaces rooms.PersonID) error {
	return r.change(ctx, clinic, "substitute", func(ctx context.Context, tx bun.Tx) error {
		if _, err := r.comingSession(ctx, tx, clinic, session); err != nil {
			return err
		}
		if err := dropSubstitutes(ctx, tx, clinic, session, replaces); err != nil {
			return err
		}
		row, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, session)
		if err != nil {
			return err
		}
		roster, err := rosterOf(ctx, tx, row)
		if err != nil {
			return err
		}
		place, seated := roster.Seat(replaces)
		if !seated {
			return rooms.ErrNotFound
		}
		who, err := one[personRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, person)
		if err != nil {
			return err
		}
		if who.Kind != StaffPerson || !place.Role.Staff() {
			return ErrNotStaff
		}
		for _, other := range roster {
			switch {
			case other.Person == person:
				return ErrSeated
			case other.Person != replaces && nameKey(other.DisplayName) == nameKey(who.DisplayName):
				return ErrNameTaken
			}
		}
		return insert(ctx, tx, &sessionSeatRow{
			ID: rooms.SeatID(rooms.NewID()), Clinic: clinic, Session: session, Person: person, Role: place.Role,
			DisplayName: who.DisplayName, Origin: substituteOrigin, Replaces: replaces, CreatedAt: ms(r.clock.Now()),
		})
	})
}

// EndSubstitute undoes Substitute for one who is replaced, or for all of a
// session. ErrStarted.
func (r *Records) EndSubstitute(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, replaces rooms.PersonID) error {
	return r.change(ctx, clinic, "end substitute", func(ctx context.Context, tx bun.Tx) error {
		if _, err := r.comingSession(ctx, tx, clinic, session); err != nil {
			return err
		}
		return dropSubstitutes(ctx, tx, clinic, session, replaces)
	})
}

func dropSubstitutes(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, session rooms.SessionID, replaces rooms.PersonID) error {
	query := tx.NewDelete().Table("session_seats").Where("clinic = ? AND session = ? AND origin = ?", clinic, session, substituteOrigin)
	if replaces != "" {
		query = query.Where("replaces = ?", replaces)
	}
	_, err := query.Exec(ctx)
	return err
}

// comingSession finds a session that is planned and has not begun.
func (r *Records) comingSession(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, id rooms.SessionID) (sessionRow, error) {
	row, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
	if err == nil && (row.Status != Scheduled || row.Start <= ms(r.clock.Now())) {
		err = ErrStarted
	}
	return row, err
}

// Duty is what a member of the staff does in one series.
type Duty struct {
	Series schedule.Series
	// Seated: they have a seat in the series, for its dates, but not on the
	// evenings in Without, by recurrence id, when somebody replaces them.
	Seated  bool
	Seat    Seat
	Without []schedule.LocalTime
	// Stands are the sessions in which they replace somebody.
	Stands []Session
}

// Duties are what a member of the staff has to do, by series, in the order in
// which these were made.
func (r *Records) Duties(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (duties []Duty, err error) {
	err = r.view(ctx, clinic, "find duties", func(ctx context.Context, db bun.IDB) error {
		duties, err = dutiesOf(ctx, db, clinic, person)
		return err
	})
	return duties, err
}

func dutiesOf(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, person rooms.PersonID) ([]Duty, error) {
	seats, err := many[seatRow](ctx, db, "created_at, id", "clinic = ? AND person = ?", clinic, person)
	if err != nil {
		return nil, err
	}
	changes, err := many[sessionSeatRow](ctx, db, "created_at, id",
		"clinic = ? AND origin = ? AND (person = ? OR replaces = ?)", clinic, substituteOrigin, person, person)
	if err != nil {
		return nil, err
	}
	var order []rooms.SeriesID
	found := make(map[rooms.SeriesID]*Duty)
	duty := func(id rooms.SeriesID) (*Duty, error) {
		if found[id] == nil {
			series, err := oneSeries(ctx, db, clinic, id)
			if err != nil {
				return nil, err
			}
			found[id], order = &Duty{Series: series}, append(order, id)
		}
		return found[id], nil
	}
	for _, row := range seats {
		d, err := duty(row.Series)
		if err != nil {
			return nil, err
		}
		d.Seated = true
		if d.Seat, err = row.noun(); err != nil {
			return nil, err
		}
	}
	for _, change := range changes {
		row, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, change.Session)
		if err != nil {
			return nil, err
		}
		d, err := duty(row.Series)
		if err != nil {
			return nil, err
		}
		if err := d.add(row, change.Replaces == person); err != nil {
			return nil, err
		}
	}
	duties := make([]Duty, len(order))
	for i, id := range order {
		duties[i] = *found[id]
	}
	return duties, nil
}

func (d *Duty) add(row sessionRow, away bool) error {
	if !away {
		session, err := row.noun()
		if err == nil && session.Status != Cancelled {
			d.Stands = append(d.Stands, session)
		}
		return err
	}
	at, err := schedule.ParseLocalTime(row.RecurrenceID)
	d.Without = append(d.Without, at)
	return err
}
