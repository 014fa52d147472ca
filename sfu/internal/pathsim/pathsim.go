// Package pathsim is a network path in virtual time: a bottleneck with a tail-drop queue and a capacity
// that changes, propagation, jitter and loss, and the flows that share it: media under a congestion
// controller, and TCP. Everything runs in one goroutine as fast as it can and is the same for the same
// seed.
//
// It is for tests and figures; nothing of the server imports it. It leaves out what the cases of RFC 8867
// don't need: active queue management, ECN, radio links with retransmission of their own.
package pathsim

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// Sim is the clock and what is to happen. Not safe for concurrent use.
type Sim struct {
	Rand *rand.Rand

	now    time.Duration
	events events
	count  uint64
}

// New begins at time 0.
func New(seed uint64) *Sim {
	return &Sim{Rand: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// Now is the time since the beginning.
func (s *Sim) Now() time.Duration { return s.now }

// At runs do at that time, or now if it is past. Events of the same time run in the order they were given.
func (s *Sim) At(at time.Duration, do func()) {
	s.count++
	heap.Push(&s.events, event{at: max(at, s.now), order: s.count, do: do})
}

// After runs do after d.
func (s *Sim) After(d time.Duration, do func()) { s.At(s.now+d, do) }

// Every runs do at from and then again and again, until it returns false.
func (s *Sim) Every(from, interval time.Duration, do func() bool) {
	s.At(from, func() {
		if do() {
			s.Every(s.now+interval, interval, do)
		}
	})
}

// Run lets time pass until then.
func (s *Sim) Run(until time.Duration) {
	for len(s.events) > 0 && s.events[0].at <= until {
		e := heap.Pop(&s.events).(event)
		s.now = e.at
		e.do()
	}
	s.now = until
}

type event struct {
	at    time.Duration
	order uint64
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return last
}
