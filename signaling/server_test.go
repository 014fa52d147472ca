package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/memstore"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/sfu"
	"vesper/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clinicHouse is a server with real records, keys and media, and one evening
// that is open now.
type clinicHouse struct {
	t         *testing.T
	server    *Server
	authority *auth.Authority
	records   *records.Records
	url       string
	session   rooms.SessionID
	who       map[string]rooms.Identity
	secrets   map[string]auth.Secret
}

type testFront struct{}

func (testFront) Session(_ context.Context, p rooms.Plan) (wire.Session, error) {
	return wire.Session{ID: string(p.Session), Clinic: "Test clinic"}, nil
}

func (testFront) Details(context.Context, rooms.ClinicID, rooms.SessionID) (map[rooms.PersonID]Details, error) {
	return map[rooms.PersonID]Details{}, nil
}

func newHouse(t *testing.T) *clinicHouse {
	t.Helper()
	h := &clinicHouse{t: t, who: map[string]rooms.Identity{}, secrets: map[string]auth.Secret{}}
	authKeys, err := auth.NewKeys()
	check(t, err)
	h.records, err = records.Open(t.Context(), records.Options{Dir: t.TempDir(), Sealer: authKeys.Seal(), Fields: authKeys.Fields()})
	check(t, err)
	h.authority, err = auth.New(auth.Options{Keys: authKeys, Store: h.records})
	check(t, err)
	engine, err := sfu.NewEngine(sfu.Options{Listen: "127.0.0.1:0"})
	check(t, err)
	h.plan()
	h.server = NewServer(Options{Authority: h.authority, Engine: engine, Front: testFront{}, Reception: testReception{h.records}})
	hall := rooms.NewHall(rooms.HallOptions{Node: "n", Journal: h.records, Store: memstore.New(memstore.Options{}), Stage: h.server.Stage})
	h.server.Attach(hall)
	pages := httptest.NewServer(h.server)
	h.url = "ws" + strings.TrimPrefix(pages.URL, "http")
	t.Cleanup(func() {
		h.server.Close()
		hall.Close()
		pages.Close()
		_ = engine.Close()
		_ = h.records.Close()
	})
	return h
}

