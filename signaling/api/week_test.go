package api

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance/export"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
)

// evenings are three sealed evenings of one client, half an hour each, of
// which the first are signed.
type evenings struct {
	*office
	admin    string
	dana     records.Person
	client   rooms.PersonID
	sessions []records.Session
}

func newEvenings(t *testing.T, signed int) *evenings {
	t.Helper()
	o := newOffice(t)
	zone, err := time.LoadLocation("America/New_York")
	o.check(err)
	o.now = time.Date(2026, 10, 5, 9, 0, 0, 0, zone) // a Monday
	o.token["harbor"], _, err = o.authority.IssueService(t.Context(), o.clinic["harbor"], "writer", []auth.Scope{auth.ScopeSessionsWrite}, 90*24*time.Hour)
	o.check(err)
	e := &evenings{office: o}
	e.admin, _, err = o.authority.IssueService(t.Context(), o.clinic["harbor"], "admin", []auth.Scope{auth.ScopeAdmin}, 90*24*time.Hour)
	o.check(err)
	seat, _ := o.seat("harbor", "FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=6", "2026-10-05T18:00")
	e.client = o.person(seat)
	held, err := o.records.Seat(t.Context(), o.clinic["harbor"], rooms.SeatID(seat))
	o.check(err)
	held.Prescribed = 180
	o.check(o.records.UpdateSeat(t.Context(), held))
	e.dana, err = o.records.CreatePerson(t.Context(), records.Person{Clinic: held.Clinic, Kind: records.StaffPerson, LegalName: "Dana Whitfield", DisplayName: "Dana", Credential: "LCSW"})
	o.check(err)
	_, err = o.records.CreateSeat(t.Context(), records.Seat{Seat: rooms.Seat{Person: e.dana.ID, Role: rooms.Facilitator, DisplayName: "Dana"}, Clinic: held.Clinic, Series: held.Series})
	o.check(err)
	e.sessions, err = o.records.ListSessions(t.Context(), held.Clinic, o.now, o.now.AddDate(0, 0, 6))
	o.check(err)
	for i, s := range e.sessions {
		o.now = s.End.Add(time.Minute)
		o.live(s.Session, e.dana.ID, e.client, s.Start)
		o.check(o.records.Seal(t.Context(), s.Session, 1))
		if i < signed {
			e.sign(s.Session)
		}
	}
	return e
}

func (e *evenings) sign(session rooms.SessionID) {
	e.t.Helper()
	e.check(e.records.Sign(e.t.Context(), e.clinic["harbor"], session, records.Signer{Person: e.dana.ID, Name: "Dana Whitfield", Credential: "LCSW"}))
}

// exported begins an export and waits until it has ended.
func (e *evenings) exported(in map[string]any) Export {
	e.t.Helper()
	for name, value := range map[string]any{"purpose": "Payment", "recipient": "Example payer"} {
		if in[name] == nil {
			in[name] = value
		}
	}
	created := ask[Created](e.office, "POST", "/exports", e.admin, in)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		job := ask[Export](e.office, "GET", "/exports/"+created.ID, e.admin, nil)
		if job.State != "running" {
			return job
		}
		if time.Now().After(end) {
			e.t.Fatal("the export does not end")
		}
	}
}

func (e *evenings) file(job Export) string {
	e.t.Helper()
	status, data := e.raw("GET", "/api/v1/exports/"+job.ID+"/file", e.admin, nil)
	if status != 200 {
		e.t.Fatalf("file of %+v: %d %s", job, status, data)
	}
	return data
}

