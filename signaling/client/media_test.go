package client

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vesper/signaling/wire"
)

// keyPacket is a one-packet VP8 key frame as far as RTP can tell.
func keyPacket(seq uint16, ts uint32) *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{Version: 2, Marker: true, SequenceNumber: seq, Timestamp: ts},
		Payload: []byte{0x90, 0x80, 0x80, 0x01, 0x10, 2, 3, 4, 5, 6, 7}}
}

func TestPublish(t *testing.T) {
	s := newTestServer(t)
	asked := make(chan string, 16)
	c := join(t, Options{Link: s.link(), Publish: Publish{Audio: true, Video: true, Simulcast: true}})
	c.OnKeyframeRequest(func(rid string) { asked <- rid })
	conn := take(t, s.joined, "the join")
	m := take(t, s.media, "the offer")
	must(t, c.WaitMedia(within(t)))
	take(t, m.connected, "the connection")

	offer := s.offers[0]
	if strings.Count(offer, "\r\nm=") != 2+1+2 || !strings.Contains(offer, "a=simulcast:send q;h;f") {
		t.Errorf("offer:\n%s", offer)
	}
	if camera := strings.Split(offer, "\r\nm=")[2]; strings.Contains(camera, "a=ssrc") {
		t.Errorf("the simulcast section names SSRCs:\n%s", camera)
	}
	if err := c.WriteVideo("q", keyPacket(1, 1)); !errors.Is(err, ErrNotAdmitted) {
		t.Errorf("in the lobby: %v", err)
	}
	conn.you("admitted", 2)
	must(t, c.WaitFor(within(t), State.Admitted))

	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for seq := uint16(100); ; seq++ {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
			for _, rid := range rids {
				_ = c.WriteVideo(rid, keyPacket(seq, uint32(seq)*900))
			}
			_ = c.WriteAudioLevel(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: uint32(seq) * 960},
				Payload: []byte{0xf8, 0xff, 0xfe}}, 33, true)
		}
	})
	defer writing.Wait()
	defer close(stop)

	seen := map[string]bool{}
	for len(seen) < 4 {
		track := take(t, m.published, "the published tracks")
		seen[track.Kind().String()+track.RID()] = true
		if track.RID() == "h" {
			must(t, m.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}}))
		}
	}
	for _, want := range []string{"audio", "videoq", "videoh", "videof"} {
		if !seen[want] {
			t.Errorf("%s was not published: %v", want, seen)
		}
	}
	if rid := take(t, asked, "the keyframe request"); rid != "h" {
		t.Errorf("keyframe asked of %q", rid)
	}
	expectLevelAndRetransmission(t, m)
}

// expectLevelAndRetransmission reads until audio came with its level and a
// video packet came again on the repair stream, after being asked for.
func expectLevelAndRetransmission(t *testing.T, m *testMedia) {
	t.Helper()
	level, repaired, asked := false, false, uint16(0)
	for !level || !repaired {
		p := take(t, m.packets, "audio with its level, and a repair")
		switch {
		case p.track.Kind().String() == "audio":
			if len(p.level) != 1 || p.level[0] != 0x80|33 {
				t.Fatalf("level %v", p.level)
			}
			level = true
		case p.rtx:
			repaired = repaired || p.packet.SequenceNumber == asked
		case asked == 0:
			asked = p.packet.SequenceNumber
			must(t, m.pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: uint32(p.track.SSRC()),
				Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{asked})}}))
		}
	}
}

type arrived struct {
	slot        wire.Slot
	participant string
	seq         uint16
}

