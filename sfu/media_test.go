package sfu

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// pair joins a publisher and a subscriber into one router and runs the publisher.
func pair(t *testing.T, e *Engine, publisher, subscriber setup) (r *Router, a, b *client, audio *feed, video []*feed) {
	t.Helper()
	r = e.NewRouter()
	a = newClient(t, e, "a", publisher).join()
	subscriber.noVideo, subscriber.noAudio = true, true
	b = newClient(t, e, "b", subscriber).join()
	for _, c := range []*client{a, b} {
		if err := r.Add(c.peer); err != nil {
			t.Fatal(err)
		}
	}
	audio, video = a.feeds(10)
	audio.mark = 50
	return r, a, b, audio, video
}

// A gate holds against a client that goes on sending, and leaves no trace in the numbers.
func TestGate(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 1})
	a.run(audio, video)
	for range 3 {
		was, saw := b.heard(50), b.heard(10)
		eventually(t, "sound and picture", func() bool { return b.heard(50) > was+20 && b.heard(10) > saw+20 })
		a.peer.SetGate(Audio, false)
		a.peer.SetGate(Video, false)
		out, in := b.peer.Stats().Forwarded(), a.peer.Stats().Received
		eventually(t, "a goes on sending", func() bool { return a.peer.Stats().Received > in+60 })
		if got := b.peer.Stats().Forwarded(); got != out {
			t.Fatalf("%d packets passed closed gates", got-out)
		}
		a.peer.SetGate(Audio, true)
		a.peer.SetGate(Video, true)
	}
	was, saw := b.heard(50), b.heard(10)
	eventually(t, "open again", func() bool { return b.heard(50) > was+20 && b.heard(10) > saw+20 })
	b.continuous(b.slotOf("a", Audio))
	b.continuous(b.slotOf("a", Video))
}

// A gate set before the first packet, and before the first offer, holds too.
func TestGateBeforeMedia(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	a := newClient(t, e, "a", setup{})
	a.peer.SetGate(Video, false)
	a.join()
	b := newClient(t, e, "b", setup{audioSlots: 1, videoSlots: 1, noVideo: true, noAudio: true}).join()
	_, _ = r.Add(a.peer), r.Add(b.peer)
	audio, video := a.feeds(10)
	audio.mark = 50
	a.run(audio, video)
	eventually(t, "sound", func() bool { return b.heard(50) > 50 })
	if n := b.heard(10); n != 0 {
		t.Errorf("%d packets of the gated camera crossed", n)
	}
}

// The layer follows the tile, the stream goes on as if nothing happened.
func TestLayerSwitch(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{rids: []string{"q", "h", "f"}}, setup{videoSlots: 1})
	a.run(audio, video)
	eventually(t, "lowest layer", func() bool { return b.heard(10) > 10 })
	for _, step := range []struct {
		height int
		mark   byte
	}{{90, 10}, {300, 11}, {720, 12}, {90, 10}, {720, 12}, {300, 11}} {
		b.peer.SetView([]Tile{{Source: "a", Kind: Video, Height: step.height}})
		was := b.heard(step.mark)
		eventually(t, "layer of the tile", func() bool { return b.heard(step.mark) > was+40 })
	}
	mid := b.slotOf("a", Video)
	b.continuous(mid)
	b.peer.SetView([]Tile{{Source: "a", Kind: Video, Height: 0}})
	time.Sleep(2 * tickEvery)
	out := b.peer.Stats().Out[Video].Packets
	in := a.peer.Stats().Received
	eventually(t, "a goes on sending", func() bool { return a.peer.Stats().Received > in+60 })
	if got := b.peer.Stats().Out[Video].Packets; got != out {
		t.Errorf("%d packets into a tile of height 0", got-out)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for ssrc, n := range a.plis {
		if n > 40 {
			t.Errorf("%d keyframe requests to %d", n, ssrc)
		}
	}
}

