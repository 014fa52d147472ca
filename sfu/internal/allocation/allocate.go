package allocation

import (
	"math"
	"slices"
	"time"
)

// Priority is the order in which slots get better layers. Lower is first.
type Priority uint8

// The priorities of video. Audio comes before all of them and is not chosen here.
const (
	Share Priority = iota
	Speaker
	Gallery
	priorities
)

// Slot is what an allocator needs to know about one video slot.
type Slot struct {
	Priority Priority
	Height   int           // of the tile in pixels; 0 or less: nobody looks
	Bitrate  [Layers]int64 // bit/s of each layer with headers, smoothed over a second or so; 0: not being sent
}

// Reason says why a slot has no better layer.
type Reason uint8

// The reasons.
const (
	Best      Reason = iota // it has the one made for its size, or the nearest that is sent
	Hidden                  // nobody looks
	Silent                  // nothing is being sent
	Bandwidth               // the estimate has no room for the better one, or for every
)

// Choice is the layer a slot shall have.
type Choice struct {
	Layer  int // None: paused
	Reason Reason
}

const (
	margin    = 1.15 // of the sum, for anything better than now
	firstHold = 2 * time.Second
	maxHold   = 16 * time.Second
	muchMore  = 1.6 // times what failed is another path
	halfLife  = 10 * time.Second
	trial     = 20 * time.Second       // what is lost again within it was too early
	steady    = 300 * time.Millisecond // that room for something better must have lasted
)

// Allocator divides an estimate among the slots of one receiver. Audio is never touched: video is paused
// before it would starve. What no longer fits goes at once; what is better waits until it has fitted with
// a margin for a while, longer if that was tried in vain. Use the zero value. Not safe for concurrent use.
type Allocator struct {
	current []state
	was     bool // something had to go before
	lowered time.Duration
	raised  time.Duration
	hold    time.Duration
	failed  int64 // bit/s of video that didn't fit when something had to go
	waiting bool  // there is room for something better
	since   time.Duration

	keep, want []int // working space
}

// steps are those that may be taken beyond what is.
type steps uint8

const (
	none  steps = iota
	first       // the lowest layer of what has none: there is room for the small where the large went
	every
)

type state struct {
	layer int
	known bool
}

// Allocate chooses the layers for an estimate in bit/s of which audio takes its part. It writes the choice
// of each slot into choices, which is as long as slots, and returns the bitrate that would be wanted for
// every slot to have its best layer, audio and margin included. Slots are known by their place.
func (a *Allocator) Allocate(now time.Duration, estimate, audio int64, slots []Slot, choices []Choice) (wanted int64) {
	for len(a.current) < len(slots) {
		a.current = append(a.current, state{layer: None})
	}
	a.current = a.current[:len(slots)]
	room := estimate - audio
	a.keep = a.fill(a.keep[:0], room, slots, none)
	a.want = a.fill(a.want[:0], room, slots, every)
	next := a.choose(now, room, slots)
	wanted = audio
	for i, s := range slots {
		ideal := Layer(s.Height, s.sent())
		a.current[i] = state{next[i], ideal != None} // who is shown again is new
		if ideal != None {
			wanted += s.Bitrate[ideal]
		}
		choices[i] = Choice{next[i], s.reason(next[i], ideal)}
	}
	return int64(float64(wanted) * margin)
}

// Forget makes a slot new, because it has another source: its first layer doesn't wait.
func (a *Allocator) Forget(slot int) {
	if slot < len(a.current) {
		a.current[slot] = state{layer: None}
	}
}

// choose is between what can be kept and what would be better.
func (a *Allocator) choose(now time.Duration, room int64, slots []Slot) []int {
	if a.mustGo(slots) {
		switch {
		case a.was && a.raised > a.lowered && now-a.raised < trial:
			a.hold = min(2*a.hold, maxHold)
		case a.raised > a.lowered || !a.was:
			a.hold = max(firstHold, a.hold/2)
		}
		a.fail(now, a.sum(slots))
		a.was, a.lowered, a.waiting = true, now, false
		a.keep = a.fill(a.keep[:0], room, slots, first)
		return a.keep
	}
	if slices.Equal(a.keep, a.want) {
		a.waiting = false
		return a.keep
	}
	if !a.waiting {
		a.waiting, a.since = true, now
	}
	hold := a.hold
	if float64(room) > muchMore*float64(a.failed) {
		hold = firstHold // this is another path than the one it was too much for
	}
	if now-a.since < steady || a.was && now-a.lowered < hold {
		return a.keep
	}
	a.waiting, a.raised = false, now
	return a.want
}

// fail remembers what didn't fit, halved for each half-life since something greater didn't.
func (a *Allocator) fail(now time.Duration, sum int64) {
	older := float64(a.failed) * math.Exp2(-float64(now-a.lowered)/float64(halfLife))
	a.failed = max(sum, int64(older))
}

// sum is what the layers of now take.
func (a *Allocator) sum(slots []Slot) (sum int64) {
	for i, s := range slots {
		if a.current[i].layer != None {
			sum += s.Bitrate[a.current[i].layer]
		}
	}
	return sum
}

// mustGo says whether something can't be kept that is still wanted.
func (a *Allocator) mustGo(slots []Slot) bool {
	for i, s := range slots {
		if a.current[i].known && a.keep[i] < min(a.current[i].layer, Layer(s.Height, s.sent())) {
			return true
		}
	}
	return false
}

// fill goes from the least to the best of every slot: first the lowest layer of each, then one step after
// the other for the more important ones. What a slot has must fit; what is better must fit with a margin,
// and is only looked at if it is among what may come, or if the slot is new.
func (a *Allocator) fill(into []int, room int64, slots []Slot, come steps) []int {
	for range slots {
		into = append(into, None)
	}
	sum := int64(0)
	step := func(i, layer int) {
		s := slots[i]
		cost := s.Bitrate[layer]
		if into[i] != None {
			cost -= s.Bitrate[into[i]]
		}
		had := a.current[i].known && layer <= a.current[i].layer
		may := come == every || come == first && into[i] == None || !a.current[i].known
		switch {
		case had && sum+cost <= room, !had && may && float64(sum+cost)*margin <= float64(room):
			into[i] = layer
			sum += cost
		}
	}
	for p := range priorities {
		for i, s := range slots {
			if lowest := s.after(None); s.Priority == p && lowest != None {
				step(i, lowest)
			}
		}
	}
	for p := range priorities {
		for range Layers - 1 {
			for i, s := range slots {
				if s.Priority != p || into[i] == None {
					continue
				}
				if next := s.after(into[i]); next != None {
					step(i, next)
				}
			}
		}
	}
	return into
}

func (s *Slot) sent() (active [Layers]bool) {
	for i, b := range s.Bitrate {
		active[i] = b > 0
	}
	return active
}

// after is the next better layer that is sent and of use, None if there is none.
func (s *Slot) after(layer int) int {
	ideal := Layer(s.Height, s.sent())
	for i := layer + 1; i <= ideal; i++ {
		if s.Bitrate[i] > 0 {
			return i
		}
	}
	return None
}

func (s *Slot) reason(layer, ideal int) Reason {
	switch {
	case s.Height <= 0:
		return Hidden
	case ideal == None:
		return Silent
	case layer < ideal:
		return Bandwidth
	}
	return Best
}
