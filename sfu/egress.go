package sfu

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"vesper/sfu/internal/vp8"
)

// The budget of retransmissions to one peer: a share of what is sent, with a floor. Without it a thin
// link is filled with repetitions.
const (
	resendShare = 4        // one byte for every so many sent
	resendFloor = 8 << 10  // bytes a second that are always there
	resendCap   = 64 << 10 // what can be saved up
)

// egress is what goes to one peer besides the packets of its slots: the budget of retransmissions.
type egress struct {
	budget atomic.Int64 // bytes
}

func (e *egress) init() { e.budget.Store(resendCap / 2) }

// earn is called for every packet sent.
func (e *egress) earn(size int) { e.budget.Add(int64(size / resendShare)) }

// spend takes size bytes from the budget if they are there.
func (e *egress) spend(size int) bool {
	if e.budget.Add(-int64(size)) >= 0 {
		return true
	}
	e.budget.Add(int64(size))
	return false
}

// refill is called once a second.
func (e *egress) refill() {
	if b := e.budget.Load(); b+resendFloor > resendCap {
		e.budget.Add(resendCap - b)
	} else {
		e.budget.Add(resendFloor)
	}
}

// slotOf finds the slot with this outgoing SSRC, media or RTX.
func (p *Peer) slotOf(ssrc uint32) *slot {
	for _, s := range *p.slots.Load() {
		if ssrc != 0 && (s.ssrc.Load() == ssrc || s.rtxSSRC.Load() == ssrc) {
			return s
		}
	}
	return nil
}

// nacked answers a subscriber's generic NACK (RFC 4585, 6.2.1).
func (p *Peer) nacked(r *rtcp.TransportLayerNack, now time.Time) {
	s := p.slotOf(r.MediaSSRC)
	if s == nil {
		return
	}
	since := now.Sub(p.engine.began)
	for _, pair := range r.Nacks {
		pair.Range(func(seq uint16) bool {
			p.counters.nacksIn.Add(1)
			if s.resend(seq, since) {
				p.counters.resent.Add(1)
			} else {
				p.counters.resendMiss.Add(1)
			}
			return true
		})
	}
}

// keyframeWanted passes a subscriber's request on to whoever it is watching.
func (p *Peer) keyframeWanted(ssrc uint32, now time.Time) {
	s := p.slotOf(ssrc)
	if s == nil {
		return
	}
	s.mu.Lock()
	l := s.playing
	if l == nil {
		l = s.target
	}
	s.mu.Unlock()
	if l != nil {
		l.requestKeyframe(now.Sub(p.engine.began))
	}
}

// writeRTCP sends to the peer; errors are those of a connection that is not there.
func (p *Peer) writeRTCP(packets []rtcp.Packet) {
	_ = p.pc.WriteRTCP(packets)
}

func parseVP8(payload []byte) (vp8.Descriptor, error) { return vp8.Parse(payload) }
