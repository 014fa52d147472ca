package client

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"vesper/signaling/wire"
)

// Stats are counts since Join, over all connections.
type Stats struct {
	Negotiations     int
	Reconnects       int
	KeyframeRequests int // of the server, for our video
	NacksReceived    int // packets the server asked for again
	Resent           int
	MediaConnected   time.Time // first time
	Received         []Received
}

// Received is what came of one participant on one slot.
type Received struct {
	Mid         string
	Kind        string
	Participant string
	Packets     uint64 // retransmitted and repeated ones too
	Bytes       uint64 // RTP, with headers
	Repaired    uint64 // of Packets: came by retransmission
	FirstPacket time.Time
	FirstFrame  time.Time // audio: the first packet; video: the first whole key frame
	LastPacket  time.Time

	mu    *sync.Mutex
	begun bool // a key frame has, with:
	key   struct {
		timestamp uint32
		seq       uint16 // of its first packet
		pieces    int    // come so far
		size      int    // 0: its end has not come
	}
}

// Total adds the packets and bytes of one participant and kind; kind "" is all.
func (s Stats) Total(participant, kind string) (packets, bytes uint64) {
	for _, r := range s.Received {
		if r.Participant == participant && (kind == "" || r.Kind == kind) {
			packets += r.Packets
			bytes += r.Bytes
		}
	}
	return packets, bytes
}

// Stats copies the counts.
func (c *Client) Stats() Stats {
	m := &c.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Received = make([]Received, 0, len(m.received))
	for _, r := range m.received {
		r.mu.Lock()
		one := *r
		r.mu.Unlock()
		one.mu = nil
		s.Received = append(s.Received, one)
	}
	return s
}

// meter counts; each Received has its own lock, shared with its slot's reader.
type meter struct {
	mu       sync.Mutex
	stats    Stats // without Received
	received []*Received
}

func (m *meter) count(how func(*Stats)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	how(&m.stats)
}

func (m *meter) negotiated()    { m.count(func(s *Stats) { s.Negotiations++ }) }
func (m *meter) reconnected()   { m.count(func(s *Stats) { s.Reconnects++ }) }
func (m *meter) keyframeAsked() { m.count(func(s *Stats) { s.KeyframeRequests++ }) }

func (m *meter) connected() {
	m.count(func(s *Stats) {
		if s.MediaConnected.IsZero() {
			s.MediaConnected = time.Now()
		}
	})
}

func (m *meter) nacked(sent bool) {
	m.count(func(s *Stats) {
		s.NacksReceived++
		if sent {
			s.Resent++
		}
	})
}

// of finds or makes the counts of who is in a slot.
func (m *meter) of(slot wire.Slot) *Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.received {
		if r.Mid == slot.Mid && r.Kind == slot.Kind && r.Participant == slot.Participant {
			return r
		}
	}
	r := &Received{Mid: slot.Mid, Kind: slot.Kind, Participant: slot.Participant, mu: &sync.Mutex{}}
	m.received = append(m.received, r)
	return r
}

func (r *Received) add(size int, now time.Time, repaired bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Packets++
	r.Bytes += uint64(size)
	r.LastPacket = now
	if repaired {
		r.Repaired++
	}
	if r.FirstPacket.IsZero() {
		r.FirstPacket = now
		if r.Kind == "audio" {
			r.FirstFrame = now
		}
	}
}

// wantsFrame says whether the first picture is still to come; only the slot's
// reader calls it.
func (r *Received) wantsFrame() bool { return r.FirstFrame.IsZero() }

// lookForFrame notes when the first key frame is whole.
func (r *Received) lookForFrame(p *rtp.Packet, now time.Time) {
	if !r.wantsFrame() || r.Kind == "audio" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if startsFrame(p) && !(r.begun && r.key.timestamp == p.Timestamp) {
		r.begun = true
		r.key.timestamp, r.key.seq, r.key.pieces, r.key.size = p.Timestamp, p.SequenceNumber, 0, 0
	}
	if !r.begun || p.Timestamp != r.key.timestamp {
		return
	}
	r.key.pieces++
	if p.Marker {
		r.key.size = int(p.SequenceNumber-r.key.seq) + 1
	}
	if r.key.size > 0 && r.key.pieces >= r.key.size {
		r.FirstFrame = now
	}
}
