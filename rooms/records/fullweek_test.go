package records

import (
	"fmt"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// fullWeek is a clinic with 25 sealed sessions of two staff and twelve
// clients, 330 entries each.
func fullWeek(t testing.TB, r *Records) house {
	t.Helper()
	h := build(t, r)
	ctx := t.Context()
	series := h.series
	series.ID, series.Rule = "", "FREQ=DAILY;COUNT=25"
	series = must[schedule.Series](t)(r.CreateSeries(ctx, series))
	var people []rooms.PersonID
	for n := range 14 {
		role, kind := rooms.Client, ClientPerson
		if n < 2 {
			role, kind = rooms.Facilitator, StaffPerson
		}
		name := fmt.Sprintf("P%d", n)
		person := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: h.clinic.ID, Kind: kind, LegalName: name}))
		must[Seat](t)(r.CreateSeat(ctx, Seat{Clinic: h.clinic.ID, Series: series.ID, Seat: rooms.Seat{Person: person.ID, Role: role, DisplayName: name}}))
		people = append(people, person.ID)
	}
	for _, session := range h.sessions { // the house's own go
		if err := r.CancelSession(ctx, h.clinic.ID, session); err != nil {
			t.Fatal(err)
		}
	}
	occurrences, err := series.Occurrences(evening.AddDate(0, 0, -1), evening.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	h.sessions = must[[]rooms.SessionID](t)(r.UpsertOccurrences(ctx, h.clinic.ID, series.ID, occurrences))
	for i, session := range h.sessions {
		tenure := must[rooms.Tenure](t)(r.Open(ctx, session, "n"))
		if err := r.Append(ctx, session, tenure.Epoch, busy(tenure.Epoch, occurrences[i].Start, people)); err != nil {
			t.Fatal(err)
		}
		if err := r.Seal(ctx, session, tenure.Epoch); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// busy is the journal of an evening on which everybody loses the connection
// ten times.
func busy(epoch uint64, start time.Time, people []rooms.PersonID) []rooms.Event {
	var events []rooms.Event
	add := func(at time.Duration, e rooms.Event) {
		e.ID = rooms.EventID{Epoch: epoch, Node: "n", N: uint64(len(events) + 1)}
		e.At, e.Mono = start.Add(at), at+time.Hour
		events = append(events, e)
	}
	add(-time.Minute, rooms.Event{Kind: rooms.EventOpened})
	for _, person := range people {
		add(0, rooms.Event{Kind: rooms.EventArrived, Person: person})
		add(0, rooms.Event{Kind: rooms.EventAdmitted, Person: person})
	}
	for n := range 11 {
		for i, person := range people {
			at := time.Duration(n)*15*time.Minute + time.Duration(i)*time.Second
			add(at, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: uint64(n + 1), Since: start.Add(at)})
			lost := at + 14*time.Minute + 30*time.Second
			if n < 10 {
				add(lost, rooms.Event{Kind: rooms.EventLost, Person: person, Conn: uint64(n + 1), Since: start.Add(lost)})
			}
		}
	}
	add(3*time.Hour, rooms.Event{Kind: rooms.EventEnded, Reason: "planned"})
	return events
}