func TestReceive(t *testing.T) {
	s := newTestServer(t)
	s.state = "admitted"
	packets := make(chan arrived, 1024)
	c := join(t, Options{Link: s.link(), OnRTP: func(slot wire.Slot, participant string, p *rtp.Packet) {
		packets <- arrived{slot, participant, p.SequenceNumber}
	}})
	conn := take(t, s.joined, "the join")
	m := take(t, s.media, "the offer")
	must(t, c.WaitMedia(within(t)))
	take(t, m.connected, "the connection")
	conn.send(wire.Slots{Envelope: wire.Envelope{Type: wire.TypeSlots}, Slots: []wire.Slot{
		{Mid: "0", Kind: "audio", Participant: "her", Generation: 1}, {Mid: "1", Kind: "video", Participant: "her", Generation: 2}}})
	must(t, c.WaitFor(within(t), func(s State) bool { return len(s.Slots) == 2 }))

	const lost = 7
	for seq := uint16(1); seq <= 12; seq++ {
		if seq != lost {
			must(t, m.slots["1"].write(keyPacket(seq, uint32(seq)*3000), levelAbsent))
		}
	}
	must(t, m.slots["0"].write(keyPacket(1, 960), levelAbsent))
	kinds := map[string]int{}
	for kinds["audio"] < 1 || kinds["video"] < 11 {
		p := take(t, packets, "what was sent")
		kinds[p.slot.Kind]++
		if p.participant != "her" {
			t.Fatalf("packet of %q", p.participant)
		}
	}
	expectNACK(t, m, lost)
	must(t, m.slots["1"].write(keyPacket(lost, lost*3000), levelAbsent))
	if p := take(t, packets, "the missing one"); p.seq != lost {
		t.Errorf("got %d", p.seq)
	}
	if n, _ := c.Stats().Total("her", "video"); n != 12 {
		t.Errorf("%d video packets counted: %+v", n, c.Stats())
	}
	for _, r := range c.Stats().Received {
		if r.FirstPacket.IsZero() || r.FirstFrame.IsZero() {
			t.Errorf("no first times: %+v", r)
		}
	}
	// A hole too large to fill: a new picture is asked for.
	must(t, m.slots["1"].write(keyPacket(2000, 1), levelAbsent))
	expect(t, m, "a PLI", func(p rtcp.Packet) bool { _, ok := p.(*rtcp.PictureLossIndication); return ok })
	expect(t, m, "a receiver report", func(p rtcp.Packet) bool {
		r, ok := p.(*rtcp.ReceiverReport)
		return ok && len(r.Reports) == 2
	})
	if got := c.Stats().Negotiations; got != 1 {
		t.Errorf("%d negotiations", got)
	}
}

func expectNACK(t *testing.T, m *testMedia, seq uint16) {
	t.Helper()
	expect(t, m, "a NACK", func(p rtcp.Packet) bool {
		nack, ok := p.(*rtcp.TransportLayerNack)
		return ok && len(nack.Nacks) == 1 && nack.Nacks[0].PacketID == seq && nack.Nacks[0].LostPackets == 0
	})
}

func expect(t *testing.T, m *testMedia, what string, right func(rtcp.Packet) bool) {
	t.Helper()
	for !right(take(t, m.feedback, what)) {
	}
}

func TestMediaComesBack(t *testing.T) {
	for name, mode := range map[string]Reconnect{"new peer": NewPeer, "restart, refused by a new server": RestartPeer} {
		t.Run(name, func(t *testing.T) {
			s := newTestServer(t)
			s.state = "admitted"
			c := join(t, Options{Link: s.link(), Reconnect: mode, Publish: Publish{Audio: true}, AudioSlots: -1, VideoSlots: -1})
			take(t, s.media, "the offer")
			must(t, c.WaitMedia(within(t)))
			c.Interrupt()
			if mode == RestartPeer {
				take(t, s.media, "the restart") // this server answers with another connection
			}
			m := take(t, s.media, "a new offer")
			take(t, m.connected, "the new connection")
			must(t, c.WaitMedia(within(t)))
			var sent error
			for range 200 {
				if sent = c.WriteAudio(keyPacket(1, 1)); sent == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			must(t, sent)
			take(t, m.packets, "audio on the new connection")
		})
	}
}

func TestOfferRefused(t *testing.T) {
	s := newTestServer(t)
	s.refuse[wire.TypeOffer] = "bad_sdp"
	c := join(t, Options{Link: s.link()})
	if err := c.WaitMedia(within(t)); Code(err) != "bad_sdp" {
		t.Errorf("got %v", err)
	}
}

func TestNoMediaAsSecondDevice(t *testing.T) {
	s := newTestServer(t)
	s.state = "second_device"
	join(t, Options{Link: s.link()})
	conn := take(t, s.joined, "the join")
	time.Sleep(100 * time.Millisecond)
	if len(s.media) != 0 {
		t.Error("offered as a second device")
	}
	conn.you("lobby", 2)
	take(t, s.media, "the offer")
}
