package auth

import (
	"errors"
	"sync"
	"time"

	"vesper/rooms"
)

// Options of an Authority. Keys and Store are needed.
type Options struct {
	Keys  *Keys
	Store Store
	// Clock is rooms.SystemClock by default.
	Clock rooms.Clock
	// Issuer is the "iss" of every token: the server's own address.
	// By default "vesper".
	Issuer string
	// Idle ends a sign-in to the console that nobody uses; 0: IdleAfter.
	Idle time.Duration
	// Present says whether a person is in a running session just now: nobody
	// is signed out there. nil: nobody is.
	Present func(rooms.ClinicID, rooms.PersonID) bool
}

// Authority issues and verifies. Its methods may be called from any
// goroutine.
type Authority struct {
	keys    *Keys
	store   Store
	clock   rooms.Clock
	issuer  string
	anchor  time.Time // the wall clock at Mono 0
	idle    time.Duration
	present func(rooms.ClinicID, rooms.PersonID) bool
	offers  Pending[offer]

	mu   sync.Mutex
	seen map[string]seen // guarded by mu; sign-ins by token id
}

// New makes an Authority.
func New(options Options) (*Authority, error) {
	if options.Keys == nil || options.Store == nil {
		return nil, errors.New("auth: Keys and Store are needed")
	}
	a := &Authority{keys: options.Keys, store: options.Store, clock: options.Clock, issuer: options.Issuer,
		idle: options.Idle, present: options.Present, seen: map[string]seen{}}
	if a.idle == 0 {
		a.idle = IdleAfter
	}
	if a.clock == nil {
		a.clock = rooms.SystemClock
	}
	if a.issuer == "" {
		a.issuer = "vesper"
	}
	a.anchor = a.clock.Now().Add(-a.clock.Mono())
	return a, nil
}

// anchored is the time by the wall clock of the start and the monotonic clock
// since. A running session is judged by it, so that a wall clock that steps
// logs nobody out.
func (a *Authority) anchored() time.Time { return a.anchor.Add(a.clock.Mono()) }
