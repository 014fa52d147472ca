package client

import (
	"encoding/json"
	"fmt"

	"vesper/signaling/wire"
)

// handle applies one message of the server, wakes who waits for it and hands
// it to OnEvent. An error ends the connection.
func (c *Client) handle(s *conn, raw []byte) error {
	var envelope wire.Envelope
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return fmt.Errorf("client: the server sent no JSON: %w", err)
	}
	message, err := decode(envelope.Type, raw)
	if err != nil {
		return fmt.Errorf("client: %s: %w", envelope.Type, err)
	}
	c.apply(message)
	switch m := message.(type) {
	case *wire.OK, *wire.Answer:
		s.answer(envelope.ID, reply{kind: envelope.Type, raw: raw})
	case *wire.Error:
		s.answer(envelope.ID, reply{kind: envelope.Type, err: refusal(raw)})
	case *wire.Bye:
		c.emit(Event{Type: m.Type, Message: m})
		return refusal(raw)
	}
	if !c.emit(Event{Type: envelope.Type, Message: message}) {
		return ErrSlow
	}
	return nil
}

// decode makes the struct of a server message; an unknown type stays raw.
func decode(kind string, raw []byte) (any, error) {
	var message any
	switch kind {
	case wire.TypeWelcome:
		message = &wire.Welcome{}
	case wire.TypeAnswer:
		message = &wire.Answer{}
	case wire.TypeOK:
		message = &wire.OK{}
	case wire.TypeError:
		message = &wire.Error{}
	case wire.TypeYou:
		message = &wire.YouChanged{}
	case wire.TypeState:
		message = &wire.State{}
	case wire.TypeParticipant:
		message = &wire.ParticipantChanged{}
	case wire.TypeGone:
		message = &wire.Gone{}
	case wire.TypeRoom:
		message = &wire.RoomChanged{}
	case wire.TypeBoard:
		message = &wire.BoardChanged{}
	case wire.TypeSlots:
		message = &wire.Slots{}
	case wire.TypeSpeakers:
		message = &wire.Speakers{}
	case wire.TypeDeviceQuestion:
		message = &wire.DeviceQuestion{}
	case wire.TypeBye:
		message = &wire.Bye{}
	default:
		return json.RawMessage(raw), nil
	}
	return message, json.Unmarshal(raw, message)
}

// apply brings the client's own picture up to date.
func (c *Client) apply(message any) {
	switch m := message.(type) {
	case *wire.YouChanged:
		c.you.Store(&m.You)
	case *wire.Slots:
		byMid := make(map[string]wire.Slot, len(m.Slots))
		for _, slot := range m.Slots {
			byMid[slot.Mid] = slot
		}
		c.slots.Store(&byMid)
	}
	c.room.apply(message)
	if _, ok := message.(*wire.YouChanged); ok {
		c.wakeMedia() // media begins in the lobby, not as a second device
	}
}

// refusal makes an *Error of an error or bye message.
func refusal(raw []byte) error {
	var m wire.Error
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	return &Error{Code: m.Code, Message: m.Message, Opens: m.Opens}
}
