package client

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"vesper/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testServer is a small server with one seat: it speaks the protocol over real
// sockets and answers offers with a real PeerConnection.
type testServer struct {
	t    *testing.T
	http *httptest.Server

	mu       sync.Mutex
	state    string // of the next welcome
	slots    wire.SlotCount
	problem  *wire.Problem
	refuse   map[string]string // request type -> code
	noResume bool
	used     map[string]bool
	doors    []wire.Door
	hellos   []wire.Hello
	requests []string
	offers   []string
	sockets  []*testConn
	peers    []*webrtc.PeerConnection

	joined chan *testConn
	media  chan *testMedia
}

// testConn is the server's end of one WebSocket.
type testConn struct {
	socket *websocket.Conn
	mu     sync.Mutex
	gone   chan struct{}
}

// testMedia is the server's end of one PeerConnection.
type testMedia struct {
	pc        *webrtc.PeerConnection
	slots     map[string]*outbound // by mid
	connected chan struct{}
	published chan *webrtc.TrackRemote
	packets   chan testPacket
	feedback  chan rtcp.Packet
}

type testPacket struct {
	track  *webrtc.TrackRemote
	packet *rtp.Packet
	rtx    bool
	level  []byte
}

func newTestServer(t *testing.T) *testServer {
	s := &testServer{t: t, state: "lobby", slots: wire.SlotCount{Audio: 1, Video: 2},
		refuse: map[string]string{}, used: map[string]bool{},
		joined: make(chan *testConn, 8), media: make(chan *testMedia, 8)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+openPath, s.open)
	mux.HandleFunc("POST "+ticketPath, s.ticket)
	mux.HandleFunc("GET "+wire.Path, s.signal)
	s.http = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.cutAll()
		s.http.CloseClientConnections()
		s.http.Close()
		for _, pc := range s.peers {
			_ = pc.GracefulClose()
		}
	})
	return s
}

func (s *testServer) link() string { return s.http.URL + "/j#secret" }

func (s *testServer) cutAll() {
	s.mu.Lock()
	sockets := s.sockets
	s.mu.Unlock()
	for _, c := range sockets {
		_ = c.socket.Close()
		<-c.gone
	}
}

func (s *testServer) open(w http.ResponseWriter, r *http.Request) {
	_ = json.NewEncoder(w).Encode(wire.Invitation{Status: "open", Name: "Ana R.", Role: "participant",
		Prefill: wire.Door{Name: "Ana R."}, Rules: wire.Rules{Version: "7"}})
}

func (s *testServer) ticket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var request wire.TicketRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.Secret != "secret" || request.Rules != "7" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.doors = append(s.doors, request.Door)
	if s.problem != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(s.problem.Status)
		_ = json.NewEncoder(w).Encode(s.problem)
		return
	}
	_ = json.NewEncoder(w).Encode(wire.Ticket{Ticket: "ticket " + time.Now().String()})
}

func (s *testServer) signal(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{wire.Protocol}}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &testConn{socket: socket, gone: make(chan struct{})}
	defer close(c.gone)
	s.mu.Lock()
	s.sockets = append(s.sockets, c)
	s.mu.Unlock()
	if !s.greet(c) {
		return
	}
	for {
		_, raw, err := socket.ReadMessage()
		if err != nil {
			return
		}
		s.serve(c, raw)
	}
}

func (s *testServer) greet(c *testConn) bool {
	defer c.socket.SetReadDeadline(time.Time{})
	_ = c.socket.SetReadDeadline(time.Now().Add(5 * time.Second))
	var hello wire.Hello
	if c.socket.ReadJSON(&hello) != nil {
		return false
	}
	s.mu.Lock()
	s.hellos = append(s.hellos, hello)
	state, slots := s.state, s.slots
	code := ""
	switch {
	case hello.Type != wire.TypeHello:
		code = "hello_first"
	case hello.Ticket != "" && s.used[hello.Ticket]:
		code = "ticket_used"
	case hello.Ticket == "" && (hello.Resume == "" || s.noResume):
		code = "resume_invalid"
	}
	s.used[hello.Ticket] = true
	s.mu.Unlock()
	if code != "" {
		c.send(wire.Error{Envelope: wire.Envelope{Type: wire.TypeError, ID: hello.ID}, Code: code})
		_ = c.socket.Close()
		return false
	}
	c.send(wire.Welcome{Envelope: wire.Envelope{Type: wire.TypeWelcome, ID: hello.ID}, Resume: "resume",
		You: wire.You{Participant: "me", State: state}, Slots: slots, Version: 1})
	s.joined <- c
	return true
}

