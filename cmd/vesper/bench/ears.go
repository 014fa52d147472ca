package main

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtp"

	"vesper/signaling/wire"
)

// ears count what one person receives while they listen. hear is called from
// the client's goroutines, one a slot.
type ears struct {
	epoch time.Time

	mu        sync.Mutex
	listening bool
	packets   uint64
	delays    []float64 // ms, of packets that came for the first time
	streams   map[string]*sequence
}

func newEars(epoch time.Time) *ears { return &ears{epoch: epoch, streams: map[string]*sequence{}} }

// listen begins a new count.
func (e *ears) listen() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listening, e.packets, e.delays = true, 0, nil
	clear(e.streams)
}

// rest ends it.
func (e *ears) rest() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listening = false
}

func (e *ears) hear(slot wire.Slot, _ string, p *rtp.Packet) {
	now := time.Since(e.epoch)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.listening {
		return
	}
	e.packets++
	s := e.streams[slot.Mid]
	if s == nil {
		s = &sequence{}
		e.streams[slot.Mid] = s
	}
	if !s.add(p.SequenceNumber) || len(p.Payload) < stampSize {
		return
	}
	sent := time.Duration(binary.BigEndian.Uint64(p.Payload[len(p.Payload)-stampSize:]))
	if delay := now - sent; delay >= 0 && delay < time.Minute {
		e.delays = append(e.delays, float64(delay)/float64(time.Millisecond))
	}
}

// heard is what came while listening.
func (e *ears) heard() (packets, missing uint64, delays []float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.streams {
		missing += uint64(len(s.missing))
	}
	return e.packets, missing, e.delays
}

// sequence finds out which packets of a stream have not come. The zero value
// begins with the first packet.
type sequence struct {
	begun   bool
	highest uint64 // unwrapped
	missing map[uint64]struct{}
}

// add says whether the packet is new; one from before the beginning or come
// twice is not.
func (s *sequence) add(number uint16) bool {
	if !s.begun {
		s.begun, s.highest, s.missing = true, 1<<16|uint64(number), map[uint64]struct{}{}
		return true
	}
	at := s.highest + uint64(int64(int16(number-uint16(s.highest))))
	if at <= s.highest {
		_, was := s.missing[at]
		delete(s.missing, at)
		return was
	}
	for gap := s.highest + 1; gap < at; gap++ {
		s.missing[gap] = struct{}{}
	}
	s.highest = at
	return true
}
