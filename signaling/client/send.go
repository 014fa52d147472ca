package client

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

const (
	keptPackets = 256                   // of a video encoding, for retransmission
	resendAfter = 40 * time.Millisecond // the same packet no sooner
	levelAbsent = 0xff
)

// WriteAudio sends one packet of Opus: payload, sequence number, timestamp and
// marker are the caller's, the rest is set here. It keeps nothing of p. It
// fails with ErrNotAdmitted or ErrNotConnected, and then has sent nothing.
func (c *Client) WriteAudio(p *rtp.Packet) error { return c.writeAudio(p, levelAbsent) }

// WriteAudioLevel also says how loud it is (RFC 6464): 0 is loudest, 127 is
// silence, in -dBov.
func (c *Client) WriteAudioLevel(p *rtp.Packet, level uint8, voice bool) error {
	level = min(level, 127)
	if voice {
		level |= 0x80
	}
	return c.writeAudio(p, level)
}

func (c *Client) writeAudio(p *rtp.Packet, level byte) error {
	media, err := c.mayWrite()
	if err != nil {
		return err
	}
	if media.audio == nil {
		return ErrNotConnected
	}
	return media.audio.write(p, level)
}

// WriteVideo sends one packet of VP8 in the encoding with that rid ("" without
// simulcast).
func (c *Client) WriteVideo(rid string, p *rtp.Packet) error {
	media, err := c.mayWrite()
	if err != nil {
		return err
	}
	encoding, ok := media.video[rid]
	if !ok {
		return ErrNotConnected
	}
	return encoding.write(p, levelAbsent)
}

func (c *Client) mayWrite() (*peer, error) {
	if c.you.Load().State != "admitted" && !c.options.SendInLobby {
		return nil, ErrNotAdmitted
	}
	media := c.media.Load()
	if media == nil {
		return nil, ErrNotConnected
	}
	return media, nil
}

// OnKeyframeRequest sets who is told of PLI and FIR, with the encoding's rid.
// It is called from the client's goroutines and should be quick.
func (c *Client) OnKeyframeRequest(f func(rid string)) { c.keyframe.Store(&f) }

// outbound is one encoding that is sent: a webrtc.TrackLocal that sets SSRC,
// payload type and header extensions, keeps what it sent and sends it again.
type outbound struct {
	kind  webrtc.RTPCodecType
	rid   string
	line  *webrtc.RTPTransceiver // set before negotiation
	ready atomic.Bool            // the transport is connected

	mu     sync.Mutex // guards the rest
	writer webrtc.TrackLocalWriter
	mid    []byte
	level  [1]byte
	ids    struct{ mid, rid, repaired, level uint8 } // header extensions; 0: not negotiated

	header   rtp.Header // reused for every packet
	repair   rtp.Header // and for retransmissions
	kept     [keptPackets]keptPacket
	packets  uint32
	octets   uint32
	lastTS   uint32
	lastTime time.Time
}

// keptPacket is a sent payload behind two bytes for its number (RFC 4588, 4).
type keptPacket struct {
	used   bool
	marker bool
	seq    uint16
	ts     uint32
	body   []byte
	resent time.Time
}

var _ webrtc.TrackLocal = (*outbound)(nil)

func newOutbound(kind webrtc.RTPCodecType, rid string) *outbound {
	return &outbound{kind: kind, rid: rid}
}

func (o *outbound) ID() string                { return o.kind.String() }
func (o *outbound) StreamID() string          { return "own" }
func (o *outbound) RID() string               { return o.rid }
func (o *outbound) Kind() webrtc.RTPCodecType { return o.kind }

// Bind takes what was negotiated.
func (o *outbound) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var codec, rtx webrtc.RTPCodecParameters
	for _, candidate := range ctx.CodecParameters() {
		switch candidate.MimeType {
		case webrtc.MimeTypeOpus, webrtc.MimeTypeVP8:
			if codec.PayloadType == 0 {
				codec = candidate
			}
		case webrtc.MimeTypeRTX:
			rtx = candidate
		}
	}
	if codec.PayloadType == 0 {
		return codec, webrtc.ErrUnsupportedCodec
	}
	for _, extension := range ctx.HeaderExtensions() {
		switch extension.URI {
		case sdp.SDESMidURI:
			o.ids.mid = uint8(extension.ID)
		case sdp.SDESRTPStreamIDURI:
			o.ids.rid = uint8(extension.ID)
		case sdp.SDESRepairRTPStreamIDURI:
			o.ids.repaired = uint8(extension.ID)
		case sdp.AudioLevelURI:
			o.ids.level = uint8(extension.ID)
		}
	}
	o.mid = []byte(o.line.Mid())
	o.header = rtp.Header{Version: 2, SSRC: uint32(ctx.SSRC()), PayloadType: uint8(codec.PayloadType)}
	o.repair = rtp.Header{Version: 2, SSRC: uint32(ctx.SSRCRetransmission()), PayloadType: uint8(rtx.PayloadType)}
	if err := o.extend(); err != nil {
		return codec, err
	}
	o.writer = ctx.WriteStream()
	return codec, nil
}

