package signaling

import (
	"context"
	"encoding/json"

	"vesper/auth"
	"vesper/rooms"
	"vesper/signaling/wire"
)

// handler carries out one request that authorize has let through. A nil reply
// is ok.
type handler func(ctx context.Context, c *conversation, e wire.Envelope, data []byte) (reply any, err error)

// handlers has a row for every row of table.
var handlers map[string]handler

func init() { // the table refers to methods that refer to the table
	handlers = map[string]handler{
		wire.TypeHello:        with(hello),
		wire.TypePing:         with(func(context.Context, *conversation, wire.Plain) (any, error) { return nil, nil }),
		wire.TypeOffer:        with(offer),
		wire.TypeView:         with(view),
		wire.TypeLeave:        with(leave),
		wire.TypeDeviceAnswer: with(deviceAnswer),
		wire.TypeMoveDevice:   with(moveDevice),
		wire.TypeLink:         with(freshLink),
		wire.TypeSendLink:     with(sendLink),
		wire.TypeGuest:        with(seatGuest),
		wire.TypeAbsence:      with(absence),

		wire.TypeMicrophone: own(func(me rooms.PersonID, m wire.Switch) rooms.Command {
			if m.On {
				return rooms.Unmute{Person: me}
			}
			return rooms.Mute{Actor: me, Person: me}
		}),
		wire.TypeCamera: own(func(me rooms.PersonID, m wire.Switch) rooms.Command {
			if m.On {
				return rooms.StartCamera{Person: me}
			}
			return rooms.StopCamera{Actor: me, Person: me}
		}),
		wire.TypeHand: own(func(me rooms.PersonID, m wire.Hand) rooms.Command {
			if m.Up {
				return rooms.RaiseHand{Person: me}
			}
			return rooms.LowerHand{Actor: me, Person: me}
		}),
		wire.TypeAdmitAll: own(func(me rooms.PersonID, _ wire.Plain) rooms.Command { return rooms.AdmitAll{Actor: me} }),
		wire.TypeLock:     own(func(me rooms.PersonID, _ wire.Plain) rooms.Command { return rooms.Lock{Actor: me} }),
		wire.TypeUnlock:   own(func(me rooms.PersonID, _ wire.Plain) rooms.Command { return rooms.Unlock{Actor: me} }),
		wire.TypeEnd:      own(func(me rooms.PersonID, _ wire.Plain) rooms.Command { return rooms.End{Actor: me} }),
		wire.TypeSegment: own(func(me rooms.PersonID, m wire.Segment) rooms.Command {
			return rooms.MoveSegment{Actor: me, Index: m.Index}
		}),

		wire.TypeAdmit:       about(func(me, p rooms.PersonID) rooms.Command { return rooms.Admit{Actor: me, Person: p} }),
		wire.TypeDeny:        about(func(me, p rooms.PersonID) rooms.Command { return rooms.Deny{Actor: me, Person: p} }),
		wire.TypeBackToLobby: about(func(me, p rooms.PersonID) rooms.Command { return rooms.SendBack{Actor: me, Person: p} }),
		wire.TypeMute:        about(func(me, p rooms.PersonID) rooms.Command { return rooms.Mute{Actor: me, Person: p} }),
		wire.TypeStopCamera:  about(func(me, p rooms.PersonID) rooms.Command { return rooms.StopCamera{Actor: me, Person: p} }),
		wire.TypeLowerHand:   about(func(me, p rooms.PersonID) rooms.Command { return rooms.LowerHand{Actor: me, Person: p} }),
		wire.TypeRemove:      about(func(me, p rooms.PersonID) rooms.Command { return rooms.Remove{Actor: me, Person: p} }),
		wire.TypeUndoRemove:  about(func(me, p rooms.PersonID) rooms.Command { return rooms.UndoRemove{Actor: me, Person: p} }),
	}
}

// with decodes the message for f.
func with[T any](f func(context.Context, *conversation, T) (any, error)) handler {
	return func(ctx context.Context, c *conversation, _ wire.Envelope, data []byte) (any, error) {
		var message T
		if json.Unmarshal(data, &message) != nil {
			return nil, refuse("malformed", "A field of that message is not of the right kind.")
		}
		return f(ctx, c, message)
	}
}

// own is a request that is one command of the asking person.
func own[T any](command func(me rooms.PersonID, m T) rooms.Command) handler {
	return with(func(ctx context.Context, c *conversation, m T) (any, error) {
		s := c.seat.Load()
		return nil, s.room.Do(ctx, command(s.who.Person, m))
	})
}

// about is a request that is one command of the asking person about another.
func about(command func(me, person rooms.PersonID) rooms.Command) handler {
	return with(func(ctx context.Context, c *conversation, m wire.About) (any, error) {
		s := c.seat.Load()
		person, err := s.lounge.byParticipant(m.Participant)
		if err != nil {
			return nil, err
		}
		return nil, s.room.Do(ctx, command(s.who.Person, person))
	})
}

func offer(ctx context.Context, c *conversation, m wire.Offer) (any, error) {
	answer, err := c.seat.Load().media.answer(ctx, c, m.SDP)
	if err != nil {
		return nil, err
	}
	return wire.Answer{Envelope: wire.Envelope{Type: wire.TypeAnswer, ID: m.ID}, SDP: answer}, nil
}

