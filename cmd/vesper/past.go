package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"vesper/cmd/vesper/demo"
	"vesper/rooms"
	"vesper/rooms/memstore"
	"vesper/rooms/records"
)

// pastClock is set by hand; its timers never fire, since the evenings of the
// past are lived step by step.
type pastClock struct{ ms atomic.Int64 }

func (c *pastClock) set(t time.Time)                             { c.ms.Store(t.UnixMilli()) }
func (c *pastClock) Now() time.Time                              { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *pastClock) Mono() time.Duration                         { return time.Duration(c.ms.Load()) * time.Millisecond }
func (c *pastClock) AfterFunc(time.Duration, func()) rooms.Timer { return neverTimer{} }

type neverTimer struct{}

func (neverTimer) Stop() bool { return true }

// emptyStage has no media: what was said a week ago is gone.
type emptyStage struct{}

func (emptyStage) Allow(rooms.Permits)                      {}
func (emptyStage) Proofs() map[rooms.PersonID]time.Duration { return nil }
func (emptyStage) Close()                                   {}

// livePast lets the demo's group meet on the days before: the same rooms and
// the same journal as tonight, under a clock of their own and without media.
func livePast(ctx context.Context, r *records.Records, c *demo.Clinic, until time.Time) error {
	clinic, series := rooms.ClinicID(c.ID), rooms.SeriesID(c.Series)
	s, err := r.Series(ctx, clinic, series)
	if err != nil {
		return err
	}
	occurrences, err := s.Occurrences(until.AddDate(0, 0, -8), until.Add(-12*time.Hour))
	if err != nil {
		return err
	}
	sessions, err := r.UpsertOccurrences(ctx, clinic, series, occurrences)
	if err != nil {
		return err
	}
	for i, session := range sessions {
		e := pastEvening{records: r, clinic: c, session: session, start: occurrences[i].Start, number: i}
		if err := e.live(ctx); err != nil {
			return fmt.Errorf("live an evening of the past: %w", err)
		}
	}
	return nil
}

// pastEvening is one finished session of the demo.
type pastEvening struct {
	records *records.Records
	clinic  *demo.Clinic
	session rooms.SessionID
	start   time.Time
	number  int

	clock *pastClock
	room  *rooms.Room
	staff rooms.PersonID
	conn  uint64
}

