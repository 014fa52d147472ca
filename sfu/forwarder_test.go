package sfu

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtp"

	"vesper/sfu/internal/vp8"
)

// sink takes what a slot sends instead of a connection.
type sink struct {
	headers  []rtp.Header
	payloads [][]byte
	keep     bool
	panics   bool
}

func (s *sink) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	if s.panics {
		panic("sink")
	}
	if s.keep {
		s.headers = append(s.headers, h.Clone())
		s.payloads = append(s.payloads, append([]byte{}, payload...))
	}
	return len(payload), nil
}

func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// bench is a publisher and one subscriber without any connection, with a source of one layer.
func bench(tb testing.TB, kind Kind) (publisher *Peer, src *source, l *layer, sl *slot, out *sink) {
	tb.Helper()
	e, err := NewEngine(Options{Listen: "127.0.0.1:0"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = e.Close() })
	r := e.NewRouter()
	publisher, err = e.NewPeer(PeerOptions{ID: "publisher"})
	if err != nil {
		tb.Fatal(err)
	}
	subscriber, err := e.NewPeer(PeerOptions{ID: "subscriber"})
	if err != nil {
		tb.Fatal(err)
	}
	src = newSource(publisher, "1", kind, nil)
	l = newLayer(src, 0, 1234)
	src.layers[0].Store(l)
	publisher.sources.Store(&[]*source{src})
	sl = newSlot(subscriber, "5", kind == Audio)
	out = &sink{keep: true}
	sl.mu.Lock()
	sl.writer, sl.header.SSRC, sl.header.PayloadType = out, 77, payloadVP8
	sl.rtxHeader.SSRC, sl.rtxHeader.PayloadType = 78, payloadRTX
	sl.ssrc.Store(77)
	sl.rtxSSRC.Store(78)
	if kind == Audio {
		sl.useAudioLevel(1)
	}
	sl.mu.Unlock()
	subscriber.slots.Store(&[]*slot{sl})
	if err := r.Add(publisher); err != nil {
		tb.Fatal(err)
	}
	if err := r.Add(subscriber); err != nil {
		tb.Fatal(err)
	}
	subscriber.live.Store(true)
	return publisher, src, l, sl, out
}

func videoPacket(e *Engine, seq uint16, key bool) *packet {
	payload := []byte{0x90, 0xe0, 0x80, byte(seq), byte(seq), 0, 0x01, 0, 0}
	if key {
		payload[6] = 0
	}
	binary.BigEndian.PutUint16(payload[7:], seq)
	now := time.Now()
	d, _ := vp8.Parse(payload)
	return &packet{seq: seq, ts: uint32(seq) * 3000, marker: true, payload: payload, descriptor: d, at: now, since: now.Sub(e.began)}
}

func TestForwardWaitsForKeyframe(t *testing.T) {
	p, _, l, sl, out := bench(t, Video)
	for seq, key := range []bool{false, false, true, false} {
		pkt := videoPacket(p.engine, uint16(seq), key)
		if l.receive(pkt) {
			sl.forward(l, pkt)
		}
	}
	if len(out.headers) != 2 || out.headers[0].SequenceNumber != 2 {
		t.Fatalf("sent %d packets: %+v", len(out.headers), out.headers)
	}
}

