package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vesper/signaling/wire"
)

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func join(t *testing.T, options Options) *Client {
	t.Helper()
	c, err := Join(within(t), options)
	must(t, err)
	t.Cleanup(c.Drop)
	return c
}

var noMedia = Options{AudioSlots: -1, VideoSlots: -1}

func (o Options) with(link string) Options {
	o.Link = link
	return o
}

func TestJoinThroughTheDoor(t *testing.T) {
	s := newTestServer(t)
	events := make(chan Event, 64)
	o := noMedia.with(s.link())
	o.OnEvent = func(e Event) { events <- e }
	c := join(t, o)
	conn := take(t, s.joined, "the join")
	if got := s.doors[0]; got.Name != "Ana R." || got.Place != "home" || got.Phone == "" {
		t.Errorf("the door was given %+v", got)
	}
	if c.ID() != "me" || c.You().State != "lobby" || c.Resume() != "resume" {
		t.Errorf("after welcome: %q %+v %q", c.ID(), c.You(), c.Resume())
	}

	conn.you("admitted", 2)
	conn.send(wire.State{Envelope: wire.Envelope{Type: wire.TypeState}, Version: 2, Room: wire.Room{Segment: 0},
		Participants: []wire.Participant{{ID: "me"}}, Board: []wire.BoardRow{{Participant: "me"}}})
	conn.send(wire.ParticipantChanged{Envelope: wire.Envelope{Type: wire.TypeParticipant}, Version: 3, Participant: wire.Participant{ID: "her", Name: "Dana"}})
	conn.send(wire.ParticipantChanged{Envelope: wire.Envelope{Type: wire.TypeParticipant}, Version: 4, Participant: wire.Participant{ID: "her", Name: "Dana", Muted: true}})
	conn.send(wire.BoardChanged{Envelope: wire.Envelope{Type: wire.TypeBoard}, Version: 5, Row: wire.BoardRow{Participant: "her", State: "lobby"}})
	conn.send(wire.RoomChanged{Envelope: wire.Envelope{Type: wire.TypeRoom}, Version: 6, Room: wire.Room{Locked: true, Hands: []string{"her"}}})
	conn.send(wire.Speakers{Envelope: wire.Envelope{Type: wire.TypeSpeakers}, Speakers: []wire.Speaker{{Participant: "her", Level: 20}}})
	conn.send(map[string]any{"type": "from_the_future", "x": 1})
	must(t, c.WaitFor(within(t), func(s State) bool { return len(s.Speakers) == 1 }))
	state := c.State()
	her, ok := state.Participant("her")
	if !state.Admitted() || !ok || !her.Muted || len(state.Participants) != 2 || !state.Room.Locked || state.Version != 6 {
		t.Errorf("state: %+v", state)
	}
	if row, ok := state.Row("her"); !ok || row.State != "lobby" || len(state.Board) != 2 {
		t.Errorf("board: %+v", state.Board)
	}
	conn.send(wire.Gone{Envelope: wire.Envelope{Type: wire.TypeGone}, Version: 7, Participant: "her"})
	must(t, c.WaitFor(within(t), func(s State) bool { return len(s.Participants) == 1 }))

	conn.you("lobby", 8)
	must(t, c.WaitFor(within(t), func(s State) bool { return s.You.State == "lobby" }))
	if state := c.State(); len(state.Participants) != 0 || len(state.Board) != 0 {
		t.Errorf("back in the lobby it still knows the room: %+v", state)
	}
	for _, want := range []string{"welcome", "you", "state", "participant", "participant", "board", "room", "speakers", "from_the_future", "gone", "you"} {
		if got := take(t, events, want).Type; got != want {
			t.Fatalf("event %q, want %q", got, want)
		}
	}
}

