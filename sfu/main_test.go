package sfu

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"vesper/sfu/internal/vp8"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eventually polls until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func newTestEngine(t *testing.T, change ...func(*Options)) *Engine {
	t.Helper()
	options := Options{Listen: "127.0.0.1:0", OnPanic: func(id PeerID, value any) { t.Errorf("panic of %q: %v", id, value) }}
	for _, c := range change {
		c(&options)
	}
	e, err := NewEngine(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

// client is a person's side: a Pion peer connection that sends raw RTP and counts what it gets.
type client struct {
	t    *testing.T
	peer *Peer
	pc   *webrtc.PeerConnection

	connected, silent, failed atomic.Int32
	lastSilent                atomic.Pointer[time.Time]
	publishing                [Kinds]atomic.Bool

	audio *webrtc.TrackLocalStaticRTP
	video []*webrtc.TrackLocalStaticRTP // q, h, f or one
	vsend *webrtc.RTPSender

	mu    sync.Mutex
	slots []SlotState
	got   map[string]*received // by mid
	drop  func(mid string, p *rtp.Packet) bool
	plis  map[uint32]int // by our ssrc
}

type received struct {
	packets []*rtp.Packet
	byFirst map[byte]int // by the mark in the payload
}

type setup struct {
	audioSlots, videoSlots int
	rids                   []string // nil: one encoding
	noVideo, noAudio       bool
	nack                   bool // answer and send NACKs
	extraVideo             int
	options                PeerOptions
}

func newClient(t *testing.T, e *Engine, id PeerID, s setup) *client {
	t.Helper()
	c := &client{t: t, got: make(map[string]*received), plis: make(map[uint32]int)}
	o := s.options
	o.ID = id
	o.OnConnected = func(time.Time) { c.connected.Add(1) }
	o.OnSilent = func(last time.Time) { c.lastSilent.Store(&last); c.silent.Add(1) }
	o.OnFailed = func(error) { c.failed.Add(1) }
	o.OnPublish = func(kind Kind, active bool) { c.publishing[kind].Store(active) }
	if s.options.OnSlots == nil {
		o.OnSlots = func(states []SlotState) {
			c.mu.Lock()
			c.slots = states
			c.mu.Unlock()
		}
	}
	var err error
	if c.peer, err = e.NewPeer(o); err != nil {
		t.Fatal(err)
	}
	m, err := mediaEngine()
	if err != nil {
		t.Fatal(err)
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.LoggerFactory = quietFactory{}
	registry := &interceptor.Registry{}
	if s.nack {
		generator, err := nack.NewGeneratorInterceptor(nack.GeneratorInterval(20 * time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		responder, err := nack.NewResponderInterceptor()
		if err != nil {
			t.Fatal(err)
		}
		registry.Add(responder)
		registry.Add(generator)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(se), webrtc.WithInterceptorRegistry(registry))
	if c.pc, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.pc.GracefulClose()
		_ = c.peer.Close()
	})
	c.pc.OnTrack(c.track)
	c.publish(s)
	for range s.audioSlots {
		c.slot(webrtc.RTPCodecTypeAudio)
	}
	for range s.videoSlots {
		c.slot(webrtc.RTPCodecTypeVideo)
	}
	return c
}

func (c *client) publish(s setup) {
	sendonly := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	if !s.noAudio {
		c.audio, _ = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "a")
		if _, err := c.pc.AddTransceiverFromTrack(c.audio, sendonly); err != nil {
			c.t.Fatal(err)
		}
	}
	if s.noVideo {
		return
	}
	capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}
	if len(s.rids) == 0 {
		track, _ := webrtc.NewTrackLocalStaticRTP(capability, "video", "v")
		c.video = append(c.video, track)
	}
	for _, rid := range s.rids {
		track, _ := webrtc.NewTrackLocalStaticRTP(capability, "video", "v", webrtc.WithRTPStreamID(rid))
		c.video = append(c.video, track)
	}
	tr, err := c.pc.AddTransceiverFromTrack(c.video[0], sendonly)
	if err != nil {
		c.t.Fatal(err)
	}
	c.vsend = tr.Sender()
	for _, track := range c.video[1:] {
		if err := c.vsend.AddEncoding(track); err != nil {
			c.t.Fatal(err)
		}
	}
	for range s.extraVideo {
		track, _ := webrtc.NewTrackLocalStaticRTP(capability, fmt.Sprint("more", len(c.pc.GetTransceivers())), "m")
		if _, err := c.pc.AddTransceiverFromTrack(track, sendonly); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *client) slot(kind webrtc.RTPCodecType) {
	if _, err := c.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) offer(restart bool) string {
	c.t.Helper()
	offer, err := c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		c.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(offer); err != nil {
		c.t.Fatal(err)
	}
	<-gathered
	return c.pc.LocalDescription().SDP
}

func (c *client) negotiate(restart bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	answer, err := c.peer.Answer(ctx, c.offer(restart))
	if err != nil {
		c.t.Fatalf("answer: %v", err)
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatalf("set answer: %v\n%s", err, answer)
	}
}

func (c *client) join() *client {
	c.t.Helper()
	c.negotiate(false)
	eventually(c.t, "connected", func() bool {
		return c.connected.Load() > 0 && c.pc.ConnectionState() == webrtc.PeerConnectionStateConnected
	})
	return c
}

func (c *client) track(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	mid := ""
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Receiver() == receiver {
			mid = tr.Mid()
		}
	}
	for {
		p, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		c.mu.Lock()
		if c.drop == nil || !c.drop(mid, p) {
			r := c.got[mid]
			if r == nil {
				r = &received{byFirst: make(map[byte]int)}
				c.got[mid] = r
			}
			r.packets = append(r.packets, p)
			if len(p.Payload) > 0 {
				r.byFirst[p.Payload[len(p.Payload)-1]]++
			}
		}
		c.mu.Unlock()
	}
}

// heard is how many packets with this mark (the last byte of the payload) came in on any slot.
func (c *client) heard(mark byte) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.got {
		n += r.byFirst[mark]
	}
	return n
}

