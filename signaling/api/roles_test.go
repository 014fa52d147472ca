package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"vesper/auth"
	"vesper/rooms/records"
)

// The callers of the table below. Staff are a(dmin), c(linician), b(illing)
// and (a)u(ditor); programs are R(ead), W(rite) and A(dmin); * is anybody.
var letters = map[string]string{
	"admin": "a", "clinician": "c", "billing": "b", "auditor": "u",
	"program with sessions:read": "R", "program with sessions:write": "W", "program with admin": "A", "nobody": "*",
}

const (
	everybody = "acbuRWA*" // proves itself by a secret in the request, or tells nothing of anybody
	staffOnly = "acbu"     // one's own sign-in
	readers   = "acbuRA"   // billing and auditors read, they run nothing
	exporters = "acbRA"    // what leaves the clinic; auditors look on the spot
	runners   = "acA"      // who looks after people tonight
	signers   = "ac"       // a signature is a human being's, never a program's
	writers   = "aWA"      // who enrols and plans
	settings  = "aA"       // who decides how the clinic works, and who may what
	auditors  = "auA"      // who looks at those who look
)

// whoMay has a row for every route: a new one has to say who may call it.
var whoMay = map[string]string{
	"POST /invitations/open": everybody, "POST /invitations/ticket": everybody, "POST /invitations/after": everybody,
	"POST /staff/signin": everybody, "POST /staff/passkey/begin": everybody, "POST /staff/passkey/signin": everybody,
	"GET /staff/ways": everybody, "GET /calendar.ics": everybody,

	"GET /staff/me": staffOnly, "POST /staff/signout": staffOnly, "POST /staff/feed": staffOnly, "DELETE /staff/feed": staffOnly,
	"GET /staff/passkeys": staffOnly, "POST /staff/passkeys": staffOnly, "POST /staff/passkeys/begin": staffOnly,
	"POST /staff/passkeys/join": staffOnly, "DELETE /staff/passkeys/{id}": staffOnly, "POST /sessions/{id}/enter": staffOnly,

	"GET /sessions": readers, "GET /sessions/{id}": readers, "GET /sessions/{id}/attendance": readers, "GET /sessions/{id}/review": readers,
	"GET /sessions/{id}/guests": readers, "GET /series": readers, "GET /series/{id}": readers, "GET /series/{id}/seats": readers,
	"POST /series/preview": readers, "GET /programs": readers, "GET /persons": readers, "POST /persons/search": readers, "GET /persons/{id}": readers,
	"GET /persons/{id}/seats": readers, "GET /week": readers, "GET /payers": readers, "GET /rules": readers, "GET /scales": readers,
	"GET /door-rules": readers, "GET /ground-rules": readers, "GET /consents": readers, "GET /keys": readers, "GET /checkpoints": readers,
	"GET /sessions/{id}/evidence": readers, // ids without names, for whoever verifies

	"POST /exports": exporters, "GET /exports": exporters, "GET /exports/{id}": exporters, "GET /exports/{id}/file": exporters, "GET /evidence": exporters,
	"GET /sessions/{id}/attendance.csv": exporters,

	"GET /sessions/{id}/doors": runners, "POST /sessions/{id}/guests": runners, "POST /sessions/{id}/guests/{person}/match": runners,
	"POST /sessions/{id}/absences/{person}": runners, "GET /persons/{id}/paperwork": runners, "GET /persons/{id}/trend": runners,

	"POST /sessions/{id}/signoff": signers, "POST /sessions/{id}/addenda": signers, "POST /sessions/{id}/corrections": signers,
	"POST /sessions/{id}/shared-device": signers,

	"POST /persons": writers, "POST /persons/bulk": writers, "PATCH /persons/{id}": writers, "PUT /persons/{id}/identifier": writers,
	"PUT /persons/{id}/payer": writers, "GET /persons/{id}/reminders": writers, "PUT /persons/{id}/reminders": writers,
	"POST /programs": writers, "PATCH /programs/{id}": writers, "POST /series": writers, "PUT /series/{id}": writers,
	"POST /series/{id}/move": writers, "DELETE /series/{id}/moves/{from}": writers, "POST /series/{id}/skip": writers,
	"DELETE /series/{id}/skip/{date}": writers, "POST /series/{id}/seats": writers, "PATCH /seats/{id}": writers,
	"POST /seats/{id}/discharge": writers, "POST /seats/{id}/readmit": writers, "POST /seats/{id}/invitations": writers,
	"DELETE /seats/{id}/invitations": writers, "PUT /sessions/{id}/identifier": writers, "POST /sessions/{id}/cancel": writers,
	"POST /sessions/{id}/restore": writers, "PUT /sessions/{id}/substitute": writers, "DELETE /sessions/{id}/substitute": writers,
	"GET /mail": writers, "PUT /scales": writers, "PUT /door-rules": writers, "POST /ground-rules": writers, "POST /consents": writers,
	"POST /seats/{id}/invitations/send": "acWA", // a lost link, mailed by who is in the room

	"GET /audit": auditors, "GET /audit/log": auditors, "GET /retention": auditors, "POST /checkpoints": auditors,

	"PUT /retention": settings, "POST /rules": settings, "POST /payers": settings, "GET /settings/mail": settings, "PUT /settings/mail": settings,
	"GET /webhooks": settings, "POST /webhooks": settings, "PATCH /webhooks/{id}": settings, "DELETE /webhooks/{id}": settings,
	"POST /webhooks/{id}/rotate": settings, "POST /webhooks/{id}/test": settings, "GET /webhooks/{id}/deliveries": settings,
	"GET /service-tokens": settings, "DELETE /service-tokens/{id}": settings,
	"GET /service-clients": settings, "POST /service-clients": settings, "DELETE /service-clients/{id}": settings,
	"POST /persons/{id}/signin-link": settings, "POST /persons/{id}/signout": settings,
}

