package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	tickEvery     = 40 * time.Millisecond
	gapDelay      = 11 * time.Millisecond
	feedbackTicks = 2  // transport-wide feedback
	livenessTicks = 5  // silence and return
	reportTicks   = 25 // sender and receiver reports
)

// control is a peer's one goroutine: everything that is not moved by a packet.
func (p *Peer) control() {
	defer close(p.done)
	ticker, gap := time.NewTicker(tickEvery), time.NewTimer(time.Hour)
	defer ticker.Stop()
	defer gap.Stop()
	n := 0
	for {
		select {
		case <-p.stop:
			return
		case <-p.gap: // a little later it is loss and not reordering
			gap.Reset(gapDelay)
		case now := <-gap.C:
			p.repairAll(now)
		case now := <-ticker.C:
			n++
			p.tick(n, now)
		}
	}
}

// gapSeen is called by the packet path when a packet is missing.
func (p *Peer) gapSeen() {
	select {
	case p.gap <- struct{}{}:
	default:
	}
}

func (p *Peer) repairAll(now time.Time) {
	defer p.guard()
	if !p.live.Load() {
		return
	}
	for _, s := range *p.sources.Load() {
		p.repair(s, now, now.Sub(p.engine.began))
	}
}

func (p *Peer) tick(n int, now time.Time) {
	defer p.guard()
	since := now.Sub(p.engine.began)
	for _, s := range *p.slots.Load() {
		s.tick(since)
	}
	live := p.live.Load()
	for _, s := range *p.sources.Load() {
		s.checkActive(since)
		if live {
			p.repair(s, now, since)
		}
	}
	if live && n%feedbackTicks == 0 {
		for _, packet := range p.feedback.Feedback() {
			p.writeRTCP([]rtcp.Packet{packet})
		}
	}
	if n%livenessTicks == 0 {
		p.checkLiveness(now, p.engine.silence)
	}
	if n%reportTicks == 0 {
		p.egress.refill()
		p.egress.judge(now)
		if live {
			p.measure()
			p.report(now)
		}
	}
}

// repair asks the publisher for what is missing: packets, or a keyframe if too much is.
func (p *Peer) repair(s *source, now time.Time, since time.Duration) {
	if s.kind == Audio {
		return
	}
	for i := range s.layers {
		l := s.layers[i].Load()
		if l == nil {
			continue
		}
		due, lost := l.due(now, time.Duration(p.rtt.Load()))
		if len(due) > 0 {
			p.counters.nacksOut.Add(uint64(len(due)))
			p.writeRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
				SenderSSRC: p.sender, MediaSSRC: l.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(due),
			}})
		}
		if lost && s.watched(l) || l.wanted.Load() {
			l.requestKeyframe(since)
		}
	}
}

// measure asks ICE for the round trip; its checks are answered by every client.
func (p *Peer) measure() {
	if stats, ok := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats(); ok {
		p.rtt.Store(int64(stats.CurrentRoundTripTime * float64(time.Second)))
	}
}

// watched says whether some slot forwards this layer or waits for it.
func (s *source) watched(l *layer) bool {
	for _, sub := range *s.subs.Load() {
		sub.mu.Lock()
		yes := sub.playing == l || sub.target == l
		sub.mu.Unlock()
		if yes {
			return true
		}
	}
	return false
}

// report sends reception reports for what arrives and sender reports for what goes out.
func (p *Peer) report(now time.Time) {
	receiver := &rtcp.ReceiverReport{SSRC: p.sender}
	for _, s := range *p.sources.Load() {
		for i := range s.layers {
			if l := s.layers[i].Load(); l != nil {
				if r, ok := l.report(now); ok {
					receiver.Reports = append(receiver.Reports, r)
				}
			}
		}
	}
	var packets []rtcp.Packet
	if len(receiver.Reports) > 0 {
		packets = append(packets, receiver)
	}
	for _, s := range *p.slots.Load() {
		if sr := s.report(now); sr != nil {
			packets = append(packets, sr)
		}
	}
	if len(packets) > 0 {
		p.writeRTCP(packets)
	}
}
