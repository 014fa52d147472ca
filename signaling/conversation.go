package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// A person needs few messages: a burst at the start, then a handful a second.
const (
	messagesPerSecond = 20
	messageBurst      = 120
	queueLength       = 64
)

// conversation is one WebSocket. It is a junction that decides nothing: it
// reads requests, asks authorize, hands them to the handlers' table, and
// writes what it is given and what the room looks like now.
//
// run is called once; send, nudge, close may be called from any goroutine.
type conversation struct {
	// Set at creation.
	server *Server
	ws     *websocket.Conn
	limit  *rate.Limiter
	out    chan []byte   // replies and questions; full means too slow
	nudged chan struct{} // there is something new to look at
	turn   chan struct{} // held while a request is carried out
	done   chan struct{} // closed by close
	ended  chan struct{} // closed when the writer has ended

	once  sync.Once
	final wire.Bye // before done is closed

	seat    atomic.Pointer[seat] // nil before hello
	waiting atomic.Bool          // a second device
	greeted atomic.Bool          // the welcome to the seat is queued

	// Owned by the writer.
	told     *picture
	slots    *[]wire.Slot
	speakers *[]wire.Speaker
}

func newConversation(s *Server, ws *websocket.Conn) *conversation {
	return &conversation{
		server: s, ws: ws, limit: rate.NewLimiter(messagesPerSecond, messageBurst),
		out: make(chan []byte, queueLength), nudged: make(chan struct{}, 1),
		turn: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
}

// run is the conversation, until either side closes.
func (c *conversation) run(ctx context.Context) {
	defer c.leave()
	go c.write()
	c.ws.SetReadLimit(wire.MaxOffer + 1024)
	_ = c.ws.SetReadDeadline(time.Now().Add(helloWithin))
	c.ws.SetPongHandler(func(string) error { return c.heard() })
	for {
		kind, data, err := c.ws.ReadMessage()
		switch {
		case errors.Is(err, websocket.ErrReadLimit):
			c.close(bye("too_large"))
			return
		case err != nil:
			return
		case kind != websocket.TextMessage:
			c.close(bye("malformed"))
			return
		case !c.limit.Allow():
			c.close(bye("too_many_messages"))
			return
		}
		c.carryOut(ctx, data)
		_ = c.heard()
	}
}

// carryOut does what a message asks, unless the conversation was closed
// before its turn came: what was sent behind the last word has no effect.
func (c *conversation) carryOut(ctx context.Context, data []byte) {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	select {
	case <-c.done:
	default:
		c.request(ctx, data)
	}
}

// heard gives a client more time to be silent in; one that has not got through
// its hello has only that of the hello, however often it answers pings.
func (c *conversation) heard() error {
	if c.seat.Load() == nil {
		return nil
	}
	return c.ws.SetReadDeadline(time.Now().Add(silentFor))
}

// leave ends the conversation, whatever it was doing: also after a panic,
// which drops this person and nobody else.
func (c *conversation) leave() {
	seat := c.seat.Load()
	if value := recover(); value != nil {
		who := rooms.Identity{}
		if seat != nil {
			who = seat.who
		}
		c.server.panicked(who, value)
		c.close(bye("internal"))
		if seat != nil {
			seat.media.abandon()
		}
	}
	c.close(wire.Bye{})
	<-c.ended
	if seat != nil {
		seat.release(c)
	}
}

// request answers one message.
func (c *conversation) request(ctx context.Context, data []byte) {
	var envelope wire.Envelope
	if json.Unmarshal(data, &envelope) != nil || envelope.Type == "" {
		c.send(errorOf(0, refuse("malformed", "That is not a message of this protocol.")))
		return
	}
	if len(data) > wire.MaxMessage && envelope.Type != wire.TypeOffer {
		c.close(bye("too_large"))
		return
	}
	seat := c.seat.Load()
	if seat != nil {
		seat.confirm(c)
	}
	if err := authorize(c.role(), c.place(), envelope.Type); err != nil {
		c.send(errorOf(envelope.ID, err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	reply, err := handlers[envelope.Type](ctx, c, envelope, data)
	switch {
	case err != nil:
		c.server.log.Debug("request refused", "type", envelope.Type, "error", err)
		c.send(errorOf(envelope.ID, err))
	case reply != nil:
		c.send(reply)
		c.greet(reply)
	case envelope.ID != 0:
		c.send(wire.OK{Envelope: wire.Envelope{Type: wire.TypeOK, ID: envelope.ID}})
	}
}

func (c *conversation) role() rooms.Role {
	if s := c.seat.Load(); s != nil {
		return s.who.Role
	}
	return ""
}

// place is where the conversation stands, for authorize.
func (c *conversation) place() place {
	s := c.seat.Load()
	switch {
	case s == nil:
		return atDoor
	case c.waiting.Load():
		return waiting
	}
	if p, ok := s.lounge.person(s.who.Person); ok && p.Stand == rooms.Admitted {
		return inRoom
	}
	return inLobby
}

// send queues a message; a reader who is 64 messages behind is closed.
func (c *conversation) send(message any) {
	data, err := json.Marshal(message)
	if err != nil {
		c.server.log.Error("message not encoded", "error", err)
		return
	}
	select {
	case c.out <- data:
	default:
		c.close(bye("slow"))
	}
}

// nudge has the writer look at the room again. It never blocks.
func (c *conversation) nudge() {
	select {
	case c.nudged <- struct{}{}:
	default:
	}
}

// close ends the conversation with a last word, once.
func (c *conversation) close(b wire.Bye) {
	c.once.Do(func() {
		c.final = b
		close(c.done)
	})
}

// fail closes with what err says.
func (c *conversation) fail(err error) {
	c.send(errorOf(0, err))
	c.close(byeFor(err))
}

// greet lets the room's news follow the welcome, never before it.
func (c *conversation) greet(reply any) {
	if _, welcome := reply.(wire.Welcome); welcome && !c.waiting.Load() {
		c.greeted.Store(true)
		c.nudge()
	}
}
