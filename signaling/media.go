package signaling

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vesper/rooms"
	"vesper/sfu"
	"vesper/signaling/wire"
)

// connBits is how many PeerConnections one generation may have: a connection's
// number is the generation, shifted, plus a count. So the journal tells, after
// a crash, which resume tokens are too old.
const connBits = 8

// media is a seat's PeerConnection and what the engine says of it.
type media struct {
	seat  *seat
	slots atomic.Pointer[[]wire.Slot]
	// camera: packets of the camera are coming, whether or not the person is
	// in the room already.
	camera atomic.Bool

	negotiation sync.Mutex // one offer at a time, also of a device and the next one

	mu     sync.Mutex
	peer   *sfu.Peer
	origin string // the o= line's session id: a new one is a new PeerConnection
	conn   uint64
	tiles  []sfu.Tile // as last said, also before there was a peer
}

// answer negotiates. An offer of the same PeerConnection goes to the same
// peer (more slots, an ICE restart); one of a new PeerConnection replaces it.
// Who lost the seat, the room or their place in it meanwhile gets no peer.
func (m *media) answer(ctx context.Context, c *conversation, offer string) (string, error) {
	m.negotiation.Lock()
	defer m.negotiation.Unlock()
	device, holds := m.seat.holder(c)
	if !holds || !m.seat.open(device) {
		return "", rooms.RefusedNotNow
	}
	origin := originOf(offer)
	m.mu.Lock()
	peer, same := m.peer, m.origin == origin
	m.mu.Unlock()
	if peer != nil && same {
		return peer.Answer(ctx, offer)
	}
	m.close()
	peer, err := m.open(origin)
	if err != nil {
		return "", err
	}
	answer, err := peer.Answer(ctx, offer)
	if err != nil {
		m.closePeer(peer)
		return "", err
	}
	m.seat.lounge.stage.join(m.seat.who.Person, peer)
	if m.current() != peer || !m.seat.open(device) { // whoever ended it may have looked before it was there
		m.seat.lounge.stage.leave(m.seat.who.Person, peer)
		m.closePeer(peer)
		return "", rooms.RefusedNotNow
	}
	return answer, nil
}

// originOf is the session id of the o= line (RFC 8866, 5.2), which a browser
// keeps for the life of a PeerConnection.
func originOf(sdp string) string {
	for line := range strings.Lines(sdp) {
		if rest, ok := strings.CutPrefix(line, "o="); ok {
			if fields := strings.Fields(rest); len(fields) > 1 {
				return fields[1]
			}
		}
	}
	return ""
}

func (m *media) open(origin string) (*sfu.Peer, error) {
	s := m.seat
	s.mu.Lock()
	generation := s.generation
	s.mu.Unlock()
	m.mu.Lock()
	m.conn = max(m.conn+1, generation<<connBits)
	conn := m.conn
	m.mu.Unlock()
	peer, err := s.lounge.server.options.Engine.NewPeer(m.options(conn))
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.peer, m.origin = peer, origin
	tiles := m.tiles
	m.mu.Unlock()
	if tiles != nil {
		peer.SetView(tiles)
	}
	return peer, nil
}

// options are the engine's callbacks. They only leave word in the mailbox.
func (m *media) options(conn uint64) sfu.PeerOptions {
	s, person := m.seat, m.seat.who.Person
	clock := s.lounge.server.clock
	report := func(at time.Time, fact func(time.Time) rooms.Command) {
		s.box.put(func() { _ = s.room.Report(context.Background(), max(clock.Now().Sub(at), 0), fact) })
	}
	return sfu.PeerOptions{
		ID: sfu.PeerID(rooms.Participant(s.who.Session, person)),
		OnConnected: func(at time.Time) {
			report(at, func(since time.Time) rooms.Command { return rooms.Connect{Person: person, Conn: conn, Since: since} })
		},
		OnSilent: func(last time.Time) {
			report(last, func(since time.Time) rooms.Command { return rooms.Lose{Person: person, Conn: conn, Since: since} })
		},
		OnPublish: func(kind sfu.Kind, active bool) {
			if kind == sfu.Video {
				m.camera.Store(active)
			}
			if active || kind == sfu.Video { // a voice that ceases is no fact of its own
				s.box.put(func() { s.tell(published(person, kind, active)) })
			}
		},
		OnSlots: func(slots []sfu.SlotState) {
			m.slots.Store(slotsOf(slots))
			s.nudge()
		},
		OnFailed: func(err error) {
			s.lounge.server.log.Warn("media failed", "session", s.who.Session, "person", person, "error", err)
			s.box.put(func() { m.closeConn(conn) })
		},
	}
}

func published(person rooms.PersonID, kind sfu.Kind, active bool) rooms.Command {
	switch {
	case kind == sfu.Video && !active:
		return rooms.CameraCeased{Person: person}
	case kind == sfu.Video:
		return rooms.Media{Person: person, Reason: "camera"}
	}
	return rooms.Media{Person: person, Reason: kind.String()}
}

func slotsOf(slots []sfu.SlotState) *[]wire.Slot {
	list := make([]wire.Slot, len(slots))
	for i, s := range slots {
		list[i] = wire.Slot{Mid: s.Mid, Kind: s.Kind.String(), Participant: string(s.Source), Generation: s.Generation}
	}
	return &list
}

// view passes on what the client shows, and keeps it for the next peer.
func (m *media) view(tiles []wire.Tile) {
	tiles = tiles[:min(len(tiles), wire.MaxLines)] // nobody has more slots than lines
	list := make([]sfu.Tile, 0, len(tiles))
	for _, t := range tiles {
		kind := sfu.Video
		if t.Kind == sfu.Screen.String() {
			kind = sfu.Screen
		}
		list = append(list, sfu.Tile{Source: sfu.PeerID(t.Participant), Kind: kind, Width: t.Width, Height: t.Height})
	}
	m.mu.Lock()
	m.tiles = list
	peer := m.peer
	m.mu.Unlock()
	if peer != nil {
		peer.SetView(list)
	}
}

func (m *media) alive() bool { return m.current() != nil }

func (m *media) current() *sfu.Peer {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peer
}

// close ends the PeerConnection; the engine reports the last proof.
func (m *media) close() { m.closePeer(m.current()) }

// closeConn closes the PeerConnection of that number, not a later one.
func (m *media) closeConn(conn uint64) {
	m.mu.Lock()
	peer, mine := m.peer, m.conn == conn
	m.mu.Unlock()
	if mine {
		m.closePeer(peer)
	}
}

// closePeer closes that peer, if it is still the one. It may be nil.
func (m *media) closePeer(peer *sfu.Peer) {
	if m.detach(peer) {
		_ = peer.Close()
	}
}

// abandon is close for a goroutine that the engine may be waiting for.
func (m *media) abandon() {
	if peer := m.current(); m.detach(peer) {
		go func() { _ = peer.Close() }()
	}
}

func (m *media) detach(peer *sfu.Peer) bool {
	m.mu.Lock()
	mine := peer != nil && m.peer == peer
	if mine {
		m.peer, m.origin = nil, ""
		m.slots.Store(nil)
		m.camera.Store(false)
	}
	m.mu.Unlock()
	if mine {
		m.seat.lounge.stage.leave(m.seat.who.Person, peer)
	}
	return mine
}
