package signaling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"vesper/auth"
	"vesper/rooms"
	"vesper/sfu"
	"vesper/signaling/wire"
)

// Front is what the conversation needs to know of the door and of who is who.
// The records' side of the house implements it.
type Front interface {
	// Session is what may be known of a session before admission.
	Session(ctx context.Context, plan rooms.Plan) (wire.Session, error)
	// Details are what everybody who came to the session gave at the door.
	Details(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (map[rooms.PersonID]Details, error)
}

// Reception is what staff in a room may have done at the records. A refusal is
// a *rooms.Refusal. Each call is in the audit log when it returns.
type Reception interface {
	// FreshLink makes a personal link for a person of by's session and
	// withdraws those that they had.
	FreshLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) (url string, err error)
	// SendLink is FreshLink by mail: nobody in the room sees it.
	SendLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) error
	// SeatGuest gives somebody who is not on the roster a seat for by's
	// session alone, and a personal link.
	SeatGuest(ctx context.Context, by rooms.Identity, name string) (seat rooms.Seat, url string, err error)
}

// Options of a Server. Authority, Engine and Front must be set.
type Options struct {
	Authority *auth.Authority
	Engine    *sfu.Engine
	Front     Front
	// Reception makes links and seats guests; nil: the room can't.
	Reception Reception
	// Origins are the pages' origins (scheme://host:port) that may connect;
	// empty allows the request's own host only.
	Origins []string
	Clock   rooms.Clock
	Logger  *slog.Logger

	AudioSlots, VideoSlots int // offered to every client; 0: 8 and 12
}

// The conversation's limits.
const (
	helloWithin   = 10 * time.Second
	pingEvery     = 5 * time.Second
	silentFor     = 12 * time.Second // no pong, no message: the connection is lost
	writeWithin   = 5 * time.Second
	questionWaits = 10 * time.Second // for the old device's answer
	mediaWaits    = 30 * time.Second // media without a conversation
)

// Server serves the WebSocket of wire.Path. Attach comes before the first
// request.
type Server struct {
	options  Options
	clock    rooms.Clock
	log      *slog.Logger
	upgrader websocket.Upgrader
	hall     *rooms.Hall
	panics   atomic.Uint64

	mu            sync.Mutex
	lounges       map[rooms.SessionID]*lounge
	conversations map[*conversation]struct{}
	closed        bool
	wg            sync.WaitGroup
}

// NewServer makes a server without a hall; the hall is made with its Stage
// method and attached.
func NewServer(o Options) *Server {
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.AudioSlots == 0 {
		o.AudioSlots = 8
	}
	if o.VideoSlots == 0 {
		o.VideoSlots = 12
	}
	s := &Server{
		options: o, clock: o.Clock, log: o.Logger,
		lounges: map[rooms.SessionID]*lounge{}, conversations: map[*conversation]struct{}{},
	}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: helloWithin, Subprotocols: []string{wire.Protocol}, CheckOrigin: s.originAllowed,
		ReadBufferSize: 4096, WriteBufferSize: 4096,
	}
	return s
}

// Attach gives the server the hall whose rooms it serves.
func (s *Server) Attach(hall *rooms.Hall) { s.hall = hall }

// Stage makes the stage of a room; it is the hall's Stage option.
func (s *Server) Stage(plan rooms.Plan) rooms.Stage {
	l := newLounge(s, plan)
	stage := newStage(s.options.Engine.NewRouter(), s.clock, l)
	l.stage = stage
	s.mu.Lock()
	s.lounges[plan.Session] = l
	s.mu.Unlock()
	return stage
}

// originAllowed refuses pages of other sites; who sends no Origin is no browser.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.options.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && len(s.options.Origins) == 0 && u.Host == r.Host
}

// ServeHTTP is the conversation with one client, from the upgrade to the end.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := newConversation(s, ws)
	if !s.add(c) {
		c.close(bye("restart"))
	}
	defer s.remove(c)
	c.run(context.WithoutCancel(r.Context()))
}

func (s *Server) add(c *conversation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conversations[c] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *Server) remove(c *conversation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.conversations[c]; ok {
		delete(s.conversations, c)
		s.wg.Done()
	}
}

// open finds the session's room and the lounge before it.
func (s *Server) open(ctx context.Context, who rooms.Identity) (*rooms.Room, *lounge, error) {
	room, err := s.hall.Open(ctx, who.Session)
	switch {
	case errors.Is(err, rooms.ErrSealed):
		return nil, nil, rooms.RefusedEnded
	case err != nil:
		return nil, nil, err
	}
	s.mu.Lock()
	l := s.lounges[who.Session]
	s.mu.Unlock()
	if l == nil {
		return nil, nil, rooms.ErrGone
	}
	return room, l, l.attach(ctx, room)
}

func (s *Server) forget(l *lounge) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lounges[l.session] == l {
		delete(s.lounges, l.session)
	}
}

// Close tells every client to come back later and waits for all
// conversations. The hall is closed after it.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.conversations {
		c.close(bye("restart"))
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Panics is how many goroutines of single persons have panicked.
func (s *Server) Panics() uint64 { return s.panics.Load() }

func stack() string { return string(debug.Stack()) }