// extend puts the lasting header extensions into both headers.
func (o *outbound) extend() error {
	set := func(h *rtp.Header, id uint8, value []byte) error {
		if id == 0 || len(value) == 0 {
			return nil
		}
		return h.SetExtension(id, value)
	}
	for _, e := range []struct {
		header *rtp.Header
		id     uint8
		value  []byte
	}{
		{&o.header, o.ids.mid, o.mid}, {&o.repair, o.ids.mid, o.mid},
		{&o.header, o.ids.rid, []byte(o.rid)}, {&o.repair, o.ids.repaired, []byte(o.rid)},
	} {
		if err := set(e.header, e.id, e.value); err != nil {
			return err
		}
	}
	return nil
}

// Unbind forgets the transport.
func (o *outbound) Unbind(webrtc.TrackLocalContext) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writer = nil
	return nil
}

func (o *outbound) write(p *rtp.Packet, level byte) error {
	if !o.ready.Load() {
		return ErrNotConnected
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer == nil {
		return ErrNotConnected
	}
	h := &o.header
	h.Marker, h.SequenceNumber, h.Timestamp = p.Marker, p.SequenceNumber, p.Timestamp
	if o.ids.level != 0 {
		if level == levelAbsent {
			_ = h.DelExtension(o.ids.level)
		} else {
			o.level[0] = level
			if err := h.SetExtension(o.ids.level, o.level[:]); err != nil {
				return err
			}
		}
	}
	if o.repair.SSRC != 0 && o.repair.PayloadType != 0 {
		o.keep(p)
	}
	if o.packets == 0 || p.Timestamp != o.lastTS {
		o.lastTS, o.lastTime = p.Timestamp, time.Now()
	}
	o.packets++
	o.octets += uint32(len(p.Payload))
	_, err := o.writer.WriteRTP(h, p.Payload)
	return err
}

func (o *outbound) keep(p *rtp.Packet) {
	k := &o.kept[p.SequenceNumber%keptPackets]
	k.used, k.marker, k.seq, k.ts, k.resent = true, p.Marker, p.SequenceNumber, p.Timestamp, time.Time{}
	k.body = append(k.body[:0], byte(p.SequenceNumber>>8), byte(p.SequenceNumber))
	k.body = append(k.body, p.Payload...)
}

// resend answers a NACK on the repair stream (RFC 4588).
func (o *outbound) resend(seq uint16) (sent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k := &o.kept[seq%keptPackets]
	now := time.Now()
	if o.writer == nil || !k.used || k.seq != seq || now.Sub(k.resent) < resendAfter {
		return false
	}
	k.resent = now
	h := &o.repair
	h.Marker, h.Timestamp = k.marker, k.ts
	h.SequenceNumber++
	_, err := o.writer.WriteRTP(h, k.body)
	return err == nil
}

// report is the sender report of RFC 3550, 6.4.1; nil before the first packet.
func (o *outbound) report(now time.Time) rtcp.Packet {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.packets == 0 {
		return nil
	}
	rate := uint64(90000)
	if o.kind == webrtc.RTPCodecTypeAudio {
		rate = 48000
	}
	since := uint64(max(now.Sub(o.lastTime), 0))
	return &rtcp.SenderReport{
		SSRC: o.header.SSRC, NTPTime: ntp(now), RTPTime: o.lastTS + uint32(since*rate/uint64(time.Second)),
		PacketCount: o.packets, OctetCount: o.octets,
	}
}

// ntp is the 64-bit time of RFC 5905: seconds since 1900 and their fraction.
func ntp(t time.Time) uint64 {
	const epoch = 2208988800
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// readFeedback answers what the server says about one encoding.
func (p *peer) readFeedback(sender *webrtc.RTPSender, o *outbound) {
	buffer := make([]byte, 1500)
	for {
		var n int
		var err error
		if o.rid == "" {
			n, _, err = sender.Read(buffer)
		} else {
			n, _, err = sender.ReadSimulcast(buffer, o.rid)
		}
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buffer[:n])
		if err != nil {
			continue
		}
		for _, packet := range packets {
			p.feedback(o, packet)
		}
	}
}

func (p *peer) feedback(o *outbound, packet rtcp.Packet) {
	switch m := packet.(type) {
	case *rtcp.TransportLayerNack:
		if m.MediaSSRC != o.ssrc() {
			return
		}
		for _, pair := range m.Nacks {
			pair.Range(func(seq uint16) bool {
				p.client.meter.nacked(o.resend(seq))
				return true
			})
		}
	case *rtcp.PictureLossIndication:
		if m.MediaSSRC == o.ssrc() {
			p.wantKeyframe(o)
		}
	case *rtcp.FullIntraRequest:
		for _, entry := range m.FIR {
			if entry.SSRC == o.ssrc() {
				p.wantKeyframe(o)
			}
		}
	}
}

func (p *peer) wantKeyframe(o *outbound) {
	p.client.meter.keyframeAsked()
	if f := p.client.keyframe.Load(); f != nil && *f != nil {
		(*f)(o.rid)
	}
}

func (o *outbound) ssrc() uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.header.SSRC
}
