package pathsim

import (
	"testing"
	"time"
)

// fixed sends at a rate, whatever is reported.
type fixed struct {
	rate    float64
	reports int
}

func (f *fixed) Sent(uint16, int, time.Duration)               {}
func (f *fixed) Feedback(_ time.Duration, report []byte) error { f.reports++; return nil }
func (f *fixed) Tick(time.Duration)                            {}
func (f *fixed) Padding(time.Duration) int                     { return 0 }
func (f *fixed) Rate() float64                                 { return f.rate }

func TestLinkIsNotFasterThanItIs(t *testing.T) {
	s := New(1)
	link := NewLink(s, 300*time.Millisecond, Step{0, 1e6}, Step{10 * time.Second, 2e6})
	c := &fixed{rate: 3e6}
	m := NewMedia(s, c, NewPath(s, link, 50*time.Millisecond, 30*time.Millisecond), NewPath(s, nil, 50*time.Millisecond, 0))
	m.Start(0)
	m.Saturate(0, nil)
	s.Run(20 * time.Second)
	if got := m.Stats.Throughput(2*time.Second, 10*time.Second); got < 0.98e6 || got > 1.02e6 {
		t.Errorf("got %.0f bit/s, want 1 Mbit/s", got)
	}
	if got := m.Stats.Throughput(12*time.Second, 20*time.Second); got < 1.96e6 || got > 2.04e6 {
		t.Errorf("got %.0f bit/s, want 2 Mbit/s", got)
	}
	if got := Percentile(m.Stats.Waits, 0.5); got < 250*time.Millisecond || got > 300*time.Millisecond {
		t.Errorf("queue of an overloaded link: got %v, want nearly 300 ms", got)
	}
	if c.reports < 180 {
		t.Errorf("got %d reports in 20 s", c.reports)
	}
}

func TestTCPFillsALink(t *testing.T) {
	for _, cubic := range []bool{false, true} {
		s := New(1)
		link := NewLink(s, 300*time.Millisecond, Step{0, 2e6})
		back := NewPath(s, nil, 50*time.Millisecond, 0)
		flows := make([]*TCP, 2)
		for i := range flows {
			flows[i] = NewTCP(s, NewPath(s, link, 50*time.Millisecond, 0), back, cubic)
			flows[i].Start()
		}
		s.Run(10 * time.Second)
		before := [2]int{flows[0].Delivered, flows[1].Delivered}
		s.Run(130 * time.Second)
		a, b := float64(flows[0].Delivered-before[0])*8/120, float64(flows[1].Delivered-before[1])*8/120
		if a+b < 0.95*2e6 || a+b > 2.01e6 {
			t.Errorf("cubic %v: together %.0f bit/s of 2 Mbit/s", cubic, a+b)
		}
		if fair := Jain(a, b); fair < 0.9 {
			t.Errorf("cubic %v: %.0f and %.0f bit/s", cubic, a, b)
		}
	}
}

func TestShortTCPEnds(t *testing.T) {
	s := New(3)
	link := NewLink(s, 300*time.Millisecond, Step{0, 2e6})
	path := NewPath(s, link, 50*time.Millisecond, 0)
	path.Loss = RandomLoss(0.05)
	tcp := NewTCP(s, path, NewPath(s, nil, 50*time.Millisecond, 0), false)
	tcp.Limit = 30
	done := false
	tcp.Done = func() { done = true }
	tcp.Start()
	s.Run(20 * time.Second)
	if !done || tcp.Delivered != 30*segmentSize {
		t.Errorf("done %v after %d bytes, want %d", done, tcp.Delivered, 30*segmentSize)
	}
}

func TestLossModels(t *testing.T) {
	s := New(1)
	for name, model := range map[string]Loss{
		"random": RandomLoss(0.05),
		"bursts": &BurstLoss{ToBad: 0.01, ToGood: 0.19, InBad: 1}, // 1 of 20 packets, 5 in a row
	} {
		lost := 0
		for range 100_000 {
			if model.Lost(s) {
				lost++
			}
		}
		if lost < 4500 || lost > 5500 {
			t.Errorf("%s: lost %d of 100000, want 5000", name, lost)
		}
	}
}

func TestSameSeedSameRun(t *testing.T) {
	run := func() (int, time.Duration) {
		s := New(7)
		link := NewLink(s, 300*time.Millisecond, Step{0, 1e6})
		path := NewPath(s, link, 50*time.Millisecond, 30*time.Millisecond)
		path.Reorder, path.Loss = true, RandomLoss(0.02)
		m := NewMedia(s, &fixed{rate: 0.9e6}, path, NewPath(s, nil, 50*time.Millisecond, 0))
		m.Start(0)
		m.Saturate(0, nil)
		s.Run(5 * time.Second)
		return m.Stats.Arrived[Video], Percentile(m.Stats.Waits, 0.95)
	}
	n, wait := run()
	if n2, wait2 := run(); n != n2 || wait != wait2 {
		t.Errorf("got %d, %v and then %d, %v", n, wait, n2, wait2)
	}
}
