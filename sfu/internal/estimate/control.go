package estimate

import (
	"math"
	"time"
)

// When a queue is one, and what is done about it.
const (
	highQueue   = 60 * time.Millisecond  // too long, however it came
	lingers     = 600 * time.Millisecond // how long a shorter one may stay
	probedQueue = 150 * time.Millisecond // too long even behind a probe
	longQueue   = 100 * time.Millisecond // so long that layers must go to empty it
	reaction    = 100 * time.Millisecond // until a report shows what was done, beyond a round trip

	maxCut       = 0.92 // of what arrives, less the longer the queue
	minCut       = 0.55
	cutSlope     = 1.3  // each second of queue
	limitedCut   = 0.90 // of the rate, where what arrives says little
	limitedFloor = 0.70 // of what is sent there

	drainFor      = 3 * time.Second
	afterDrain    = 0.90 // of the capacity
	left          = 1.08 // times the capacity arrives: somebody else has left the queue
	leftMargin    = 0.94
	calmAfterDrop = time.Second // before a probe
	calmUnsure    = 300 * time.Millisecond
)

// How the rate grows.
const (
	additive     = 75_000 // bit/s each second near the capacity, for every flow above additiveFrom
	additiveFrom = 400_000
	nearCapacity = 0.85
	fullFrom     = 0.80
	pastCapacity = 1.08 // from here on it carries more than it did
	capacityFor  = 20 * time.Second

	firstGrowth = 0.08 // each second where no capacity is known
	growthGain  = 0.30 // and how much more after each second
	maxGrowth   = 0.60
	maxStep     = 200 * time.Millisecond

	newPath   = 1.4  // times the capacity: a probe that shows so much is believed
	mostTaken = 1.15 // else so much is taken of it
)

// observed is what a report showed.
type observed struct {
	usage            usage
	queue            time.Duration
	threshold        time.Duration // what of it may be jitter
	arriving, steady Bitrate       // over the last fifth and the last half of a second
	limited          bool
	sending          Bitrate // over the last third of a second
	wanted           Bitrate
	rtt              time.Duration
	loss             float64 // of the newest half second or so
	probed           bool    // the queue may be that of a probe
}

// control raises the rate while there is no queue, and lowers it below the rate of arrival when one
// builds. Near what the path is known to carry it grows by the same for all, so that flows that share a
// link come to share it equally.
type control struct {
	rate       Bitrate
	capacity   Bitrate // what arrived when a queue was building
	capacityAt time.Duration
	growth     float64
	updated    time.Duration
	decreased  time.Duration
	draining   bool
	drainFrom  time.Duration // the queue when it began
	unsure     bool          // whether the path or somebody's burst was the cause

	lowAt time.Duration // when the queue was last below the threshold

	foreign
}

// update takes every report and says why the rate is what it is then.
func (c *control) update(now time.Duration, o observed) Why {
	step := min(now-c.updated, maxStep).Seconds()
	c.updated = now
	if c.watch(now, o, &c.rate); c.competing {
		c.draining = false
		grown := scale(c.creep(o.rtt, step), followGrowth)
		c.rate = c.follow(now, o, c.rate, grown)
		return Competing
	}
	if o.queue < o.threshold {
		c.lowAt = now
	}
	switch {
	case c.congested(now, o) && now-c.decreased > o.rtt+reaction:
		c.decrease(now, o)
		return Congested
	case c.draining && o.queue > o.threshold && now-c.decreased < drainFor:
		if c.capacity > 0 && o.arriving > scale(c.capacity, left) {
			c.capacity = scale(o.arriving, leftMargin)
		}
		return Draining
	case c.draining && c.capacityKnown(now):
		c.rate = max(c.rate, scale(c.capacity, afterDrain))
	}
	c.draining = false
	if o.usage != normal || o.queue > o.threshold || o.limited {
		c.growth = firstGrowth
		if o.usage == normal && o.queue <= o.threshold {
			return Limited
		}
		return Holding
	}
	c.grow(now, o.rtt, step*(1-float64(o.queue)/float64(o.threshold)))
	return Growing
}