func TestWeekView(t *testing.T) {
	e := newEvenings(t, 2)
	payer := week.Payer{
		Payer: "north", Name: "North Health", Rules: []week.Rule{{ID: "days", Kind: week.MinDaysWeek, Value: 3, DayMinutes: 30}, {ID: "hours", Kind: week.MinWeekMinutes, Value: 120}},
		Billing: []week.Billing{{Unit: week.PerDay, Code: "H0015", Modifiers: week.Modifiers{AudioVideo: "95"}, PlaceOfService: week.PlaceOfService{Home: "10", Elsewhere: "02"}}},
	}
	if set := ask[week.Payer](e.office, "POST", "/payers", e.admin, payer); set.Version != 1 {
		t.Errorf("set %+v", set)
	}
	path := "/persons/" + string(e.client) + "/payer"
	if status, got := e.call("PUT", "/api/v1"+path, e.admin, PersonPayer{Payer: "north"}); status != 204 {
		t.Fatalf("set payer: %d %v", status, got)
	}
	v := ask[week.View](e.office, "GET", "/week?of=2026-10-09", e.admin, nil)
	if v.Start != "2026-10-05" || !v.Over || v.Final || len(v.Unsigned) != 1 || v.Unsigned[0].Session != e.sessions[2].Session || len(v.People) != 1 {
		t.Fatalf("%+v", v)
	}
	p := v.People[0]
	if p.LegalName != "Ana Ruiz" || p.Attended != 90 || *p.Prescribed != 180 || *p.Missing != 90 || len(p.Days) != 3 || p.Payer != "north" || p.PayerVersion != 1 {
		t.Errorf("%+v", p)
	}
	if !p.Rules[0].OK || p.Rules[1].Sentence != "1 h 30 min of 2 h attended; 30 min are missing." {
		t.Errorf("rules %+v", p.Rules)
	}
	if len(p.Lines) != 3 || !p.Lines[2].Blocked || p.Lines[2].Reasons[0].Key != "line.unsigned" {
		t.Errorf("lines %+v", p.Lines)
	}
	log, err := e.records.AuditLog(t.Context(), e.clinic["harbor"], 0, 1000)
	e.check(err)
	if last := log[len(log)-1]; last.Action != "week.read" || last.Object != "2026-10-05" {
		t.Errorf("audited %+v", last)
	}
	empty := ask[week.View](e.office, "GET", "/week?of=2026-12-01", e.admin, nil)
	if len(empty.People) != 1 || empty.People[0].Attended != 0 || *empty.People[0].Missing != 180 {
		t.Errorf("a week without sessions %+v", empty)
	}
	for _, c := range []struct{ path, fields string }{{"/week?of=2026-13-01", "query.of"}} {
		status, got := e.call("GET", "/api/v1"+c.path, e.admin, nil)
		if status != 422 || fields(got) != c.fields {
			t.Errorf("%s: %d %v", c.path, status, got)
		}
	}
}

func TestPayersNameBadFields(t *testing.T) {
	o := newOffice(t)
	admin := o.admin()
	status, got := o.call("POST", "/api/v1/payers", admin, map[string]any{
		"payer": "North!", "name": "North", "rules": []any{map[string]any{"id": "a", "kind": "min_days_week", "value": 9}},
		"billing": []any{map[string]any{"unit": "per_day", "code": "h-15"}},
	})
	if status != 422 || fields(got) != "payer rules[0].value billing[0].code" {
		t.Errorf("%d %v", status, got)
	}
	person := o.client("Ana")
	status, got = o.call("PUT", "/api/v1/persons/"+person+"/payer", admin, PersonPayer{Payer: "nobody"})
	o.want(404, "not_there", status, got)
}

