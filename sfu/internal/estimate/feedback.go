package estimate

import (
	"encoding/binary"
	"errors"
	"time"
)

// ErrMalformed is a report that is not one, or whose parts contradict each other.
var ErrMalformed = errors.New("estimate: malformed transport-wide feedback")

const (
	feedbackHeader = 20
	typeRTPFB      = 205
	formatTWCC     = 15

	deltaUnit     = 250 * time.Microsecond
	referenceUnit = 64 * time.Millisecond

	statusLost  = 0
	statusSmall = 1 // delta of one byte
	statusLarge = 2 // delta of two bytes, signed
)

// report is one RTCP packet of draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1.
type report struct {
	base      uint16
	reference int32 // in units of 64 ms, 24 bits
	statuses  []uint8
	deltas    []byte
}

// parse reads one RTCP packet into r, whose slices it uses again.
func (r *report) parse(packet []byte) error {
	if len(packet) < feedbackHeader || packet[0]>>6 != 2 || packet[0]&0x1f != formatTWCC || packet[1] != typeRTPFB {
		return ErrMalformed
	}
	length := 4 * (int(binary.BigEndian.Uint16(packet[2:])) + 1)
	if length > len(packet) || length < feedbackHeader {
		return ErrMalformed
	}
	packet = packet[:length]
	count := int(binary.BigEndian.Uint16(packet[14:]))
	if count > maxHistory { // nothing of it is remembered; it only costs time
		return ErrMalformed
	}
	r.base = binary.BigEndian.Uint16(packet[12:])
	r.reference = int32(binary.BigEndian.Uint32(packet[16:])) >> 8 // the low byte counts reports
	r.statuses = r.statuses[:0]
	rest := packet[feedbackHeader:]
	for len(r.statuses) < count {
		if len(rest) < 2 {
			return ErrMalformed
		}
		r.chunk(binary.BigEndian.Uint16(rest), count)
		rest = rest[2:]
	}
	need := 0
	for _, status := range r.statuses {
		switch status {
		case statusSmall:
			need++
		case statusLarge:
			need += 2
		case statusLost:
		default:
			return ErrMalformed // reserved
		}
	}
	if len(rest) < need {
		return ErrMalformed
	}
	r.deltas = rest[:need]
	return nil
}

// chunk adds the statuses of a run-length (3.1.3) or a vector chunk (3.1.4), up to count in all.
func (r *report) chunk(chunk uint16, count int) {
	switch {
	case chunk>>15 == 0:
		status := uint8(chunk >> 13 & 3)
		for range min(int(chunk&0x1fff), count-len(r.statuses)) {
			r.statuses = append(r.statuses, status)
		}
	case chunk>>14&1 == 0:
		for i := 13; i >= 0 && len(r.statuses) < count; i-- {
			r.statuses = append(r.statuses, uint8(chunk>>i&1))
		}
	default:
		for i := 12; i >= 0 && len(r.statuses) < count; i -= 2 {
			r.statuses = append(r.statuses, uint8(chunk>>i&3))
		}
	}
}

// next takes the delta of a packet that arrived.
func (r *report) next(status uint8) time.Duration {
	if status == statusSmall {
		d := time.Duration(r.deltas[0]) * deltaUnit
		r.deltas = r.deltas[1:]
		return d
	}
	d := time.Duration(int16(binary.BigEndian.Uint16(r.deltas))) * deltaUnit
	r.deltas = r.deltas[2:]
	return d
}

// clock unwraps the reference times of a receiver.
type clock struct {
	started bool
	last    int64 // in units of 64 ms
}

// at is when the deltas of a report begin to count, on the receiver's clock.
func (c *clock) at(reference int32) time.Duration {
	if !c.started {
		c.started, c.last = true, int64(reference)
	}
	step := (reference - int32(c.last)) << 8 >> 8 // 24 bits, signed
	c.last += int64(step)
	return time.Duration(c.last) * referenceUnit
}
