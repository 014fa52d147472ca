package sfu

import (
	"errors"
	"sync"
	"time"
)

// maxEvents is how many callbacks may wait. A caller that lets more pile up loses the peer.
const maxEvents = 256

// notifier calls a peer's callbacks in order on one goroutine, which the engine waits for.
type notifier struct {
	peer *Peer
	wake chan struct{}

	mu     sync.Mutex
	queue  []func(*PeerOptions)
	slots  bool // a snapshot of the slots is due
	closed bool
}

func newNotifier(p *Peer) *notifier {
	n := &notifier{peer: p, wake: make(chan struct{}, 1)}
	p.engine.notifiers.Go(n.run)
	return n
}

func (n *notifier) push(f func(*PeerOptions)) {
	n.mu.Lock()
	full := len(n.queue) >= maxEvents
	if !n.closed && !full {
		n.queue = append(n.queue, f)
	}
	n.mu.Unlock()
	n.poke()
	if full {
		n.peer.fail(errors.New("callbacks do not return"))
	}
}

func (n *notifier) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notifier) connected(at time.Time) {
	n.push(func(o *PeerOptions) {
		if o.OnConnected != nil {
			o.OnConnected(at)
		}
	})
}

func (n *notifier) silent(last time.Time) {
	n.push(func(o *PeerOptions) {
		if o.OnSilent != nil {
			o.OnSilent(last)
		}
	})
}

func (n *notifier) published(kind Kind, active bool) {
	n.push(func(o *PeerOptions) {
		if o.OnPublish != nil {
			o.OnPublish(kind, active)
		}
	})
}

// failed goes past a full queue.
func (n *notifier) failed(err error) {
	n.mu.Lock()
	if !n.closed {
		n.queue = append(n.queue, func(o *PeerOptions) {
			if o.OnFailed != nil {
				o.OnFailed(err)
			}
		})
	}
	n.mu.Unlock()
	n.poke()
}

func (n *notifier) slotsChanged() {
	n.mu.Lock()
	n.slots = true
	n.mu.Unlock()
	n.poke()
}

// close lets what is queued be called and ends the goroutine. It does not wait.
func (n *notifier) close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.poke()
}

func (n *notifier) run() {
	for range n.wake {
		for {
			f, more := n.next()
			if f != nil {
				n.call(f)
			}
			if !more {
				return
			}
			if f == nil {
				break
			}
		}
	}
}

// next takes the oldest event, or a snapshot if one is due. more is false when the notifier has ended.
func (n *notifier) next() (f func(*PeerOptions), more bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.slots && !n.closed {
		n.slots = false
		return func(o *PeerOptions) {
			if o.OnSlots != nil {
				o.OnSlots(n.peer.slotStates())
			}
		}, true
	}
	if len(n.queue) > 0 {
		f = n.queue[0]
		n.queue = n.queue[1:]
		return f, true
	}
	return nil, !n.closed
}

func (n *notifier) call(f func(*PeerOptions)) {
	defer n.peer.guard()
	f(&n.peer.options)
}
