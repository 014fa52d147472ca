// Package speech ranks who is speaking from audio levels (RFC 6464: 0 is loudest, 127 is silence).
// Time comes in as a value; nothing is started. Not safe for concurrent use.
package speech

import (
	"slices"
	"time"
)

const (
	threshold = 55                     // -dBov: below this loudness nobody speaks
	onset     = 2                      // steps in a row above the threshold to count as speech: a cough is not
	hangover  = 800 * time.Millisecond // a pause between words is still speech
	quiet     = 127
)

// Sample is the loudest level of one voice since the last step.
type Sample[ID comparable] struct {
	ID    ID
	Level uint8 // -dBov; 127 if there was no packet
}

// Voice is one who speaks, with a smoothed level.
type Voice[ID comparable] struct {
	ID    ID
	Level uint8
}

// Ranker follows the voices of one room.
type Ranker[ID comparable] struct {
	voices map[ID]*voice
}

type voice struct {
	level   float64
	above   int
	last    time.Time // last speech
	since   time.Time // beginning of the current or last speech
	touched bool
}

// Step takes one sample of every voice present and returns who speaks, loudest first. A voice that is
// not among the samples is forgotten. It is meant to be called about five times a second.
func (r *Ranker[ID]) Step(now time.Time, samples []Sample[ID]) []Voice[ID] {
	if r.voices == nil {
		r.voices = make(map[ID]*voice)
	}
	for _, v := range r.voices {
		v.touched = false
	}
	var speaking []Voice[ID]
	for _, s := range samples {
		v := r.voices[s.ID]
		if v == nil {
			v = &voice{level: quiet}
			r.voices[s.ID] = v
		}
		v.touched = true
		v.level += (float64(s.Level) - v.level) * 0.5
		if s.Level <= threshold {
			v.above++
		} else {
			v.above = 0
		}
		if v.above >= onset {
			if now.Sub(v.last) > hangover {
				v.since = now
			}
			v.last = now
		}
		if !v.last.IsZero() && now.Sub(v.last) <= hangover {
			speaking = append(speaking, Voice[ID]{s.ID, uint8(v.level + 0.5)})
		}
	}
	for id, v := range r.voices {
		if !v.touched {
			delete(r.voices, id)
		}
	}
	slices.SortStableFunc(speaking, func(a, b Voice[ID]) int { return int(a.Level) - int(b.Level) })
	return speaking
}

// Choose picks up to n of ids to be heard when there are more voices than places. Whoever is heard now
// stays unless somebody speaks who is not heard; that one replaces the one silent for longest. So a
// voice never drops out because another is louder for a moment. heard is what was chosen last time.
func (r *Ranker[ID]) Choose(now time.Time, ids, heard []ID, n int) []ID {
	if len(ids) <= n {
		return slices.Clone(ids)
	}
	order := slices.Clone(ids)
	slices.SortStableFunc(order, func(a, b ID) int {
		ra, rb := r.rank(now, a, heard), r.rank(now, b, heard)
		if c := rb.class - ra.class; c != 0 {
			return c
		}
		return rb.last.Compare(ra.last)
	})
	return order[:n]
}

type rank struct {
	class int       // 3 speaks and is heard, 2 speaks, 1 is heard, 0 neither
	last  time.Time // last speech
}

func (r *Ranker[ID]) rank(now time.Time, id ID, heard []ID) rank {
	var k rank
	if v := r.voices[id]; v != nil && !v.last.IsZero() {
		k.last = v.last
		if now.Sub(v.last) <= hangover {
			k.class = 2
		}
	}
	if slices.Contains(heard, id) {
		k.class++
	}
	return k
}
