package sfu

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"vesper/sfu/internal/allocation"
	"vesper/sfu/internal/ceiling"
	"vesper/sfu/internal/vp8"
)

// The budget of retransmissions to one peer: a share of what is sent, with a floor. Without it a thin
// link is filled with repetitions.
const (
	resendShare = 4        // one byte for every so many sent
	resendFloor = 8 << 10  // bytes a second that are always there
	resendCap   = 64 << 10 // what can be saved up
)

// egress is what goes to one peer besides the packets of its slots: the budget of retransmissions, and
// how large a layer its link bears.
type egress struct {
	budget atomic.Int64 // bytes
	top    atomic.Int32 // highest layer that may be sent

	mu      sync.Mutex
	ceiling ceiling.Ceiling
	lost    map[uint32]uint8 // by outgoing SSRC: fraction lost of the newest report, in 1/256
}

func (e *egress) init() {
	e.budget.Store(resendCap / 2)
	e.ceiling = ceiling.New(allocation.Layers - 1)
	e.top.Store(allocation.Layers - 1)
	e.lost = make(map[uint32]uint8)
}

// reported notes a reception report of the subscriber (RFC 3550, 6.4.2) about a video slot.
func (e *egress) reported(r rtcp.ReceptionReport) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost[r.SSRC] = r.FractionLost
}

// judge is called once a second and takes the mean of what was reported since.
func (e *egress) judge(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.lost) == 0 {
		return
	}
	sum := 0
	for _, fraction := range e.lost {
		sum += int(fraction)
	}
	e.ceiling.Report(now, float64(sum)/float64(len(e.lost))/256)
	clear(e.lost)
	e.top.Store(int32(e.ceiling.Level()))
}

// resendPause is how long a packet that was sent again is on its way.
func (p *Peer) resendPause() time.Duration {
	rtt := time.Duration(p.rtt.Load())
	if rtt == 0 {
		return resendPause
	}
	return min(max(rtt, 15*time.Millisecond), resendPause)
}

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
