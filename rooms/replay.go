package rooms

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Replay rebuilds the state from the journal.
func Replay(plan Plan, roster Roster, limits Limits, journal []Event) *State {
	s := NewState(plan, roster, limits)
	s.replay(journal)
	return s
}

// Snapshot is the state as JSON: ids and state, no names.
func (s *State) Snapshot() ([]byte, error) {
	data, err := json.Marshal(s.core)
	if err != nil {
		return nil, fmt.Errorf("snapshot room: %w", err)
	}
	return data, nil
}

func (s *State) replay(journal []Event) {
	for _, e := range journal {
		s.now = Instant{At: e.At, Mono: e.Mono}
		s.follow(e)
		s.Version++
		s.Segment = s.segmentAt(e.At)
	}
}

// follow changes the state as an event says. It decides nothing, so that a
// journal gives the state that wrote it.
func (s *State) follow(e Event) {
	s.Last = e.ID
	s.LatestFact = latest(s.LatestFact, e.At)
	p := s.person(e.Person)
	if p == nil && e.Person != "" {
		p = &Person{ID: e.Person, Role: Client, Stand: Expected}
		s.People = append(s.People, p)
	}
	switch e.Kind {
	case EventSeated, EventAbsence, EventMatched, EventAsideBegan, EventAsideEnded, EventSteppedAway, EventSteppedBack:
		s.followTonight(p, e)
	case EventArrived, EventAdmitted, EventDenied, EventSentBack, EventRemoved, EventRemovalUndone, EventLeft:
		s.followDoor(p, e)
	case EventConnected, EventLost, EventClosedCrash:
		s.followConnection(p, e)
	case EventPlace, EventMedia, EventCameraOff, EventMuted, EventUnmuted, EventCameraStopped, EventCameraStarted,
		EventHandRaised, EventHandLowered:
		s.followGate(p, e)
	default:
		s.followRoom(e)
	}
	s.followStaff(e)
}

var standAfter = map[EventKind]Stand{
	EventArrived: InLobby, EventAdmitted: Admitted, EventDenied: Denied, EventSentBack: InLobby,
	EventRemoved: Removed, EventRemovalUndone: Expected, EventLeft: Left,
}

func (s *State) followDoor(p *Person, e Event) {
	if e.Kind == EventDenied && e.Reason == ReasonDischarged {
		p.Discharged = true
		if p.Stand == Removed {
			return // the removal holds
		}
	}
	p.Stand, p.Since = standAfter[e.Kind], e.At
	switch e.Kind {
	case EventArrived: // whoever waits now may be on another device
		p.Returning = false
	case EventAdmitted:
		p.Returning = true
		if !p.Connected {
			p.LostAt = time.Time{} // not away before the first proof
		}
	case EventSentBack, EventRemoved, EventDenied:
		p.Returning = false
	}
	if p.Stand != Admitted {
		s.lowerHand(p.ID)
		p.Camera = false
	}
}

func (s *State) followConnection(p *Person, e Event) {
	switch e.Kind {
	case EventConnected:
		p.Connected, p.Conn, p.LostAt = true, e.Conn, time.Time{}
	default:
		p.Connected, p.LostAt, p.Camera = false, e.Since, false
	}
}

func (s *State) followGate(p *Person, e Event) {
	switch e.Kind {
	case EventPlace:
		p.Place = e.Reason
	case EventMedia:
		p.Camera = p.Camera || e.Reason == "camera"
	case EventCameraOff:
		p.Camera = false
	case EventMuted:
		p.Muted, p.MutedBy = true, e.Actor
	case EventUnmuted:
		p.Muted, p.MutedBy = false, ""
	case EventCameraStopped:
		p.CameraStopped, p.CameraBy = true, e.Actor
	case EventCameraStarted:
		p.CameraStopped, p.CameraBy = false, ""
	case EventHandRaised:
		s.Hands = append(s.Hands, p.ID)
	case EventHandLowered:
		s.lowerHand(p.ID)
	}
}

func (s *State) followRoom(e Event) {
	switch e.Kind {
	case EventLocked:
		s.Locked = true
	case EventUnlocked:
		s.Locked = false
	case EventHeld:
		s.Held, s.HeldAt = true, e.At
	case EventReleased:
		s.Held, s.HeldAt = false, time.Time{}
	case EventSegment:
		s.Moves = append(s.Moves, Move{At: e.At, Segment: e.Segment})
		if s.Started.IsZero() {
			s.Started = e.At
		}
	case EventEnded:
		s.Ended, s.EndReason = true, e.Reason
	}
}

// followStaff keeps the first staff presence and the time without any.
func (s *State) followStaff(e Event) {
	if s.anyStaff((*Person).Present) {
		s.StaffGone = time.Time{}
		if s.Started.IsZero() {
			s.Started = e.At
		}
		return
	}
	if s.StaffGone.IsZero() && !s.Started.IsZero() && !s.Ended {
		s.StaffGone = e.At
	}
}

func (s *State) lowerHand(id PersonID) {
	if i := handIndex(s.Hands, id); i >= 0 {
		s.Hands = slices.Delete(s.Hands, i, i+1)
	}
}
