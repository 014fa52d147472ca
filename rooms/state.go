package rooms

import (
	"slices"
	"time"
)

// Stand is where a person stands with regard to the room.
type Stand string

const (
	Expected Stand = "expected"
	InLobby  Stand = "lobby"
	Admitted Stand = "admitted"
	Left     Stand = "left"
	Denied   Stand = "denied"
	Removed  Stand = "removed"
)

// Person is one presence as the room knows it.
type Person struct {
	ID    PersonID  `json:"id"`
	Seat  Seat      `json:"-"` // names stay out of snapshots
	Role  Role      `json:"role"`
	Stand Stand     `json:"stand"`
	Since time.Time `json:"since"` // when that stand began
	Place string    `json:"place,omitempty"`

	// Connected is the engine's word about connection Conn; LostAt is its
	// last proof after a loss. Returning is allowed to the same device.
	Connected bool      `json:"connected"`
	Conn      uint64    `json:"conn"`
	LostAt    time.Time `json:"lost_at,omitzero"`
	Returning bool      `json:"returning"`

	Muted         bool     `json:"muted"`
	MutedBy       PersonID `json:"muted_by,omitempty"`
	CameraStopped bool     `json:"camera_stopped"`
	CameraBy      PersonID `json:"camera_by,omitempty"`
	Camera        bool     `json:"camera"` // camera packets are coming

	// Discharged: the seat has ended, and the door with it. Absence is what
	// came of calling, Matched who a guest is.
	Discharged  bool     `json:"discharged,omitempty"`
	Aside       bool     `json:"aside,omitempty"`
	SteppedAway bool     `json:"stepped_away,omitempty"`
	Absence     string   `json:"absence,omitempty"`
	Matched     PersonID `json:"matched,omitempty"`
}

// Present is admitted and connected.
func (p *Person) Present() bool { return p.Stand == Admitted && p.Connected }

// Away is admitted, with the connection lost.
func (p *Person) Away() bool { return p.Stand == Admitted && !p.Connected && !p.LostAt.IsZero() }

// Instant is a moment of a node's life: the anchor plus Mono.
type Instant struct {
	At   time.Time // UTC, in whole milliseconds
	Mono time.Duration
}

// Limits are the times after which a room acts by itself. Zero is the default.
type Limits struct {
	HoldAfter    time.Duration // without staff until the room is held: 2 min
	EndHeldAfter time.Duration // held until it ends: 15 min
}

func (l Limits) withDefaults() Limits {
	if l.HoldAfter == 0 {
		l.HoldAfter = 2 * time.Minute
	}
	if l.EndHeldAfter == 0 {
		l.EndHeldAfter = 15 * time.Minute
	}
	return l
}

// State is the live state of one session: a pure machine. Apply decides and
// changes; Replay rebuilds the same state from the journal. It is owned by
// one goroutine and reads no clock.
type State struct {
	// Set at creation.
	plan   Plan
	roster Roster
	limits Limits

	// Changed by events only.
	core

	// The pending events of the Apply that runs.
	now    Instant
	events []Event
}

// core is what a snapshot holds.
type core struct {
	Last    EventID   `json:"last"` // the newest event that this state knows
	Version uint64    `json:"version"`
	People  []*Person `json:"people"` // the roster, then others in order of arrival

	Hands      []PersonID `json:"hands,omitempty"` // first raised first
	Locked     bool       `json:"locked"`
	Held       bool       `json:"held"`
	HeldAt     time.Time  `json:"held_at,omitzero"`
	StaffGone  time.Time  `json:"staff_gone,omitzero"` // since when nobody of the staff is present
	Started    time.Time  `json:"started,omitzero"`    // first staff presence or first move by hand
	Moves      []Move     `json:"moves,omitempty"`
	Segment    int        `json:"segment"`
	Ended      bool       `json:"ended"`
	EndReason  string     `json:"end_reason,omitempty"`
	LatestFact time.Time  `json:"latest_fact"` // the newest At, for a takeover without a beat
}

// NewState is the state of a room in which nothing has happened yet.
func NewState(plan Plan, roster Roster, limits Limits) *State {
	s := &State{plan: plan, roster: roster, limits: limits.withDefaults()}
	s.Segment = -1
	for _, seat := range roster {
		s.People = append(s.People, &Person{ID: seat.Person, Seat: seat, Role: seat.Role, Stand: Expected})
	}
	return s
}

// Plan returns the plan the state was made with.
func (s *State) Plan() Plan { return s.plan }

// Apply carries out one command at an instant. It returns what happened, in
// order, or a *Refusal, and then nothing has changed. The events are numbered
// behind the last one of the same epoch and node; see Own.
func (s *State) Apply(now Instant, command Command) ([]Event, error) {
	s.now, s.events = now, nil
	if s.Ended {
		if _, machine := command.(Tick); machine {
			return nil, nil
		}
		return nil, RefusedEnded
	}
	before := s.Segment
	err := s.decide(command)
	if err == nil {
		s.react()
		s.Segment = s.segmentAt(now.At)
	}
	if len(s.events) > 0 || s.Segment != before {
		s.Version++
	}
	return s.events, err
}

// Own makes the following events those of node under epoch.
func (s *State) Own(epoch uint64, node NodeID) {
	s.Last = EventID{Epoch: epoch, Node: node}
}

func (s *State) decide(command Command) error {
	switch c := command.(type) {
	case Takeover:
		return s.takeover(c)
	case Arrive:
		return s.arrive(c)
	case Connect, Lose, Media, CameraCeased:
		return s.engineFact(c)
	case Admit, AdmitAll, Deny, SendBack, Remove, UndoRemove, Leave:
		return s.door(c)
	case Mute, Unmute, StopCamera, StartCamera, RaiseHand, LowerHand:
		return s.gate(c)
	case SeatTonight, Discharged, Absence, Match:
		return s.tonight(c)
	case Aside, EndAside, StepAway, StepBack:
		return s.beside(c)
	case Lock, Unlock, MoveSegment, End, ClockStep:
		return s.evening(c)
	case Tick:
		return nil // what is due happens in react
	}
	return RefusedNotNow
}

// emit numbers an event, dates it and lets the state follow.
func (s *State) emit(e Event) {
	e.ID = EventID{Epoch: s.Last.Epoch, Node: s.Last.Node, N: s.Last.N + 1}
	e.At, e.Mono = s.now.At, s.now.Mono
	s.events = append(s.events, e)
	s.follow(e)
}

// person finds somebody by id, or nil.
func (s *State) person(id PersonID) *Person {
	for _, p := range s.People {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// admitted finds somebody who is in the room.
func (s *State) admitted(id PersonID) (*Person, error) {
	p := s.person(id)
	if p == nil {
		return nil, RefusedNotThere
	}
	if p.Stand != Admitted {
		return nil, RefusedLobby
	}
	return p, nil
}

func (s *State) anyStaff(test func(*Person) bool) bool {
	return slices.ContainsFunc(s.People, func(p *Person) bool { return p.Role.Staff() && test(p) })
}
