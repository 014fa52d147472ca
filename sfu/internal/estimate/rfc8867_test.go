package estimate

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

// phase is a span in which the capacity is the same, and the share of it that is ours at best.
type phase struct {
	from, to time.Duration
	capacity float64
}

// outcome is a line of the table.
type outcome struct {
	name        string
	convergence time.Duration // worst of the phases; -1: never
	after       float64       // least mean estimate after 3 s, of the capacity
	utilisation float64       // arrived, of the capacity, over the whole run
	p50, p95    time.Duration // of the queue
	loss, audio float64
	fairness    float64
	tcp         float64 // of its fair share
	media       float64 // least of the flows, of its fair share
}

const rowFormat = "%-46s %6s %5s %5s %5s %5s %6s %6s %5s %6s %6s"

func header() string {
	return fmt.Sprintf(rowFormat, "case", "85% s", "est", "util", "q50", "q95", "loss", "audio", "fair", "media", "tcp")
}

func (o outcome) String() string {
	converged := "never"
	if o.convergence >= 0 {
		converged = fmt.Sprintf("%.1f", o.convergence.Seconds())
	}
	tcp := "-"
	if o.tcp > 0 {
		tcp = fmt.Sprintf("%.2f", o.tcp)
	}
	return fmt.Sprintf(rowFormat, o.name, converged, fmt.Sprintf("%.2f", o.after), fmt.Sprintf("%.2f", o.utilisation),
		fmt.Sprint(int64(o.p50/ms)), fmt.Sprint(int64(o.p95/ms)), fmt.Sprintf("%.2f%%", 100*o.loss), fmt.Sprintf("%.2f%%", 100*o.audio),
		fmt.Sprintf("%.2f", o.fairness), fmt.Sprintf("%.2f", o.media), tcp)
}

// measure looks at a flow, or at the sum of several, in the phases.
func (l *lab) measure(name string, phases []phase, flows ...*pathsim.Media) outcome {
	o := outcome{name: name, after: 1e9, fairness: 1, media: 1e9}
	var waits []time.Duration
	var got, could float64
	var sent, arrived, audioSent, audioArrived int
	for _, f := range flows {
		waits = append(waits, f.Stats.Waits...)
		audioSent, audioArrived = audioSent+f.Stats.Sent[pathsim.Audio], audioArrived+f.Stats.Arrived[pathsim.Audio]
		for k := range f.Stats.Sent {
			sent, arrived = sent+f.Stats.Sent[k], arrived+f.Stats.Arrived[k]
		}
	}
	for _, p := range phases {
		reached := p.to - p.from
		found := false
		for at := p.from; at < p.to; at += 100 * ms {
			if target(flows, at, at+100*ms) >= 0.85*p.capacity {
				reached, found = at-p.from, true
				break
			}
		}
		if !found {
			o.convergence = -1
		} else if o.convergence >= 0 {
			o.convergence = max(o.convergence, reached)
		}
		o.after = min(o.after, target(flows, p.from+3*second, p.to)/p.capacity)
		could += p.capacity * (p.to - p.from).Seconds()
		for _, f := range flows {
			got += f.Stats.Throughput(p.from, p.to) * (p.to - p.from).Seconds()
		}
		var each []float64
		for _, f := range flows {
			if share := f.Stats.Throughput(p.from+(p.to-p.from)/2, p.to); share > 0 {
				each = append(each, share)
			}
		}
		o.fairness = min(o.fairness, pathsim.Jain(each...))
		if testing.Verbose() {
			var w []time.Duration
			for _, f := range flows {
				w = append(w, f.Stats.WaitsBetween(p.from, p.to)...)
			}
			fmt.Printf("   %v-%v q50 %v q95 %v reached %v over100 %.2fs est %.2f\n", p.from, p.to, pathsim.Percentile(w, .5)/ms, pathsim.Percentile(w, .95)/ms, reached, over100(w)*(p.to-p.from).Seconds(), target(flows, p.from, p.to)/p.capacity)
		}
		for _, share := range each {
			o.media = min(o.media, share/(p.capacity/float64(len(each))))
		}
	}
	o.utilisation = got / could
	o.p50, o.p95 = pathsim.Percentile(waits, 0.5), pathsim.Percentile(waits, 0.95)
	o.loss = 1 - float64(arrived)/float64(max(sent, 1))
	o.audio = 1 - float64(audioArrived)/float64(max(audioSent, 1))
	return o
}

