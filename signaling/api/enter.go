package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// Identifier is what another system calls a session or a person.
type Identifier struct {
	System string `json:"system" minLength:"1" maxLength:"200" format:"uri" doc:"of a record system: its FHIR base address"`
	Value  string `json:"value" minLength:"1" maxLength:"200" doc:"there: Appointment/123, Patient/7"`
}

type identifierBody struct {
	ID   string `path:"id" maxLength:"64"`
	Body Identifier
}

// Way is where a room is entered.
type Way struct {
	URL string `json:"url" doc:"a personal link, good until the session closes"`
}

func (h *house) enterRoom(api huma.API) {
	huma.Register(api, operation("POST", "/sessions/{id}/enter", "enter-session", "One's own door to a session in which one has a seat", mayMe),
		func(ctx context.Context, in *SessionPath) (*body[Way], error) {
			url, err := h.ownDoor(ctx, rooms.SessionID(in.ID))
			return &body[Way]{Way{url}}, h.problemOf("enter session", err)
		})
	huma.Register(api, operation("PUT", "/sessions/{id}/identifier", "identify-session", "Say what another system calls a session", mayWrite),
		func(ctx context.Context, in *identifierBody) (*struct{}, error) {
			clinic, session := callerOf(ctx).clinic, rooms.SessionID(in.ID)
			_, err := h.Records.Session(ctx, clinic, session)
			if err == nil {
				ctx := noting(ctx, "session.identify", records.AuditEntry{Session: session})
				err = h.Records.SetIdentifier(ctx, clinic, in.Body.System, in.Body.Value, "session", in.ID)
			}
			return nil, h.problemOf("identify session", err)
		})
	huma.Register(api, operation("PUT", "/persons/{id}/identifier", "identify-person", "Say what another system calls a person", mayWrite),
		func(ctx context.Context, in *identifierBody) (*struct{}, error) {
			clinic, person := callerOf(ctx).clinic, rooms.PersonID(in.ID)
			_, err := h.Records.Person(ctx, clinic, person)
			if err == nil {
				ctx := noting(ctx, "person.identify", records.AuditEntry{Person: person})
				err = h.Records.SetIdentifier(ctx, clinic, in.Body.System, in.Body.Value, "person", in.ID)
			}
			return nil, h.problemOf("identify person", err)
		})
}

func (h *house) ownDoor(ctx context.Context, id rooms.SessionID) (string, error) {
	who := callerOf(ctx)
	session, err := h.Records.Session(ctx, who.clinic, id)
	if err != nil {
		return "", err
	}
	path, err := h.lend(ctx, session, records.AuditEntry{Actor: who.id, ActorKind: who.kind, Person: rooms.PersonID(who.id)})
	return h.URL + path, err
}

// lend makes a link for tonight beside the person's own, which stays good.
// entry says for whom, and who asked.
func (h *house) lend(ctx context.Context, session records.Session, entry records.AuditEntry) (string, error) {
	secret, hash := auth.NewInvitation()
	entry.Clinic, entry.Action, entry.Session = session.Clinic, "link.create", session.Session
	_, err := h.Records.LendInvitation(records.Traced(ctx, entry), session.Clinic, session.Session, entry.Person, hash)
	return DoorPath(secret), err
}

// seatOf is the seat that a link stands for: its own or, for a substitute's,
// that of the evening to which they come.
func (h *house) seatOf(ctx context.Context, invite auth.Invite) (records.Seat, error) {
	seat, err := h.Records.Seat(ctx, invite.Clinic, invite.Seat)
	if err != nil || seat.Person == invite.Person {
		return seat, err
	}
	next, err := h.nextFor(ctx, invite, h.Clock.Now())
	if err == nil {
		seat.Seat, err = h.Records.SeatOf(ctx, invite.Clinic, next.Session, invite.Person)
	}
	return seat, err
}

// nextFor is the session to which the holder of a link comes next.
func (h *house) nextFor(ctx context.Context, invite auth.Invite, now time.Time) (records.Session, error) {
	seat, err := h.Records.Seat(ctx, invite.Clinic, invite.Seat)
	if err != nil {
		return records.Session{}, err
	}
	if seat.Person != invite.Person {
		return h.Records.SessionForStandIn(ctx, invite.Clinic, invite.Seat, invite.Person, now)
	}
	return h.Records.SessionForSeat(ctx, invite.Clinic, invite.Seat, now)
}

// tonightOnly says that a seat is one evening's: its name is not to be changed.
func tonightOnly(invite auth.Invite, seat records.Seat) bool { return seat.ID != invite.Seat }
