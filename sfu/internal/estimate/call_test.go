package estimate

import (
	"math"
	"testing"
	"time"

	"vesper/sfu/internal/allocation"
	"vesper/sfu/internal/pathsim"
)

// camera is the simulcast of Chromium's 720p, demo that of the demo's people, in bit/s.
var (
	camera = [allocation.Layers]int64{150_000, 500_000, 1_700_000}
	demo   = [allocation.Layers]int64{45_000, 110_000, 290_000}
)

const onWire = 1.06 // what headers add to video

// call is a receiver of a conversation: its audio, and the layers that an allocator chooses for its slots.
type call struct {
	*lab
	media     *pathsim.Media
	out       *pathsim.Path
	estimator *Estimator
	allocator allocation.Allocator
	slots     []allocation.Slot
	choices   []allocation.Choice
	playing   []int           // layer of each slot, None if paused
	until     []time.Duration // the key frame of another one has been asked for and comes then
	changed   time.Duration
	switches  int
	history   []int // sum of the layers, for each tenth of a second
	muted     func(time.Duration) bool
}

// join begins a call of audio streams and slots whose layers have these bitrates.
func (l *lab) join(voices int, rates ...[allocation.Layers]int64) *call {
	out, back := l.paths(50 * ms)
	m := l.over(out, back, 0)
	c := &call{lab: l, media: m, out: out, estimator: l.made[len(l.made)-1]}
	for i, rate := range rates {
		s := allocation.Slot{Priority: allocation.Gallery, Height: 720, Bitrate: rate}
		if i == 0 {
			s.Priority = allocation.Speaker
		}
		for j := range s.Bitrate {
			s.Bitrate[j] = int64(float64(s.Bitrate[j]) * onWire)
		}
		c.slots = append(c.slots, s)
		c.playing = append(c.playing, allocation.None)
		c.until = append(c.until, 0)
		l.Every(time.Duration(i)*7*ms, second/30, func() bool { c.frame(i); return !m.Stopped() })
	}
	c.choices = make([]allocation.Choice, len(c.slots))
	for v := range voices {
		l.Every(time.Duration(v)*3*ms, 20*ms, func() bool {
			if !c.off() {
				m.Send(pathsim.Audio, 90)
			}
			return !m.Stopped()
		})
	}
	l.Every(0, 100*ms, func() bool { c.allocate(int64(voices) * 60_000); return !m.Stopped() })
	return c
}

func (c *call) off() bool { return c.muted != nil && c.muted(c.Now()) }

func (c *call) allocate(audio int64) {
	estimate := int64(c.estimator.Estimate().Lasting)
	c.estimator.Want(Bitrate(c.allocator.Allocate(c.Now(), estimate, audio, c.slots, c.choices)))
	sum := 0
	for i, choice := range c.choices {
		if choice.Layer != c.playing[i] && c.until[i] == 0 {
			c.until[i] = c.Now() + 80*ms
			if choice.Layer == allocation.None {
				c.until[i] = c.Now()
			}
		}
		sum += c.playing[i] + 1
	}
	c.history = append(c.history, sum)
}

// frame sends the next frame of a slot, paced as its publisher does.
func (c *call) frame(i int) {
	key := 1.0
	if c.until[i] > 0 && c.Now() >= c.until[i] {
		c.until[i] = 0
		if c.playing[i] != c.choices[i].Layer {
			c.playing[i], key = c.choices[i].Layer, 5
			c.switches++
			c.changed = c.Now()
		}
	}
	if c.playing[i] == allocation.None || c.off() {
		return
	}
	rate := float64(c.slots[i].Bitrate[c.playing[i]]) / onWire
	left := int(key * rate / 8 / 30 * math.Exp(0.25*c.Rand.NormFloat64()-0.03))
	for n := 0; left > 0; n++ {
		size := min(left, 1100)
		left -= size
		c.After(time.Duration(n)*time.Duration(1100*8/(2.5*rate)*float64(second)), func() { c.media.Send(pathsim.Video, size) })
	}
}

// best is when from a time on every slot had its best layer, -1 if never.
func (c *call) best(from time.Duration) time.Duration {
	for i := from / (100 * ms); int(i) < len(c.history); i++ {
		if c.history[i] == allocation.Layers*len(c.slots) {
			return i*100*ms - from
		}
	}
	return -1
}