func target(flows []*pathsim.Media, from, to time.Duration) (sum float64) {
	for _, f := range flows {
		sum += f.Stats.Target(from, to)
	}
	return sum
}

// phases are the spans between the steps of a link.
func phasesOf(capacity []pathsim.Step, end time.Duration) (all []phase) {
	for i, step := range capacity {
		to := end
		if i+1 < len(capacity) {
			to = capacity[i+1].At
		}
		all = append(all, phase{step.At, to, step.Rate})
	}
	return all
}

// scenario is a case of RFC 8867, section 5.
type scenario struct {
	name string
	tcp  bool
	run  func(l *lab) outcome
	seed []pathsim.Step
}

func single(schedule []pathsim.Step, delay time.Duration) func(*lab) outcome {
	return func(l *lab) outcome {
		m := l.saturating(delay, 0)
		l.finish(100 * second)
		return l.measure("", phasesOf(schedule, 100*second), m)
	}
}

var (
	schedule1 = steps(0, 1, 40, 2.5, 60, 0.6, 80, 1)
	schedule2 = steps(0, 4, 25, 2, 50, 3.5, 75, 1, 100, 2)
)

func scenarios() []scenario {
	return []scenario{
		{name: "5.1 variable capacity, single flow", seed: schedule1, run: single(schedule1, 50*ms)},
		{name: "5.1 at 20 ms round trip", seed: schedule1, run: single(schedule1, 10*ms)},
		{name: "5.1 at 300 ms round trip", seed: schedule1, run: single(schedule1, 150*ms)},
		{name: "5.2 variable capacity, two flows", seed: schedule2, run: func(l *lab) outcome {
			a, b := l.saturating(50*ms, 0), l.saturating(50*ms, 0)
			l.finish(125 * second)
			return l.measure("", phasesOf(schedule2, 125*second), a, b)
		}},
		{name: "5.3 congested feedback link", seed: steps(0, 2, 20, 1, 40, 0.5, 60, 2), run: congestedFeedback},
		{name: "5.4 competing flows, same algorithm", seed: steps(0, 3.5), run: func(l *lab) outcome {
			a, b, c := l.saturating(50*ms, 0), l.saturating(50*ms, 20*second), l.saturating(50*ms, 40*second)
			l.finish(120 * second)
			return l.measure("", []phase{{0, 20 * second, 3.5e6}, {20 * second, 40 * second, 3.5e6}, {40 * second, 120 * second, 3.5e6}}, a, b, c)
		}},
		{name: "5.5 round trip fairness", seed: steps(0, 4), run: func(l *lab) outcome {
			l.jitter = 0
			var flows []*pathsim.Media
			for i, delay := range []time.Duration{10 * ms, 25 * ms, 50 * ms, 100 * ms, 150 * ms} {
				flows = append(flows, l.saturating(delay, time.Duration(10*i)*second))
			}
			l.finish(300 * second)
			return l.measure("", []phase{{100 * second, 300 * second, 4e6}}, flows...)
		}},
		{name: "5.6 beside a long TCP flow (NewReno)", tcp: true, seed: steps(0, 2), run: longTCP(false)},
		{name: "5.6 beside a long TCP flow (CUBIC)", tcp: true, seed: steps(0, 2), run: longTCP(true)},
		{name: "5.7 beside short TCP flows", tcp: true, seed: steps(0, 2), run: shortTCP},
		{name: "5.8 pause and resume", seed: steps(0, 3.5), run: func(l *lab) outcome {
			a, b := l.saturating(50*ms, 0), l.saturating(50*ms, 0)
			c := l.media(50*ms, 0)
			c.Saturate(0, func(now time.Duration) bool { return now > 40*second && now < 60*second })
			l.finish(120 * second)
			o := l.measure("", []phase{{10 * second, 40 * second, 3.5e6}, {60 * second, 120 * second, 3.5e6}}, a, b, c)
			alone := l.measure("", []phase{{40 * second, 60 * second, 3.5e6}}, a, b)
			o.after = min(o.after, alone.after)
			return o
		}},
	}
}

