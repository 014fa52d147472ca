package api

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// route is one operation of the interface, as its own description has it.
type route struct {
	method, path string
	body         any
	query        []string // names that stand for ids
	token        bool     // it needs one
}

// description is the part of OpenAPI 3.1 that the test walks.
type description struct {
	Paths      map[string]map[string]described `json:"paths"`
	Components struct {
		Schemas map[string]shape `json:"schemas"`
	} `json:"components"`
}

// shape is a JSON schema as huma writes them.
type shape struct {
	Ref        string           `json:"$ref"`
	Type       any              `json:"type"` // a string or a list of them
	Enum       []any            `json:"enum"`
	Required   []string         `json:"required"`
	Properties map[string]shape `json:"properties"`
	Items      *shape           `json:"items"`
	MinItems   int              `json:"minItems"`
	MinLength  int              `json:"minLength"`
	Minimum    *float64         `json:"minimum"`
	Format     string           `json:"format"`
	Examples   []any            `json:"examples"`
}

type described struct {
	Security   []any `json:"security"`
	Parameters []struct {
		Name, In string
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]struct {
			Schema shape `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
}

// ask reads what an interface says of itself.
func (d *description) ask(base string) error {
	response, err := http.Get(base + "/api/openapi.json")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(d)
}

// theDescription is asked for once: every office says the same.
var theDescription struct {
	once sync.Once
	err  error
	description
}

// routes reads the table of routes from the running interface, with a body for
// each that its schema accepts, in which every id is the other clinic's.
func routes(t *testing.T, base string, ids map[string]string) []route {
	t.Helper()
	d := &theDescription
	if d.once.Do(func() { d.err = d.ask(base) }); d.err != nil {
		t.Fatal(d.err)
	}
	var all []route
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for method, op := range d.Paths[path] {
			r := route{method: strings.ToUpper(method), path: path, token: len(op.Security) > 0}
			for _, content := range op.RequestBody.Content {
				r.body = d.example(content.Schema, "", ids, 0)
			}
			for _, p := range op.Parameters {
				if p.In == "query" && ids[p.Name] != "" {
					r.query = append(r.query, p.Name)
				}
			}
			all = append(all, r)
		}
	}
	return all
}

// example is a value that fits a schema. name says whether it is an id.
func (d description) example(s shape, name string, ids map[string]string, depth int) any {
	if s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	kind, _ := s.Type.(string)
	if list, ok := s.Type.([]any); ok && len(list) > 0 {
		kind, _ = list[0].(string)
	}
	switch {
	case ids[name] != "" && kind == "string":
		return ids[name]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.Examples) > 0:
		return s.Examples[0]
	}
	switch kind {
	case "object":
		value := map[string]any{}
		for field, inner := range s.Properties {
			if depth < 4 && (slices.Contains(s.Required, field) || ids[field] != "") {
				value[field] = d.example(inner, field, ids, depth+1)
			}
		}
		return value
	case "array":
		value := []any{}
		for range s.MinItems {
			value = append(value, d.example(*s.Items, name, ids, depth+1))
		}
		return value
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return true
	}
	return text(name, s)
}

// text is a string that passes for what its field is called.
func text(name string, s shape) string {
	switch {
	case s.Format == "date-time":
		return "2026-11-23T17:30:00Z"
	case s.Format == "uri" || name == "url":
		return "https://ehr.example.org/fhir"
	case s.Format == "email" || name == "email":
		return "somebody@example.org"
	case slices.Contains([]string{"date", "day", "on", "of"}, name):
		return "2026-11-23"
	case slices.Contains([]string{"start", "from", "to"}, name):
		return "2026-11-23T17:30"
	case name == "zone":
		return "America/New_York"
	case name == "rule":
		return "FREQ=WEEKLY;COUNT=2"
	}
	return strings.Repeat("x", max(3, s.MinLength))
}

// tenant is a clinic full of things that nobody else may see.
type tenant struct {
	clinic rooms.ClinicID
	signIn func() string     // its administrator
	ids    map[string]string // by the name of the field or of the noun
	marks  []string          // what no answer to another clinic may hold
}

// oneKey is a program's key set.
var oneKey = map[string]any{"keys": []any{
	map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
}}

// furnish gives a clinic one of everything.
func (o *office) furnish(name string) tenant {
	o.t.Helper()
	seat, secret := o.seat(name, "FREQ=DAILY;COUNT=2", o.local(10*time.Minute))
	clinic := o.clinic[name]
	held, err := o.records.Seat(o.t.Context(), clinic, rooms.SeatID(seat))
	o.check(err)
	series, err := o.records.Series(o.t.Context(), clinic, held.Series)
	o.check(err)
	_, list := o.call("GET", "/api/v1/sessions", o.token[name], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	staff, err := o.records.CreatePerson(o.t.Context(), records.Person{
		Clinic: clinic, Kind: records.StaffPerson, LegalName: "Marker " + name, DisplayName: "Marker " + name, StaffRoles: []auth.StaffRole{auth.Admin},
	})
	o.check(err)
	signIn := o.signIn(staff)
	admin := signIn()
	o.hold(rooms.SessionID(session))
	made := func(path string, body any) string {
		status, got := o.call("POST", "/api/v1"+path, admin, body)
		o.want(200, "", status, got)
		id, _ := got["id"].(string)
		return id
	}
	key := auth.Passkey{Clinic: clinic, Person: staff.ID, Credential: "credential of " + name, Public: []byte("{}")}
	o.check(o.records.AddPasskey(o.t.Context(), key))
	_, token, err := o.authority.IssueService(o.t.Context(), clinic, "EHR", []auth.Scope{auth.ScopeSessionsRead}, time.Hour)
	o.check(err)
	evenings := series.Next(o.now.Add(time.Hour), 1)
	ids := map[string]string{
		"evening": evenings[0].RecurrenceID.String(), "date": evenings[0].RecurrenceID.LocalDate.String(),
		"service-token": token.ID, "passkey": key.Credential,
		"webhook":        made("/webhooks", map[string]any{"url": "https://ehr.example.org/hook"}),
		"export":         made("/exports", map[string]any{"kind": "csv", "session": session, "purpose": "the test", "recipient": "nobody", "draft": true}),
		"service-client": made("/service-clients", map[string]any{"name": "EHR", "scopes": []string{"admin"}, "keys": oneKey}),
		"session":        session, "series": string(held.Series), "seat": seat, "person": string(held.Person), "program": string(series.Program),
		"client": string(held.Person), "with": string(staff.ID), "replaces": string(staff.ID), "clinic": string(clinic),
	}
	return tenant{clinic: clinic, signIn: signIn, ids: ids, marks: []string{
		session, string(held.Series), seat, string(held.Person), string(series.Program), string(staff.ID), string(clinic), secret, "Marker " + name,
	}}
}

// callers sign in to a clinic, afresh each time: in every role, and as every
// kind of program.
func (o *office) callers(name string) map[string]func() string {
	o.t.Helper()
	all := map[string]func() string{"nobody": func() string { return "" }}
	for _, role := range auth.StaffRoles {
		person, err := o.records.CreatePerson(o.t.Context(), records.Person{
			Clinic: o.clinic[name], Kind: records.StaffPerson, LegalName: string(role), DisplayName: string(role), StaffRoles: []auth.StaffRole{role},
		})
		o.check(err)
		all[string(role)] = o.signIn(person)
	}
	for _, scope := range []auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite, auth.ScopeAdmin} {
		token, _, err := o.authority.IssueService(o.t.Context(), o.clinic[name], "program", []auth.Scope{scope}, time.Hour)
		o.check(err)
		all["program with "+string(scope)] = func() string { return token }
	}
	return all
}

// signIn makes tokens of a staff member.
func (o *office) signIn(person records.Person) func() string {
	return func() string {
		token, _, err := o.authority.IssueStaff(auth.Staff{Clinic: person.Clinic, Person: person.ID, Roles: person.StaffRoles})
		o.check(err)
		return token
	}
}

// hold begins a session, ends and seals it.
func (o *office) hold(session rooms.SessionID) {
	o.t.Helper()
	ctx := o.t.Context()
	tenure, err := o.records.Open(ctx, session, "n")
	o.check(err)
	var events []rooms.Event
	for i, kind := range []rooms.EventKind{rooms.EventOpened, rooms.EventEnded} {
		events = append(events, rooms.Event{ID: rooms.EventID{Epoch: tenure.Epoch, Node: "n", N: uint64(i + 1)}, At: o.now, Kind: kind})
	}
	o.check(o.records.Append(ctx, session, tenure.Epoch, events))
	o.check(o.records.Seal(ctx, session, tenure.Epoch))
}

// nouns says whose id stands in a path, by what stands before it.
var nouns = map[string]string{
	"sessions": "session", "series": "series", "seats": "seat", "persons": "person", "programs": "program",
	"guests": "person", "absences": "person", "webhooks": "webhook", "exports": "export", "service-clients": "service-client", "service-tokens": "service-token",
	"passkeys": "passkey", "moves": "evening", "skip": "date",
}

// days are what stands in a path that is no id: it is the same everywhere.
var days = map[string]string{"evening": "2026-11-23T17:30", "date": "2026-11-23"}

// dates are parts of a path that are no ids.
var dates = map[string]string{"{date}": "2026-11-23", "{from}": "2026-11-23T17:30"}

// fill puts ids into a path; without any it puts in those of nothing.
func (r route) fill(ids map[string]string) string {
	parts := strings.Split(r.path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			id := cmp.Or(ids[nouns[parts[i-1]]], days[nouns[parts[i-1]]])
			if id == "" {
				id = rooms.NewID()
			}
			parts[i] = url.PathEscape(id)
		}
	}
	return strings.Join(parts, "/")
}

func (r route) addressed() bool { return strings.Contains(r.path, "{") }

// TestClinicsAreApart calls every route of the interface as everybody of one
// clinic with the ids of another, in the path, the query and the body. Nothing
// of the other clinic comes back, nothing of it changes, and what is there
// looks like what is nowhere.
func TestClinicsAreApart(t *testing.T) {
	o := newOffice(t)
	mesa := o.furnish("mesa")
	o.furnish("harbor")
	table := routes(t, o.url, mesa.ids)
	before := o.dump(mesa.clinic)
	calls := 0
	for caller, signIn := range o.callers("harbor") {
		for _, r := range table {
			calls++
			token := signIn()
			if r.addressed() && !known(r.path) {
				t.Fatalf("%s: what its id stands for is not in the test's table", r.path)
			}
			path := r.fill(mesa.ids)
			for i, name := range r.query {
				path += fmt.Sprintf("%c%s=%s", "?&"[min(i, 1)], name, mesa.ids[name])
			}
			status, answer := o.raw(r.method, path, token, r.body)
			for _, mark := range mesa.marks {
				if strings.Contains(answer, mark) {
					t.Errorf("%s %s as %s holds something of the other clinic: %d %.200s", r.method, r.path, caller, status, answer)
				}
			}
			if r.addressed() && status < 300 {
				t.Errorf("%s %s as %s: %d for another clinic's id: %.200s", r.method, r.path, caller, status, answer)
			}
			if status >= 500 {
				t.Errorf("%s %s as %s: %d %.200s", r.method, r.path, caller, status, answer)
			}
			if r.addressed() {
				nowhere, same := o.raw(r.method, r.fill(nil), signIn(), r.body)
				if nowhere != status || same != answer {
					t.Errorf("%s %s as %s: theirs is %d %.120s, nowhere is %d %.120s", r.method, r.path, caller, status, answer, nowhere, same)
				}
			}
		}
	}
	for table, rows := range o.dump(mesa.clinic) {
		if rows != before[table] {
			t.Errorf("table %s of the other clinic has changed:\n%.300s\n%.300s", table, before[table], rows)
		}
	}
	t.Logf("%d routes, %d calls", len(table), calls)
}

// TestOwnersReachTheirOwn keeps the test above from passing because its
// requests are bad: the same routes, with the same bodies, work for the owner.
func TestOwnersReachTheirOwn(t *testing.T) {
	var worked, asked int
	var refused []string
	var mu sync.Mutex // guards them
	own := func(t *testing.T, r route) {
		o := newOffice(t) // each may change what the next one needs
		mesa := o.furnish("mesa")
		table := routes(t, o.url, mesa.ids)
		same := table[slices.IndexFunc(table, func(same route) bool { return same.method == r.method && same.path == r.path })]
		status, answer := o.raw(same.method, same.fill(mesa.ids), mesa.signIn(), same.body)
		mu.Lock()
		defer mu.Unlock()
		if asked++; status < 300 {
			worked++
		} else {
			refused = append(refused, fmt.Sprintf("%s %s: %.160s", r.method, r.path, answer))
		}
	}
	t.Run("all", func(t *testing.T) { // returns when those within have ended
		for _, r := range routes(t, newOffice(t).url, nil) {
			if r.addressed() {
				t.Run(r.method+" "+r.path, func(t *testing.T) { t.Parallel(); own(t, r) })
			}
		}
	})
	if worked*3 < asked*2 {
		t.Errorf("only %d of %d requests work for the owner", worked, asked)
	}
	t.Logf("%d of %d requests work for the owner; not:\n%s", worked, asked, strings.Join(refused, "\n"))
}

// known reports whether every id of a path is of a thing that the other clinic
// has.
func known(path string) bool {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") && nouns[parts[i-1]] == "" && dates[part] == "" {
			return false
		}
	}
	return true
}

func (o *office) raw(method, path, token string, body any) (int, string) {
	o.t.Helper()
	response, answer := o.send(method, path, token, body)
	return response.StatusCode, string(answer)
}

// dump reads every row of a clinic from the file itself, by table.
func (o *office) dump(clinic rooms.ClinicID) map[string]string {
	o.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(o.dir, "vesper.db")+"?mode=ro")
	o.check(err)
	defer db.Close()
	tables, err := db.Query(`SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'clinic'`)
	o.check(err)
	defer tables.Close()
	all := map[string]string{}
	for tables.Next() {
		var table string
		o.check(tables.Scan(&table))
		all[table] = o.rows(db, table, clinic)
	}
	o.check(tables.Err())
	if len(all) < 10 {
		o.t.Fatalf("only %d tables have a clinic", len(all))
	}
	return all
}

func (o *office) rows(db *sql.DB, table string, clinic rooms.ClinicID) string {
	o.t.Helper()
	found, err := db.Query(`SELECT * FROM "`+table+`" WHERE clinic = ? ORDER BY 1, 2`, string(clinic))
	o.check(err)
	defer found.Close()
	columns, err := found.Columns()
	o.check(err)
	var b strings.Builder
	for found.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		o.check(found.Scan(values...))
		for _, v := range values {
			fmt.Fprintf(&b, "%v|", *v.(*any))
		}
		b.WriteByte('\n')
	}
	o.check(found.Err())
	return b.String()
}
