package rooms

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Stage applies a room's decisions to the media. The room calls it from its
// own goroutine, in order; it can't be dropped as a slow watcher can, and it
// must not call back into the room.
type Stage interface {
	// Allow sets what everybody's media may do; whoever is not listed may do
	// nothing. When it returns, it is so.
	Allow(Permits)
	// Proofs says how long ago each connected person's last authenticated
	// packet came. It may be called from any goroutine.
	Proofs() map[PersonID]time.Duration
	// Close ends the media of the room.
	Close()
}

// Watcher is told of every change, on the room's goroutine: it must not block.
// A nil view says that the room was given up by this node.
type Watcher func(*View)

// Room is the shell of one State: one goroutine owns it, everybody else hands
// it a function and waits.
type Room struct {
	// Set at creation.
	clock   Clock
	journal Journal
	stage   Stage
	save    func(Snapshot)
	log     *slog.Logger
	epoch   uint64
	anchor  time.Time
	mono    time.Duration
	session SessionID
	work    chan func()
	stop    chan struct{}
	done    chan struct{}

	// Owned by the loop.
	state    *State
	permits  Permits
	pending  []Event // not yet in the journal
	watchers map[int]Watcher
	nextID   int
	timer    Timer
	stepped  time.Duration // how far the wall clock is known to be off
	view     *View
	closed   bool
}

// ErrGone is returned by the methods of a room that this node has closed or
// given up.
var ErrGone = errors.New("the room is not open on this node")

type roomOptions struct {
	clock   Clock
	journal Journal
	stage   Stage
	save    func(Snapshot)
	log     *slog.Logger
	node    NodeID
	limits  Limits
}

// openRoom takes over a room and starts its goroutine.
func openRoom(tenure Tenure, o roomOptions) *Room {
	r := &Room{
		clock: o.clock, journal: o.journal, stage: o.stage, save: o.save, log: o.log,
		epoch: tenure.Epoch, session: tenure.Plan.Session,
		anchor: o.clock.Now().UTC().Truncate(time.Millisecond), mono: o.clock.Mono(),
		work: make(chan func()), stop: make(chan struct{}), done: make(chan struct{}),
		state: Replay(tenure.Plan, tenure.Roster, o.limits, tenure.Journal), watchers: map[int]Watcher{}, permits: Permits{},
	}
	// A clock that was set back between two lives must not run time backwards.
	if r.state.LatestFact.After(r.anchor) {
		r.anchor = r.state.LatestFact
		r.stepped = r.anchor.Sub(o.clock.Now())
	}
	r.state.Own(tenure.Epoch, o.node)
	r.view = r.state.View()
	go r.run(Takeover{Beat: tenure.Beat})
	return r
}

func (r *Room) run(first Command) {
	defer close(r.done)
	r.doApply(first)
	if r.state.Ended && !r.closed { // in an earlier life, which left it without a seal
		r.doEnd()
	}
	for {
		select {
		case f := <-r.work:
			f()
		case <-r.stop:
			r.doStop()
			return
		}
	}
}

// Session is the session that the room is the live state of.
func (r *Room) Session() SessionID { return r.session }

// Do carries out a command and returns when its effects are: what restricts
// has reached the media, what permits has been journalled before. The error
// is a *Refusal, ErrGone or the context's. It may be called from any
// goroutine but the stage's and the watchers'.
func (r *Room) Do(ctx context.Context, command Command) error {
	return r.onLoop(ctx, func() error { return r.doApply(command) })
}

// Report is Do for facts about the past, dated by their age.
func (r *Room) Report(ctx context.Context, age time.Duration, fact func(since time.Time) Command) error {
	return r.onLoop(ctx, func() error {
		return r.doApply(fact(r.now().At.Add(-age).Truncate(time.Millisecond)))
	})
}

// Watch calls w with the present view and then with every change, until the
// returned function is called.
func (r *Room) Watch(ctx context.Context, w Watcher) (cancel func(), err error) {
	var id int
	err = r.onLoop(ctx, func() error {
		r.nextID++
		id = r.nextID
		r.watchers[id] = w
		w(r.view)
		return nil
	})
	return func() {
		_ = r.onLoop(context.Background(), func() error { delete(r.watchers, id); return nil })
	}, err
}

// View is the room as it is now.
func (r *Room) View(ctx context.Context) (v *View, err error) {
	err = r.onLoop(ctx, func() error { v = r.view; return nil })
	return v, err
}

