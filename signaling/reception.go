package signaling

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// freshLink makes a personal link for somebody who has lost theirs.
func freshLink(ctx context.Context, c *conversation, m wire.About) (any, error) {
	s := c.seat.Load()
	person, err := s.lounge.byParticipant(m.Participant)
	if err != nil {
		return nil, err
	}
	reception := c.server.options.Reception
	if reception == nil {
		return nil, rooms.RefusedNotNow
	}
	url, err := reception.FreshLink(ctx, s.who, person)
	if err != nil {
		return nil, err
	}
	return okOf(m.ID, "", url), nil
}

// sendLink mails a fresh link to somebody who has lost theirs.
func sendLink(ctx context.Context, c *conversation, m wire.About) (any, error) {
	s := c.seat.Load()
	person, err := s.lounge.byParticipant(m.Participant)
	if err != nil {
		return nil, err
	}
	reception := c.server.options.Reception
	if reception == nil {
		return nil, rooms.RefusedNotNow
	}
	return nil, reception.SendLink(ctx, s.who, person)
}

// maxName is how long a display name may be, in characters.
const maxName = 60

// seatGuest seats somebody who is not on the roster. Their row is on the board
// before the answer comes.
func seatGuest(ctx context.Context, c *conversation, m wire.Guest) (any, error) {
	s := c.seat.Load()
	name := strings.Join(strings.Fields(m.Name), " ")
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return nil, refuse("malformed", "Give a name of up to 60 characters.")
	}
	reception := c.server.options.Reception
	if reception == nil {
		return nil, rooms.RefusedNotNow
	}
	seat, url, err := reception.SeatGuest(ctx, s.who, name)
	if err != nil {
		return nil, err
	}
	if err := s.lounge.refresh(ctx); err != nil { // the board says less; the seat is there
		c.server.log.Error("details of the door not read", "session", s.who.Session, "error", err)
	}
	if err := s.room.Do(ctx, rooms.SeatTonight{Actor: s.who.Person, Seat: seat}); err != nil && !errors.Is(err, rooms.RefusedNotNow) {
		return nil, err
	}
	return okOf(m.ID, string(rooms.Participant(s.who.Session, seat.Person)), url), nil
}

func absence(ctx context.Context, c *conversation, m wire.Absence) (any, error) {
	s := c.seat.Load()
	person, err := s.lounge.byParticipant(m.Participant)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rooms.AbsenceOutcomes, m.Outcome) {
		return nil, refuse("malformed", "There is no such outcome.")
	}
	return nil, s.room.Do(ctx, rooms.Absence{Actor: s.who.Person, Person: person, Outcome: m.Outcome})
}

func okOf(id uint64, participant, url string) wire.OK {
	return wire.OK{Envelope: wire.Envelope{Type: wire.TypeOK, ID: id}, Participant: participant, URL: url}
}
