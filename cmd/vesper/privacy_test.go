package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// The marks are planted in what is not for peers. None is a word that could be
// anywhere else.
const (
	markStreet = "Quillfeather"
	markCity   = "Zembledon"
	markZip    = "70707"
	markPhone  = "909808707"
	markFriend = "Ottoline"
	markCall   = "303404505"
	markLegal  = "Wexcombe"
	markNote   = "Marrowgate"
)

// overheard is somebody's connection, byte for byte: what the page would hear,
// and nothing filtered.
type overheard struct {
	t    *testing.T
	ws   *websocket.Conn
	gone chan struct{}

	mu      sync.Mutex
	frames  []string // of the WebSocket
	answers []string // of the calls
	asked   int
}

// overhear comes in by a link, with the details of the door, and keeps every
// frame that arrives and the answers of the calls before.
func overhear(t *testing.T, link string, fill func(*wire.TicketRequest)) *overheard {
	t.Helper()
	base, secret, _ := strings.Cut(link, "/j#")
	o := &overheard{t: t, gone: make(chan struct{})}
	var invitation wire.Invitation
	o.post(base+"/api/v1/invitations/open", wire.OpenRequest{Secret: secret}, &invitation)
	request := wire.TicketRequest{
		Secret: secret, Rules: invitation.Rules.Version,
		Door: wire.Door{Name: invitation.Name, Place: "home", Phone: "+1 555 0100"},
	}
	fill(&request)
	var ticket wire.Ticket
	o.post(base+"/api/v1/invitations/ticket", request, &ticket)
	dialer := websocket.Dialer{Subprotocols: []string{wire.Protocol}}
	ws, response, err := dialer.DialContext(within(t, 10*time.Second), "ws"+strings.TrimPrefix(base, "http")+wire.Path, nil)
	must(t, err)
	_ = response.Body.Close()
	o.ws = ws
	t.Cleanup(func() { _ = ws.Close(); <-o.gone })
	go o.read()
	o.ask(map[string]any{"type": "hello", "ticket": ticket.Ticket})
	o.await("welcome")
	return o
}

func (o *overheard) post(url string, body, answer any) {
	o.t.Helper()
	data, err := json.Marshal(body)
	must(o.t, err)
	request, err := http.NewRequestWithContext(within(o.t, 10*time.Second), "POST", url, bytes.NewReader(data))
	must(o.t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	must(o.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(o.t, err)
	if response.StatusCode != 200 {
		o.t.Fatalf("POST %s: %d %s", url[strings.Index(url, "/api"):], response.StatusCode, text)
	}
	must(o.t, json.Unmarshal(text, answer))
	o.answers = append(o.answers, string(text))
}

func (o *overheard) read() {
	defer close(o.gone)
	for {
		_, data, err := o.ws.ReadMessage()
		if err != nil {
			return
		}
		o.keep(string(data))
	}
}

func (o *overheard) keep(frame string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.frames = append(o.frames, frame)
}

func (o *overheard) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.frames)
}

// ask sends a request; what comes of it is awaited by its effect.
func (o *overheard) ask(message map[string]any) {
	o.t.Helper()
	o.asked++
	message["id"] = o.asked
	must(o.t, o.ws.WriteJSON(message))
}

// await waits for a new frame that holds all of the words.
func (o *overheard) await(words ...string) {
	o.t.Helper()
	eventually(o.t, "a frame with "+strings.Join(words, ", "), func() bool {
		return slices.ContainsFunc(o.all(), func(frame string) bool {
			return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(frame, word) })
		})
	})
}

// answered waits until the last request has its answer.
func (o *overheard) answered() {
	o.t.Helper()
	id, err := json.Marshal(o.asked)
	must(o.t, err)
	eventually(o.t, "an answer", func() bool {
		return slices.ContainsFunc(o.all(), func(frame string) bool {
			var reply struct {
				Type string
				ID   json.RawMessage
			}
			_ = json.Unmarshal([]byte(frame), &reply)
			return (reply.Type == "ok" || reply.Type == "error") && string(reply.ID) == string(id)
		})
	})
}

