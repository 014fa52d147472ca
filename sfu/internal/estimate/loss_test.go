package estimate

import (
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

// TestHardPaths has paths that are bad in some other way than by a queue of ours.
func TestHardPaths(t *testing.T) {
	tests := []struct {
		name  string
		least float64 // mean estimate from 10 s to 60 s, of 2 Mbit/s
		most  float64
		p95   time.Duration
		make  func(l *lab, out, back *pathsim.Path)
		tune  func(m *pathsim.Media)
	}{
		{"5 % random loss", 0.85, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { out.Loss = pathsim.RandomLoss(0.05) }, nil},
		{"20 % random loss", 0.80, 1.30, 130 * ms, func(l *lab, out, _ *pathsim.Path) { out.Loss = pathsim.RandomLoss(0.20) }, nil},
		{"5 % loss in bursts", 0.85, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) {
			out.Loss = &pathsim.BurstLoss{ToBad: 0.01, ToGood: 0.19, InBad: 1}
		}, nil},
		{"a queue of 20 ms", 0.80, 1.10, 30 * ms, func(l *lab, out, _ *pathsim.Path) { l.link.Queue = 20 * ms }, nil},
		{"a queue of 20 ms and 5 % loss", 0.75, 1.15, 30 * ms, func(l *lab, out, _ *pathsim.Path) {
			l.link.Queue, out.Loss = 20*ms, pathsim.RandomLoss(0.05)
		}, nil},
		{"a queue of 1 s", 0.85, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { l.link.Queue = second }, nil},
		{"30 % of the reports lost", 0.85, 1.05, 100 * ms, func(l *lab, _, back *pathsim.Path) { back.Loss = pathsim.RandomLoss(0.30) }, nil},
		{"reordering", 0.80, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { out.Reorder = true }, nil},
		{"60 ms of jitter", 0.80, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { out.Jitter = 60 * ms }, nil},
		{"a radio away for 80 ms every 2 s", 0.80, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { out.Away, out.Every = 80*ms, 2*second }, nil},
		{"a radio away for 200 ms every 5 s", 0.80, 1.05, 100 * ms, func(l *lab, out, _ *pathsim.Path) { out.Away, out.Every = 200*ms, 5*second }, nil},
		{"reports every 250 ms", 0.80, 1.05, 120 * ms, func(*lab, *pathsim.Path, *pathsim.Path) {}, func(m *pathsim.Media) { m.Interval = 250 * ms }},
		{"ticks every 50 ms", 0.85, 1.05, 100 * ms, func(*lab, *pathsim.Path, *pathsim.Path) {}, func(m *pathsim.Media) { m.Tick = 50 * ms }},
		{"reports every 50 ms", 0.85, 1.05, 100 * ms, func(*lab, *pathsim.Path, *pathsim.Path) {}, func(m *pathsim.Media) { m.Interval = 50 * ms }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(*seeds) {
				l := newLab(seed+1, steps(0, 2)...)
				out, back := l.paths(50 * ms)
				test.make(l, out, back)
				m := pathsim.NewMedia(l.Sim, controlled{New(Options{})}, out, back)
				if test.tune != nil {
					test.tune(m)
				}
				e := m.Controller.(controlled).Estimator
				l.flows, l.made = append(l.flows, m), append(l.made, e)
				m.Start(0)
				m.Saturate(0, nil)
				if *of == test.name && seed+1 == *traced {
					l.trace(t, 0, 200*ms, 0, 60*second)
				}
				l.finish(60 * second)
				got, p95 := m.Stats.Target(10*second, 60*second)/2e6, pathsim.Percentile(m.Stats.Waits, 0.95)
				t.Logf("estimate %.2f of the capacity, reached after %v, queue p95 %v, %.1f %% lost", got, m.Stats.Reached(0, 60*second, 0.85*2e6), p95, 100*m.Stats.Loss(pathsim.Video))
				if got < test.least || got > test.most {
					t.Errorf("seed %d: got %.2f of the capacity, want %.2f to %.2f", seed+1, got, test.least, test.most)
				}
				if p95 > test.p95 {
					t.Errorf("seed %d: queue p95 %v, want at most %v", seed+1, p95, test.p95)
				}
			}
		})
	}
}
