package signaling

import (
	"sync"
	"time"

	"vesper/rooms"
	"vesper/sfu"
	"vesper/signaling/wire"
)

// stage applies one room's decisions to the media. Connections hand it their
// peers; only the stage puts a peer into the router or takes it out.
type stage struct {
	router *sfu.Router
	clock  rooms.Clock
	lounge *lounge

	// mu makes a peer's joining and the room's decision exclude each other.
	// The engine's callbacks never enter the stage.
	mu      sync.Mutex
	peers   map[rooms.PersonID]*sfu.Peer
	permits rooms.Permits
}

var _ rooms.Stage = (*stage)(nil)

func newStage(router *sfu.Router, clock rooms.Clock, lounge *lounge) *stage {
	s := &stage{router: router, clock: clock, lounge: lounge, peers: map[rooms.PersonID]*sfu.Peer{}, permits: rooms.Permits{}}
	router.OnSpeakers(func(speakers []sfu.Speaker) { lounge.speak(speakersOf(speakers)) })
	return s
}

func speakersOf(speakers []sfu.Speaker) []wire.Speaker {
	list := make([]wire.Speaker, len(speakers))
	for i, s := range speakers {
		list[i] = wire.Speaker{Participant: string(s.Peer), Level: s.Level}
	}
	return list
}

// Allow implements rooms.Stage. Gates close before anybody is let in.
func (s *stage) Allow(permits rooms.Permits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.permits = permits
	for person, peer := range s.peers {
		s.apply(peer, permits[person])
	}
}

func (s *stage) apply(peer *sfu.Peer, permit rooms.Permit) {
	if !permit.Room {
		s.router.Remove(peer)
	}
	peer.SetGate(sfu.Audio, permit.Mic)
	peer.SetGate(sfu.Video, permit.Camera)
	peer.SetGate(sfu.Screen, permit.Screen)
	if permit.Room {
		_ = s.router.Add(peer) // in it already is what is wanted
	}
}

// join puts a person's peer on the stage; it enters the router if and when
// the room permits. An older peer of the same person leaves.
func (s *stage) join(person rooms.PersonID, peer *sfu.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.peers[person]; old != nil && old != peer {
		s.router.Remove(old)
	}
	s.peers[person] = peer
	s.apply(peer, s.permits[person])
}

// leave takes a peer off the stage.
func (s *stage) leave(person rooms.PersonID, peer *sfu.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.router.Remove(peer)
	if s.peers[person] == peer {
		delete(s.peers, person)
	}
}

// Proofs implements rooms.Stage.
func (s *stage) Proofs() map[rooms.PersonID]time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	ages := make(map[rooms.PersonID]time.Duration, len(s.peers))
	for person, peer := range s.peers {
		if last := peer.LastProof(); !last.IsZero() {
			ages[person] = max(now.Sub(last), 0)
		}
	}
	return ages
}

// Close implements rooms.Stage.
func (s *stage) Close() {
	s.Allow(rooms.Permits{})
	s.router.Close()
	s.lounge.close()
}
