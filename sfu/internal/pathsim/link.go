package pathsim

import "time"

// Step is a capacity from a time on, in bit/s.
type Step struct {
	At   time.Duration
	Rate float64
}

// Packet is what travels.
type Packet struct {
	Seq  uint32
	Kind Kind
	Size int // bytes, with all headers
	Sent time.Duration

	Wait time.Duration // spent in the queue of the link, without its own transmission
	Ack  []byte        // a report on the way back
}

// Link is a bottleneck: packets leave one after the other at the capacity of the moment; what doesn't fit
// into the queue is dropped at its tail.
type Link struct {
	Capacity []Step        // in order of time, the first at 0
	Queue    time.Duration // what a full queue takes to leave at the capacity of the moment

	sim     *Sim
	fifo    []queued
	backlog int // bytes
	busy    bool
}

type queued struct {
	packet  Packet
	since   time.Duration
	deliver func(Packet)
}

// NewLink makes a link of this capacity.
func NewLink(s *Sim, queue time.Duration, capacity ...Step) *Link {
	return &Link{sim: s, Queue: queue, Capacity: capacity}
}

// Rate is the capacity at a time.
func (l *Link) Rate(at time.Duration) float64 {
	rate := l.Capacity[0].Rate
	for _, step := range l.Capacity {
		if step.At <= at {
			rate = step.Rate
		}
	}
	return rate
}

// Backlog is the delay of a packet that would arrive now.
func (l *Link) Backlog() time.Duration {
	return seconds(float64(l.backlog*8) / l.Rate(l.sim.now))
}

// Send puts a packet into the queue. It reports false if it was dropped.
func (l *Link) Send(p Packet, deliver func(Packet)) bool {
	room := int(l.Rate(l.sim.now) * l.Queue.Seconds() / 8)
	if l.backlog+p.Size > max(room, 2*1500) {
		return false
	}
	l.backlog += p.Size
	l.fifo = append(l.fifo, queued{p, l.sim.now, deliver})
	if !l.busy {
		l.serve()
	}
	return true
}

func (l *Link) serve() {
	if len(l.fifo) == 0 {
		l.busy = false
		return
	}
	l.busy = true
	next := l.fifo[0]
	l.fifo[0] = queued{}
	l.fifo = l.fifo[1:]
	next.packet.Wait = l.sim.now - next.since
	took := seconds(float64(next.packet.Size*8) / l.Rate(l.sim.now))
	l.sim.After(took, func() {
		l.backlog -= next.packet.Size
		next.deliver(next.packet)
		l.serve()
	})
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