func (e *pastEvening) live(ctx context.Context) error {
	e.clock = new(pastClock)
	e.clock.set(e.start.Add(-20 * time.Minute))
	hall := rooms.NewHall(rooms.HallOptions{
		Node: "past", Journal: e.records, Store: memstore.New(memstore.Options{Clock: e.clock}), Clock: e.clock,
		Stage: func(rooms.Plan) rooms.Stage { return emptyStage{} },
	})
	defer hall.Close()
	var err error
	if e.room, err = hall.Open(ctx, e.session); err != nil {
		return err
	}
	for _, step := range e.script() {
		e.clock.set(e.start.Add(step.at))
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// step is something that happened so long after the planned start.
type step struct {
	at time.Duration
	do func(context.Context) error
}

// script is what everybody did that evening: most come in time and stay; one
// is late, one loses the connection, one leaves early, one does not come.
func (e *pastEvening) script() []step {
	var steps []step
	guests := 0
	for i, m := range e.clinic.Members {
		person := rooms.PersonID(m.Person)
		come := time.Duration(-12+i) * time.Minute
		if m.Part != demo.Participant {
			if m.Part == demo.Facilitator {
				e.staff = person
			}
			steps = append(steps, step{-15 * time.Minute, e.arrive(m, "elsewhere")}, step{-15*time.Minute + 2*time.Second, e.connect(person)})
			continue
		}
		turn := (guests + e.number) % 8
		guests++
		place := "home"
		if turn == 6 {
			place = "elsewhere"
		}
		if turn == 7 {
			continue // did not come
		}
		if turn == 1 {
			come = 13 * time.Minute
		}
		let := max(come+time.Minute, -4*time.Minute)
		steps = append(steps, step{come, e.arrive(m, place)}, step{come + 2*time.Second, e.connect(person)}, step{let, e.admit(person)},
			step{let + time.Second, e.media(person, "audio")})
		if turn != 4 {
			steps = append(steps, step{let + time.Second, e.media(person, "camera")})
		}
		steps = append(steps, e.troubles(turn, person)...)
	}
	steps = append(steps, step{119*time.Minute + time.Duration(e.number)*20*time.Second, e.end})
	sortSteps(steps)
	return steps
}

// troubles are the gaps of those who have one.
func (e *pastEvening) troubles(turn int, p rooms.PersonID) []step {
	switch turn {
	case 2: // a short loss, bridged
		return []step{{31 * time.Minute, e.lose(p)}, {32 * time.Minute, e.connect(p)}}
	case 3: // a longer one, which splits
		return []step{{71 * time.Minute, e.lose(p)}, {75*time.Minute + 30*time.Second, e.connect(p)}}
	case 5: // leaves early
		return []step{{88 * time.Minute, func(ctx context.Context) error { return e.room.Do(ctx, rooms.Leave{Person: p}) }}}
	}
	return nil
}

func (e *pastEvening) arrive(m demo.Member, place string) func(context.Context) error {
	return func(ctx context.Context) error {
		door := records.Door{
			Clinic: rooms.ClinicID(e.clinic.ID), Session: e.session, Person: rooms.PersonID(m.Person),
			Place: place, Phone: m.Phone, GroundRulesVersion: 1, AcceptedAt: e.clock.Now(),
		}
		if err := e.records.SaveDoor(ctx, door); err != nil {
			return err
		}
		if m.Part == demo.Participant {
			if err := e.answer(ctx, door.Person); err != nil {
				return err
			}
		}
		return e.room.Do(ctx, rooms.Arrive{Person: door.Person, Place: place})
	}
}

// answer is the check-in of somebody to whom the evenings do good.
func (e *pastEvening) answer(ctx context.Context, p rooms.PersonID) error {
	clinic := rooms.ClinicID(e.clinic.ID)
	scales, err := e.records.Scales(ctx, clinic)
	if err != nil {
		return err
	}
	var answers []records.Answer
	for i, scale := range scales {
		urge := max(0, 8-2*e.number) // the first asks for the urge, the second for the mood
		for moment, value := range map[records.Moment]int{records.AtStart: urge, records.AtEnd: max(0, urge-2)} {
			if i > 0 {
				value = 10 - value
			}
			at := e.start
			if moment == records.AtEnd {
				at = e.start.Add(2 * time.Hour)
			}
			answers = append(answers, records.Answer{
				Clinic: clinic, Session: e.session, Person: p, Scale: scale.ID, Moment: moment, Value: value, At: at,
			})
		}
	}
	return e.records.SaveAnswers(ctx, clinic, answers)
}

func (e *pastEvening) connect(p rooms.PersonID) func(context.Context) error {
	return func(ctx context.Context) error {
		e.conn++
		return e.room.Do(ctx, rooms.Connect{Person: p, Conn: e.conn, Since: e.clock.Now()})
	}
}

func (e *pastEvening) lose(p rooms.PersonID) func(context.Context) error {
	return func(ctx context.Context) error {
		v, err := e.room.View(ctx)
		if err != nil {
			return err
		}
		who, _ := v.Person(p)
		return e.room.Do(ctx, rooms.Lose{Person: p, Conn: who.Conn, Since: e.clock.Now()})
	}
}

func (e *pastEvening) admit(p rooms.PersonID) func(context.Context) error {
	return func(ctx context.Context) error { return e.room.Do(ctx, rooms.Admit{Actor: e.staff, Person: p}) }
}

func (e *pastEvening) media(p rooms.PersonID, kind string) func(context.Context) error {
	return func(ctx context.Context) error { return e.room.Do(ctx, rooms.Media{Person: p, Reason: kind}) }
}

func (e *pastEvening) end(ctx context.Context) error {
	return e.room.Do(ctx, rooms.End{Actor: e.staff})
}
