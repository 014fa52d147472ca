package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/memstore"
)

// post is a call that must be done; it returns the answer.
func (o *office) must(method, path string, body any) map[string]any {
	o.t.Helper()
	status, got := o.call(method, "/api/v1"+path, o.token["harbor"], body)
	if status >= 300 {
		o.t.Fatalf("%s %s: %d %v", method, path, status, got)
	}
	return got
}

func (o *office) made(path string, body any) string {
	o.t.Helper()
	id, _ := o.must("POST", path, body)["id"].(string)
	return id
}

// named are the locations that a problem names.
func named(got map[string]any) (names []string) {
	errs, _ := got["errors"].([]any)
	for _, e := range errs {
		names = append(names, e.(map[string]any)["location"].(string))
	}
	return names
}

// group makes a series that began ten minutes ago, and its facilitator's seat.
func (o *office) group() (series, session string) {
	o.t.Helper()
	program := o.made("/programs", NewProgram{Name: "Evening"})
	series = o.made("/series", map[string]any{
		"program": program, "title": "Group", "rule": "FREQ=WEEKLY", "start": o.local(-10 * time.Minute), "zone": "America/New_York",
		"template": []map[string]any{{"kind": "group", "minutes": 60}, {"kind": "family", "minutes": 60}},
	})
	o.expand()
	list := o.must("GET", "/sessions", nil)["sessions"].([]any)
	return series, list[0].(map[string]any)["id"].(string)
}

func (o *office) client(name string) string {
	o.t.Helper()
	return o.made("/persons", map[string]any{"kind": "client", "legal_name": name, "display_name": name})
}

// stageless is a stage without media.
type stageless struct{}

func (stageless) Allow(rooms.Permits)                      {}
func (stageless) Proofs() map[rooms.PersonID]time.Duration { return nil }
func (stageless) Close()                                   {}

// lateHall is a hall that is made after the interface.
type lateHall struct {
	mu   sync.Mutex
	hall *rooms.Hall
}

func (l *lateHall) Do(ctx context.Context, session rooms.SessionID, command rooms.Command) (bool, error) {
	l.mu.Lock()
	hall := l.hall
	l.mu.Unlock()
	if hall == nil {
		return false, nil
	}
	return hall.Do(ctx, session, command)
}

func (o *office) open(session string) *rooms.Room {
	o.t.Helper()
	hall := rooms.NewHall(rooms.HallOptions{
		Node: "n", Journal: o.records, Store: memstore.New(memstore.Options{}), Clock: o,
		Stage: func(rooms.Plan) rooms.Stage { return stageless{} },
	})
	o.t.Cleanup(hall.Close)
	room, err := hall.Open(o.t.Context(), rooms.SessionID(session))
	o.check(err)
	o.hall.mu.Lock()
	o.hall.hall = hall
	o.hall.mu.Unlock()
	return room
}

func TestPersonsAreListedChangedAndChecked(t *testing.T) {
	o := newOffice(t)
	token, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "roster", []auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite, auth.ScopeStaffLinks}, time.Hour)
	o.check(err)
	o.token["harbor"] = token
	for i := range 5 {
		o.client(fmt.Sprintf("Client %d", i))
	}
	staff := o.made("/persons", map[string]any{
		"kind": "staff", "legal_name": "Dana", "display_name": "Dana", "credential": "LCSW", "staff_roles": []string{"clinician"},
	})
	var names []string
	for after := ""; ; {
		search := map[string]any{"q": "CLIENT", "kind": "client", "limit": 2}
		if after != "" {
			search["after"] = after
		}
		got := o.must("POST", "/persons/search", search)
		for _, p := range got["persons"].([]any) {
			names = append(names, p.(map[string]any)["legal_name"].(string))
		}
		if after, _ = got["next"].(string); after == "" {
			break
		}
	}
	if len(names) != 5 || names[4] != "Client 4" {
		t.Errorf("listed %v", names)
	}
	got := o.must("PATCH", "/persons/"+staff, map[string]any{"email": "dana@example.org", "phone": " 555 "})
	if got["email"] != "dana@example.org" || got["phone"] != "555" || got["credential"] != "LCSW" {
		t.Errorf("patched: %v", got)
	}
	if got := o.must("GET", "/persons/"+staff, nil); got["email"] != "dana@example.org" || got["kind"] != "staff" {
		t.Errorf("read: %v", got)
	}
	status, got := o.call("POST", "/api/v1/persons", o.token["harbor"], map[string]any{
		"kind": "client", "legal_name": " ", "display_name": "x", "email": "nobody", "staff_roles": []string{"billing"}, "credential": "MD",
	})
	o.want(422, "invalid", status, got)
	if want := []string{"body.legal_name", "body.email", "body.staff_roles", "body.credential"}; !slices.Equal(named(got), want) {
		t.Errorf("named %v, want %v", named(got), want)
	}
	// Who may set up people does not make administrators.
	writer, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "writer", []auth.Scope{auth.ScopeSessionsWrite}, time.Hour)
	o.check(err)
	status, got = o.call("PATCH", "/api/v1/persons/"+staff, writer, map[string]any{"staff_roles": []string{"admin"}})
	o.want(403, "not_allowed", status, got)
	status, got = o.call("GET", "/api/v1/persons?after=!", o.token["harbor"], nil)
	o.want(422, "invalid", status, got)
	status, got = o.call("GET", "/api/v1/persons/"+staff, o.token["mesa"], nil)
	o.want(404, "not_there", status, got)
}

