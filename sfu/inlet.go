package sfu

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vesper/sfu/internal/vp8"
)

// maxStreams is how many SSRCs a peer may use: 4 tracks of 3 layers with retransmission, and some change.
const maxStreams = 64

// mediaInlet and controlInlet stand where Pion would buffer decrypted packets. Pion writes every packet
// it authenticated, whatever its SSRC, so nothing is missed before a track is known: probes, RTX, and
// layers that appear minutes after the answer. Pion's own readers get end of file at once.
type mediaInlet struct {
	peer *Peer
	ssrc uint32
}

func (m *mediaInlet) Write(packet []byte) (int, error) {
	defer m.peer.guard()
	m.peer.receiveRTP(packet)
	return len(packet), nil
}
func (m *mediaInlet) Read([]byte) (int, error) { return 0, io.EOF }
func (m *mediaInlet) Close() error             { return nil }

// controlInlet gets each RTCP packet once for every SSRC it is about.
type controlInlet struct {
	peer *Peer
	ssrc uint32
}

func (c *controlInlet) Write(packet []byte) (int, error) {
	defer c.peer.guard()
	c.peer.receiveRTCP(packet, c.ssrc)
	return len(packet), nil
}
func (c *controlInlet) Read([]byte) (int, error) { return 0, io.EOF }
func (c *controlInlet) Close() error             { return nil }

// inlet is owned by the peer's SRTP goroutine.
type inlet struct {
	header  rtp.Header
	packet  packet
	streams map[uint32]*stream
}

// stream is one SSRC of the peer.
type stream struct {
	source *source // nil: not known yet
	index  int     // of the layer
	repair bool    // RFC 4588
}

// receiveRTP takes one decrypted packet; the buffer is Pion's and only good until it returns.
func (p *Peer) receiveRTP(data []byte) {
	now := time.Now()
	p.proof(now)
	p.counters.received.Add(1)
	p.counters.bytesIn.Add(uint64(len(data)))
	if p.broken.Load() {
		return
	}

	in := &p.inlet
	n, err := in.header.Unmarshal(data)
	if err != nil || len(data) > receiveMTU {
		return
	}
	payload, ok := unpad(&in.header, data[n:])
	if !ok {
		return
	}
	known := p.layout.Load()
	if id := known.transportCC; id != 0 {
		if ext := in.header.GetExtension(id); len(ext) >= 2 {
			p.feedback.Record(in.header.SSRC, binary.BigEndian.Uint16(ext), now)
		}
	}
	st := in.streams[in.header.SSRC]
	if st == nil {
		if len(in.streams) >= maxStreams {
			p.fail(errors.New("too many streams"))
			return
		}
		st = &stream{}
		in.streams[in.header.SSRC] = st
	}
	if st.source == nil || known.tracks[st.source.mid] != st.source {
		if !st.bind(known, &in.header) {
			return
		}
	}
	p.dispatch(known, st, payload, now)
}

// unpad cuts the padding off (RFC 3550, 5.1).
func unpad(h *rtp.Header, payload []byte) ([]byte, bool) {
	if !h.Padding {
		return payload, true
	}
	if len(payload) == 0 {
		return nil, false
	}
	size := int(payload[len(payload)-1])
	if size == 0 || size > len(payload) {
		return nil, false
	}
	return payload[:len(payload)-size], true
}

// bind finds out which layer an SSRC is: by the mid and rid in its header extensions (RFC 8852, RFC 9143),
// which senders leave away once they were acknowledged, else by what the offer declared.
func (st *stream) bind(known *layout, h *rtp.Header) bool {
	rid, repair := extension(h, known.rid), known.codecs[h.PayloadType] == codecRTX
	if repaired := extension(h, known.repairedRid); repaired != "" {
		rid, repair = repaired, true
	}
	src := known.tracks[extension(h, known.mid)]
	if src == nil {
		d, ok := known.declared[h.SSRC]
		if !ok {
			return false
		}
		src, repair = d.source, repair || d.repair
	}
	index := src.index(rid)
	if index < 0 {
		return false
	}
	st.source, st.index, st.repair = src, index, repair
	return true
}

