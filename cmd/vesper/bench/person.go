package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"vesper/signaling/client"
	"vesper/signaling/wire"
)

// person is one who joins, and when what happened to them.
type person struct {
	client *client.Client
	ears   *ears
	watch  stopwatch

	mu       sync.Mutex
	admitted time.Time
}

// stopwatch notes when the ticket was asked for and when it came, which is when
// the client opens its WebSocket.
type stopwatch struct {
	ticket, socket time.Time
}

func (w *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/invitations/ticket") {
		return http.DefaultTransport.RoundTrip(r)
	}
	w.ticket = time.Now()
	response, err := http.DefaultTransport.RoundTrip(r)
	w.socket = time.Now()
	return response, err
}

// join opens a link; on sees every event beside the person.
func join(ctx context.Context, link string, epoch time.Time, publish bool, on func(client.Event)) (*person, error) {
	p := &person{ears: newEars(epoch)}
	var err error
	p.client, err = client.Join(ctx, client.Options{
		Link: link, Publish: client.Publish{Audio: publish, Video: publish, Simulcast: true},
		HTTPClient: &http.Client{Transport: &p.watch, Timeout: 20 * time.Second},
		OnRTP:      p.ears.hear,
		OnEvent: func(e client.Event) {
			p.note(e, time.Now())
			if on != nil {
				on(e)
			}
		},
	})
	return p, err
}

// note takes the time of admission.
func (p *person) note(e client.Event, now time.Time) {
	var you wire.You
	switch m := e.Message.(type) {
	case *wire.Welcome:
		you = m.You
	case *wire.YouChanged:
		you = m.You
	}
	if you.State != "admitted" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.admitted.IsZero() {
		p.admitted = now
	}
}

func (p *person) admittedAt() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.admitted
}

// pictures says when the first whole key frame of each other person came.
func (p *person) pictures() map[string]time.Time {
	first := map[string]time.Time{}
	for _, r := range p.client.Stats().Received {
		if r.Kind != "video" || r.Participant == "" || r.FirstFrame.IsZero() {
			continue
		}
		if at, ok := first[r.Participant]; !ok || r.FirstFrame.Before(at) {
			first[r.Participant] = r.FirstFrame
		}
	}
	return first
}

// host is the facilitator, who lets everybody in who knocks.
type host struct {
	*person
	knocks chan string
	loops  sync.WaitGroup
}

// openDoor joins as the facilitator, who sees and hears but sends nothing.
func openDoor(ctx context.Context, link string, epoch time.Time) (*host, error) {
	h := &host{knocks: make(chan string, 1024)}
	knock := func(e client.Event) {
		if m, ok := e.Message.(*wire.BoardChanged); ok && m.Row.State == "lobby" {
			select {
			case h.knocks <- m.Row.Participant:
			default: // there is nobody in a bench who knocks that often
			}
		}
	}
	err := retry(ctx, func() (err error) {
		h.person, err = join(ctx, link, epoch, false, knock)
		return err
	})
	if err != nil {
		return nil, err
	}
	h.loops.Go(func() { h.admit(ctx) })
	return h, nil
}

// admit asks for everybody once, at once.
func (h *host) admit(ctx context.Context) {
	asked := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-h.knocks:
			if !asked[id] {
				asked[id] = true
				h.loops.Go(func() { _ = h.client.Admit(ctx, id) }) // whoever stays outside fails the run
			}
		}
	}
}
