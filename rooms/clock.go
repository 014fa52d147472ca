package rooms

import "time"

// Clock is what a shell reads time from. Every shell's Options carry one, so
// that one accelerated clock can drive a whole server over real sockets.
type Clock interface {
	// Now is the wall clock, UTC. It may step.
	Now() time.Time
	// Mono is the time since a fixed point of this process. It never steps.
	Mono() time.Duration
	// AfterFunc runs f in its own goroutine after d of monotonic time.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending AfterFunc. Stop reports whether it kept f from running.
type Timer interface{ Stop() bool }

// SystemClock is the machine's own clock.
var SystemClock Clock = systemClock{start: time.Now()}

type systemClock struct{ start time.Time }

func (systemClock) Now() time.Time        { return time.Now().UTC().Round(0) }
func (c systemClock) Mono() time.Duration { return time.Since(c.start) }
func (systemClock) AfterFunc(d time.Duration, f func()) Timer {
	return time.AfterFunc(d, f)
}
