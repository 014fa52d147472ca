package rooms

import "time"

func (s *State) evening(command Command) error {
	switch c := command.(type) {
	case Lock:
		if !s.Locked {
			s.emit(Event{Kind: EventLocked, Actor: c.Actor})
		}
	case Unlock:
		if s.Locked {
			s.emit(Event{Kind: EventUnlocked, Actor: c.Actor})
		}
	case MoveSegment:
		if c.Index < 0 || c.Index >= len(s.plan.Segments) || c.Index == s.Segment {
			return RefusedNotNow
		}
		s.emit(Event{Kind: EventSegment, Actor: c.Actor, Segment: c.Index})
	case End:
		s.emit(Event{Kind: EventEnded, Actor: c.Actor, Reason: "staff"})
	case ClockStep:
		s.emit(Event{Kind: EventClockStep, StepMS: c.By.Milliseconds()})
	}
	return nil
}

// takeover closes what the last owner left open.
func (s *State) takeover(c Takeover) error {
	last := s.LatestFact
	s.emit(Event{Kind: EventOpened})
	for _, p := range s.People {
		if !p.Connected {
			continue
		}
		at, known := c.Beat[p.ID]
		if !known {
			at = last // the owner died before its first beat
		}
		s.emit(Event{Kind: EventClosedCrash, Person: p.ID, Conn: p.Conn, Since: at.UTC().Truncate(time.Millisecond)})
	}
	return nil
}

// react is what the room does by itself after every command: whoever is not
// invited to what begins goes back to the lobby, crew follow staff in, a room
// without staff is held, and ends.
func (s *State) react() {
	now := s.now.At
	s.sendBackUninvited()
	s.endBeside()
	staff := s.anyStaff((*Person).Present)
	if staff && !s.Locked {
		for _, p := range s.People {
			if p.Role.Crew() && p.Stand == InLobby {
				s.emit(Event{Kind: EventAdmitted, Person: p.ID, Reason: "role"})
			}
		}
	}
	if staff && s.Held {
		s.emit(Event{Kind: EventReleased})
	}
	if due := s.holdDue(); !due.IsZero() && !now.Before(due) {
		s.emit(Event{Kind: EventHeld})
	}
	if due := s.endHeldDue(); !due.IsZero() && !now.Before(due) && !s.Ended {
		s.emit(Event{Kind: EventEnded, Reason: "held"})
	}
	if !now.Before(s.plan.Closes()) && !s.Ended {
		s.emit(Event{Kind: EventEnded, Reason: "planned"})
	}
}

// holdDue is when a room whose staff have gone is held: only a room that
// somebody of the staff was in, and only once.
func (s *State) holdDue() time.Time {
	if s.Held || s.Ended || s.StaffGone.IsZero() {
		return time.Time{}
	}
	return s.StaffGone.Add(s.limits.HoldAfter)
}

func (s *State) endHeldDue() time.Time {
	if !s.Held || s.Ended {
		return time.Time{}
	}
	return s.HeldAt.Add(s.limits.EndHeldAfter)
}

// Next is when a Tick has something to do; zero if never.
func (s *State) Next() time.Time {
	if s.Ended {
		return time.Time{}
	}
	next := s.plan.Closes()
	for _, due := range []time.Time{s.holdDue(), s.endHeldDue(), s.segmentEnds()} {
		if !due.IsZero() && due.Before(next) {
			next = due
		}
	}
	return next
}

func (s *State) heldFrom() time.Time {
	if s.Started.IsZero() {
		return time.Time{}
	}
	return latest(s.Started, s.plan.Start)
}

func (s *State) segmentAt(now time.Time) int {
	from := s.heldFrom()
	if from.IsZero() || now.Before(from) {
		return -1
	}
	return CurrentSegment(s.plan, from, now, s.Moves)
}

// segmentEnds is when the running segment gives way to the next; zero for the
// last one, and the planned start before the first.
func (s *State) segmentEnds() time.Time {
	from := s.heldFrom()
	if from.IsZero() {
		return time.Time{}
	}
	if s.now.At.Before(from) {
		return from
	}
	for _, span := range ActualSegments(s.plan, from, s.plan.Closes(), s.Moves) {
		if span.End.After(s.now.At) && !span.Start.After(s.now.At) && span.Index < len(s.plan.Segments)-1 {
			return span.End
		}
	}
	return time.Time{}
}
