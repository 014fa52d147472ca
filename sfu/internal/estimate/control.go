package estimate

import (
	"math"
	"time"
)

const (
	highQueue     = 60 * time.Millisecond
	lingers       = 600 * time.Millisecond // a queue that may stay so long
	longQueue     = 100 * time.Millisecond
	probedQueue   = 150 * time.Millisecond
	lowQueue      = 25 * time.Millisecond
	maxCut        = 0.92
	minCut        = 0.55
	limitedCut    = 0.90
	afterDrain    = 0.90
	drainFor      = 3 * time.Second
	reaction      = 100 * time.Millisecond
	capacityFor   = 20 * time.Second
	additive      = 80_000 // bit/s each second, the same for all flows above additiveFrom
	additiveFrom  = 400_000
	firstGrowth   = 0.08 // each second
	growthGain    = 0.30 // each second
	maxGrowth     = 0.60
	newPath       = 1.4 // times the capacity
	mostTaken     = 1.15
	maxStep       = 200 * time.Millisecond
	foreignQueue  = 100 * time.Millisecond // less isn't worth a quarrel
	foreignAfter  = 2 * time.Second
	foreignShare  = 0.7
	foreignAgain  = 30 * time.Second
	foreignEnd    = time.Second
	followGrowth  = 1.5 // of what is usual
	followCut     = 0.7
	followLoss    = 0.015
	followEvery   = 500 * time.Millisecond
	calmAfterDrop = time.Second
)

// observed is what a report showed.
type observed struct {
	usage            usage
	queue            time.Duration
	threshold        time.Duration // what of it may be jitter
	arriving, steady Bitrate       // over the last fifth and the last half of a second
	limited          bool
	wanted           Bitrate
	rtt              time.Duration
	loss             float64 // of the newest half second or so
	probed           bool    // the queue may be that of a probe
}

// control raises the rate while there is no queue, and lowers it below the rate of arrival when one
// builds. Near what the path is known to carry it grows by the root of the rate, the same for near and far
// receivers, so that flows that share a link come to share it equally.
type control struct {
	rate       Bitrate
	capacity   Bitrate // what arrived when a queue was building
	capacityAt time.Duration
	growth     float64
	updated    time.Duration
	decreased  time.Duration
	draining   bool
	drainFrom  time.Duration // the queue when it began

	// a queue that doesn't go away
	standing     bool
	standingAt   time.Duration
	standingRate Bitrate
	standingMost time.Duration
	competing    bool
	competed     time.Duration // when it last was so
	emptySince   time.Duration
	lowAt        time.Duration // when the queue was last below the threshold
	followed     time.Duration
}

func (c *control) update(now time.Duration, o observed) Why {
	step := min(now-c.updated, maxStep).Seconds()
	c.updated = now
	c.watch(now, o)
	if c.competing {
		return c.follow(now, o, step)
	}
	least := o.threshold / 2
	if o.limited {
		least = o.threshold // a key frame is a short queue, too
	}
	overuse := o.usage == over && o.queue > least && !o.probed
	if o.queue < o.threshold {
		c.lowAt = now
	}
	high := (now-c.lowAt > lingers || o.queue > highQueue) && !(c.draining && o.queue < c.drainFrom*3/4) &&
		(!o.probed || o.queue > probedQueue)
	if (overuse || high) && now-c.decreased > o.rtt+reaction {
		c.decrease(now, o)
		return Congested
	}
	if c.draining {
		if o.queue > o.threshold && now-c.decreased < drainFor {
			if c.capacity > 0 && o.arriving > scale(c.capacity, 1.08) {
				c.capacity = scale(o.arriving, 0.94) // somebody else has left the queue
			}
			return Draining
		}
		c.draining = false
		if c.capacityKnown(now) {
			c.rate = max(c.rate, scale(c.capacity, afterDrain))
		}
	}
	switch {
	case o.usage != normal || o.queue > o.threshold:
		c.growth = firstGrowth
		return Holding
	case o.limited:
		c.growth = firstGrowth
		return Limited
	}
	c.grow(now, o.rtt, step*(1-float64(o.queue)/float64(o.threshold)))
	return Growing
}

// lasting is the rate without what is held back to empty a queue, unless it is a long one.
func (c *control) lasting(queue time.Duration) Bitrate {
	if !c.draining || c.capacity == 0 {
		return c.rate
	}
	long := max(0, queue-longQueue).Seconds()
	return max(c.rate, scale(c.capacity, max(afterDrain-1.5*long, minCut)))
}

func (c *control) decrease(now time.Duration, o observed) {
	to := scale(c.rate, limitedCut)
	if !o.limited || o.queue > highQueue {
		// the path, and not what we had to send, made what arrives what it is
		c.capacity, c.capacityAt = o.arriving, now
		if o.queue < highQueue {
			c.capacity = max(o.arriving, o.steady)
		}
		cut := min(max(0.95-1.3*o.queue.Seconds(), minCut), maxCut)
		to = scale(c.capacity, cut)
	}
	c.rate = min(c.rate, to)
	c.decreased, c.growth = now, firstGrowth
	c.draining, c.drainFrom = true, o.queue
}

func (c *control) grow(now, rtt time.Duration, step float64) {
	if c.capacityKnown(now) && c.rate > scale(c.capacity, 1.08) {
		c.capacity = 0 // it carries more than it did
	}
	if c.capacityKnown(now) && c.rate > scale(c.capacity, 0.85) {
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
	return c.capacityKnown(now) && c.rate > scale(c.capacity, 0.8)
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
	return !c.competing && !c.draining && (c.decreased == 0 || now-c.decreased > rtt+calmAfterDrop)
}

// watch notices a queue that stays although we sent less and less. Where that was so not long ago it
// takes less to be convinced.
func (c *control) watch(now time.Duration, o observed) {
	if o.queue > highQueue && !c.standing {
		c.standing, c.standingAt, c.standingRate, c.standingMost = true, now, c.rate, o.queue
	}
	c.standingMost = max(c.standingMost, o.queue)
	if o.queue < max(lowQueue, c.standingMost/3) { // it does empty
		c.standing = false
	}
	if o.queue > lowQueue {
		c.emptySince = now
	}
	if c.competing {
		c.competed = now
		if now-c.emptySince > foreignEnd {
			c.competing, c.draining = false, false
		}
		return
	}
	again := c.competed > 0 && now-c.competed < foreignAgain
	after := foreignAfter + 2*o.rtt
	if again {
		after = 2*o.rtt + foreignAfter/2
	}
	if c.standing && c.standingMost > foreignQueue && now-c.standingAt > after && (again || c.rate < scale(c.standingRate, foreignShare)) {
		c.competing, c.followed = true, now
		c.rate = min(max(c.rate, o.arriving), c.standingRate)
		if again {
			c.rate = max(c.rate, scale(c.standingRate, followCut))
		}
	}
}

// follow is what is done beside somebody who fills the queue: grow up to what is wanted until there is
// loss, and then give way nearly as TCP does.
func (c *control) follow(now time.Duration, o observed, step float64) Why {
	if o.loss > followLoss {
		if now-c.followed > max(followEvery, 2*o.rtt) {
			c.rate = scale(c.rate, followCut)
			c.followed = now
		}
		return Competing
	}
	if !o.limited && now-c.followed > max(followEvery, 2*o.rtt) {
		c.rate = min(c.rate+scale(c.creep(o.rtt, step), followGrowth), max(o.wanted, c.rate))
	}
	return Competing
}
