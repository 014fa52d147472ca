package estimate

import "time"

// Feedback takes one RTCP packet of transport-wide feedback, whichever SSRC it is addressed to. It fails
// with ErrMalformed, and has then changed nothing.
func (e *Estimator) Feedback(now time.Duration, packet []byte) error {
	r := &e.report
	if err := r.parse(packet); err != nil {
		return err
	}
	at := e.clock.at(r.reference)
	expected, since, first := e.history.highest, e.lastArrival, true
	for i, status := range r.statuses {
		p, number := e.history.find(r.base + uint16(i))
		if status == statusLost {
			if p != nil && p.state == inFlight {
				p.state = missing
			}
			continue
		}
		at += r.next(status)
		if p == nil || p.state == arrived {
			continue
		}
		if first && number > expected {
			e.assume(expected, r.base, since, at)
		}
		first = false
		e.arrived(p, number, at, now)
	}
	if e.history.highest > expected {
		e.answered(now)
	}
	e.settle(now)
	e.judge(now)
	return nil
}

// arrived takes a packet for the first time, or one that was assumed to have arrived.
func (e *Estimator) arrived(p *sent, number uint64, at, now time.Duration) {
	known := p.state == assumed
	p.state = arrived
	if number >= e.history.highest {
		e.history.highest = number + 1
		e.newestAcked, e.lastArrival = max(e.newestAcked, p.at), at
	}
	if !known {
		e.acked(p, at, now)
	}
}

// assume takes packets that a lost report was about as arrived, evenly between those that are known to
// have. Without them the path would seem to carry less.
func (e *Estimator) assume(from uint64, base uint16, since, until time.Duration) {
	to := extend(from, base)
	if from == 0 || to <= from || to-from > maxHistory || until <= since || until-since > assumeWithin || since == 0 {
		return
	}
	for i := from; i < min(to, e.history.next); i++ {
		if p := e.history.at(i); i >= e.history.first && p.state == inFlight {
			p.state = assumed
			e.arrivals.add(since+(until-since)*time.Duration(i-from+1)/time.Duration(to-from+1), int(p.size))
		}
	}
}

// acked takes a packet that arrived.
func (e *Estimator) acked(p *sent, at, now time.Duration) {
	if !e.queue.arrived(p.at, at, now, e.control.competing) { // a clock jumped: forget what was measured by it
		e.queue.reset()
		e.trend.reset()
		e.arrivals = meter{}
		e.probe.cancel(now)
		e.queue.arrived(p.at, at, now, e.control.competing)
	}
	e.arrivals.add(at, int(p.size))
	if p.probe == 0 {
		e.trend.arrived(p.at, at)
	} else {
		e.trend.skip()
		e.probe.arrived(p, at)
	}
}

// answered is called when the newest packet known to have arrived is newer than before.
func (e *Estimator) answered(now time.Duration) {
	sample := now - e.newestAcked // with the time that the receiver kept it back
	e.rtt += (sample - e.rtt) / 8
	if e.beforeGap > 0 && e.queue.delay() < e.threshold() {
		// the way there was open after all
		e.control.rate = max(e.control.rate, scale(e.beforeGap, gapCut))
	}
	e.beforeGap, e.unansweredCount = 0, 0
}

// settle counts what is so old that it can't be late any more.
func (e *Estimator) settle(now time.Duration) {
	h := &e.history
	for h.settled < h.highest {
		p := h.at(h.settled)
		if p.at > e.newestAcked-reorderWindow {
			break
		}
		if p.state == arrived || p.state == missing { // else the report was lost
			e.loss.settle(p.at, int(p.size), p.state == missing)
		}
		h.settled++
	}
	e.loss.observe(now)
}

// judge draws the conclusions of a report.
func (e *Estimator) judge(now time.Duration) {
	full := e.control.full(now)
	sending, _ := e.sending.until(now, 300*time.Millisecond)
	steady, _ := e.arrivals.rate(longWindow)
	short, enough := e.arrivals.rate(shortWindow)
	if !enough {
		short = e.control.rate
	}
	e.why = e.control.update(now, observed{usage: e.trend.usage, queue: e.queue.delay(), threshold: e.threshold(),
		arriving: short, steady: steady, limited: e.limited.yes, sending: sending, wanted: e.wanted, rtt: e.rtt, loss: e.loss.recent,
		probed: e.probe.felt(now, e.rtt)})
	if e.why == Congested {
		e.probe.congested(now, e.control.unsure)
	}
	if e.loss.bound() < e.control.rate {
		e.control.rate = max(e.loss.bound(), e.options.Min)
		e.why = Lossy
	}
	full = full || e.loss.limit > 0
	if answer, ok := e.probe.answer(now, e.rtt, e.loss.share, full); ok {
		e.take(now, answer)
	}
	e.control.rate = min(max(e.control.rate, e.options.Min), e.options.Max)
}

// take raises the estimate by what a probe showed.
func (e *Estimator) take(now time.Duration, a answer) {
	if a.rate > e.control.rate && e.control.calm(now, e.rtt) {
		e.control.raised(now, a)
		e.loss.raised(a.rate)
		e.why = ProbeAnswer
	}
}