func TestSeatsNameEveryBadField(t *testing.T) {
	o := newOffice(t)
	series, _ := o.group()
	client := o.client("Ana")
	father := o.made("/persons", map[string]any{"kind": "collateral", "legal_name": "Finn", "display_name": "Finn"})
	cases := []struct {
		name string
		body map[string]any
		want []string
	}{
		{"a client who facilitates", map[string]any{"person": client, "role": "facilitator", "display_name": "Ana"}, []string{"body.role"}},
		{"family of nobody", map[string]any{"person": father, "role": "collateral", "display_name": "Finn"}, []string{"body.client"}},
		{"a client with segments", map[string]any{"person": client, "role": "participant", "display_name": "A", "segments": []string{"family"}, "client": father}, []string{"body.client", "body.segments"}},
		{"no kind of segment", map[string]any{"person": father, "role": "collateral", "display_name": "Finn", "client": client, "segments": []string{"party"}}, []string{"body.segments"}},
		{"dates", map[string]any{"person": client, "role": "participant", "display_name": "A", "from": "tomorrow", "until": "2026-13-01"}, []string{"body.from", "body.until"}},
		{"the end before the start", map[string]any{"person": client, "role": "participant", "display_name": "A", "from": "2026-10-05", "until": "2026-10-04"}, []string{"body.until"}},
		{"hours of family", map[string]any{"person": father, "role": "collateral", "display_name": "Finn", "client": client, "prescribed_minutes": 60}, []string{"body.prescribed_minutes"}},
	}
	for _, c := range cases {
		status, got := o.call("POST", "/api/v1/series/"+series+"/seats", o.token["harbor"], c.body)
		if status != 422 || !slices.Equal(named(got), c.want) {
			t.Errorf("%s: %d %v, want 422 with %v", c.name, status, got, c.want)
		}
	}
	seat := o.made("/series/"+series+"/seats", map[string]any{
		"person": client, "role": "participant", "display_name": "Ana", "from": "2026-10-05", "until": "2026-11-26", "prescribed_minutes": 540, "phase": "1",
	})
	family := o.made("/series/"+series+"/seats", map[string]any{
		"person": father, "role": "collateral", "display_name": "Finn", "client": client, "segments": []string{"family", "break"},
	})
	got := o.must("PATCH", "/seats/"+seat, map[string]any{"phase": "2", "until": ""})
	if got["phase"] != "2" || got["from"] != "2026-10-05" || got["until"] != nil || got["prescribed_minutes"] != float64(540) {
		t.Errorf("patched: %v", got)
	}
	list := o.must("GET", "/series/"+series+"/seats", nil)["seats"].([]any)
	for _, each := range list {
		if s := each.(map[string]any); s["id"] == family && len(s["segments"].([]any)) == 2 && s["client"] == client && len(list) == 2 {
			return
		}
	}
	t.Errorf("listed: %v", list)
}

