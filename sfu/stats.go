package sfu

import (
	"sync/atomic"
	"time"
)

// Stats is what an engine did since it was made; closed peers included.
type Stats struct {
	Peers            int    // open now
	Routers          int    // open now
	Connected        int    // peers that can be sent to now
	Received         uint64 // RTP packets from all peers, also discarded ones
	Forwarded        uint64 // RTP packets to all peers, without retransmissions
	Resent           uint64 // retransmissions to peers
	ResendMiss       uint64 // asked for, but not there any more or over budget
	NacksIn          uint64 // sequence numbers asked for by peers
	NacksOut         uint64 // sequence numbers asked from peers
	KeyframeRequests uint64 // sent to publishers
	BytesIn          uint64 // RTP, decrypted
	BytesOut         uint64 // RTP, before encryption, with retransmissions
	Panics           uint64
}

// KindStats counts RTP of one kind and direction.
type KindStats struct {
	Packets uint64
	Bytes   uint64    // with RTP headers
	Last    time.Time // of the last packet, by the real clock; zero if there was none
}

// PeerStats is what one peer sent and was sent. Arrays are indexed by Kind.
type PeerStats struct {
	In               [Kinds]KindStats // received; what arrives for no source is not in it
	Out              [Kinds]KindStats // forwarded to the peer, without retransmissions
	Received         uint64           // every RTP packet of the peer
	BytesIn          uint64           // of those
	Resent           uint64
	ResendMiss       uint64
	NacksIn          uint64
	NacksOut         uint64
	KeyframeRequests uint64 // sent to this peer
}

// Forwarded is how many RTP packets were sent to the peer.
func (s PeerStats) Forwarded() (n uint64) {
	for _, k := range s.Out {
		n += k.Packets
	}
	return n
}

func (s *Stats) add(p PeerStats) {
	s.Received += p.Received
	s.BytesIn += p.BytesIn
	for k := range p.Out {
		s.Forwarded += p.Out[k].Packets
		s.BytesOut += p.Out[k].Bytes
	}
	s.Resent += p.Resent
	s.ResendMiss += p.ResendMiss
	s.NacksIn += p.NacksIn
	s.NacksOut += p.NacksOut
	s.KeyframeRequests += p.KeyframeRequests
}

// Stats sums up all peers.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.past
	s.Peers, s.Routers, s.Panics = len(e.peers), len(e.routers), e.panics
	for p := range e.peers {
		s.add(p.Stats())
		if p.live.Load() {
			s.Connected++
		}
	}
	return s
}

// counter counts packets of one kind and direction; it is written by the packet path.
type counter struct {
	packets, bytes atomic.Uint64
	last           atomic.Int64 // nanoseconds since the engine began
}

func (c *counter) count(bytes int, since time.Duration) {
	c.packets.Add(1)
	c.bytes.Add(uint64(bytes))
	c.last.Store(int64(since))
}

func (c *counter) read(began time.Time) KindStats {
	s := KindStats{Packets: c.packets.Load(), Bytes: c.bytes.Load()}
	if s.Packets > 0 {
		s.Last = began.Add(time.Duration(c.last.Load()))
	}
	return s
}

// counters are one peer's.
type counters struct {
	in, out                                                 [Kinds]counter
	received, bytesIn                                       atomic.Uint64
	resent, resendMiss, nacksIn, nacksOut, keyframeRequests atomic.Uint64
}
