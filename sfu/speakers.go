package sfu

import (
	"time"

	"vesper/sfu/internal/speech"
)

// listenEvery is how often levels are looked at, and the most often that speakers are told.
const listenEvery = 200 * time.Millisecond

// Speaker is one who speaks now. Level is in -dBov (RFC 6464): 0 is loudest, 127 is silence.
type Speaker struct {
	Peer  PeerID
	Level uint8
}

// OnSpeakers sets what is told who speaks, loudest first; an empty list says that nobody does. It is
// called on the router's goroutine, at most five times a second and only when order or a level (in steps
// of 8 dB) changed. It must not call Close of this router or wait for somebody who does. Levels are taken
// from the header extension alone; the voice bit is not trusted.
func (r *Router) OnSpeakers(f func([]Speaker)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onSpeakers = f
	r.told = nil
}

// listen is the router's goroutine.
func (r *Router) listen() {
	defer close(r.done)
	ticker := time.NewTicker(listenEvery)
	defer ticker.Stop()
	for {
		select {
		case <-r.stop:
			return
		case now := <-ticker.C:
			r.step(now)
		}
	}
}

// step ranks the voices, lets subscribers with too few audio slots hear who speaks, and tells.
func (r *Router) step(now time.Time) {
	defer func() {
		if value := recover(); value != nil {
			r.engine.panicked("", value)
		}
	}()
	r.mu.Lock()
	var samples []speech.Sample[PeerID]
	for _, m := range r.members {
		if s := m.source(Audio); s != nil {
			samples = append(samples, speech.Sample[PeerID]{ID: m.options.ID, Level: s.takeLevel()})
		}
	}
	voices := r.ranker.Step(now, samples)
	for _, m := range r.members {
		if crowded(m, len(samples)) {
			r.fill(m, now)
		}
	}
	speakers := make([]Speaker, len(voices))
	for i, v := range voices {
		speakers[i] = Speaker{v.ID, v.Level}
	}
	tell := r.onSpeakers
	if tell == nil || same(speakers, r.told) {
		r.mu.Unlock()
		return
	}
	r.told = speakers
	r.mu.Unlock()
	tell(speakers)
}

// crowded says whether a subscriber has fewer audio slots than there are other voices.
func crowded(p *Peer, voices int) bool {
	slots := 0
	for _, s := range *p.slots.Load() {
		if s.audio {
			slots++
		}
	}
	if p.source(Audio) != nil {
		voices--
	}
	return slots > 0 && slots < voices
}

func same(a, b []Speaker) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Peer != b[i].Peer || a[i].Level/8 != b[i].Level/8 {
			return false
		}
	}
	return true
}
