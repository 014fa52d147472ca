package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"vesper/rooms"
	"vesper/rooms/records"
)

// unwritten are the calls that leave no entry, or can't be made here, with the
// reason.
var unwritten = map[string]string{
	"POST /series/preview":       "nothing is kept",
	"POST /persons/search":       "a read: TestReadsLeaveAnEntry",
	"POST /staff/passkeys/begin": "nothing is kept until the passkey is enrolled",
	"POST /staff/passkeys":       "passkeys need https",
	"POST /staff/passkeys/join":  "passkeys need https",
}

// said are bodies for the calls whose fields have to go together, beyond what
// the schema says.
var said = map[string]any{
	"PATCH /seats/{id}":                         map[string]any{"phase": "two"},
	"POST /consents":                            NewConsent{Language: "en", Text: "I agree."},
	"POST /ground-rules":                        NewGroundRules{Audience: "participant", Language: "en", Text: "Be kind."},
	"POST /sessions/{id}/corrections":           map[string]any{"person": "{person}", "what": "home", "reason": "as they said"},
	"PUT /door-rules":                           DoorRules{Address: "always", LicensedStates: []string{}},
	"PUT /retention":                            Retention{Years: 7},
	"POST /service-clients":                     map[string]any{"name": "EHR", "scopes": []string{"admin"}, "keys": oneKey},
	"POST /exports":                             map[string]any{"kind": "csv", "session": "{session}", "purpose": "the test", "recipient": "nobody", "draft": true},
	"POST /series/{id}/seats":                   map[string]any{"person": "{second}", "role": "participant", "display_name": "Bo K."},
	"POST /series/{id}/move":                    SeriesMove{From: "{evening}", To: "2099-01-05T18:00"},
	"POST /sessions/{id}/guests/{person}/match": GuestMatch{Person: "{second}"},
	"PUT /persons/{id}/payer":                   PersonPayer{Payer: "state"},
	"PUT /sessions/{id}/substitute":             NewSubstitute{Person: "{second}", Replaces: "{with}"},
}

// first is what has to be there before a call, in a clinic where the caller
// leads every evening. It may put other ids into its path.
var first = map[string]func(o *office, ids map[string]string, admin string){
	"POST /sessions/{id}/cancel":    tomorrow,
	"POST /sessions/{id}/enter":     tomorrow,
	"POST /sessions/{id}/guests":    tomorrow,
	"PUT /sessions/{id}/substitute": func(o *office, ids map[string]string, admin string) { tomorrow(o, ids, admin); colleague(o, ids) },
	"DELETE /sessions/{id}/substitute": func(o *office, ids map[string]string, admin string) {
		tomorrow(o, ids, admin)
		colleague(o, ids)
		o.as(admin, "PUT", "/sessions/"+ids["session"]+"/substitute", NewSubstitute{Person: ids["second"], Replaces: ids["with"]})
	},
	"POST /sessions/{id}/restore": func(o *office, ids map[string]string, admin string) {
		tomorrow(o, ids, admin)
		o.as(admin, "POST", "/sessions/"+ids["session"]+"/cancel", nil)
	},
	"POST /sessions/{id}/guests/{person}/match": func(o *office, ids map[string]string, admin string) {
		tomorrow(o, ids, admin)
		guest := o.as(admin, "POST", "/sessions/"+ids["session"]+"/guests", NewGuest{DisplayName: "Somebody"})["person"]
		o.hold(rooms.SessionID(ids["session"]))
		ids["second"], ids["person"] = ids["person"], guest.(string)
	},
	"POST /sessions/{id}/shared-device": func(o *office, ids map[string]string, admin string) {
		client(o, ids, admin)
		o.as(admin, "POST", "/series/"+ids["series"]+"/seats", map[string]any{"person": ids["second"], "role": "participant", "display_name": "Bo K."})
		tomorrow(o, ids, admin)
		o.hold(rooms.SessionID(ids["session"]))
		ids["with"] = ids["second"]
	},
	"POST /sessions/{id}/addenda": func(o *office, ids map[string]string, admin string) {
		o.as(admin, "POST", "/sessions/"+ids["session"]+"/signoff", NewSignature{Credential: "LCSW"})
	},
	"POST /series/{id}/seats":        client,
	"POST /persons/{id}/signin-link": func(_ *office, ids map[string]string, _ string) { ids["person"] = ids["with"] },
	"DELETE /staff/feed":             func(o *office, _ map[string]string, admin string) { o.as(admin, "POST", "/staff/feed", nil) },
	"PUT /persons/{id}/payer": func(o *office, _ map[string]string, admin string) {
		o.as(admin, "POST", "/payers", map[string]any{"payer": "state", "name": "State", "rules": []any{}})
	},
	"POST /seats/{id}/invitations/send": func(o *office, ids map[string]string, admin string) {
		o.as(admin, "PATCH", "/persons/"+ids["person"], map[string]any{"email": "ana@example.org"})
	},
}