// congested says whether there is a queue of ours to be emptied.
func (c *control) congested(now time.Duration, o observed) bool {
	least := o.threshold / 2
	if o.limited {
		least = o.threshold // a key frame is a short queue, too
	}
	if o.usage == over && o.queue > least && !o.probed {
		return true
	}
	emptying := c.draining && o.queue < c.drainFrom*3/4
	long := now-c.lowAt > lingers || o.queue > highQueue
	return long && !emptying && (!o.probed || o.queue > probedQueue)
}

// lasting is the rate without what is held back to empty a queue, unless it is a long one.
func (c *control) lasting(queue time.Duration) Bitrate {
	if !c.draining || c.capacity == 0 {
		return c.rate
	}
	long := max(0, queue-longQueue).Seconds()
	return max(c.rate, scale(c.capacity, max(afterDrain-cutSlope*long, minCut)))
}

// decrease goes below what arrives, so that the queue empties.
func (c *control) decrease(now time.Duration, o observed) {
	to := scale(c.rate, limitedCut)
	if !o.limited || o.queue > highQueue {
		// the path, and not what we had to send, made what arrives what it is
		c.capacity, c.capacityAt = o.arriving, now
		if o.queue < highQueue {
			c.capacity = max(o.arriving, o.steady)
		}
		cut := min(max(0.95-cutSlope*o.queue.Seconds(), minCut), maxCut)
		to = scale(c.capacity, cut)
	}
	if o.limited { // it may be what somebody else's burst left us
		to = max(to, scale(o.sending, limitedFloor))
	}
	c.rate = min(c.rate, to)
	c.decreased, c.growth = now, firstGrowth
	c.draining, c.drainFrom, c.unsure = true, o.queue, o.limited
}

// grow is quick where nothing is known to be in the way, and quicker the longer that lasts.
func (c *control) grow(now, rtt time.Duration, step float64) {
	if c.capacityKnown(now) && c.rate > scale(c.capacity, pastCapacity) {
		c.capacity = 0
	}
	if c.capacityKnown(now) && c.rate > scale(c.capacity, nearCapacity) {
		c.rate += c.creep(rtt, step)
		return
	}
	c.growth = min(max(c.growth, firstGrowth)+growthGain*step, maxGrowth)
	c.rate += scale(c.rate, c.growth*step)
}

// creep is the growth near a known capacity: a little slower where it takes long to be told of a queue.
func (c *control) creep(rtt time.Duration, step float64) Bitrate {
	near := math.Sqrt(min(1, float64(2*reaction)/float64(rtt+reaction)))
	return Bitrate(additive * min(1, float64(c.rate)/additiveFrom) * near * step)
}

func (c *control) capacityKnown(now time.Duration) bool {
	return c.capacity > 0 && now-c.capacityAt < capacityFor
}

// full says whether the path was full at about this rate not long ago.
func (c *control) full(now time.Duration) bool {
	return c.capacityKnown(now) && c.rate > scale(c.capacity, fullFrom)
}

// raised takes what a probe showed. A little more than the path was known to carry may be what others
// left for a moment.
func (c *control) raised(now time.Duration, a answer) {
	to := a.rate
	if c.full(now) && to < scale(c.capacity, newPath) {
		to = min(to, scale(max(c.rate, c.capacity), mostTaken))
		if to <= c.rate {
			return
		}
	} else if c.capacity = 0; a.full {
		c.capacity, c.capacityAt = scale(to, 1/probeMargin), now
	}
	c.rate, c.growth = to, firstGrowth
}

// calm says whether a probe wouldn't make bad worse.
func (c *control) calm(now, rtt time.Duration) bool {
	after := calmAfterDrop
	if c.unsure {
		after = calmUnsure
	}
	return !c.competing && !c.draining && (c.decreased == 0 || now-c.decreased > rtt+after)
}
