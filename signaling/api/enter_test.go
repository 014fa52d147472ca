package api

import (
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
