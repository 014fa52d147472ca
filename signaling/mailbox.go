package signaling

import "sync"

// mailbox runs functions one after another in its own goroutine. put never
// blocks, so it may be called from a room's or an engine's goroutine. What is
// put is rare (a connection's facts), so the queue has no bound of its own.
type mailbox struct {
	recovered func(any)
	done      chan struct{}

	mu     sync.Mutex
	cond   *sync.Cond
	queue  []func()
	closed bool
}

func newMailbox(recovered func(any)) *mailbox {
	m := &mailbox{recovered: recovered, done: make(chan struct{})}
	m.cond = sync.NewCond(&m.mu)
	go m.run()
	return m
}

// put queues f; after close it is dropped.
func (m *mailbox) put(f func()) {
	m.mu.Lock()
	if !m.closed {
		m.queue = append(m.queue, f)
	}
	m.mu.Unlock()
	m.cond.Signal()
}

func (m *mailbox) run() {
	defer close(m.done)
	for {
		m.mu.Lock()
		for len(m.queue) == 0 && !m.closed {
			m.cond.Wait()
		}
		queue := m.queue
		m.queue = nil
		m.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, f := range queue {
			m.guard(f)
		}
	}
}

func (m *mailbox) guard(f func()) {
	defer func() {
		if value := recover(); value != nil {
			m.recovered(value)
		}
	}()
	f()
}

// close runs what is queued and ends the goroutine.
func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.cond.Signal()
	<-m.done
}
