package estimate

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// TestReportsOfARecorder compares what is read with what was recorded.
func TestReportsOfARecorder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		recorder := twcc.NewRecorder(1)
		want := make(map[uint16]time.Duration)
		at := time.Duration(random.IntN(1e12)).Round(deltaUnit)
		seq := uint16(random.IntN(1 << 16))
		for range 1 + random.IntN(200) {
			seq += uint16(1 + random.IntN(3)*random.IntN(8))
			at += time.Duration(random.IntN(200)*random.IntN(20)) * deltaUnit
			want[seq] = at
			recorder.Record(1, seq, at.Microseconds())
		}
		var c clock
		got := make(map[uint16]time.Duration)
		for _, packet := range recorder.BuildFeedbackPacket() {
			raw, err := packet.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			var r report
			if err := r.parse(raw); err != nil {
				t.Fatal(err)
			}
			now := c.at(r.reference)
			for i, status := range r.statuses {
				if status != statusLost {
					now += r.next(status)
					got[r.base+uint16(i)] = now
				}
			}
		}
		if len(got) != len(want) {
			t.Fatalf("read %d packets, recorded %d", len(got), len(want))
		}
		var offset time.Duration
		first := true
		for seq, at := range want {
			if first {
				first, offset = false, got[seq]-at
			}
			if d := got[seq] - at - offset; d > deltaUnit || d < -deltaUnit {
				t.Fatalf("packet %d arrived %v away from when it did", seq, d)
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	good := []byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 2, 0, 0, 1, 0, 0x20, 2, 4, 4}
	var r report
	if err := r.parse(good); err != nil || r.base != 7 || len(r.statuses) != 2 || len(r.deltas) != 2 {
		t.Fatalf("got %v and %+v", err, r)
	}
	for name, bend := range map[string]func([]byte) []byte{
		"short":            func(b []byte) []byte { return b[:12] },
		"another version":  func(b []byte) []byte { b[0] = 0x4f; return b },
		"another format":   func(b []byte) []byte { b[0] = 0x81; return b },
		"another type":     func(b []byte) []byte { b[1] = 206; return b },
		"longer than sent": func(b []byte) []byte { b[3] = 6; return b },
		"no room for it":   func(b []byte) []byte { b[3] = 3; return b },
		"too many packets": func(b []byte) []byte { b[14] = 0xff; return b },
		"missing chunks":   func(b []byte) []byte { b[15] = 9; b[21] = 1; return b },
		"missing deltas":   func(b []byte) []byte { b[15], b[21] = 9, 9; return b },
		"reserved status":  func(b []byte) []byte { b[20] = 0x60; return b },
	} {
		if err := r.parse(bend(slices.Clone(good))); err != ErrMalformed {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestReferenceWraps(t *testing.T) {
	var c clock
	before := c.at(1<<23 - 1)
	if step := c.at(-1<<23+1) - before; step != 2*referenceUnit {
		t.Errorf("got a step of %v, want %v", step, 2*referenceUnit)
	}
	if step := c.at(1<<23-3) - before; step != -2*referenceUnit {
		t.Errorf("got a step of %v, want %v", step, -2*referenceUnit)
	}
}

func TestHistoryUnwraps(t *testing.T) {
	var h history
	for i := range 200_000 {
		h.add(uint16(i+65_000), sent{at: time.Duration(i) * time.Millisecond, size: 7})
		if p, n := h.find(uint16(i + 65_000)); p == nil || p.at != time.Duration(i)*time.Millisecond || n != h.next-1 {
			t.Fatalf("packet %d is not found", i)
		}
		if p, _ := h.find(uint16(i + 65_000 - 100)); i >= 100 && (p == nil || p.at != time.Duration(i-100)*time.Millisecond) {
			t.Fatalf("packet %d is not found 100 later", i-100)
		}
	}
	if len(h.ring) > maxHistory {
		t.Errorf("history grew to %d", len(h.ring))
	}
}

func FuzzFeedback(f *testing.F) {
	recorder := twcc.NewRecorder(1)
	for i := range uint16(50) {
		recorder.Record(1, i*i, int64(i)*5000)
	}
	for _, packet := range recorder.BuildFeedbackPacket() {
		raw, _ := packet.Marshal()
		f.Add(raw)
	}
	f.Add([]byte{0x8f, 205, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := New(Options{})
		for i := range uint16(100) {
			e.Sent(i, 1000, time.Duration(i)*time.Millisecond)
		}
		err := e.Feedback(time.Second, raw)
		e.Tick(time.Second)
		if got := e.Estimate().Target; got < defaultMin || got > defaultMax {
			t.Errorf("got an estimate of %d", got)
		}
		var theirs rtcp.TransportLayerCC
		if err != nil || theirs.Unmarshal(raw) != nil || len(theirs.PacketChunks) == 0 {
			return
		}
		if e.report.base != theirs.BaseSequenceNumber || len(e.report.statuses) != int(theirs.PacketStatusCount) {
			t.Errorf("read %d from %d, want %d from %d", len(e.report.statuses), e.report.base, theirs.PacketStatusCount, theirs.BaseSequenceNumber)
		}
	})
}
