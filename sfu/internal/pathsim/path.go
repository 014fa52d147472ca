package pathsim

import "time"

// Path is one direction from a sender to a receiver: loss, then perhaps a shared link, then distance.
type Path struct {
	Link    *Link         // nil: no bottleneck
	Delay   time.Duration // one way
	Jitter  time.Duration // peak to peak, a normal distribution cut at three deviations (RFC 8868, 4.5.1)
	Reorder bool          // jitter may change the order
	Loss    Loss          // nil: none
	Away    time.Duration // the radio is deaf that long, and delivers together what came meanwhile,
	Every   time.Duration // that often

	Lost int // packets, by loss or by the full queue

	sim  *Sim
	last time.Duration // newest arrival
}

// NewPath makes a path. link may be nil.
func NewPath(s *Sim, link *Link, delay, jitter time.Duration) *Path {
	return &Path{sim: s, Link: link, Delay: delay, Jitter: jitter}
}

// Send lets a packet travel to deliver, or be lost. It reports whether it got past the queue.
func (p *Path) Send(packet Packet, deliver func(Packet)) bool {
	packet.Sent = p.sim.now
	if p.Loss != nil && p.Loss.Lost(p.sim) {
		p.Lost++
		return false
	}
	if p.Link == nil {
		p.travel(packet, deliver)
		return true
	}
	ok := p.Link.Send(packet, func(packet Packet) { p.travel(packet, deliver) })
	if !ok {
		p.Lost++
	}
	return ok
}

func (p *Path) travel(packet Packet, deliver func(Packet)) {
	at := p.sim.now + p.Delay
	if p.Jitter > 0 {
		x := p.sim.Rand.NormFloat64()
		for x < -3 || x > 3 {
			x = p.sim.Rand.NormFloat64()
		}
		at += p.Jitter/2 + time.Duration(x/6*float64(p.Jitter))
	}
	if p.Every > 0 && at%p.Every < p.Away {
		at += p.Away - at%p.Every
	}
	if !p.Reorder {
		at = max(at, p.last)
	}
	p.last = max(at, p.last)
	p.sim.At(at, func() { deliver(packet) })
}

// Loss decides which packets disappear.
type Loss interface{ Lost(*Sim) bool }

// RandomLoss loses each packet with this probability.
type RandomLoss float64

// Lost implements Loss.
func (r RandomLoss) Lost(s *Sim) bool { return s.Rand.Float64() < float64(r) }

// BurstLoss is Gilbert and Elliott's: good and bad spells, each with a loss of its own.
type BurstLoss struct {
	ToBad, ToGood float64 // chance at each packet
	InGood, InBad float64
	bad           bool
}

// Lost implements Loss.
func (b *BurstLoss) Lost(s *Sim) bool {
	switch {
	case !b.bad:
		b.bad = s.Rand.Float64() < b.ToBad
	case s.Rand.Float64() < b.ToGood:
		b.bad = false
	}
	if b.bad {
		return s.Rand.Float64() < b.InBad
	}
	return s.Rand.Float64() < b.InGood
}
