package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// comeIn signs in by a provider or a launch and returns the token, the person
// and their roles, or the problem that the sign-in page shows.
func (e *entrance) comeIn(path string) (token, person string, roles []string, problem string) {
	e.t.Helper()
	page := e.visit(path)
	if page.Fragment == "" {
		return "", "", nil, page.Query().Get("problem")
	}
	status, got := e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment})
	if status != 200 {
		code, _ := got["code"].(string)
		return "", "", nil, code
	}
	for _, role := range got["roles"].([]any) {
		roles = append(roles, role.(string))
	}
	slices.Sort(roles)
	return got["token"].(string), got["person"].(string), roles, ""
}

// console is an administrator of Harbor who sets somebody's roles.
func (e *entrance) console(person string, roles ...string) {
	e.t.Helper()
	admin, err := e.records.CreatePerson(e.t.Context(), records.Person{
		Clinic: e.clinic["harbor"], Kind: records.StaffPerson, LegalName: "A", DisplayName: "A", StaffRoles: []auth.StaffRole{auth.Admin},
	})
	e.check(err)
	status, got := e.call("PATCH", "/api/v1/persons/"+person, e.signIn(admin)(), map[string]any{"staff_roles": append([]string{}, roles...)})
	e.want(200, "", status, got)
}

// held are the roles that the clinic keeps of somebody.
func (e *entrance) held(person string) string {
	e.t.Helper()
	roles, err := e.records.StaffRoles(e.t.Context(), e.clinic["harbor"], rooms.PersonID(person))
	e.check(err)
	return roleList(roles)
}

func roleList(roles []auth.StaffRole) string {
	var names []string
	for _, role := range roles {
		names = append(names, string(role))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// The mapping is the most that somebody has who comes by a provider; within it
// the clinic's administrator decides, unless the clinic left that to the
// provider. Both directions, by OpenID Connect and by a launch.
func TestWhoseRolesHold(t *testing.T) {
	type step struct {
		console []string // what the administrator sets; nil: nothing
		mapped  string   // groups at the provider; empty: as before. A launch maps to clinician and billing.
		clinic  string   // roles of the sign-in, or the problem, where the clinic decides
		kept    string
		provide string // the same where the provider does
		keptByP string
	}
	none := []string{}
	for name, c := range map[string]struct {
		first string
		steps []step
	}{
		"oidc": {"admin billing", []step{
			{console: []string{"billing"}, clinic: "billing", kept: "billing", provide: "admin billing", keptByP: "admin billing"},
			{console: none, clinic: "no_role", kept: "", provide: "admin billing", keptByP: "admin billing"},
			{console: []string{"admin", "clinician"}, clinic: "admin", kept: "admin clinician", provide: "admin billing", keptByP: "admin billing"},
			{mapped: "billing", console: []string{"admin", "billing"}, clinic: "billing", kept: "admin billing", provide: "billing", keptByP: "billing"},
			{mapped: "kitchen", clinic: "no_role", kept: "admin billing", provide: "no_role", keptByP: ""},
			{mapped: "admins", clinic: "admin", kept: "admin billing", provide: "admin", keptByP: "admin"},
		}},
		"smart": {"billing clinician", []step{
			{console: []string{"clinician"}, clinic: "clinician", kept: "clinician", provide: "billing clinician", keptByP: "billing clinician"},
			{console: none, clinic: "no_role", kept: "", provide: "billing clinician", keptByP: "billing clinician"},
			{console: []string{"admin"}, clinic: "no_role", kept: "admin", provide: "billing clinician", keptByP: "billing clinician"},
			{console: []string{"admin", "billing"}, clinic: "billing", kept: "admin billing", provide: "billing clinician", keptByP: "billing clinician"},
		}},
	} {
		for _, from := range []auth.RolesFrom{auth.FromClinic, auth.FromProvider} {
			t.Run(name+" from the "+string(from), func(t *testing.T) {
				e := newEntranceFrom(t, from)
				way := "/api/v1/oidc/idp/start"
				e.issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": []string{"admins", "billing"}}
				if name == "smart" {
					way = "/api/v1/smart/launch?launch=opaque&iss=" + url.QueryEscape(e.issuer.URL)
					e.issuer.Claims = map[string]any{"sub": "u-9", "name": "Sam Ortiz", "fhirUser": "Practitioner/12"}
					e.seat("harbor", "FREQ=DAILY;COUNT=1", e.local(time.Hour))
					_, list := e.call("GET", "/api/v1/sessions", e.token["harbor"], nil)
					e.issuer.Context = map[string]any{"appointment": list["sessions"].([]any)[0].(map[string]any)["id"]}
				}
				_, person, roles, problem := e.comeIn(way)
				if got := strings.Join(roles, " "); got != c.first || e.held(person) != c.first {
					t.Fatalf("a newcomer has %q, kept %q (%s), want %q", got, e.held(person), problem, c.first)
				}
				for i, s := range c.steps {
					if s.console != nil {
						e.console(person, s.console...)
					}
					if s.mapped != "" {
						e.issuer.Claims["groups"] = s.mapped
					}
					want, kept := s.clinic, s.kept
					if from == auth.FromProvider {
						want, kept = s.provide, s.keptByP
					}
					_, again, roles, problem := e.comeIn(way)
					if got := strings.Join(roles, " ") + problem; got != want || e.held(person) != kept || again != "" && again != person {
						t.Errorf("step %d: %q, kept %q, want %q and %q", i, got, e.held(person), want, kept)
					}
				}
			})
		}
	}
}

// What a sign-in changes by the configuration's word is in the audit log, and
// one that changes nothing leaves nothing but itself.
func TestProviderLeavesATrail(t *testing.T) {
	e := newEntranceFrom(t, auth.FromProvider)
	e.issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": []string{"admins", "billing"}}
	_, person, _, _ := e.comeIn("/api/v1/oidc/idp/start")
	e.comeIn("/api/v1/oidc/idp/start")
	e.issuer.Claims["groups"] = "billing"
	e.comeIn("/api/v1/oidc/idp/start")
	var did []string
	log, err := e.records.AuditLog(t.Context(), e.clinic["harbor"], 0, 1000)
	e.check(err)
	for _, entry := range log {
		if string(entry.Person) == person {
			did = append(did, entry.ActorKind+" "+entry.Action)
		}
	}
	want := []string{"machine person.create", "staff signin", "staff signin", "machine person.update", "staff signin"}
	if !slices.Equal(did, want) {
		t.Errorf("got %v, want %v", did, want)
	}
}
