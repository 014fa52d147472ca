// Package desk does the errands of the clock: it plans the sessions of every
// series ahead, and opens each room when its door opens, so that a session to
// which nobody came has its record too. A room closes itself.
//
// It knows its stores by its own interfaces. One goroutine, ended by Close.
package desk

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// Calendar is what the desk needs of the records.
type Calendar interface {
	// Series are all series of all clinics.
	Series(ctx context.Context) ([]schedule.Series, error)
	// Plan keeps the sessions of a series that start in [from, to), and brings
	// those that were planned before into line with it, as it is kept by then;
	// repeating it changes nothing.
	Plan(ctx context.Context, series schedule.Series, from, to time.Time) error
	// Due are the sessions whose door opens before t and that have not ended.
	Due(ctx context.Context, t time.Time) ([]rooms.SessionID, error)
}

// Options of a Desk. Calendar and Open must be set.
type Options struct {
	Calendar Calendar
	// Open opens a room on this node, or does nothing if it is open.
	Open  func(context.Context, rooms.SessionID) error
	Ahead time.Duration // how far sessions are planned; 0: 60 days
	Every time.Duration // between rounds; 0: 15 s
	// Errands are done at the end of each round, in order.
	Errands []Errand
	Clock   rooms.Clock
	Logger  *slog.Logger
}

// Errand is something else to do in each round. It must be quick: what waits
// for others belongs to the Post.
type Errand func(ctx context.Context, now time.Time) error

// Desk makes its rounds until Close.
type Desk struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	wake    chan struct{}
	wg      sync.WaitGroup
	round   sync.Mutex // held for a round
}

// Start begins the rounds.
func Start(o Options) *Desk {
	if o.Ahead == 0 {
		o.Ahead = 60 * 24 * time.Hour
	}
	if o.Every == 0 {
		o.Every = 15 * time.Second
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Desk{options: o, wake: make(chan struct{}, 1)}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.wg.Add(1)
	go d.run()
	return d
}

// Wake asks for a round now, after a change of the schedule.
func (d *Desk) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *Desk) run() {
	defer d.wg.Done()
	for d.ctx.Err() == nil {
		if err := d.Round(d.ctx); err != nil && d.ctx.Err() == nil {
			d.options.Logger.Error("errands left undone, next round in a moment", "error", err)
		}
		due := make(chan struct{})
		timer := d.options.Clock.AfterFunc(d.options.Every, func() { close(due) })
		select {
		case <-due:
		case <-d.wake:
		case <-d.ctx.Done():
		}
		timer.Stop()
	}
}

// Round does what is due: it plans ahead, then opens rooms, then does the
// errands. What fails does not keep the others from their turn.
func (d *Desk) Round(ctx context.Context) error {
	d.round.Lock()
	defer d.round.Unlock()
	now := d.options.Clock.Now()
	failed := []error{d.plan(ctx, now), d.open(ctx, now)}
	for _, errand := range d.options.Errands {
		failed = append(failed, errand(ctx, now))
	}
	return errors.Join(failed...)
}

func (d *Desk) plan(ctx context.Context, now time.Time) error {
	all, err := d.options.Calendar.Series(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, series := range all {
		failed = append(failed, d.options.Calendar.Plan(ctx, series, now.Add(-schedule.MaxDuration), now.Add(d.options.Ahead)))
	}
	return errors.Join(failed...)
}

func (d *Desk) open(ctx context.Context, now time.Time) error {
	due, err := d.options.Calendar.Due(ctx, now)
	if err != nil {
		return err
	}
	var failed []error
	for _, session := range due {
		if err := d.options.Open(ctx, session); !errors.Is(err, rooms.ErrSealed) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Between does something between two rounds.
func (d *Desk) Between(f func() error) error {
	d.round.Lock()
	defer d.round.Unlock()
	return f()
}

// Close ends the rounds and waits.
func (d *Desk) Close() {
	d.cancel()
	d.wg.Wait()
}