func (c *client) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.got {
		n += len(r.packets)
	}
	return n
}

// slotOf is the mid of the slot that shows a source.
func (c *client) slotOf(id PeerID, kind Kind) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.slots {
		if s.Source == id && s.Kind == kind {
			return s.Mid
		}
	}
	return ""
}

// feed is one stream of made-up packets. Each frame is one packet unless parts says otherwise.
type feed struct {
	c       *client
	track   *webrtc.TrackLocalStaticRTP
	mid     string
	rid     string
	mark    byte
	parts   int
	midID   uint8
	ridID   uint8
	levelID uint8
	level   uint8
	skip    func(seq uint16) bool // lose it on purpose

	seq     uint16
	ts      uint32
	picture uint16
	tl0     uint8
}

func (c *client) ids(sender *webrtc.RTPSender) (mid, rid uint8) {
	for _, ext := range sender.GetParameters().HeaderExtensions {
		switch ext.URI {
		case uriMid:
			mid = uint8(ext.ID)
		case uriRid:
			rid = uint8(ext.ID)
		}
	}
	return mid, rid
}

func (c *client) feeds(mark byte) (audio *feed, video []*feed) {
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Sender() == nil || tr.Sender().Track() == nil {
			continue
		}
		midID, ridID := c.ids(tr.Sender())
		if tr.Kind() == webrtc.RTPCodecTypeAudio {
			audio = &feed{c: c, track: c.audio, mid: tr.Mid(), mark: mark, midID: midID, seq: 65530}
			for _, ext := range tr.Sender().GetParameters().HeaderExtensions {
				if ext.URI == uriAudioLevel {
					audio.levelID = uint8(ext.ID)
				}
			}
			continue
		}
		if tr.Sender() != c.vsend {
			continue
		}
		for i, track := range c.video {
			video = append(video, &feed{c: c, track: track, mid: tr.Mid(), rid: track.RID(), mark: mark + byte(i), parts: 1,
				midID: midID, ridID: ridID, seq: uint16(65000 + 1000*i), ts: uint32(i) * 1_000_000, picture: uint16(0x7ff0 + i*100), tl0: byte(250 + i)})
		}
	}
	return audio, video
}

