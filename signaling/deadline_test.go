package signaling

import (
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// deadlines notes the latest read deadline that its connections were given.
type deadlines struct {
	net.Listener
	mu     sync.Mutex
	latest time.Time
}

type notedConn struct {
	net.Conn
	to *deadlines
}

func (d *deadlines) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	return notedConn{c, d}, err
}

func (c notedConn) SetReadDeadline(t time.Time) error {
	c.to.mu.Lock()
	if t.After(c.to.latest) {
		c.to.latest = t
	}
	c.to.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

// A client that answers pings and never says who it is must not stay.
func TestPongsDoNotReplaceTheHello(t *testing.T) {
	h := newHouse(t)
	pages := httptest.NewUnstartedServer(h.server)
	noted := &deadlines{Listener: pages.Listener}
	pages.Listener = noted
	pages.Start()
	t.Cleanup(pages.Close)
	h.url = "ws" + strings.TrimPrefix(pages.URL, "http")

	l := h.dial()
	check(t, l.ws.WriteMessage(websocket.PongMessage, nil))
	l.say(`{"type":"ping","id":1}`)
	l.wantError("hello_first") // so the pong has been read
	noted.mu.Lock()
	left := time.Until(noted.latest)
	noted.mu.Unlock()
	if left > helloWithin {
		t.Errorf("%v left for a hello, want at most %v", left, helloWithin)
	}
	l.say(`{"type":"hello","id":2,"ticket":"` + h.ticket("pat") + `"}`)
	l.hear("welcome")
	l.say(`{"type":"ping","id":3}`)
	l.hear("ok")
	noted.mu.Lock()
	defer noted.mu.Unlock()
	if left := time.Until(noted.latest); left <= helloWithin {
		t.Errorf("%v left for somebody who is in, want about %v", left, silentFor)
	}
}
