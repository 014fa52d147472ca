package estimate

import "time"

const (
	baseSpan      = 5 * time.Second // one minimum
	baseSpans     = 6               // minima that are remembered
	recentSpan    = 20 * time.Millisecond
	recent        = 4
	foreignSlower = 3
	firstJitter   = 4.0  // ms, before it is known
	maxChange     = 15.0 // ms
	clockJump     = 3 * time.Second
)

// queue is the delay over the shortest seen in half a minute. The clocks of both sides need not agree
// on anything but the length of a second.
type queue struct {
	started bool
	last    time.Duration // of the newest packet
	minima  [baseSpans]time.Duration
	began   time.Duration // of the newest of minima

	fast   [recent]time.Duration // minima of the last spans of 20 ms: jitter only adds
	fastAt time.Duration
	jitter float64 // ms, mean change of delay from packet to packet (as RFC 3550, 6.4.1)
}

const noDelay = time.Duration(1<<63 - 1)

func (q *queue) reset() { *q = queue{jitter: firstJitter} }

// arrived takes a packet and reports false if the clock of one side must have jumped. Where the queue is
// foreign the shortest delay is believed longer, as it may not be seen.
func (q *queue) arrived(sendAt, arriveAt, now time.Duration, foreign bool) bool {
	delay := arriveAt - sendAt
	if !q.started {
		q.start(delay, now, arriveAt)
	}
	if d := delay - q.last; d > clockJump || d < -clockJump {
		return false
	}
	change := milliseconds(delay - q.last)
	q.jitter += (min(max(change, -change), maxChange) - q.jitter) / 64
	q.last = delay
	span := baseSpan
	if foreign {
		span *= foreignSlower
	}
	if now-q.began >= span { // a pause, however long, costs one minimum
		copy(q.minima[1:], q.minima[:])
		q.minima[0] = noDelay
		q.began = now
	}
	q.minima[0] = min(q.minima[0], delay)
	if arriveAt-q.fastAt >= recentSpan {
		copy(q.fast[1:], q.fast[:])
		q.fast[0] = delay
		q.fastAt = arriveAt
	}
	q.fast[0] = min(q.fast[0], delay)
	return true
}

func (q *queue) start(delay, now, arriveAt time.Duration) {
	q.started, q.last, q.began, q.fastAt = true, delay, now, arriveAt
	for i := range q.minima {
		q.minima[i] = noDelay
	}
	for i := range q.fast {
		q.fast[i] = delay
	}
}

// base is the shortest delay of the last half minute.
func (q *queue) base() time.Duration {
	least := noDelay
	for _, d := range q.minima {
		least = min(least, d)
	}
	return least
}

// delay is what the last 80 ms waited at least.
func (q *queue) delay() time.Duration {
	if !q.started {
		return 0
	}
	least := q.fast[0]
	for _, d := range q.fast[1:] {
		least = min(least, d)
	}
	return max(0, least-q.base())
}
