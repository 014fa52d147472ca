package sfu

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"vesper/sfu/internal/rewrite"
)

const (
	historyBits = 9                     // packets of a slot that can be asked for again
	resendPause = 80 * time.Millisecond // at most; on a short path a round trip
	resendMax   = 3
	videoStep   = 90000 / 90
	audioStep   = 48000 / 50
)

// forwarder is what one slot knows about its outgoing stream. All of it is guarded by the slot's lock.
type forwarder struct {
	writer  webrtc.TrackLocalWriter
	playing *layer // what is being forwarded
	target  *layer // what it should be, from its next keyframe on
	epoch   uint32 // of the playing source's gate
	resume  bool   // audio: the next packet follows withheld ones

	rewriter        rewrite.Rewriter
	header          rtp.Header
	level           []byte // lies in header.Extensions
	scratch         []byte
	packets, octets uint32 // RFC 3550, 6.4.1
	history         []sent // by outgoing sequence number; video only
	rtxHeader       rtp.Header
	rtxScratch      []byte
}

// sent is one packet of the outgoing stream and where it came from.
type sent struct {
	layer    *layer
	offsets  rewrite.Offsets
	seq, out uint16
	times    uint8
	last     time.Duration
}

func (f *forwarder) init(audio bool) {
	f.header.Version, f.rtxHeader.Version = 2, 2
	if !audio {
		f.scratch = make([]byte, receiveMTU)
		f.rtxScratch = make([]byte, receiveMTU+2)
		f.history = make([]sent, 1<<historyBits)
		f.rtxHeader.SequenceNumber = uint16(randomSSRC())
	}
}

// useAudioLevel reserves the header extension; its byte is overwritten for every packet.
func (f *forwarder) useAudioLevel(id uint8) {
	if id == 0 || id > 14 || f.header.SetExtension(id, []byte{127}) != nil {
		return
	}
	f.level = f.header.GetExtension(id)
}

// forward is called by the publisher's goroutine for every packet of the source. A panic in here is the
// subscriber's, not the publisher's.
func (s *slot) forward(l *layer, pkt *packet) {
	defer s.peer.guard()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || !s.peer.live.Load() || l.source.gated.Load() {
		return
	}
	if l == s.playing && s.continues(l, pkt) || s.begins(l, pkt) {
		s.send(l, pkt)
	}
}

// continues says whether a packet of the playing layer goes on. After the gate was closed a video waits
// for a keyframe; audio goes on behind its first packet, whose in-band FEC (RFC 6716, 2.1.7) may hold the
// last frame that was to be withheld.
func (s *slot) continues(l *layer, pkt *packet) bool {
	if epoch := l.source.epoch.Load(); epoch != s.epoch {
		s.epoch = epoch
		if !s.audio {
			s.playing = nil
			return false
		}
		s.resume = true
		return false
	}
	if s.resume {
		s.resume = false
		s.rewriter.Resume(pkt.seq)
	}
	return true
}

// begins cuts to another layer or source if the packet allows it: for video the first packet of a
// keyframe, of the target; of any layer if nothing of this source plays.
func (s *slot) begins(l *layer, pkt *packet) bool {
	if l.source != s.src || l == s.playing {
		return false
	}
	if s.audio {
		s.rewriter.Cut(pkt.seq, pkt.ts, nil, pkt.at, l.clockRate, audioStep)
	} else {
		if !pkt.descriptor.Keyframe || pkt.recovered || s.height <= 0 {
			return false
		}
		if s.playing != nil && s.playing.source == s.src && l != s.target {
			return false
		}
		s.rewriter.Cut(pkt.seq, pkt.ts, &pkt.descriptor, pkt.at, l.clockRate, videoStep)
	}
	s.playing, s.epoch, s.resume = l, l.source.epoch.Load(), false
	return true
}

func (s *slot) send(l *layer, pkt *packet) {
	payload := pkt.payload
	var o rewrite.Offsets
	var ok bool
	if s.audio || len(payload) == 0 { // padding only: it keeps the sequence whole
		if o, ok = s.rewriter.Next(pkt.seq, pkt.ts, nil, pkt.at); !ok {
			return
		}
	} else {
		d := &pkt.descriptor
		if o, ok = s.rewriter.Next(pkt.seq, pkt.ts, d, pkt.at); !ok || len(payload) > len(s.scratch) {
			return
		}
		payload = s.scratch[:copy(s.scratch, payload)]
		d.Rewrite(payload, d.PictureID+o.Picture, d.TL0+o.TL0)
	}
	h := &s.header
	h.SequenceNumber, h.Timestamp, h.Marker = pkt.seq+o.Seq, pkt.ts+o.TS, pkt.marker
	if s.level != nil {
		s.level[0] = 127
		if pkt.hasLevel {
			s.level[0] = pkt.level
		}
	}
	if s.history != nil {
		s.history[h.SequenceNumber&(1<<historyBits-1)] = sent{layer: l, offsets: o, seq: pkt.seq, out: h.SequenceNumber}
	}
	s.packets++
	s.octets += uint32(len(payload))
	size := len(payload) + 12
	s.peer.counters.out[l.source.kind].count(size, pkt.since)
	s.peer.egress.earn(size)
	_, _ = s.writer.WriteRTP(h, payload) // a connection that is going away; the control loop sees it
}

// resend answers a request for one outgoing packet (RFC 4588) from the layer's cache.
func (s *slot) resend(out uint16, since time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || s.rtxHeader.SSRC == 0 || s.history == nil || !s.peer.live.Load() {
		return false
	}
	e := &s.history[out&(1<<historyBits-1)]
	if e.layer == nil || e.out != out || e.times >= resendMax || e.times > 0 && since-e.last < s.peer.resendPause() {
		return false
	}
	r := s.peer.router.Load()
	if r == nil || e.layer.source.peer.router.Load() != r { // the border
		return false
	}
	n, ts, marker, ok := e.layer.copyPacket(e.seq, s.rtxScratch[2:])
	if !ok || !s.peer.egress.spend(n+14) {
		return false
	}
	e.times, e.last = e.times+1, since
	binary.BigEndian.PutUint16(s.rtxScratch, out)
	payload := s.rtxScratch[:2+n]
	if d, err := parseVP8(payload[2:]); err == nil {
		d.Rewrite(payload[2:], d.PictureID+e.offsets.Picture, d.TL0+e.offsets.TL0)
	}
	h := &s.rtxHeader
	h.SequenceNumber++
	h.Timestamp, h.Marker = ts+e.offsets.TS, marker
	_, _ = s.writer.WriteRTP(h, payload)
	return true
}

// report is the sender report of the outgoing stream (RFC 3550, 6.4.1); nil before the first packet.
func (s *slot) report(now time.Time) *rtcp.SenderReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	ts, at, ok := s.rewriter.Last()
	if !ok || s.playing == nil || s.header.SSRC == 0 {
		return nil
	}
	ts += uint32(uint64(max(now.Sub(at), 0)) * uint64(s.playing.clockRate) / uint64(time.Second))
	return &rtcp.SenderReport{SSRC: s.header.SSRC, NTPTime: ntp(now), RTPTime: ts, PacketCount: s.packets, OctetCount: s.octets}
}

// ntp is the wall clock as RFC 3550, 4 wants it: seconds since 1900 and their fraction, 32 bits each.
func ntp(t time.Time) uint64 {
	const toUnix = 2208988800
	return uint64(t.Unix()+toUnix)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
