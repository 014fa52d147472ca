package api

import (
	"slices"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms/records"
)

// Whose data was opened by whom is told to those who may know, and only them.
func TestAuditAndRules(t *testing.T) {
	o := newOffice(t)
	o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(10*time.Minute))
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	if status, got := o.call("GET", "/api/v1/sessions/"+session+"/attendance", o.token["harbor"], nil); status != 200 {
		t.Fatal(status, got)
	}
	admin, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "office", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	status, got := o.call("GET", "/api/v1/audit", o.token["harbor"], nil)
	o.want(403, "not_allowed", status, got)
	persons, err := o.records.Persons(t.Context(), o.clinic["harbor"])
	o.check(err)
	status, got = o.call("GET", "/api/v1/audit?person="+string(persons[0].ID), admin, nil)
	o.want(200, "", status, got)
	found := false
	for _, e := range got["entries"].([]any) {
		entry, _ := e.(map[string]any)
		found = found || entry["action"] == "attendance.read" && entry["session"] == session
	}
	if !found {
		t.Errorf("who opened the attendance: %v", got)
	}

	status, got = o.call("GET", "/api/v1/rules", admin, nil)
	o.want(200, "", status, got)
	got["late_s"], got["present_percent"] = 300, 500
	delete(got, "version")
	status, bad := o.call("POST", "/api/v1/rules", admin, got)
	o.want(422, "invalid", status, bad)
	got["present_percent"] = 75
	status, set := o.call("POST", "/api/v1/rules", admin, got)
	o.want(200, "", status, set)
	if set["version"] != 2.0 || set["late_s"] != 300.0 {
		t.Errorf("the new version: %v", set)
	}
	status, got = o.call("POST", "/api/v1/rules", o.token["harbor"], got)
	o.want(403, "not_allowed", status, got)
}

// Every change of the plan and of what is asked is written down once; a change
// that was refused is not.
func TestChangesOfThePlanAreWrittenDown(t *testing.T) {
	o, program := scheduled(t)
	o.ask(200, "PATCH", "/programs/"+program, NewProgram{Name: "Evenings"})
	made := o.ask(200, "POST", "/series", thanksgiving(program))
	path := "/series/" + made["id"].(string)
	o.ask(200, "PUT", path, thanksgiving(program))
	o.ask(200, "POST", path+"/skip", SkipDate{"2026-10-07"})
	o.ask(200, "DELETE", path+"/skip/2026-10-07", nil)
	o.ask(200, "POST", path+"/move", SeriesMove{"2026-10-08T18:00", "2026-10-09T17:00"})
	o.ask(200, "DELETE", path+"/moves/2026-10-08T18:00", nil)
	session := o.ask(200, "GET", "/sessions?to=2026-10-07T00:00:00Z", nil)["sessions"].([]any)[0].(map[string]any)["id"].(string)
	o.ask(200, "POST", "/sessions/"+session+"/cancel", nil)
	o.ask(200, "POST", "/sessions/"+session+"/restore", nil)
	o.ask(404, "POST", "/sessions/none/cancel", nil)
	person := o.made("/persons", NewPerson{Kind: "client", LegalName: "Ana Ruiz", DisplayName: "Ana"})
	o.ask(200, "PUT", "/persons/"+person+"/reminders", Wanted{false})
	o.ask(200, "PUT", "/scales", Scales{[]Scale{{Question: Texts{"en": "How are you?"}}}})
	o.ask(200, "PUT", "/door-rules", DoorRules{Address: "elsewhere", LicensedStates: []string{"NY"}})
	o.ask(422, "PUT", "/door-rules", DoorRules{Address: "never", AddressNeeded: true, LicensedStates: []string{}})
	o.ask(200, "POST", "/ground-rules", NewGroundRules{Audience: "participant", Texts: Texts{"en": "Be kind."}})
	o.ask(200, "POST", "/consents", NewConsent{Language: "en", Text: "I agree."})
	log, err := o.records.SearchAudit(t.Context(), o.clinic["harbor"], records.AuditQuery{Limit: 100})
	o.check(err)
	var got []string
	for _, e := range slices.Backward(log) {
		got = append(got, e.Action)
		if e.Action == "session.cancel" && string(e.Session) != session || e.Action == "reminders.set" && string(e.Person) != person {
			t.Errorf("entry without its object: %+v", e)
		}
	}
	want := []string{
		"program.create", "program.update", "series.create", "series.update", "evening.skip", "evening.unskip", "evening.move", "evening.unmove",
		"session.cancel", "session.restore", "person.create", "reminders.set", "scales.set", "door_rules.set", "ground_rules.set", "consent.set",
	}
	if !slices.Equal(got, want) {
		t.Errorf("written down:\n%q, want\n%q", got, want)
	}
}
