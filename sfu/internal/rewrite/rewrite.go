// Package rewrite turns the packets of changing inputs (layers, publishers) into one RTP stream
// that a receiver sees as continuous: sequence number, timestamp, VP8 picture id and TL0PICIDX.
// Time comes in as a value; nothing is started and nothing allocated.
package rewrite

import (
	"time"

	"vesper/sfu/internal/vp8"
)

// Offsets are what is added to an input packet's fields. They stay the same between two cuts, so a
// packet sent earlier can be rebuilt from its input and the offsets kept with it.
type Offsets struct {
	Seq     uint16
	TS      uint32
	Picture uint16
	TL0     uint8
}

// Rewriter is the state of one outgoing stream. The zero value is a stream on which nothing was sent.
// It belongs to one slot and is not safe for concurrent use.
type Rewriter struct {
	offsets Offsets

	started bool   // something was sent
	high    uint64 // highest input sequence number since the cut, unwrapped
	base    uint64 // first input sequence number of this cut: what is older is not forwarded

	lastSeq     uint16 // highest output
	lastTS      uint32
	lastAt      time.Time // when lastTS was first sent
	lastPicture uint16
	lastTL0     uint8
}

// origin keeps unwrapped numbers positive when older packets follow the first one.
const origin = 1 << 32

// Cut makes the packet with this sequence number and timestamp the next one of the stream. What belongs
// to the input before it will be refused. The output timestamp moves on by the time since the last
// frame, at least by step ticks.
func (r *Rewriter) Cut(seq uint16, ts uint32, d *vp8.Descriptor, now time.Time, clockRate, step uint32) {
	if !r.started {
		r.offsets = Offsets{}
	} else {
		ticks := uint64(max(now.Sub(r.lastAt), 0)) * uint64(clockRate) / uint64(time.Second)
		r.offsets.TS = r.lastTS + max(uint32(ticks), step) - ts
		r.offsets.Seq = r.lastSeq + 1 - seq
		if d != nil {
			r.offsets.Picture = r.lastPicture + 1 - d.PictureID
			r.offsets.TL0 = r.lastTL0 + 1 - d.TL0
		}
	}
	r.rebase(seq)
}

// Resume makes this packet the next one of the stream and keeps the input's clock: for a stream that
// goes on after some of its packets were withheld.
func (r *Rewriter) Resume(seq uint16) {
	if r.started {
		r.offsets.Seq = r.lastSeq + 1 - seq
	}
	r.rebase(seq)
}

func (r *Rewriter) rebase(seq uint16) {
	r.base = origin | uint64(seq)
	r.high = r.base
}

// Next gives the offsets for one packet of the current input. ok is false for a packet from before the cut.
func (r *Rewriter) Next(seq uint16, ts uint32, d *vp8.Descriptor, now time.Time) (o Offsets, ok bool) {
	extended := r.high + uint64(int64(int16(seq-uint16(r.high))))
	if extended < r.base {
		return Offsets{}, false
	}
	if extended >= r.high || !r.started {
		r.high = extended
		r.lastSeq = seq + r.offsets.Seq
		if out := ts + r.offsets.TS; out != r.lastTS || !r.started {
			r.lastTS, r.lastAt = out, now
		}
		if d != nil {
			r.lastPicture = (d.PictureID + r.offsets.Picture) & 0x7fff
			r.lastTL0 = d.TL0 + r.offsets.TL0
		}
		r.started = true
	}
	return r.offsets, true
}

// Last returns the newest timestamp sent and when its first packet went out; ok is false before the first.
// A sender report extrapolates from it (RFC 3550, 6.4.1).
func (r *Rewriter) Last() (ts uint32, at time.Time, ok bool) { return r.lastTS, r.lastAt, r.started }