func view(_ context.Context, c *conversation, m wire.View) (any, error) {
	c.seat.Load().media.view(m.Tiles)
	return nil, nil
}

func leave(ctx context.Context, c *conversation, _ wire.Plain) (any, error) {
	s := c.seat.Load()
	if c.waiting.Load() {
		c.close(bye("left"))
		return nil, nil
	}
	return nil, s.room.Do(ctx, rooms.Leave{Person: s.who.Person})
}

func deviceAnswer(_ context.Context, c *conversation, m wire.DeviceAnswer) (any, error) {
	s := c.seat.Load()
	if m.Move {
		if !s.move(nil) {
			return nil, rooms.RefusedNotNow
		}
		return nil, nil
	}
	s.sendAway("denied")
	return nil, nil
}

func moveDevice(_ context.Context, c *conversation, m wire.About) (any, error) {
	s := c.seat.Load()
	person, err := s.lounge.byParticipant(m.Participant)
	if err != nil {
		return nil, err
	}
	s.lounge.mu.Lock()
	other := s.lounge.seats[person]
	s.lounge.mu.Unlock()
	if other == nil || !other.move(nil) {
		return nil, rooms.RefusedNotNow
	}
	return nil, nil
}

// hello opens the conversation: who it is, which room, whose seat.
func hello(ctx context.Context, c *conversation, m wire.Hello) (any, error) {
	who, resume, err := c.server.identify(ctx, m)
	if err != nil {
		return nil, err
	}
	room, l, err := c.server.open(ctx, who)
	if err != nil {
		return nil, err
	}
	if err := l.refresh(ctx); err != nil { // a running session needs no records: what was known holds
		c.server.log.Error("details of the door not read", "session", who.Session, "error", err)
	}
	s, err := l.seat(room, who)
	if err != nil {
		return nil, err
	}
	switch p, _ := l.person(who.Person); {
	case p.Stand == rooms.Removed:
		return nil, rooms.RefusedRemoved
	case p.Discharged:
		return nil, rooms.RefusedDischarged
	}
	got, err := s.take(claim{conv: c, resume: resume, ticket: m.Ticket != ""})
	if err != nil {
		return nil, err
	}
	c.waiting.Store(got.waits)
	c.seat.Store(s)
	switch {
	case !got.waits:
		err = c.arrive(ctx, got.same)
	case !l.running():
		err = rooms.RefusedEnded
	}
	if err != nil {
		c.close(byeFor(err))
		return nil, err
	}
	return c.welcome(m.ID, got)
}

// arrive tells the room that the seat's person is at its door.
func (c *conversation) arrive(ctx context.Context, same bool) error {
	s := c.seat.Load()
	s.lounge.mu.Lock()
	place := s.lounge.details[s.who.Person].Place
	s.lounge.mu.Unlock()
	guest := rooms.Seat{ID: s.who.Seat, Person: s.who.Person, Role: s.who.Role}
	return s.room.Do(ctx, rooms.Arrive{Person: s.who.Person, Seat: guest, Place: place, Device: same})
}

// identify proves who says hello.
func (s *Server) identify(ctx context.Context, m wire.Hello) (who rooms.Identity, resume *auth.Resume, err error) {
	if m.Resume != "" {
		r, err := s.options.Authority.VerifyResume(m.Resume)
		if err == nil {
			resume, who = &r, r.Identity
		} else if m.Ticket == "" {
			return who, nil, refuse("resume_invalid", "This connection can't be taken up again; open the link again.")
		}
	}
	if m.Ticket == "" {
		if resume == nil {
			return who, nil, refuse("ticket_invalid", authWords["ticket_invalid"])
		}
		return who, resume, nil
	}
	who, err = s.options.Authority.RedeemTicket(ctx, m.Ticket)
	if resume != nil && (resume.Session != who.Session || resume.Person != who.Person) {
		resume = nil // another evening's, or another person's on a shared device
	}
	return who, resume, err
}

// welcome tells a person where they are.
func (c *conversation) welcome(id uint64, got outcome) (wire.Welcome, error) {
	s := c.seat.Load()
	v := s.lounge.view.Load()
	me, _ := v.Person(s.who.Person)
	s.lounge.mu.Lock()
	named := s.lounge.details[me.ID].name(me)
	s.lounge.mu.Unlock()
	you := youOf(v, me, named, func(p rooms.PersonID) string { return string(rooms.Participant(s.who.Session, p)) })
	if c.waiting.Load() {
		you = wire.You{Participant: you.Participant, Name: you.Name, Role: you.Role, State: "second_device"}
	}
	return wire.Welcome{
		Envelope: wire.Envelope{Type: wire.TypeWelcome, ID: id},
		Now:      stamp(c.server.clock.Now()), You: you, Session: s.lounge.planned,
		Resume: got.resume, Version: v.Version, Kept: got.kept,
		Slots: wire.SlotCount{Audio: c.server.options.AudioSlots, Video: c.server.options.VideoSlots},
	}, nil
}
