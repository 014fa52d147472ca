package sfu

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vesper/sfu/internal/allocation"
)

// source is one track that a peer publishes: its layers, its gate, and the slots it is forwarded into.
// It exists from the answer on, whether packets arrive or not.
type source struct {
	// set at creation
	peer      *Peer
	mid       string
	kind      Kind
	simulcast []string // rids in the order of the offer; empty: one encoding

	// layers are filled as their first packets arrive, by the peer's SRTP goroutine; lowest first. A source
	// of one encoding uses the first.
	layers [allocation.Layers]atomic.Pointer[layer]

	gated atomic.Bool
	epoch atomic.Uint32 // counts closings of the gate; a slot that sees a new one starts afresh

	// level is the loudest audio level since the last look, as 128 - level; 0 is none.
	level  atomic.Uint32
	active bool // owned by the control loop: packets are arriving

	mu   sync.Mutex // for writers of subs
	subs atomic.Pointer[[]*slot]
}

func newSource(p *Peer, mid string, kind Kind, simulcast []string) *source {
	s := &source{peer: p, mid: mid, kind: kind, simulcast: simulcast}
	s.subs.Store(&[]*slot{})
	s.gated.Store(p.gates[kind].Load())
	return s
}

// index of a rid among the layers; -1 is unknown. The names q, h, f and their order in the offer both work.
func (s *source) index(rid string) int {
	if rid == "" && len(s.simulcast) == 0 {
		return 0
	}
	switch rid {
	case "q":
		return 0
	case "h":
		return 1
	case "f":
		return 2
	}
	if i := slices.Index(s.simulcast, rid); i < allocation.Layers {
		return i
	}
	return -1
}

// setGate returns when no slot is sending a packet of this source any more, if it was closed.
func (s *source) setGate(open bool) {
	if open {
		s.gated.Store(false)
		return
	}
	if s.gated.Swap(true) {
		return
	}
	s.epoch.Add(1)
	for _, sub := range *s.subs.Load() {
		sub.barrier()
	}
}

// subscribe adds a slot to those that see this source's packets.
func (s *source) subscribe(sub *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := *s.subs.Load()
	if slices.Contains(old, sub) {
		return
	}
	next := append(slices.Clone(old), sub)
	s.subs.Store(&next)
}

func (s *source) unsubscribe(sub *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := slices.Clone(*s.subs.Load())
	next = slices.DeleteFunc(next, func(x *slot) bool { return x == sub })
	s.subs.Store(&next)
}

// unsubscribeAll empties the list and returns who was on it.
func (s *source) unsubscribeAll() []*slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := *s.subs.Load()
	s.subs.Store(&[]*slot{})
	return old
}

// hear notes an audio level, RFC 6464: 0 is loudest, 127 is silence.
func (s *source) hear(level uint8) {
	loud := uint32(128 - min(level, 127))
	for {
		old := s.level.Load()
		if loud <= old || s.level.CompareAndSwap(old, loud) {
			return
		}
	}
}

// takeLevel is the loudest level since the last call, 127 if there was none. A closed gate is silent.
func (s *source) takeLevel() uint8 {
	loud := s.level.Swap(0)
	if loud == 0 || s.gated.Load() {
		return 127
	}
	return uint8(128 - loud)
}

// stalled is how long a layer may be without packets and still count as being sent.
const (
	stalled = 600 * time.Millisecond
	settled = 500 * time.Millisecond // how long it must have been sent to be chosen over a playing one
)

// activeLayers says which layers are being sent now. since is the time since the engine began. A layer
// that has just begun counts only if nothing else is there.
func (s *source) activeLayers(since time.Duration) (active [allocation.Layers]bool, any bool) {
	for i := range s.layers {
		l := s.layers[i].Load()
		if l == nil || since-time.Duration(l.lastAt.Load()) > stalled {
			continue
		}
		any = true
		active[i] = since-time.Duration(l.firstAt.Load()) >= settled
	}
	if any && active == ([allocation.Layers]bool{}) {
		for i := range s.layers {
			if l := s.layers[i].Load(); l != nil && since-time.Duration(l.lastAt.Load()) <= stalled {
				active[i] = true
			}
		}
	}
	return active, any
}

// lastPacket is when the newest packet of any layer arrived, as time since the engine began; 0 is never.
func (s *source) lastPacket() (last time.Duration) {
	for i := range s.layers {
		if l := s.layers[i].Load(); l != nil {
			last = max(last, time.Duration(l.lastAt.Load()))
		}
	}
	return last
}

// publishPause is how long packets may stay away before OnPublish says so.
func publishPause(kind Kind) time.Duration {
	if kind == Video {
		return 2 * time.Second
	}
	return 5 * time.Second // discontinuous transmission, a still screen
}

// checkActive tells OnPublish about changes. Called by the control loop.
func (s *source) checkActive(since time.Duration) {
	last := s.lastPacket()
	active := last > 0 && since-last < publishPause(s.kind)
	if active != s.active {
		s.active = active
		s.peer.events.published(s.kind, active)
	}
}
