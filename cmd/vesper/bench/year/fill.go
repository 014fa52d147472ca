package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// size is how much a clinic has.
type size struct {
	series   int
	evenings int // of each series
	clients  int // of each series
	entries  int // of each evening's journal
	rooms    int // that are filled at the same time
}

// wholeYear is 40 series, 6,000 sessions, 72,000 seats in sessions and
// 2 million journal entries.
var wholeYear = size{series: 40, evenings: 150, clients: 11, entries: 334, rooms: 32}

// firstEvening is the planned start of the earliest session, a Monday.
var firstEvening = time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)

// pastClock stands where a session is being lived.
type pastClock struct {
	rooms.Clock
	ms atomic.Int64
}

func (c *pastClock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

// fill writes a clinic's year through the same calls as a server does: rooms
// are opened, appended to, ended and sealed.
func fill(ctx context.Context, r *records.Records, s size) (rooms.ClinicID, error) {
	clinic, err := r.CreateClinic(ctx, records.Clinic{Name: "Year", Zone: "UTC", NeutralTitle: "Appointment"})
	if err != nil {
		return "", err
	}
	program, err := r.CreateProgram(ctx, records.Program{Clinic: clinic.ID, Name: "Evenings"})
	if err != nil {
		return "", err
	}
	var evenings []evening
	for i := range s.series {
		of, err := addSeries(ctx, r, clinic.ID, program.ID, i, s)
		if err != nil {
			return "", fmt.Errorf("series %d: %w", i, err)
		}
		evenings = append(evenings, of...)
	}
	return clinic.ID, live(ctx, r, evenings, s)
}

// evening is one session to live.
type evening struct {
	session rooms.SessionID
	start   time.Time
	people  []rooms.PersonID // the facilitator first
}

func addSeries(ctx context.Context, r *records.Records, clinic rooms.ClinicID, program rooms.ProgramID, i int, s size) ([]evening, error) {
	start, err := schedule.ParseLocalTime(firstEvening.Add(time.Duration(8+i%12) * time.Hour).Format("2006-01-02T15:04"))
	if err != nil {
		return nil, err
	}
	series, err := r.CreateSeries(ctx, schedule.Series{
		Clinic: clinic, Program: program, Title: fmt.Sprintf("Group %d", i+1), Start: start, Zone: "UTC", Duration: 3 * time.Hour,
		Rule:     fmt.Sprintf("FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=%d", s.evenings),
		Template: schedule.Template{{Kind: rooms.Group, Minutes: 90}, {Kind: rooms.Break, Minutes: 15}, {Kind: rooms.Education, Minutes: 75}},
	})
	if err != nil {
		return nil, err
	}
	people, err := addPeople(ctx, r, series, s.clients)
	if err != nil {
		return nil, err
	}
	occurrences, err := series.Occurrences(firstEvening, firstEvening.AddDate(2, 0, 0))
	if err != nil {
		return nil, err
	}
	sessions, err := r.UpsertOccurrences(ctx, clinic, series.ID, occurrences)
	if err != nil {
		return nil, err
	}
	evenings := make([]evening, 0, len(sessions))
	for n, session := range sessions {
		evenings = append(evenings, evening{session, occurrences[n].Start, people})
	}
	return evenings, nil
}

func addPeople(ctx context.Context, r *records.Records, series schedule.Series, clients int) (people []rooms.PersonID, err error) {
	for i := range clients + 1 {
		kind, role := records.ClientPerson, rooms.Client
		if i == 0 {
			kind, role = records.StaffPerson, rooms.Facilitator
		}
		name := fmt.Sprintf("Person %d", i)
		person, err := r.CreatePerson(ctx, records.Person{Clinic: series.Clinic, Kind: kind, LegalName: name, Phone: "555-0100"})
		if err != nil {
			return nil, err
		}
		_, err = r.CreateSeat(ctx, records.Seat{
			Seat: rooms.Seat{Person: person.ID, Role: role, DisplayName: name}, Clinic: series.Clinic, Series: series.ID,
		})
		if err != nil {
			return nil, err
		}
		people = append(people, person.ID)
	}
	return people, nil
}

// live lets all evenings pass, some at the same time so that they share the
// disk's commits.
func live(ctx context.Context, r *records.Records, evenings []evening, s size) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan evening)
	var all sync.WaitGroup
	for range s.rooms {
		all.Go(func() {
			for e := range queue {
				if err := e.live(ctx, r, s.entries); err != nil {
					cancel(fmt.Errorf("live session %s: %w", e.session, err))
				}
			}
		})
	}
	for _, e := range evenings {
		select {
		case queue <- e:
		case <-ctx.Done():
		}
	}
	close(queue)
	all.Wait()
	return context.Cause(ctx)
}

func (e evening) live(ctx context.Context, r *records.Records, entries int) error {
	tenure, err := r.Open(ctx, e.session, "year")
	if err != nil {
		return err
	}
	if err := r.Append(ctx, e.session, tenure.Epoch, e.journal(tenure.Epoch, entries)); err != nil {
		return err
	}
	return r.Seal(ctx, e.session, tenure.Epoch)
}

// journal is an evening of so many entries: everybody comes, some connections
// are lost and found, hands go up, and it ends.
func (e evening) journal(epoch uint64, entries int) []rooms.Event {
	var events []rooms.Event
	begin := e.start.Add(-10 * time.Minute)
	add := func(at time.Duration, event rooms.Event) {
		event.ID = rooms.EventID{Epoch: epoch, Node: "year", N: uint64(len(events) + 1)}
		event.Mono, event.At = at, begin.Add(at)
		if event.Kind == rooms.EventConnected || event.Kind == rooms.EventLost {
			event.Since = event.At
		}
		events = append(events, event)
	}
	conn := uint64(0)
	connect := func(at time.Duration, person rooms.PersonID) {
		conn++
		add(at, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: conn})
	}
	add(0, rooms.Event{Kind: rooms.EventOpened})
	for i, person := range e.people {
		at := time.Duration(i+1) * 20 * time.Second
		add(at, rooms.Event{Kind: rooms.EventArrived, Person: person, Reason: "home"})
		connect(at+time.Second, person)
		add(at+2*time.Second, rooms.Event{Kind: rooms.EventAdmitted, Person: person, Actor: e.people[0]})
		add(at+3*time.Second, rooms.Event{Kind: rooms.EventMedia, Person: person, Reason: "audio"})
	}
	step := 3 * time.Hour / time.Duration(entries)
	for at := 15 * time.Minute; len(events) < entries-1; at += step {
		person := e.people[len(events)%len(e.people)]
		switch len(events) % 8 {
		case 0:
			add(at, rooms.Event{Kind: rooms.EventLost, Person: person, Conn: conn})
			connect(at+step/2, person)
		case 2, 4:
			add(at, rooms.Event{Kind: rooms.EventHandRaised, Person: person})
		case 3, 5:
			add(at, rooms.Event{Kind: rooms.EventHandLowered, Person: person})
		case 6:
			add(at, rooms.Event{Kind: rooms.EventMuted, Person: person, Actor: person})
		default:
			add(at, rooms.Event{Kind: rooms.EventUnmuted, Person: person, Actor: person})
		}
	}
	add(3*time.Hour+10*time.Minute, rooms.Event{Kind: rooms.EventEnded, Reason: "staff", Actor: e.people[0]})
	return events
}
