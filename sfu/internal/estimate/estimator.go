// Package estimate finds out how much may be sent to one receiver, from when its packets were sent and
// when it says they arrived (transport-wide feedback). It watches the delay between groups of packets and
// over the shortest delay seen, the loss, and the rate of arrival; it asks for probes where there is too
// little to send for the path to show what it bears; it never grows because of what was not sent.
//
// One egress owns one Estimator. It calls Sent for every packet, Feedback for every report, Tick from its
// ticker, and while Probing sends as much padding as Padding says, on an RTX stream; the allocator is given
// Lasting and gives back what it could use, by Want.
//
// The thoughts are those of Google's congestion control (draft-ietf-rmcat-gcc-02) with what its users
// learnt since: loss that doesn't depend on the rate is no congestion; a queue that stays whatever we do
// is somebody else's and must not starve us; capacity comes back faster than it can be crept towards.
//
// It leaves out: sending and pacing (the egress), what is sent (the allocator), retransmission and its
// budget, REMB, ECN and RFC 8888 feedback, more than one path at a time. Time comes in as a value on any
// clock that doesn't jump; nothing is started, there are no locks: one goroutine, or one lock, for all
// calls. Sent doesn't allocate once the history has grown to a round trip of packets. What was not tried
// for long is not doubted: an estimate far above what is sent may be old.
package estimate

import "time"

// Bitrate is in bit/s, with all headers below RTP if Sent was told of them.
type Bitrate int64

// Options of an estimator; the zero value is useful.
type Options struct {
	Min   Bitrate // never less; 30 kbit/s
	Start Bitrate // before anything is known; 300 kbit/s
	Max   Bitrate // never more; 20 Mbit/s
}

// Why says what the estimate rests on.
type Why uint8

// The reasons.
const (
	Starting Why = iota
	Growing
	Holding
	Draining    // a queue of ours is given time to empty
	Limited     // too little is sent to learn more
	Congested   // just lowered because of delay
	Lossy       // lowered because of loss that grows with the rate
	Competing   // a queue that isn't ours: follow the loss
	Unanswered  // no feedback
	ProbeAnswer // raised by a probe
)

var reasons = [...]string{"starting", "growing", "holding", "draining", "limited", "congested", "lossy",
	"competing", "unanswered", "probe"}

func (w Why) String() string { return reasons[w] }

// Estimate is what is known now.
type Estimate struct {
	Target    Bitrate // what may be sent in all: media, retransmission, padding
	Lasting   Bitrate // what layers should be chosen by: the same, but for a while in which a queue is emptied
	Why       Why
	Probing   bool
	Arriving  Bitrate       // over the last half second
	Queue     time.Duration // over the shortest delay
	Loss      float64       // share of the last seconds' packets, 0 to 1
	RoundTrip time.Duration
}

// Estimator is that of one receiver. Make one with New.
type Estimator struct {
	options Options
	history history
	clock   clock
	report  report

	trend   trend
	queue   queue
	loss    loss
	control control
	probe   prober

	sending, arrivals meter
	wanted            Bitrate
	lastSent          time.Duration
	newestAcked       time.Duration // when it was sent
	lastArrival       time.Duration // of it, on the receiver's clock
	unanswered        time.Duration // since when; 0: nothing is
	unansweredCount   int
	beforeGap         Bitrate
	lastCut           time.Duration
	rtt               time.Duration
	limited           limited
	fill              filler
	why               Why
}

const (
	defaultMin   = 30_000
	defaultStart = 300_000
	defaultMax   = 20_000_000
	firstRTT     = 100 * time.Millisecond

	shortWindow   = 200 * time.Millisecond
	longWindow    = 500 * time.Millisecond
	reorderWindow = 60 * time.Millisecond

	gapCut       = 0.75
	gapEvery     = 500 * time.Millisecond
	gapPackets   = 5
	assumeWithin = time.Second
	minGapAfter  = 600 * time.Millisecond
)