// The same minutes in every format, and each hand-out in the audit log.
func TestExports(t *testing.T) {
	e := newEvenings(t, 3)
	view := ask[week.View](e.office, "GET", "/week?of=2026-10-05", e.admin, nil)
	session := string(e.sessions[0].Session)
	for _, in := range []map[string]any{
		{"kind": "csv", "week": "2026-10-05"}, {"kind": "html", "week": "2026-10-05"}, {"kind": "pdf", "week": "2026-10-05"}, {"kind": "fhir", "week": "2026-10-05", "names": true},
		{"kind": "csv", "session": session}, {"kind": "html", "session": session}, {"kind": "pdf", "session": session}, {"kind": "fhir", "session": session},
		{"kind": "own", "person": e.client, "from": "2026-10-05", "to": "2026-10-11"},
	} {
		job := e.exported(in)
		if job.State != "done" || job.Done != job.Total || job.Size == 0 {
			t.Fatalf("%v: %+v", in, job)
		}
		data := e.file(job)
		if len(data) != job.Size {
			t.Errorf("%v: %d bytes, want %d", in, len(data), job.Size)
		}
		switch in["kind"] {
		case "csv":
			rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
			e.check(err)
			minutes, name := slices.Index(rows[0], "minutes"), slices.Index(rows[0], "display_name")
			for _, row := range rows[1:] {
				if row[name] == "Ana R." && row[minutes] != "30" {
					t.Errorf("%v: %v", in, row)
				}
			}
			if at := slices.Index(rows[0], "week_minutes"); at >= 0 && rows[1][at] != fmt.Sprint(view.People[0].Attended) {
				t.Errorf("week minutes %s, want %d", rows[1][at], view.People[0].Attended)
			}
		case "html":
			if !strings.Contains(data, `<td class="number">30</td>`) || !strings.Contains(data, export.Notice) {
				t.Errorf("%v lacks the minutes or the notice", in)
			}
		case "fhir":
			var b struct {
				Entry []struct {
					Resource struct {
						ResourceType string
						Length       struct{ Value int64 }
					}
				}
			}
			e.check(json.Unmarshal([]byte(data), &b))
			total := int64(0)
			for _, entry := range b.Entry {
				total += entry.Resource.Length.Value
			}
			if want := map[bool]int64{true: 90, false: 30}[in["week"] != nil]; total != want {
				t.Errorf("%v: %d min, want %d", in, total, want)
			}
			if strings.Contains(data, "Ana Ruiz") != (in["names"] != nil) {
				t.Errorf("%v: names", in)
			}
		case "own":
			archive, err := zip.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
			e.check(err)
			if len(archive.File) != 3 {
				t.Errorf("own copy: %d files", len(archive.File))
			}
		}
		log, err := e.records.AuditLog(t.Context(), e.clinic["harbor"], 0, 1000)
		e.check(err)
		if last := log[len(log)-1]; last.Action != "export.file" || last.Purpose != "Payment" || last.Recipient != "Example payer" || !strings.HasPrefix(last.Object, in["kind"].(string)) {
			t.Errorf("audited %+v", last)
		}
		e.now = e.now.Add(keepExport) // it goes, and leaves room for the next
		if status, got := e.call("GET", "/api/v1/exports/"+job.ID+"/file", e.admin, nil); status != 404 {
			t.Errorf("after its time: %d %v", status, got)
		}
	}
}

func TestFinalExportWaitsForSignatures(t *testing.T) {
	e := newEvenings(t, 1)
	for _, in := range []map[string]any{
		{"kind": "csv", "week": "2026-10-05"}, {"kind": "own", "person": e.client, "from": "2026-10-05", "to": "2026-10-11"},
	} {
		job := e.exported(in)
		if job.State != "refused" || len(job.Unsigned) != 2 || job.Unsigned[0].Session != e.sessions[1].Session || job.Detail == "" {
			t.Errorf("%v: %+v", in, job)
		}
		status, got := e.call("GET", "/api/v1/exports/"+job.ID+"/file", e.admin, nil)
		e.want(409, "not_ready", status, got)
	}
	if job := e.exported(map[string]any{"kind": "pdf", "session": e.sessions[0].Session}); job.State != "done" {
		t.Errorf("what is signed: %+v", job)
	}
	draft := e.exported(map[string]any{"kind": "html", "week": "2026-10-05", "draft": true})
	if draft.State != "done" || !strings.Contains(e.file(draft), "<strong>DRAFT</strong>") {
		t.Errorf("draft: %+v", draft)
	}
	e.sign(e.sessions[1].Session)
	e.sign(e.sessions[2].Session)
	if job := e.exported(map[string]any{"kind": "csv", "week": "2026-10-05"}); job.State != "done" {
		t.Errorf("all signed: %+v", job)
	}
}

