package main

import (
	"context"
	"errors"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling"
	"vesper/signaling/api"
)

// reception is the records as staff in a room use them. Each call is in the
// audit log together with what it changed.
type reception struct {
	records   *records.Records
	url       func() string // of the pages
	organizer string        // whose mails they are; empty: no mail is sent
	posted    func()        // after something was put into the outbox
}

var _ signaling.Reception = reception{}

func (r reception) FreshLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) (string, error) {
	seat, err := r.records.SeatOf(ctx, by.Clinic, by.Session, person)
	if err != nil {
		return "", refused(err)
	}
	// Who leads has what a link of staff opens; a colleague's would let them
	// act under that name. It can be sent to its owner.
	if seat.Role.Staff() && person != by.Person {
		return "", &rooms.Refusal{Code: "not_allowed", Message: "A colleague's link is not shown; send it to them instead."}
	}
	secret, hash := auth.NewInvitation()
	_, err = r.records.FreshInvitation(traced(ctx, by, "link.create", person), auth.Invitation{Clinic: by.Clinic, Seat: seat.ID, Hash: hash})
	if err != nil {
		return "", refused(err)
	}
	return r.link(secret), nil
}

func (r reception) SendLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) error {
	if r.organizer == "" {
		return &rooms.Refusal{Code: "no_mail", Message: "This server sends no mail; show the link instead."}
	}
	seat, err := r.records.SeatOf(ctx, by.Clinic, by.Session, person)
	if err != nil {
		return refused(err)
	}
	secret, hash := auth.NewInvitation()
	_, err = r.records.SendInvitation(traced(ctx, by, "invitation.send", person), auth.Invitation{Clinic: by.Clinic, Seat: seat.ID, Hash: hash}, r.link(secret), r.organizer)
	if err != nil {
		return refused(err)
	}
	r.posted()
	return nil
}

func (r reception) SeatGuest(ctx context.Context, by rooms.Identity, name string) (rooms.Seat, string, error) {
	secret, hash := auth.NewInvitation()
	_, seat, err := r.records.SeatGuest(traced(ctx, by, "guest.seat", ""), records.Guest{
		Clinic: by.Clinic, Session: by.Session, DisplayName: name, SeatedBy: by.Person,
	}, hash)
	if err != nil {
		return rooms.Seat{}, "", refused(err)
	}
	return seat.Seat, r.link(secret), nil
}

func (r reception) link(secret auth.Secret) string { return r.url() + api.DoorPath(secret) }

// traced is the context of a change that staff in a room make.
func traced(ctx context.Context, by rooms.Identity, action string, person rooms.PersonID) context.Context {
	return records.Traced(ctx, records.AuditEntry{
		Clinic: by.Clinic, Actor: string(by.Person), ActorKind: "staff", Action: action, Session: by.Session, Person: person,
	})
}

// refused says in the room's words why the records don't do something.
func refused(err error) error {
	switch {
	case errors.Is(err, records.ErrNameTaken):
		return &rooms.Refusal{Code: "name_taken", Message: "Somebody else in the group has that name; add an initial."}
	case errors.Is(err, records.ErrNoAddress):
		return &rooms.Refusal{Code: "no_address", Message: "This person has no mail address; show the link instead."}
	case errors.Is(err, records.ErrDischarged):
		return rooms.RefusedDischarged
	case errors.Is(err, records.ErrOver):
		return rooms.RefusedEnded
	case errors.Is(err, rooms.ErrNotFound):
		return rooms.RefusedNotThere
	}
	return err
}