func (s *testServer) serve(c *testConn, raw []byte) {
	var envelope wire.Envelope
	if json.Unmarshal(raw, &envelope) != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, envelope.Type)
	code := s.refuse[envelope.Type]
	s.mu.Unlock()
	switch {
	case code != "":
		c.send(wire.Error{Envelope: wire.Envelope{Type: wire.TypeError, ID: envelope.ID}, Code: code, Message: "No."})
	case envelope.Type == wire.TypeOffer:
		var offer wire.Offer
		_ = json.Unmarshal(raw, &offer)
		s.mu.Lock()
		s.offers = append(s.offers, offer.SDP)
		s.mu.Unlock()
		m, answer := s.answer(offer.SDP)
		c.send(wire.Answer{Envelope: wire.Envelope{Type: wire.TypeAnswer, ID: offer.ID}, SDP: answer})
		s.mu.Lock()
		s.peers = append(s.peers, m.pc) // a lost WebSocket leaves media standing
		s.mu.Unlock()
		s.media <- m
	case envelope.Type == wire.TypeLeave:
		c.send(wire.OK{Envelope: wire.Envelope{Type: wire.TypeOK, ID: envelope.ID}})
		c.send(wire.Bye{Envelope: wire.Envelope{Type: wire.TypeBye}, Code: "left"})
		_ = c.socket.Close()
	case envelope.ID != 0:
		c.send(wire.OK{Envelope: wire.Envelope{Type: wire.TypeOK, ID: envelope.ID}})
	}
}

func (c *testConn) send(message any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.socket.WriteJSON(message)
}

func (c *testConn) you(state string, version uint64) {
	c.send(wire.YouChanged{Envelope: wire.Envelope{Type: wire.TypeYou}, Version: version,
		You: wire.You{Participant: "me", State: state}})
}

// answer makes the server's PeerConnection, with a track in every slot.
func (s *testServer) answer(offer string) (*testMedia, string) {
	t := s.t
	engine := &webrtc.MediaEngine{}
	must(t, registerCodecs(engine))
	settings := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard}}
	settings.SetIncludeLoopbackCandidate(true)
	must(t, settings.SetAnsweringDTLSRole(webrtc.DTLSRoleServer))
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	m := &testMedia{pc: pc, slots: map[string]*outbound{}, connected: make(chan struct{}),
		published: make(chan *webrtc.TrackRemote, 8), packets: make(chan testPacket, 256), feedback: make(chan rtcp.Packet, 256)}
	var once sync.Once
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once.Do(func() {
				for _, slot := range m.slots {
					slot.ready.Store(true)
				}
				close(m.connected)
			})
		}
	})
	pc.OnTrack(m.read)
	must(t, pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}))
	for _, line := range pc.GetTransceivers() {
		if line.Direction() != webrtc.RTPTransceiverDirectionSendonly || line.Sender() != nil {
			continue
		}
		slot := newOutbound(line.Kind(), "")
		slot.line = line
		sender, err := api.NewRTPSender(slot, pc.SCTP().Transport())
		must(t, err)
		must(t, line.SetSender(sender, slot))
		m.slots[line.Mid()] = slot
		go m.readFeedback(sender)
	}
	answer, err := pc.CreateAnswer(nil)
	must(t, err)
	gathered := webrtc.GatheringCompletePromise(pc)
	must(t, pc.SetLocalDescription(answer))
	<-gathered
	return m, pc.LocalDescription().SDP
}

func (m *testMedia) read(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	m.published <- track
	var level uint8
	for _, e := range receiver.GetParameters().HeaderExtensions {
		if strings.HasSuffix(e.URI, "audio-level") {
			level = uint8(e.ID)
		}
	}
	for {
		p, attributes, err := track.ReadRTP()
		if err != nil {
			return
		}
		m.packets <- testPacket{track: track, packet: p,
			rtx: attributes.Get(webrtc.AttributeRtxSsrc) != nil, level: p.GetExtension(level)}
	}
}

func (m *testMedia) readFeedback(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			select {
			case m.feedback <- p:
			default:
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// take waits for one value.
func take[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("timed out waiting for %s", what)
		panic("unreachable")
	}
}