func TestExportsNameBadFields(t *testing.T) {
	e := newEvenings(t, 3)
	session := string(e.sessions[0].Session)
	for name, c := range map[string]struct {
		body   map[string]any
		fields string
	}{
		"nothing":       {map[string]any{"kind": "csv", "purpose": "Payment", "recipient": "Payer"}, "session"},
		"both":          {map[string]any{"kind": "csv", "session": session, "week": "2026-10-05", "purpose": "Payment", "recipient": "Payer"}, "session"},
		"no purpose":    {map[string]any{"kind": "csv", "session": session, "recipient": "Payer"}, "body"},
		"blank purpose": {map[string]any{"kind": "csv", "session": session, "purpose": "    ", "recipient": "  x "}, "purpose recipient"},
		"bad week":      {map[string]any{"kind": "csv", "week": "next", "purpose": "Payment", "recipient": "Payer"}, "week"},
		"whose":         {map[string]any{"kind": "own", "from": "2026-10-05", "to": "2026-10-01", "purpose": "Payment", "recipient": "Payer"}, "person to"},
		"too long":      {map[string]any{"kind": "own", "person": e.client, "from": "2020-10-05", "to": "2026-10-01", "purpose": "Payment", "recipient": "Payer"}, "to"},
	} {
		status, got := e.call("POST", "/api/v1/exports", e.admin, c.body)
		if status != 422 || fields(got) != c.fields {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	status, got := e.call("POST", "/api/v1/exports", e.admin, map[string]any{"kind": "csv", "session": rooms.NewID(), "purpose": "Payment", "recipient": "Payer"})
	e.want(404, "not_there", status, got)
}

// An export is its caller's alone, and a caller's are bounded.
func TestExportsAreTheCallers(t *testing.T) {
	e := newEvenings(t, 3)
	job := e.exported(map[string]any{"kind": "csv", "week": "2026-10-05"})
	for _, clinic := range []string{"harbor", "mesa"} {
		other, _, err := e.authority.IssueService(t.Context(), e.clinic[clinic], "other", []auth.Scope{auth.ScopeAdmin}, 90*24*time.Hour)
		e.check(err)
		for _, path := range []string{"/api/v1/exports/" + job.ID, "/api/v1/exports/" + job.ID + "/file"} {
			status, got := e.call("GET", path, other, nil)
			e.want(404, "not_there", status, got)
		}
	}
	for range perCaller - 1 {
		e.exported(map[string]any{"kind": "csv", "week": "2026-10-05"})
	}
	status, got := e.call("POST", "/api/v1/exports", e.admin, map[string]any{"kind": "csv", "week": "2026-10-05", "purpose": "Payment", "recipient": "Payer"})
	e.want(429, "too_many", status, got)
}

// The list has what the caller began, the newest first, and names nobody. One
// that was refused makes room for the next.
func TestExportsAreListed(t *testing.T) {
	e := newEvenings(t, 1)
	refused := e.exported(map[string]any{"kind": "csv", "week": "2026-10-05"})
	e.now = e.now.Add(time.Minute)
	own := e.exported(map[string]any{"kind": "own", "person": e.client, "from": "2026-10-05", "to": "2026-10-06", "draft": true, "recipient": "Ana Ruiz"})
	list := ask[Exports](e.office, "GET", "/exports", e.admin, nil).Exports
	if len(list) != 2 || list[0].ID != own.ID || list[0].From != "2026-10-05" || !list[0].Draft || !list[0].Begun.After(list[1].Begun) || list[1].State != "refused" || len(list[1].Unsigned) != 2 {
		t.Errorf("%+v", list)
	}
	if _, answer := e.raw("GET", "/api/v1/exports", e.admin, nil); strings.Contains(answer, "Ruiz") || strings.Contains(answer, string(e.client)) {
		t.Errorf("the list names somebody: %s", answer)
	}
	other, _, err := e.authority.IssueService(t.Context(), e.clinic["harbor"], "other", []auth.Scope{auth.ScopeAdmin}, 90*24*time.Hour)
	e.check(err)
	if theirs := ask[Exports](e.office, "GET", "/exports", other, nil).Exports; len(theirs) != 0 {
		t.Errorf("another caller sees %+v", theirs)
	}
	for range perCaller - 1 {
		e.exported(map[string]any{"kind": "csv", "week": "2026-10-05", "draft": true})
	}
	if status, got := e.call("GET", "/api/v1/exports/"+refused.ID, e.admin, nil); status != 404 {
		t.Errorf("the refused one: %d %v", status, got)
	}
}

// A client sees of their own week what staff see of it.
func TestOwnWeek(t *testing.T) {
	e := newEvenings(t, 0)
	own, err := (&house{Options: Options{Records: e.records, Clock: e}}).ownWeek(t.Context(), e.clinic["harbor"], e.client)
	e.check(err)
	v := ask[week.View](e.office, "GET", "/week", e.admin, nil)
	if own.Start != "2026-10-05" || own.Attended != 90 || own.Prescribed != 180 || int64(own.Attended) != v.People[0].Attended {
		t.Errorf("%+v, staff see %+v", own, v.People)
	}
}

// A payer's week holds its own clients, in every format, and nobody else's.
func TestAPayerSeesItsOwnClients(t *testing.T) {
	e := newEvenings(t, 3)
	for _, key := range []string{"north", "south"} {
		ask[week.Payer](e.office, "POST", "/payers", e.admin, week.Payer{Payer: key, Name: key + " Health"})
	}
	if status, got := e.call("PUT", "/api/v1/persons/"+string(e.client)+"/payer", e.admin, PersonPayer{Payer: "north"}); status != 204 {
		t.Fatalf("set payer: %d %v", status, got)
	}
	for _, kind := range []string{"csv", "html", "fhir"} {
		file := func(payer string) string {
			return e.file(e.exported(map[string]any{"kind": kind, "week": "2026-10-05", "names": kind == "fhir", "payer": payer}))
		}
		if !strings.Contains(file("north"), "Ruiz") {
			t.Errorf("%s: the payer's own client is missing", kind)
		}
		south := file("south")
		for _, mark := range []string{"Ana", "Ruiz", string(e.client)} {
			if strings.Contains(south, mark) {
				t.Errorf("%s for another payer holds %q", kind, mark)
			}
		}
	}
	status, got := e.call("POST", "/api/v1/exports", e.admin, map[string]any{
		"kind": "csv", "session": e.sessions[0].Session, "payer": "north", "purpose": "Payment", "recipient": "North",
	})
	e.want(422, "invalid", status, got)
}

// Answers of a check-in go to those who may read them, also in a bundle; to
// others the bundle says that they are left out.
func TestAnswersInABundle(t *testing.T) {
	e := newEvenings(t, 3)
	clinic := e.clinic["harbor"]
	scales, err := e.records.SetScales(t.Context(), clinic, []records.Scale{{Question: map[string]string{"en": "How are you?"}, Low: map[string]string{}, High: map[string]string{}}})
	e.check(err)
	e.check(e.records.SaveAnswers(t.Context(), clinic, []records.Answer{
		{Clinic: clinic, Session: e.sessions[0].Session, Person: e.client, Scale: scales[0].ID, Moment: records.AtStart, Value: 7},
	}))
	callers := e.callers("harbor")
	for caller, reads := range map[string]bool{
		"admin": true, "clinician": true, "billing": false, "program with sessions:read": false, "program with admin": true,
	} {
		e.admin = callers[caller]()
		for _, of := range []map[string]any{{"kind": "fhir", "week": "2026-10-05"}, {"kind": "fhir", "session": e.sessions[0].Session}} {
			bundle := e.file(e.exported(of))
			if got := strings.Contains(bundle, `"QuestionnaireResponse"`); got != reads {
				t.Errorf("%s of %v: answers %v, want %v", caller, of, got, reads)
			}
			if got := strings.Contains(bundle, "check-in-answers") && strings.Contains(bundle, "REDACTED"); got == reads {
				t.Errorf("%s of %v: says that answers are left out: %v", caller, of, got)
			}
		}
	}
	// Whoever may not read them any more does not get the file of before either.
	person, err := e.records.CreatePerson(t.Context(), records.Person{
		Clinic: clinic, Kind: records.StaffPerson, LegalName: "C", DisplayName: "C", StaffRoles: []auth.StaffRole{auth.Clinician, auth.Billing},
	})
	e.check(err)
	e.admin = e.signIn(person)()
	job := e.exported(map[string]any{"kind": "fhir", "week": "2026-10-05"})
	e.file(job)
	person.StaffRoles = []auth.StaffRole{auth.Billing}
	e.check(e.records.UpdatePerson(t.Context(), person))
	if status, _ := e.raw("GET", "/api/v1/exports/"+job.ID+"/file", e.admin, nil); status != 404 {
		t.Errorf("a clinician's file for billing: %d", status)
	}
}
