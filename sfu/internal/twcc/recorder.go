// Package twcc collects the arrival times that a publisher's congestion control asks for
// (draft-holmer-rmcat-transport-wide-cc-extensions-01). Without these reports Chromium stays at its
// lowest layer.
package twcc

import (
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// Recorder is one connection's. It may be used from any goroutine after Init.
type Recorder struct {
	mu       sync.Mutex
	recorder *twcc.Recorder
	began    time.Time
	pending  bool
}

// Init sets the SSRC that reports are sent from.
func (r *Recorder) Init(sender uint32) {
	r.recorder, r.began = twcc.NewRecorder(sender), time.Now()
}

// Record notes one packet with a transport-wide sequence number, whatever it carries.
func (r *Recorder) Record(ssrc uint32, seq uint16, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recorder.Record(ssrc, seq, at.Sub(r.began).Microseconds())
	r.pending = true
}

// Feedback is what has to be sent now; nil if nothing arrived since the last time.
func (r *Recorder) Feedback() []rtcp.Packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.pending {
		return nil
	}
	r.pending = false
	return r.recorder.BuildFeedbackPacket()
}
