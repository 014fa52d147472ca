package rooms

// arrive: staff never wait, crew come in once staff are there, a device that
// left may return unasked; everybody else waits in the lobby.
func (s *State) arrive(c Arrive) error {
	p := s.person(c.Person)
	if p == nil {
		p = &Person{ID: c.Person, Seat: c.Seat, Role: c.Seat.Role, Stand: Expected}
		s.People = append(s.People, p)
	}
	switch {
	case p.Stand == Removed:
		return RefusedRemoved
	case p.Discharged:
		return RefusedDischarged
	}
	if c.Place != "" && c.Place != p.Place {
		s.emit(Event{Kind: EventPlace, Person: p.ID, Reason: c.Place})
	}
	if p.Stand == Admitted || p.Stand == InLobby {
		return nil // a resume: the place is kept
	}
	returns := p.Stand == Left && p.Returning && c.Device && !s.Locked && s.invited(p)
	s.emit(Event{Kind: EventArrived, Person: p.ID})
	switch {
	case p.Role.Staff():
		s.emit(Event{Kind: EventAdmitted, Person: p.ID, Reason: "role"})
	case p.Role.Crew() && s.anyStaff((*Person).Present) && !s.Locked:
		s.emit(Event{Kind: EventAdmitted, Person: p.ID, Reason: "role"})
	case returns:
		s.emit(Event{Kind: EventAdmitted, Person: p.ID, Reason: "returned"})
	}
	return nil
}

func (s *State) door(command Command) error {
	switch c := command.(type) {
	case Admit:
		return s.admit(c)
	case AdmitAll:
		return s.admitAll(c)
	case Deny:
		return s.turnAway(c.Actor, c.Person, InLobby, EventDenied)
	case SendBack:
		return s.turnAway(c.Actor, c.Person, Admitted, EventSentBack)
	case Remove:
		return s.remove(c)
	case UndoRemove:
		return s.turnAway(c.Actor, c.Person, Removed, EventRemovalUndone)
	case Leave:
		p := s.person(c.Person)
		if p == nil || (p.Stand != Admitted && p.Stand != InLobby) {
			return RefusedNotNow
		}
		s.emit(Event{Kind: EventLeft, Person: p.ID, Actor: p.ID})
	}
	return nil
}

func (s *State) admit(c Admit) error {
	p := s.person(c.Person)
	switch {
	case p == nil:
		return RefusedNotThere
	case p.Stand != InLobby:
		return RefusedNotNow
	case s.Locked:
		return RefusedLocked
	case !s.invited(p):
		return RefusedNotInvited
	}
	s.emit(Event{Kind: EventAdmitted, Person: p.ID, Actor: c.Actor})
	return nil
}

// admitAll lets in everybody in the lobby who has a seat, be it one that was
// given after the room opened, has said where they are and is invited now.
func (s *State) admitAll(c AdmitAll) error {
	if s.Locked {
		return RefusedLocked
	}
	admitted := false
	for _, p := range s.People {
		if p.Stand == InLobby && p.Seat.ID != "" && p.Place != "" && s.invited(p) {
			s.emit(Event{Kind: EventAdmitted, Person: p.ID, Actor: c.Actor})
			admitted = true
		}
	}
	if !admitted {
		return RefusedNotNow
	}
	return nil
}

// turnAway moves a person out of a stand that they must be in. Staff can't be
// turned away by each other, except by remove.
func (s *State) turnAway(actor, person PersonID, from Stand, kind EventKind) error {
	p := s.person(person)
	switch {
	case p == nil:
		return RefusedNotThere
	case p.Stand != from || (kind == EventSentBack && p.Role.Staff()):
		return RefusedNotNow
	}
	s.emit(Event{Kind: kind, Person: p.ID, Actor: actor})
	return nil
}

func (s *State) remove(c Remove) error {
	p := s.person(c.Person)
	switch {
	case p == nil:
		return RefusedNotThere
	case p.Stand == Removed || p.ID == c.Actor:
		return RefusedNotNow
	}
	s.emit(Event{Kind: EventRemoved, Person: p.ID, Actor: c.Actor})
	return nil
}