func extension(h *rtp.Header, id uint8) string {
	if id == 0 {
		return ""
	}
	return string(h.GetExtension(id))
}

// dispatch hands a packet of a known stream to the slots of its source.
func (p *Peer) dispatch(known *layout, st *stream, payload []byte, now time.Time) {
	in, src := &p.inlet, st.source
	pkt := &in.packet
	pkt.seq, pkt.ts, pkt.marker, pkt.payload = in.header.SequenceNumber, in.header.Timestamp, in.header.Marker, payload
	pkt.at, pkt.since, pkt.recovered, pkt.hasLevel = now, now.Sub(p.engine.began), false, false

	l := src.layers[st.index].Load()
	if st.repair {
		if l == nil || len(payload) <= 2 { // RFC 4588, 4: the original sequence number comes first; a probe has none
			return
		}
		pkt.seq, pkt.payload, pkt.recovered = binary.BigEndian.Uint16(payload), payload[2:], true
	} else {
		if want := codecVP8; src.kind == Audio && known.codecs[in.header.PayloadType] != codecOpus ||
			src.kind != Audio && known.codecs[in.header.PayloadType] != want {
			return
		}
		if l == nil || l.ssrc != in.header.SSRC {
			l = newLayer(src, st.index, in.header.SSRC)
			src.layers[st.index].Store(l)
		}
	}
	p.counters.in[src.kind].count(len(payload)+12, pkt.since)

	if src.kind == Audio {
		if ext := extensionBytes(&in.header, known.audioLevel); len(ext) > 0 {
			pkt.level, pkt.hasLevel = ext[0], true
			src.hear(ext[0] & 0x7f)
		}
	} else {
		pkt.descriptor = vp8.Descriptor{}
		if len(pkt.payload) > 0 {
			var err error
			if pkt.descriptor, err = vp8.Parse(pkt.payload); err != nil {
				return
			}
		}
	}
	if !l.receive(pkt) {
		return
	}
	for _, sub := range *src.subs.Load() {
		sub.forward(l, pkt)
	}
}

func extensionBytes(h *rtp.Header, id uint8) []byte {
	if id == 0 {
		return nil
	}
	return h.GetExtension(id)
}

// receiveRTCP takes one packet as it was delivered for one of the SSRCs it is about. What it says about
// the others comes again for those.
func (p *Peer) receiveRTCP(data []byte, about uint32) {
	now := time.Now()
	p.proof(now)
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	for _, packet := range packets {
		switch r := packet.(type) {
		case *rtcp.SenderReport:
			if r.SSRC == about {
				p.senderReport(r, now)
			}
			p.receptionReports(r.Reports, about)
		case *rtcp.ReceiverReport:
			p.receptionReports(r.Reports, about)
		case *rtcp.TransportLayerNack:
			if r.MediaSSRC == about {
				p.nacked(r, now)
			}
		case *rtcp.PictureLossIndication:
			if r.MediaSSRC == about {
				p.keyframeWanted(about, now)
			}
		case *rtcp.FullIntraRequest:
			p.keyframeWanted(about, now)
		}
	}
}

func (p *Peer) receptionReports(reports []rtcp.ReceptionReport, about uint32) {
	for _, r := range reports {
		if r.SSRC != about {
			continue
		}
		if s := p.slotOf(about); s != nil && !s.audio && s.ssrc.Load() == about {
			p.egress.reported(r)
		}
	}
}

func (p *Peer) senderReport(r *rtcp.SenderReport, now time.Time) {
	for _, s := range *p.sources.Load() {
		for i := range s.layers {
			if l := s.layers[i].Load(); l != nil && l.ssrc == r.SSRC {
				l.senderReport(r, now)
			}
		}
	}
}

func randomSSRC() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:]) | 1
}