// tomorrow has the call be of the evening that has not begun.
func tomorrow(o *office, ids map[string]string, admin string) {
	for _, s := range o.as(admin, "GET", "/sessions", nil)["sessions"].([]any) {
		if session, _ := s.(map[string]any); session["status"] == "scheduled" {
			ids["session"] = session["id"].(string)
		}
	}
}

// client and colleague add a second person.
func client(o *office, ids map[string]string, admin string) {
	ids["second"] = o.as(admin, "POST", "/persons", NewPerson{Kind: "client", LegalName: "Bo Kim", DisplayName: "Bo K."})["id"].(string)
}

func colleague(o *office, ids map[string]string) {
	person, err := o.records.CreatePerson(o.t.Context(), records.Person{
		Clinic: o.clinic["mesa"], Kind: records.StaffPerson, LegalName: "Dana Roe", DisplayName: "Dana",
	})
	o.check(err)
	ids["second"] = string(person.ID)
}

// TestChangesLeaveAnEntry makes every call that the interface describes and
// that is no reading, each in a clinic of its own: first without an audit log,
// and then nothing may have changed, then with it, and looks for the caller
// there.
func TestChangesLeaveAnEntry(t *testing.T) {
	made := 0
	for _, r := range routes(t, newOffice(t).url, nil) {
		name := r.method + " " + strings.TrimPrefix(r.path, "/api/v1")
		if r.method == "GET" || !r.token || unwritten[name] != "" {
			continue
		}
		made++
		t.Run(name, func(t *testing.T) { t.Parallel(); leavesEntry(newOffice(t), name) })
	}
	if made < 40 {
		t.Errorf("only %d changes", made)
	}
}

func leavesEntry(o *office, name string) {
	mesa := o.furnish("mesa")
	admin, caller := mesa.signIn(), mesa.ids["with"]
	o.as(admin, "POST", "/series/"+mesa.ids["series"]+"/seats", map[string]any{"person": mesa.ids["with"], "role": "facilitator", "display_name": "Marker"})
	if prepare := first[name]; prepare != nil {
		prepare(o, mesa.ids, admin)
	}
	table := routes(o.t, o.url, mesa.ids)
	r := table[slices.IndexFunc(table, func(r route) bool { return r.method+" "+strings.TrimPrefix(r.path, "/api/v1") == name })]
	if body, own := said[name]; own {
		r.body = o.named(body, mesa.ids)
	}
	leavesNothing(o, mesa, r)
	admin = mesa.signIn()
	before := len(o.entries("mesa"))
	if status, answer := o.raw(r.method, r.fill(mesa.ids), admin, r.body); status > 299 {
		o.t.Fatalf("%d %s", status, answer)
	}
	log := o.entries("mesa") // the newest first
	if len(log) == before || log[0].Actor != caller {
		o.t.Errorf("%d entries, and the last is %+v", len(log)-before, log[0])
	}
	told := func(e records.AuditEntry) bool { return string(e.Person) == mesa.ids["person"] }
	if aboutSomebody[name] && !slices.ContainsFunc(log[:len(log)-before], told) {
		o.t.Errorf("no entry is about %s: %+v", mesa.ids["person"], log[:len(log)-before])
	}
}

// aboutSomebody are the calls that name a person in their body.
var aboutSomebody = map[string]bool{"POST /sessions/{id}/corrections": true, "POST /sessions/{id}/shared-device": true}

// leavesNothing makes a call while the audit log takes no entry: it fails, and
// every row of the clinic is as before.
func leavesNothing(o *office, mesa tenant, r route) {
	o.t.Helper()
	token := mesa.signIn()
	o.as(token, "GET", "/staff/me", nil) // the sign-in is kept with its first use
	goOn := o.blockAudit()
	kept := o.dump(mesa.clinic)
	if status, answer := o.raw(r.method, r.fill(mesa.ids), token, r.body); status != 500 {
		o.t.Errorf("without an audit log: %d %s", status, answer)
	}
	for table, rows := range o.dump(mesa.clinic) {
		if rows != kept[table] {
			o.t.Errorf("changed without an entry: %s\n%s\nwas\n%s", table, rows, kept[table])
		}
	}
	goOn()
}

// as makes a call that has to work.
func (o *office) as(token, method, path string, body any) map[string]any {
	o.t.Helper()
	status, got := o.call(method, "/api/v1"+path, token, body)
	if status > 299 {
		o.t.Fatalf("%s %s: %d %v", method, path, status, got)
	}
	return got
}

// named puts ids into a body, in the place of their names.
func (o *office) named(body any, ids map[string]string) any {
	o.t.Helper()
	text, err := json.Marshal(body)
	o.check(err)
	for name, id := range ids {
		text = []byte(strings.ReplaceAll(string(text), `"{`+name+`}"`, `"`+id+`"`))
	}
	return json.RawMessage(text)
}

// entries are a clinic's audit log, the newest first.
func (o *office) entries(clinic string) []records.AuditEntry {
	o.t.Helper()
	log, err := o.records.SearchAudit(o.t.Context(), o.clinic[clinic], records.AuditQuery{Limit: 1000})
	o.check(err)
	return log
}
