package sfu

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"vesper/sfu/internal/twcc"
)

// PeerID names a peer towards the caller and to other peers.
type PeerID string

// Kind is what a source or slot carries.
type Kind uint8

// Audio is a microphone, Video a camera, Screen a shared screen (the second video a peer publishes).
const (
	Audio Kind = iota
	Video
	Screen
	Kinds // how many there are
)

func (k Kind) String() string {
	switch k {
	case Audio:
		return "audio"
	case Video:
		return "video"
	case Screen:
		return "screen"
	}
	return "unknown"
}

// PeerOptions are set once. Callbacks may be nil. They are called one at a time and in order on a
// goroutine of the peer, and what was due when Close returned is still told, OnSilent last.
type PeerOptions struct {
	ID PeerID

	// OnConnected: ICE and DTLS are up and an authenticated packet arrived, or packets came back after
	// OnSilent; at is the time of that packet by Options.Clock.
	OnConnected func(at time.Time)
	// OnSilent: no authenticated packet (STUN check, SRTP, SRTCP) for 6 s, or the transport failed or
	// closed. last is the time of the last such packet, not of the detection. Only after OnConnected.
	OnSilent func(last time.Time)
	// OnSlots gives the state of all slots whenever a slot's source changed. Snapshots that nobody has
	// seen yet are replaced by newer ones.
	OnSlots func([]SlotState)
	// OnPublish: packets of this kind began or stopped arriving (2 s without for a camera, 5 s for the
	// others), whatever gates say and also while the peer is in no router.
	OnPublish func(kind Kind, active bool)
	// OnFailed: this peer is broken; the caller closes it. Called at most once.
	OnFailed func(error)
}

// SlotState is what one slot carries. Generation rises with every change of the slot.
type SlotState struct {
	Mid        string
	Kind       Kind   // of the source; of an empty slot Audio or Video
	Source     PeerID // "" is nothing
	Generation uint32
}

// Tile is a picture that a subscriber shows. Width and Height are in device pixels (CSS pixels times the
// device pixel ratio); a height of 0 takes a slot but gets no packets.
type Tile struct {
	Source        PeerID
	Kind          Kind
	Width, Height int
}

// Peer is one person's connection: a junction of what it publishes ([source]), what it is sent ([slot])
// and its control loop. All methods may be called from any goroutine, except Close from inside the packet
// path (which the caller never sees).
type Peer struct {
	// set at creation
	engine  *Engine
	options PeerOptions
	pc      *webrtc.PeerConnection
	web     *webrtc.API
	events  *notifier
	sender  uint32 // SSRC of our RTCP
	stop    chan struct{}
	done    chan struct{}

	negotiation sync.Mutex // one Answer at a time

	// swapped whole by Answer, read by the packet path and the router
	layout  atomic.Pointer[layout]
	sources atomic.Pointer[[]*source]
	slots   atomic.Pointer[[]*slot]

	view   atomic.Pointer[[]Tile] // nil: SetView was never called
	router atomic.Pointer[Router]
	gates  [Kinds]atomic.Bool // true is closed; copied into sources as they appear

	liveness liveness
	gap      chan struct{} // a packet is missing; see gapSeen
	rtt      atomic.Int64  // nanoseconds; 0 is not known
	live     atomic.Bool   // can be sent to: ICE and DTLS are up and the peer is heard
	counters counters
	feedback twcc.Recorder
	inlet    inlet  // owned by Pion's SRTP goroutine of this peer
	egress   egress // what goes to this peer besides its slots

	broken    atomic.Bool // it failed: nothing goes in or out any more
	failOnce  sync.Once
	closeOnce sync.Once
}

func newPeer(e *Engine, options PeerOptions) (*Peer, error) {
	p := &Peer{engine: e, options: options, stop: make(chan struct{}), done: make(chan struct{}), gap: make(chan struct{}, 1), sender: randomSSRC()}
	p.layout.Store(&layout{})
	p.sources.Store(&[]*source{})
	p.slots.Store(&[]*slot{})
	p.feedback.Init(p.sender)
	p.inlet.streams = make(map[uint32]*stream)
	p.egress.init()
	var err error
	if p.web, err = p.api(); err != nil {
		return nil, fmt.Errorf("media engine: %w", err)
	}
	p.pc, err = p.web.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.cert}})
	if err != nil {
		return nil, fmt.Errorf("peer connection: %w", err)
	}
	p.events = newNotifier(p)
	p.pc.OnConnectionStateChange(p.transportChanged)
	p.pc.OnDataChannel(p.echo)
	go p.control()
	return p, nil
}

// ID is the name given at creation.
func (p *Peer) ID() PeerID { return p.options.ID }

// SetGate opens or closes what the peer publishes of this kind. When it returns after closing, no packet
// of that kind is forwarded any more; subscribers see no gap in the sequence numbers when it opens again.
// A gate is a property of the peer and survives a change of the router.
func (p *Peer) SetGate(kind Kind, open bool) {
	if kind >= Kinds {
		return
	}
	p.gates[kind].Store(!open)
	for _, s := range *p.sources.Load() {
		if s.kind == kind {
			s.setGate(open)
		}
	}
}

// SetView says what this subscriber shows, in order of importance; see [Tile]. Tiles of unknown sources
// are kept and take effect when the source appears. nil shows nothing. Without any call the others'
// video is shown in the order of arrival, small.
func (p *Peer) SetView(tiles []Tile) {
	view := append([]Tile{}, tiles...)
	p.view.Store(&view)
	if r := p.router.Load(); r != nil {
		r.refresh(p)
	}
}

// LastProof is the time of the last authenticated packet by Options.Clock; zero if there was none.
func (p *Peer) LastProof() time.Time { return p.liveness.last(p.engine.epoch) }

// Stats reads the counters.
func (p *Peer) Stats() PeerStats {
	c := &p.counters
	s := PeerStats{
		Received: c.received.Load(), BytesIn: c.bytesIn.Load(), Resent: c.resent.Load(), ResendMiss: c.resendMiss.Load(),
		NacksIn: c.nacksIn.Load(), NacksOut: c.nacksOut.Load(), KeyframeRequests: c.keyframeRequests.Load(),
	}
	for k := range s.In {
		s.In[k], s.Out[k] = c.in[k].read(p.engine.began), c.out[k].read(p.engine.began)
	}
	return s
}

// fail reports the peer as broken, once.
func (p *Peer) fail(err error) {
	p.failOnce.Do(func() {
		p.broken.Store(true)
		p.live.Store(false)
		p.engine.log.Warn("peer failed", "peer", p.options.ID, "error", err)
		p.events.failed(err)
	})
}

// guard is deferred at the top of everything that runs for this peer alone: a panic drops the peer and
// nobody else.
func (p *Peer) guard() {
	if value := recover(); value != nil {
		p.panicked(value)
	}
}

func (p *Peer) panicked(value any) {
	p.engine.panicked(p.options.ID, value)
	p.fail(fmt.Errorf("panic: %v", value))
}

// Close leaves the router, closes the connection and waits for the peer's goroutines. It may be called
// more than once and from a callback; a callback that is running may end after it.
func (p *Peer) Close() error {
	p.closeOnce.Do(func() {
		close(p.stop) // first: Add looks at it after it has taken the peer in
		p.live.Store(false)
		if r := p.router.Load(); r != nil {
			r.Remove(p)
		}
		<-p.done
		_ = p.pc.GracefulClose() // its errors are those of a connection that is already gone
		p.silent()
		p.events.close()
		p.engine.forget(p)
	})
	<-p.done
	return nil
}
