package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
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
	"vesper/rooms/storetest"
	"vesper/signaling/wire"
)

// office is the interface over real records, with two clinics.
type office struct {
	t         *testing.T
	records   *records.Records
	authority *auth.Authority
	url       string
	token     map[string]string // by clinic: "harbor", "mesa"
	clinic    map[string]rooms.ClinicID
	now       time.Time
	hall      lateHall
	dir       string // the data folder
}

func (o *office) Now() time.Time      { return o.now }
func (o *office) Mono() time.Duration { return rooms.SystemClock.Mono() }
func (o *office) AfterFunc(d time.Duration, f func()) rooms.Timer {
	return rooms.SystemClock.AfterFunc(d, f)
}

// unlimited lets a test ask as fast as it can.
var unlimited = Limits{Address: Rate{Burst: 1 << 20, PerSecond: 1 << 20}, Link: Rate{Burst: 1 << 20, PerSecond: 1 << 20}}

// template is a data folder with all its tables and nothing in them. Making
// them for every office would take longer than most tests.
var template = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vesper-office")
	if err != nil {
		return "", err
	}
	keys, err := auth.NewKeys()
	if err != nil {
		return "", err
	}
	r, err := records.Open(context.Background(), records.Options{Dir: dir, Sealer: keys.Seal(), Fields: keys.Fields()})
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "vesper.db"), r.Close()
})

