package attendance

import (
	"slices"

	"vesper/rooms"
)

// facts is what the journal says of one person, not yet judged. Stays and
// links are in the order of the entries that began them.
type facts struct {
	person rooms.PersonID

	admitted []stay // times of being let in
	lobby    []stay // times of waiting
	links    []link // connections

	door     int64 // first arrival, 0 if none
	letIn    int64 // first admission, 0 if none
	location string
	flags    []Flag // those that one entry alone decides

	audio  []int64 // when audio packets began
	camera []mark  // when camera packets began and ceased
	away   []mark  // the person's own button
	aside  []mark  // taken aside by staff

	role       rooms.Role // of a seat for this evening only
	discharged bool       // the seat ended during the evening

	doubt        int64 // milliseconds that crashes leave open
	doubtUnknown bool  // a crash without a beat
}

func (f *facts) raise(flag Flag) {
	if !f.raised(flag) {
		f.flags = append(f.flags, flag)
	}
}

func (f *facts) raised(flag Flag) bool { return slices.Contains(f.flags, flag) }

// stay is a time of being admitted, or in the lobby.
type stay struct {
	span
	end rooms.EventKind // what ended it; empty while open
}

func (s stay) open() bool { return s.end == "" }

// mark is a switch at a time.
type mark struct {
	at int64
	on bool
}

// gathered is what a timeline says of everybody.
type gathered struct {
	people map[rooms.PersonID]*facts
	moves  []rooms.Move // segments begun by hand, up to the end
	ended  int64        // 0 while it runs
	steps  []int64      // times of clock steps
	spare  []seated     // for people to come
}

// seated is the room for a person's facts and first connections.
type seated struct {
	facts
	links [4]link
}

// handlers are the entries that say something about a person. Kinds that are
// not listed change no row.
var handlers = map[rooms.EventKind]func(*facts, entry){
	rooms.EventArrived:       (*facts).arrive,
	rooms.EventPlace:         (*facts).place,
	rooms.EventAdmitted:      (*facts).admit,
	rooms.EventDenied:        (*facts).turnAway,
	rooms.EventSentBack:      (*facts).sendBack,
	rooms.EventRemoved:       (*facts).turnAway,
	rooms.EventRemovalUndone: (*facts).undo,
	rooms.EventLeft:          (*facts).turnAway,
	rooms.EventConnected:     (*facts).connect,
	rooms.EventLost:          (*facts).lose,
	rooms.EventClosedCrash:   (*facts).crash,
	rooms.EventMedia:         (*facts).media,
	rooms.EventCameraOff:     (*facts).cameraOff,
	rooms.EventSteppedAway:   (*facts).step,
	rooms.EventSteppedBack:   (*facts).step,
	rooms.EventAsideBegan:    (*facts).besides,
	rooms.EventAsideEnded:    (*facts).besides,
	rooms.EventSeated:        (*facts).seat,
}

// afterEnd are the kinds that still speak once the room has ended: facts about
// the time before.
var afterEnd = map[rooms.EventKind]bool{rooms.EventLost: true, rooms.EventClosedCrash: true}

// gather walks the timeline once. segments is the number of planned ones.
func gather(tl timeline, segments int) gathered {
	g := gathered{people: map[rooms.PersonID]*facts{}}
	var epoch uint64
	var before int64 // time of the entry ahead
	for _, e := range tl.entries {
		if e.ID.Epoch != epoch && epoch != 0 {
			g.orphan(before)
		}
		epoch, before = e.ID.Epoch, e.at
		if e.Kind == rooms.EventClosedCrash {
			e.fact = g.deadTime(tl, e)
		}
		g.room(e, segments)
		handle := handlers[e.Kind]
		if e.Person == "" || handle == nil || (g.ended != 0 && !afterEnd[e.Kind]) {
			continue
		}
		handle(g.of(e.Person), e)
	}
	return g
}

func (g *gathered) of(person rooms.PersonID) *facts {
	f := g.people[person]
	if f == nil {
		if len(g.spare) == 0 {
			g.spare = make([]seated, 8)
		}
		one := &g.spare[0]
		g.spare = g.spare[1:]
		one.person, one.facts.links = person, one.links[:0]
		f = &one.facts
		g.people[person] = f
	}
	return f
}

// room follows the entries about the evening itself.
func (g *gathered) room(e entry, segments int) {
	if e.Kind == rooms.EventClockStep {
		g.steps = append(g.steps, e.at)
	}
	if g.ended != 0 {
		return
	}
	switch e.Kind {
	case rooms.EventSegment:
		if e.Segment >= 0 && e.Segment < segments {
			g.moves = append(g.moves, rooms.Move{At: moment(e.at), Segment: e.Segment})
		}
	case rooms.EventEnded:
		g.ended = e.at
		for _, f := range g.people {
			f.leave(e)
		}
	}
}

// orphan notes that a life is over: what it left connected is not any more,
// and the last that is known of it is the life's last entry, until a beat says
// better.
func (g *gathered) orphan(at int64) {
	for _, f := range g.people {
		for i := range f.links {
			if l := &f.links[i]; l.open && l.orphan == 0 {
				l.orphan = max(at, l.from)
			}
		}
	}
}

// deadTime reads the time of a beat by the clock of the life that wrote it.
func (g *gathered) deadTime(tl timeline, e entry) int64 {
	f := g.people[e.Person]
	if f == nil || e.Since.IsZero() {
		return e.fact
	}
	for i := len(f.links) - 1; i >= 0; i-- {
		if l := f.links[i]; l.open && l.orphan != 0 {
			return min(millis(e.Since)+tl.shifts[l.epoch], e.at)
		}
	}
	return e.fact
}
