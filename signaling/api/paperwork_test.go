package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// admin is a token of harbor for all that staff do.
func (o *office) admin() string {
	token, _, err := o.authority.IssueService(o.t.Context(), o.clinic["harbor"], "admin", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	return token
}

// ask calls and decodes an answer that must be 200.
func ask[T any](o *office, method, path, token string, body any) T {
	o.t.Helper()
	status, got := o.call(method, "/api/v1"+path, token, body)
	if status != 200 {
		o.t.Fatalf("%s %s: %d %v", method, path, status, got)
	}
	data, err := json.Marshal(got)
	o.check(err)
	var answer T
	o.check(json.Unmarshal(data, &answer))
	return answer
}

// fields are the locations that a problem names.
func fields(got map[string]any) string {
	var out []string
	list, _ := got["errors"].([]any)
	for _, e := range list {
		out = append(out, strings.TrimPrefix(e.(map[string]any)["location"].(string), "body."))
	}
	return strings.Join(out, " ")
}

func (o *office) person(seat string) rooms.PersonID {
	s, err := o.records.Seat(o.t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	return s.Person
}

func ten(n int) *int { return &n }

// An evening's paperwork from the link to the staff's screens.
func TestPaperworkAtTheDoor(t *testing.T) {
	o := newOffice(t)
	seat, secret := o.seat("harbor", "FREQ=DAILY;COUNT=30", o.local(10*time.Minute))
	admin, person := o.admin(), o.person(seat)
	ask[Version](o, "POST", "/consents", admin, NewConsent{Texts: Texts{"en": "By video.\nIt may fail.", "es": "Por video."}})
	scales := ask[Scales](o, "PUT", "/scales", admin, Scales{[]Scale{
		{Question: Texts{"en": "Mood?", "es": "¿Ánimo?"}, Low: Texts{"en": "low"}, High: Texts{"en": "high"}}, {Question: Texts{"en": "Sleep?"}},
	}})
	ask[DoorRules](o, "PUT", "/door-rules", admin, DoorRules{
		Address: "always", AddressNeeded: true, Emergency: true, EmergencyNeeded: true, ConsentNeeded: true, LicensedStates: []string{"new york", "NJ"},
	})
	open := func() wire.Invitation {
		return ask[wire.Invitation](o, "POST", "/invitations/open", "", wire.OpenRequest{Secret: secret})
	}
	first := open()
	if first.Accepted != nil || first.Consent == nil || len(first.Consent.Text["en"]) != 2 || len(first.Scales) != 2 || !first.Asks.AddressNeeded {
		t.Fatalf("the first time: %+v", first)
	}

	bare := details(secret)
	status, got := o.call("POST", "/api/v1/invitations/ticket", "", bare)
	o.want(422, "incomplete", status, got)
	const missing = "door.address.line door.address.city door.address.state door.emergency.name door.emergency.phone consent"
	if fields(got) != missing {
		t.Errorf("bare: %q, want %q", fields(got), missing)
	}
	full := bare
	full.Door.Address = &wire.Address{Line: " 1  Sun Rd ", City: "Reno", State: "Nevada"}
	full.Door.Emergency = &wire.Contact{Name: "Rosa", Phone: "+1 555 0101"}
	full.Consent, full.Language = "1", "es"
	full.Answers = []wire.ScaleAnswer{{Scale: scales.Scales[0].ID, Value: ten(11)}, {Scale: "none"}}
	status, got = o.call("POST", "/api/v1/invitations/ticket", "", full)
	o.want(422, "incomplete", status, got)
	if want := "answers[0].value answers[1].scale"; fields(got) != want {
		t.Errorf("odd answers: %q, want %q", fields(got), want)
	}
	full.Answers = []wire.ScaleAnswer{{Scale: scales.Scales[0].ID, Value: ten(0)}}
	for range 2 {
		ask[wire.Ticket](o, "POST", "/invitations/ticket", "", full)
	}

	again := open()
	if again.Accepted == nil || again.Accepted.Version != "1" || again.Consent != nil || len(again.Scales) != 1 {
		t.Errorf("the second time: %+v", again)
	}
	if p := again.Prefill; p.Address == nil || p.Address.Line != "1 Sun Rd" || p.Emergency == nil || p.Emergency.Name != "Rosa" {
		t.Errorf("prefill: %+v", p)
	}
	work := ask[Paperwork](o, "GET", "/persons/"+string(person)+"/paperwork", admin, nil)
	if len(work.Acceptances) != 1 || len(work.Consents) != 1 || work.ConsentDue || work.Consents[0].Language != "es" ||
		work.Consents[0].TextHash != records.TextHash("Por video.") || work.Acceptances[0].Language != "en" {
		t.Errorf("paperwork: %+v", work)
	}
	trend := ask[Trends](o, "GET", "/persons/"+string(person)+"/trend", admin, nil)
	if len(trend.Scales) != 1 || len(trend.Scales[0].Points) != 1 || trend.Scales[0].Points[0].Moment != "start" {
		t.Errorf("trend: %+v", trend)
	}
	doors := ask[StatedDoors](o, "GET", "/sessions/"+again.Session.ID+"/doors", admin, nil)
	if len(doors.Doors) != 1 || !doors.Doors[0].Outside || doors.Doors[0].Emergency.Phone != "+1 555 0101" || doors.Doors[0].Name != "Ana R." {
		t.Errorf("doors: %+v", doors)
	}
	log, err := o.records.AuditLog(t.Context(), o.clinic["harbor"], 0, 1000)
	o.check(err)
	read := map[string]rooms.PersonID{}
	for _, entry := range log {
		read[entry.Action] = entry.Person
	}
	if read["paperwork.read"] != person || read["answers.read"] != person {
		t.Errorf("read without a trace: %v", read)
	}
	if _, ok := read["doors.read"]; !ok {
		t.Error("the doors were read without a trace")
	}

	o.now = o.now.Add(records.ConsentLasts)
	if open().Consent == nil {
		t.Error("a year later the consent is not due")
	}
	ask[Version](o, "POST", "/ground-rules", o.admin(), NewGroundRules{Audience: "participant", Texts: Texts{"en": "New.", "es": "Nuevo."}})
	if got := open(); got.Accepted != nil || got.Rules.Version != "2" {
		t.Errorf("new rules: %+v", got)
	}
}

// By default nothing but name, place, number and rules is needed; and a clinic
// may ask for the rules every time.
func TestDoorAsksNothingMoreByDefault(t *testing.T) {
	o := newOffice(t)
	_, secret := o.seat("harbor", "FREQ=DAILY;COUNT=1", o.local(10*time.Minute))
	admin := o.admin()
	ask[Version](o, "POST", "/consents", admin, NewConsent{Texts: Texts{"en": "By video."}})
	ask[wire.Ticket](o, "POST", "/invitations/ticket", "", details(secret))
	rules := ask[DoorRules](o, "GET", "/door-rules", admin, nil)
	rules.AcceptAgain = true
	ask[DoorRules](o, "PUT", "/door-rules", admin, rules)
	if got := ask[wire.Invitation](o, "POST", "/invitations/open", "", wire.OpenRequest{Secret: secret}); got.Accepted != nil {
		t.Errorf("accepted %+v, though it is asked again", got.Accepted)
	}
}

func TestPaperworkRefusals(t *testing.T) {
	o := newOffice(t)
	admin := o.admin()
	for name, c := range map[string]struct {
		method, path string
		body         any
		fields       string
	}{
		"no text":       {"POST", "/ground-rules", NewGroundRules{Audience: "participant"}, "text language"},
		"both":          {"POST", "/ground-rules", NewGroundRules{Audience: "participant", Text: "x", Texts: Texts{"en": "x"}}, "text"},
		"a language":    {"POST", "/consents", NewConsent{Texts: Texts{"en": "x", "fr": "x"}}, "texts.fr"},
		"half a text":   {"POST", "/consents", NewConsent{Language: "es"}, "text"},
		"no English":    {"POST", "/consents", NewConsent{Texts: Texts{"es": "x"}}, "texts.en"},
		"unknown scale": {"PUT", "/scales", Scales{[]Scale{{ID: "x", Question: Texts{"en": "x"}}}}, "scales[0].id"},
		"long words":    {"PUT", "/scales", Scales{[]Scale{{Question: Texts{"en": "x"}, Low: Texts{"en": strings.Repeat("x", 61)}}}}, "scales[0].low.en"},
		"no state":      {"PUT", "/door-rules", DoorRules{Address: "never", LicensedStates: []string{"NY", "ZZ"}}, "licensed_states[1]"},
		"never needed":  {"PUT", "/door-rules", DoorRules{Address: "never", AddressNeeded: true, EmergencyNeeded: true, LicensedStates: []string{}}, "address_needed emergency_needed"},
	} {
		status, got := o.call(c.method, "/api/v1"+c.path, admin, c.body)
		if status != 422 || got["code"] != "invalid" || fields(got) != c.fields {
			t.Errorf("%s: %d %v %q, want %q", name, status, got["code"], fields(got), c.fields)
		}
	}
}

// live writes an evening into the journal: both come at the start; after half
// an hour the client leaves, after an hour staff end it.
func (o *office) live(session rooms.SessionID, staff, client rooms.PersonID, start time.Time) {
	o.t.Helper()
	tenure, err := o.records.Open(o.t.Context(), session, "n")
	o.check(err)
	var n uint64
	add := func(at time.Duration, e rooms.Event) {
		n++
		e.ID, e.At, e.Mono = rooms.EventID{Epoch: tenure.Epoch, Node: "n", N: n}, start.Add(at), at
		o.check(o.records.Append(o.t.Context(), session, tenure.Epoch, []rooms.Event{e}))
	}
	add(0, rooms.Event{Kind: rooms.EventOpened})
	for _, p := range []rooms.PersonID{staff, client} {
		add(0, rooms.Event{Kind: rooms.EventArrived, Person: p})
		add(0, rooms.Event{Kind: rooms.EventAdmitted, Person: p})
		add(0, rooms.Event{Kind: rooms.EventConnected, Person: p, Conn: 1, Since: start})
	}
	add(30*time.Minute, rooms.Event{Kind: rooms.EventLeft, Person: client})
	add(time.Hour, rooms.Event{Kind: rooms.EventEnded, Reason: "staff"})
}

func TestAfter(t *testing.T) {
	o := newOffice(t)
	seat, secret := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(10*time.Minute))
	admin, client := o.admin(), o.person(seat)
	scales := ask[Scales](o, "PUT", "/scales", admin, Scales{[]Scale{{Question: Texts{"en": "Mood?"}}}})
	after := func(answers ...wire.ScaleAnswer) wire.After {
		return ask[wire.After](o, "POST", "/invitations/after", "", wire.AfterRequest{Secret: secret, Answers: answers})
	}
	if got := after(); got.Session != nil || got.Tonight != nil || got.Next == nil {
		t.Errorf("before any evening: %+v", got)
	}
	status, got := o.call("POST", "/api/v1/invitations/after", "", wire.AfterRequest{Secret: secret, Answers: []wire.ScaleAnswer{{Scale: scales.Scales[0].ID}}})
	o.want(404, "no_session", status, got)

	s, err := o.records.Seat(t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	dana, err := o.records.CreatePerson(t.Context(), records.Person{Clinic: s.Clinic, Kind: records.StaffPerson, LegalName: "Dana W"})
	o.check(err)
	_, err = o.records.CreateSeat(t.Context(), records.Seat{Seat: rooms.Seat{Person: dana.ID, Role: rooms.Facilitator, DisplayName: "Dana"}, Clinic: s.Clinic, Series: s.Series})
	o.check(err)
	tonight, err := o.records.SessionForSeat(t.Context(), s.Clinic, s.ID, o.now)
	o.check(err)
	o.live(tonight.Session, dana.ID, client, tonight.Start)
	o.now = tonight.End.Add(time.Minute)

	told := after()
	if told.Tonight == nil || told.Tonight.Minutes != 30 || told.Tonight.Final || len(told.Scales) != 1 {
		t.Errorf("tonight, not sealed yet: %+v %+v", told.Tonight, told.Scales)
	}
	if told.Next == nil || told.Next.ID == told.Session.ID {
		t.Errorf("next: %+v", told.Next)
	}
	told = after(wire.ScaleAnswer{Scale: scales.Scales[0].ID, Value: ten(8)})
	if len(told.Scales) != 0 || len(told.Trend) != 1 || told.Trend[0].Points[0].Value != 8 || told.Trend[0].Points[0].Moment != "end" {
		t.Errorf("after the check-in: %+v", told)
	}
	status, got = o.call("POST", "/api/v1/invitations/after", "", wire.AfterRequest{Secret: secret, Answers: []wire.ScaleAnswer{{Scale: "x"}}})
	o.want(422, "invalid", status, got)
	status, got = o.call("POST", "/api/v1/invitations/after", "", wire.AfterRequest{Secret: "x"})
	o.want(404, "link_unknown", status, got)
}