func TestMain(m *testing.M) {
	if dir := storetest.Memory(); dir != "" {
		os.Setenv("TMPDIR", dir) // for every folder of a test
	}
	code := m.Run()
	if file, err := template(); err == nil {
		_ = os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, token: map[string]string{}, clinic: map[string]rooms.ClinicID{}, now: time.Now().UTC(), dir: t.TempDir()}
	empty, err := template()
	o.check(err)
	tables, err := os.ReadFile(empty)
	o.check(err)
	o.check(os.WriteFile(filepath.Join(o.dir, "vesper.db"), tables, 0o600))
	keys, err := auth.NewKeys()
	o.check(err)
	o.records, err = records.Open(t.Context(), records.Options{Dir: o.dir, Sealer: keys.Seal(), Fields: keys.Fields(), Clock: o})
	o.check(err)
	o.authority, err = auth.New(auth.Options{Keys: keys, Store: o.records, Clock: o})
	o.check(err)
	for _, name := range []string{"harbor", "mesa"} {
		clinic, err := o.records.CreateClinic(t.Context(), records.Clinic{Name: name, Zone: "America/New_York"})
		o.check(err)
		o.clinic[name] = clinic.ID
		o.token[name], _, err = o.authority.IssueService(t.Context(), clinic.ID, "test", []auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite}, time.Hour)
		o.check(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	o.url = server.URL
	Mount(mux, Options{Records: o.records, Authority: o.authority, Keys: keys, Clock: o, Planned: o.expand, Live: &o.hall, Organizer: "desk@example.org", URL: o.url, Limits: unlimited})
	t.Cleanup(func() { server.Close(); _ = o.records.Close() })
	return o
}

func (o *office) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// expand is the desk's errand: plan every series.
func (o *office) expand() {
	ctx := context.Background()
	for _, clinic := range o.clinic {
		all, err := o.records.ListSeries(ctx, clinic)
		o.check(err)
		for _, s := range all {
			o.check(o.records.PlanSeries(ctx, clinic, s.ID, o.now.Add(-12*time.Hour), o.now.AddDate(0, 0, 30)))
		}
	}
}

func (o *office) call(method, path, token string, body any) (int, map[string]any) {
	o.t.Helper()
	response, data := o.send(method, path, token, body)
	var answer map[string]any
	_ = json.Unmarshal(data, &answer)
	if response.StatusCode >= 400 && response.Header.Get("Content-Type") != "application/problem+json" {
		o.t.Errorf("%s %s: %d as %q", method, path, response.StatusCode, response.Header.Get("Content-Type"))
	}
	return response.StatusCode, answer
}

// send calls the interface; a body that is text goes as it stands.
func (o *office) send(method, path, token string, body any) (*http.Response, []byte) {
	o.t.Helper()
	var payload bytes.Buffer
	if text, raw := body.(string); raw {
		payload.WriteString(text)
	} else if body != nil {
		o.check(json.NewEncoder(&payload).Encode(body))
	}
	request, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, &payload)
	o.check(err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	o.check(err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	o.check(err)
	return response, data
}

func (o *office) want(status int, code string, gotStatus int, got map[string]any) {
	o.t.Helper()
	if gotStatus != status || (code != "" && got["code"] != code) {
		o.t.Errorf("got %d %v, want %d %s", gotStatus, got, status, code)
	}
}

// seat makes a person with a seat in a series that starts at local, and their
// link's secret.
func (o *office) seat(clinic, rule, local string) (seat, secret string) {
	o.t.Helper()
	id := func(path string, body any) string {
		status, got := o.call("POST", "/api/v1"+path, o.token[clinic], body)
		if status != 200 {
			o.t.Fatalf("POST %s: %d %v", path, status, got)
		}
		text, _ := got["id"].(string)
		return text
	}
	id("/ground-rules", NewGroundRules{Audience: "participant", Language: "en", Text: "What is said here stays here."})
	program := id("/programs", NewProgram{Name: "Evening"})
	series := id("/series", map[string]any{
		"program": program, "title": "Group", "rule": rule, "start": local, "zone": "America/New_York",
		"template": []map[string]any{{"kind": "group", "minutes": 60}},
	})
	person := id("/persons", map[string]any{"kind": "client", "legal_name": "Ana Ruiz", "display_name": "Ana R.", "phone": "+1 555 0100"})
	seat = id("/series/"+series+"/seats", map[string]any{"person": person, "role": "participant", "display_name": "Ana R."})
	o.expand()
	_, link := o.call("POST", "/api/v1/seats/"+seat+"/invitations", o.token[clinic], nil)
	_, secret, _ = strings.Cut(link["url"].(string), "#")
	return seat, secret
}

func (o *office) local(in time.Duration) string {
	zone, err := time.LoadLocation("America/New_York")
	o.check(err)
	return o.now.Add(in).In(zone).Format("2006-01-02T15:04")
}

func details(secret string) wire.TicketRequest {
	return wire.TicketRequest{Secret: secret, Rules: "1", Door: wire.Door{Name: "Ana R.", Place: "home", Phone: "+1 555 0100"}}
}

func TestLinkThroughTheDay(t *testing.T) {
	o := newOffice(t)
	_, secret := o.seat("harbor", "FREQ=DAILY;COUNT=1", o.local(2*time.Hour))
	open := func() map[string]any {
		status, got := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
		o.want(200, "", status, got)
		return got
	}
	if got := open(); got["status"] != "early" || got["name"] != "Ana R." || got["prefill"].(map[string]any)["phone"] != "+1 555 0100" {
		t.Errorf("two hours before: %v", got)
	}
	status, got := o.call("POST", "/api/v1/invitations/ticket", "", details(secret))
	o.want(403, "too_early", status, got)
	if opens, err := time.Parse(time.RFC3339, got["opens"].(string)); err != nil || opens.Sub(o.now) > 90*time.Minute {
		t.Errorf("opens %v", got["opens"])
	}
	o.now = o.now.Add(95 * time.Minute)
	if got := open(); got["status"] != "open" {
		t.Errorf("25 minutes before: %v", got["status"])
	}
	for range 3 { // a link works any number of times
		status, got = o.call("POST", "/api/v1/invitations/ticket", "", details(secret))
		o.want(200, "", status, got)
	}
	if _, err := o.authority.RedeemTicket(t.Context(), got["ticket"].(string)); err != nil {
		t.Errorf("the ticket: %v", err)
	}
	o.now = o.now.Add(3 * time.Hour)
	if got := open(); got["status"] != "late" {
		t.Errorf("an hour and a half after: %v, want late", got["status"])
	}
	status, got = o.call("POST", "/api/v1/invitations/ticket", "", details(secret))
	o.want(403, "too_late", status, got)
	o.now = o.now.Add(3 * time.Hour)
	if got := open(); got["status"] != "none" {
		t.Errorf("long after: %v, want none", got["status"])
	}
	status, got = o.call("POST", "/api/v1/invitations/ticket", "", details(secret))
	o.want(404, "no_session", status, got)
}

// Staff end an evening early: the link says so, and not when the next one is.
func TestLinkAfterTheEnd(t *testing.T) {
	o := newOffice(t)
	_, secret := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(10*time.Minute))
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := rooms.SessionID(list["sessions"].([]any)[0].(map[string]any)["id"].(string))
	tenure, err := o.records.Open(t.Context(), session, "n")
	o.check(err)
	end := rooms.Event{ID: rooms.EventID{Epoch: tenure.Epoch, Node: "n", N: 1}, At: o.now, Kind: rooms.EventEnded, Reason: "staff"}
	o.check(o.records.Append(t.Context(), session, tenure.Epoch, []rooms.Event{end}))
	_, got := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
	if got["status"] != "ended" {
		t.Errorf("after staff ended it: %v, want ended", got["status"])
	}
	status, got := o.call("POST", "/api/v1/invitations/ticket", "", details(secret))
	o.want(403, "room_ended", status, got)
	o.now = o.now.Add(20 * time.Hour)
	if _, got = o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret}); got["status"] != "early" {
		t.Errorf("the next day: %v, want early", got["status"])
	}
}

