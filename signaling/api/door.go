package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
}

func (h *house) openInvitation(ctx context.Context, secret auth.Secret) (wire.Invitation, error) {
	var out wire.Invitation
	invite, err := h.Authority.Open(ctx, secret)
	if err != nil {
		return out, err
	}
	seat, err := h.Records.Seat(ctx, invite.Clinic, invite.Seat)
	if err != nil {
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
	if out.Rules, err = h.rules(ctx, seat); err != nil {
		return out, err
	}
	session, status, err := h.evening(ctx, invite, now)
	if out.Status = status; err != nil || status == "none" {
		return out, err
	}
	shown := SessionOf(session.Plan, clinic.Name)
	out.Session = &shown
	return out, nil
}

// justOver is how long after an evening its link says that it is over, and
// not when the next one is.
const justOver = 3 * time.Hour

// evening is the session to which the holder of a link comes now, and how its
// door stands: open, early, late, ended, removed, none.
func (h *house) evening(ctx context.Context, invite auth.Invite, now time.Time) (records.Session, string, error) {
	next, err := h.Records.SessionForSeat(ctx, invite.Clinic, invite.Seat, now)
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
		door.Place, door.Address, door.Phone = last.Place, last.Address, last.Phone
		return door
	}
	if person, err := h.Records.Person(ctx, seat.Clinic, seat.Person); err == nil {
		door.Phone = person.Phone
	}
	return door
}

// audience is whose ground rules a role accepts.
func audience(role rooms.Role) rooms.Role {
	if role == rooms.Collateral {
		return rooms.Collateral
	}
	return rooms.Client
}

func (h *house) rules(ctx context.Context, seat records.Seat) (wire.Rules, error) {
	rules := wire.Rules{Version: "0", Text: map[string][]string{}}
	for _, language := range []string{"en", "es"} {
		r, err := h.Records.GroundRules(ctx, seat.Clinic, audience(seat.Role), language)
		if errors.Is(err, rooms.ErrNotFound) {
			continue
		}
		if err != nil {
			return rules, err
		}
		rules.Version = strconv.Itoa(r.Version)
		rules.Text[language] = strings.Split(strings.TrimSpace(r.Text), "\n")
	}
	return rules, nil
}

var doorProblems = map[string]*problem{
	"removed": refuse(http.StatusForbidden, "removed", "Staff removed this person from the session."),
	"ended":   refuse(http.StatusForbidden, "room_ended", "The session has ended."),
	"late":    refuse(http.StatusForbidden, "too_late", "The session is over."),
}

func (h *house) ticket(ctx context.Context, in wire.TicketRequest) (wire.Ticket, error) {
	secret, now := auth.Secret(in.Secret), h.Clock.Now()
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

// enter keeps what the person gave at the door and says who they are.
func (h *house) enter(ctx context.Context, invite auth.Invite, session rooms.SessionID, in wire.TicketRequest) (rooms.Identity, error) {
	seat, err := h.Records.Seat(ctx, invite.Clinic, invite.Seat)
	if err != nil {
		return rooms.Identity{}, err
	}
	rules, err := h.rules(ctx, seat)
	if err != nil {
		return rooms.Identity{}, err
	}
	in.Door.Name = strings.Join(strings.Fields(in.Door.Name), " ")
	if p := incomplete(in, rules.Version); p != nil {
		return rooms.Identity{}, p
	}
	if in.Door.Name != seat.DisplayName {
		seat.DisplayName = in.Door.Name
		if err := h.Records.UpdateSeat(ctx, seat); err != nil {
			return rooms.Identity{}, err
		}
	}
	version, _ := strconv.Atoi(in.Rules)
	err = h.Records.SaveDoor(ctx, records.Door{
		Clinic: invite.Clinic, Session: session, Person: invite.Person,
		Place: in.Door.Place, Address: in.Door.Address, Phone: strings.TrimSpace(in.Door.Phone), GroundRulesVersion: version,
	})
	if err != nil {
		return rooms.Identity{}, err
	}
	who, err := h.Records.Identity(ctx, invite.Clinic, session, invite.Seat)
	if errors.Is(err, rooms.ErrNotFound) { // the seat is newer than the open session
		if _, err = h.Records.ExtendRoster(ctx, invite.Clinic, session); err == nil {
			who, err = h.Records.Identity(ctx, invite.Clinic, session, invite.Seat)
		}
	}
	return who, err
}

// incomplete names every detail that is missing or too long.
func incomplete(in wire.TicketRequest, rules string) error {
	p := *refuse(http.StatusUnprocessableEntity, "incomplete", "Some details for tonight are missing.")
	check := func(ok bool, field, message string) {
		if !ok {
			p.Errors = append(p.Errors, wire.ProblemField{Location: "body." + field, Message: message})
		}
	}
	length := utf8.RuneCountInString
	check(in.Door.Name != "" && length(in.Door.Name) <= 60, "door.name", "Give a name of up to 60 characters.")
	check(in.Door.Place == "home" || in.Door.Place == "elsewhere", "door.place", "Say whether you are at home or somewhere else.")
	phone := strings.TrimSpace(in.Door.Phone)
	check(phone != "" && length(phone) <= 40, "door.phone", "Give a number to call you back on.")
	check(length(in.Door.Address) <= 300, "door.address", "Give an address of up to 300 characters.")
	check(in.Rules == rules, "rules", "Accept the ground rules in their present version.")
	if len(p.Errors) == 0 {
		return nil
	}
	return &p
}