// One slot, two people: it shows now one and now the other as one continuous stream.
func TestSourceSwitch(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	watcher := newClient(t, e, "w", setup{videoSlots: 1, noAudio: true, noVideo: true}).join()
	_ = r.Add(watcher.peer)
	for i, id := range []PeerID{"a", "b"} {
		c := newClient(t, e, id, setup{rids: []string{"q", "h", "f"}}).join()
		_, video := c.feeds(byte(10 * (i + 1)))
		c.run(nil, video)
		_ = r.Add(c.peer)
	}
	for i := range 6 {
		id, mark := PeerID("a"), byte(10)
		if i%2 == 1 {
			id, mark = "b", 20
		}
		watcher.peer.SetView([]Tile{{Source: id, Kind: Video, Height: 90}})
		was := watcher.heard(mark)
		eventually(t, "the wanted source", func() bool { return watcher.heard(mark) > was+20 && watcher.slotOf(id, Video) != "" })
	}
	watcher.continuous(watcher.slotOf("b", Video))
}

type addrPort = netip.AddrPort

// wire is the server's media socket with losses. Either function may be nil.
type wire struct {
	*net.UDPConn
	loseOut, loseIn func(packet []byte) bool
}

func (w *wire) WriteToAddrPort(b []byte, to addrPort) (int, error) {
	if w.loseOut != nil && w.loseOut(b) {
		return len(b), nil
	}
	return w.UDPConn.WriteToUDPAddrPort(b, to)
}

func (w *wire) ReadFromAddrPort(b []byte) (int, addrPort, error) {
	for {
		n, from, err := w.UDPConn.ReadFromUDPAddrPort(b)
		if err != nil || w.loseIn == nil || !w.loseIn(b[:n]) {
			return n, from, err
		}
	}
}

// isVideo looks at the part of a packet that SRTP leaves in the clear.
func isVideo(b []byte) bool { return len(b) > 12 && b[0]>>6 == 2 && b[1]&0x7f == payloadVP8 }

// What is lost on the way to a subscriber is sent again from the layer's cache, on the RTX stream.
func TestDownlinkLoss(t *testing.T) {
	var n, lost atomic.Int64
	var armed atomic.Bool
	e := newTestEngine(t, func(o *Options) {
		o.Filter = func(c net.PacketConn) net.PacketConn {
			return &wire{UDPConn: c.(*net.UDPConn), loseOut: func(b []byte) bool {
				if isVideo(b) && armed.Load() && n.Add(1)%10 == 0 {
					lost.Add(1)
					return true
				}
				return false
			}}
		}
	})
	_, a, b, _, video := pair(t, e, setup{}, setup{videoSlots: 1, nack: true})
	a.run(nil, video)
	eventually(t, "picture", func() bool { return b.heard(10) > 10 })
	armed.Store(true)
	eventually(t, "loss", func() bool { return lost.Load() >= 20 })
	armed.Store(false)
	was := b.heard(10)
	eventually(t, "more picture", func() bool { return b.heard(10) > was+30 })
	mid := b.slotOf("a", Video)
	eventually(t, "all of it", func() bool { return complete(b, mid) })
	if s := b.peer.Stats(); s.Resent < uint64(lost.Load()) {
		t.Errorf("%d lost, %d resent", lost.Load(), s.Resent)
	}
}

// complete says whether the slot has every packet between its first and its last.
func complete(c *client, mid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	packets := c.got[mid].packets
	seen := make(map[uint16]*rtp.Packet)
	low, high := packets[0].SequenceNumber, packets[0].SequenceNumber
	for _, p := range packets {
		seen[p.SequenceNumber] = p
		if int16(p.SequenceNumber-high) > 0 {
			high = p.SequenceNumber
		}
	}
	for s := low; s != high; s++ {
		if seen[s] == nil {
			return false
		}
	}
	return true
}

// What is lost on the way from a publisher is asked for; the subscriber sees no hole in the end.
func TestUplinkLoss(t *testing.T) {
	var n, lost atomic.Int64
	e := newTestEngine(t, func(o *Options) {
		o.Filter = func(c net.PacketConn) net.PacketConn {
			return &wire{UDPConn: c.(*net.UDPConn), loseIn: func(b []byte) bool {
				if isVideo(b) && n.Add(1)%10 == 0 && lost.Load() < 20 {
					lost.Add(1)
					return true
				}
				return false
			}}
		}
	})
	_, a, b, _, video := pair(t, e, setup{nack: true}, setup{videoSlots: 1})
	a.run(nil, video)
	eventually(t, "loss", func() bool { return lost.Load() >= 20 })
	was := b.heard(10)
	eventually(t, "more picture", func() bool { return b.heard(10) > was+30 })
	eventually(t, "all of it", func() bool { return complete(b, b.slotOf("a", Video)) })
	if s := a.peer.Stats(); s.NacksOut < 15 {
		t.Errorf("20 lost, %d asked for", s.NacksOut)
	}
}