// A retransmission is asked for by the outgoing number, carries it, and is limited.
func TestResend(t *testing.T) {
	p, _, l, sl, out := bench(t, Video)
	for seq := range uint16(20) {
		pkt := videoPacket(p.engine, 100+seq, seq == 0)
		if l.receive(pkt) {
			sl.forward(l, pkt)
		}
	}
	since := time.Since(p.engine.began)
	before := len(out.headers)
	if !sl.resend(105, since) {
		t.Fatal("105 was not sent again")
	}
	h, payload := out.headers[before], out.payloads[before]
	if h.SSRC != 78 || h.PayloadType != payloadRTX || binary.BigEndian.Uint16(payload) != 105 || h.Timestamp != 105*3000 {
		t.Errorf("got %+v, original sequence number %d", h, binary.BigEndian.Uint16(payload))
	}
	if string(payload[2:]) != string(out.payloads[5]) {
		t.Errorf("payload: got %x, want %x", payload[2:], out.payloads[5])
	}
	if sl.resend(105, since+resendPause/2) {
		t.Error("sent again too soon")
	}
	sent := 1
	for i := range 10 {
		if sl.resend(105, since+time.Duration(i+1)*2*resendPause) {
			sent++
		}
	}
	if sent != resendMax {
		t.Errorf("sent %d times, want %d", sent, resendMax)
	}
	if sl.resend(300, since) {
		t.Error("300 was never sent")
	}
	sl.peer.egress.budget.Store(0)
	if sl.resend(106, since) {
		t.Error("sent without a budget")
	}
	sl.peer.egress.budget.Store(1 << 20)
	p.router.Load().Remove(p)
	if sl.resend(107, since) {
		t.Error("a packet of somebody who was removed was sent again")
	}
}

// The first sound after a mute is withheld: its error correction may hold the last muted frame. A late
// copy of a muted packet is withheld too.
func TestGateWithholdsCopies(t *testing.T) {
	p, src, l, sl, out := bench(t, Audio)
	say := func(seq uint16) {
		now := time.Now()
		pkt := &packet{seq: seq, ts: uint32(seq) * 960, payload: []byte{1, 2}, at: now, since: now.Sub(p.engine.began)}
		if l.receive(pkt) {
			sl.forward(l, pkt)
		}
	}
	say(1)
	say(2)
	src.setGate(false)
	say(3)
	say(5)
	src.setGate(true)
	say(4) // retransmitted or reordered: recorded while muted
	say(6)
	say(7)
	say(8)
	want := []uint16{1, 2, 3, 4}
	if len(out.headers) != len(want) {
		t.Fatalf("sent %d packets, want %d", len(out.headers), len(want))
	}
	for i, h := range out.headers {
		if h.SequenceNumber != want[i] {
			t.Errorf("packet %d: sequence %d, want %d", i, h.SequenceNumber, want[i])
		}
	}
	if ts := out.headers[2].Timestamp; ts != 7*960 {
		t.Errorf("timestamp after the mute: got %d, want %d: the clock goes on", ts, 7*960)
	}
}

// A panic while sending to one subscriber is that subscriber's.
func TestPanicWhileSending(t *testing.T) {
	p, _, l, sl, out := bench(t, Video)
	out.panics = true
	pkt := videoPacket(p.engine, 1, true)
	l.receive(pkt)
	sl.forward(l, pkt)
	sl.barrier() // the lock is free again
	if p.engine.Stats().Panics != 1 || sl.peer.live.Load() {
		t.Errorf("panics %d, subscriber still live: %v", p.engine.Stats().Panics, sl.peer.live.Load())
	}
}

func BenchmarkForwardVideo(b *testing.B) {
	p, _, l, sl, out := bench(b, Video)
	out.keep = false
	pkt := videoPacket(p.engine, 0, true)
	pkt.payload = append(pkt.payload, make([]byte, 1090)...)
	for i := range 1 << 10 { // fill the cache once
		pkt.seq = uint16(i)
		l.receive(pkt)
		sl.forward(l, pkt)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		pkt.seq = uint16(i + 1<<10)
		l.receive(pkt)
		sl.forward(l, pkt)
	}
}

func BenchmarkForwardAudio(b *testing.B) {
	p, _, l, sl, out := bench(b, Audio)
	out.keep = false
	pkt := &packet{payload: make([]byte, 80), at: time.Now(), since: time.Since(p.engine.began), hasLevel: true}
	b.ReportAllocs()
	for i := range b.N {
		pkt.seq, pkt.ts = uint16(i), uint32(i)*960
		l.receive(pkt)
		sl.forward(l, pkt)
	}
}
