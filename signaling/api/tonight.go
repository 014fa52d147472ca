package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// Live gives commands to the rooms that are open on this node. rooms.Hall is
// one.
type Live interface {
	// Do reports whether the room is open here; the error is the room's.
	Do(ctx context.Context, session rooms.SessionID, command rooms.Command) (handled bool, err error)
}

var _ Live = (*rooms.Hall)(nil)

// NewGuest is what POST /sessions/{id}/guests takes.
type NewGuest struct {
	DisplayName string `json:"display_name" minLength:"1" maxLength:"60"`
	Note        string `json:"note,omitempty" maxLength:"1000" doc:"for staff only"`
}

// SeatedGuest is a guest with their personal link, which is shown this once.
type SeatedGuest struct {
	Person string `json:"person"`
	URL    string `json:"url"`
}

// Guest is somebody unlisted whom staff seated for one evening.
type Guest struct {
	Person      string    `json:"person"`
	DisplayName string    `json:"display_name"`
	Note        string    `json:"note,omitempty"`
	SeatedBy    string    `json:"seated_by"`
	SeatedAt    time.Time `json:"seated_at"`
	Matched     string    `json:"matched,omitempty" doc:"the person they turned out to be"`
	MatchedBy   string    `json:"matched_by,omitempty"`
	MatchedAt   time.Time `json:"matched_at,omitzero"`
}

// Guests are those of a session.
type Guests struct {
	Guests []Guest `json:"guests"`
}

// GuestMatch says who a guest is.
type GuestMatch struct {
	Person string `json:"person" minLength:"1" maxLength:"64"`
}

// AbsenceOutcome is what came of calling somebody who is missing.
type AbsenceOutcome struct {
	Outcome string `json:"outcome" enum:"called,reached,not_reached,excused,unexcused"`
	Note    string `json:"note,omitempty" maxLength:"1000" doc:"for staff only"`
}

type sessionGuest struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewGuest
}

type guestMatch struct {
	ID     string `path:"id" maxLength:"64"`
	Person string `path:"person" maxLength:"64"`
	Body   GuestMatch
}

type personAbsence struct {
	ID     string `path:"id" maxLength:"64"`
	Person string `path:"person" maxLength:"64"`
	Body   AbsenceOutcome
}

func (h *house) guests(api huma.API) {
	huma.Register(api, operation("GET", "/sessions/{id}/guests", "list-guests", "Who was seated for one evening", mayRead),
		func(ctx context.Context, in *SessionPath) (*body[Guests], error) {
			out, err := h.listGuests(ctx, in.ID)
			return &body[Guests]{out}, h.problemOf("list guests", err)
		})
	huma.Register(api, operation("POST", "/sessions/{id}/guests", "seat-guest", "Seat somebody who is not on the roster, for this session", mayRun),
		func(ctx context.Context, in *sessionGuest) (*body[SeatedGuest], error) {
			out, err := h.seatGuest(ctx, *in)
			return &body[SeatedGuest]{out}, h.problemOf("seat guest", err)
		})
	huma.Register(api, operation("POST", "/sessions/{id}/guests/{person}/match", "match-guest", "Say who a guest is", mayRun),
		func(ctx context.Context, in *guestMatch) (*struct{}, error) {
			return nil, h.problemOf("match guest", h.matchGuest(ctx, *in))
		})
	huma.Register(api, operation("POST", "/sessions/{id}/absences/{person}", "set-absence", "Keep what came of calling somebody who is missing", mayRun),
		func(ctx context.Context, in *personAbsence) (*struct{}, error) {
			return nil, h.problemOf("set absence", h.setAbsence(ctx, *in))
		})
}

func (h *house) listGuests(ctx context.Context, id string) (Guests, error) {
	session, _, err := h.session(ctx, id)
	if err != nil {
		return Guests{}, err
	}
	list, err := h.Records.Guests(ctx, session.Clinic, session.Session)
	if err != nil {
		return Guests{}, err
	}
	out := Guests{Guests: make([]Guest, len(list))}
	for i, g := range list {
		out.Guests[i] = Guest{
			Person: string(g.Person), DisplayName: g.DisplayName, Note: g.Note, SeatedBy: string(g.SeatedBy), SeatedAt: g.SeatedAt,
			Matched: string(g.Matched), MatchedBy: string(g.MatchedBy), MatchedAt: g.MatchedAt,
		}
	}
	return out, h.wrote(ctx, "guests.read", records.AuditEntry{Session: session.Session})
}

