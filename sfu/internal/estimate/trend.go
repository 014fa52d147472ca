package estimate

import "time"

// usage is what the delay says of the path.
type usage uint8

const (
	normal usage = iota
	over
	under
)

// The figures of draft-ietf-rmcat-gcc-02, section 5, where it has them.
const (
	groupSpan     = 5 * time.Millisecond // packets sent within it are one group
	maxBurst      = 100 * time.Millisecond
	trendWindow   = 20 // groups
	trendSmooth   = 0.9
	trendGain     = 4.0
	trendMaxCount = 60

	firstThreshold  = 12.5
	minThreshold    = 6.0
	maxThreshold    = 600.0
	thresholdUp     = 0.0087
	thresholdDown   = 0.039
	thresholdIgnore = 15.0
	overFor         = 10.0 // ms
)

// trend finds out whether packets take longer and longer: a line through the smoothed sum of the
// variations of delay between groups of packets, judged by a threshold that adapts to what is usual.
type trend struct {
	have             bool // a group is being collected
	sendFirst        time.Duration
	sendLast         time.Duration
	arriveFirst      time.Duration
	arriveLast       time.Duration
	complete         bool // there is a group before it
	lastSend, lastAt time.Duration

	count       int
	accumulated float64 // ms
	smoothed    float64
	times       [trendWindow]float64
	values      [trendWindow]float64
	filled, pos int
	origin      time.Duration

	threshold float64
	updated   time.Duration
	previous  float64
	overTime  float64
	overCount int
	usage     usage
}

func (t *trend) reset() { *t = trend{threshold: firstThreshold} }

// arrived takes the packets in the order they were sent.
func (t *trend) arrived(sendAt, arriveAt time.Duration) {
	switch {
	case !t.have:
		t.begin(sendAt, arriveAt)
		return
	case sendAt < t.sendFirst:
		return // out of order
	case sendAt-t.sendFirst <= groupSpan || t.burst(sendAt, arriveAt):
		t.sendLast = max(t.sendLast, sendAt)
		t.arriveLast = max(t.arriveLast, arriveAt)
		return
	}
	if t.complete {
		sendDelta, arriveDelta := t.sendLast-t.lastSend, t.arriveLast-t.lastAt
		if arriveDelta >= 0 {
			t.group(milliseconds(arriveDelta-sendDelta), milliseconds(sendDelta), t.arriveLast)
		}
	}
	t.complete, t.lastSend, t.lastAt = true, t.sendLast, t.arriveLast
	t.begin(sendAt, arriveAt)
}

func (t *trend) begin(sendAt, arriveAt time.Duration) {
	t.have = true
	t.sendFirst, t.sendLast, t.arriveFirst, t.arriveLast = sendAt, sendAt, arriveAt, arriveAt
}

// burst says whether a packet was held up with the group before it and let go together with it.
func (t *trend) burst(sendAt, arriveAt time.Duration) bool {
	late := arriveAt - t.arriveLast
	return late <= groupSpan && late < sendAt-t.sendLast && arriveAt-t.arriveFirst < maxBurst
}

func (t *trend) group(variation, sendDelta float64, at time.Duration) {
	if t.count == 0 {
		t.origin = at
	}
	t.count = min(t.count+1, trendMaxCount)
	t.accumulated += variation
	t.smoothed = trendSmooth*t.smoothed + (1-trendSmooth)*t.accumulated
	t.times[t.pos], t.values[t.pos] = milliseconds(at-t.origin), t.smoothed
	t.pos = (t.pos + 1) % trendWindow
	t.filled = min(t.filled+1, trendWindow)
	if t.filled < trendWindow/2 {
		return
	}
	slope := t.slope()
	t.judge(float64(t.count)*slope*trendGain, slope, sendDelta)
	t.adapt(float64(t.count)*slope*trendGain, at)
}

// slope is that of the line of least squares.
func (t *trend) slope() float64 {
	var x, y float64
	for i := range t.filled {
		x += t.times[i]
		y += t.values[i]
	}
	x /= float64(t.filled)
	y /= float64(t.filled)
	var above, below float64
	for i := range t.filled {
		dx := t.times[i] - x
		above += dx * (t.values[i] - y)
		below += dx * dx
	}
	if below == 0 {
		return 0
	}
	return above / below
}

func (t *trend) judge(scaled, slope, sendDelta float64) {
	switch {
	case scaled > t.threshold:
		t.overTime += sendDelta
		t.overCount++
		if t.overTime > overFor && t.overCount > 1 && slope >= t.previous {
			t.overTime, t.overCount, t.usage = 0, 0, over
		}
	case scaled < -t.threshold:
		t.overTime, t.overCount, t.usage = 0, 0, under
	default:
		t.overTime, t.overCount, t.usage = 0, 0, normal
	}
	t.previous = slope
}

// adapt lets the threshold follow what is usual, quickly down and slowly up, so that neither jitter nor a
// TCP flow beside us silences it.
func (t *trend) adapt(scaled float64, at time.Duration) {
	if t.updated == 0 {
		t.updated = at
	}
	size := max(scaled, -scaled)
	if size <= t.threshold+thresholdIgnore {
		k := thresholdUp
		if size < t.threshold {
			k = thresholdDown
		}
		t.threshold += k * (size - t.threshold) * min(milliseconds(at-t.updated), 100)
		t.threshold = min(max(t.threshold, minThreshold), maxThreshold)
	}
	t.updated = at
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// skip leaves out packets that are not typical; what follows is not compared with what was before.
func (t *trend) skip() { t.have, t.complete = false, false }