// New makes an estimator that knows nothing.
func New(o Options) *Estimator {
	if o.Min <= 0 {
		o.Min = defaultMin
	}
	if o.Max <= 0 {
		o.Max = defaultMax
	}
	if o.Start <= 0 {
		o.Start = defaultStart
	}
	o.Start = min(max(o.Start, o.Min), o.Max)
	e := &Estimator{options: o, rtt: firstRTT, wanted: o.Max}
	e.trend.reset()
	e.queue.reset()
	e.control.rate = o.Start
	return e
}

// Want says how much could be used now; probes don't look further. Until it is called they do.
func (e *Estimator) Want(b Bitrate) { e.wanted = min(max(b, e.options.Min), e.options.Max) }

// Sent notes a packet, in the order of the transport-wide sequence numbers: media, retransmission or
// padding. size is in bytes.
func (e *Estimator) Sent(seq uint16, size int, now time.Duration) {
	e.history.add(seq, sent{at: now, size: uint16(size), probe: e.probe.sent(now, size)})
	e.sending.add(now, size)
	e.fill.spend(size)
	e.lastSent = now
	if e.unansweredCount++; e.unansweredCount == 1 {
		e.unanswered = now
	}
}

// Padding is how many bytes of padding are wanted now, on top of what was sent already. While Probing it
// should be asked every 5 ms or so; otherwise it is 0.
func (e *Estimator) Padding(now time.Duration) int {
	if e.probe.sending() {
		return e.probe.padding(now)
	}
	if !e.filling() {
		return 0
	}
	e.fill.earn(now, e.target())
	return e.fill.due()
}

// Probing says whether Padding wants to be asked.
func (e *Estimator) Probing() bool { return e.probe.sending() || e.filling() }

// filling says whether the target is to be filled with padding. Beside somebody else's queue a cluster
// shows nothing: what can be held against it shows only when it is sent for a while.
func (e *Estimator) filling() bool {
	return e.control.competing && e.control.rate < e.wanted
}

// Estimate is what is known now.
func (e *Estimator) Estimate() Estimate {
	arriving, _ := e.arrivals.rate(longWindow)
	return Estimate{Target: e.target(), Lasting: e.lasting(), Why: e.why, Probing: e.Probing(), Arriving: arriving,
		Queue: e.queue.delay(), Loss: e.loss.share, RoundTrip: e.rtt}
}

func (e *Estimator) target() Bitrate {
	return min(max(min(e.control.rate, e.loss.bound()), e.options.Min), e.options.Max)
}

// lasting is the target that layers are chosen by.
func (e *Estimator) lasting() Bitrate {
	return min(max(min(e.control.lasting(e.queue.delay()), e.loss.bound()), e.options.Min), e.options.Max)
}

// Tick is called every 50 ms or oftener: it begins probes, and lowers the estimate when nobody answers.
func (e *Estimator) Tick(now time.Duration) {
	e.limited.update(now, &e.sending, e.target())
	after := max(minGapAfter, 3*e.rtt+250*time.Millisecond)
	if e.unansweredCount >= gapPackets && now-e.unanswered > after && e.lastSent-e.unanswered > after/2 {
		if now-e.lastCut >= gapEvery {
			e.beforeGap = max(e.beforeGap, e.control.rate)
			e.control.rate = max(e.options.Min, scale(e.control.rate, gapCut))
			e.lastCut, e.why = now, Unanswered
			e.probe.cancel(now)
		}
		return
	}
	if e.control.calm(now, e.rtt) && e.loss.calm(now) && e.queue.delay() < e.threshold() {
		e.probe.begin(now, e.target(), e.wanted, e.queue.jitter, e.control.full(now) || e.loss.limit > 0, e.limited.yes)
	}
}

// threshold is the queue that may be jitter.
func (e *Estimator) threshold() time.Duration {
	return 15*time.Millisecond + min(time.Duration(2*e.queue.jitter*float64(time.Millisecond)), 20*time.Millisecond)
}

func scale(b Bitrate, by float64) Bitrate { return Bitrate(float64(b) * by) }
