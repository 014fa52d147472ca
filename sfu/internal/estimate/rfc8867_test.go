package estimate

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

var (
	seeds  = flag.Int("seeds", 1, "runs of each case")
	first  = flag.Uint64("first", 0, "seed before the first of TestRFC8867")
	of     = flag.String("of", "", "case to trace, for the eye")
	traced = flag.Uint64("seed", 1, "seed to trace")
)

// scenario is a case of RFC 8867, section 5. Its media flows send all that they may, which is what the
// bars are about; TestBestLayerSoonAfterADip and its neighbours have people in them.
type scenario struct {
	name     string
	tcp      bool
	capacity []pathsim.Step
	run      func(l *lab) outcome
}

var (
	one   = steps(0, 1, 40, 2.5, 60, 0.6, 80, 1)
	two   = steps(0, 4, 25, 2, 50, 3.5, 75, 1, 100, 2)
	forth = steps(0, 2, 20, 1, 40, 0.5, 60, 2)
	back  = steps(0, 2, 35, 0.8, 70, 2)
)

func scenarios() []scenario {
	return []scenario{
		{"5.1 variable capacity, single flow", false, one, single(50 * ms)},
		{"5.1 at 20 ms round trip", false, one, single(10 * ms)},
		{"5.1 at 300 ms round trip", false, one, single(150 * ms)},
		{"5.2 variable capacity, two flows", false, two, both},
		{"5.3 congested feedback link", false, forth, congestedFeedback},
		{"5.4 competing flows, same algorithm", false, steps(0, 3.5), competing},
		{"5.5 round trip time fairness", false, steps(0, 4), roundTrips},
		{"5.6 beside a long TCP flow, NewReno", true, steps(0, 2), longTCP(false)},
		{"5.6 beside a long TCP flow, CUBIC", true, steps(0, 2), longTCP(true)},
		{"5.7 beside short TCP flows", true, steps(0, 2), shortTCP},
		{"5.8 pause and resume", false, steps(0, 3.5), pauseAndResume},
	}
}

func single(delay time.Duration) func(*lab) outcome {
	return func(l *lab) outcome {
		m := l.saturating(delay, 0)
		l.finish(100 * second)
		return measure(phases(one, 100*second), m)
	}
}

func both(l *lab) outcome {
	a, b := l.saturating(50*ms, 0), l.saturating(50*ms, 0)
	l.finish(125 * second)
	return measure(phases(two, 125*second), a, b)
}

// congestedFeedback has media both ways: the reports of one share a link with the other.
func congestedFeedback(l *lab) outcome {
	l.back = pathsim.NewLink(l.Sim, 300*ms, back...)
	a := l.saturating(50*ms, 0)
	out, in := l.paths(50 * ms)
	b := l.over(in, out, 0)
	b.Saturate(0, nil)
	l.finish(100 * second)
	return worst([]outcome{measure(phases(forth, 100*second), a), measure(phases(back, 100*second), b)})
}

func competing(l *lab) outcome {
	a, b, c := l.saturating(50*ms, 0), l.saturating(50*ms, 20*second), l.saturating(50*ms, 40*second)
	l.finish(120 * second)
	return measure([]phase{{0, 20 * second, 3.5e6}, {20 * second, 40 * second, 3.5e6}, {40 * second, 120 * second, 3.5e6}}, a, b, c)
}

// roundTrips has flows of 20 to 300 ms. The phases are those in which their number is the same.
func roundTrips(l *lab) outcome {
	var flows []*pathsim.Media
	for i, delay := range []time.Duration{10 * ms, 25 * ms, 50 * ms, 100 * ms, 150 * ms} {
		flows = append(flows, l.saturating(delay, time.Duration(10*i)*second))
	}
	l.finish(300 * second)
	o, first := measure([]phase{{40 * second, 300 * second, 4e6}}, flows...), measure([]phase{{0, 10 * second, 4e6}}, flows[0])
	o.convergence, o.after = first.convergence, min(o.after, first.after)
	return o
}

