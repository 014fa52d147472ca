package estimate

import (
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

const (
	second = time.Second
	ms     = time.Millisecond
)

// controlled is an Estimator as the simulator wants it.
type controlled struct{ *Estimator }

func (c controlled) Rate() float64 { return float64(c.Estimate().Target) }

var _ pathsim.Controller = controlled{}

// lab is one bottleneck and what flows through it, by default with the path of RFC 8867: 50 ms one way,
// 30 ms of jitter, a queue of 300 ms.
type lab struct {
	*pathsim.Sim
	link   *pathsim.Link
	back   *pathsim.Link // nil: free
	jitter time.Duration
	flows  []*pathsim.Media
	made   []*Estimator
}

func newLab(seed uint64, capacity ...pathsim.Step) *lab {
	s := pathsim.New(seed)
	return &lab{Sim: s, link: pathsim.NewLink(s, 300*ms, capacity...), jitter: 30 * ms}
}

// steps are capacities in Mbit/s from a second on: at, rate, at, rate.
func steps(pairs ...float64) (all []pathsim.Step) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, pathsim.Step{At: time.Duration(pairs[i] * float64(second)), Rate: pairs[i+1] * 1e6})
	}
	return all
}

func (l *lab) paths(delay time.Duration) (out, back *pathsim.Path) {
	return pathsim.NewPath(l.Sim, l.link, delay, l.jitter), pathsim.NewPath(l.Sim, l.back, delay, l.jitter)
}

// media is a flow of this one-way delay that begins to send then.
func (l *lab) media(delay, from time.Duration) *pathsim.Media {
	out, back := l.paths(delay)
	return l.over(out, back, from)
}

func (l *lab) over(out, back *pathsim.Path, from time.Duration) *pathsim.Media {
	e := New(Options{})
	m := pathsim.NewMedia(l.Sim, controlled{e}, out, back)
	m.Start(from)
	l.flows, l.made = append(l.flows, m), append(l.made, e)
	return m
}

// saturating is a flow that sends all that it may.
func (l *lab) saturating(delay, from time.Duration) *pathsim.Media {
	m := l.media(delay, from)
	m.Saturate(from, nil)
	return m
}

// traceAll prints every flow for the eye: go test -v -run RFC8867 -of 5.4 -seed 3
func (l *lab) traceAll(t *testing.T) {
	l.At(0, func() {
		for i := range l.flows {
			l.trace(t, i, 200*ms, 0, 300*second)
		}
	})
}

func (l *lab) trace(t *testing.T, i int, every, from, to time.Duration) {
	e := l.made[i]
	l.Every(from, every, func() bool {
		x := e.Estimate()
		t.Logf("%6.2f s flow %d: %7d (%v) arriving %7d queue %3d of %3d ms cap %d thr %.0f jit %.1f loss %.3f usage %d", l.Now().Seconds(), i, x.Target, x.Why,
			x.Arriving, x.Queue/ms, l.link.Backlog()/ms, e.control.capacity, e.trend.threshold, e.queue.jitter, x.Loss, e.trend.usage)
		return l.Now() < to
	})
}

// finish lets time pass until then, ends the flows and waits for what is on its way.
func (l *lab) finish(at time.Duration) {
	l.Run(at)
	for _, m := range l.flows {
		m.Stop()
	}
	l.Run(at + 2*second)
}