func congestedFeedback(l *lab) outcome {
	forth, back := l.link.Capacity, steps(0, 2, 35, 0.8, 70, 2)
	l.back = pathsim.NewLink(l.Sim, 300*ms, back...)
	a := l.saturating(50*ms, 0)
	out, in := l.paths(50 * ms)
	b := l.over(in, out, 0)
	b.Saturate(0, nil)
	l.finish(100 * second)
	o, p := l.measure("", phasesOf(forth, 100*second), a), l.measure("", phasesOf(back, 100*second), b)
	o.convergence, o.after, o.p95 = max(o.convergence, p.convergence), min(o.after, p.after), max(o.p95, p.p95)
	if p.convergence < 0 {
		o.convergence = -1
	}
	return o
}

func longTCP(cubic bool) func(l *lab) outcome {
	return func(l *lab) outcome {
		m := l.saturating(50*ms, 0)
		out, back := l.paths(50 * ms)
		tcp := pathsim.NewTCP(l.Sim, out, back, cubic)
		l.At(5*second, tcp.Start)
		l.Run(20 * second)
		before := tcp.Delivered
		l.finish(120 * second)
		o := l.measure("", []phase{{0, 5 * second, 2e6}, {20 * second, 120 * second, 2e6}}, m)
		o.media = m.Stats.Throughput(20*second, 120*second) / 1e6
		o.tcp = float64(tcp.Delivered-before) * 8 / 100 / 1e6
		return o
	}
}

// shortTCP has ten flows that each fetch 30-50 KB, idle for 10 s in the mean and fetch again.
func shortTCP(l *lab) outcome {
	a, b := l.saturating(50*ms, 0), l.saturating(50*ms, 0)
	fetched := 0
	for range 10 {
		out, back := l.paths(50 * ms)
		var fetch func()
		fetch = func() {
			tcp := pathsim.NewTCP(l.Sim, out, back, false)
			tcp.Limit = 20 + l.Rand.IntN(14)
			tcp.Done = func() {
				fetched += tcp.Delivered
				l.After(time.Duration(l.Rand.ExpFloat64()*10*float64(second)), fetch)
			}
			tcp.Start()
		}
		l.At(time.Duration(l.Rand.ExpFloat64()*10*float64(second)), fetch)
	}
	l.finish(300 * second)
	o := l.measure("", []phase{{10 * second, 300 * second, 2e6}}, a, b)
	o.tcp = float64(fetched) * 8 / 300 / 2e6
	return o
}

var seeds = flag.Int("seeds", 1, "runs of each case")

var (
	of     = flag.String("of", "", "case to trace")
	traced = flag.Uint64("seed", 1, "seed to trace")
)

func TestTrace(t *testing.T) {
	for _, s := range scenarios() {
		if *of != "" && strings.Contains(s.name, *of) {
			l := newLab(*traced, s.seed...)
			l.At(0, func() {
				for i := range l.flows {
					l.trace(t, i, 100*ms, 0, 300*second)
				}
			})
			s.run(l)
			return
		}
	}
}

func TestRFC8867(t *testing.T) {
	rows := []string{header()}
	for _, s := range scenarios() {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			var all []outcome
			for seed := range *seeds {
				all = append(all, s.run(newLab(uint64(seed+1), s.seed...)))
			}
			o := worst(all)
			o.name = s.name
			rows = append(rows, o.String())
		})
	}
	t.Log("\n" + strings.Join(rows, "\n"))
}

// worst takes of each figure the worst of several runs.
func worst(all []outcome) outcome {
	w := all[0]
	for _, o := range all[1:] {
		if w.convergence >= 0 && (o.convergence < 0 || o.convergence > w.convergence) {
			w.convergence = o.convergence
		}
		w.after, w.utilisation = min(w.after, o.after), min(w.utilisation, o.utilisation)
		w.p50, w.p95 = max(w.p50, o.p50), max(w.p95, o.p95)
		w.loss, w.audio = max(w.loss, o.loss), max(w.audio, o.audio)
		w.fairness, w.media, w.tcp = min(w.fairness, o.fairness), min(w.media, o.media), min(w.tcp, o.tcp)
	}
	return w
}

func over100(w []time.Duration) float64 {
	n := 0
	for _, x := range w {
		if x > 100*ms {
			n++
		}
	}
	return float64(n) / float64(len(w))
}
