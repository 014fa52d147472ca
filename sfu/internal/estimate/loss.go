package estimate

import (
	"math"
	"time"
)

const (
	lossSpan     = 250 * time.Millisecond
	lossMin      = 10 // packets an observation
	lossWindow   = 20 // observations
	lossFade     = 0.93
	lossNotable  = 0.02
	lossEvidence = 6.0 // of log likelihood: one in 400
	lossTooMuch  = 0.35
	lossCalm     = 4 * time.Second
	lossMargin   = 0.93
	lossRise     = 1.003 // of the bound, each observation
	unbounded    = Bitrate(1 << 50)
)

// inherent are the losses of a path that are considered to have nothing to do with our rate.
var inherent = [...]float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3}

type observation struct {
	rate     float64 // sent, bit/s
	n, lost  float64
	arriving float64
}

// loss tells loss by congestion from loss that was there anyway. It asks which explains the last seconds
// better: a share that is lost at any rate, or in addition everything above some rate. The second needs
// evidence: a path that loses 20 % at every rate is not helped by sending less.
type loss struct {
	first, last time.Duration // of the observation being collected, by when packets were sent
	bytes, size int           // before the newest packet; of it
	n, lost     int

	window [lossWindow]observation
	filled int
	pos    int

	limit   Bitrate // 0: none
	lowered time.Duration
	share   float64 // of the packets of the window, the newer the more
	recent  float64 // of the newest observation
}

// bound is the rate that loss allows.
func (l *loss) bound() Bitrate {
	if l.limit == 0 {
		return unbounded
	}
	return l.limit
}

func (l *loss) raised(to Bitrate) {
	if l.limit != 0 && l.limit < to {
		l.limit = 0
	}
}

// settle counts a packet, in the order of sending.
func (l *loss) settle(at time.Duration, size int, lost bool) {
	if l.n == 0 {
		l.first = at
	}
	l.last = at
	l.n++
	l.bytes += l.size // without the newest, after which nothing has been waited yet
	l.size = size
	if lost {
		l.lost++
	}
}

// observe closes an observation when it is long enough.
func (l *loss) observe(now time.Duration) {
	span := l.last - l.first
	if span < lossSpan || l.n < lossMin {
		return
	}
	if span < 4*lossSpan {
		rate := float64(8*l.bytes) / span.Seconds()
		o := observation{rate: rate, n: float64(l.n), lost: float64(l.lost)}
		o.arriving = rate * (1 - o.lost/o.n)
		l.window[l.pos] = o
		l.pos = (l.pos + 1) % lossWindow
		l.filled = min(l.filled+1, lossWindow)
		l.recent = o.lost / o.n
	}
	l.n, l.lost, l.bytes, l.size = 0, 0, 0, 0
	l.conclude(now)
}

func (l *loss) conclude(now time.Duration) {
	n, lost := 0.0, 0.0
	l.each(func(weight float64, o *observation) {
		n += weight * o.n
		lost += weight * o.lost
	})
	l.share = lost / max(n, 1)
	if l.limit != 0 {
		l.limit = scale(l.limit, lossRise)
	}
	if l.share < lossNotable || l.filled < 3 {
		if l.limit != 0 && l.share == 0 {
			l.limit = 0
		}
		return
	}
	newest := l.window[(l.pos+lossWindow-1)%lossWindow]
	if l.share > lossTooMuch && l.recent > lossTooMuch {
		l.lower(now, lossMargin*newest.arriving)
		return
	}
	anyway, _ := l.explain(math.Inf(1))
	best, at := math.Inf(-1), 0.0
	l.each(func(_ float64, o *observation) {
		if o.lost == 0 {
			return
		}
		if p, share := l.explain(o.arriving); p > best {
			best, at = p, o.arriving/(1-share)
		}
	})
	if best > anyway+lossEvidence && at < newest.rate {
		l.lower(now, lossMargin*at)
	}
}

func (l *loss) lower(now time.Duration, to float64) {
	l.limit, l.lowered = min(l.bound(), Bitrate(to)), now
}

// calm says whether a probe wouldn't make bad worse.
func (l *loss) calm(now time.Duration) bool { return l.lowered == 0 || now-l.lowered > lossCalm }

// explain is the likelihood of what was seen if everything above capacity is lost, with the best of the
// inherent losses, and that one.
func (l *loss) explain(capacity float64) (likelihood, share float64) {
	likelihood = math.Inf(-1)
	for _, p0 := range inherent {
		sum := 0.0
		l.each(func(weight float64, o *observation) {
			p := p0
			if o.rate > capacity {
				p += (1 - p0) * (o.rate - capacity) / o.rate
			}
			sum += weight * (o.lost*math.Log(p) + (o.n-o.lost)*math.Log(1-p))
		})
		if sum > likelihood {
			likelihood, share = sum, p0
		}
	}
	return likelihood, share
}

// each visits the observations, newest first.
func (l *loss) each(visit func(weight float64, o *observation)) {
	weight := 1.0
	for i := range l.filled {
		visit(weight, &l.window[(l.pos-1-i+2*lossWindow)%lossWindow])
		weight *= lossFade
	}
}
