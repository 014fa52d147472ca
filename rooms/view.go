package rooms

import "time"

// View is a room at one version, for those who show it. It is a copy: the
// receiver may keep it and must not change it.
type View struct {
	Version   uint64
	Plan      Plan
	People    []Person // the roster, then others in order of arrival
	Hands     []PersonID
	Locked    bool
	Held      bool
	Segment   int       // index of the running segment, -1 outside the evening
	Until     time.Time // when the running segment gives way to the next; zero: it lasts
	Ended     bool
	EndReason string
	Degraded  bool // the journal can't be written; care goes on
}

// Person finds somebody by id.
func (v *View) Person(id PersonID) (Person, bool) {
	for _, p := range v.People {
		if p.ID == id {
			return p, true
		}
	}
	return Person{}, false
}

// View copies the state.
func (s *State) View() *View {
	v := &View{
		Version: s.Version, Plan: s.plan, Locked: s.Locked, Held: s.Held, Segment: s.Segment,
		Ended: s.Ended, EndReason: s.EndReason, Hands: append([]PersonID(nil), s.Hands...),
		People: make([]Person, len(s.People)),
	}
	if s.Segment >= 0 {
		v.Until = s.segmentEnds()
	}
	for i, p := range s.People {
		v.People[i] = *p
	}
	return v
}
