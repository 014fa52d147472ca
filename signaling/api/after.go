package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling/wire"
)

var noEvening = refuse(http.StatusNotFound, "no_session", "There was no session for this link tonight.")

// after keeps the check-in at the end and tells somebody of their own evening.
func (h *house) after(ctx context.Context, in wire.AfterRequest) (wire.After, error) {
	var out wire.After
	if err := h.tried(auth.Secret(in.Secret)); err != nil {
		return out, err
	}
	invite, err := h.Authority.Open(ctx, auth.Secret(in.Secret))
	if err != nil {
		return out, err
	}
	seat, err := h.Records.Seat(ctx, invite.Clinic, invite.Seat)
	if err != nil {
		return out, err
	}
	standIn := seat.Person != invite.Person
	seat.Person = invite.Person
	clinic, err := h.Records.Clinic(ctx, invite.Clinic)
	if err != nil {
		return out, err
	}
	now := h.Clock.Now()
	out.Clinic, out.Now = clinic.Name, now.UTC().Format(time.RFC3339Nano)
	session, err := h.lastEvening(ctx, seat, now)
	found := err == nil
	if err != nil && !errors.Is(err, rooms.ErrNotFound) {
		return out, err
	}
	if len(in.Answers) > 0 {
		if !found {
			return out, noEvening
		}
		if err := h.checkOut(ctx, seat, session.Session, in.Answers); err != nil {
			return out, err
		}
	}
	if err := h.auditOwn(ctx, seat, session.Session); err != nil {
		return out, err
	}
	if found {
		shown := SessionOf(session.Plan, clinic.Name)
		out.Session = &shown
		if out.Tonight, err = h.tonight(ctx, seat, session.Session); err != nil {
			return out, err
		}
		if out.Scales, err = h.openScales(ctx, seat, session.Session, records.AtEnd); err != nil {
			return out, err
		}
	}
	if standIn { // what comes next is not theirs
		return out, nil
	}
	if out.Next, err = h.next(ctx, seat, session, clinic.Name, now); err != nil {
		return out, err
	}
	if seat.Role == rooms.Client {
		if out.Week, err = h.ownWeek(ctx, seat.Clinic, seat.Person); err != nil {
			return out, err
		}
		out.Trend, err = h.trend(ctx, seat.Clinic, seat.Person)
	}
	return out, err
}

// lastEvening is the session of the seat that runs or has just been.
func (h *house) lastEvening(ctx context.Context, seat records.Seat, now time.Time) (records.Session, error) {
	past, err := h.Records.ListSessions(ctx, seat.Clinic, now.Add(-justOver-schedule.MaxDuration), now.Add(rooms.DoorOpensBefore))
	if err != nil {
		return records.Session{}, err
	}
	for _, session := range slices.Backward(past) {
		was := session.Status == records.Ended || session.Status == records.Opened
		within := !session.Start.Before(seat.From) && (seat.Until.IsZero() || session.Start.Before(seat.Until))
		if session.Series == seat.Series && was && within && !now.After(session.End.Add(justOver)) {
			return session, nil
		}
	}
	return records.Session{}, rooms.ErrNotFound
}

// checkOut keeps the answers of the end.
func (h *house) checkOut(ctx context.Context, seat records.Seat, session rooms.SessionID, answers []wire.ScaleAnswer) error {
	if seat.Role != rooms.Client {
		return notAllowed
	}
	scales, err := h.Records.AllScales(ctx, seat.Clinic)
	if err != nil {
		return err
	}
	known := make([]string, len(scales))
	for i, scale := range scales {
		known[i] = scale.ID
	}
	var found findings
	checkAnswers(&found, known, answers)
	if err := found.refuse("invalid", "Some answers can't be taken."); err != nil {
		return err
	}
	return h.Records.SaveAnswers(ctx, seat.Clinic, answersOf(seat, session, records.AtEnd, answers))
}

// auditOwn writes down that somebody read their own data.
func (h *house) auditOwn(ctx context.Context, seat records.Seat, session rooms.SessionID) error {
	return h.Records.Audit(ctx, records.AuditEntry{
		Clinic: seat.Clinic, Actor: string(seat.Person), ActorKind: "client", Action: "own.read", Session: session, Person: seat.Person,
	})
}

// tonight is what counts of a session for one person; nil if they were not let
// in, or nothing was held.
func (h *house) tonight(ctx context.Context, seat records.Seat, session rooms.SessionID) (*wire.Tonight, error) {
	e, err := h.Records.Evidence(ctx, seat.Clinic, session)
	if err != nil {
		return nil, err
	}
	rows, err := h.rows(e)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.Person == seat.Person && (row.Status == attendance.Present || row.Status == attendance.Partial) {
			return &wire.Tonight{Minutes: int(row.Minutes), Final: len(e.Seals) > 0}, nil
		}
	}
	return nil, nil
}

// next is the seat's next session after tonight's; nil if there is none.
func (h *house) next(ctx context.Context, seat records.Seat, tonight records.Session, clinic string, now time.Time) (*wire.Session, error) {
	if over := tonight.End.Add(rooms.ClosesAfter + time.Millisecond); now.Before(over) {
		now = over
	}
	session, err := h.Records.SessionForSeat(ctx, seat.Clinic, seat.ID, now)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shown := SessionOf(session.Plan, clinic)
	return &shown, nil
}
