package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"vesper/cmd/vesper/demo/clips"
)

const (
	within      = time.Second      // everybody joins
	picturesFor = 20 * time.Second // until everybody must see everybody
	settleFor   = 3 * time.Second  // before the steady phase
	restFor     = 2 * time.Second  // of a server before its memory is looked at
	leaveFor    = 10 * time.Second
)

// room is one run: a server, its evening, and everybody in it.
type room struct {
	settings settings
	server   *server
	epoch    time.Time
	host     *host
	people   []*person
	loops    sync.WaitGroup
}

// measure does one run with a fresh server.
func measure(ctx context.Context, s settings) (run, error) {
	server, err := startServer(ctx, s.server)
	if err != nil {
		return run{}, err
	}
	defer server.stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e, err := plan(ctx, server, s.people)
	if err != nil {
		return run{}, fmt.Errorf("plan the evening: %w", err)
	}
	pause(ctx, restFor)
	empty, err := usageOf(server.pid())
	if err != nil {
		return run{}, err
	}
	r := &room{settings: s, server: server, epoch: time.Now()}
	defer r.close()
	defer cancel() // before close, which waits for what listens to ctx
	if err := r.fill(ctx, e); err != nil {
		return run{}, err
	}
	result, err := r.joined()
	if err != nil {
		return run{}, err
	}
	pause(ctx, settleFor)
	if err := r.watch(ctx, empty, &result); err != nil {
		return run{}, err
	}
	result.Negotiations = r.negotiations()
	return result, ctx.Err()
}

// fill brings the facilitator in, then everybody else within a second, and
// returns when each sees each.
func (r *room) fill(ctx context.Context, e evening) error {
	var err error
	if r.host, err = openDoor(ctx, e.facilitator, r.epoch); err != nil {
		return fmt.Errorf("facilitator: %w", err)
	}
	if err := r.host.client.WaitMedia(ctx); err != nil {
		return fmt.Errorf("facilitator: %w", err)
	}
	pause(ctx, 500*time.Millisecond)
	r.people = make([]*person, len(e.people))
	failed := make([]error, len(e.people))
	var joining sync.WaitGroup
	for i, link := range e.people {
		joining.Go(func() {
			pause(ctx, time.Duration(i)*within/time.Duration(len(e.people)))
			if failed[i] = r.enter(ctx, i, link); failed[i] != nil {
				failed[i] = fmt.Errorf("person %d: %w", i+1, failed[i])
			}
		})
	}
	joining.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	for deadline := time.Now().Add(picturesFor); r.missing() > 0; pause(ctx, 50*time.Millisecond) {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("%d of %d first pictures did not come within %v", r.missing(), r.pairs(), picturesFor)
		}
	}
	return ctx.Err()
}

// enter lets one person join and play.
func (r *room) enter(ctx context.Context, i int, link string) error {
	clip, err := clips.Load(i)
	if err != nil {
		return err
	}
	p, err := join(ctx, link, r.epoch, true, nil)
	if err != nil {
		return err
	}
	r.people[i] = p
	player := newPlayer(p.client, r.epoch, clip, i, len(r.people))
	r.loops.Go(func() { player.play(ctx) })
	return nil
}

func (r *room) pairs() int { return len(r.people) * (len(r.people) - 1) }

// missing counts the pairs in which one does not see the other yet.
func (r *room) missing() int {
	missing := r.pairs()
	for _, p := range r.people {
		missing -= len(p.pictures())
	}
	return missing
}

// watch measures a while in which nothing happens but the meeting.
func (r *room) watch(ctx context.Context, empty usage, result *run) error {
	everybody := append([]*person{r.host.person}, r.people...)
	repaired := repairs(everybody)
	for _, p := range everybody {
		p.ears.listen()
	}
	before, err := usageOf(r.server.pid())
	own := ownCPU()
	if err != nil {
		return err
	}
	pause(ctx, r.settings.steady)
	after, err := usageOf(r.server.pid())
	own = ownCPU() - own
	if err != nil {
		return err
	}
	for _, p := range everybody {
		p.ears.rest()
	}
	w := window{before: before, after: after, empty: empty, own: own, repaired: repairs(everybody) - repaired}
	for _, p := range everybody {
		packets, missing, delays := p.ears.heard()
		w.packets, w.missing, w.delays = w.packets+packets, w.missing+missing, append(w.delays, delays...)
	}
	w.people = len(everybody)
	return w.into(result)
}

func repairs(people []*person) (n uint64) {
	for _, p := range people {
		for _, r := range p.client.Stats().Received {
			n += r.Repaired
		}
	}
	return n
}

func (r *room) negotiations() bounds {
	counts := []int{r.host.client.Stats().Negotiations}
	for _, p := range r.people {
		counts = append(counts, p.client.Stats().Negotiations)
	}
	return boundsOf(counts)
}

// close lets everybody leave, and waits for them, but not for ever. The players
// have been told by then.
func (r *room) close() {
	r.loops.Wait()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		var leaving sync.WaitGroup
		for _, p := range r.people {
			if p != nil {
				leaving.Go(func() { _ = p.client.Close() })
			}
		}
		if r.host != nil {
			r.host.loops.Wait()
			leaving.Go(func() { _ = r.host.client.Close() })
		}
		leaving.Wait()
	}()
	select {
	case <-gone:
	case <-time.After(leaveFor):
		progress("  somebody has not left within %v, which may disturb the next run", leaveFor)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// ownCPU is what this process, which plays all the people, has used itself.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
