package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling/wire"
)

type body[T any] struct{ Body T }

// door is what the join page calls: the secret is in the body, and opening a
// link has no effect.
func (h *house) door(api huma.API) {
	huma.Register(api, operation("POST", "/invitations/open", "open-invitation", "What the join page shows for a personal link; changes nothing", ""),
		func(ctx context.Context, in *body[wire.OpenRequest]) (*body[wire.Invitation], error) {
			invitation, err := h.openInvitation(ctx, auth.Secret(in.Body.Secret))
			return &body[wire.Invitation]{invitation}, h.problemOf("open invitation", err)
		})
	huma.Register(api, operation("POST", "/invitations/ticket", "get-ticket", "Give the details of the door and get a ticket of 60 s", ""),
		func(ctx context.Context, in *body[wire.TicketRequest]) (*body[wire.Ticket], error) {
			ticket, err := h.ticket(ctx, in.Body)
			return &body[wire.Ticket]{ticket}, h.problemOf("give a ticket", err)
		})
	huma.Register(api, operation("POST", "/invitations/after", "after-session", "What somebody is told of their own evening, and their check-in at its end", ""),
		func(ctx context.Context, in *body[wire.AfterRequest]) (*body[wire.After], error) {
			after, err := h.after(ctx, in.Body)
			return &body[wire.After]{after}, h.problemOf("tell of the evening", err)
		})
}

func (h *house) openInvitation(ctx context.Context, secret auth.Secret) (wire.Invitation, error) {
	var out wire.Invitation
	if err := h.tried(secret); err != nil {
		return out, err
	}
	invite, err := h.Authority.Open(ctx, secret)
	if err != nil {
		return out, err
	}
	seat, err := h.seatOf(ctx, invite)
	if err != nil {
		return out, err
	}
	if err := h.auditOwn(ctx, seat, ""); err != nil { // it tells where they were the last time, and their number
		return out, err
	}
	clinic, err := h.Records.Clinic(ctx, invite.Clinic)
	if err != nil {
		return out, err
	}
	now := h.Clock.Now()
	out = wire.Invitation{
		Clinic: clinic.Name, Now: now.UTC().Format(time.RFC3339Nano), Name: seat.DisplayName, Role: string(seat.Role),
		Prefill: h.prefill(ctx, seat),
	}
	if home, err := h.Records.LastHome(ctx, seat.Clinic, seat.Person); err == nil {
		out.Home = addressOf(home.Address)
	}
	asked, err := h.asked(ctx, seat, now)
	if err != nil {
		return out, err
	}
	asked.show(&out)
	session, status, err := h.evening(ctx, invite, now)
	if out.Status = status; err != nil || status == "none" {
		return out, err
	}
	shown := SessionOf(session.Plan, clinic.Name)
	out.Session = &shown
	out.Scales, err = h.openScales(ctx, seat, session.Session, records.AtStart)
	return out, err
}

// justOver is how long after an evening its link says that it is over, and
// not when the next one is.
const justOver = 3 * time.Hour

// evening is the session to which the holder of a link comes now, and how its
// door stands: open, early, late, ended, removed, none.
func (h *house) evening(ctx context.Context, invite auth.Invite, now time.Time) (records.Session, string, error) {
	next, err := h.nextFor(ctx, invite, now)
	status := "none"
	if err == nil {
		status, err = h.doorStatus(ctx, next, invite.Person, now)
	} else if errors.Is(err, rooms.ErrNotFound) {
		err = nil
	}
	if err != nil || (status != "none" && status != "early") {
		return next, status, err
	}
	past, err := h.Records.ListSessions(ctx, invite.Clinic, now.Add(-justOver-schedule.MaxDuration), now.Add(rooms.DoorOpensBefore))
	if err != nil {
		return next, status, err
	}
	for _, session := range slices.Backward(past) {
		over := session.Status == records.Ended || session.Status == records.Scheduled && now.After(session.End)
		if session.Series != invite.Series || !over || now.After(session.End.Add(justOver)) {
			continue
		}
		if _, err := h.Records.SeatOf(ctx, invite.Clinic, session.Session, invite.Person); errors.Is(err, rooms.ErrNotFound) {
			continue // somebody else was there in their place, or they in nobody's
		}
		status, err := h.doorStatus(ctx, session, invite.Person, now)
		if status == "open" { // nobody opened it, and it is over
			status = "late"
		}
		return session, status, err
	}
	return next, status, nil
}

func (h *house) doorStatus(ctx context.Context, session records.Session, person rooms.PersonID, now time.Time) (string, error) {
	banned, err := h.Records.Banned(ctx, session.Session, person)
	switch {
	case err != nil:
		return "", err
	case banned:
		return "removed", nil
	case session.Status == records.Ended && now.Before(session.End):
		return "ended", nil
	case session.Status == records.Ended, now.After(session.Closes()):
		return "late", nil
	case now.Before(session.DoorOpens()):
		return "early", nil
	}
	return "open", nil
}

// prefill is what the person said the last time, or what the clinic knows.
func (h *house) prefill(ctx context.Context, seat records.Seat) wire.Door {
	door := wire.Door{Name: seat.DisplayName}
	if last, err := h.Records.LastDoor(ctx, seat.Clinic, seat.Person); err == nil {
		door.Place, door.Phone = last.Place, last.Phone
		door.Address, door.Emergency = addressOf(last.Address), contactOf(last)
		return door
	}
	if person, err := h.Records.Person(ctx, seat.Clinic, seat.Person); err == nil {
		door.Phone = person.Phone
	}
	return door
}

var doorProblems = map[string]*problem{
	"removed": refuse(http.StatusForbidden, "removed", "Staff removed this person from the session."),
	"ended":   refuse(http.StatusForbidden, "room_ended", "The session has ended."),
	"late":    refuse(http.StatusForbidden, "too_late", "The session is over."),
}

func (h *house) ticket(ctx context.Context, in wire.TicketRequest) (wire.Ticket, error) {
	secret, now := auth.Secret(in.Secret), h.Clock.Now()
	if err := h.tried(secret); err != nil {
		return wire.Ticket{}, err
	}
	invite, err := h.Authority.Open(ctx, secret)
	if err != nil {
		return wire.Ticket{}, err
	}
	session, status, err := h.evening(ctx, invite, now)
	if err != nil {
		return wire.Ticket{}, err
	}
	if status == "none" {
		return wire.Ticket{}, refuse(http.StatusNotFound, "no_session", "There is no session to come for this link.")
	}
	if status == "early" {
		p := *refuse(http.StatusForbidden, "too_early", "The door opens 30 minutes before the session.")
		p.Opens = session.DoorOpens().UTC().Format(time.RFC3339)
		return wire.Ticket{}, &p
	}
	if p := doorProblems[status]; p != nil {
		return wire.Ticket{}, p
	}
	who, err := h.enter(ctx, invite, session.Session, in)
	if err != nil {
		return wire.Ticket{}, err
	}
	token, expires, err := h.Authority.Ticket(ctx, secret, who)
	return wire.Ticket{Ticket: token, Expires: expires.UTC().Format(time.RFC3339)}, err
}
