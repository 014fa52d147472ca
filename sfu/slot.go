package sfu

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"vesper/sfu/internal/allocation"
)

// overlap is how long a slot may go on with its old source while it waits for the new one's keyframe.
const overlap = 300 * time.Millisecond

// slot is one outgoing m-line of a peer (a webrtc.TrackLocal) and the forwarder in it. Its source is set
// by the router; which layer plays is its own affair. The lock is held while one packet is sent, by the
// goroutine of whoever published it; nothing else is called under it.
type slot struct {
	// set at creation
	peer  *Peer
	mid   string
	audio bool

	ssrc    atomic.Uint32 // 0 until bound
	rtxSSRC atomic.Uint32 // 0: no retransmission

	mu         sync.Mutex
	src        *source // what is assigned
	height     int     // of the tile, in pixels; 0 sends nothing
	generation uint32
	leaving    *source // the one before, until a keyframe of src or the deadline
	deadline   time.Duration

	forwarder
}

var _ webrtc.TrackLocal = (*slot)(nil)

func newSlot(p *Peer, mid string, audio bool) *slot {
	s := &slot{peer: p, mid: mid, audio: audio}
	s.forwarder.init(audio)
	return s
}

// ID, RID, StreamID and Kind are asked by Pion.
func (s *slot) ID() string       { return "slot-" + s.mid }
func (s *slot) RID() string      { return "" }
func (s *slot) StreamID() string { return "slot-" + s.mid }
func (s *slot) Kind() webrtc.RTPCodecType {
	if s.audio {
		return webrtc.RTPCodecTypeAudio
	}
	return webrtc.RTPCodecTypeVideo
}

// Bind is called by Pion when the answer is set.
func (s *slot) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	name := webrtc.MimeTypeVP8
	if s.audio {
		name = webrtc.MimeTypeOpus
	}
	var chosen *webrtc.RTPCodecParameters
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, name) {
			chosen = &codec
			break
		}
	}
	if chosen == nil {
		return webrtc.RTPCodecParameters{}, errors.New("slot without " + name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ssrc.Store(uint32(c.SSRC()))
	s.writer = c.WriteStream()
	s.header.PayloadType, s.header.SSRC = uint8(chosen.PayloadType), uint32(c.SSRC())
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, webrtc.MimeTypeRTX) && codec.SDPFmtpLine == "apt="+strconv.Itoa(int(chosen.PayloadType)) {
			s.rtxHeader.PayloadType, s.rtxHeader.SSRC = uint8(codec.PayloadType), uint32(c.SSRCRetransmission())
			s.rtxSSRC.Store(uint32(c.SSRCRetransmission()))
		}
	}
	// c.HeaderExtensions() may hold ids that nobody negotiated; see negotiated.
	return *chosen, nil
}

// negotiated takes the header extensions as the answer has them.
func (s *slot) negotiated(known *layout) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.audio {
		s.useAudioLevel(known.audioLevel)
	}
}

// Unbind is called by Pion when the line goes away.
func (s *slot) Unbind(webrtc.TrackLocalContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
	return nil
}

// assign gives the slot another source, or the same one at another size. nil empties it. It is called by
// the router and reports whether the source changed.
func (s *slot) assign(src *source, height int, since time.Duration) (changed bool) {
	s.mu.Lock()
	s.height = height
	old, gone := s.src, (*source)(nil)
	if old == src {
		s.mu.Unlock()
		return false
	}
	if s.leaving != nil && s.leaving != src {
		gone = s.leaving
	}
	s.leaving = nil
	s.src, s.target = src, nil
	s.generation++
	keep := false
	if s.playing != nil && s.playing.source == old && src != nil && !s.audio {
		_, keep = src.activeLayers(since)
	}
	if keep {
		s.leaving, s.deadline = old, since+overlap
	} else {
		s.playing = nil
	}
	s.mu.Unlock()

	if gone != nil && gone != old {
		gone.unsubscribe(s)
	}
	if old != nil && !keep {
		old.unsubscribe(s)
	}
	if src != nil {
		src.subscribe(s)
	}
	return true
}

// release takes a source away that must not be heard any more. When it returns no packet of it is sent.
func (s *slot) release(src *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.playing != nil && s.playing.source == src {
		s.playing = nil
	}
	if s.leaving == src {
		s.leaving = nil
	}
	if s.src == src {
		s.src, s.target = nil, nil
		s.generation++
	}
}

// clear empties the slot; when it returns nothing is being sent.
func (s *slot) clear() {
	s.mu.Lock()
	src, leaving := s.src, s.leaving
	s.leaving, s.playing, s.target = nil, nil, nil
	if src != nil {
		s.src = nil
		s.generation++
	}
	s.mu.Unlock()
	if src != nil {
		src.unsubscribe(s)
	}
	if leaving != nil {
		leaving.unsubscribe(s)
	}
}

// barrier returns when a packet that was being sent is gone.
func (s *slot) barrier() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

// tick is called by the peer's control loop: it aims at the layer that fits and asks for its keyframe.
func (s *slot) tick(since time.Duration) {
	var gone *source
	var want *layer
	s.mu.Lock()
	if !s.peer.live.Load() {
		s.playing = nil // what is sent next must begin with a keyframe
	}
	if old := s.leaving; old != nil && (s.playing == nil || s.playing.source != old || since > s.deadline) {
		if s.playing != nil && s.playing.source == old {
			s.playing = nil
		}
		s.leaving, gone = nil, old
	}
	if !s.audio && s.src != nil && s.writer != nil && s.peer.live.Load() {
		if s.height <= 0 {
			s.playing, s.target = nil, nil
		} else if !s.src.gated.Load() {
			active, _ := s.src.activeLayers(since)
			s.peer.limit(&active)
			if i := allocation.Layer(s.height, active); i != allocation.None {
				s.target = s.src.layers[i].Load()
				if s.target != s.playing {
					want = s.target
				}
			}
		}
	}
	s.mu.Unlock()
	if gone != nil {
		gone.unsubscribe(s)
	}
	if want != nil {
		want.requestKeyframe(since)
	}
}

// limit takes away the layers that the peer's link does not bear, but never the lowest that is sent.
func (p *Peer) limit(active *[allocation.Layers]bool) {
	for i := allocation.Layers - 1; i > int(p.egress.top.Load()); i-- {
		for j := range i {
			if active[j] {
				active[i] = false
			}
		}
	}
}

// state is the slot as the client is told.
func (s *slot) state() SlotState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := SlotState{Mid: s.mid, Kind: Video, Generation: s.generation}
	if s.audio {
		state.Kind = Audio
	}
	if s.src != nil {
		state.Kind, state.Source = s.src.kind, s.src.peer.options.ID
	}
	return state
}

// Slots is the state of all slots now, in the order of the offer.
func (p *Peer) Slots() []SlotState { return p.slotStates() }

func (p *Peer) slotStates() []SlotState {
	slots := *p.slots.Load()
	states := make([]SlotState, len(slots))
	for i, s := range slots {
		states[i] = s.state()
	}
	return states
}