// plan makes a clinic whose evening began five minutes ago.
func (h *clinicHouse) plan() {
	t, ctx := h.t, h.t.Context()
	clinic, err := h.records.CreateClinic(ctx, records.Clinic{Name: "Test clinic", Zone: "UTC"})
	check(t, err)
	program, err := h.records.CreateProgram(ctx, records.Program{Clinic: clinic.ID, Name: "Program"})
	check(t, err)
	from := time.Now().UTC().Add(-5 * time.Minute).Truncate(time.Minute)
	local, err := schedule.ParseLocalTime(from.Format("2006-01-02T15:04"))
	check(t, err)
	series, err := h.records.CreateSeries(ctx, schedule.Series{
		Clinic: clinic.ID, Program: program.ID, Title: "Evening", Rule: "FREQ=DAILY;COUNT=1", Start: local, Zone: "UTC",
		Duration: time.Hour, Template: schedule.Template{{Kind: rooms.Group, Minutes: 60}},
	})
	check(t, err)
	seats := map[string]records.Seat{}
	for name, role := range map[string]rooms.Role{"dana": rooms.Facilitator, "pat": rooms.Client, "quinn": rooms.Client} {
		kind := records.ClientPerson
		if role.Staff() {
			kind = records.StaffPerson
		}
		person, err := h.records.CreatePerson(ctx, records.Person{Clinic: clinic.ID, Kind: kind, LegalName: name, DisplayName: name})
		check(t, err)
		seats[name], err = h.records.CreateSeat(ctx, records.Seat{Clinic: clinic.ID, Series: series.ID, Seat: rooms.Seat{Person: person.ID, Role: role, DisplayName: name}})
		check(t, err)
	}
	occurrences, err := series.Occurrences(from.Add(-time.Hour), from.Add(time.Hour))
	check(t, err)
	sessions, err := h.records.UpsertOccurrences(ctx, clinic.ID, series.ID, occurrences)
	check(t, err)
	h.session = sessions[0]
	for name, seat := range seats {
		secret, hash := auth.NewInvitation()
		_, err = h.records.CreateInvitation(ctx, auth.Invitation{Clinic: clinic.ID, Seat: seat.ID, Hash: hash})
		check(t, err)
		h.secrets[name] = secret
		h.who[name], err = h.records.Identity(ctx, clinic.ID, h.session, seat.ID)
		check(t, err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *clinicHouse) ticket(name string) string {
	h.t.Helper()
	token, _, err := h.authority.Ticket(h.t.Context(), h.secrets[name], h.who[name])
	check(h.t, err)
	return token
}

// line is one raw WebSocket, for a client that may misbehave.
type line struct {
	t  *testing.T
	ws *websocket.Conn
}

func (h *clinicHouse) dial() *line {
	h.t.Helper()
	ws, response, err := websocket.DefaultDialer.DialContext(h.t.Context(), h.url, nil)
	check(h.t, err)
	_ = response.Body.Close()
	h.t.Cleanup(func() { _ = ws.Close() })
	return &line{h.t, ws}
}

func (l *line) say(text string) {
	l.t.Helper()
	_ = l.ws.WriteMessage(websocket.TextMessage, []byte(text))
}

// hear reads until a message of one of the types comes.
func (l *line) hear(types ...string) map[string]any {
	l.t.Helper()
	_ = l.ws.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		_, data, err := l.ws.ReadMessage()
		if err != nil {
			l.t.Fatalf("waiting for %v: %v", types, err)
		}
		var m map[string]any
		check(l.t, json.Unmarshal(data, &m))
		for _, want := range types {
			if m["type"] == want {
				return m
			}
		}
	}
}

func (l *line) wantError(code string) {
	l.t.Helper()
	if m := l.hear("error", "ok", "welcome", "answer", "bye"); m["code"] != code {
		l.t.Errorf("got %v, want the code %s", m, code)
	}
}

// enter says hello with a ticket and returns the connection and its welcome.
func (h *clinicHouse) enter(name string) (*line, map[string]any) {
	h.t.Helper()
	l := h.dial()
	l.say(`{"type":"hello","id":1,"ticket":"` + h.ticket(name) + `"}`)
	return l, l.hear("welcome")
}

func TestHelloRefusals(t *testing.T) {
	h := newHouse(t)
	used := h.ticket("pat")
	first := h.dial()
	first.say(`{"type":"hello","id":1,"ticket":"` + used + `"}`)
	welcome := first.hear("welcome")
	staffToken, _, err := h.authority.IssueStaff(auth.Staff{Clinic: h.who["dana"].Clinic, Person: h.who["dana"].Person, Roles: []auth.StaffRole{auth.Admin}})
	check(t, err)
	cases := []struct{ name, hello, want string }{
		{"ping before hello", `{"type":"ping","id":1}`, "hello_first"},
		{"unknown type", `{"type":"sudo","id":1}`, "unknown_type"},
		{"no JSON", `{"type":`, "malformed"},
		{"an array", `[1,2]`, "malformed"},
		{"a number as ticket", `{"type":"hello","id":1,"ticket":7}`, "malformed"},
		{"nothing", `{"type":"hello","id":1}`, "ticket_invalid"},
		{"junk", `{"type":"hello","id":1,"ticket":"a.b.c"}`, "ticket_invalid"},
		{"dots", `{"type":"hello","id":1,"ticket":"` + strings.Repeat(".", 60000) + `"}`, "ticket_invalid"},
		{"used twice", `{"type":"hello","id":1,"ticket":"` + used + `"}`, "ticket_used"},
		{"a staff token", `{"type":"hello","id":1,"ticket":"` + staffToken + `"}`, "ticket_invalid"},
		{"a resume token as ticket", `{"type":"hello","id":1,"ticket":"` + welcome["resume"].(string) + `"}`, "ticket_invalid"},
		{"a ticket as resume token", `{"type":"hello","id":1,"resume":"` + h.ticket("quinn") + `"}`, "resume_invalid"},
		{"a changed ticket", `{"type":"hello","id":1,"ticket":"` + h.ticket("quinn") + `x"}`, "ticket_invalid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := h.dial()
			l.t = t
			l.say(c.hello)
			l.wantError(c.want)
		})
	}
}

func TestOversizedAndFlood(t *testing.T) {
	h := newHouse(t)
	l, _ := h.enter("pat")
	l.say(`{"type":"ping","x":"` + strings.Repeat("x", wire.MaxMessage) + `"}`)
	if m := l.hear("bye"); m["code"] != "too_large" {
		t.Errorf("an oversized message: %v", m)
	}
	l, _ = h.enter("quinn")
	l.say(`{"type":"offer","id":2,"sdp":"` + strings.Repeat("x", wire.MaxMessage) + `"}`)
	l.wantError("bad_sdp")
	for range 300 {
		l.say(`{"type":"ping"}`)
	}
	if m := l.hear("bye"); m["code"] != "too_many_messages" {
		t.Errorf("a flood: %v", m)
	}
}

