package sfu

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"vesper/sfu/internal/nack"
	"vesper/sfu/internal/packetcache"
	"vesper/sfu/internal/reception"
	"vesper/sfu/internal/vp8"
)

const (
	videoCacheBits = 9 // 512 packets: about 3 s of the largest layer
	audioCacheBits = 6
	keyframePause  = 200 * time.Millisecond // between two requests for one layer
)

// layer is one SSRC of a source: a simulcast encoding, or the only one.
type layer struct {
	// set at creation
	source    *source
	index     int
	ssrc      uint32
	clockRate uint32

	lastAt  atomic.Int64 // nanoseconds since the engine began
	firstAt atomic.Int64 // of the current run of packets

	// owned by the SRTP goroutine
	high     uint64 // newest sequence number, unwrapped; 0 before the first
	withheld uint64 // up to here packets were gated: a late copy of them is dropped

	askedAt atomic.Int64 // last keyframe request, nanoseconds since the engine began
	wanted  atomic.Bool  // one more is due when the pause is over

	mu        sync.Mutex // for what follows; leaf, never held while calling out
	cache     *packetcache.Cache
	tracker   nack.Tracker
	reception reception.Stream
	lost      bool // packets were given up
}

func newLayer(s *source, index int, ssrc uint32) *layer {
	l := &layer{source: s, index: index, ssrc: ssrc, clockRate: 90000}
	bits := uint(videoCacheBits)
	if s.kind == Audio {
		l.clockRate, bits = 48000, audioCacheBits
	}
	l.cache = packetcache.New(bits)
	l.reception.ClockRate = l.clockRate
	return l
}

// packet is one RTP packet on its way from a publisher's goroutine to the slots. It is reused.
type packet struct {
	seq        uint16
	ts         uint32
	marker     bool
	level      uint8 // audio level with the voice bit (RFC 6464)
	hasLevel   bool
	recovered  bool // came as a retransmission
	payload    []byte
	descriptor vp8.Descriptor // of video
	at         time.Time
	since      time.Duration // at, since the engine began
}

// receive counts a packet and says whether it may be forwarded. Called by the SRTP goroutine.
func (l *layer) receive(pkt *packet) (forward bool) {
	if last := time.Duration(l.lastAt.Load()); pkt.since-last > stalled {
		l.firstAt.Store(int64(pkt.since))
	}
	l.lastAt.Store(int64(pkt.since))

	if l.high == 0 {
		l.high = 1<<32 | uint64(pkt.seq)
	}
	extended := l.high + uint64(int64(int16(pkt.seq-uint16(l.high))))
	l.high = max(l.high, extended)

	gated := l.source.gated.Load()
	if gated {
		l.withheld = l.high
	}
	forward = !gated && extended > l.withheld

	l.mu.Lock()
	gap := false
	if l.source.kind != Audio {
		was := l.tracker.Missing()
		l.lost = l.tracker.Receive(pkt.seq, pkt.at) || l.lost
		gap = l.tracker.Missing() > was
	}
	if !pkt.recovered {
		l.reception.Receive(pkt.seq, pkt.ts, pkt.at)
	}
	if forward && l.source.kind != Audio && len(*l.source.subs.Load()) > 0 {
		l.cache.Put(pkt.seq, pkt.ts, pkt.marker, pkt.payload)
	}
	l.mu.Unlock()
	if gap {
		l.source.peer.gapSeen()
	}
	return forward
}

// copyPacket takes a packet out of the cache for a retransmission.
func (l *layer) copyPacket(seq uint16, dst []byte) (n int, ts uint32, marker, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cache.Get(seq, dst)
}

// senderReport notes the publisher's (RFC 3550, 6.4.1).
func (l *layer) senderReport(sr *rtcp.SenderReport, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reception.SenderReport(sr.NTPTime, at)
}

// report is the reception report for the publisher.
func (l *layer) report(now time.Time) (rtcp.ReceptionReport, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reception.Report(l.ssrc, now)
}

// due lists what has to be asked for again; lost is true if a keyframe is needed instead.
func (l *layer) due(now time.Time, rtt time.Duration) (due []uint16, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	due, gaveUp := l.tracker.Due(now, rtt, nil)
	lost = l.lost || gaveUp
	l.lost = false
	return due, lost
}

// requestKeyframe asks the publisher for one, at most every 200 ms however many subscribers want it. It
// never blocks on the publisher.
func (l *layer) requestKeyframe(since time.Duration) {
	last := l.askedAt.Load()
	if last != 0 && since-time.Duration(last) < keyframePause {
		l.wanted.Store(true)
		return
	}
	if !l.askedAt.CompareAndSwap(last, int64(since)) {
		return
	}
	l.wanted.Store(false)
	p := l.source.peer
	if !p.live.Load() {
		return
	}
	p.counters.keyframeRequests.Add(1)
	p.writeRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{SenderSSRC: p.sender, MediaSSRC: l.ssrc}})
}