func TestDischargeAndReadmit(t *testing.T) {
	o := newOffice(t)
	series, session := o.group()
	client := o.client("Ana")
	seat := o.made("/series/"+series+"/seats", map[string]any{"person": client, "role": "participant", "display_name": "Ana"})
	state := func() string {
		list := o.must("GET", "/series/"+series+"/seats", nil)["seats"].([]any)
		return list[0].(map[string]any)["link"].(map[string]any)["state"].(string)
	}
	first := o.must("POST", "/seats/"+seat+"/invitations", nil)["url"].(string)
	second := o.must("POST", "/seats/"+seat+"/invitations", nil)["url"].(string)
	opens := func(url string) bool {
		_, secret, _ := strings.Cut(url, "#")
		_, err := o.authority.Open(t.Context(), auth.Secret(secret))
		return err == nil
	}
	if opens(first) || !opens(second) || state() != "active" {
		t.Errorf("former link opens %v, fresh one %v, %s", opens(first), opens(second), state())
	}
	room := o.open(session)
	o.check(room.Do(t.Context(), rooms.Arrive{Person: rooms.PersonID(client), Place: "home"}))
	later := o.must("POST", "/seats/"+seat+"/discharge", map[string]any{"on": o.now.AddDate(0, 0, 9).Format(time.DateOnly)})
	if later["until"] != o.now.AddDate(0, 0, 9).Format(time.DateOnly) || later["discharged_at"] != nil || !opens(second) {
		t.Errorf("a discharge to come: %v", later)
	}
	gone := o.must("POST", "/seats/"+seat+"/discharge", nil)
	if gone["discharged_at"] == nil || opens(second) || state() != "revoked" {
		t.Errorf("discharged: %v", gone)
	}
	v, err := room.View(t.Context())
	o.check(err)
	if p, _ := v.Person(rooms.PersonID(client)); p.Stand != rooms.Denied || !p.Discharged {
		t.Errorf("in the room they are %+v", p)
	}
	status, got := o.call("POST", "/api/v1/seats/"+seat+"/invitations", o.token["harbor"], nil)
	o.want(409, "discharged", status, got)
	back := o.must("POST", "/seats/"+seat+"/readmit", nil)
	if back["discharged_at"] != nil || back["link"].(map[string]any)["state"] != "revoked" {
		t.Errorf("readmitted: %v", back)
	}
	o.check(room.Do(t.Context(), rooms.Arrive{Person: rooms.PersonID(client), Place: "home"}))
	status, got = o.call("POST", "/api/v1/seats/"+seat+"/discharge", o.token["harbor"], map[string]any{"on": "yesterday"})
	o.want(422, "invalid", status, got)
	if !slices.Equal(named(got), []string{"body.on"}) {
		t.Errorf("named %v", named(got))
	}
	status, got = o.call("POST", "/api/v1/seats/"+seat+"/discharge", o.token["mesa"], nil)
	o.want(404, "not_there", status, got)
}

