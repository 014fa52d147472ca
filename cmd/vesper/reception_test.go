package main

import (
	"errors"
	"testing"

	"vesper/rooms"
	"vesper/rooms/records"
)

// Staff in a room show clients their links, and no colleague's: with that they
// could act under another name.
func TestLinksOfColleaguesAreNotShown(t *testing.T) {
	show, _ := startDemo(t, t.TempDir(), 0, "")
	r, clinic, session := show.house.records, rooms.ClinicID(show.clinic.ID), rooms.SessionID(show.clinic.Session)
	planned := got(r.Session(t.Context(), clinic, session))(t)
	second := got(r.CreatePerson(t.Context(), records.Person{Clinic: clinic, Kind: records.StaffPerson, LegalName: "Sam", DisplayName: "Sam"}))(t)
	got(r.CreateSeat(t.Context(), records.Seat{
		Seat: rooms.Seat{Person: second.ID, Role: rooms.Cofacilitator, DisplayName: "Sam"}, Clinic: clinic, Series: planned.Series,
	}))(t)
	if planned.Status == records.Opened {
		got(r.ExtendRoster(t.Context(), clinic, session))(t)
	}
	by := rooms.Identity{Clinic: clinic, Session: session, Person: second.ID, Role: rooms.Cofacilitator}
	desk := reception{records: r, url: func() string { return show.house.url }}
	for _, m := range show.clinic.Members {
		seat := got(r.SeatOf(t.Context(), clinic, session, rooms.PersonID(m.Person)))(t)
		_, err := desk.FreshLink(t.Context(), by, seat.Person)
		var refused *rooms.Refusal
		if denied := errors.As(err, &refused) && refused.Code == "not_allowed"; denied != seat.Role.Staff() || !denied && err != nil {
			t.Errorf("the link of a %s: %v", seat.Role, err)
		}
	}
	if _, err := desk.FreshLink(t.Context(), by, second.ID); err != nil {
		t.Errorf("one's own: %v", err)
	}
}
