package attendance

import "vesper/rooms"

// arrive: at the door. Somebody who is in already only came back.
func (f *facts) arrive(e entry) {
	if f.door == 0 {
		f.door = e.at
	}
	if !f.inside() && !f.waiting() {
		f.lobby = append(f.lobby, stay{span: span{from: e.at}})
	}
}

func (f *facts) admit(e entry) {
	if f.door == 0 {
		f.door = e.at
	}
	if f.letIn == 0 {
		f.letIn = e.at
	}
	closeStay(f.lobby, e)
	if !f.inside() {
		f.admitted = append(f.admitted, stay{span: span{from: e.at}})
	}
}

// turnAway ends whatever the person was doing: denied, removed, left.
func (f *facts) turnAway(e entry) {
	if e.Kind == rooms.EventRemoved {
		f.raise(Removed)
	}
	f.discharged = f.discharged || e.Reason == rooms.ReasonDischarged
	f.leave(e)
}

func (f *facts) sendBack(e entry) {
	if e.Reason != rooms.ReasonNotInvited { // the evening moved on, and staff had no part in it
		f.raise(SentBack)
	}
	f.leave(e)
	f.lobby = append(f.lobby, stay{span: span{from: e.at}})
}

func (f *facts) undo(entry) {
	if f.raised(Removed) {
		f.raise(RemovalUndone)
	}
}

// leave ends an admission or a wait. A connection that is alive is proven at
// that moment, although its last packet came a little earlier.
func (f *facts) leave(e entry) {
	if f.inside() {
		for i := range f.links {
			if f.links[i].open {
				f.links[i].floor = e.at
			}
		}
	}
	closeStay(f.admitted, e)
	closeStay(f.lobby, e)
}

func (f *facts) place(e entry) {
	if f.location != "" && f.location != e.Reason {
		f.raise(LocationChanged)
	}
	f.location = e.Reason
}

func (f *facts) step(e entry) {
	f.away = append(f.away, mark{e.at, e.Kind == rooms.EventSteppedAway})
}

func (f *facts) besides(e entry) {
	f.aside = append(f.aside, mark{e.at, e.Kind == rooms.EventAsideBegan})
}

// seat is for this evening: a guest's, or that of somebody who was discharged
// during it and let back.
func (f *facts) seat(e entry) {
	f.role = rooms.Role(e.Reason)
	if !f.discharged {
		f.raise(Guest)
	}
}

func (f *facts) inside() bool  { return len(f.admitted) > 0 && f.admitted[len(f.admitted)-1].open() }
func (f *facts) waiting() bool { return len(f.lobby) > 0 && f.lobby[len(f.lobby)-1].open() }

// closeStay ends the last stay, if it is open.
func closeStay(stays []stay, e entry) {
	if n := len(stays); n > 0 && stays[n-1].open() {
		stays[n-1].to, stays[n-1].end = e.at, e.Kind
	}
}