// An ICE restart on the same peer keeps slots, numbers and the presence.
func TestICERestart(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 1})
	a.run(audio, video)
	eventually(t, "picture", func() bool { return b.heard(10) > 20 && b.heard(50) > 20 })
	mid := b.slotOf("a", Video)
	for _, c := range []*client{b, a} {
		c.negotiate(true)
		was := b.heard(10)
		eventually(t, "picture after the restart", func() bool { return b.heard(10) > was+50 })
	}
	if got := b.slotOf("a", Video); got != mid {
		t.Errorf("slot: got %q, want %q", got, mid)
	}
	if n := a.silent.Load() + b.silent.Load(); n != 0 {
		t.Errorf("%d silences", n)
	}
}

// More slots with a later offer.
func TestMoreSlots(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1})
	a.run(audio, video)
	eventually(t, "sound", func() bool { return b.heard(50) > 20 })
	b.slot(webrtc.RTPCodecTypeAudio)
	b.slot(webrtc.RTPCodecTypeVideo)
	b.negotiate(false)
	eventually(t, "picture", func() bool { return b.heard(10) > 20 })
	b.continuous(b.slotOf("a", Audio))
	if n := len(b.peer.Slots()); n != 3 {
		t.Errorf("slots: got %d, want 3", n)
	}
}

// A shared screen is the second video of a peer, also when it comes with a later offer.
func TestScreen(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 2})
	a.run(audio, video)
	eventually(t, "camera", func() bool { return b.heard(10) > 20 })
	track, _ := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "screen", "s")
	tr, err := a.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		t.Fatal(err)
	}
	a.negotiate(false)
	midID, _ := a.ids(tr.Sender())
	screen := &feed{c: a, track: track, mid: tr.Mid(), mark: 90, parts: 1, midID: midID}
	eventually(t, "screen", func() bool { screen.frame(true); return b.heard(90) > 20 && b.slotOf("a", Screen) != "" })
	b.continuous(b.slotOf("a", Video))
	b.continuous(b.slotOf("a", Screen))
	if a.peer.source(Screen).mid != tr.Mid() || !a.publishing[Screen].Load() {
		t.Error("the second video is not the screen")
	}
}

func TestRefusedOffers(t *testing.T) {
	e := newTestEngine(t)
	many := newClient(t, e, "many", setup{extraVideo: 3})
	code := func(c *client, text string) string {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := c.peer.Answer(ctx, text)
		var refused *OfferError
		if !errors.As(err, &refused) {
			t.Fatalf("got %v, want an OfferError", err)
		}
		return refused.Code
	}
	if got := code(many, many.offer(false)); got != "too_many_tracks" {
		t.Errorf("five tracks: got %s", got)
	}
	c := newClient(t, e, "c", setup{audioSlots: 1})
	good := c.offer(false)
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "bad_sdp"},
		{"junk", "\x00\xff junk", "bad_sdp"},
		{"large", "v=0\r\n" + strings.Repeat("a=x\r\n", 60_000), "offer_too_large"},
		{"65 lines", "v=0\r\n" + strings.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\n", 65), "too_many_lines"},
		{"cut", good[:60], "bad_sdp"},
		{"no fingerprint", strings.ReplaceAll(good, "a=fingerprint", "a=nofinger"), "bad_sdp"},
	} {
		x := newClient(t, e, "x", setup{})
		if got := code(x, test.text); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	if s := e.Stats(); s.Panics != 0 {
		t.Errorf("%d panics", s.Panics)
	}
	// refused before anything was changed: the same peer may offer again
	if got := code(c, "junk"); got != "bad_sdp" {
		t.Errorf("got %s", got)
	}
	answer, err := c.peer.Answer(context.Background(), good)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(answer, "a=candidate:") != 1 || !strings.Contains(answer, e.Addr().Addr().String()) {
		t.Errorf("candidates of the answer:\n%s", answer)
	}
	if !strings.Contains(answer, "usedtx=1") || !strings.Contains(answer, "a=setup:passive") {
		t.Errorf("answer:\n%s", answer)
	}
}

