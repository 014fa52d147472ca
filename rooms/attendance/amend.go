package attendance

import (
	"slices"

	"vesper/rooms"
)

// amend applies what staff wrote to everybody's presence. Later statements win
// where they overlap. Whoever shared a device was in as long as its owner was,
// by what was measured and said of the owner alone; so nobody's presence hangs
// on a chain of others.
func (c *computation) amend(measured []presence, end int64) []presence {
	window := span{millis(c.plan.Start), millis(c.plan.End)}
	if c.running {
		window.to = min(window.to, end)
	}
	stated := make([]presence, len(measured))
	alone := make(map[rooms.PersonID][]span, len(measured))
	for i, p := range measured {
		alone[p.person] = c.said[p.person].apply(union(p.intervals...), window, nil)
		stated[i] = p
	}
	for i := range stated {
		words := c.said[stated[i].person]
		if !words.effective() {
			continue
		}
		if words.location != "" {
			stated[i].facts = stated[i].facts.at(words.location)
		}
		stated[i].restate(words.apply(union(stated[i].intervals...), window, alone))
	}
	return stated
}

// apply is a presence after all statements; without devices, those about
// shared ones are left out.
func (s *said) apply(in []span, window span, devices map[rooms.PersonID][]span) []span {
	if s == nil {
		return in
	}
	for _, st := range s.spans {
		stretch := intersect([]span{st.span}, []span{window})
		switch {
		case st.with != "":
			in = union(append(slices.Clone(in), intersect(stretch, devices[st.with])...)...)
		case st.present:
			in = union(append(slices.Clone(in), stretch...)...)
		default:
			in = subtract(in, stretch)
		}
	}
	return in
}

// at is the facts with another place.
func (f *facts) at(location string) *facts {
	moved := *f
	moved.location = location
	return &moved
}

// restate puts stated intervals in the place of those that were measured.
func (p *presence) restate(in []span) {
	p.amended = true
	measured := p.intervals
	p.intervals = in
	if len(in) == 0 || len(measured) == 0 {
		p.here, p.movedEnd = false, len(in) > 0
		return
	}
	p.movedEnd = in[len(in)-1].to != measured[len(measured)-1].to
	p.here = p.here && !p.movedEnd
}

// wasIn reports whether the person was let in or, where staff corrected the
// time, was there at all.
func (p *presence) wasIn() bool {
	if p.amended && (len(p.pieces) > 0 || len(p.intervals) > 0) {
		return len(p.intervals) > 0
	}
	return len(p.admitted) > 0
}

// came is the first time at the door, or in the room if staff say that it was
// before.
func (p *presence) came() int64 {
	if len(p.intervals) > 0 && (p.door == 0 || p.intervals[0].from < p.door) {
		return p.intervals[0].from
	}
	return p.door
}

// compare puts the machine's value beside a row that staff's words have
// changed, this person's or, through the time that was held, another's.
func (c *computation) compare(r *Record, machine Record) {
	value := &MachineValue{
		Status: machine.Status, Minutes: machine.Minutes, Seconds: machine.Seconds, Location: machine.Location,
		Segments: make([]*int64, len(machine.Segments)),
	}
	same := r.Status == machine.Status && r.Seconds == machine.Seconds && r.Location == machine.Location
	for i, s := range machine.Segments {
		value.Segments[i] = s.Seconds
		same = same && (s.Seconds == nil || *s.Seconds == *r.Segments[i].Seconds)
	}
	if !same || c.said[r.Person].effective() {
		r.Machine = value
	}
}