func (f *feed) write(p *rtp.Packet) {
	if f.midID != 0 {
		_ = p.SetExtension(f.midID, []byte(f.mid))
	}
	if f.rid != "" && f.ridID != 0 {
		_ = p.SetExtension(f.ridID, []byte(f.rid))
	}
	if f.skip != nil && f.skip(p.SequenceNumber) {
		return
	}
	_ = f.track.WriteRTP(p)
}

func (f *feed) sound() {
	f.seq++
	f.ts += 960
	p := &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: f.seq, Timestamp: f.ts}, Payload: []byte{0x78, 1, 2, 3, f.mark}}
	if f.levelID != 0 {
		_ = p.SetExtension(f.levelID, []byte{0x80 | f.level})
	}
	f.write(p)
}

// frame sends one frame. Its payload holds the incoming sequence number and ends with the mark.
func (f *feed) frame(key bool) {
	f.ts += 3000
	f.picture = (f.picture + 1) & 0x7fff
	f.tl0++
	for part := range f.parts {
		f.seq++
		payload := []byte{0x80, 0xe0, 0x80 | byte(f.picture>>8), byte(f.picture), f.tl0, 0x00, 0x01, 0, 0, f.mark}
		if part == 0 {
			payload[0] |= 0x10
			if key {
				payload[6] = 0x00
			}
		}
		binary.BigEndian.PutUint16(payload[7:], f.seq)
		f.write(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: f.seq, Timestamp: f.ts, Marker: part == f.parts-1}, Payload: payload})
	}
}

// run sends frames (and answers keyframe requests) until stopped.
func (c *client) run(audio *feed, video []*feed) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	var wanted [3]atomic.Bool
	for i := range video {
		wanted[i].Store(true)
	}
	if c.vsend != nil {
		for i, e := range c.vsend.GetParameters().Encodings {
			go c.readRTCP(i, uint32(e.SSRC), video[i].rid, &wanted[i])
		}
	}
	go func() {
		defer close(ended)
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if audio != nil {
					audio.sound()
				}
				for i, f := range video {
					f.frame(wanted[i].Swap(false))
				}
			}
		}
	}()
	var once sync.Once
	stop = func() { once.Do(func() { close(done); <-ended }) }
	c.t.Cleanup(stop)
	return stop
}

func (c *client) readRTCP(_ int, ssrc uint32, rid string, wanted *atomic.Bool) {
	for {
		var packets []rtcp.Packet
		var err error
		if rid == "" {
			packets, _, err = c.vsend.ReadRTCP()
		} else {
			packets, _, err = c.vsend.ReadSimulcastRTCP(rid)
		}
		if err != nil {
			return
		}
		for _, p := range packets {
			if pli, ok := p.(*rtcp.PictureLossIndication); ok && pli.MediaSSRC == ssrc {
				wanted.Store(true)
				c.mu.Lock()
				c.plis[ssrc]++
				c.mu.Unlock()
			}
		}
	}
}

// continuous checks what one slot received: no gap, no repetition, timestamps and picture ids in step.
// Packets may be out of order only if reordered is true.
func (c *client) continuous(mid string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.got[mid]
	if r == nil || len(r.packets) < 2 {
		c.t.Fatalf("slot %s received nothing", mid)
	}
	video := len(r.packets[0].Payload) > 6
	for i := 1; i < len(r.packets); i++ {
		before, p := r.packets[i-1], r.packets[i]
		if p.SequenceNumber != before.SequenceNumber+1 {
			c.t.Fatalf("slot %s, packet %d: sequence %d after %d", mid, i, p.SequenceNumber, before.SequenceNumber)
		}
		step := int32(p.Timestamp - before.Timestamp)
		if step <= 0 || step > 90000*5 {
			c.t.Fatalf("slot %s, packet %d: timestamp moves by %d", mid, i, step)
		}
		if !video {
			continue
		}
		a, err1 := vp8.Parse(before.Payload)
		b, err2 := vp8.Parse(p.Payload)
		if err1 != nil || err2 != nil {
			c.t.Fatalf("slot %s: %v %v", mid, err1, err2)
		}
		if b.PictureID != (a.PictureID+1)&0x7fff || b.TL0 != a.TL0+1 {
			c.t.Fatalf("slot %s, packet %d: picture %d after %d, tl0 %d after %d", mid, i, b.PictureID, a.PictureID, b.TL0, a.TL0)
		}
	}
}
