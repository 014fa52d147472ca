package signaling

import (
	"context"

	"vesper/signaling/wire"
)

// wait makes c the second device and asks the first. It runs under mu.
func (s *seat) wait(c *conversation) {
	if s.second != nil {
		s.second.close(bye("replaced"))
	}
	s.second = c
	s.box.put(s.showSecond)
	if s.conv != nil {
		s.conv.send(wire.DeviceQuestion{Envelope: typed(wire.TypeDeviceQuestion)})
	}
	if s.who.Role.Staff() { // nobody may be there to decide for them
		s.lounge.server.clock.AfterFunc(questionWaits, func() { s.box.put(func() { s.move(c) }) })
	}
}

// move gives the seat to the device that waits; a non-nil only moves only if
// it is that one. It reports whether one waited.
func (s *seat) move(only *conversation) bool {
	s.mu.Lock()
	c := s.second
	if c == nil || (only != nil && only != c) {
		s.mu.Unlock()
		return false
	}
	s.second = nil
	got, err := s.hold(c, 0, "", false)
	s.mu.Unlock()
	s.box.put(s.showSecond)
	if err != nil {
		c.fail(err)
		return true
	}
	c.seated(got)
	return true
}

// sendAway ends the waiting of a second device, if there is one, with a word.
func (s *seat) sendAway(code string) {
	s.mu.Lock()
	c := s.second
	s.second = nil
	s.mu.Unlock()
	if c != nil {
		c.close(bye(code))
		s.box.put(s.showSecond)
	}
}

// showSecond tells staff whether a device waits now. It runs in the mailbox,
// because it may not under mu.
func (s *seat) showSecond() {
	s.mu.Lock()
	waits := s.second != nil
	s.mu.Unlock()
	s.lounge.markSecond(s.who.Person, waits)
}

// seated makes a device that waited the holder of the seat: another welcome,
// behind the one that told it to wait. The person may have left, or been undone
// a removal, since it began to wait.
func (c *conversation) seated(got outcome) {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	ctx, cancel := context.WithTimeout(context.Background(), helloWithin)
	defer cancel()
	select {
	case <-c.done:
		return
	default:
	}
	c.waiting.Store(false)
	if err := c.arrive(ctx, false); err != nil {
		c.fail(err)
		return
	}
	welcome, err := c.welcome(0, got)
	if err != nil {
		c.fail(err)
		return
	}
	c.send(welcome)
	c.greet(welcome)
}
