package client

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"vesper/signaling/wire"
)

const (
	nackAgain  = 100 * time.Millisecond
	nackTries  = 5
	nackMost   = 200 // packets missing at once; more is a new beginning
	pliAgain   = 500 * time.Millisecond
	bufferSize = 1600
)

// inbound is one slot's stream. Its reader and the peer's control loop share it.
type inbound struct {
	mid  string
	kind string
	ssrc uint32

	mu       sync.Mutex
	counted  *Received // of the participant in the slot now
	rate     float64
	started  bool
	first    uint64
	highest  uint64 // unwrapped
	packets  uint64 // without repeats
	missing  map[uint64]*gap
	wantPLI  bool
	sentPLI  time.Time
	jitter   float64
	transit  float64
	expected uint64 // at the last report
	received uint64
	lastSR   uint32
	heardSR  time.Time
}

// gap is a packet that has not come.
type gap struct {
	asked time.Time
	tries int
}

// receive reads one slot until the peer is closed.
func (p *peer) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	p.spawn(func() { p.read(track, receiver) })
}

func (p *peer) read(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	line := receiver.RTPTransceiver()
	if line == nil {
		return
	}
	in := &inbound{mid: line.Mid(), kind: track.Kind().String(), ssrc: uint32(track.SSRC()), rate: 90000, missing: map[uint64]*gap{}}
	if track.Kind() == webrtc.RTPCodecTypeAudio {
		in.rate = 48000
	}
	p.mu.Lock()
	p.inbounds = append(slices.Clone(p.inbounds), in)
	p.mu.Unlock()
	p.spawn(func() { p.readReports(receiver, in) })

	c := p.client
	buffer := make([]byte, bufferSize)
	var packet rtp.Packet
	for {
		n, attributes, err := track.Read(buffer)
		if err != nil {
			return
		}
		if n < 12 {
			continue
		}
		now := time.Now()
		slot := (*c.slots.Load())[in.mid]
		if slot.Mid == "" {
			slot = wire.Slot{Mid: in.mid, Kind: in.kind}
		}
		repaired := attributes != nil && attributes.Get(webrtc.AttributeRtxSsrc) != nil
		counted := in.note(c, slot, buffer[:n], now, repaired)
		if c.options.OnRTP == nil && !counted.wantsFrame() {
			continue
		}
		packet.Header.Extensions = packet.Header.Extensions[:0]
		if packet.Unmarshal(buffer[:n]) != nil {
			continue
		}
		counted.lookForFrame(&packet, now)
		if c.options.OnRTP != nil {
			c.options.OnRTP(slot, slot.Participant, &packet)
		}
	}
}

// note counts a packet and learns from its number what is missing.
func (in *inbound) note(c *Client, slot wire.Slot, raw []byte, now time.Time, repaired bool) *Received {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.counted == nil || in.counted.Participant != slot.Participant || in.counted.Kind != slot.Kind {
		in.counted = c.meter.of(slot)
	}
	in.counted.add(len(raw), now, repaired)
	seq, ts := binary.BigEndian.Uint16(raw[2:]), binary.BigEndian.Uint32(raw[4:])
	if !in.started {
		in.started = true
		in.highest = 1<<16 | uint64(seq)
		in.first = in.highest
		in.packets = 1
		return in.counted
	}
	unwrapped := uint64(int64(in.highest) + int64(int16(seq-uint16(in.highest))))
	if unwrapped <= in.highest {
		if _, was := in.missing[unwrapped]; was {
			delete(in.missing, unwrapped)
			in.packets++
		}
		return in.counted
	}
	in.packets++
	in.advance(unwrapped, now)
	if !repaired {
		in.jitterFrom(ts, now)
	}
	return in.counted
}

func (in *inbound) advance(to uint64, now time.Time) {
	if to-in.highest-1+uint64(len(in.missing)) > nackMost {
		clear(in.missing)
		in.wantPLI = true
	} else {
		for seq := in.highest + 1; seq < to; seq++ {
			in.missing[seq] = &gap{}
		}
	}
	in.highest = to
}

