package reception

import (
	"testing"
	"time"
)

func TestReport(t *testing.T) {
	s := Stream{ClockRate: 90000}
	now := time.Unix(50, 0)
	if _, ok := s.Report(7, now); ok {
		t.Error("a report before the first packet")
	}
	for i, seq := range []uint16{65534, 65535, 1, 2} { // 0 is lost
		s.Receive(seq, uint32(i)*3000, now.Add(time.Duration(i)*time.Second/30))
	}
	s.SenderReport(0x0001_0002_0003_0004, now)
	r, ok := s.Report(7, now.Add(500*time.Millisecond))
	if !ok || r.SSRC != 7 || r.TotalLost != 1 || r.FractionLost != 256/5 {
		t.Errorf("got %+v", r)
	}
	if r.LastSequenceNumber != 1<<16|2 {
		t.Errorf("highest: got %#x, want one cycle and 2", r.LastSequenceNumber)
	}
	if r.LastSenderReport != 0x0002_0003 || r.Delay != 32768 {
		t.Errorf("sender report: got %#x after %d", r.LastSenderReport, r.Delay)
	}
	r, _ = s.Report(7, now)
	if r.FractionLost != 0 || r.TotalLost != 1 {
		t.Errorf("second interval: got %+v", r)
	}
}
