package signaling

import (
	"context"
	"sync"
	"sync/atomic"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// lounge is the people of one open room on this node: their seats, what they
// gave at the door, and the room's newest view, of which it tells everybody.
type lounge struct {
	server  *Server
	session rooms.SessionID
	plan    rooms.Plan
	planned wire.Session // set by attach
	stage   *stage

	view     atomic.Pointer[rooms.View]
	speakers atomic.Pointer[[]wire.Speaker]

	attaching sync.Mutex // one asks for all; a failure is the next one's to try again
	attached  bool

	mu      sync.Mutex
	seats   map[rooms.PersonID]*seat
	details map[rooms.PersonID]Details
	second  map[rooms.PersonID]bool
	ended   bool
}

func newLounge(s *Server, plan rooms.Plan) *lounge {
	return &lounge{
		server: s, session: plan.Session, plan: plan,
		seats: map[rooms.PersonID]*seat{}, details: map[rooms.PersonID]Details{}, second: map[rooms.PersonID]bool{},
	}
}

// attach begins to watch the room, once.
func (l *lounge) attach(ctx context.Context, room *rooms.Room) (err error) {
	l.attaching.Lock()
	defer l.attaching.Unlock()
	if l.attached {
		return nil
	}
	if l.planned, err = l.server.options.Front.Session(ctx, l.plan); err != nil {
		return err
	}
	if err := l.refresh(ctx); err != nil {
		return err
	}
	if _, err = room.Watch(ctx, l.watch); err != nil {
		return err
	}
	l.attached = true
	return nil
}

// refresh reads again what people gave at the door.
func (l *lounge) refresh(ctx context.Context) error {
	details, err := l.server.options.Front.Details(ctx, l.plan.Clinic, l.session)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.details = details
	l.mu.Unlock()
	return nil
}

// watch runs on the room's goroutine: it only leaves word.
func (l *lounge) watch(v *rooms.View) {
	seats := l.all()
	if v == nil { // another node has the room now, or this one is closing
		l.server.forget(l)
		for _, s := range seats {
			s.dismiss("restart")
		}
		return
	}
	l.view.Store(v)
	if v.Ended {
		l.server.forget(l)
	}
	for _, s := range seats {
		p, known := v.Person(s.who.Person)
		switch { // a device that waits sees no pictures: it is told here
		case p.Stand == rooms.Removed:
			s.sendAway("removed")
		case p.Discharged:
			s.sendAway("discharged")
		case v.Ended:
			s.sendAway("ended")
		}
		switch {
		case v.Ended, known && p.Stand != rooms.Admitted && p.Stand != rooms.InLobby:
			s.endMedia()
		case p.Stand == rooms.Admitted && !p.Camera && s.media.camera.Load():
			s.box.put(func() { s.tell(rooms.Media{Person: s.who.Person, Reason: "camera"}) })
		}
		s.nudge()
	}
}

func (l *lounge) speak(speakers []wire.Speaker) {
	l.speakers.Store(&speakers)
	l.nudge()
}

// nudge has everybody look again.
func (l *lounge) nudge() {
	for _, s := range l.all() {
		s.nudge()
	}
}

func (l *lounge) all() []*seat {
	l.mu.Lock()
	defer l.mu.Unlock()
	seats := make([]*seat, 0, len(l.seats))
	for _, s := range l.seats {
		seats = append(seats, s)
	}
	return seats
}

// seat finds or makes the place of a person.
func (l *lounge) seat(room *rooms.Room, who rooms.Identity) (*seat, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil, rooms.ErrGone
	}
	s := l.seats[who.Person]
	if s == nil {
		s = newSeat(l, room, who)
		l.seats[who.Person] = s
	}
	return s, nil
}

// person is somebody as the room sees them now.
func (l *lounge) person(id rooms.PersonID) (rooms.Person, bool) {
	v := l.view.Load()
	if v == nil {
		return rooms.Person{}, false
	}
	return v.Person(id)
}

// expects reports whether a person is in the running room or waits before it.
func (l *lounge) expects(id rooms.PersonID) bool {
	p, _ := l.person(id)
	return l.running() && (p.Stand == rooms.Admitted || p.Stand == rooms.InLobby)
}

// running reports whether the room goes on, on this node.
func (l *lounge) running() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view.Load()
	return !l.ended && v != nil && !v.Ended
}

// byParticipant finds the person behind a participant's id.
func (l *lounge) byParticipant(id string) (rooms.PersonID, error) {
	if v := l.view.Load(); v != nil {
		for _, p := range v.People {
			if string(rooms.Participant(l.session, p.ID)) == id {
				return p.ID, nil
			}
		}
	}
	return "", rooms.RefusedNotThere
}

// look draws the present picture for one person.
func (l *lounge) look(who rooms.Identity) (picture, bool) {
	v := l.view.Load()
	if v == nil {
		return picture{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return look(v, who, l.details, l.second), true
}

// markSecond shows or hides that a person waits on a second device.
func (l *lounge) markSecond(person rooms.PersonID, waits bool) {
	l.mu.Lock()
	changed := l.second[person] != waits
	if waits {
		l.second[person] = true
	} else {
		delete(l.second, person)
	}
	l.mu.Unlock()
	if changed {
		l.nudge()
	}
}

// close ends every seat and waits for them; the room is over on this node.
func (l *lounge) close() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	for _, s := range l.all() {
		s.close()
	}
	l.server.forget(l)
}
