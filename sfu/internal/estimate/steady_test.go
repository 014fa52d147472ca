package estimate

import (
	"fmt"
	"testing"
	"time"

	"vesper/sfu/internal/pathsim"
)

// steadiness is what somebody sees who looks at a call for some minutes.
type steadiness struct {
	switches float64 // of any slot, a minute
	layers   float64 // mean of the sum
	audio    float64 // share lost
}

// observe lets a call go on from a minute to six, and looks.
func (c *call) observe(t *testing.T, name string) (s steadiness) {
	t.Helper()
	c.Run(60 * second)
	before := c.switches
	c.finish(360 * second)
	for _, sum := range c.history[600:] {
		s.layers += float64(sum) / float64(len(c.history)-600)
	}
	s.switches = float64(c.switches-before) / 5
	s.audio = c.media.Stats.Loss(pathsim.Audio)
	t.Logf("%s: %.1f switches a minute, %.1f layers of 9, audio lost %.2f %%, queue p95 %d ms, padding %.0f kbit/s", name, s.switches, s.layers,
		100*s.audio, pathsim.Percentile(c.media.Stats.Waits, 0.95)/ms, float64(c.media.Stats.Bytes[pathsim.Padding])*8/360/1e3)
	return s
}

// TestLayersAreSteady has a camera and two small pictures at every capacity, most of which are too little
// for all of their layers.
func TestLayersAreSteady(t *testing.T) {
	tests := []struct {
		capacity float64
		layers   float64 // at least
	}{{0.3, 1.3}, {0.6, 4.5}, {1, 4.8}, {1.5, 7.5}, {2, 7.9}, {2.6, 6.3}, {3, 8.8}, {4, 9}}
	for _, test := range tests {
		for seed := range uint64(*seeds) {
			c := newLab(seed+1, steps(0, test.capacity)...).join(2, camera, demo, demo)
			got := c.observe(t, fmt.Sprint(test.capacity, " Mbit/s"))
			if got.switches > 6 || got.layers < test.layers || got.audio > 0.001 {
				t.Errorf("%.1f Mbit/s, seed %d: got %+v, want %.1f layers, at most 6 switches a minute and no audio lost", test.capacity, seed+1, got, test.layers)
			}
		}
	}
}

// TestLayersOnRoughPaths has enough capacity, and something else that is wrong.
func TestLayersOnRoughPaths(t *testing.T) {
	calm := steadiness{switches: 0.4, layers: 8.9, audio: 0.001}
	tests := []struct {
		name  string
		rough func(c *call)
		want  steadiness
	}{
		{"a radio away for 100 ms every 2 s", func(c *call) { c.out.Away, c.out.Every = 100*ms, 2*second }, calm},
		{"5 % loss", func(c *call) { c.out.Loss = pathsim.RandomLoss(0.05) }, steadiness{0.4, 8.9, 0.06}},
		{"20 % loss", func(c *call) { c.out.Loss = pathsim.RandomLoss(0.20) }, steadiness{0.4, 8.9, 0.22}},
		{"five who browse", func(c *call) { c.browse(5) }, steadiness{60, 4.5, 0.005}},
	}
	for _, test := range tests {
		for seed := range uint64(*seeds) {
			c := newLab(seed+1, steps(0, 4)...).join(2, camera, demo, demo)
			test.rough(c)
			got := c.observe(t, test.name)
			if got.switches > test.want.switches || got.layers < test.want.layers || got.audio > test.want.audio {
				t.Errorf("%s, seed %d: got %+v, want %+v", test.name, seed+1, got, test.want)
			}
		}
	}
}

// browse adds people who fetch 75 to 520 KB and read for 15 s in the mean.
func (c *call) browse(people int) {
	think := func(mean time.Duration) time.Duration { return time.Duration(c.Rand.ExpFloat64() * float64(mean)) }
	for range people {
		out, back := c.paths(30 * ms)
		var fetch func()
		fetch = func() {
			tcp := pathsim.NewTCP(c.Sim, out, back, true)
			tcp.Limit = 50 + c.Rand.IntN(300)
			tcp.Done = func() { c.After(think(15*second), fetch) }
			tcp.Start()
		}
		c.At(think(10*second), fetch)
	}
}
