package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// logged is a log that many write to.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// What is planted: names, which the records hold in plain, and what they hold
// encrypted or not at all.
var (
	plantedNames = []string{"Quillfeather", "Brambleby"}
	planted      = []string{
		"909808707", "quill@plant.example", "7 Zembledon Way", "Marrowgate", "70707", "Ottoline", "303404505", // of the person
		"Doorstreet", "Doorcity", "808606505", "Doorfriend", // of the door
		"notes of a guest", "notes of an absence", "reason of a correction", "text of an addendum", // of staff
	}
)

// loud is the office with a log of everything.
func loud(t *testing.T) (*office, *logged) {
	t.Helper()
	o, log := newOffice(t), &logged{}
	keys, err := auth.NewKeys()
	o.check(err)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	Mount(mux, Options{
		Records: o.records, Authority: o.authority, Keys: keys, Clock: o, Planned: o.expand, Organizer: "desk@example.org", URL: o.url, Limits: unlimited,
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	return o, log
}

// TestNothingLeaks plants marks in all that is told to the server and looks
// for them where they must not be: in the log, in the bytes of the database, in
// what goes to verifiers and calendars, in refusals.
func TestNothingLeaks(t *testing.T) {
	o, log := loud(t)
	seat, secret := o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(10*time.Minute))
	client, clinic := o.person(seat), o.clinic["harbor"]
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	staff, err := o.records.CreatePerson(t.Context(), records.Person{
		Clinic: clinic, Kind: records.StaffPerson, LegalName: plantedNames[1], DisplayName: plantedNames[1], StaffRoles: []auth.StaffRole{auth.Admin},
	})
	o.check(err)
	admin := o.signIn(staff)()
	done := func(method, path, key string, body any) map[string]any {
		t.Helper()
		status, got := o.keyed(method, path, admin, key, body)
		if status >= 300 {
			t.Fatalf("%s %s: %d %v", method, path, status, got)
		}
		return got
	}
	held, err := o.records.Seat(t.Context(), clinic, rooms.SeatID(seat))
	o.check(err)
	done("POST", "/series/"+string(held.Series)+"/seats", "k0", map[string]any{"person": staff.ID, "role": "facilitator", "display_name": plantedNames[1]})
	done("PATCH", "/persons/"+string(client), "", map[string]any{
		"legal_name": plantedNames[0], "phone": planted[0], "email": planted[1],
		"address":   map[string]any{"line": planted[2], "city": planted[3], "state": "NY", "zip": planted[4]},
		"emergency": map[string]any{"name": planted[5], "phone": planted[6]},
	})
	done("PUT", "/door-rules", "", DoorRules{Address: "always", Emergency: true, LicensedStates: []string{}})
	secrets := []string{secret}
	_, mailed := o.call("POST", "/api/v1/seats/"+seat+"/invitations/send", admin, nil) // withdraws the former
	fresh := func(path, key string, body any) {
		url, _ := done("POST", path, key, body)["url"].(string)
		_, one, _ := strings.Cut(strings.Replace(url, "?token=", "#", 1), "#")
		secrets = append(secrets, one)
	}
	fresh("/seats/"+seat+"/invitations", "k1", nil)
	fresh("/persons/"+string(staff.ID)+"/signin-link", "k2", nil)
	fresh("/staff/feed", "k3", nil)
	fresh("/sessions/"+session+"/guests", "k4", NewGuest{DisplayName: "Visitor", Note: planted[11]})
	hook := done("POST", "/webhooks", "k5", map[string]any{"url": "https://ehr.example.org/hook"})
	secrets = append(secrets, hook["secret"].(string))
	door := details(secrets[1])
	door.Door.Phone, door.Door.Address = planted[9], &wire.Address{Line: planted[7], City: planted[8], State: "NY", Zip: "10001"}
	door.Door.Emergency = &wire.Contact{Name: planted[10], Phone: "1"}
	status, got := o.call("POST", "/api/v1/invitations/ticket", "", door)
	o.want(200, "", status, got)
	secrets = append(secrets, got["ticket"].(string), admin)
	o.hold(rooms.SessionID(session))
	at := "/sessions/" + session
	done("POST", at+"/absences/"+string(client), "k6", AbsenceOutcome{Outcome: "called", Note: planted[12]})
	done("POST", at+"/corrections", "k7", map[string]any{"person": client, "what": "home", "reason": planted[13]})
	done("POST", at+"/signoff", "k8", map[string]any{})
	done("POST", at+"/addenda", "k9", map[string]any{"body": planted[14]})
	if mailed["queued"] != true {
		t.Error("no mail is in the outbox")
	}

	private := append(append([]string{}, planted...), secrets...)
	if !strings.Contains(o.file(), plantedNames[0]) {
		t.Error("the name is not where names are kept; does this look at the database?")
	}
	hidden(t, "the database", o.file(), private)
	_, calendar := o.raw("GET", "/api/v1/calendar.ics?token="+secrets[3], "", nil)
	if !strings.Contains(calendar, "VCALENDAR") {
		t.Fatalf("no calendar: %.200s", calendar)
	}
	_, bundle := o.raw("GET", "/api/v1"+at+"/evidence", admin, nil)
	_, archive := o.raw("GET", "/api/v1/evidence", admin, nil)
	all := append(append([]string{}, plantedNames...), private...)
	hidden(t, "the calendar", calendar, all)
	notes := append(append([]string{}, plantedNames...), append(planted[:11:11], secrets...)...)
	hidden(t, "a bundle", bundle, notes)
	hidden(t, "the archive", archive, notes)

	// What goes wrong tells nothing either.
	for _, path := range []string{"/persons?q=" + plantedNames[0], "/persons/" + string(client), "/week", at + "/review", at + "/doors"} {
		_, answer := o.raw("GET", "/api/v1"+path+"&limit=x", "junk", nil)
		hidden(t, "a refusal", answer, all)
	}
	_, answer := o.raw("POST", "/api/v1/invitations/ticket", "", map[string]any{"secret": secrets[1], "rules": 5, "door": map[string]any{"name": plantedNames[0], "phone": 7}})
	hidden(t, "a refusal", answer, all)
	o.blockAudit()
	for _, path := range []string{"/persons", "/persons/" + string(client), at + "/review", at + "/doors", "/week"} {
		status, answer := o.raw("GET", "/api/v1"+path, admin, nil)
		if status != 500 {
			t.Errorf("%s: %d", path, status)
		}
		hidden(t, "a failure", answer, all)
	}
	if text := log.String(); strings.Count(text, "\n") < 5 {
		t.Errorf("the log is empty: %s", text)
	}
	hidden(t, "the log", log.String(), all)
}

// keyed is a call that may be repeated, so that its answer is kept.
func (o *office) keyed(method, path, token, key string, body any) (int, map[string]any) {
	o.t.Helper()
	if key == "" {
		return o.call(method, "/api/v1"+path, token, body)
	}
	text := "{}"
	if body != nil {
		text = string(encode(body))
	}
	status, answer, _ := o.repeat(key, path, token, text)
	var fields map[string]any
	if answer != "" {
		o.check(json.Unmarshal([]byte(answer), &fields))
	}
	return status, fields
}

// file is every byte of the database.
func (o *office) file() string {
	o.t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(o.dir, "vesper.db*"))
	o.check(err)
	for _, name := range files {
		data, err := os.ReadFile(name)
		o.check(err)
		all.Write(data)
	}
	return all.String()
}

func hidden(t *testing.T, where, text string, marks []string) {
	t.Helper()
	for _, mark := range marks {
		if mark == "" {
			t.Error("an empty mark")
			continue
		}
		if i := strings.Index(text, mark); i >= 0 {
			t.Errorf("%s holds %q: …%q…", where, mark, text[max(0, i-80):min(len(text), i+60)])
		}
	}
}
