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
// All evenings but the last are signed.
func livePast(ctx context.Context, r *records.Records, c *demo.Clinic, until time.Time) error {
	clinic, series := rooms.ClinicID(c.ID), rooms.SeriesID(c.Series)
	s, err := r.Series(ctx, clinic, series)
	if err != nil {
		return err
	}
	occurrences, err := s.Occurrences(until.AddDate(0, 0, -7*demo.Weeks-1), until.Add(-12*time.Hour))
	if err != nil {
		return err
	}
	sessions, err := r.UpsertOccurrences(ctx, clinic, series, occurrences)
	if err != nil {
		return err
	}
	for i, session := range sessions {
		e := pastEvening{records: r, clinic: c, session: session, start: occurrences[i].Start, number: i, back: len(sessions) - i}
		if err := e.live(ctx); err != nil {
			return fmt.Errorf("live an evening of the past: %w", err)
		}
		if e.back == 1 {
			continue
		}
		if err := e.sign(ctx); err != nil {
			return fmt.Errorf("sign an evening of the past: %w", err)
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
	back    int // 1 is the last before tonight

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

// trouble is what kept somebody from a whole evening at home, on camera.
type trouble int

const (
	none      trouble = iota
	late              // by 13 minutes
	shortLoss         // of the connection, bridged
	longLoss          // which splits their time
	silent            // no camera all evening
	early             // leaves after the break
	away              // takes part from elsewhere
	missing
)

// troubles are those of the members of the cast, by how many evenings ago.
// Most evenings are whole; every week has one or two things to look at.
var troubles = map[int]map[string]trouble{
	1: {"Ana R.": late, "Maya L.": shortLoss, "Leo M.": silent, "Sam W.": missing},
	2: {"Ben T.": shortLoss, "Priya S.": longLoss},
	3: {"Ruth D.": away, "Jonas K.": late},
	4: {"Jonas K.": early, "Ben T.": silent},
	5: {"Maya L.": longLoss, "Sam W.": late},
	6: {"Ana R.": shortLoss},
}

// script is what everybody did that evening.
func (e *pastEvening) script() []step {
	var steps []step
	for i, m := range e.clinic.Members {
		person := rooms.PersonID(m.Person)
		if m.Part != demo.Participant {
			if m.Part == demo.Facilitator {
				e.staff = person
			}
			steps = append(steps, step{-15 * time.Minute, e.arrive(m, "elsewhere")}, step{-15*time.Minute + 2*time.Second, e.connect(person)})
			continue
		}
		come, place, had := time.Duration(-12+i%10)*time.Minute, "home", troubles[e.back][m.Name]
		switch had {
		case missing:
			continue
		case away:
			place = "elsewhere"
		case late:
			come = 13 * time.Minute
		}
		let := max(come+time.Minute, -4*time.Minute)
		if had != late {
			let = min(let, -time.Minute)
		}
		steps = append(steps, step{come, e.arrive(m, place)}, step{come + 2*time.Second, e.connect(person)}, step{let, e.admit(person)},
			step{let + time.Second, e.media(person, "audio")})
		if had != silent {
			steps = append(steps, step{let + time.Second, e.media(person, "camera")})
		}
		steps = append(steps, e.gaps(had, person)...)
	}
	steps = append(steps, step{demo.Length + time.Duration(e.number)*20*time.Second, e.end})
	sortSteps(steps)
	return steps
}

// gaps are what a trouble takes out of an evening.
func (e *pastEvening) gaps(had trouble, p rooms.PersonID) []step {
	switch had {
	case shortLoss:
		return []step{{31 * time.Minute, e.lose(p)}, {32 * time.Minute, e.connect(p)}}
	case longLoss:
		return []step{{121 * time.Minute, e.lose(p)}, {125*time.Minute + 30*time.Second, e.connect(p)}}
	case early:
		return []step{{108 * time.Minute, func(ctx context.Context) error { return e.room.Do(ctx, rooms.Leave{Person: p}) }}}
	}
	return nil
}

// sign is the facilitator's sign-off, once the room is closed.
func (e *pastEvening) sign(ctx context.Context) error {
	for _, m := range e.clinic.Members {
		if m.Part == demo.Facilitator {
			return e.records.Sign(ctx, rooms.ClinicID(e.clinic.ID), e.session, records.Signer{Person: e.staff, Name: m.Legal, Credential: demo.Credential})
		}
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
			if err := e.accept(ctx, door.Person); err != nil {
				return err
			}
			if err := e.answer(ctx, door.Person); err != nil {
				return err
			}
		}
		return e.room.Do(ctx, rooms.Arrive{Person: door.Person, Place: place})
	}
}

// accept keeps the ground rules as the door does; the first time holds.
func (e *pastEvening) accept(ctx context.Context, p rooms.PersonID) error {
	return e.records.Accept(ctx, records.Agreement{
		Clinic: rooms.ClinicID(e.clinic.ID), Person: p, Audience: rooms.Client, Version: 1, Language: "en",
	})
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
		urge := max(1, 8-e.number) // the first asks for the urge, the second for the mood
		for moment, value := range map[records.Moment]int{records.AtStart: urge, records.AtEnd: max(0, urge-2)} {
			if i > 0 {
				value = 10 - value
			}
			at := e.start
			if moment == records.AtEnd {
				at = e.start.Add(demo.Length)
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
