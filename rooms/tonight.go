package rooms

import "slices"

// Reasons that the machine gives.
const (
	ReasonDischarged = "discharged"  // of denied: the seat has ended
	ReasonNotInvited = "not_invited" // of sent_back: to what began
)

// AbsenceOutcomes are what may come of calling somebody who is missing.
var AbsenceOutcomes = []string{"called", "reached", "not_reached", "excused", "unexcused"}

// tonight is the roster of this one evening.
func (s *State) tonight(command Command) error {
	switch c := command.(type) {
	case SeatTonight:
		return s.seatTonight(c)
	case Discharged:
		if p := s.person(c.Person); p != nil && !p.Discharged {
			s.emit(Event{Kind: EventDenied, Person: p.ID, Reason: ReasonDischarged})
		}
	case Absence:
		return s.absence(c)
	case Match:
		p := s.person(c.Person)
		switch {
		case p == nil:
			return RefusedNotThere
		case c.With == "" || c.With == p.ID:
			return RefusedNotNow
		case p.Matched != c.With:
			s.emit(Event{Kind: EventMatched, Person: p.ID, Actor: c.Actor, With: c.With})
		}
	}
	return nil
}

// seatTonight refuses somebody who has a seat: nobody's role ever changes.
func (s *State) seatTonight(c SeatTonight) error {
	p := s.person(c.Seat.Person)
	switch {
	case c.Seat.Person == "" || !c.Seat.Role.Valid():
		return RefusedNotThere
	case p != nil && p.Seat.ID != "" && !p.Discharged:
		return RefusedNotNow
	case p == nil:
		p = &Person{ID: c.Seat.Person, Stand: Expected}
		s.People = append(s.People, p)
	}
	p.Seat = c.Seat
	s.emit(Event{Kind: EventSeated, Person: p.ID, Actor: c.Actor, Reason: string(c.Seat.Role)})
	return nil
}

func (s *State) absence(c Absence) error {
	p := s.person(c.Person)
	switch {
	case p == nil:
		return RefusedNotThere
	case p.Stand == Admitted || !slices.Contains(AbsenceOutcomes, c.Outcome):
		return RefusedNotNow
	case p.Absence != c.Outcome || c.Note != "":
		s.emit(Event{Kind: EventAbsence, Person: p.ID, Actor: c.Actor, Reason: c.Outcome, Note: c.Note})
	}
	return nil
}

// beside is what a person does while they stay in the room. Doing what is done
// already is not refused and leaves no trace.
func (s *State) beside(command Command) error {
	actor, person, kind := besideOf(command)
	p, err := s.admitted(person)
	if err != nil {
		return err
	}
	if kind == EventAsideBegan && (p.Role.Staff() || p.ID == actor) {
		return RefusedNotNow
	}
	done := map[EventKind]bool{
		EventAsideBegan: p.Aside, EventAsideEnded: !p.Aside,
		EventSteppedAway: p.SteppedAway, EventSteppedBack: !p.SteppedAway,
	}
	if !done[kind] {
		s.emit(Event{Kind: kind, Person: p.ID, Actor: actor})
	}
	return nil
}

func besideOf(command Command) (actor, person PersonID, kind EventKind) {
	switch c := command.(type) {
	case Aside:
		return c.Actor, c.Person, EventAsideBegan
	case EndAside:
		return c.Actor, c.Person, EventAsideEnded
	case StepAway:
		return c.Person, c.Person, EventSteppedAway
	case StepBack:
		return c.Person, c.Person, EventSteppedBack
	}
	return "", "", ""
}

// endBeside ends what can't outlast being in the room.
func (s *State) endBeside() {
	for _, p := range s.People {
		if p.Stand == Admitted {
			continue
		}
		if p.Aside {
			s.emit(Event{Kind: EventAsideEnded, Person: p.ID})
		}
		if p.SteppedAway {
			s.emit(Event{Kind: EventSteppedBack, Person: p.ID})
		}
	}
}

// invited reports whether a person may be in what runs now. Outside the
// evening's segments a collateral may not.
func (s *State) invited(p *Person) bool {
	if p.Role != Collateral || len(s.plan.Segments) == 0 {
		return true
	}
	running := s.segmentAt(s.now.At)
	seat := Seat{Role: p.Role, Segments: p.Seat.Segments}
	return running >= 0 && seat.Invited(s.plan.Segments[running].Kind)
}

// sendBackUninvited is the machine's, when the evening moves on.
func (s *State) sendBackUninvited() {
	for _, p := range s.People {
		if p.Stand == Admitted && !s.invited(p) {
			s.emit(Event{Kind: EventSentBack, Person: p.ID, Reason: ReasonNotInvited})
		}
	}
}

func (s *State) followTonight(p *Person, e Event) {
	switch e.Kind {
	case EventSeated:
		p.Role, p.Discharged = Role(e.Reason), false
		if p.Stand == Denied {
			p.Stand, p.Since = Expected, e.At
		}
	case EventAbsence:
		p.Absence = e.Reason
	case EventMatched:
		p.Matched = e.With
	case EventAsideBegan, EventAsideEnded:
		p.Aside = e.Kind == EventAsideBegan
	case EventSteppedAway, EventSteppedBack:
		p.SteppedAway = e.Kind == EventSteppedAway
	}
}