func (r *Room) onLoop(ctx context.Context, f func() error) error {
	result := make(chan error, 1)
	select {
	case r.work <- func() { result <- f() }:
	case <-r.stop:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the anchored time: it never steps.
func (r *Room) now() Instant {
	mono := r.clock.Mono() - r.mono
	return Instant{At: r.anchor.Add(mono).Truncate(time.Millisecond), Mono: mono}
}

// doApply lets the state decide and carries the effects out in their order:
// restrictions to the media, the journal, permissions to the media, watchers,
// snapshot.
func (r *Room) doApply(command Command) error {
	if r.closed {
		return ErrGone
	}
	version := r.state.Version
	events, err := r.state.Apply(r.now(), command)
	r.doTimer()
	if r.state.Version == version {
		return err
	}
	wanted := r.state.Permits()
	r.stage.Allow(r.permits.Both(wanted))
	if fenced := r.doJournal(events); fenced {
		return ErrGone
	}
	r.stage.Allow(wanted)
	r.permits = wanted
	r.doTell()
	if r.state.Ended {
		r.doEnd()
	}
	return err
}

// doJournal appends durably. When the records can't be written care goes on:
// the events wait and are written with the next ones.
func (r *Room) doJournal(events []Event) (fenced bool) {
	r.pending = append(r.pending, events...)
	if len(r.pending) == 0 {
		return false
	}
	err := r.journal.Append(context.Background(), r.session, r.epoch, r.pending)
	switch {
	case err == nil:
		r.pending = nil
	case errors.Is(err, ErrFenced), errors.Is(err, ErrSealed):
		r.log.Warn("room taken over elsewhere", "session", r.session, "epoch", r.epoch)
		r.doGiveUp()
		return true
	default:
		r.log.Error("journal not written, will be tried again", "session", r.session, "waiting", len(r.pending), "error", err)
	}
	return false
}

func (r *Room) doTell() {
	r.view = r.state.View()
	r.view.Degraded = len(r.pending) > 0
	for _, w := range r.watchers {
		w(r.view)
	}
	if data, err := r.state.Snapshot(); err == nil {
		r.save(Snapshot{Session: r.session, Epoch: r.epoch, Version: r.state.Version, Data: data})
	}
}

func (r *Room) doEnd() {
	if len(r.pending) > 0 {
		r.doGiveUp() // the next owner finds the session without an end, and ends it
		return
	}
	if err := r.journal.Seal(context.Background(), r.session, r.epoch); err != nil {
		r.log.Error("session not sealed", "session", r.session, "error", err)
	}
	r.doGiveUp()
}

// doTimer sets the one timer to what is due next.
func (r *Room) doTimer() {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	next := r.state.Next()
	if next.IsZero() {
		return
	}
	wait := max(next.Sub(r.now().At), time.Millisecond)
	r.timer = r.clock.AfterFunc(wait, func() { _ = r.Do(context.Background(), Tick{}) })
}

// doBeat checks the wall clock and retries what could not be journalled.
func (r *Room) doBeat() {
	off := r.now().At.Sub(r.clock.Now())
	if by := r.stepped - off; by > 2*time.Second || by < -2*time.Second {
		r.stepped = off
		_ = r.doApply(ClockStep{By: by})
	}
	if len(r.pending) > 0 && !r.doJournal(nil) && len(r.pending) == 0 {
		r.doTell()
	}
}

// beat returns the proofs of everybody connected, as anchored times.
func (r *Room) beat(ctx context.Context) (b Beat, err error) {
	err = r.onLoop(ctx, func() error {
		r.doBeat()
		if r.closed {
			return ErrGone
		}
		now := r.now().At
		b = Beat{Session: r.session, Epoch: r.epoch, At: now, Proof: map[PersonID]time.Time{}}
		for person, age := range r.stage.Proofs() {
			b.Proof[person] = now.Add(-age).Truncate(time.Millisecond)
		}
		return nil
	})
	return b, err
}

// doGiveUp ends the room on this node: no packet crosses it, nobody watches.
func (r *Room) doGiveUp() {
	if r.closed {
		return
	}
	r.closed = true
	if r.timer != nil {
		r.timer.Stop()
	}
	r.stage.Allow(Permits{})
	if !r.state.Ended {
		for _, w := range r.watchers {
			w(nil)
		}
	}
	r.watchers = map[int]Watcher{}
}

func (r *Room) doStop() {
	r.doGiveUp()
	r.stage.Close()
}

// close ends the goroutine and waits for it.
func (r *Room) close() {
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
	<-r.done
}