func TestGuestsAndAbsencesReachTheRunningRoom(t *testing.T) {
	o := newOffice(t)
	series, session := o.group()
	client := o.client("Ana")
	o.made("/series/"+series+"/seats", map[string]any{"person": client, "role": "participant", "display_name": "Ana"})
	run, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "run", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	absence := "/api/v1/sessions/" + session + "/absences/" + client
	status, got := o.call("POST", absence, run, map[string]any{"outcome": "called"})
	o.want(409, "not_now", status, got)
	room := o.open(session)
	writer, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "writer", []auth.Scope{auth.ScopeSessionsWrite}, time.Hour)
	o.check(err)
	status, got = o.call("POST", absence, writer, map[string]any{"outcome": "called"})
	o.want(403, "not_allowed", status, got)
	status, got = o.call("POST", absence, run, map[string]any{"outcome": "excused", "note": "has the flu"})
	o.want(204, "", status, got)
	status, got = o.call("POST", "/api/v1/sessions/"+session+"/guests", run, map[string]any{"display_name": "Gil", "note": "says he is Ana's cousin"})
	o.want(200, "", status, got)
	guest, url := got["person"].(string), got["url"].(string)
	if guest == "" || !strings.Contains(url, "/j#") {
		t.Fatalf("seated: %v", got)
	}
	status, got = o.call("POST", "/api/v1/sessions/"+session+"/guests", run, map[string]any{"display_name": " ana "})
	o.want(409, "name_taken", status, got)
	v, err := room.View(t.Context())
	o.check(err)
	if p, _ := v.Person(rooms.PersonID(guest)); p.Stand != rooms.Expected || p.Seat.DisplayName != "Gil" {
		t.Errorf("the guest in the room is %+v", p)
	}
	if p, _ := v.Person(rooms.PersonID(client)); p.Absence != "excused" {
		t.Errorf("the missing one in the room is %+v", p)
	}
	match := "/api/v1/sessions/" + session + "/guests/" + guest + "/match"
	status, got = o.call("POST", match, run, map[string]any{"person": guest})
	o.want(422, "invalid", status, got)
	status, got = o.call("POST", match, run, map[string]any{"person": client})
	o.want(204, "", status, got)
	list := o.must("GET", "/sessions/"+session+"/guests", nil)["guests"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["matched"] != client || list[0].(map[string]any)["note"] != "says he is Ana's cousin" {
		t.Errorf("guests: %v", list)
	}
	kinds := map[rooms.EventKind]rooms.Event{}
	events, err := o.records.Journal(t.Context(), o.clinic["harbor"], rooms.SessionID(session))
	o.check(err)
	for _, e := range events {
		kinds[e.Kind] = e
	}
	if e := kinds[rooms.EventAbsence]; e.Reason != "excused" || len(e.Note) != 64 {
		t.Errorf("absence: %+v", e)
	}
	if e := kinds[rooms.EventMatched]; e.With != rooms.PersonID(client) || e.Person != rooms.PersonID(guest) {
		t.Errorf("matched: %+v", e)
	}
	if kinds[rooms.EventSeated].Person != rooms.PersonID(guest) {
		t.Errorf("seated: %+v", kinds[rooms.EventSeated])
	}
}

func TestEnrolTenPeople(t *testing.T) {
	o := newOffice(t)
	series, session := o.group()
	room := o.open(session)
	var ten []map[string]any
	for i := range 10 {
		name := fmt.Sprintf("Person %d", i)
		ten = append(ten, map[string]any{
			"kind": "client", "legal_name": name, "display_name": name, "series": []string{series}, "role": "participant", "prescribed_minutes": 540,
		})
	}
	ten[3]["email"], ten[7]["role"] = "nobody", "facilitator"
	status, got := o.call("POST", "/api/v1/persons/bulk", o.token["harbor"], map[string]any{"persons": ten})
	o.want(422, "invalid", status, got)
	if want := []string{"body.persons[3].email", "body.persons[7].role", "body.persons[7].prescribed_minutes"}; !slices.Equal(named(got), want) {
		t.Errorf("named %v, want %v", named(got), want)
	}
	delete(ten[3], "email")
	ten[7]["role"], ten[5]["display_name"] = "participant", "person 4"
	status, got = o.call("POST", "/api/v1/persons/bulk", o.token["harbor"], map[string]any{"persons": ten})
	o.want(422, "invalid", status, got)
	if want := []string{"body.persons[5].display_name"}; !slices.Equal(named(got), want) {
		t.Errorf("named %v, want %v", named(got), want)
	}
	if got := o.must("GET", "/persons", nil)["persons"].([]any); len(got) != 0 {
		t.Errorf("%d people after a refusal", len(got))
	}
	ten[5]["display_name"] = "Person 5"
	done := o.must("POST", "/persons/bulk", map[string]any{"persons": ten})["persons"].([]any)
	if len(done) != 10 || len(done[9].(map[string]any)["seats"].([]any)) != 1 {
		t.Fatalf("enrolled: %v", done)
	}
	people := o.must("GET", "/persons", nil)["persons"].([]any)
	if len(people) != 10 || people[0].(map[string]any)["prescribed_minutes"] != float64(540) {
		t.Errorf("listed: %v", people)
	}
	v, err := room.View(t.Context())
	o.check(err)
	if len(v.People) != 10 {
		t.Errorf("%d people on the board of the running room, want 10", len(v.People))
	}
}
