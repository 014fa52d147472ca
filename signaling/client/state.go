package client

import (
	"context"
	"slices"
	"sync"

	"vesper/signaling/wire"
)

// State is the room as this participant knows it at one moment. It is a copy.
type State struct {
	Connected      bool // the signaling connection stands
	MediaConnected bool // ICE and DTLS are done
	MediaErr       error
	Version        uint64
	You            wire.You
	Session        wire.Session
	Room           wire.Room
	Participants   []wire.Participant // in order of appearance; empty before admission
	Board          []wire.BoardRow    // staff only
	Slots          []wire.Slot
	Speakers       []wire.Speaker
}

// Admitted says whether the client is in the room.
func (s State) Admitted() bool { return s.You.State == "admitted" }

// Participant finds one person of the room.
func (s State) Participant(id string) (wire.Participant, bool) {
	i := slices.IndexFunc(s.Participants, func(p wire.Participant) bool { return p.ID == id })
	if i < 0 {
		return wire.Participant{}, false
	}
	return s.Participants[i], true
}

// Row finds one row of the board.
func (s State) Row(id string) (wire.BoardRow, bool) {
	i := slices.IndexFunc(s.Board, func(r wire.BoardRow) bool { return r.Participant == id })
	if i < 0 {
		return wire.BoardRow{}, false
	}
	return s.Board[i], true
}

// State copies what is known now.
func (c *Client) State() State { return c.room.snapshot() }

// WaitFor returns when the condition holds, ctx ends, or the client has ended
// (then with Err). The condition sees every change, or the newest of several.
func (c *Client) WaitFor(ctx context.Context, condition func(State) bool) error {
	for {
		changed := c.room.changed()
		if condition(c.room.snapshot()) {
			return nil
		}
		select {
		case <-changed:
		case <-c.ended:
			return c.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitMedia returns when packets can flow, or with the server's refusal of the offer.
func (c *Client) WaitMedia(ctx context.Context) error {
	var refused error
	err := c.WaitFor(ctx, func(s State) bool {
		refused = s.MediaErr
		return s.MediaConnected || s.MediaErr != nil
	})
	if err != nil {
		return err
	}
	return refused
}

// room keeps the state and wakes who waits for a change.
type room struct {
	mu    sync.Mutex
	state State
	next  chan struct{} // closed at the next change
}

func (r *room) init() { r.next = make(chan struct{}) }

func (r *room) changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next
}

func (r *room) wake() { r.change(func(*State) {}) }

func (r *room) change(how func(*State)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	how(&r.state)
	close(r.next)
	r.next = make(chan struct{})
}

func (r *room) snapshot() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state
	s.Room.Hands = slices.Clone(s.Room.Hands)
	s.Participants = slices.Clone(s.Participants)
	s.Board = slices.Clone(s.Board)
	return s // slots and speakers are replaced whole, never written into
}

func (r *room) welcome(w wire.Welcome) {
	r.change(func(s *State) {
		s.Connected, s.Version, s.You, s.Session = true, w.Version, w.You, w.Session
		s.MediaErr = nil
		s.outside()
	})
}

func (r *room) disconnected() { r.change(func(s *State) { s.Connected = false }) }

func (r *room) mediaState(connected bool, err error) {
	r.change(func(s *State) { s.MediaConnected, s.MediaErr = connected, err })
}

// outside forgets the room, of which nobody outside it may know.
func (s *State) outside() {
	s.Participants, s.Board, s.Slots, s.Speakers = nil, nil, nil, nil
	s.Room = wire.Room{Segment: -1}
}

func (r *room) apply(message any) {
	switch m := message.(type) {
	case *wire.YouChanged:
		r.change(func(s *State) {
			if s.Admitted() && m.You.State != "admitted" {
				s.outside()
			}
			s.You, s.Version = m.You, m.Version
		})
	case *wire.State:
		r.change(func(s *State) {
			s.Room, s.Participants, s.Board, s.Version = m.Room, slices.Clone(m.Participants), slices.Clone(m.Board), m.Version
		})
	case *wire.RoomChanged:
		r.change(func(s *State) { s.Room, s.Version = m.Room, m.Version })
	case *wire.ParticipantChanged:
		r.change(func(s *State) {
			s.Version = m.Version
			s.Participants = put(s.Participants, m.Participant, func(p wire.Participant) string { return p.ID })
		})
	case *wire.Gone:
		r.change(func(s *State) {
			s.Version = m.Version
			s.Participants = slices.DeleteFunc(s.Participants, func(p wire.Participant) bool { return p.ID == m.Participant })
		})
	case *wire.BoardChanged:
		r.change(func(s *State) {
			s.Version = m.Version
			s.Board = put(s.Board, m.Row, func(b wire.BoardRow) string { return b.Participant })
		})
	case *wire.Slots:
		r.change(func(s *State) { s.Slots = m.Slots })
	case *wire.Speakers:
		r.change(func(s *State) { s.Speakers = m.Speakers })
	}
}

// put replaces the element with the same key, or adds it at the end.
func put[T any](list []T, value T, key func(T) string) []T {
	for i := range list {
		if key(list[i]) == key(value) {
			list[i] = value
			return list
		}
	}
	return append(list, value)
}
