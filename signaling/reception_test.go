package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// testReception is the records as the program hands them to a room, without
// the audit log.
type testReception struct{ records *records.Records }

var _ Reception = testReception{}

const testPage = "https://clinic.example/j#"

func (r testReception) FreshLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) (string, error) {
	seat, err := r.records.SeatOf(ctx, by.Clinic, by.Session, person)
	if err != nil {
		return "", err
	}
	secret, hash := auth.NewInvitation()
	_, err = r.records.FreshInvitation(ctx, auth.Invitation{Clinic: by.Clinic, Seat: seat.ID, Hash: hash})
	return testPage + secret.Reveal(), err
}

func (r testReception) SendLink(ctx context.Context, by rooms.Identity, person rooms.PersonID) error {
	seat, err := r.records.SeatOf(ctx, by.Clinic, by.Session, person)
	if err != nil {
		return err
	}
	_, hash := auth.NewInvitation()
	_, err = r.records.SendInvitation(ctx, auth.Invitation{Clinic: by.Clinic, Seat: seat.ID, Hash: hash}, testPage, "clinic@example.org")
	if errors.Is(err, records.ErrNoAddress) {
		err = refuse("no_address", "This person has no mail address; show the link instead.")
	}
	return err
}

func (r testReception) SeatGuest(ctx context.Context, by rooms.Identity, name string) (rooms.Seat, string, error) {
	secret, hash := auth.NewInvitation()
	_, seat, err := r.records.SeatGuest(ctx, records.Guest{Clinic: by.Clinic, Session: by.Session, DisplayName: name, SeatedBy: by.Person}, hash)
	if errors.Is(err, records.ErrNameTaken) {
		err = refuse("name_taken", "Somebody else in the group has that name; add an initial.")
	}
	return seat.Seat, testPage + secret.Reveal(), err
}

func (l *line) row(name string, want func(map[string]any) bool) map[string]any {
	l.t.Helper()
	for {
		m := l.hear("board", "state")
		rows, _ := m["board"].([]any)
		if row, one := m["row"]; one {
			rows = []any{row}
		}
		for _, row := range rows {
			if r := row.(map[string]any); r["name"] == name && want(r) {
				return r
			}
		}
	}
}

func TestStaffHandOutLinksFromTheRoom(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	pat := dana.row("pat", func(map[string]any) bool { return true })["participant"].(string)
	dana.say(`{"type":"link","id":2,"participant":"` + pat + `"}`)
	ok := dana.hear("ok", "error")
	url, _ := ok["url"].(string)
	secret, found := strings.CutPrefix(url, testPage)
	if !found {
		t.Fatalf("the answer is %v", ok)
	}
	if _, err := h.authority.Open(t.Context(), h.secrets["pat"]); !errors.Is(err, auth.ErrLinkRevoked) {
		t.Errorf("the former link: %v, want revoked", err)
	}
	h.secrets["pat"] = auth.Secret(secret)
	l, welcome := h.enter("pat")
	if got := welcome["you"].(map[string]any)["participant"]; got != pat {
		t.Errorf("the fresh link leads to %v, want %s", got, pat)
	}
	l.say(`{"type":"link","id":2,"participant":"` + pat + `"}`)
	l.wantError("not_admitted")
	dana.say(`{"type":"link","id":3,"participant":"nobody"}`)
	dana.wantError("not_there")
}

func TestStaffMailALinkFromTheRoom(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	pat := dana.row("pat", func(map[string]any) bool { return true })["participant"].(string)
	send := `{"type":"send_link","id":2,"participant":"` + pat + `"}`
	dana.say(send)
	dana.wantError("no_address")
	if _, err := h.authority.Open(t.Context(), h.secrets["pat"]); err != nil {
		t.Errorf("nothing was sent, and the link is gone: %v", err)
	}
	who := h.who["pat"]
	person, err := h.records.Person(t.Context(), who.Clinic, who.Person)
	if err == nil {
		person.Email = "pat@example.org"
		err = h.records.UpdatePerson(t.Context(), person)
	}
	if err != nil {
		t.Fatal(err)
	}
	dana.say(send)
	if ok := dana.hear("ok", "error"); ok["type"] != "ok" || ok["url"] != nil {
		t.Errorf("the answer is %v, want ok without a link", ok)
	}
	if _, err := h.authority.Open(t.Context(), h.secrets["pat"]); !errors.Is(err, auth.ErrLinkRevoked) {
		t.Errorf("the former link: %v, want revoked", err)
	}
	mails, err := h.records.Messages(t.Context(), who.Clinic, records.MessageQuery{Kind: records.MailMessage, Limit: 9})
	if err != nil || len(mails) != 1 {
		t.Errorf("%d mails wait, %v", len(mails), err)
	}
}