func TestForeignOrigin(t *testing.T) {
	h := newHouse(t)
	own := "http" + strings.TrimPrefix(h.url, "ws")
	for origin, want := range map[string]int{"https://evil.example": 403, "null": 403, own + ".evil.example": 403, own: 101, "": 101} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, response, err := websocket.DefaultDialer.DialContext(t.Context(), h.url, header)
		if err == nil {
			_ = ws.Close()
		}
		if response == nil || response.StatusCode != want {
			t.Errorf("origin %q: %v, want %d", origin, response, want)
			continue
		}
		_ = response.Body.Close()
	}
}

func TestOffersFromNowhere(t *testing.T) {
	h := newHouse(t)
	l, _ := h.enter("pat")
	lines := "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
	tracks := func(n int) (sdp string) {
		for i := range n {
			sdp += fmt.Sprintf("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:%d\r\na=sendonly\r\n", i)
		}
		return lines + sdp
	}
	for offer, want := range map[string]string{
		"":         "bad_sdp",
		"junk":     "bad_sdp",
		tracks(5):  "too_many_tracks",
		tracks(65): "too_many_lines",
	} {
		text, err := json.Marshal(wire.Offer{Envelope: wire.Envelope{Type: "offer", ID: 5}, SDP: offer})
		check(t, err)
		l.say(string(text))
		l.wantError(want)
	}
	l.say(`{"type":"offer","id":6,"sdp":"` + strings.Repeat("x", wire.MaxOffer-1000) + `"}`)
	l.wantError("bad_sdp")
}

func TestPanicDropsOnePerson(t *testing.T) {
	h := newHouse(t)
	saved := handlers[wire.TypePing]
	handlers[wire.TypePing] = func(context.Context, *conversation, wire.Envelope, []byte) (any, error) { panic("planted") }
	t.Cleanup(func() { handlers[wire.TypePing] = saved })
	dana, _ := h.enter("dana")
	pat, _ := h.enter("pat")
	pat.say(`{"type":"ping","id":2}`)
	if m := pat.hear("bye"); m["code"] != "internal" {
		t.Errorf("the person whose goroutine panicked: %v", m)
	}
	dana.say(`{"type":"lock","id":3}`)
	dana.hear("ok")
	if h.server.Panics() != 1 {
		t.Errorf("%d panics counted, want 1", h.server.Panics())
	}
}

func TestSecondDevice(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	pat, welcome := h.enter("pat")
	id := welcome["you"].(map[string]any)["participant"].(string)
	dana.say(`{"type":"admit","id":2,"participant":"` + id + `"}`)
	dana.hear("ok")
	pat.hear("state")

	second, welcome := h.enter("pat")
	if got := welcome["you"].(map[string]any)["state"]; got != "second_device" || welcome["resume"] != "" {
		t.Fatalf("a second device is %v with the token %q", got, welcome["resume"])
	}
	second.say(`{"type":"hand","id":2,"up":true}`)
	second.wantError("not_admitted")
	second.say(`{"type":"offer","id":3,"sdp":"x"}`)
	second.wantError("not_admitted")
	pat.hear("device_question")
	pat.say(`{"type":"device_answer","id":2,"move":true}`)
	if m := pat.hear("bye"); m["code"] != "replaced" {
		t.Errorf("the old device: %v", m)
	}
	welcome = second.hear("welcome")
	if got := welcome["you"].(map[string]any)["state"]; got != "admitted" || welcome["resume"] == "" {
		t.Errorf("the new device is %v after the move", got)
	}
	second.hear("state")

	// No old device is there: staff decide.
	_ = second.ws.Close()
	third, welcome := h.enter("pat")
	if got := welcome["you"].(map[string]any)["state"]; got != "second_device" {
		t.Fatalf("a third device is %v", got)
	}
	for dana.hear("board")["row"].(map[string]any)["second_device"] != true {
	}
	dana.say(`{"type":"move_device","id":4,"participant":"` + id + `"}`)
	third.hear("welcome")
	third.hear("state")
}

func TestTokenOfTheNewestConnectionOnly(t *testing.T) {
	h := newHouse(t)
	_, welcome := h.enter("dana")
	first := welcome["resume"].(string)
	resume := func(token string) *line {
		l := h.dial()
		l.say(`{"type":"hello","id":1,"resume":"` + token + `"}`)
		return l
	}
	l := resume(first)
	second := l.hear("welcome")["resume"].(string)
	l.say(`{"type":"ping","id":2}`) // the newest holder has been heard from
	l.hear("ok")
	resume(first).wantError("resume_invalid")
	l.say(`{"type":"ping","id":3}`)
	if m := l.hear("bye", "ok"); m["type"] == "bye" {
		t.Fatalf("an old token threw the newest connection out: %v", m)
	}
	resume(second).hear("welcome")
}
