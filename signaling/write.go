package signaling

import (
	"encoding/json"
	"time"

	"github.com/gorilla/websocket"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// write is the conversation's writing goroutine: replies in order, and
// whenever nudged the way from the last picture to the present one. A slow
// client skips pictures; it is never a queue of old ones.
func (c *conversation) write() {
	defer close(c.ended)
	defer c.ws.Close()
	defer c.recoverWrite()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case data := <-c.out:
			err = c.put(data)
		case <-c.nudged:
			if err = c.drain(); err == nil {
				err = c.tell()
			}
		case <-ping.C:
			err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin))
		case <-c.done:
			c.goodbye()
			return
		}
		if err != nil {
			c.close(wire.Bye{})
			return
		}
	}
}

func (c *conversation) recoverWrite() {
	value := recover()
	if value == nil {
		return
	}
	who := rooms.Identity{}
	if s := c.seat.Load(); s != nil {
		who = s.who
	}
	c.server.panicked(who, value)
	c.close(bye("internal"))
}

func (c *conversation) put(data []byte) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeWithin))
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

func (c *conversation) putMessage(message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return c.put(data)
}

// drain writes what is queued.
func (c *conversation) drain() error {
	for {
		select {
		case data := <-c.out:
			if err := c.put(data); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// tell writes what has changed for this person.
func (c *conversation) tell() error {
	s := c.seat.Load()
	if s == nil || !c.greeted.Load() {
		return nil
	}
	now, ok := s.lounge.look(s.who)
	if !ok {
		return nil
	}
	for _, message := range changes(c.told, now) {
		if err := c.putMessage(message); err != nil {
			return err
		}
	}
	c.told = &now
	if now.bye != "" {
		c.close(bye(now.bye))
		return nil
	}
	if !now.inRoom {
		c.slots, c.speakers = nil, nil
		return nil
	}
	return c.tellMedia(s)
}

// tellMedia writes the slots and the speakers if they are other than before.
func (c *conversation) tellMedia(s *seat) error {
	if slots := s.media.slots.Load(); slots != nil && slots != c.slots {
		c.slots = slots
		if err := c.putMessage(wire.Slots{Envelope: typed(wire.TypeSlots), Slots: *slots}); err != nil {
			return err
		}
	}
	if speakers := s.lounge.speakers.Load(); speakers != nil && speakers != c.speakers {
		c.speakers = speakers
		return c.putMessage(wire.Speakers{Envelope: typed(wire.TypeSpeakers), Speakers: *speakers})
	}
	return nil
}

// goodbye writes what is queued, the last word and the close frame. A request
// that brought the end about is answered before.
func (c *conversation) goodbye() {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-time.After(time.Second):
	}
	if c.drain() != nil {
		return
	}
	if c.final.Type != "" && c.putMessage(c.final) != nil {
		return
	}
	code := websocket.CloseNormalClosure
	if closeCode, ok := closeCodes[c.final.Code]; ok {
		code = closeCode
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, c.final.Code), time.Now().Add(writeWithin))
}

var closeCodes = map[string]int{
	"too_large": websocket.CloseMessageTooBig, "too_many_messages": websocket.ClosePolicyViolation,
	"malformed": websocket.CloseUnsupportedData, "slow": websocket.ClosePolicyViolation,
	"restart": websocket.CloseServiceRestart, "internal": websocket.CloseInternalServerErr,
}