func TestDoorRefusals(t *testing.T) {
	o := newOffice(t)
	seat, secret := o.seat("harbor", "FREQ=DAILY;COUNT=1", o.local(10*time.Minute))
	edit := func(change func(*wire.TicketRequest)) wire.TicketRequest {
		d := details(secret)
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"no name":      {edit(func(d *wire.TicketRequest) { d.Door.Name = "  " }), 422, "incomplete"},
		"no place":     {edit(func(d *wire.TicketRequest) { d.Door.Place = "" }), 422, "incomplete"},
		"odd place":    {edit(func(d *wire.TicketRequest) { d.Door.Place = "moon" }), 422, "incomplete"},
		"no number":    {edit(func(d *wire.TicketRequest) { d.Door.Phone = "" }), 422, "incomplete"},
		"long name":    {edit(func(d *wire.TicketRequest) { d.Door.Name = strings.Repeat("é", 61) }), 422, "incomplete"},
		"old rules":    {edit(func(d *wire.TicketRequest) { d.Rules = "0" }), 422, "incomplete"},
		"unknown link": {edit(func(d *wire.TicketRequest) { d.Secret = "nothing" }), 404, "link_unknown"},
		"no link":      {edit(func(d *wire.TicketRequest) { d.Secret = "" }), 404, "link_unknown"},
		"a number":     {`{"secret": 5}`, 422, "invalid"},
		"half a body":  {`{"secret": `, 400, "malformed"},
		"a large body": {`{"secret": "` + strings.Repeat("x", 70<<10) + `"}`, 413, "too_large"},
	} {
		status, got := o.call("POST", "/api/v1/invitations/ticket", "", c.body)
		if status != c.status || got["code"] != c.code {
			t.Errorf("%s: got %d %v, want %d %s", name, status, got, c.status, c.code)
		}
	}
	list, err := o.records.Invitations(t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	o.check(o.records.RevokeInvitation(t.Context(), o.clinic["harbor"], list[0].ID))
	status, got := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
	o.want(410, "link_revoked", status, got)
}

func TestBadSeries(t *testing.T) {
	o := newOffice(t)
	_, program := o.call("POST", "/api/v1/programs", o.token["harbor"], NewProgram{Name: "Evening"})
	series := func(rule, start, zone string, minutes int) map[string]any {
		return map[string]any{"program": program["id"], "title": "Group", "rule": rule, "start": start, "zone": zone,
			"template": []map[string]any{{"kind": "group", "minutes": minutes}}}
	}
	for name, body := range map[string]map[string]any{
		"sub-daily":   series("FREQ=HOURLY", "2026-11-23T17:30", "UTC", 60),
		"not a rule":  series("every Monday", "2026-11-23T17:30", "UTC", 60),
		"no date":     series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-11-23T17:30", "UTC", 60),
		"bad zone":    series("FREQ=DAILY", "2026-11-23T17:30", "Mars/Olympus", 60),
		"bad start":   series("FREQ=DAILY", "23.11.2026", "UTC", 60),
		"no duration": series("FREQ=DAILY", "2026-11-23T17:30", "UTC", 0),
		"a day long":  series("FREQ=DAILY", "2026-11-23T17:30", "UTC", 24*60),
	} {
		status, got := o.call("POST", "/api/v1/series", o.token["harbor"], body)
		if status != 422 || got["code"] != "invalid" || got["errors"] == nil {
			t.Errorf("%s: %d %v, want a problem that names the field", name, status, got)
		}
	}
}

// Every call that needs a token refuses none, a bad one, and another clinic's
// ids, and says the same of an id that is nobody's.
func TestTenants(t *testing.T) {
	o := newOffice(t)
	seat, _ := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(time.Hour))
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	if _, got := o.call("GET", "/api/v1/sessions", o.token["mesa"], nil); len(got["sessions"].([]any)) != 0 {
		t.Errorf("another clinic lists %v", got)
	}
	response, err := http.Get(o.url + "/api/openapi.json")
	o.check(err)
	defer response.Body.Close()
	var document struct {
		Paths map[string]map[string]struct {
			Security []any `json:"security"`
		} `json:"paths"`
	}
	o.check(json.NewDecoder(response.Body).Decode(&document))
	outsider, _, err := o.authority.IssueService(t.Context(), o.clinic["mesa"], "test", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	protected := 0
	for path, methods := range document.Paths {
		for method, op := range methods {
			if op.Security == nil {
				continue
			}
			protected++
			method = strings.ToUpper(method)
			theirs := strings.ReplaceAll(path, "{id}", session)
			if strings.Contains(path, "/seats/") {
				theirs = strings.ReplaceAll(path, "{id}", seat)
			}
			nobodys := strings.ReplaceAll(path, "{id}", rooms.NewID())
			for _, token := range []string{"", "junk", o.token["mesa"] + "x"} {
				status, got := o.call(method, theirs, token, nil)
				o.want(401, "token_invalid", status, got)
			}
			if method != "GET" && !strings.Contains(path, "invitations") {
				continue
			}
			if !strings.Contains(path, "{id}") {
				continue
			}
			status, got := o.call(method, theirs, outsider, nil)
			again, same := o.call(method, nobodys, outsider, nil)
			if status != 404 || again != 404 || got["code"] != same["code"] || got["detail"] != same["detail"] {
				t.Errorf("%s %s: another clinic's %d %v, nobody's %d %v", method, path, status, got, again, same)
			}
		}
	}
	if protected < 6 {
		t.Errorf("%d protected calls in the document", protected)
	}
}

func TestReadTokenMayNotWrite(t *testing.T) {
	o := newOffice(t)
	token, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "reader", []auth.Scope{auth.ScopeSessionsRead}, time.Hour)
	o.check(err)
	status, got := o.call("POST", "/api/v1/programs", token, NewProgram{Name: "x"})
	o.want(403, "not_allowed", status, got)
}
