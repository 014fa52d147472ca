package api

import (
	"net/url"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
)

// A program that enrols clients comes by no link of staff: not shown, not
// mailed, not by the detour of another role or another address.
func TestProgramsGetNoLinkOfStaff(t *testing.T) {
	o := newOffice(t)
	series, _ := o.group()
	program := func(scopes ...auth.Scope) string {
		token, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "program", scopes, time.Hour)
		o.check(err)
		return token
	}
	writer, trusted, admin := program(auth.ScopeSessionsWrite), program(auth.ScopeSessionsWrite, auth.ScopeStaffLinks), program(auth.ScopeAdmin)
	seat := func(kind, role string, more map[string]any) (person, id string) {
		person = o.made("/persons", map[string]any{"kind": kind, "legal_name": role + " " + kind, "display_name": role + " " + kind, "email": "p@example.org"})
		body := map[string]any{"person": person, "role": role, "display_name": role + " " + kind}
		for name, value := range more {
			body[name] = value
		}
		return person, o.made("/series/"+series+"/seats", body)
	}
	client, ofClient := seat("client", "participant", nil)
	_, facilitator := seat("staff", "facilitator", nil)
	dana, second := seat("staff", "cofacilitator", nil)
	_, observer := seat("staff", "observer", nil)
	_, captioner := seat("collateral", "captioner", nil)
	_, family := seat("collateral", "collateral", map[string]any{"client": client})
	want := func(code int, method, path, token string, body any) {
		t.Helper()
		status, got := o.call(method, "/api/v1"+path, token, body)
		problem := ""
		if code == 403 {
			problem = "not_allowed"
		}
		o.want(code, problem, status, got)
	}
	for _, of := range []string{facilitator, second, observer, captioner} {
		want(403, "POST", "/seats/"+of+"/invitations", writer, nil)
		want(403, "POST", "/seats/"+of+"/invitations?keep=true", writer, nil)
		want(403, "POST", "/seats/"+of+"/invitations/send", writer, nil)
		want(200, "POST", "/seats/"+of+"/invitations", trusted, nil)
		want(200, "POST", "/seats/"+of+"/invitations?keep=true", admin, nil)
	}
	for _, of := range []string{ofClient, family} {
		want(200, "POST", "/seats/"+of+"/invitations", writer, nil)
	}
	want(200, "POST", "/seats/"+second+"/invitations/send", trusted, nil)
	want(403, "POST", "/seats/"+ofClient+"/invitations", program(auth.ScopeStaffLinks), nil) // alone it covers nothing

	want(403, "PATCH", "/seats/"+family, writer, map[string]any{"role": "interpreter", "client": ""}) // it has a link
	want(204, "DELETE", "/seats/"+family+"/invitations", writer, nil)
	want(200, "PATCH", "/seats/"+family, writer, map[string]any{"role": "interpreter", "client": ""})
	want(403, "POST", "/seats/"+family+"/invitations", writer, nil)
	want(200, "PATCH", "/seats/"+second, writer, map[string]any{"role": "facilitator"}) // of staff before and after

	want(403, "PATCH", "/persons/"+dana, writer, map[string]any{"email": "mallory@example.org"})
	want(200, "PATCH", "/persons/"+dana, writer, map[string]any{"email": "p@example.org", "phone": "555"})
	want(200, "PATCH", "/persons/"+client, writer, map[string]any{"email": "new@example.org"})
	want(200, "PATCH", "/persons/"+dana, trusted, map[string]any{"email": "dana@example.org"})
	want(404, "POST", "/seats/"+rooms.NewID()+"/invitations", writer, nil)
}

// A program can call a facilitator a patient of the record system; a launch by
// that patient is no way to their seat.
func TestLaunchLendsNoLinkOfStaff(t *testing.T) {
	e := newEntrance(t)
	seat, _ := e.seat("harbor", "FREQ=DAILY;COUNT=1", e.local(10*time.Minute))
	held, err := e.records.Seat(t.Context(), e.clinic["harbor"], rooms.SeatID(seat))
	e.check(err)
	dana := e.made("/persons", map[string]any{"kind": "staff", "legal_name": "Dana", "display_name": "Dana"})
	e.made("/series/"+string(held.Series)+"/seats", map[string]any{"person": dana, "role": "facilitator", "display_name": "Dana"})
	_, list := e.call("GET", "/api/v1/sessions", e.token["harbor"], nil)
	e.issuer.Context = map[string]any{"appointment": list["sessions"].([]any)[0].(map[string]any)["id"]}
	e.issuer.Claims = map[string]any{"sub": "u-10", "fhirUser": "Patient/7"}
	launch := "/api/v1/smart/launch?launch=opaque&iss=" + url.QueryEscape(e.issuer.URL)
	for person, want := range map[string]string{dana: "no_role", string(held.Person): ""} {
		status, got := e.call("PUT", "/api/v1/persons/"+person+"/identifier", e.token["harbor"], Identifier{System: e.issuer.URL, Value: "Patient/7"})
		e.want(204, "", status, got)
		if page := e.visit(launch); page.Query().Get("problem") != want || (page.Fragment == "") != (want != "") {
			t.Errorf("called a patient: %v, want %q", page, want)
		}
	}
}
