package auth

import (
	"sync"
	"time"
)

// maxPending bounds what strangers can have us remember.
const maxPending = 10_000

// Pending keeps what was begun and waits to be finished: a challenge, a state
// of OpenID Connect, a choice of clinics. Each is taken once, before it runs
// out. It lives in memory: a restart asks people to begin again. The zero
// value is ready, and methods may be called from any goroutine.
type Pending[T any] struct {
	mu    sync.Mutex
	items map[string]waiting[T] // guarded by mu, as are the rest
}

type waiting[T any] struct {
	value T
	until time.Time
}

// Put keeps a value until a time. It returns false if too much waits already.
func (p *Pending[T]) Put(key string, value T, now, until time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.items == nil {
		p.items = map[string]waiting[T]{}
	}
	if len(p.items) >= maxPending {
		for k, w := range p.items {
			if !now.Before(w.until) {
				delete(p.items, k)
			}
		}
		if len(p.items) >= maxPending {
			return false
		}
	}
	p.items[key] = waiting[T]{value, until}
	return true
}

// Take hands a value over, once.
func (p *Pending[T]) Take(key string, now time.Time) (T, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.items[key]
	delete(p.items, key)
	if !ok || !now.Before(w.until) {
		var none T
		return none, false
	}
	return w.value, true
}

// Peek shows a value without taking it.
func (p *Pending[T]) Peek(key string, now time.Time) (T, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.items[key]
	if !ok || !now.Before(w.until) {
		var none T
		return none, false
	}
	return w.value, true
}