// longTCP has filled the queue when the media begin.
func longTCP(cubic bool) func(l *lab) outcome {
	return func(l *lab) outcome {
		out, back := l.paths(50 * ms)
		tcp := pathsim.NewTCP(l.Sim, out, back, cubic)
		tcp.Start()
		m := l.saturating(50*ms, 5*second)
		l.Run(20 * second)
		before := tcp.Delivered
		l.Run(120 * second)
		o := measure([]phase{{20 * second, 120 * second, 2e6}}, m)
		o.media = m.Stats.Throughput(20*second, 120*second) / 1e6
		o.tcp = float64(tcp.Delivered-before) * 8 / 100 / 1e6
		return o
	}
}

// shortTCP has ten flows that each fetch 30 to 50 KB, idle for 10 s in the mean, and fetch again. Their
// share is of what they would fetch alone.
func shortTCP(l *lab) outcome {
	a, b := l.saturating(50*ms, 5*second), l.saturating(50*ms, 5*second)
	took, fetches := time.Duration(0), 0
	idle := func() time.Duration { return time.Duration(l.Rand.ExpFloat64() * 10 * float64(second)) }
	for range 10 {
		out, back := l.paths(50 * ms)
		var fetch func()
		fetch = func() {
			began := l.Now()
			tcp := pathsim.NewTCP(l.Sim, out, back, false)
			tcp.Limit = 20 + l.Rand.IntN(14)
			tcp.Done = func() {
				took, fetches = took+l.Now()-began, fetches+1
				l.After(idle(), fetch)
			}
			tcp.Start()
		}
		l.At(idle(), fetch)
	}
	l.finish(300 * second)
	o := measure([]phase{{10 * second, 300 * second, 2e6}}, a, b)
	o.tcp = fetchAlone.Seconds() / (took / time.Duration(fetches)).Seconds()
	return o
}

// fetchAlone is what 40 KB take over the empty path of shortTCP, in the mean.
const fetchAlone = 430 * ms

func pauseAndResume(l *lab) outcome {
	a, b, c := l.saturating(50*ms, 0), l.saturating(50*ms, 0), l.media(50*ms, 0)
	c.Saturate(0, func(now time.Duration) bool { return now > 40*second && now < 60*second })
	l.finish(120 * second)
	return worst([]outcome{
		measure([]phase{{0, 40 * second, 3.5e6}, {60 * second, 120 * second, 3.5e6}}, a, b, c),
		measure([]phase{{40 * second, 60 * second, 3.5e6}}, a, b),
	})
}

// TestRFC8867 holds the bars, and prints the table of docs/performance.md: go test -v -run RFC8867 -seeds 20
func TestRFC8867(t *testing.T) {
	rows := []string{header()}
	for _, s := range scenarios() {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			var all []outcome
			for seed := *first; seed < *first+uint64(*seeds); seed++ {
				l := newLab(seed+1, s.capacity...)
				if *of != "" && *traced == seed+1 && strings.Contains(s.name, *of) {
					l.traceAll(t)
				}
				o := s.run(l)
				s.judge(t, seed+1, o)
				all = append(all, o)
			}
			rows = append(rows, fmt.Sprintf(row, s.name, worst(all)))
		})
	}
	t.Log("\n" + strings.Join(rows, "\n"))
}

func (s scenario) judge(t *testing.T, seed uint64, o outcome) {
	t.Helper()
	if s.tcp {
		if o.media < 0.25 || o.audio > 0.02 {
			t.Errorf("seed %d: %.2f of a fair share and %.1f %% of the audio lost, want at least 0.25 and at most 2 %%", seed, o.media, 100*o.audio)
		}
		return
	}
	if o.convergence == never || o.convergence > 3*second {
		t.Errorf("seed %d: 85 %% of the capacity after %v, want 3 s", seed, o.convergence)
	}
	if o.after < 0.85 {
		t.Errorf("seed %d: after 3 s the estimate is %.0f %% of the capacity, want 85 %%", seed, 100*o.after)
	}
	if o.p95 > 100*ms {
		t.Errorf("seed %d: queue p95 %v, want at most 100 ms", seed, o.p95)
	}
}
