// Package bots are the demo's people: each opens a personal link with the
// client that anybody could use, shows its clip and takes its turn of talking.
// It knows nothing of the server but the protocol.
//
// Every bot is one goroutine that sends, and its client's own. Close ends all
// and waits for them.
package bots

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"vesper/cmd/vesper/demo/clips"
	"vesper/signaling/client"
)

// Seat is one bot: the link it opens and what it brings.
type Seat struct {
	Link      string
	AudioOnly bool
	Policy    Policy // nil: it asks nothing of the room
}

// Policy is what a bot does in the room beside talking. It is called after
// every change of the room, at least once a second, on the bot's own goroutine.
type Policy func(ctx context.Context, c *client.Client, s client.State)

// Options are useful when zero.
type Options struct {
	HTTPClient *http.Client
	TLS        *tls.Config
	Logger     *slog.Logger // ids only
}

// Bots are running bots.
type Bots struct {
	cancel context.CancelFunc
	loops  sync.WaitGroup
	all    []*bot
}

const (
	again    = 2 * time.Second // between attempts to join
	leaveFor = 3 * time.Second
)

// bot is one of them.
type bot struct {
	seat    Seat
	options client.Options
	log     *slog.Logger
	clip    clips.Clip
	index   int // its turn among
	of      int // so many

	joined chan struct{} // closed after the first welcome

	mu     sync.Mutex
	client *client.Client // the present one
	err    error          // why it never came, or went for good
}

// Start lets a bot join for every seat and returns when each has been
// welcomed, most likely in the lobby: WaitAdmitted waits for more. It fails
// with clips.ErrMissing before `make clips`, and with ctx when that ends
// first; a server that is not there yet is waited for. The bots live until
// Close, and come back when the server restarts.
func Start(ctx context.Context, seats []Seat, options Options) (*Bots, error) {
	log := options.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	living, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &Bots{cancel: cancel}
	for i, seat := range seats {
		clip, err := clips.Load(i)
		if err != nil {
			b.Close()
			return nil, err
		}
		one := &bot{seat: seat, clip: clip, index: i, of: len(seats), log: log, joined: make(chan struct{}),
			options: client.Options{
				Link: seat.Link, HTTPClient: options.HTTPClient, TLS: options.TLS, Logger: options.Logger,
				Publish:    client.Publish{Audio: true, Video: !seat.AudioOnly, Simulcast: true},
				AudioSlots: -1, VideoSlots: -1, // nobody listens or looks
				Reconnect: client.NewPeer,
			}}
		b.all = append(b.all, one)
		b.loops.Go(func() { one.live(living) })
	}
	if err := b.each(ctx, (*bot).waitJoined); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close lets every bot leave, and waits for them.
func (b *Bots) Close() {
	b.cancel()
	b.loops.Wait()
}

// WaitAdmitted returns when every bot is in the room and its media flows.
func (b *Bots) WaitAdmitted(ctx context.Context) error { return b.each(ctx, (*bot).waitAdmitted) }

func (b *Bots) each(ctx context.Context, wait func(*bot, context.Context) error) error {
	for i, one := range b.all {
		if err := wait(one, ctx); err != nil {
			return fmt.Errorf("bot %d: %w", i, err)
		}
	}
	return nil
}

func (b *bot) present() (*client.Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.client, b.err
}

func (b *bot) waitJoined(ctx context.Context) error {
	select {
	case <-b.joined:
		_, err := b.present()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bot) waitAdmitted(ctx context.Context) error {
	for {
		c, err := b.present()
		if err != nil {
			return err
		}
		if c != nil {
			err := c.WaitFor(ctx, func(s client.State) bool { return s.Admitted() && s.MediaConnected })
			if err == nil || ctx.Err() != nil {
				return err
			}
		}
		select { // it has ended and another follows
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// live joins, plays, and joins again, until ctx ends or it is told to stay away.
func (b *bot) live(ctx context.Context) {
	var once sync.Once
	known := func() { once.Do(func() { close(b.joined) }) }
	defer known()
	for {
		err := b.visit(ctx, known)
		if ctx.Err() != nil {
			return
		}
		b.log.Debug("bot", "index", b.index, "error", err)
		if away(err) {
			b.mu.Lock()
			b.err = err
			b.mu.Unlock()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(again):
		}
	}
}

// away says whether the server wants no more of this bot. A bot doesn't argue.
func away(err error) bool {
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Status == http.StatusTooManyRequests || refused.Status >= 500 {
		return false
	}
	switch refused.Code {
	case "ticket_invalid", "ticket_used", "resume_invalid", "too_early", "slow", "restart", "internal", "too_many_messages":
		return false // a new ticket may help, or waiting
	}
	return true
}

// visit is one client's life.
func (b *bot) visit(ctx context.Context, known func()) error {
	c, err := client.Join(ctx, b.options)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.client = c
	b.mu.Unlock()
	known()
	over, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	loops.Go(func() { b.play(over, c) })
	if b.seat.Policy != nil {
		loops.Go(func() { b.follow(over, c) })
	}
	select {
	case <-c.Done():
	case <-ctx.Done():
	}
	stop()
	loops.Wait()
	err = c.Err()
	_ = c.Close()
	return err
}

// follow applies the policy to every change of the room.
func (b *bot) follow(ctx context.Context, c *client.Client) {
	for ctx.Err() == nil {
		state := c.State()
		if state.Connected && state.Admitted() {
			b.seat.Policy(ctx, c, state)
		}
		second, cancel := context.WithTimeout(ctx, time.Second)
		_ = c.WaitFor(second, func(s client.State) bool { return s.Version != state.Version })
		cancel()
		if c.Err() != nil {
			return
		}
	}
}