// TestWhoMayCall calls every route as everybody and holds who gets further
// than a refusal against the table.
func TestWhoMayCall(t *testing.T) {
	o := newOffice(t)
	callers, seen := o.callers("harbor"), map[string]bool{}
	for _, r := range routes(t, o.url, nil) {
		name := r.method + " " + strings.TrimPrefix(r.path, "/api/v1")
		seen[name] = true
		want, listed := whoMay[name]
		if !listed {
			t.Errorf("%s: the table does not say who may call it", name)
		}
		for caller, signIn := range callers {
			status, answer := o.raw(r.method, r.fill(nil), signIn(), r.body)
			if may := status != 401 && status != 403; may != strings.Contains(want, letters[caller]) {
				t.Errorf("%s as %s: %d %.100s", name, caller, status, answer)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(whoMay)) {
		if !seen[name] {
			t.Errorf("%s is in the table and nowhere else", name)
		}
	}
}

// Nobody gets more than they have, for themselves or for others.
func TestNobodyClimbs(t *testing.T) {
	o := newOffice(t)
	staff := func(name string, roles ...auth.StaffRole) records.Person {
		person, err := o.records.CreatePerson(t.Context(), records.Person{
			Clinic: o.clinic["harbor"], Kind: records.StaffPerson, LegalName: name, DisplayName: name, StaffRoles: roles,
		})
		o.check(err)
		return person
	}
	admin, clinician, billing := staff("A", auth.Admin), staff("C", auth.Clinician), staff("B", auth.Billing)
	person := func(roles ...string) map[string]any {
		return map[string]any{"kind": "staff", "legal_name": "N", "display_name": "N", "staff_roles": roles}
	}
	enrol := func(token string) {
		for _, role := range []string{"admin", "clinician", "billing", "auditor"} {
			for path, body := range map[string]any{"/persons": person(role), "/persons/bulk": map[string]any{"persons": []any{person(), person(role)}}} {
				if role == "admin" || role == "auditor" {
					status, got := o.call("POST", "/api/v1"+path, token, body)
					o.want(403, "not_allowed", status, got)
				}
			}
			for _, of := range []records.Person{admin, clinician, billing} {
				status, got := o.call("PATCH", "/api/v1/persons/"+string(of.ID), token, map[string]any{"staff_roles": []string{role, "clinician", "billing"}})
				o.want(403, "not_allowed", status, got)
			}
		}
		for _, path := range []string{"/persons/" + string(admin.ID) + "/signin-link", "/persons/" + string(billing.ID) + "/signout"} {
			status, got := o.call("POST", "/api/v1"+path, token, nil)
			o.want(403, "not_allowed", status, got)
		}
		status, got := o.call("POST", "/api/v1/service-clients", token, map[string]any{"name": "x", "scopes": []string{"admin"}, "keys": map[string]any{}})
		o.want(403, "not_allowed", status, got)
	}
	enrol(o.token["harbor"]) // a program that reads and writes
	enrol(o.signIn(clinician)())
	status, got := o.call("POST", "/api/v1/persons", o.token["harbor"], person("clinician")) // who can't sign in before an admin lets them
	o.want(200, "", status, got)
	status, got = o.call("PATCH", "/api/v1/persons/"+string(clinician.ID), o.token["harbor"], map[string]any{"credential": "LCSW", "staff_roles": []string{"clinician"}})
	o.want(200, "", status, got)
	for _, scope := range []string{"loadtest", "sessions:sign", "admin sessions:read", ""} {
		status, got := o.call("POST", "/api/v1/service-clients", o.signIn(admin)(), map[string]any{"name": "x", "scopes": []string{scope}, "keys": map[string]any{"keys": []any{}}})
		o.want(422, "invalid", status, got)
	}
}

// What is taken from somebody is gone at once: from who is signed in, and from
// who comes by a link that was made before.
func TestRolesAreTakenAtOnce(t *testing.T) {
	o := newOffice(t)
	make := func(name string, roles ...auth.StaffRole) records.Person {
		person, err := o.records.CreatePerson(t.Context(), records.Person{
			Clinic: o.clinic["harbor"], Kind: records.StaffPerson, LegalName: name, DisplayName: name, StaffRoles: roles,
		})
		o.check(err)
		return person
	}
	admin, sam := make("Admin", auth.Admin), make("Sam", auth.Admin, auth.Billing)
	signedIn := o.signIn(sam)()
	_, link := o.call("POST", "/api/v1/persons/"+string(sam.ID)+"/signin-link", o.signIn(admin)(), nil)
	_, feed := o.call("POST", "/api/v1/staff/feed", signedIn, nil)
	_, secret, _ := strings.Cut(link["url"].(string), "#")
	set := func(roles ...string) {
		status, got := o.call("PATCH", "/api/v1/persons/"+string(sam.ID), o.signIn(admin)(), map[string]any{"staff_roles": append([]string{}, roles...)})
		o.want(200, "", status, got)
	}
	set("billing")
	status, got := o.call("GET", "/api/v1/webhooks", signedIn, nil)
	o.want(403, "not_allowed", status, got)
	status, got = o.call("GET", "/api/v1/sessions", signedIn, nil)
	o.want(200, "", status, got)
	status, got = o.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": secret})
	o.want(200, "", status, got)
	byLink := got["token"].(string)
	if roles := got["roles"].([]any); len(roles) != 1 || roles[0] != "billing" {
		t.Errorf("by the older link: %v", roles)
	}
	status, got = o.call("GET", "/api/v1/audit", byLink, nil)
	o.want(403, "not_allowed", status, got)
	set()
	for _, token := range []string{signedIn, byLink} {
		status, got = o.call("GET", "/api/v1/staff/me", token, nil)
		o.want(401, "token_invalid", status, got)
	}
	if status, _ := o.feedText(feed["url"].(string)); status != 404 {
		t.Errorf("the calendar of somebody who has left: %d", status)
	}
	status, got = o.call("POST", "/api/v1/persons/"+string(sam.ID)+"/signin-link", o.signIn(admin)(), nil)
	o.want(422, "not_staff", status, got)
}