func TestStaffSeatAGuest(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	for _, name := range []string{"", "   ", strings.Repeat("x", 61)} {
		dana.say(`{"type":"guest","id":2,"name":"` + name + `"}`)
		dana.wantError("malformed")
	}
	dana.say(`{"type":"guest","id":3,"name":" PAT "}`)
	dana.wantError("name_taken")
	dana.say(`{"type":"guest","id":4,"name":"  Gil   T. "}`)
	var ok, row map[string]any
	for ok == nil || row == nil { // in whatever order
		m := dana.hear("ok", "board")
		if seen, board := m["row"].(map[string]any); !board {
			ok = m
		} else if seen["name"] == "Gil T." {
			row = seen
		}
	}
	if row["state"] != "expected" || row["role"] != "participant" {
		t.Errorf("the guest's row is %v", row)
	}
	guest, _ := ok["participant"].(string)
	url, _ := ok["url"].(string)
	if guest == "" || !strings.HasPrefix(url, testPage) {
		t.Fatalf("the answer is %v", ok)
	}
	invite, err := h.authority.Open(t.Context(), auth.Secret(strings.TrimPrefix(url, testPage)))
	check(t, err)
	h.secrets["gil"] = auth.Secret(strings.TrimPrefix(url, testPage))
	h.who["gil"], err = h.records.Identity(t.Context(), invite.Clinic, h.session, invite.Seat)
	check(t, err)
	gil, welcome := h.enter("gil")
	if you := welcome["you"].(map[string]any); you["participant"] != guest || you["state"] != "lobby" {
		t.Fatalf("the guest is %v", you)
	}
	dana.say(`{"type":"admit","id":5,"participant":"` + guest + `"}`)
	gil.hear("state")
	seated := 0
	for _, e := range must(h.records.Journal(t.Context(), invite.Clinic, h.session)) {
		if e.Kind == rooms.EventSeated {
			seated++
			if e.Person != h.who["gil"].Person || e.Actor != h.who["dana"].Person || e.Reason != "participant" {
				t.Errorf("seated: %+v", e)
			}
		}
	}
	if seated != 1 {
		t.Errorf("%d entries say that the guest was seated, want 1", seated)
	}
}

func TestStaffSayWhatCameOfCalling(t *testing.T) {
	h := newHouse(t)
	dana, welcome := h.enter("dana")
	self := welcome["you"].(map[string]any)["participant"].(string)
	pat := dana.row("pat", func(map[string]any) bool { return true })["participant"].(string)
	dana.say(`{"type":"absence","id":2,"participant":"` + pat + `","outcome":"not_reached"}`)
	dana.row("pat", func(r map[string]any) bool { return r["absence"] == "not_reached" })
	dana.say(`{"type":"absence","id":3,"participant":"` + pat + `","outcome":"asleep"}`)
	for dana.hear("ok", "error")["id"] != float64(3) {
	}
	dana.say(`{"type":"absence","id":4,"participant":"` + self + `","outcome":"called"}`)
	dana.wantError("not_now")
}

// Somebody who is discharged in the middle of an evening is out at once, and
// neither a token of the connection nor a second device brings them back.
func TestDischargeReachesTheRoom(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	pat, welcome := h.enter("pat")
	id, resume := welcome["you"].(map[string]any)["participant"].(string), welcome["resume"].(string)
	dana.say(`{"type":"admit","id":2,"participant":"` + id + `"}`)
	pat.hear("state")
	second, _ := h.enter("pat")
	handled, err := h.server.hall.Do(t.Context(), h.session, rooms.Discharged{Person: h.who["pat"].Person})
	if !handled || err != nil {
		t.Fatalf("handled %v, %v", handled, err)
	}
	for name, l := range map[string]*line{"the device": pat, "the second device": second} {
		if m := l.hear("bye"); m["code"] != "discharged" {
			t.Errorf("%s: %v", name, m)
		}
	}
	back := h.dial()
	back.say(`{"type":"hello","id":1,"resume":"` + resume + `"}`)
	back.wantError("discharged")
	if handled, err := h.server.hall.Do(t.Context(), "elsewhere", rooms.Tick{}); handled || err != nil {
		t.Errorf("a room that is not open here: handled %v, %v", handled, err)
	}
}

// What goes with a link or a guest is in no message to anybody else.
func TestPeersHearNothingOfLinksAndGuests(t *testing.T) {
	h := newHouse(t)
	dana, _ := h.enter("dana")
	pat, welcome := h.enter("pat")
	id := welcome["you"].(map[string]any)["participant"].(string)
	dana.say(`{"type":"admit","id":2,"participant":"` + id + `"}`)
	pat.hear("state")
	dana.say(`{"type":"guest","id":3,"name":"Gil T."}`)
	dana.say(`{"type":"link","id":4,"participant":"` + id + `"}`)
	dana.say(`{"type":"absence","id":5,"participant":"` + string(rooms.Participant(h.session, h.who["quinn"].Person)) + `","outcome":"excused"}`)
	for dana.hear("ok", "error")["id"] != float64(5) {
	}
	pat.say(`{"type":"ping","id":9}`)
	for {
		_, data, err := pat.ws.ReadMessage()
		check(t, err)
		for _, secret := range []string{"Gil", "clinic.example", "excused", "absence", `"url"`} {
			if strings.Contains(string(data), secret) {
				t.Errorf("a peer was told %s", data)
			}
		}
		var m map[string]any
		if check(t, json.Unmarshal(data, &m)); m["id"] == float64(9) {
			return
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
