package api

import (
	"context"
	"errors"

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

type sessionHost struct {
	ID   string `path:"id" maxLength:"64"`
	Host string `header:"Host"`
}

// Way is where a room is entered.
type Way struct {
	URL string `json:"url" doc:"a personal link, good until the session closes"`
}

func (h *house) enterRoom(api huma.API) {
	huma.Register(api, operation("POST", "/sessions/{id}/enter", "enter-session", "One's own door to a session in which one has a seat", mayMe),
		func(ctx context.Context, in *sessionHost) (*body[Way], error) {
			url, err := h.ownDoor(ctx, rooms.SessionID(in.ID), in.Host)
			return &body[Way]{Way{url}}, h.problemOf("enter session", err)
		})
	huma.Register(api, operation("PUT", "/sessions/{id}/identifier", "identify-session", "Say what another system calls a session", mayWrite),
		func(ctx context.Context, in *identifierBody) (*struct{}, error) {
			clinic := callerOf(ctx).clinic
			_, err := h.Records.Session(ctx, clinic, rooms.SessionID(in.ID))
			if err == nil {
				err = h.Records.SetIdentifier(ctx, clinic, in.Body.System, in.Body.Value, "session", in.ID)
			}
			return nil, h.problemOf("identify session", err)
		})
	huma.Register(api, operation("PUT", "/persons/{id}/identifier", "identify-person", "Say what another system calls a person", mayWrite),
		func(ctx context.Context, in *identifierBody) (*struct{}, error) {
			clinic := callerOf(ctx).clinic
			_, err := h.Records.Person(ctx, clinic, rooms.PersonID(in.ID))
			if err == nil {
				err = h.Records.SetIdentifier(ctx, clinic, in.Body.System, in.Body.Value, "person", in.ID)
			}
			return nil, h.problemOf("identify person", err)
		})
}

func (h *house) ownDoor(ctx context.Context, id rooms.SessionID, host string) (string, error) {
	who := callerOf(ctx)
	session, err := h.Records.Session(ctx, who.clinic, id)
	if err != nil {
		return "", err
	}
	path, err := h.lend(ctx, session, rooms.PersonID(who.id))
	return h.base(host) + path, err
}

// lend makes a link for tonight beside the person's own, which stays good: it
// ends when the session's door closes.
func (h *house) lend(ctx context.Context, session records.Session, person rooms.PersonID) (string, error) {
	seats, err := h.Records.Seats(ctx, session.Clinic, session.Series)
	if err != nil {
		return "", err
	}
	for _, seat := range seats {
		if seat.Person != person || seat.From.After(session.Start) || !seat.Until.IsZero() && !seat.Until.After(session.Start) {
			continue
		}
		secret, hash := auth.NewInvitation()
		_, err := h.Records.CreateInvitation(ctx, auth.Invitation{
			Clinic: session.Clinic, Seat: seat.ID, Hash: hash, NotAfter: session.Closes(),
		})
		return "/j#" + secret.Reveal(), err
	}
	return "", errors.Join(errNoSession, rooms.ErrNotFound)
}
