package signaling

import (
	"sync"
	"testing"

	"github.com/pion/webrtc/v4"

	"vesper/rooms"
	"vesper/sfu"
	"vesper/signaling/wire"
)

// offerOf is what a new PeerConnection offers that only listens.
func offerOf(t *testing.T) string {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	check(t, err)
	defer func() { _ = pc.GracefulClose() }()
	_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	check(t, err)
	offer, err := pc.CreateOffer(nil)
	check(t, err)
	return offer.SDP
}

// seated brings somebody in and returns their seat and what holds it.
func (h *clinicHouse) seated(name string) (*seat, *conversation) {
	h.t.Helper()
	h.enter(name)
	h.server.mu.Lock()
	l := h.server.lounges[h.session]
	h.server.mu.Unlock()
	l.mu.Lock()
	s := l.seats[h.who[name].Person]
	l.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s, s.conv
}

func (h *clinicHouse) wantPeers(most int, when string) {
	h.t.Helper()
	if got := h.server.options.Engine.Stats().Peers; got > most {
		h.t.Errorf("%d peers %s, want at most %d", got, when, most)
	}
}

// An offer that was under way when its person lost their place leaves no peer
// behind: the seat's mailbox may have ended already.
func TestOfferAfterTheEndOfAPlace(t *testing.T) {
	h := newHouse(t)
	s, conv := h.seated("pat")
	other, otherConv := h.seated("quinn")
	offer := offerOf(t)
	check(t, s.room.Do(t.Context(), rooms.Remove{Actor: h.who["dana"].Person, Person: s.who.Person}))
	if _, err := s.media.answer(t.Context(), conv, offer); err == nil {
		t.Error("a removed person's offer was answered")
	}
	h.wantPeers(0, "after the removal")
	other.lounge.stage.Close() // as the room does when this node lets go of it
	if _, err := other.media.answer(t.Context(), otherConv, offer); err == nil {
		t.Error("an offer was answered after the room's end")
	}
	h.wantPeers(0, "after the room's end")
}

// The old device's offer may be under way while the new one makes its own.
func TestOffersAtTheSameTime(t *testing.T) {
	h := newHouse(t)
	s, conv := h.seated("pat")
	offers := make([]string, 8)
	for i := range offers {
		offers[i] = offerOf(t)
	}
	var all sync.WaitGroup
	for _, offer := range offers {
		all.Go(func() { _, _ = s.media.answer(t.Context(), conv, offer) })
	}
	all.Wait()
	h.wantPeers(1, "of one seat")
	s.lounge.stage.mu.Lock()
	staged := s.lounge.stage.peers[s.who.Person]
	s.lounge.stage.mu.Unlock()
	if now := s.media.current(); now == nil || staged != now {
		t.Errorf("the stage has another peer (%p) than the seat (%p)", staged, now)
	}
}

// A connection that broke must not take its successor along.
func TestLateFailureOfAnOlderConnection(t *testing.T) {
	h := newHouse(t)
	s, conv := h.seated("pat")
	_, err := s.media.answer(t.Context(), conv, offerOf(t))
	check(t, err)
	failed := s.media.options(s.media.conn).OnFailed
	_, err = s.media.answer(t.Context(), conv, offerOf(t))
	check(t, err)
	failed(rooms.ErrGone)
	ran := make(chan struct{})
	s.box.put(func() { close(ran) })
	<-ran
	if !s.media.alive() {
		t.Error("the new connection was closed for the old one's failure")
	}
}

// A device that lost the seat gets no peer in the name of the next one.
func TestOfferOfADeviceThatLostTheSeat(t *testing.T) {
	h := newHouse(t)
	s, old := h.seated("pat")
	h.enter("pat") // waits
	if !s.move(nil) {
		t.Fatal("nobody waited")
	}
	if _, err := s.media.answer(t.Context(), old, offerOf(t)); err == nil {
		t.Error("the old device's offer was answered")
	}
	h.wantPeers(0, "before the new device's offer")
}

// Somebody who spoke in the lobby only has sent no audio in the room.
func TestAVoiceThatCeasesIsNoMedia(t *testing.T) {
	h := newHouse(t)
	s, _ := h.seated("dana")
	before, err := s.room.View(t.Context())
	check(t, err)
	s.media.options(1).OnPublish(sfu.Audio, false)
	ran := make(chan struct{})
	s.box.put(func() { close(ran) })
	<-ran
	after, err := s.room.View(t.Context())
	check(t, err)
	if after.Version != before.Version {
		t.Error("the end of a voice is in the journal as media")
	}
}

// The router looks at every tile whenever somebody comes or goes.
func TestAViewHasNoMoreTilesThanLines(t *testing.T) {
	h := newHouse(t)
	s, _ := h.seated("dana")
	s.media.view(make([]wire.Tile, 20000))
	if got := len(s.media.tiles); got > wire.MaxLines {
		t.Errorf("%d tiles are kept, want at most %d", got, wire.MaxLines)
	}
}
