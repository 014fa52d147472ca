package pathsim

import (
	"math"
	"time"
)

const (
	segmentSize = 1500
	ackSize     = 60
	dupThresh   = 3
	minRTO      = 200 * time.Millisecond
)

// TCP is a sender with selective acknowledgement and loss recovery by pipe (RFC 6675), window growth
// as NewReno (RFC 5681) or CUBIC (RFC 9438). Its receiver acknowledges every segment.
type TCP struct {
	Cubic bool
	Limit int // segments to send; 0: without end
	Done  func()

	Delivered int // bytes of new data
	Losses    int

	sim       *Sim
	out, back *Path

	next, acked   uint32
	state         map[uint32]segmentState
	pipe          int
	lost          []uint32
	cwnd, thresh  float64
	recover       uint32 // loss below it belongs to the same event
	srtt, rttvar  time.Duration
	rtoArmed      uint64
	stopped       bool
	received      map[uint32]bool
	wmax, k       float64
	epoch         time.Duration
	friendly      float64
	newestArrived uint32
}

type segmentState struct {
	sent         time.Duration
	lost, resent bool
}

// NewTCP makes a flow over out, acknowledged over back. Start it with Start.
func NewTCP(s *Sim, out, back *Path, cubic bool) *TCP {
	return &TCP{sim: s, out: out, back: back, Cubic: cubic, cwnd: 10, thresh: math.Inf(1),
		state: make(map[uint32]segmentState), received: make(map[uint32]bool)}
}

// Start begins to send.
func (t *TCP) Start() { t.fill(); t.arm() }

// Stop ends the flow.
func (t *TCP) Stop() { t.stopped = true }

func (t *TCP) fill() {
	for !t.stopped && t.pipe < int(t.cwnd) {
		seq := t.next
		if len(t.lost) > 0 {
			seq = t.lost[0]
			t.lost = t.lost[1:]
			if _, open := t.state[seq]; !open {
				continue
			}
		} else {
			if t.Limit > 0 && int(t.next) >= t.Limit {
				return
			}
			t.next++
		}
		_, again := t.state[seq]
		t.state[seq] = segmentState{sent: t.sim.now, resent: again}
		t.pipe++
		t.out.Send(Packet{Seq: seq, Size: segmentSize}, t.arrive)
	}
}

// arrive is the receiver.
func (t *TCP) arrive(p Packet) {
	if !t.received[p.Seq] {
		t.received[p.Seq] = true
		t.Delivered += segmentSize
	}
	t.back.Send(Packet{Seq: p.Seq, Size: ackSize}, t.ack)
}

func (t *TCP) ack(p Packet) {
	if t.stopped {
		return
	}
	s, open := t.state[p.Seq]
	if !open {
		return
	}
	delete(t.state, p.Seq)
	if !s.lost {
		t.pipe--
	}
	if !s.resent {
		t.measure(t.sim.now - s.sent)
	}
	t.newestArrived = max(t.newestArrived, p.Seq)
	for t.acked < t.next {
		if _, open := t.state[t.acked]; open {
			break
		}
		t.acked++
	}
	t.detect()
	if t.acked >= t.recover {
		t.grow()
	}
	if t.Limit > 0 && int(t.acked) >= t.Limit {
		t.stopped = true
		if t.Done != nil {
			t.Done()
		}
		return
	}
	t.fill()
	t.arm()
}

// detect marks what three later segments have overtaken.
func (t *TCP) detect() {
	for seq := t.acked; seq+dupThresh <= t.newestArrived; seq++ {
		s, open := t.state[seq]
		if !open || s.lost || s.resent && t.sim.now-s.sent < t.srtt+4*t.rttvar {
			continue
		}
		s.lost = true
		t.state[seq] = s
		t.pipe--
		t.lost = append(t.lost, seq)
		if seq >= t.recover {
			t.reduce()
			t.recover = t.next
		}
	}
}

func (t *TCP) reduce() {
	t.Losses++
	beta := 0.5
	if t.Cubic {
		beta = 0.7
		t.wmax = t.cwnd
		t.k = math.Cbrt(t.wmax * (1 - beta) / 0.4)
		t.epoch = t.sim.now
	}
	t.cwnd = max(2, t.cwnd*beta)
	t.thresh, t.friendly = t.cwnd, t.cwnd
}

func (t *TCP) grow() {
	if t.cwnd < t.thresh {
		t.cwnd++
		return
	}
	if !t.Cubic {
		t.cwnd += 1 / t.cwnd
		return
	}
	since := (t.sim.now - t.epoch + t.srtt).Seconds()
	target := 0.4*math.Pow(since-t.k, 3) + t.wmax
	t.friendly += 3 * 0.3 / 1.7 / t.cwnd
	target = max(target, t.friendly)
	if target > t.cwnd {
		t.cwnd += min((target-t.cwnd)/t.cwnd, 0.5)
	}
}

func (t *TCP) measure(rtt time.Duration) {
	if t.srtt == 0 {
		t.srtt, t.rttvar = rtt, rtt/2
		return
	}
	t.rttvar += ((rtt - t.srtt).Abs() - t.rttvar) / 4
	t.srtt += (rtt - t.srtt) / 8
}

// arm starts the retransmission timer anew (RFC 6298).
func (t *TCP) arm() {
	t.rtoArmed++
	armed := t.rtoArmed
	rto := max(minRTO, t.srtt+4*t.rttvar)
	if t.srtt == 0 {
		rto = time.Second
	}
	t.sim.After(rto, func() {
		if t.stopped || armed != t.rtoArmed || len(t.state) == 0 {
			return
		}
		t.thresh, t.cwnd, t.recover, t.pipe = max(2, t.cwnd/2), 1, t.next, 0
		t.lost = t.lost[:0]
		for seq := t.acked; seq < t.next; seq++ {
			if s, open := t.state[seq]; open {
				s.lost = true
				t.state[seq] = s
				t.lost = append(t.lost, seq)
			}
		}
		t.fill()
		t.arm()
	})
}
