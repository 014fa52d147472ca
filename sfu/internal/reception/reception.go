// Package reception counts one incoming stream as RFC 3550, 6.4.1 and A.3, A.8 want it reported back to
// its sender. Time comes in as a value. Not safe for concurrent use.
package reception

import (
	"time"

	"github.com/pion/rtcp"
)

// Stream is the state of one SSRC.
type Stream struct {
	ClockRate uint32 // RTP ticks a second

	started  bool
	base     uint64
	high     uint64
	received uint64

	priorExpected, priorReceived uint64

	jitter      float64 // ticks
	transit     float64
	haveTransit bool

	lastReport   uint32 // middle 32 bits of the NTP time in the newest sender report
	lastReportAt time.Time
}

// Receive counts one packet.
func (s *Stream) Receive(seq uint16, ts uint32, at time.Time) {
	if !s.started {
		s.started = true
		s.base = 1<<16 | uint64(seq)
		s.high = s.base
	}
	extended := s.high + uint64(int64(int16(seq-uint16(s.high))))
	if extended > s.high {
		s.high = extended
	}
	s.received++
	if s.ClockRate == 0 {
		return
	}
	// RFC 3550, A.8; only differences count, so any epoch does
	arrival := float64(at.UnixMicro()%1_000_000_000) * float64(s.ClockRate) / 1e6
	transit := arrival - float64(ts)
	if s.haveTransit {
		d := transit - s.transit
		if d < 0 {
			d = -d
		}
		if d < float64(s.ClockRate)*5 { // a wrap of either clock is not jitter
			s.jitter += (d - s.jitter) / 16
		}
	}
	s.transit, s.haveTransit = transit, true
}

// SenderReport notes the arrival of a sender report.
func (s *Stream) SenderReport(ntp uint64, at time.Time) {
	s.lastReport, s.lastReportAt = uint32(ntp>>16), at
}

// Report gives the reception report for ssrc and begins the next interval. ok is false before the first packet.
func (s *Stream) Report(ssrc uint32, now time.Time) (r rtcp.ReceptionReport, ok bool) {
	if !s.started {
		return r, false
	}
	expected := s.high - s.base + 1
	r = rtcp.ReceptionReport{SSRC: ssrc, LastSequenceNumber: uint32(s.high - 1<<16), Jitter: uint32(s.jitter)}
	if expected > s.received {
		r.TotalLost = uint32(min(expected-s.received, 0x7fffff))
	}
	expectedNow, receivedNow := expected-s.priorExpected, s.received-s.priorReceived
	s.priorExpected, s.priorReceived = expected, s.received
	if expectedNow > receivedNow {
		r.FractionLost = uint8(min((expectedNow-receivedNow)*256/expectedNow, 255))
	}
	if s.lastReport != 0 {
		r.LastSenderReport = s.lastReport
		r.Delay = uint32(uint64(now.Sub(s.lastReportAt)) * 65536 / uint64(time.Second))
	}
	return r, true
}
