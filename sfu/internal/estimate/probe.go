package estimate

import (
	"math"
	"time"
)

const (
	probeSpan    = 50 * time.Millisecond
	maxProbeSpan = 120 * time.Millisecond
	probeStep    = 2.0         // times the estimate
	probeFull    = 1.5         // where the path was full not long ago
	probeFirst   = time.Second // after an answer
	probeSoon    = 300 * time.Millisecond
	probeLast    = 1600 * time.Millisecond // after the start of the one before
	probeRare    = 3 * time.Second         // where little else is sent and it is nearly all padding
	probeSlower  = 1.4
	probeWait    = 500 * time.Millisecond // beyond a round trip
	probeLossy   = 0.85                   // less than this share of what usually arrives is a full queue
	probeShare   = 0.4                    // of its packets must have arrived
	probeCarried = 1.05                   // stretched by less than this it got through unqueued
	probeBlur    = 0.25                   // at most, for jitter
	probeUnsure  = 1.3                    // by less than this it may have been jitter
	probeMargin  = 0.92
	probeBeyond  = 1.1 // of what is wanted
	minProbe     = 8   // packets
	settling     = 255 // mark of the packets after a probe, in its queue
)

// prober sends clusters of packets faster than the estimate, and compares how far apart they arrived. One
// that arrived stretched on a path that was full before tells little, since what it took may have been
// others': its answer is tried again at that rate, and only believed if it goes through.
type prober struct {
	id        uint8 // of the newest cluster
	rate      Bitrate
	start     time.Duration
	span      time.Duration
	bytes     int
	active    bool
	waiting   bool
	confirm   bool // it repeats the answer of the one before
	firstSent time.Duration
	lastSent  time.Duration
	lastSize  int
	next      time.Duration // not before, or not long after start if a probe costs little
	interval  time.Duration
	jitter    float64 // ms
	pending   Bitrate // to be tried at once
	packets   int
	newest    time.Duration // when the newest that arrived was sent

	// a line through when they arrived over when they were sent
	count                                       int
	originSent, originArrived                   time.Duration
	sumSent, sumArrived, sumSquares, sumProduct float64
}

func (p *prober) sending() bool { return p.active }

// begin starts a cluster if it is time for one.
func (p *prober) begin(now time.Duration, rate, wanted Bitrate, jitter float64, full, limited bool) {
	if p.active || p.waiting {
		return
	}
	limit := scale(wanted, probeBeyond)
	step := probeStep
	if full {
		step = probeFull
	}
	to := min(scale(rate, step), limit)
	if p.confirm = p.pending > 0; p.confirm {
		to = min(p.pending, limit)
	} else if now < p.next && (limited || now < p.start+probeLast) {
		return
	}
	p.pending = 0
	if float64(to) < 1.05*float64(rate) {
		return
	}
	id := p.id%(settling-1) + 1
	*p = prober{id: id, rate: to, start: now, active: true, confirm: p.confirm, jitter: jitter, interval: max(p.interval, probeFirst)}
	stretch := 12.0
	if full {
		stretch = 6
	}
	p.span = min(probeSpan+time.Duration(stretch*jitter*float64(time.Millisecond)), maxProbeSpan)
}

// sent gives the mark of a packet.
func (p *prober) sent(now time.Duration, size int) uint8 {
	switch {
	case p.active:
		if p.packets == 0 {
			p.firstSent = now
		}
		p.packets++
		p.bytes += size
		if now > p.lastSent {
			p.lastSent, p.lastSize = now, 0
		}
		p.lastSize += size
		return p.id
	case p.id != 0 && now-p.lastSent < p.span:
		return settling
	}
	return 0
}

// padding is what is still to be sent now for the rate of the cluster.
func (p *prober) padding(now time.Duration) int {
	if !p.active {
		return 0
	}
	elapsed := now - p.start
	if elapsed > p.span && p.packets >= minProbe || elapsed > 4*p.span {
		p.active, p.waiting = false, true
		return 0
	}
	due := int(float64(p.rate)/8*(elapsed+recentSpan/4).Seconds()) - p.bytes
	return max(0, due)
}

func (p *prober) arrived(s *sent, at time.Duration) {
	if s.probe != p.id {
		return
	}
	if p.count == 0 {
		p.originSent, p.originArrived = s.at, at
	}
	x, y := (s.at - p.originSent).Seconds(), (at - p.originArrived).Seconds()
	p.count++
	p.sumSent += x
	p.sumArrived += y
	p.sumSquares += x * x
	p.sumProduct += x * y
	p.newest = max(p.newest, s.at)
}

// felt says whether what is reported now may have waited behind a probe.
func (p *prober) felt(now, rtt time.Duration) bool {
	return p.id != 0 && now-p.lastSent < p.span+rtt+100*time.Millisecond
}

// cancel drops what is under way.
func (p *prober) cancel(now time.Duration) {
	p.active, p.waiting, p.pending = false, false, 0
	p.next = max(p.next, now+probeFirst)
}

// congested forgets what was to be tried. unsure asks for a probe as soon as it is calm.
func (p *prober) congested(now time.Duration, unsure bool) {
	p.pending = 0
	if unsure {
		p.next, p.interval = now, probeFirst
	}
}

// answer is what a cluster showed.
type answer struct {
	rate Bitrate
	full bool // that is all that got through
}

// answer is what a cluster showed once it has arrived. full says that the path was known to be full not
// long ago.
func (p *prober) answer(now, rtt time.Duration, lost float64, full bool) (answer, bool) {
	if !p.waiting || p.newest < p.lastSent && now-p.lastSent < rtt+probeWait {
		return answer{}, false
	}
	p.waiting = false
	p.next = now + p.interval
	p.interval = min(time.Duration(probeSlower*float64(p.interval)), probeRare)
	n := float64(p.count)
	below := n*p.sumSquares - p.sumSent*p.sumSent
	if n < probeShare*float64(p.packets) || below <= 0 || p.lastSent == p.firstSent {
		return answer{}, false
	}
	stretch := (n*p.sumProduct - p.sumSent*p.sumArrived) / below
	if delivered := n / float64(p.packets); delivered < probeLossy*(1-lost) {
		stretch *= (1 - lost) / delivered // a queue too short to stretch anything
	}
	rate := min(p.rate, Bitrate(float64(8*(p.bytes-p.lastSize))/(p.lastSent-p.firstSent).Seconds()))
	blur := min(1.6*p.jitter/1000/math.Sqrt(below/n), probeBlur) // of the slope
	if stretch < probeCarried+blur {
		p.next, p.interval = now, probeFirst
		return answer{rate: scale(rate, 1/max(1, stretch))}, true
	}
	if stretch > 20 {
		return answer{}, false
	}
	rate = scale(rate, probeMargin/stretch)
	if !full && stretch < probeUnsure {
		p.next = now + probeSoon
	}
	if full && !p.confirm {
		p.pending = rate
		return answer{}, false
	}
	if p.confirm {
		return answer{}, false
	}
	return answer{rate, true}, true
}
