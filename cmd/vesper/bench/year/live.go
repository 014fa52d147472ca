package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vesper/rooms"
	"vesper/rooms/records"
)

// evening is one session to live.
type evening struct {
	session rooms.SessionID
	start   time.Time
	people  []rooms.PersonID // the facilitator first
	signed  bool
}

const lasts = 3 * time.Hour

// live lets all evenings pass, some at the same time so that they share the
// disk's commits. Each morning there is a checkpoint of the log of seals.
func (y *year) live(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan evening)
	var all sync.WaitGroup
	for range y.rooms {
		all.Go(func() {
			for e := range queue {
				if err := y.pass(ctx, e); err != nil {
					cancel(fmt.Errorf("session %s: %w", e.session, err))
				}
			}
		})
	}
	day := firstEvening
	for _, e := range y.evenings {
		y.clock.set(e.start.Add(lasts + time.Hour))
		if e.start.Sub(day) > 12*time.Hour {
			day = e.start
			if _, err := y.r.MakeCheckpoint(ctx, y.clinic); err != nil {
				cancel(err)
			}
		}
		select {
		case queue <- e:
		case <-ctx.Done():
		}
	}
	close(queue)
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	_, err := y.r.MakeCheckpoint(ctx, y.clinic)
	return err
}

// pass is one evening from the door to the signature.
func (y *year) pass(ctx context.Context, e evening) error {
	tenure, err := y.r.Open(ctx, e.session, "year")
	if err != nil {
		return err
	}
	if err := y.enter(ctx, e); err != nil {
		return err
	}
	if err := y.r.Append(ctx, e.session, tenure.Epoch, e.journal(tenure.Epoch, y.entries)); err != nil {
		return err
	}
	if err := y.r.Seal(ctx, e.session, tenure.Epoch); err != nil || !e.signed {
		return err
	}
	return y.r.Sign(ctx, y.clinic, e.session, records.Signer{Person: e.people[0], Name: "Dana Whitfield", Credential: "LCSW"})
}

// enter is what everybody says at the door, and answers.
func (y *year) enter(ctx context.Context, e evening) error {
	var answers []records.Answer
	for i, person := range e.people {
		err := y.r.SaveDoor(ctx, records.Door{
			Clinic: y.clinic, Session: e.session, Person: person, Place: "home", Phone: "555-0100",
			EmergencyName: "Somebody Close", EmergencyPhone: "555-0101", Language: "en", AcceptedAt: e.start,
			Address: records.Address{Line: "1 Example Street", City: "Springfield", State: "NY", Zip: "10001"},
		})
		if err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		for n, scale := range y.scales {
			value := (i + n + e.start.YearDay()) % 11
			for moment, at := range map[records.Moment]time.Time{records.AtStart: e.start, records.AtEnd: e.start.Add(lasts)} {
				answers = append(answers, records.Answer{
					Clinic: y.clinic, Session: e.session, Person: person, Scale: scale.ID, Moment: moment, Value: value, At: at,
				})
			}
		}
	}
	return y.r.SaveAnswers(ctx, y.clinic, answers)
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
	conns, last := map[rooms.PersonID]uint64{}, uint64(0)
	connect := func(at time.Duration, person rooms.PersonID) {
		last++
		conns[person] = last
		add(at, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: last})
	}
	add(0, rooms.Event{Kind: rooms.EventOpened})
	for i, person := range e.people {
		at := time.Duration(i+1) * 20 * time.Second
		add(at, rooms.Event{Kind: rooms.EventArrived, Person: person, Reason: "home"})
		connect(at+time.Second, person)
		add(at+2*time.Second, rooms.Event{Kind: rooms.EventAdmitted, Person: person, Actor: e.people[0]})
		add(at+3*time.Second, rooms.Event{Kind: rooms.EventMedia, Person: person, Reason: "audio"})
		add(at+3*time.Second, rooms.Event{Kind: rooms.EventMedia, Person: person, Reason: "camera"})
	}
	step := lasts / time.Duration(entries)
	for n, at := 0, 15*time.Minute; len(events) < entries-1; n, at = n+1, at+step {
		person := e.people[n%len(e.people)]
		switch n % 7 {
		case 0:
			add(at, rooms.Event{Kind: rooms.EventLost, Person: person, Conn: conns[person]})
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
	add(lasts+10*time.Minute, rooms.Event{Kind: rooms.EventEnded, Reason: "staff", Actor: e.people[0]})
	return events[:min(len(events), max(entries, 2))]
}

// auditYear is who looked at what in the year: evenings, people and weeks.
func (y *year) auditYear(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan records.AuditEntry)
	var all sync.WaitGroup
	for range 4 * y.rooms {
		all.Go(func() {
			for entry := range queue {
				if err := y.r.Audit(ctx, entry); err != nil {
					cancel(err)
				}
			}
		})
	}
	for n := range y.audit {
		select {
		case queue <- y.looked(n):
		case <-ctx.Done():
		}
	}
	close(queue)
	all.Wait()
	return context.Cause(ctx)
}

func (y *year) looked(n int) records.AuditEntry {
	e := y.evenings[n*len(y.evenings)/y.audit]
	entry := records.AuditEntry{Clinic: y.clinic, At: e.start.Add(time.Duration(n%180) * time.Minute), Actor: string(e.people[0]), ActorKind: "staff"}
	switch n % 8 {
	case 0, 1, 2:
		entry.Action, entry.Session = "attendance.read", e.session
	case 3, 4:
		entry.Action, entry.Session = "review.read", e.session
	case 5, 6:
		entry.Action, entry.Person = "person.read", e.people[n%len(e.people)]
	default:
		entry.Action, entry.Object = "persons.read", "100"
	}
	return entry
}
