// Package client is a headless participant: it opens a personal link, speaks
// the signaling protocol, publishes raw RTP and hands over the RTP it
// receives with the slot and the participant it belongs to. The load test,
// the doctor, the end-to-end tests and the demo's bots are built on it, and
// so can other people's programs be.
//
// It knows the protocol (signaling/wire) and nothing of the server's insides.
// It neither encodes nor decodes media.
//
// Every goroutine of a Client is its own; Close and Drop return when all have
// ended. Callbacks (OnRTP, OnEvent, OnKeyframeRequest) are made from them, so
// a callback must not call Close or Drop. OnEvent may call Request.
package client

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"vesper/signaling/wire"
)

// Options say who joins and what is sent and received. Useful with only a Link.
type Options struct {
	Link string // personal link, https://host/j#secret

	// Instead of a link: a ticket or a resume token, and the server's URL
	// (https://host). With a link beside it, Resume is tried first and the
	// link is what a refused token falls back to.
	Ticket string
	Resume string
	URL    string

	Door wire.Door // empty fields: what the server pre-fills, "home", a number nobody has

	Publish     Publish
	SendInLobby bool // for tests that misbehave: publish without being admitted

	// Slots to offer; 0: as welcome says, negative: none.
	AudioSlots, VideoSlots int

	// Reconnect says what happens when the connection is lost. Without it the
	// client is done.
	Reconnect Reconnect

	HTTPClient *http.Client // nil: one with TLS
	TLS        *tls.Config
	Logger     *slog.Logger // nil: silent. IDs only, never names

	// OnRTP gets every received packet, from one goroutine a slot. The packet
	// and its payload are valid until it returns. Participant is whoever the
	// slot shows by the last slots message; retransmitted packets come late
	// and out of order, and now and then twice.
	OnRTP func(slot wire.Slot, participant string, p *rtp.Packet)

	// OnEvent gets every message of the server in order, after it was applied
	// to State, from one goroutine. 1,024 may wait; a callback that falls
	// further behind ends the connection with ErrSlow.
	OnEvent func(Event)
}

// Publish says what is sent. Nothing is sent before admission.
type Publish struct {
	Audio     bool
	Video     bool
	Simulcast bool // three encodings with the rids q, h, f
}

// Reconnect says how the client comes back after losing its connection.
type Reconnect int

const (
	Never       Reconnect = iota
	NewPeer               // resume, and a new PeerConnection
	RestartPeer           // resume, restart ICE; a new PeerConnection if that is refused
)

// Event is one message of the server, or a change of the connection.
type Event struct {
	Type    string // as on the wire; EventLost, EventResumed
	Message any    // a pointer to the wire struct; json.RawMessage for a type unknown here; error for EventLost
}

const (
	EventLost    = "connection_lost"
	EventResumed = "connection_resumed"
)

const eventQueue = 1024

var (
	ErrClosed       = errors.New("client: closed")
	ErrDisconnected = errors.New("client: the connection was lost")
	ErrNotAdmitted  = errors.New("client: not admitted, nothing was sent")
	ErrNotConnected = errors.New("client: media is not connected, nothing was sent")
	ErrSlow         = errors.New("client: the event callback fell behind")
)

// Client is one participant. Its methods may be called from any goroutine.
type Client struct {
	// set by Join
	options Options
	server  server
	log     *slog.Logger
	ctx     context.Context // ends with Close, Drop, or for good with the connection
	cancel  context.CancelCauseFunc
	events  chan Event
	kick    chan struct{} // wakes the media loop
	loops   sync.WaitGroup
	ended   chan struct{} // closed when run has ended; err is set before
	err     error

	room  room  // what the server told, has its own lock
	meter meter // what was counted, has its own lock

	you      atomic.Pointer[wire.You]
	slots    atomic.Pointer[map[string]wire.Slot] // by mid
	media    atomic.Pointer[peer]
	keyframe atomic.Pointer[func(rid string)]

	mu        sync.Mutex
	conn      *conn  // nil while there is none
	ticket    string // given and not yet used
	resume    string
	renew     renewal // what the media loop should do next
	leaving   bool    // Leave or Close was called: the server's goodbye is no loss
	slotCount wire.SlotCount
}

