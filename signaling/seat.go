package signaling

import (
	"context"
	"sync"
	"time"

	"vesper/auth"
	"vesper/rooms"
)

// seat is the place of one person in one open room: which conversation holds
// it, which one waits as a second device, and the media that outlives a lost
// WebSocket. It is made with the person's first hello and ends with the room.
type seat struct {
	// Set at creation.
	lounge *lounge
	room   *rooms.Room
	who    rooms.Identity
	box    *mailbox // the engine's facts, in order, and what follows from them
	media  media

	mu         sync.Mutex
	generation uint64 // of the newest resume token
	confirmed  bool   // its holder has spoken since it got it
	device     string
	conv       *conversation // holds the seat
	second     *conversation // waits
	idle       rooms.Timer   // ends media that no conversation came back for
}

func newSeat(l *lounge, room *rooms.Room, who rooms.Identity) *seat {
	s := &seat{lounge: l, room: room, who: who}
	if p, ok := l.person(who.Person); ok {
		s.generation = p.Conn >> connBits
		s.media.conn = p.Conn
	}
	s.media.seat = s
	s.box = newMailbox(s.panicked)
	return s
}

// claim says with what a conversation asks for the seat.
type claim struct {
	conv   *conversation
	resume *auth.Resume // nil: with a ticket alone
	ticket bool
}

// outcome of a claim.
type outcome struct {
	waits  bool // as second device
	same   bool // it is the device that was here before
	resume string
	kept   bool // the old media is still there
}

// take gives the seat to a conversation, lets it wait, or refuses it. One
// seat, one presence: only a resume token of the newest generation takes over
// at once.
func (s *seat) take(c claim) (outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.resume != nil && s.current(c.resume.Generation) {
		return s.hold(c.conv, c.resume.Generation, c.resume.Device, true)
	}
	if !c.ticket {
		return outcome{}, refuse("resume_invalid", "This place was taken up by a newer connection.")
	}
	p, _ := s.lounge.person(s.who.Person)
	inside := p.Stand == rooms.Admitted && !s.who.Role.Staff()
	if s.conv == nil && !inside {
		return s.hold(c.conv, 0, "", false)
	}
	s.wait(c.conv)
	return outcome{waits: true}, nil
}

// current reports whether a generation is the newest. One step back is
// accepted while the newest token's holder has not been heard from: its
// welcome may have been lost.
func (s *seat) current(generation uint64) bool {
	return generation >= s.generation || (generation+1 == s.generation && !s.confirmed)
}

// hold makes c the seat's conversation. It runs under mu.
func (s *seat) hold(c *conversation, generation uint64, device string, same bool) (outcome, error) {
	if s.conv != nil && s.conv != c {
		s.conv.close(bye("replaced"))
	}
	if !same {
		device = rooms.NewID()
		s.endMedia()
	}
	if s.idle != nil {
		s.idle.Stop()
		s.idle = nil
	}
	s.conv, s.device, s.confirmed = c, device, false
	s.generation = max(s.generation, generation) + 1
	v := s.lounge.view.Load()
	token, err := s.lounge.server.options.Authority.IssueResume(s.who, s.generation, device, v.Plan.Closes().Add(30*time.Minute))
	return outcome{same: same, resume: token, kept: same && s.media.alive()}, err
}

// holder says on which device c holds the seat, if it does.
func (s *seat) holder(c *conversation) (device string, holds bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.device, s.conv == c
}

// open reports whether the seat's device may have media: the device is still
// the one, and the person in the room or before it.
func (s *seat) open(device string) bool {
	s.mu.Lock()
	same := s.device == device
	s.mu.Unlock()
	return same && s.lounge.expects(s.who.Person)
}

// confirm notes that the holder of the newest token has spoken.
func (s *seat) confirm(c *conversation) {
	s.mu.Lock()
	if s.conv == c {
		s.confirmed = true
	}
	s.mu.Unlock()
}

// release is called when a conversation ends. The media goes on for a while:
// losing the WebSocket is not leaving.
func (s *seat) release(c *conversation) {
	s.mu.Lock()
	if s.second == c {
		s.second = nil
		s.box.put(s.showSecond)
	}
	if s.conv != c {
		s.mu.Unlock()
		return
	}
	s.conv = nil
	s.idle = s.lounge.server.clock.AfterFunc(mediaWaits, func() { s.box.put(s.closeIdle) })
	second := s.second
	s.mu.Unlock()
	if second != nil && s.who.Role.Staff() {
		s.box.put(func() { s.move(second) })
	}
}

func (s *seat) closeIdle() {
	s.mu.Lock()
	idle := s.conv == nil
	s.mu.Unlock()
	if idle {
		s.media.close()
	}
}

// endMedia closes the PeerConnection of now, soon; a later one is left alone.
func (s *seat) endMedia() {
	if peer := s.media.current(); peer != nil {
		s.box.put(func() { s.media.closePeer(peer) })
	}
}

// nudge has the seat's conversation look at the room again.
func (s *seat) nudge() {
	s.mu.Lock()
	c := s.conv
	s.mu.Unlock()
	if c != nil {
		c.nudge()
	}
}

// dismiss ends the seat's conversations with a word.
func (s *seat) dismiss(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range []*conversation{s.conv, s.second} {
		if c != nil {
			c.close(bye(code))
		}
	}
}

// tell hands a fact to the room.
func (s *seat) tell(command rooms.Command) {
	if err := s.room.Do(context.Background(), command); err != nil {
		s.lounge.server.log.Debug("fact not recorded", "session", s.who.Session, "person", s.who.Person, "error", err)
	}
}

// panicked drops this person and nobody else.
func (s *seat) panicked(value any) {
	s.lounge.server.panicked(s.who, value)
	s.dismiss("internal")
	s.media.abandon()
}

func (s *seat) close() {
	s.mu.Lock()
	if s.idle != nil {
		s.idle.Stop()
	}
	s.mu.Unlock()
	s.box.put(s.media.close)
	s.box.close()
}