// watch prints a call for the eye.
func (c *call) watch(t *testing.T, from, to time.Duration) {
	c.Every(from, 200*ms, func() bool {
		x := c.estimator.Estimate()
		t.Logf("%6.2f s %7d (%v) of %7.0f want %7d arriving %7d queue %3d of %3d loss %.2f layers %v", c.Now().Seconds(), x.Target, x.Why,
			c.link.Rate(c.Now()), c.estimator.wanted, x.Arriving, x.Queue/ms, c.link.Backlog()/ms, x.Loss, c.playing)
		return c.Now() < to
	})
}

func TestBestLayerSoonAfterADip(t *testing.T) {
	for _, dip := range []float64{1.0, 0.7, 0.4, 0.25} {
		for seed := range uint64(*seeds) {
			c := newLab(seed+1, steps(0, 4, 20, dip, 35, 4)...).join(2, camera, demo, demo)
			if *of == "dip" && seed+1 == *traced {
				t.Log(dip)
				c.watch(t, 0, 50*second)
			}
			c.finish(60 * second)
			before := c.history[19*10]
			back := c.best(35 * second)
			t.Logf("dip to %.2f Mbit/s: best at first after %v, again after %v, audio lost %.2f %%, queue p95 %v, %d switches", dip, c.best(0), back,
				100*c.media.Stats.Loss(pathsim.Audio), pathsim.Percentile(c.media.Stats.Waits, 0.95), c.switches)
			if before != allocation.Layers*len(c.slots) {
				t.Errorf("dip %.2f seed %d: not at its best before the dip", dip, seed+1)
			}
			if back < 0 || back > 8*second {
				t.Errorf("dip %.2f seed %d: best layers after %v, want at most 8 s", dip, seed+1, back)
			}
		}
	}
}

func TestThinLinkKeepsAudio(t *testing.T) {
	for seed := range uint64(*seeds) {
		c := newLab(seed+1, steps(0, 0.15)...).join(1, camera)
		if *of == "thin" && seed+1 == *traced {
			c.watch(t, 0, 50*second)
		}
		c.finish(60 * second)
		t.Logf("audio lost %.2f %%, queue p50 %v p95 %v, %v", 100*c.media.Stats.Loss(pathsim.Audio), pathsim.Percentile(c.media.Stats.Waits, 0.5),
			pathsim.Percentile(c.media.Stats.Waits, 0.95), c.choices)
		if lost := c.media.Stats.Loss(pathsim.Audio); lost > 0.005 {
			t.Errorf("seed %d: %.2f %% of the audio lost", seed+1, 100*lost)
		}
		if c.choices[0] != (allocation.Choice{Layer: allocation.None, Reason: allocation.Bandwidth}) {
			t.Errorf("seed %d: got %v, want video paused for bandwidth", seed+1, c.choices[0])
		}
	}
}

func TestAudioBesideTCP(t *testing.T) {
	for _, cubic := range []bool{false, true} {
		for seed := range uint64(*seeds) {
			l := newLab(seed+1, steps(0, 2)...)
			c := l.join(2, camera, demo)
			if *of == "tcp" && seed+1 == *traced {
				c.watch(t, 0, 60*second)
			}
			out, back := l.paths(50 * ms)
			tcp := pathsim.NewTCP(l.Sim, out, back, cubic)
			l.At(15*second, tcp.Start)
			l.finish(100 * second)
			got := c.media.Stats.Throughput(25*second, 100*second)
			t.Logf("cubic %v: %.0f kbit/s, TCP %.0f, audio lost %.2f %%, %d switches", cubic, got/1e3, float64(tcp.Delivered)*8/85/1e3, 100*c.media.Stats.Loss(pathsim.Audio), c.switches)
			if lost := c.media.Stats.Loss(pathsim.Audio); lost > 0.02 {
				t.Errorf("cubic %v seed %d: %.2f %% of the audio lost", cubic, seed+1, 100*lost)
			}
			if got < 0.25*1e6 {
				t.Errorf("cubic %v seed %d: %.0f bit/s beside TCP, want a quarter of 1 Mbit/s", cubic, seed+1, got)
			}
		}
	}
}
