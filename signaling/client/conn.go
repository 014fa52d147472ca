package client

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"vesper/signaling/wire"
)

const (
	pingEvery  = 15 * time.Second
	silentFor  = 45 * time.Second // nothing at all heard: the connection is dead
	writeFor   = 10 * time.Second
	welcomeFor = 20 * time.Second
)

// conn is one WebSocket. One goroutine reads; any may write. gorilla allows
// one writer at a time, which mu is for, and control messages beside it.
type conn struct {
	socket  *websocket.Conn
	welcome wire.Welcome
	closing sync.Once
	gone    chan struct{} // closed with the socket: pending requests give up

	mu     sync.Mutex // guards writing, and:
	nextID uint64
	wait   map[uint64]chan reply
}

// reply is what the server said to a request: raw is the message.
type reply struct {
	kind string
	raw  []byte
	err  error
}

// open gets what hello needs, dials and waits for welcome.
func (c *Client) open(ctx context.Context) (*conn, error) {
	c.mu.Lock()
	hello := wire.Hello{Ticket: c.ticket, Resume: c.resume}
	c.ticket = "" // opens one connection
	c.mu.Unlock()
	conn, err := c.openWith(ctx, hello)
	if hello.Resume != "" && c.server.secret != "" && Code(err) == "resume_invalid" {
		return c.openWith(ctx, wire.Hello{}) // start again from the link
	}
	return conn, err
}

func (c *Client) openWith(ctx context.Context, hello wire.Hello) (*conn, error) {
	if hello.Ticket == "" && hello.Resume == "" {
		ticket, err := c.server.ticket(ctx, c.options.Door)
		if err != nil {
			return nil, err
		}
		hello.Ticket = ticket
	}
	hello.Envelope = wire.Envelope{Type: wire.TypeHello, ID: 1}
	dialer := websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: 20 * time.Second,
		Subprotocols:     []string{wire.Protocol},
		TLSClientConfig:  c.options.TLS,
	}
	socket, response, err := dialer.DialContext(ctx, c.server.signalURL(), nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("dial: HTTP status %d: %w", response.StatusCode, err)
		}
		return nil, fmt.Errorf("dial: %w", err)
	}
	conn := &conn{socket: socket, gone: make(chan struct{}), nextID: 1, wait: map[uint64]chan reply{}}
	if err := conn.greet(ctx, hello); err != nil {
		conn.close(true)
		return nil, err
	}
	return conn, nil
}

// greet sends hello and reads until welcome. A context that ends cuts the socket.
func (s *conn) greet(ctx context.Context, hello wire.Hello) error {
	stop := context.AfterFunc(ctx, s.cut)
	defer stop()
	s.listen()
	_ = s.socket.SetReadDeadline(time.Now().Add(welcomeFor))
	if err := s.write(hello); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	for {
		_, raw, err := s.socket.ReadMessage()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("hello: %w", err)
		}
		var envelope wire.Envelope
		if err := json.Unmarshal(raw, &envelope); err != nil {
			return fmt.Errorf("hello: %w", err)
		}
		switch envelope.Type {
		case wire.TypeWelcome:
			return json.Unmarshal(raw, &s.welcome)
		case wire.TypeError, wire.TypeBye:
			return refusal(raw)
		}
	}
}

// listen sets the limits and answers the server's pings, which count as life.
func (s *conn) listen() {
	s.socket.SetReadLimit(1 << 20)
	s.socket.SetPingHandler(func(data string) error {
		s.alive()
		_ = s.socket.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeFor))
		return nil
	})
	s.socket.SetPongHandler(func(string) error { s.alive(); return nil })
}

func (s *conn) alive() { _ = s.socket.SetReadDeadline(time.Now().Add(silentFor)) }

func (s *conn) write(message any) error {
	raw, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return s.writeRaw(raw)
}

func (s *conn) writeRaw(raw []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.socket.SetWriteDeadline(time.Now().Add(writeFor))
	return s.socket.WriteMessage(websocket.TextMessage, raw)
}

// ask takes the next id; the reply comes through the channel, which holds one.
func (s *conn) ask() (uint64, chan reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	answer := make(chan reply, 1)
	s.wait[s.nextID] = answer
	return s.nextID, answer
}

func (s *conn) forget(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.wait, id)
}

func (s *conn) answer(id uint64, r reply) {
	s.mu.Lock()
	waiting, ok := s.wait[id]
	delete(s.wait, id)
	s.mu.Unlock()
	if ok {
		waiting <- r
	}
}

// cut closes the socket under everything, without a close message.
func (s *conn) cut() { _ = s.socket.NetConn().Close() }

func (s *conn) close(abrupt bool) {
	s.closing.Do(func() {
		if !abrupt {
			text := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = s.socket.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second))
		}
		close(s.gone)
		_ = s.socket.Close()
	})
}

// read hands the connection's messages on until it ends; run calls it.
func (c *Client) read(s *conn) error {
	keep := make(chan struct{})
	go func() { defer close(keep); s.keepAlive() }()
	defer func() { <-keep }()
	defer s.close(true)
	for {
		s.alive()
		_, raw, err := s.socket.ReadMessage()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDisconnected, err)
		}
		if err := c.handle(s, raw); err != nil {
			return err
		}
	}
}

// keepAlive pings until the connection ends. The answer is an ok nobody waits for.
func (s *conn) keepAlive() {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-ticker.C:
			id, _ := s.ask()
			s.forget(id)
			if s.write(wire.Plain{Envelope: wire.Envelope{Type: wire.TypePing, ID: id}}) != nil {
				s.cut()
				return
			}
		}
	}
}

// adopt makes a greeted connection the client's own.
func (c *Client) adopt(s *conn) {
	w := s.welcome
	c.mu.Lock()
	c.conn, c.resume, c.slotCount = s, w.Resume, w.Slots
	c.renew = renewPeer
	if c.media.Load() != nil && c.options.Reconnect == RestartPeer {
		c.renew = renewICE
	}
	c.mu.Unlock()
	c.you.Store(&w.You)
	c.room.welcome(w)
	if c.emit(Event{Type: wire.TypeWelcome, Message: &w}) {
		c.wakeMedia()
	}
	if c.ctx.Err() != nil { // closed while it was being opened
		s.close(true)
	}
}

// lost takes the connection away: nobody finds it any more.
func (c *Client) lost(err error) {
	c.mu.Lock()
	c.conn = nil
	c.mu.Unlock()
	c.room.disconnected()
	c.emit(Event{Type: EventLost, Message: err})
	c.log.Debug("connection lost", "error", err)
}

// comesBack says whether a lost connection is to be followed by another.
func (c *Client) comesBack(err error) bool {
	c.mu.Lock()
	leaving := c.leaving
	c.mu.Unlock()
	return c.options.Reconnect != Never && !leaving && c.ctx.Err() == nil && !final(err)
}

// reopen tries until it is welcomed, refused for good, or the client is closed:
// after 0.1 s at first, every 5 s at last.
func (c *Client) reopen(cause error) (*conn, error) {
	pause := 100 * time.Millisecond
	for {
		jitter := time.Duration(rand.Int64N(int64(pause / 2)))
		select {
		case <-c.ctx.Done():
			return nil, cause
		case <-time.After(pause + jitter):
		}
		next, err := c.open(c.ctx)
		if err == nil {
			c.meter.reconnected()
			return next, nil
		}
		if c.ctx.Err() != nil || final(err) {
			return nil, err
		}
		c.log.Debug("reconnecting", "error", err)
		pause = min(2*pause, 5*time.Second)
	}
}
