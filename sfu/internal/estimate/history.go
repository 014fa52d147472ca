package estimate

import "time"

const (
	firstHistory = 256
	maxHistory   = 8192
	keep         = 10 * time.Second // what is older and unanswered may be forgotten
)

// sent is a packet that is on its way or was.
type sent struct {
	at    time.Duration
	size  uint16
	probe uint8 // the cluster it belongs to; 0: none
	state uint8
}

const (
	inFlight = iota
	missing  // reported as not arrived, so far
	arrived
	assumed // to have arrived: the report was lost
)

// history remembers the packets by their transport-wide sequence number, which it unwraps. It grows
// while packets that nobody has reported on would be overwritten.
type history struct {
	ring    []sent
	first   uint64 // oldest that is kept
	next    uint64 // follows the newest
	settled uint64 // what is before it has been counted as arrived or lost
	highest uint64 // follows the newest that arrived
}

func (h *history) add(seq uint16, p sent) {
	if h.ring == nil {
		h.ring = make([]sent, firstHistory)
		h.first = 1<<16 | uint64(seq)
		h.next, h.settled, h.highest = h.first, h.first, h.first
	}
	at := extend(h.next, seq)
	if at < h.next {
		return // a number sent twice
	}
	if at-h.next > uint64(len(h.ring)) {
		h.first, h.next, h.settled = at, at, at
	}
	for h.next < at { // a gap in the numbers that was never sent
		h.push(sent{at: p.at, state: arrived})
	}
	h.push(p)
}

func (h *history) push(p sent) {
	if h.next-h.first == uint64(len(h.ring)) {
		oldest := h.at(h.first)
		if h.first >= h.settled && p.at-oldest.at < keep && len(h.ring) < maxHistory {
			h.grow()
		} else {
			h.first++
			h.settled = max(h.settled, h.first)
		}
	}
	*h.at(h.next) = p
	h.next++
}

func (h *history) grow() {
	ring := make([]sent, 2*len(h.ring))
	for i := h.first; i < h.next; i++ {
		ring[i&uint64(len(ring)-1)] = *h.at(i)
	}
	h.ring = ring
}

func (h *history) at(i uint64) *sent { return &h.ring[i&uint64(len(h.ring)-1)] }

// find is the packet of a number on the wire, and its unwrapped number; nil if it is not known any more.
func (h *history) find(seq uint16) (*sent, uint64) {
	i := extend(h.next, seq)
	if h.ring == nil || i < h.first || i >= h.next {
		return nil, 0
	}
	return h.at(i), i
}

// extend finds the number nearest to what is expected.
func extend(expected uint64, seq uint16) uint64 {
	return expected + uint64(int64(int16(seq-uint16(expected))))
}
