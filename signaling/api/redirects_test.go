package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// A sign-in leads to a page of the console and nowhere else.
func TestSignInLeadsNowhereElse(t *testing.T) {
	for to, want := range map[string]string{
		"/console": "/console", "/console/week": "/console/week", "/console/sessions/abc?x=1#y": "/console/sessions/abc",
		"": "", "/": "", "/j": "", "/consoles": "", "/console.example": "", "/console/": "", "/console//elsewhere.example": "",
		"https://elsewhere.example": "", "//elsewhere.example/console": "", "///console": "", "https:/console": "", "console": "",
		`/console\@elsewhere`: "", "/console/%5c%5celsewhere": "", "/console/../j": "", "/console/%2e%2e/j": "", "/console/..%2f..%2fj": "",
		"/console/%0d%0aSet-Cookie:x": "", "/console/\tx": "", "javascript:/console": "", "/console/%3cscript%3e": "", "/console/%e2%80%ae": "",
		"/console/" + strings.Repeat("x", 300): "",
	} {
		if got := consolePath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
	e := newEntrance(t)
	e.issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": "admins"}
	page := e.visit("/api/v1/oidc/idp/start?to=//elsewhere.example/console")
	if page.Host != "" && !strings.HasSuffix(e.url, page.Host) {
		t.Errorf("the browser is sent to %s", page.Host)
	}
	status, got := e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment})
	e.want(200, "", status, got)
	if got["to"] != nil {
		t.Errorf("the console is sent to %v", got["to"])
	}
}

// Every link leads to the configured address, whatever host a request names.
func TestLinksKeepTheirHost(t *testing.T) {
	o := newOffice(t)
	seat, _ := o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(0))
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	staff, err := o.records.CreatePerson(t.Context(), records.Person{
		Clinic: o.clinic["harbor"], Kind: records.StaffPerson, LegalName: "Sam", DisplayName: "Sam", StaffRoles: []auth.StaffRole{auth.Admin},
	})
	o.check(err)
	held, err := o.records.Seat(t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	_, err = o.records.CreateSeat(t.Context(), records.Seat{
		Seat: rooms.Seat{Person: staff.ID, Role: rooms.Facilitator, DisplayName: "Sam"}, Clinic: held.Clinic, Series: held.Series,
	})
	o.check(err)
	admin := o.signIn(staff)()
	for _, path := range []string{
		"/api/v1/seats/" + seat + "/invitations", "/api/v1/persons/" + string(staff.ID) + "/signin-link", "/api/v1/sessions/" + session + "/enter",
		"/api/v1/sessions/" + session + "/guests", "/api/v1/staff/feed",
	} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", o.url+path, bytes.NewReader([]byte(`{"display_name":"Guest"}`)))
		o.check(err)
		request.Host = "elsewhere.example"
		for name, value := range map[string]string{
			"Authorization": "Bearer " + admin, "Content-Type": "application/json", "X-Forwarded-Host": "elsewhere.example", "Forwarded": "host=elsewhere.example",
		} {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		o.check(err)
		text, err := io.ReadAll(response.Body)
		o.check(err)
		response.Body.Close()
		var made Link
		_ = json.Unmarshal(text, &made)
		if response.StatusCode != 200 || !strings.HasPrefix(made.URL, o.url+"/") {
			t.Errorf("%s: %d leads to %s", path, response.StatusCode, text)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), "GET", o.url+"/.well-known/smart-configuration", nil)
	o.check(err)
	request.Host = "elsewhere.example"
	response, err := http.DefaultClient.Do(request)
	o.check(err)
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); strings.Contains(string(text), "elsewhere") {
		t.Errorf("programs are sent elsewhere: %s", text)
	}
}