// Join opens the link and returns after welcome: in the lobby, admitted, or
// as a second device. Media is negotiated on the client's own goroutine; wait
// for it with WaitMedia. A refusal is an *Error. ctx bounds joining only.
func Join(ctx context.Context, options Options) (*Client, error) {
	at, err := findServer(options)
	if err != nil {
		return nil, err
	}
	c := &Client{
		options: options,
		server:  at,
		log:     options.Logger,
		events:  make(chan Event, eventQueue),
		kick:    make(chan struct{}, 1),
		ended:   make(chan struct{}),
		ticket:  options.Ticket,
		resume:  options.Resume,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.room.init()
	c.slots.Store(&map[string]wire.Slot{})
	first, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.adopt(first)
	c.loops.Add(3)
	go c.run(first)
	go c.deliver()
	go c.negotiateLoop()
	return c, nil
}

// Close leaves the room, waits up to a second for the server's answer, closes
// everything and waits for the client's goroutines.
func (c *Client) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c.ctx.Err() == nil {
		_ = c.Leave(ctx)
	}
	c.shut(false)
	return nil
}

// Drop vanishes as a phone without battery does: the sockets close, nothing
// is said. Resume opens the next connection.
func (c *Client) Drop() { c.shut(true) }

// Interrupt cuts the WebSocket under the client's feet, which then does what
// Options.Reconnect says.
func (c *Client) Interrupt() {
	if conn := c.current(); conn != nil {
		conn.cut()
	}
}

func (c *Client) shut(abrupt bool) {
	c.mu.Lock()
	c.leaving = true
	conn := c.conn
	c.mu.Unlock()
	if p := c.media.Load(); abrupt && p != nil {
		p.silence()
	}
	c.cancel(ErrClosed)
	if conn != nil {
		conn.close(abrupt)
	}
	c.loops.Wait()
}

// Done is closed when the client has ended for good; Err then says why.
func (c *Client) Done() <-chan struct{} { return c.ended }

// Err says why the client ended: an *Error with the code of the server's
// goodbye or refusal, ErrClosed, or what the network said. Nil while it lives.
func (c *Client) Err() error {
	select {
	case <-c.ended:
		return c.err
	default:
		return nil
	}
}

// Resume is the token that opens the next connection of the same device.
func (c *Client) Resume() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resume
}

// ID is the client's own participant id.
func (c *Client) ID() string { return c.You().Participant }

// You is the client's own seat and state. It is cheap.
func (c *Client) You() wire.You { return *c.you.Load() }

func (c *Client) current() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// run reads connections one after the other until the client ends.
func (c *Client) run(conn *conn) {
	defer c.loops.Done()
	for {
		err := c.read(conn)
		conn.close(true)
		c.lost(err)
		if !c.comesBack(err) {
			c.finish(err)
			return
		}
		next, err := c.reopen(err)
		if err != nil {
			c.finish(err)
			return
		}
		conn = next
		c.adopt(conn)
		c.emit(Event{Type: EventResumed})
	}
}

// finish ends the client. The other loops see the context and end too.
func (c *Client) finish(err error) {
	if cause := context.Cause(c.ctx); cause != nil {
		err = cause
	}
	c.err = err
	c.cancel(err)
	close(c.ended)
	c.room.wake()
	close(c.events)
}

// emit queues an event; only run calls it. It reports whether there was room.
func (c *Client) emit(e Event) bool {
	if c.options.OnEvent == nil {
		return true
	}
	select {
	case c.events <- e:
		return true
	default:
		return false
	}
}

func (c *Client) deliver() {
	defer c.loops.Done()
	for e := range c.events {
		c.options.OnEvent(e)
	}
}