func TestRequests(t *testing.T) {
	s := newTestServer(t)
	s.state = "admitted"
	s.refuse[wire.TypeRemove] = "not_allowed"
	c := join(t, noMedia.with(s.link()))
	ctx := within(t)
	for name, ask := range map[string]func() error{
		"admit": func() error { return c.Admit(ctx, "her") }, "admit_all": func() error { return c.AdmitAll(ctx) },
		"microphone": func() error { return c.Microphone(ctx, false) }, "hand": func() error { return c.Hand(ctx, true) },
		"segment": func() error { return c.Segment(ctx, 1) }, "view": func() error { return c.SetView() },
		"ping": func() error { return c.Ping(ctx) }, "lock": func() error { return c.Lock(ctx) },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := c.Remove(ctx, "her")
	if Code(err) != "not_allowed" {
		t.Errorf("remove: %v", err)
	}
	if c.Request(ctx, "nonsense") == nil {
		t.Error("a string was taken for a request")
	}
	must(t, c.Close())
	if _, err := c.request(ctx, &wire.Plain{}); !errors.Is(err, ErrDisconnected) {
		t.Errorf("after close: %v", err)
	}
	if c.Err() == nil {
		t.Error("closed, and no reason")
	}
}

func TestRefusedAtTheDoor(t *testing.T) {
	s := newTestServer(t)
	s.problem = &wire.Problem{Status: 403, Code: "too_early", Opens: "2026-11-23T22:00:00Z"}
	_, err := Join(within(t), noMedia.with(s.link()))
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != "too_early" || refused.Opens == "" || refused.Status != 403 {
		t.Errorf("got %v", err)
	}
	o := noMedia
	o.URL, o.Resume = s.http.URL, "old"
	s.noResume = true
	if _, err := Join(within(t), o); Code(err) != "resume_invalid" {
		t.Errorf("resume: %v", err)
	}
	for _, bad := range []string{"", "::", "ftp://host/j#x", "http://host/j"} {
		if _, err := Join(within(t), Options{Link: bad}); err == nil {
			t.Errorf("link %q was taken", bad)
		}
	}
}

func TestErrorsHideTheSecret(t *testing.T) {
	_, err := Join(within(t), Options{Link: "http://127.0.0.1:1/j#topsecret"})
	if err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("got %v", err)
	}
	_, err = Join(within(t), Options{Link: "http://[/j#topsecret"})
	if err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("got %v", err)
	}
}

func TestGoodbyeIsFinal(t *testing.T) {
	s := newTestServer(t)
	o := noMedia.with(s.link())
	o.Reconnect = NewPeer
	c := join(t, o)
	take(t, s.joined, "the join").send(wire.Bye{Envelope: wire.Envelope{Type: wire.TypeBye}, Code: "removed"})
	take(t, c.Done(), "the end")
	if Code(c.Err()) != "removed" {
		t.Errorf("ended with %v", c.Err())
	}
	if err := c.WaitFor(within(t), func(State) bool { return false }); Code(err) != "removed" {
		t.Errorf("waiting ended with %v", err)
	}
}

func TestComesBack(t *testing.T) {
	s := newTestServer(t)
	o := noMedia.with(s.link())
	o.Reconnect = NewPeer
	c := join(t, o)
	first := take(t, s.joined, "the join")

	c.Interrupt()
	take(t, s.joined, "the resume")
	if last := s.hellos[len(s.hellos)-1]; last.Resume != "resume" || last.Ticket != "" {
		t.Errorf("came back with %+v", last)
	}
	_ = first

	s.mu.Lock()
	s.noResume = true
	s.mu.Unlock()
	s.cutAll()
	take(t, s.joined, "a new start from the link")
	if last := s.hellos[len(s.hellos)-1]; last.Ticket == "" {
		t.Errorf("came back with %+v", last)
	}
	must(t, c.WaitFor(within(t), func(s State) bool { return s.Connected }))
	must(t, c.Ping(within(t)))
	if got := c.Stats().Reconnects; got != 2 {
		t.Errorf("%d reconnects", got)
	}
}

func TestWithoutReconnectALossIsTheEnd(t *testing.T) {
	s := newTestServer(t)
	c := join(t, noMedia.with(s.link()))
	take(t, s.joined, "the join")
	c.Interrupt()
	take(t, c.Done(), "the end")
	if !errors.Is(c.Err(), ErrDisconnected) {
		t.Errorf("ended with %v", c.Err())
	}
}

func TestSlowCallbackEndsTheConnection(t *testing.T) {
	s := newTestServer(t)
	release := make(chan struct{})
	o := noMedia.with(s.link())
	o.OnEvent = func(Event) { <-release }
	c := join(t, o)
	conn := take(t, s.joined, "the join")
	for range eventQueue + 10 {
		conn.send(wire.Speakers{Envelope: wire.Envelope{Type: wire.TypeSpeakers}})
	}
	take(t, c.Done(), "the end")
	if !errors.Is(c.Err(), ErrSlow) {
		t.Errorf("ended with %v", c.Err())
	}
	close(release)
}

func TestEventMayAsk(t *testing.T) {
	s := newTestServer(t)
	answered := make(chan error, 1)
	var c *Client
	ready := make(chan struct{})
	o := noMedia.with(s.link())
	o.OnEvent = func(e Event) {
		if e.Type == wire.TypeYou {
			<-ready
			answered <- c.Ping(context.Background())
		}
	}
	c = join(t, o)
	close(ready)
	take(t, s.joined, "the join").you("admitted", 2)
	must(t, take(t, answered, "the answer"))
}