// jitterFrom is RFC 3550, A.8.
func (in *inbound) jitterFrom(ts uint32, now time.Time) {
	arrival := float64(now.UnixNano()) / 1e9 * in.rate
	transit := arrival - float64(ts)
	if in.transit != 0 {
		d := transit - in.transit
		if d < 0 {
			d = -d
		}
		if d < in.rate { // more than a second is another source or a wrap
			in.jitter += (d - in.jitter) / 16
		}
	}
	in.transit = transit
}

// repair asks for what is missing (video only), and for a new picture when
// asking was in vain.
func (in *inbound) repair(now time.Time) []rtcp.Packet {
	in.mu.Lock()
	defer in.mu.Unlock()
	var ask []uint16
	for seq, g := range in.missing {
		switch {
		case now.Sub(g.asked) < nackAgain:
		case g.tries == nackTries || in.kind == "audio":
			delete(in.missing, seq)
			in.wantPLI = true
		default:
			g.asked, g.tries = now, g.tries+1
			ask = append(ask, uint16(seq))
		}
	}
	if in.kind == "audio" {
		in.wantPLI = false
	}
	var packets []rtcp.Packet
	if len(ask) > 0 {
		slices.SortFunc(ask, func(a, b uint16) int { return int(int16(a - b)) })
		packets = append(packets, &rtcp.TransportLayerNack{MediaSSRC: in.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(ask)})
	}
	if in.wantPLI && now.Sub(in.sentPLI) >= pliAgain {
		in.wantPLI, in.sentPLI = false, now
		packets = append(packets, &rtcp.PictureLossIndication{MediaSSRC: in.ssrc})
	}
	return packets
}

// report is one block of RFC 3550, 6.4.1.
func (in *inbound) report(now time.Time) (rtcp.ReceptionReport, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.started {
		return rtcp.ReceptionReport{}, false
	}
	expected := in.highest - in.first + 1
	lost := int64(expected) - int64(in.packets)
	lately := int64(expected-in.expected) - int64(in.packets-in.received)
	var fraction uint8
	if all := expected - in.expected; all > 0 && lately > 0 {
		fraction = uint8(min(lately<<8/int64(all), 255))
	}
	in.expected, in.received = expected, in.packets
	var delay uint32
	if in.lastSR != 0 {
		delay = uint32(now.Sub(in.heardSR) * 65536 / time.Second)
	}
	return rtcp.ReceptionReport{
		SSRC: in.ssrc, FractionLost: fraction, TotalLost: uint32(max(lost, 0)) & 0xffffff,
		LastSequenceNumber: uint32(in.highest), Jitter: uint32(in.jitter), LastSenderReport: in.lastSR, Delay: delay,
	}, true
}

// readReports takes the time of the server's sender reports for the round trip.
func (p *peer) readReports(receiver *webrtc.RTPReceiver, in *inbound) {
	buffer := make([]byte, bufferSize)
	for {
		n, _, err := receiver.Read(buffer)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buffer[:n])
		if err != nil {
			continue
		}
		for _, packet := range packets {
			if sr, ok := packet.(*rtcp.SenderReport); ok && sr.SSRC == in.ssrc {
				in.mu.Lock()
				in.lastSR, in.heardSR = uint32(sr.NTPTime>>16), time.Now()
				in.mu.Unlock()
			}
		}
	}
}

// RequestKeyframe asks the server for a new picture in the slot with that mid.
func (c *Client) RequestKeyframe(mid string) error {
	p := c.media.Load()
	if p == nil {
		return ErrNotConnected
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, in := range p.inbounds {
		if in.mid == mid {
			in.mu.Lock()
			in.wantPLI = true
			in.mu.Unlock()
			return nil
		}
	}
	return ErrNotConnected
}

// startsFrame says whether a VP8 packet begins a key frame (RFC 7741, 4.2 and 4.3).
func startsFrame(p *rtp.Packet) bool {
	var vp8 codecs.VP8Packet
	body, err := vp8.Unmarshal(p.Payload)
	return err == nil && vp8.S == 1 && vp8.PID == 0 && len(body) > 0 && body[0]&1 == 0
}
