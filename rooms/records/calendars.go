package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// settle is how long a changed calendar waits before it is mailed, so that
// several changes in a row are one mail.
const settle = time.Minute

// calendarRow is what the calendar of a seat's person was told last.
type calendarRow struct {
	bun.BaseModel `bun:"table:calendars_sent"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Seat          rooms.SeatID   `bun:"seat,pk"`
	Sequence      int            `bun:"sequence"`
	Hash          string         `bun:"hash"`
	Cancelled     bool           `bun:"cancelled"`
	SentAt        int64          `bun:"sent_at"`
}

// agenda is what the calendar of a seat's person shows.
type agenda struct {
	series  schedule.Series
	without []schedule.LocalTime // called off, by recurrence id
	away    []schedule.LocalTime // somebody else comes in their place
	title   string
}

// agendaOf reads what a seat's calendar is made of, without who is away.
func agendaOf(ctx context.Context, db bun.IDB, seat seatRow, title string) (agenda, error) {
	series, err := oneSeries(ctx, db, seat.Clinic, seat.Series)
	if err != nil {
		return agenda{}, err
	}
	rows, err := many[sessionRow](ctx, db, "recurrence_id", "clinic = ? AND series = ? AND status = ?", seat.Clinic, seat.Series, Cancelled)
	a := agenda{series: series, title: title}
	for _, row := range rows {
		if evening, err := schedule.ParseLocalTime(row.RecurrenceID); err == nil {
			a.without = append(a.without, evening)
		}
	}
	return a, err
}

// hash tells one agenda from another, for a seat's dates. What a calendar does
// not show is not in it.
func (a agenda) hash(seat seatRow) (string, error) {
	what := []any{
		a.series.Rule, a.series.Start, a.series.Zone, a.series.Duration, a.series.Except, a.series.Moves,
		a.series.Kind.Optional(), a.without, a.title, seat.From, seat.Until,
	}
	if len(a.away) > 0 {
		what = append(what, a.away)
	}
	text, err := encode(what)
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]), err
}

// invite is the agenda as a calendar is told.
func (a agenda) invite(seat seatRow, to, organizer string, sequence int, now time.Time) schedule.Invite {
	return schedule.Invite{
		UID: schedule.UID(seat.Series, seat.ID), Sequence: sequence, Stamp: now, Series: a.series,
		From: at(seat.From), Until: at(seat.Until), Without: slices.Concat(a.without, a.away), Summary: a.title,
		Organizer: organizer, Attendee: to,
	}
}

// replaced is the agenda with the evenings on which somebody else comes in the
// place of the seat's person.
func (a agenda) replaced(ctx context.Context, db bun.IDB, seat seatRow) (agenda, error) {
	var evenings []string
	if seat.Role.Staff() {
		err := db.NewSelect().Table("sessions").Column("recurrence_id").
			Where("clinic = ? AND series = ? AND status <> ?", seat.Clinic, seat.Series, Cancelled).
			Where("id IN (SELECT session FROM session_seats WHERE clinic = ? AND origin = ? AND replaces = ?)", seat.Clinic, substituteOrigin, seat.Person).
			OrderExpr("recurrence_id").Scan(ctx, &evenings)
		if err != nil {
			return a, err
		}
	}
	for _, recurrence := range evenings {
		if evening, err := schedule.ParseLocalTime(recurrence); err == nil {
			a.away = append(a.away, evening)
		}
	}
	return a, nil
}

// only is the one evening by which the agenda is shorter than what a calendar
// was told, because somebody else comes then; false if more or less than that
// has changed.
func (a agenda) only(seat seatRow, told string) (schedule.LocalTime, bool) {
	for i, evening := range a.away {
		before := a
		before.away = slices.Delete(slices.Clone(a.away), i, i+1)
		if hash, err := before.hash(seat); err == nil && hash == told {
			return evening, true
		}
	}
	return schedule.LocalTime{}, false
}

// left reports whether an evening of the seat is still to come.
func (a agenda) left(seat seatRow, now time.Time) bool {
	until := now.AddDate(1, 0, 0)
	if seat.Until != 0 && at(seat.Until).Before(until) {
		until = at(seat.Until)
	}
	evenings, err := a.series.Occurrences(later(now, at(seat.From)), until)
	return err == nil && len(evenings) > 0
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// firstCalendar is the calendar of an invitation, and notes that it is told.
// It is empty for a seat without any evening. A link that is sent again brings
// the calendar again, with a higher sequence.
func (r *Records) firstCalendar(ctx context.Context, tx bun.Tx, seat seatRow, mail Mail, organizer string) (string, error) {
	a, err := agendaOf(ctx, tx, seat, mail.Title)
	if err == nil {
		a, err = a.replaced(ctx, tx, seat)
	}
	if err != nil {
		return "", err
	}
	told, err := one[calendarRow](ctx, tx, "", "clinic = ? AND seat = ?", seat.Clinic, seat.ID)
	if errors.Is(err, rooms.ErrNotFound) {
		told, err = calendarRow{Sequence: -1}, nil
	}
	if err != nil {
		return "", err
	}
	text, err := schedule.ICS(schedule.Request, a.invite(seat, mail.To, organizer, told.Sequence+1, r.clock.Now()))
	if errors.Is(err, schedule.ErrNothing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if err := dropUpdates(ctx, tx, seat, ms(r.clock.Now())); err != nil {
		return "", err
	}
	return string(text), r.told(ctx, tx, seat, a, told.Sequence+1, false)
}

// told notes what a calendar was told.
func (r *Records) told(ctx context.Context, tx bun.Tx, seat seatRow, a agenda, sequence int, cancelled bool) error {
	hash, err := a.hash(seat)
	if err != nil {
		return err
	}
	row := calendarRow{Clinic: seat.Clinic, Seat: seat.ID, Sequence: sequence, Hash: hash, Cancelled: cancelled, SentAt: ms(r.clock.Now())}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (clinic, seat) DO UPDATE").
		Set("sequence = EXCLUDED.sequence, hash = EXCLUDED.hash, cancelled = EXCLUDED.cancelled, sent_at = EXCLUDED.sent_at").Exec(ctx)
	return err
}

// dropUpdates forgets what a seat's calendar was to be told and is not on its
// way yet: something newer replaces it.
func dropUpdates(ctx context.Context, tx bun.Tx, seat seatRow, now int64) error {
	_, err := tx.NewDelete().Table("outbox").Where("clinic = ? AND kind = ? AND ref = ? AND topic IN (?, ?) AND state = ? AND lease_ms <= ?",
		seat.Clinic, MailMessage, seat.ID, UpdateMail, CancellationMail, Pending, now).Exec(ctx)
	return err
}

// UpdateCalendars mails the people of a clinic whose calendar is no longer
// what it was told: a series changed, an evening was skipped, moved or called
// off, a seat was given up. Repeating it changes nothing.
func (r *Records) UpdateCalendars(ctx context.Context, clinic rooms.ClinicID, organizer string) error {
	var stale []rooms.SeatID
	err := r.view(ctx, clinic, "compare calendars", func(ctx context.Context, db bun.IDB) (err error) {
		stale, err = staleCalendars(ctx, db, clinic)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, seat := range stale {
		failed = append(failed, r.change(ctx, clinic, "update calendar", func(ctx context.Context, tx bun.Tx) error {
			return r.updateCalendar(ctx, tx, clinic, seat, organizer)
		}))
	}
	return errors.Join(failed...)
}

func staleCalendars(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (stale []rooms.SeatID, err error) {
	rows, err := many[calendarRow](ctx, db, "seat", "clinic = ?", clinic)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	house, err := one[clinicRow](ctx, db, "", "id = ?", clinic)
	if err != nil {
		return nil, err
	}
	seats, err := many[seatRow](ctx, db, "id", "clinic = ? AND id IN (SELECT seat FROM calendars_sent WHERE clinic = ?)", clinic, clinic)
	if err != nil {
		return nil, err
	}
	byID, agendas := map[rooms.SeatID]seatRow{}, map[rooms.SeriesID]agenda{}
	for _, seat := range seats {
		byID[seat.ID] = seat
		if _, known := agendas[seat.Series]; known {
			continue
		}
		if agendas[seat.Series], err = agendaOf(ctx, db, seat, house.NeutralTitle); err != nil {
			return nil, err
		}
	}
	for _, told := range rows {
		seat := byID[told.Seat]
		a, err := agendas[seat.Series].replaced(ctx, db, seat)
		if err != nil {
			return nil, err
		}
		hash, err := a.hash(seat)
		if err != nil {
			return nil, err
		}
		if hash != told.Hash {
			stale = append(stale, told.Seat)
		}
	}
	return stale, nil
}

func (r *Records) updateCalendar(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, id rooms.SeatID, organizer string) error {
	now := r.clock.Now()
	seat, err := one[seatRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return err
	}
	told, err := one[calendarRow](ctx, tx, "", "clinic = ? AND seat = ?", clinic, id)
	if err != nil {
		return err
	}
	house, err := one[clinicRow](ctx, tx, "", "id = ?", clinic)
	if err != nil {
		return err
	}
	a, err := agendaOf(ctx, tx, seat, house.NeutralTitle)
	if err == nil {
		a, err = a.replaced(ctx, tx, seat)
	}
	if err != nil {
		return err
	}
	if hash, err := a.hash(seat); err != nil || hash == told.Hash {
		return err
	}
	if err := dropUpdates(ctx, tx, seat, ms(now)); err != nil {
		return err
	}
	cancel := seat.Until != 0 && seat.Until <= ms(now) || !a.left(seat, now)
	if cancel && told.Cancelled { // they know
		return r.told(ctx, tx, seat, a, told.Sequence, true)
	}
	mail, err := r.mailTo(ctx, tx, clinic, seat.Person)
	if err == nil {
		err = r.enqueueCalendar(ctx, tx, seat, a, mail, told, cancel, organizer)
	}
	if err != nil && !errors.Is(err, ErrNoAddress) && !errors.Is(err, schedule.ErrNothing) {
		return err
	}
	return r.told(ctx, tx, seat, a, told.Sequence+1, cancel)
}

func (r *Records) enqueueCalendar(ctx context.Context, tx bun.Tx, seat seatRow, a agenda, mail Mail, told calendarRow, cancel bool, organizer string) error {
	now := r.clock.Now()
	invite, method, topic := a.invite(seat, mail.To, organizer, told.Sequence+1, now), schedule.Request, UpdateMail
	if evening, one := a.only(seat, told.Hash); one && !cancel {
		method, topic = schedule.Cancel, CancellationMail
		invite.Without, invite.Only = nil, []schedule.LocalTime{evening}
	}
	if cancel { // all that was told, whatever the seat's dates are now
		method, topic = schedule.Cancel, CancellationMail
		invite.Until, invite.Without = time.Time{}, nil
	}
	text, err := schedule.ICS(method, invite)
	if err != nil {
		return err
	}
	mail.Method, mail.Calendar = string(method), string(text)
	return r.enqueue(ctx, tx, Message{
		Clinic: seat.Clinic, Kind: MailMessage, Topic: topic, Target: string(seat.Person), Ref: string(seat.ID), Mail: mail,
		Due: now.Add(settle),
	})
}