func (h *house) seatGuest(ctx context.Context, in sessionGuest) (SeatedGuest, error) {
	who, session := callerOf(ctx), rooms.SessionID(in.ID)
	name := strings.Join(strings.Fields(in.Body.DisplayName), " ")
	var found findings
	found.check(name != "", "display_name", "Give a name that others may see.")
	if err := found.refuse("invalid", "The guest needs a name."); err != nil {
		return SeatedGuest{}, err
	}
	secret, hash := auth.NewInvitation()
	guest, seat, err := h.Records.SeatGuest(noting(ctx, "guest.seat", records.AuditEntry{Session: session}), records.Guest{
		Clinic: who.clinic, Session: session, DisplayName: name, Note: in.Body.Note, SeatedBy: rooms.PersonID(who.id),
	}, hash)
	if err != nil {
		return SeatedGuest{}, err
	}
	_, err = h.inRoom(ctx, session, rooms.SeatTonight{Actor: rooms.PersonID(who.id), Seat: seat.Seat})
	if errors.Is(err, rooms.RefusedNotNow) { // the room was opened with them on its roster
		err = nil
	}
	return SeatedGuest{string(guest.Person), h.page(secret)}, err
}

func (h *house) matchGuest(ctx context.Context, in guestMatch) error {
	who, session, guest, with := callerOf(ctx), rooms.SessionID(in.ID), rooms.PersonID(in.Person), rooms.PersonID(in.Body.Person)
	actor := rooms.PersonID(who.id)
	noted := noting(ctx, "guest.match", records.AuditEntry{Object: string(with), Session: session, Person: guest})
	if err := h.Records.MatchGuest(noted, who.clinic, session, guest, with, actor); err != nil {
		return err
	}
	event := rooms.Event{Kind: rooms.EventMatched, Person: guest, Actor: actor, With: with}
	return h.tell(ctx, session, rooms.Match{Actor: actor, Person: guest, With: with}, event, "")
}

func (h *house) setAbsence(ctx context.Context, in personAbsence) error {
	session, _, err := h.session(ctx, in.ID)
	if err != nil {
		return err
	}
	person, actor := rooms.PersonID(in.Person), rooms.PersonID(callerOf(ctx).id)
	command := rooms.Absence{Actor: actor, Person: person, Outcome: in.Body.Outcome}
	entry := records.AuditEntry{Object: in.Body.Outcome, Session: session.Session, Person: person}
	switch running := session.Status == records.Opened; { // a room writes what it is told in its own time
	case running && in.Body.Note == "":
		err = h.wrote(ctx, "absence.set", entry)
	case running:
		command.Note, err = h.Records.KeepNote(noting(ctx, "absence.set", entry), session.Clinic, session.Session, in.Body.Note)
	default:
		ctx = noting(ctx, "absence.set", entry)
	}
	if err != nil {
		return err
	}
	event := rooms.Event{Kind: rooms.EventAbsence, Person: person, Actor: actor, Reason: in.Body.Outcome}
	return h.tell(ctx, session.Session, command, event, in.Body.Note)
}

// tell has the running room write what staff say, or writes it behind the seal
// of one that is over.
func (h *house) tell(ctx context.Context, session rooms.SessionID, command rooms.Command, event rooms.Event, note string) error {
	handled, err := h.inRoom(ctx, session, command)
	if handled && !errors.Is(err, rooms.RefusedEnded) {
		return err
	}
	var notes []records.Note
	if note != "" {
		notes = []records.Note{{Event: 0, Text: note}}
	}
	err = h.Records.Amend(ctx, callerOf(ctx).clinic, session, []rooms.Event{event}, notes)
	if errors.Is(err, records.ErrUnsealed) {
		return refuse(http.StatusConflict, "not_now", "That is possible once the room is open, and after it has ended.")
	}
	return err
}
