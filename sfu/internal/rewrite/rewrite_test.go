package rewrite

import (
	"testing"
	"time"

	"vesper/sfu/internal/vp8"
)

const (
	rate = 90000
	step = 900
)

type out struct {
	seq     uint16
	ts      uint32
	picture uint16
	tl0     uint8
}

func apply(r *Rewriter, seq uint16, ts uint32, picture uint16, tl0 uint8, at time.Time) (out, bool) {
	o, ok := r.Next(seq, ts, &vp8.Descriptor{PictureID: picture, TL0: tl0}, at)
	return out{seq + o.Seq, ts + o.TS, (picture + o.Picture) & 0x7fff, tl0 + o.TL0}, ok
}

func TestCutContinues(t *testing.T) {
	var r Rewriter
	now := time.Unix(100, 0)
	r.Cut(65534, 1000, &vp8.Descriptor{PictureID: 0x7ffe, TL0: 254}, now, rate, step)
	got, _ := apply(&r, 65534, 1000, 0x7ffe, 254, now)
	if want := (out{65534, 1000, 0x7ffe, 254}); got != want {
		t.Fatalf("first: got %+v, want %+v", got, want)
	}
	apply(&r, 65535, 1000, 0x7ffe, 254, now)
	got, _ = apply(&r, 0, 4000, 0x7fff, 255, now.Add(33*time.Millisecond))
	if want := (out{0, 4000, 0x7fff, 255}); got != want {
		t.Fatalf("across the wrap: got %+v, want %+v", got, want)
	}

	// another layer, its own numbers, 100 ms later
	later := now.Add(133 * time.Millisecond)
	r.Cut(30000, 5_000_000, &vp8.Descriptor{PictureID: 12, TL0: 3}, later, rate, step)
	got, ok := apply(&r, 30000, 5_000_000, 12, 3, later)
	if want := (out{1, 4000 + 9000, 0, 0}); !ok || got != want {
		t.Fatalf("after the cut: got %+v %v, want %+v", got, ok, want)
	}
	got, ok = apply(&r, 30002, 5_003_000, 13, 4, later)
	if want := (out{3, 4000 + 9000 + 3000, 1, 1}); !ok || got != want {
		t.Fatalf("a lost packet leaves its gap: got %+v %v, want %+v", got, ok, want)
	}
	got, ok = apply(&r, 30001, 5_000_000, 12, 3, later)
	if want := (out{2, 4000 + 9000, 0, 0}); !ok || got != want {
		t.Fatalf("a late packet fills it: got %+v %v, want %+v", got, ok, want)
	}
	if _, ok = apply(&r, 29999, 4_999_000, 11, 2, later); ok {
		t.Fatal("a packet from before the cut was forwarded")
	}
}

func TestCutWithoutTimePassing(t *testing.T) {
	var r Rewriter
	now := time.Unix(100, 0)
	r.Cut(1, 1000, nil, now, rate, step)
	r.Next(1, 1000, nil, now)
	r.Cut(500, 77, nil, now, rate, step)
	o, _ := r.Next(500, 77, nil, now)
	if got := 77 + o.TS; got != 1000+step {
		t.Errorf("timestamp: got %d, want %d", got, 1000+step)
	}
}

func TestResumeLeavesNoGap(t *testing.T) {
	var r Rewriter
	now := time.Unix(100, 0)
	r.Cut(10, 960, nil, now, 48000, 960)
	r.Next(10, 960, nil, now)
	r.Next(11, 1920, nil, now)
	// 12 to 511 were withheld
	r.Resume(512)
	o, ok := r.Next(512, 1920+501*960, nil, now)
	if !ok || 512+o.Seq != 12 || o.TS != 0 {
		t.Errorf("got seq %d, offset %d, %v, want 12, 0, true", 512+o.Seq, o.TS, ok)
	}
	if _, ok = r.Next(400, 960, nil, now); ok {
		t.Error("a withheld packet was forwarded late")
	}
}

// A long stream must not refuse packets once it is further from its cut than half the number space.
func TestLongStream(t *testing.T) {
	var r Rewriter
	now := time.Unix(100, 0)
	r.Cut(5, 0, nil, now, rate, step)
	for i := range 200_000 {
		if _, ok := r.Next(uint16(5+i), uint32(i), nil, now); !ok {
			t.Fatalf("packet %d was refused", i)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	var r Rewriter
	now := time.Unix(100, 0)
	d := vp8.Descriptor{}
	r.Cut(0, 0, &d, now, rate, step)
	b.ReportAllocs()
	for i := range b.N {
		r.Next(uint16(i), uint32(i), &d, now)
	}
}
