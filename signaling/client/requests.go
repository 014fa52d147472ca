package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"vesper/signaling/wire"
)

// Request sends a request and waits for its answer: nil for ok, an *Error for
// a refusal, ErrDisconnected when the connection is lost before. message is a
// pointer to a request struct of package wire with its Type set; its ID is
// set here.
func (c *Client) Request(ctx context.Context, message any) error {
	_, err := c.request(ctx, message)
	return err
}

func (c *Client) request(ctx context.Context, message any) (reply, error) {
	envelope, err := envelopeOf(message)
	if err != nil {
		return reply{}, err
	}
	s := c.current()
	if s == nil {
		return reply{}, ErrDisconnected
	}
	id, answer := s.ask()
	defer s.forget(id)
	envelope.ID = id
	if err := s.write(message); err != nil {
		return reply{}, fmt.Errorf("%w: %w", ErrDisconnected, err)
	}
	select {
	case r := <-answer:
		return r, r.err
	case <-ctx.Done():
		return reply{}, fmt.Errorf("%s: %w", envelope.Type, ctx.Err())
	case <-s.gone:
		select {
		case r := <-answer: // answered in the last moment
			return r, r.err
		default:
			return reply{}, ErrDisconnected
		}
	}
}

func envelopeOf(message any) (*wire.Envelope, error) {
	switch m := message.(type) {
	case *wire.Plain:
		return &m.Envelope, nil
	case *wire.About:
		return &m.Envelope, nil
	case *wire.Switch:
		return &m.Envelope, nil
	case *wire.Hand:
		return &m.Envelope, nil
	case *wire.Segment:
		return &m.Envelope, nil
	case *wire.Guest:
		return &m.Envelope, nil
	case *wire.Absence:
		return &m.Envelope, nil
	case *wire.View:
		return &m.Envelope, nil
	case *wire.DeviceAnswer:
		return &m.Envelope, nil
	case *wire.Offer:
		return &m.Envelope, nil
	case *wire.Hello:
		return &m.Envelope, nil
	}
	return nil, fmt.Errorf("client: %T is no request", message)
}

// Send writes one message as it is and waits for nothing: for what has no
// answer, and for tests that misbehave.
func (c *Client) Send(raw []byte) error {
	s := c.current()
	if s == nil {
		return ErrDisconnected
	}
	return s.writeRaw(raw)
}

func (c *Client) plain(ctx context.Context, kind string) error {
	return c.Request(ctx, &wire.Plain{Envelope: wire.Envelope{Type: kind}})
}

func (c *Client) about(ctx context.Context, kind, participant string) error {
	return c.Request(ctx, &wire.About{Envelope: wire.Envelope{Type: kind}, Participant: participant})
}

func (c *Client) flip(ctx context.Context, kind string, on bool) error {
	return c.Request(ctx, &wire.Switch{Envelope: wire.Envelope{Type: kind}, On: on})
}

// One's own controls.

func (c *Client) Microphone(ctx context.Context, on bool) error {
	return c.flip(ctx, wire.TypeMicrophone, on)
}

func (c *Client) Camera(ctx context.Context, on bool) error { return c.flip(ctx, wire.TypeCamera, on) }

func (c *Client) Hand(ctx context.Context, up bool) error {
	return c.Request(ctx, &wire.Hand{Envelope: wire.Envelope{Type: wire.TypeHand}, Up: up})
}

func (c *Client) Ping(ctx context.Context) error { return c.plain(ctx, wire.TypePing) }

func (c *Client) AnswerDevice(ctx context.Context, move bool) error {
	return c.Request(ctx, &wire.DeviceAnswer{Envelope: wire.Envelope{Type: wire.TypeDeviceAnswer}, Move: move})
}

// Leave tells the server; its goodbye ends the client. It succeeds too when
// the goodbye comes before the ok.
func (c *Client) Leave(ctx context.Context) error {
	c.mu.Lock()
	c.leaving = true
	c.mu.Unlock()
	err := c.plain(ctx, wire.TypeLeave)
	if errors.Is(err, ErrDisconnected) {
		return nil
	}
	return err
}

// SetView says what is shown and how large, most important first. It has no answer.
func (c *Client) SetView(tiles ...wire.Tile) error {
	s := c.current()
	if s == nil {
		return ErrDisconnected
	}
	if tiles == nil {
		tiles = []wire.Tile{}
	}
	return s.write(&wire.View{Envelope: wire.Envelope{Type: wire.TypeView}, Tiles: tiles})
}

// What staff may ask.

func (c *Client) Admit(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeAdmit, participant)
}

func (c *Client) AdmitAll(ctx context.Context) error { return c.plain(ctx, wire.TypeAdmitAll) }

func (c *Client) Deny(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeDeny, participant)
}

func (c *Client) BackToLobby(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeBackToLobby, participant)
}

func (c *Client) Mute(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeMute, participant)
}

func (c *Client) StopCamera(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeStopCamera, participant)
}

func (c *Client) LowerHand(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeLowerHand, participant)
}

func (c *Client) Lock(ctx context.Context) error   { return c.plain(ctx, wire.TypeLock) }
func (c *Client) Unlock(ctx context.Context) error { return c.plain(ctx, wire.TypeUnlock) }

func (c *Client) Remove(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeRemove, participant)
}

func (c *Client) UndoRemove(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeUndoRemove, participant)
}

func (c *Client) MoveDevice(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeMoveDevice, participant)
}

func (c *Client) Segment(ctx context.Context, index int) error {
	return c.Request(ctx, &wire.Segment{Envelope: wire.Envelope{Type: wire.TypeSegment}, Index: index})
}

func (c *Client) End(ctx context.Context) error { return c.plain(ctx, wire.TypeEnd) }

// FreshLink makes a personal link for somebody who has lost theirs, whose
// former ones no longer work.
func (c *Client) FreshLink(ctx context.Context, participant string) (url string, err error) {
	ok, err := c.granted(ctx, &wire.About{Envelope: wire.Envelope{Type: wire.TypeLink}, Participant: participant})
	return ok.URL, err
}

// SendLink mails a fresh link to somebody who has lost theirs.
func (c *Client) SendLink(ctx context.Context, participant string) error {
	return c.about(ctx, wire.TypeSendLink, participant)
}

// SeatGuest gives somebody who is not on the roster a seat for this evening
// and a personal link.
func (c *Client) SeatGuest(ctx context.Context, name string) (participant, url string, err error) {
	ok, err := c.granted(ctx, &wire.Guest{Envelope: wire.Envelope{Type: wire.TypeGuest}, Name: name})
	return ok.Participant, ok.URL, err
}

// Absence keeps what came of calling somebody: called, reached, not_reached,
// excused, unexcused.
func (c *Client) Absence(ctx context.Context, participant, outcome string) error {
	return c.Request(ctx, &wire.Absence{Envelope: wire.Envelope{Type: wire.TypeAbsence}, Participant: participant, Outcome: outcome})
}

// granted is a request whose ok carries something.
func (c *Client) granted(ctx context.Context, message any) (ok wire.OK, err error) {
	answer, err := c.request(ctx, message)
	if err != nil {
		return ok, err
	}
	if err := json.Unmarshal(answer.raw, &ok); err != nil {
		return ok, fmt.Errorf("client: %w", err)
	}
	return ok, nil
}
