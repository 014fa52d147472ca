package sfu

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// silence is how long a peer may send nothing authenticated before it counts as gone.
const silence = 6 * time.Second

// liveness holds the last proof of life twice: by the caller's clock, to be reported, and by the real
// one, to be waited on.
type liveness struct {
	// written by whoever authenticated a packet
	proofAt atomic.Int64 // offset from the engine's epoch by Options.Clock, plus one; 0 is never
	realAt  atomic.Int64 // nanoseconds since the engine began

	mu        sync.Mutex
	transport bool          // ICE and DTLS are up
	connected bool          // OnConnected was the last of the two told
	back      time.Duration // proofAt must be later than this to come back
}

func (l *liveness) last(epoch time.Time) time.Time {
	at := l.proofAt.Load()
	if at == 0 {
		return time.Time{}
	}
	return epoch.Add(time.Duration(at - 1))
}

// proof notes an authenticated packet that arrived at now (real time).
func (p *Peer) proof(now time.Time) {
	at := now
	if p.engine.clock != (realClock{}) {
		at = p.engine.clock.Now()
	}
	p.liveness.proofAt.Store(int64(at.Sub(p.engine.epoch)) + 1)
	p.liveness.realAt.Store(int64(now.Sub(p.engine.began)))
}

// transportChanged follows Pion's view of the connection.
func (p *Peer) transportChanged(state webrtc.PeerConnectionState) {
	defer p.guard()
	switch state {
	case webrtc.PeerConnectionStateConnected:
		p.proof(time.Now()) // the DTLS handshake, or the check that selected a new pair
		p.setTransport(true)
		p.heard()
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		p.setTransport(false)
		p.silent()
	default:
		// connecting and disconnected: the control loop watches the proofs. An ICE restart passes through
		// here; nothing can be sent until a pair is selected again.
		p.setTransport(false)
	}
}

func (p *Peer) setTransport(up bool) {
	p.liveness.mu.Lock()
	p.liveness.transport = up
	p.liveness.mu.Unlock()
	if !up {
		p.live.Store(false)
	}
}

// heard tells OnConnected if the transport is up and a packet arrived since the last silence.
func (p *Peer) heard() {
	l := &p.liveness
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.transport || p.failing() || p.broken.Load() {
		return
	}
	if l.connected {
		p.live.Store(true)
		return
	}
	if time.Duration(l.proofAt.Load()) <= l.back {
		return
	}
	l.connected = true
	p.live.Store(true)
	p.events.connected(l.last(p.engine.epoch))
}

// silent tells OnSilent, if OnConnected was told before.
func (p *Peer) silent() {
	l := &p.liveness
	l.mu.Lock()
	defer l.mu.Unlock()
	p.live.Store(false)
	if !l.connected {
		return
	}
	l.connected = false
	l.back = time.Duration(l.proofAt.Load())
	p.events.silent(l.last(p.engine.epoch))
}

// checkLiveness is called by the control loop.
func (p *Peer) checkLiveness(now time.Time, limit time.Duration) {
	quiet := now.Sub(p.engine.began) - time.Duration(p.liveness.realAt.Load())
	if quiet >= limit {
		p.silent()
		return
	}
	p.heard()
}

// failing reports whether the peer is being closed or has failed.
func (p *Peer) failing() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}
