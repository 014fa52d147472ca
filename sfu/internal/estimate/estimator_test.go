package estimate

import (
	"encoding/binary"
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

// bent is a flow whose reports are bent on their way.
type bent struct {
	controlled
	bend func(now time.Duration, report []byte) []byte
}

func (b bent) Feedback(now time.Duration, report []byte) error {
	if report = b.bend(now, report); report == nil {
		return nil
	}
	return b.controlled.Feedback(now, report)
}

// bending makes a saturating flow over 2 Mbit/s whose reports are bent.
func bending(seed uint64, bend func(time.Duration, []byte) []byte) (*lab, *pathsim.Media) {
	l := newLab(seed, steps(0, 2)...)
	out, back := l.paths(50 * ms)
	e := New(Options{})
	m := pathsim.NewMedia(l.Sim, bent{controlled{e}, bend}, out, back)
	m.Start(0)
	m.Saturate(0, nil)
	l.flows, l.made = append(l.flows, m), append(l.made, e)
	return l, m
}

func TestSilenceLowersCarefully(t *testing.T) {
	l, m := bending(1, func(now time.Duration, report []byte) []byte {
		if now > 20*second && now < 23*second {
			return nil
		}
		return report
	})
	l.finish(40 * second)
	before, during := m.Stats.Target(18*second, 20*second), m.Stats.Target(22800*ms, 23*second)
	if during > 0.6*before || during < 0.1*before {
		t.Errorf("after 3 s without reports: %.0f of %.0f bit/s", during, before)
	}
	if again := m.Stats.Reached(23*second, 40*second, 0.85*2e6); again < 0 || again > 3*second {
		t.Errorf("recovered after %v, want 3 s", again)
	}
	if e := l.made[0].Estimate(); e.Why == Unanswered {
		t.Error("still unanswered")
	}
}

func TestSilenceOfOurOwnIsNoGap(t *testing.T) {
	l := newLab(1, steps(0, 2)...)
	m := l.media(50*ms, 0)
	m.Saturate(0, func(now time.Duration) bool { return now > 10*second && now < 40*second })
	l.Run(39 * second)
	if got := m.Stats.Target(30*second, 39*second); got < 0.85*2e6 {
		t.Errorf("while nothing was sent the estimate went to %.0f", got)
	}
	l.finish(60 * second)
	if got := m.Stats.Target(43*second, 60*second); got < 0.85*2e6 {
		t.Errorf("after the pause %.0f of 2 Mbit/s", got)
	}
}

func TestClocksMayJump(t *testing.T) {
	for name, jump := range map[string]int32{"forth": 1000, "back": -1000, "across the wrap": 1<<23 - 5} {
		t.Run(name, func(t *testing.T) {
			l, m := bending(1, func(now time.Duration, report []byte) []byte {
				if now > 20*second { // in units of 64 ms, beside the count of reports
					reference := int32(binary.BigEndian.Uint32(report[16:])) >> 8
					binary.BigEndian.PutUint32(report[16:], uint32(reference+jump)<<8)
				}
				return report
			})
			l.finish(40 * second)
			if got := m.Stats.Target(20*second, 40*second); got < 0.85*2e6 || got > 2.1e6 {
				t.Errorf("%.0f of 2 Mbit/s after the jump", got)
			}
		})
	}
}

func TestReportsMayComeLateAndTwice(t *testing.T) {
	var kept []byte
	l, m := bending(1, nil)
	m.Controller = bent{m.Controller.(bent).controlled, func(now time.Duration, report []byte) []byte {
		if l.Rand.IntN(5) == 0 && kept == nil {
			kept = append(kept, report...)
			return nil
		}
		if kept != nil && l.Rand.IntN(2) == 0 {
			late := kept
			kept = nil
			if err := l.made[0].Feedback(now, report); err != nil {
				t.Error(err)
			}
			if err := l.made[0].Feedback(now, late); err != nil {
				t.Error(err)
			}
			return report // again
		}
		return report
	}}
	l.finish(60 * second)
	if got := m.Stats.Target(10*second, 60*second); got < 0.80*2e6 || got > 2.1e6 {
		t.Errorf("%.0f of 2 Mbit/s", got)
	}
}

func TestNeverGrowsWithoutSending(t *testing.T) {
	l := newLab(1, steps(0, 10)...)
	m := l.media(50*ms, 0)
	e := l.made[0]
	e.Want(440_000)
	l.Every(0, 20*ms, func() bool { m.Send(pathsim.Video, 844); return true }) // 360 kbit/s
	l.Run(60 * second)
	if got := e.Estimate(); got.Target > 520_000 {
		t.Errorf("got %d (%v) while 360 kbit/s were sent and 440 wanted", got.Target, got.Why)
	}
	if sent := m.Stats.Sent[pathsim.Padding]; sent > 60 {
		t.Errorf("%d packets of padding where little is wanted", sent)
	}
}

func TestComesBackWhenTCPHasGone(t *testing.T) {
	for seed := range uint64(*seeds) {
		l := newLab(seed+1, steps(0, 2)...)
		m := l.saturating(50*ms, 0)
		out, back := l.paths(50 * ms)
		tcp := pathsim.NewTCP(l.Sim, out, back, true)
		l.At(10*second, tcp.Start)
		l.At(40*second, tcp.Stop)
		l.finish(60 * second)
		if again := m.Stats.Reached(40*second, 60*second, 0.85*2e6); again < 0 || again > 6*second {
			t.Errorf("seed %d: 85 %% again after %v", seed+1, again)
		}
		if p95 := pathsim.Percentile(m.Stats.WaitsBetween(46*second, 60*second), 0.95); p95 > 100*ms {
			t.Errorf("seed %d: queue p95 %v after TCP has gone", seed+1, p95)
		}
	}
}

func TestBoundsAndDefaults(t *testing.T) {
	if got := New(Options{}).Estimate(); got.Target != defaultStart || got.Why != Starting {
		t.Errorf("got %+v", got)
	}
	l := newLab(1, steps(0, 2)...)
	out, back := l.paths(50 * ms)
	e := New(Options{Min: 100_000, Max: 700_000})
	m := pathsim.NewMedia(l.Sim, controlled{e}, out, back)
	m.Start(0)
	m.Saturate(0, nil)
	l.Run(20 * second)
	if got := e.Estimate().Target; got != 700_000 {
		t.Errorf("got %d, want the most that is allowed", got)
	}
	l.link.Capacity = steps(0, 0.05)
	l.Run(60 * second)
	if got := e.Estimate().Target; got != 100_000 {
		t.Errorf("got %d, want the least", got)
	}
}

func TestNothingIsAllocatedForAPacket(t *testing.T) {
	e, seq, now := New(Options{}), uint16(0), time.Duration(0)
	for range 3 * maxHistory {
		seq++
		e.Sent(seq, 1200, now)
		now += ms
	}
	if n := testing.AllocsPerRun(1000, func() {
		seq++
		now += ms
		e.Sent(seq, 1200, now)
		e.Tick(now)
		e.Padding(now)
	}); n > 0 {
		t.Errorf("got %v allocations a packet", n)
	}
}

// recorded is what a flow of a minute sent and was told.
type recorded struct {
	*Estimator
	all []func(*Estimator)
}

func (r *recorded) Rate() float64 { return float64(r.Estimate().Target) }

func (r *recorded) Sent(seq uint16, size int, now time.Duration) {
	r.all = append(r.all, func(e *Estimator) { e.Sent(seq, size, now) })
	r.Estimator.Sent(seq, size, now)
}

func (r *recorded) Feedback(now time.Duration, report []byte) error {
	r.all = append(r.all, func(e *Estimator) { _ = e.Feedback(now, report) })
	return r.Estimator.Feedback(now, report)
}

func (r *recorded) Tick(now time.Duration) {
	r.all = append(r.all, func(e *Estimator) { e.Tick(now); e.Padding(now) })
	r.Estimator.Tick(now)
}

// BenchmarkMinute is a minute of 2 Mbit/s: what is sent, 600 reports, 12,000 ticks.
func BenchmarkMinute(b *testing.B) {
	l := newLab(1, steps(0, 2)...)
	out, back := l.paths(50 * ms)
	r := &recorded{Estimator: New(Options{})}
	m := pathsim.NewMedia(l.Sim, r, out, back)
	m.Start(0)
	m.Saturate(0, nil)
	l.Run(60 * second)
	b.ReportAllocs()
	for b.Loop() {
		e := New(Options{})
		for _, do := range r.all {
			do(e)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(m.Stats.Sent[pathsim.Video]+m.Stats.Sent[pathsim.Audio]+m.Stats.Sent[pathsim.Padding]), "ns/packet")
}

func BenchmarkSent(b *testing.B) {
	e, seq, now := New(Options{}), uint16(0), time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		seq++
		now += ms
		e.Sent(seq, 1200, now)
	}
}