// Silence is reported with the time of the last packet, and the return as well.
func TestSilence(t *testing.T) {
	var muted atomic.Bool
	e := newTestEngine(t, func(o *Options) {
		o.Filter = func(c net.PacketConn) net.PacketConn {
			return &wire{UDPConn: c.(*net.UDPConn), loseIn: func([]byte) bool { return muted.Load() }}
		}
	})
	e.silence = 1200 * time.Millisecond
	_, a, _, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 1})
	a.run(audio, video)
	eventually(t, "media", func() bool { return a.peer.Stats().Received > 20 })
	muted.Store(true)
	cut := time.Now()
	eventually(t, "silence", func() bool { return a.silent.Load() == 1 })
	if last := *a.lastSilent.Load(); last.Sub(cut) > 100*time.Millisecond || cut.Sub(last) > 100*time.Millisecond {
		t.Errorf("last packet was reported %v after the cut", last.Sub(cut))
	}
	if late := time.Since(cut); late < e.silence {
		t.Errorf("silence was told after %v", late)
	}
	muted.Store(false)
	eventually(t, "return", func() bool { return a.connected.Load() == 2 })
}

// A client that closes is told at once, with the time of its last packet.
func TestClientCloses(t *testing.T) {
	e := newTestEngine(t)
	_, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 1})
	stop := a.run(audio, video)
	eventually(t, "sound", func() bool { return b.heard(50) > 20 })
	stop()
	_ = a.pc.Close()
	eventually(t, "silence", func() bool { return a.silent.Load() == 1 })
	_ = a.peer.Close()
	_ = a.peer.Close()
	eventually(t, "b is told", func() bool { return b.slotOf("a", Audio) == "" })
}

// A panic in what runs for one peer drops that peer and nobody else.
func TestPanicDropsOnePeer(t *testing.T) {
	var panics atomic.Int32
	e := newTestEngine(t, func(o *Options) { o.OnPanic = func(PeerID, any) { panics.Add(1) } })
	r, a, b, audio, video := pair(t, e, setup{}, setup{audioSlots: 1, videoSlots: 1})
	var armed atomic.Bool
	bad := newClient(t, e, "bad", setup{audioSlots: 1, videoSlots: 1, options: PeerOptions{
		OnSlots: func([]SlotState) {
			if armed.Load() {
				panic("a bug in a callback")
			}
		},
	}}).join()
	armed.Store(true)
	_ = r.Add(bad.peer)
	a.run(audio, video)
	eventually(t, "bad fails", func() bool { return bad.failed.Load() == 1 && panics.Load() > 0 })
	eventually(t, "b goes on", func() bool { return b.heard(50) > 50 && b.heard(10) > 50 })
	if bad.peer.live.Load() {
		t.Error("bad is still sent to")
	}
	if a.failed.Load()+b.failed.Load() != 0 {
		t.Error("others failed too")
	}
}

// Speakers are told loudest first; with fewer slots than voices the speakers are heard.
func TestSpeakers(t *testing.T) {
	e := newTestEngine(t)
	r := e.NewRouter()
	var first atomic.Pointer[PeerID]
	r.OnSpeakers(func(s []Speaker) {
		if len(s) > 0 {
			first.Store(&s[0].Peer)
		}
	})
	w := newClient(t, e, "w", setup{audioSlots: 2, noAudio: true, noVideo: true}).join()
	_ = r.Add(w.peer)
	for i, id := range []PeerID{"a", "b", "c"} {
		c := newClient(t, e, id, setup{noVideo: true}).join()
		audio, _ := c.feeds(byte(10 * (i + 1)))
		audio.level = 127
		if id == "c" {
			audio.level = 20
		}
		c.run(audio, nil)
		_ = r.Add(c.peer)
	}
	eventually(t, "c is the speaker", func() bool { p := first.Load(); return p != nil && *p == "c" })
	eventually(t, "c is heard", func() bool { return w.heard(30) > 20 })
}
