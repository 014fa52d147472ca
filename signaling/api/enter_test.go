package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// Whoever is on tonight's roster gets in from the console: by a seat of the
// series, or for this one evening in the place of somebody else.
func TestStaffEnterFromTheConsole(t *testing.T) {
	o := newOffice(t)
	seat, _ := o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(10*time.Minute))
	clinic := o.clinic["harbor"]
	held, err := o.records.Seat(t.Context(), clinic, rooms.SeatID(seat))
	o.check(err)
	staff := map[string]records.Person{}
	for _, name := range []string{"Dana", "Sam", "Kim"} {
		staff[name], err = o.records.CreatePerson(t.Context(), records.Person{
			Clinic: clinic, Kind: records.StaffPerson, LegalName: name + " Lee", DisplayName: name, StaffRoles: []auth.StaffRole{auth.Clinician},
		})
		o.check(err)
	}
	_, err = o.records.CreateSeat(t.Context(), records.Seat{
		Clinic: clinic, Series: held.Series, Seat: rooms.Seat{Person: staff["Dana"].ID, Role: rooms.Facilitator, DisplayName: "Dana"},
	})
	o.check(err)
	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	o.check(o.records.Substitute(t.Context(), clinic, rooms.SessionID(session), staff["Sam"].ID, staff["Dana"].ID))

	enter := func(name string) (int, map[string]any) {
		return o.call("POST", "/api/v1/sessions/"+session+"/enter", o.signIn(staff[name])(), nil)
	}
	status, got := enter("Sam")
	o.want(200, "", status, got)
	_, secret, _ := strings.Cut(got["url"].(string), "#")
	_, open := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
	if open["name"] != "Sam" || open["role"] != "facilitator" || open["status"] != "open" {
		t.Errorf("the substitute's door: %v", open)
	}
	in := details(secret)
	in.Door.Name = "Sam"
	status, got = o.call("POST", "/api/v1/invitations/ticket", "", in)
	o.want(200, "", status, got)
	who, err := o.authority.RedeemTicket(t.Context(), got["ticket"].(string))
	if err != nil || who.Person != staff["Sam"].ID || who.Role != rooms.Facilitator {
		t.Errorf("the substitute is %+v, %v", who, err)
	}
	for _, name := range []string{"Dana", "Kim"} { // replaced tonight; and with no seat at all
		status, got = enter(name)
		o.want(404, "not_there", status, got)
	}
	o.now = o.now.Add(3 * time.Hour)
	status, got = o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
	o.want(410, "link_revoked", status, got)
}

// The link of a stand-in that was mailed days before opens on their evening,
// also while others of the series come first, and tells them of nobody else's.
func TestStandInsLink(t *testing.T) {
	o := newOffice(t)
	clinic, ctx := o.clinic["harbor"], t.Context()
	seat, _ := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(10*time.Minute))
	held, err := o.records.Seat(ctx, clinic, rooms.SeatID(seat))
	o.check(err)
	person := func(name string) rooms.PersonID {
		p, err := o.records.CreatePerson(ctx, records.Person{
			Clinic: clinic, Kind: records.StaffPerson, LegalName: name + " Lee", DisplayName: name, Email: strings.ToLower(name) + "@example.com",
		})
		o.check(err)
		return p.ID
	}
	dana, sam := person("Dana"), person("Sam")
	_, err = o.records.CreateSeat(ctx, records.Seat{Clinic: clinic, Series: held.Series, Seat: rooms.Seat{Person: dana, Role: rooms.Facilitator, DisplayName: "Dana"}})
	o.check(err)
	sessions, err := o.records.ListSessions(ctx, clinic, o.now, o.now.AddDate(0, 0, 3))
	o.check(err)
	o.check(o.records.Substitute(ctx, clinic, sessions[1].Session, sam, dana))
	secret, hash := auth.NewInvitation()
	o.check(o.records.TellStandIns(ctx, clinic, "o@example.org", func() (string, string) { return "https://x/j#s", hash }))
	open := func(want string) {
		t.Helper()
		status, got := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret.Reveal()})
		o.want(200, "", status, got)
		if shown, _ := got["session"].(map[string]any); got["status"] != want || got["name"] != "Sam" || shown["id"] != string(sessions[1].Session) {
			t.Errorf("the door is %v, %v, %v", got["status"], got["name"], shown)
		}
	}
	open("early")
	status, got := o.call("POST", "/api/v1/invitations/after", "", wire.AfterRequest{Secret: secret.Reveal()})
	if o.want(200, "", status, got); got["next"] != nil {
		t.Errorf("after: %v", got)
	}
	status, got = o.call("GET", "/api/v1/series/"+string(held.Series)+"/seats", o.token["harbor"], nil)
	if o.want(200, "", status, got); strings.Count(fmt.Sprint(got), "state:active") != 1 {
		t.Errorf("the link of a stand-in is not the seat's: %v", got)
	}
	o.now = sessions[1].Start.Add(-20 * time.Minute)
	open("open")
}

// Who was elsewhere the last time is offered the address that was home before;
// a ZIP code is one of the United States.
func TestHomeIsOfferedAgain(t *testing.T) {
	o := newOffice(t)
	_, secret := o.seat("harbor", "FREQ=DAILY;COUNT=3", o.local(10*time.Minute))
	rules := records.DefaultDoorRules()
	rules.Address = records.AskAlways
	o.check(o.records.SetDoorRules(t.Context(), o.clinic["harbor"], rules))
	enter := func(place string, address wire.Address) (int, map[string]any) {
		in := details(secret)
		in.Door.Place, in.Door.Address = place, &address
		return o.call("POST", "/api/v1/invitations/ticket", "", in)
	}
	for _, zip := range []string{"1220", "122071", "K1A 0B1", "12207-12"} {
		status, got := enter("home", wire.Address{Line: "12 Elm St", City: "Albany", State: "NY", Zip: zip})
		if o.want(422, "incomplete", status, got); !strings.Contains(fmt.Sprint(got["errors"]), "door.address.zip") {
			t.Errorf("%q: %v", zip, got)
		}
	}
	status, got := enter("home", wire.Address{Line: "12 Elm St", City: "Albany", State: "NY", Zip: "12207-1234"})
	o.want(200, "", status, got)
	o.now = o.now.Add(24 * time.Hour) // the next evening
	status, got = enter("elsewhere", wire.Address{Line: "1 Main St", City: "Troy", State: "NY"})
	o.want(200, "", status, got)
	_, open := o.call("POST", "/api/v1/invitations/open", "", wire.OpenRequest{Secret: secret})
	home, _ := open["home"].(map[string]any)
	if last, _ := open["prefill"].(map[string]any); last["place"] != "elsewhere" || home["line"] != "12 Elm St" {
		t.Errorf("the last time %v, home %v", last, home)
	}
}
