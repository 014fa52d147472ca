package sfu

import (
	"slices"
	"sync"
	"time"

	"vesper/sfu/internal/allocation"
	"vesper/sfu/internal/speech"
)

// Router is the media of one room: the border that no packet crosses. It decides which source is in which
// slot. All methods may be called from any goroutine, callbacks included. Its lock is taken before those
// of slots and sources and never by the packet path.
type Router struct {
	engine *Engine
	stop   chan struct{}
	done   chan struct{}

	mu         sync.Mutex
	members    []*Peer // in order of arrival
	ranker     speech.Ranker[PeerID]
	onSpeakers func([]Speaker)
	told       []Speaker
	closed     bool
}

func newRouter(e *Engine) *Router {
	r := &Router{engine: e, stop: make(chan struct{}), done: make(chan struct{})}
	go r.listen()
	return r
}

// Add lets a peer send to and receive from the others, from now on. It fails with ErrInRouter if the peer
// is in this or another router, ErrDuplicate if one of that id is in this one, and ErrClosed.
func (r *Router) Add(p *Peer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || p.failing() {
		return ErrClosed
	}
	if p.router.Load() != nil {
		return ErrInRouter
	}
	if slices.ContainsFunc(r.members, func(m *Peer) bool { return m.options.ID == p.options.ID }) {
		return ErrDuplicate
	}
	if !p.router.CompareAndSwap(nil, r) {
		return ErrInRouter
	}
	r.members = append(r.members, p)
	r.balance()
	if p.failing() { // closed at the same time: Close may have looked before the peer was in
		r.remove(p)
		return ErrClosed
	}
	return nil
}

// Remove takes a peer out at once: when it returns no packet crosses in either direction any more. A peer
// that is not in this router is left alone.
func (r *Router) Remove(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(p)
}

func (r *Router) remove(p *Peer) {
	i := slices.Index(r.members, p)
	if i < 0 {
		return
	}
	r.members = slices.Delete(r.members, i, i+1)
	p.router.Store(nil)
	for _, s := range *p.sources.Load() {
		s.drop()
	}
	for _, s := range *p.slots.Load() {
		s.clear()
	}
	p.events.slotsChanged()
	for _, m := range r.members { // a retransmission may be under way
		for _, s := range *m.slots.Load() {
			s.barrier()
		}
	}
	r.balance()
}

// drop takes a source out of every slot; when it returns none of its packets is being sent.
func (s *source) drop() {
	for _, sub := range s.unsubscribeAll() {
		sub.release(s)
		sub.peer.events.slotsChanged()
	}
}

// Members are the ids of the peers in the router, in order of arrival.
func (r *Router) Members() []PeerID {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]PeerID, len(r.members))
	for i, m := range r.members {
		ids[i] = m.options.ID
	}
	return ids
}

// Close removes every peer, without closing them, and waits for the router's goroutine. It must not be
// called from OnSpeakers.
func (r *Router) Close() {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.stop)
		for len(r.members) > 0 {
			r.remove(r.members[len(r.members)-1])
		}
	}
	r.mu.Unlock()
	<-r.done
	r.engine.forgetRouter(r)
}

// refresh is called when what a subscriber shows has changed.
func (r *Router) refresh(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.router.Load() == r {
		r.fill(p, time.Now())
	}
}

// refreshAll is called when sources or slots came or went.
func (r *Router) refreshAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.balance()
}

func (r *Router) balance() {
	now := time.Now()
	for _, m := range r.members {
		r.fill(m, now)
	}
}

// fill assigns the slots of one subscriber.
func (r *Router) fill(p *Peer, now time.Time) {
	var audio, video []*slot
	for _, s := range *p.slots.Load() {
		if s.audio {
			audio = append(audio, s)
		} else {
			video = append(video, s)
		}
	}
	changed := r.apply(p, audio, r.voices(p, audio, now), nil, now)
	wants, heights := r.pictures(p)
	if r.apply(p, video, wants, heights, now) || changed {
		p.events.slotsChanged()
	}
}

func (r *Router) apply(p *Peer, slots []*slot, wants []*source, heights map[*source]int, now time.Time) (changed bool) {
	for i, src := range allocation.Assign(assigned(slots), wants) {
		if slots[i].assign(src, heights[src], now.Sub(r.engine.began)) {
			changed = true
		}
	}
	return changed
}

func assigned(slots []*slot) []*source {
	current := make([]*source, len(slots))
	for i, s := range slots {
		s.mu.Lock()
		current[i] = s.src
		s.mu.Unlock()
	}
	return current
}

// voices are the audio sources that a subscriber hears: everybody, or the loudest if there are too few slots.
func (r *Router) voices(p *Peer, slots []*slot, now time.Time) []*source {
	var ids []PeerID
	byID := make(map[PeerID]*source)
	for _, m := range r.members {
		if s := m.source(Audio); s != nil && m != p {
			ids = append(ids, m.options.ID)
			byID[m.options.ID] = s
		}
	}
	if len(ids) > len(slots) {
		var heard []PeerID
		for _, s := range assigned(slots) {
			if s != nil {
				heard = append(heard, s.peer.options.ID)
			}
		}
		ids = r.ranker.Choose(now, ids, heard, len(slots))
	}
	voices := make([]*source, len(ids))
	for i, id := range ids {
		voices[i] = byID[id]
	}
	return voices
}

// pictures are the video sources that a subscriber wants, most important first, and how large.
func (r *Router) pictures(p *Peer) (wants []*source, heights map[*source]int) {
	heights = make(map[*source]int)
	if view := p.view.Load(); view != nil {
		for _, tile := range *view {
			if s := r.find(tile.Source, tile.Kind); s != nil && s.peer != p && tile.Kind != Audio {
				if _, twice := heights[s]; !twice {
					wants = append(wants, s)
				}
				heights[s] = max(heights[s], tile.Height)
			}
		}
		return wants, heights
	}
	for _, kind := range []Kind{Screen, Video} {
		for _, m := range r.members {
			if s := m.source(kind); s != nil && m != p {
				wants = append(wants, s)
				heights[s] = defaultHeight(kind)
			}
		}
	}
	return wants, heights
}

// defaultHeight is used until the first SetView: small pictures, but a screen that can be read.
func defaultHeight(kind Kind) int {
	if kind == Screen {
		return 1080
	}
	return 1
}

func (r *Router) find(id PeerID, kind Kind) *source {
	for _, m := range r.members {
		if m.options.ID == id {
			return m.source(kind)
		}
	}
	return nil
}

func (p *Peer) source(kind Kind) *source {
	for _, s := range *p.sources.Load() {
		if s.kind == kind {
			return s
		}
	}
	return nil
}
