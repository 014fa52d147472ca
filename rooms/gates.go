package rooms

// engineFact records what the media engine proved. Facts about somebody who
// is not here any more are dropped, not refused: they are late, not wrong.
func (s *State) engineFact(command Command) error {
	switch c := command.(type) {
	case Connect:
		if p := s.person(c.Person); p != nil && c.Conn >= p.Conn && (!p.Connected || c.Conn > p.Conn) {
			s.emit(Event{Kind: EventConnected, Person: p.ID, Conn: c.Conn, Since: c.Since})
		}
	case Lose:
		if p := s.person(c.Person); p != nil && p.Connected && p.Conn == c.Conn {
			s.emit(Event{Kind: EventLost, Person: p.ID, Conn: c.Conn, Since: c.Since})
		}
	case Media:
		p := s.person(c.Person)
		if p != nil && p.Stand == Admitted && !(c.Reason == "camera" && p.Camera) {
			s.emit(Event{Kind: EventMedia, Person: p.ID, Reason: c.Reason})
		}
	case CameraCeased:
		if p := s.person(c.Person); p != nil && p.Camera {
			s.emit(Event{Kind: EventCameraOff, Person: p.ID})
		}
	}
	return nil
}

// gate is microphones, cameras and hands. Doing what is done already is not
// refused and leaves no trace.
func (s *State) gate(command Command) error {
	actor, person, kind := gateOf(command)
	p, err := s.admitted(person)
	if err != nil {
		return err
	}
	raised := handIndex(s.Hands, p.ID) >= 0
	done := map[EventKind]bool{
		EventMuted: p.Muted && (p.MutedBy != p.ID || actor == p.ID), EventUnmuted: !p.Muted,
		EventCameraStopped: p.CameraStopped && (p.CameraBy != p.ID || actor == p.ID), EventCameraStarted: !p.CameraStopped,
		EventHandRaised: raised, EventHandLowered: !raised,
	}
	if !done[kind] {
		s.emit(Event{Kind: kind, Person: p.ID, Actor: actor})
	}
	return nil
}

func gateOf(command Command) (actor, person PersonID, kind EventKind) {
	switch c := command.(type) {
	case Mute:
		return c.Actor, c.Person, EventMuted
	case Unmute:
		return c.Person, c.Person, EventUnmuted
	case StopCamera:
		return c.Actor, c.Person, EventCameraStopped
	case StartCamera:
		return c.Person, c.Person, EventCameraStarted
	case RaiseHand:
		return c.Person, c.Person, EventHandRaised
	case LowerHand:
		return c.Actor, c.Person, EventHandLowered
	}
	return "", "", ""
}

func handIndex(hands []PersonID, id PersonID) int {
	for i, h := range hands {
		if h == id {
			return i
		}
	}
	return -1
}

// Permit is what the media of one person may do.
type Permit struct {
	Room   bool // be in the room's router: receive, and be received
	Mic    bool
	Camera bool
	Screen bool
}

// Permits are everybody who is in the room. Whoever is not listed may do nothing.
type Permits map[PersonID]Permit

// Permits says what the media may do in this state. An ended room permits nothing.
func (s *State) Permits() Permits {
	permits := Permits{}
	if s.Ended {
		return permits
	}
	for _, p := range s.People {
		if p.Stand == Admitted {
			permits[p.ID] = Permit{
				Room:   true,
				Mic:    !p.Muted && !s.Held,
				Camera: !p.CameraStopped && !s.Held,
				Screen: p.Role.Staff() && !s.Held,
			}
		}
	}
	return permits
}

// Both is what two sets of permits agree on.
func (a Permits) Both(b Permits) Permits {
	both := Permits{}
	for id, x := range a {
		if y := b[id]; x.Room && y.Room {
			both[id] = Permit{true, x.Mic && y.Mic, x.Camera && y.Camera, x.Screen && y.Screen}
		}
	}
	return both
}
