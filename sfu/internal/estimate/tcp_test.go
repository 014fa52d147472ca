package estimate

import (
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

// TestBesideTCP goes beyond RFC 8867's one path: we are to have a quarter of a fair share at least, and
// TCP is not to starve beside us.
func TestBesideTCP(t *testing.T) {
	tests := []struct {
		name     string
		capacity float64
		delay    time.Duration
		queue    time.Duration
		flows    int
	}{
		{"20 ms round trip", 2, 10 * ms, 300 * ms, 1},
		{"300 ms round trip", 2, 150 * ms, 300 * ms, 1},
		{"a queue of 60 ms", 2, 50 * ms, 60 * ms, 1},
		{"a queue of 1 s", 2, 50 * ms, second, 1},
		{"10 Mbit/s", 10, 20 * ms, 200 * ms, 1},
		{"600 kbit/s", 0.6, 50 * ms, 500 * ms, 1},
		{"three of them", 4, 50 * ms, 300 * ms, 3},
	}
	for _, test := range tests {
		for _, cubic := range []bool{false, true} {
			for seed := range uint64(*seeds) {
				l := newLab(seed+1, steps(0, test.capacity)...)
				l.link.Queue = test.queue
				m := l.saturating(test.delay, 0)
				var flows []*pathsim.TCP
				for i := range test.flows {
					out, back := l.paths(test.delay)
					tcp := pathsim.NewTCP(l.Sim, out, back, cubic)
					l.At(time.Duration(5+3*i)*second, tcp.Start)
					flows = append(flows, tcp)
				}
				if *of == test.name && seed+1 == *traced && cubic {
					l.trace(t, 0, 400*ms, 0, 60*second)
				}
				l.finish(100 * second)
				fair := test.capacity * 1e6 / float64(1+test.flows)
				ours := m.Stats.Throughput(20*second, 100*second) / fair
				theirs := 0.0
				for _, tcp := range flows {
					theirs += float64(tcp.Delivered) * 8 / 95 / fair / float64(test.flows)
				}
				lost := m.Stats.Loss(pathsim.Audio)
				t.Logf("%s, cubic %v: we have %.2f of a fair share, TCP %.2f, audio lost %.2f %%", test.name, cubic, ours, theirs, 100*lost)
				if ours < 0.25 || theirs < 0.25 {
					t.Errorf("%s, cubic %v, seed %d: we have %.2f of a fair share and TCP %.2f, want a quarter at least", test.name, cubic, seed+1, ours, theirs)
				}
				if lost > 0.02 {
					t.Errorf("%s, cubic %v, seed %d: %.1f %% of the audio lost", test.name, cubic, seed+1, 100*lost)
				}
			}
		}
	}
}