// What a person gave at the door is for staff: a peer is through a whole
// evening with them and finds nothing of it in any byte that arrives.
func TestPeersNeverSee(t *testing.T) {
	show, links := startDemo(t, t.TempDir(), 0, "")
	clinic := rooms.ClinicID(show.clinic.ID)
	scales := plant(t, show, clinic)

	plain := func(*wire.TicketRequest) {}
	dana := overhear(t, links.Facilitator, plain)
	dana.await(`"state"`, `"board"`)
	ben := overhear(t, links.Participants[1], plain)
	dana.await("Ben T.", `"lobby"`)
	you := participantOf(t, show, "Ben T.")
	dana.ask(map[string]any{"type": "admit", "participant": you})
	ben.await(`"type":"state"`)

	value := 7
	telling := func(r *wire.TicketRequest) {
		r.Door.Place, r.Door.Phone = "elsewhere", "+1 "+markPhone
		r.Door.Address = &wire.Address{Line: "7 " + markStreet + " Rd", City: markCity, State: "Nevada", Zip: markZip}
		r.Door.Emergency = &wire.Contact{Name: markFriend, Phone: "+1 " + markCall}
		r.Answers = []wire.ScaleAnswer{{Scale: scales[0], Value: &value}, {Scale: scales[1]}}
	}
	ana := overhear(t, links.Participants[0], telling)
	dana.await("Ana R.", `"lobby"`, markPhone, "outside_state", `"elsewhere"`)
	her := participantOf(t, show, "Ana R.")
	for _, step := range []string{"admit", "mute", "stop_camera", "back_to_lobby", "admit", "remove", "undo_remove"} {
		dana.ask(map[string]any{"type": step, "participant": her})
		dana.answered()
	}
	<-ana.gone
	removed := ana.all()
	ana = overhear(t, links.Participants[0], telling)
	dana.ask(map[string]any{"type": "admit", "participant": her})
	ana.await(`"type":"state"`)
	ana.ask(map[string]any{"type": "hand", "up": true})
	ana.answered()
	ben.await(`"hands":["` + her + `"]`)
	for _, step := range []string{"lock", "unlock"} {
		dana.ask(map[string]any{"type": step})
		dana.answered()
	}
	dana.ask(map[string]any{"type": "segment", "index": 1})
	dana.answered()
	peerTries(ben, her)
	ana.ask(map[string]any{"type": "leave"})
	ben.await(`"gone"`, her)
	dana.ask(map[string]any{"type": "end"})
	<-ben.gone
	var after json.RawMessage
	base, secret, _ := strings.Cut(links.Participants[1], "/j#")
	ben.post(base+"/api/v1/invitations/after", wire.AfterRequest{Secret: secret}, &after)

	secrets := append([]string{markStreet, markCity, markZip, "Nevada", markFriend, markCall, markLegal, markNote}, scales...)
	peers := append([]string{markPhone, "outside_state", "elsewhere", `"place"`, `"phone"`, `"board"`, `"notice"`}, secrets...)
	unseen(t, "a peer", ben.all(), peers)
	unseen(t, "the person", append(removed, ana.all()...), peers)
	unseen(t, "staff", dana.all(), secrets)
	unseen(t, "a peer's page", ben.answers, []string{markPhone, markStreet, markFriend, markCall, markLegal, markNote, her})
	if n := len(ben.all()); n < 12 {
		t.Errorf("the peer heard only %d frames", n)
	}
}

// plant puts marks into the records and returns the ids of the scales.
func plant(t *testing.T, show *showing, clinic rooms.ClinicID) (scales []string) {
	t.Helper()
	r := show.house.records
	for _, m := range show.clinic.Members {
		person, err := r.Person(t.Context(), clinic, rooms.PersonID(m.Person))
		must(t, err)
		person.LegalName = m.Name + " " + markLegal
		must(t, r.UpdatePerson(t.Context(), person))
	}
	_, err := r.KeepNote(t.Context(), clinic, rooms.SessionID(show.clinic.Session), markNote)
	must(t, err)
	list, err := r.Scales(t.Context(), clinic)
	must(t, err)
	for _, scale := range list {
		scales = append(scales, scale.ID)
	}
	return scales
}

// participantOf is the id under which a room knows a member.
func participantOf(t *testing.T, show *showing, name string) string {
	t.Helper()
	for _, m := range show.clinic.Members {
		if m.Name == name {
			return string(rooms.Participant(rooms.SessionID(show.clinic.Session), rooms.PersonID(m.Person)))
		}
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}

// peerTries is what a curious peer may ask; it is refused, and tells nothing.
func peerTries(peer *overheard, about string) {
	for _, step := range []string{"admit", "mute", "remove", "move_device"} {
		peer.ask(map[string]any{"type": step, "participant": about})
		peer.answered()
	}
	peer.ask(map[string]any{"type": "admit_all"})
	peer.answered()
}

func unseen(t *testing.T, who string, frames, marks []string) {
	t.Helper()
	for _, frame := range frames {
		for _, mark := range marks {
			if strings.Contains(frame, mark) {
				t.Errorf("%s got %q: %s", who, mark, frame)
			}
		}
	}
}
