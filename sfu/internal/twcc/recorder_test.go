package twcc

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestFeedback(t *testing.T) {
	var r Recorder
	r.Init(7)
	if got := r.Feedback(); got != nil {
		t.Errorf("nothing arrived: got %v", got)
	}
	now := time.Now()
	for i, seq := range []uint16{65534, 65535, 1} {
		r.Record(99, seq, now.Add(time.Duration(i)*time.Millisecond))
	}
	got := r.Feedback()
	if len(got) != 1 {
		t.Fatalf("got %d packets, want 1", len(got))
	}
	fb, ok := got[0].(*rtcp.TransportLayerCC)
	if !ok || fb.SenderSSRC != 7 || fb.MediaSSRC != 99 || fb.BaseSequenceNumber != 65534 || fb.PacketStatusCount != 4 {
		t.Errorf("got %+v", got[0])
	}
	if again := r.Feedback(); again != nil {
		t.Errorf("sent twice: %v", again)
	}
}
