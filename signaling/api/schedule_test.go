package api

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// thanksgiving is the series that an administrator sets up: three evenings a
// week for eight weeks, without the 26th.
func thanksgiving(program string) map[string]any {
	return map[string]any{
		"program": program, "title": "Evening IOP", "kind": "group", "zone": "America/New_York",
		"rule": "FREQ=WEEKLY;BYDAY=MO,WE,TH;UNTIL=20261126", "start": "2026-10-05T18:00", "except": []string{"2026-11-26"},
		"template": []map[string]any{{"kind": "group", "minutes": 80}, {"kind": "break", "minutes": 10}, {"kind": "education", "minutes": 90}},
		"capacity": 12,
	}
}

// scheduled is an office on Friday, 2 October 2026, with a program.
func scheduled(t *testing.T) (*office, string) {
	o := newOffice(t)
	o.now = time.Date(2026, 10, 2, 15, 0, 0, 0, time.UTC)
	var err error
	o.token["harbor"], _, err = o.authority.IssueService(t.Context(), o.clinic["harbor"], "test",
		[]auth.Scope{auth.ScopeSessionsRead, auth.ScopeSessionsWrite}, 90*24*time.Hour)
	o.check(err)
	return o, o.made("/programs", NewProgram{Name: "Evening"})
}

// ask calls as the clinic and fails the test on anything but the status.
func (o *office) ask(status int, method, path string, body any) map[string]any {
	o.t.Helper()
	got, answer := o.call(method, "/api/v1"+path, o.token["harbor"], body)
	if got != status {
		o.t.Fatalf("%s %s: got %d %v, want %d", method, path, got, answer, status)
	}
	return answer
}

func TestSeriesThroughTheAPI(t *testing.T) {
	o, program := scheduled(t)
	in := thanksgiving(program)
	preview := o.ask(200, "POST", "/series/preview", in)
	dates := preview["dates"].([]any)
	first, last := dates[0].(map[string]any), dates[len(dates)-1].(map[string]any)
	if preview["count"] != 23.0 || preview["ends"] != "2026-11-25T18:00" || preview["endless"] != false || len(dates) != 24 ||
		first["local"] != "2026-10-05T18:00" || first["weekday"] != "monday" || first["start"] != "2026-10-05T22:00:00Z" || last["skipped"] != true {
		t.Errorf("preview: %v", preview)
	}
	made := o.ask(200, "POST", "/series", in)
	path := "/series/" + made["id"].(string)
	if made["sequence"] != 0.0 || made["kind"] != "group" || made["capacity"] != 12.0 || len(made["next"].([]any)) != 3 {
		t.Errorf("made: %v", made)
	}
	sessions := func() (list []string) {
		for _, s := range o.ask(200, "GET", "/sessions?from=2026-10-05T00:00:00Z&to=2026-10-13T00:00:00Z", nil)["sessions"].([]any) {
			s := s.(map[string]any)
			list = append(list, s["start"].(string)+" "+s["status"].(string))
		}
		return list
	}
	o.ask(200, "POST", path+"/skip", SkipDate{"2026-10-07"})
	moved := o.ask(200, "POST", path+"/move", SeriesMove{"2026-10-08T18:00", "2026-10-09T17:00"})
	if moved["sequence"] != 2.0 {
		t.Errorf("sequence %v after a skip and a move, want 2", moved["sequence"])
	}
	want := []string{"2026-10-05T22:00:00Z scheduled", "2026-10-07T22:00:00Z cancelled", "2026-10-09T21:00:00Z scheduled", "2026-10-12T22:00:00Z scheduled"}
	if got := sessions(); !slices.Equal(got, want) {
		t.Errorf("sessions: got %q, want %q", got, want)
	}
	o.ask(200, "DELETE", path+"/skip/2026-10-07", nil)
	o.ask(200, "DELETE", path+"/moves/2026-10-08T18:00", nil)
	want = []string{"2026-10-05T22:00:00Z scheduled", "2026-10-07T22:00:00Z scheduled", "2026-10-08T22:00:00Z scheduled", "2026-10-12T22:00:00Z scheduled"}
	if got := sessions(); !slices.Equal(got, want) {
		t.Errorf("after the undo: got %q, want %q", got, want)
	}
	in["title"], in["kind"], in["sequence"] = "Alumni", "alumni", 4
	if got := o.ask(200, "PUT", path, in); got["title"] != "Alumni" || got["kind"] != "alumni" {
		t.Errorf("changed: %v", got)
	}
	in["sequence"] = 1
	if got := o.ask(409, "PUT", path, in); got["code"] != "changed" {
		t.Errorf("a stale change: %v", got)
	}
	o.now = time.Date(2026, 10, 6, 15, 0, 0, 0, time.UTC)
	if got := o.ask(409, "POST", path+"/skip", SkipDate{"2026-10-05"}); got["code"] != "started" {
		t.Errorf("skip an evening of the past: %v", got)
	}
	if got := o.ask(409, "POST", path+"/skip", SkipDate{"2026-10-06"}); got["code"] != "no_evening" {
		t.Errorf("skip a Tuesday: %v", got)
	}
	if got := o.ask(422, "POST", path+"/move", SeriesMove{"2026-10-07T18:00", "2026-10-08T19:00"}); got["errors"] == nil {
		t.Errorf("move onto another evening: %v", got)
	}
	if list := o.ask(200, "GET", "/series?program="+program, nil)["series"].([]any); len(list) != 1 {
		t.Errorf("%d series of the program, want 1", len(list))
	}
	if list := o.ask(200, "GET", "/series?program=other", nil)["series"].([]any); len(list) != 0 {
		t.Errorf("%d series of another program, want none", len(list))
	}
	o.ask(200, "PATCH", "/programs/"+program, NewProgram{Name: "Days"})
	if list := o.ask(200, "GET", "/programs", nil)["programs"].([]any); list[0].(map[string]any)["name"] != "Days" {
		t.Errorf("programs: %v", list)
	}
}

// Every field that is wrong is named, in one answer.
func TestEveryBadField(t *testing.T) {
	o, program := scheduled(t)
	in := thanksgiving(program)
	in["title"], in["rule"], in["zone"], in["start"], in["capacity"] = "", "FREQ=HOURLY", "Mars/Olympus", "tonight", -1
	in["except"], in["moves"] = []string{"2026-11-26", "soon"}, []SeriesMove{{"2026-10-05T18:00", "later"}}
	in["template"] = []map[string]any{{"kind": "group", "minutes": 700}, {"kind": "break", "minutes": 700}}
	for _, path := range []string{"/series", "/series/preview"} {
		var named []string
		for _, one := range o.ask(422, "POST", path, in)["errors"].([]any) {
			named = append(named, one.(map[string]any)["location"].(string))
		}
		for _, field := range []string{"title", "rule", "zone", "start", "capacity", "except[1]", "moves[0]", "template"} {
			if !slices.Contains(named, "body."+field) {
				t.Errorf("%s: %s is not named among %q", path, field, named)
			}
		}
	}
	in = thanksgiving("nobody's")
	if got := o.ask(422, "POST", "/series", in); got["errors"].([]any)[0].(map[string]any)["location"] != "body.program" {
		t.Errorf("a program that is not there: %v", got)
	}
}

// feedText reads a calendar by its address alone.
func (o *office) feedText(url string) (int, string) {
	o.t.Helper()
	response, err := http.Get(url)
	o.check(err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	o.check(err)
	return response.StatusCode, string(data)
}

func TestStaffFeed(t *testing.T) {
	o, program := scheduled(t)
	clinic := o.clinic["harbor"]
	kept, err := o.records.Clinic(t.Context(), clinic)
	o.check(err)
	kept.NeutralTitle = "Evening, with friends"
	o.check(o.records.UpdateClinic(t.Context(), kept))
	series := o.ask(200, "POST", "/series", thanksgiving(program))["id"].(string)
	staff := func(name string) rooms.PersonID {
		p, err := o.records.CreatePerson(t.Context(), records.Person{
			Clinic: clinic, Kind: records.StaffPerson, LegalName: name, DisplayName: name, StaffRoles: []auth.StaffRole{auth.Clinician},
		})
		o.check(err)
		return p.ID
	}
	feed := func(person rooms.PersonID) string {
		token, _, err := o.authority.IssueStaff(auth.Staff{Clinic: clinic, Person: person, Roles: []auth.StaffRole{auth.Clinician}})
		o.check(err)
		status, got := o.call("POST", "/api/v1/staff/feed", token, nil)
		o.want(200, "", status, got)
		url, _ := got["url"].(string)
		return url
	}
	dana, robin := staff("Dana"), staff("Robin")
	o.ask(200, "POST", "/series/"+series+"/seats", map[string]any{"person": dana, "role": "facilitator", "display_name": "Dana"})
	o.expand()
	evenings := o.ask(200, "GET", "/sessions?from=2026-10-05T00:00:00Z&to=2026-10-09T00:00:00Z", nil)["sessions"].([]any)
	second := evenings[1].(map[string]any)["id"].(string)
	o.ask(200, "PUT", "/sessions/"+second+"/substitute", NewSubstitute{Person: string(robin), Replaces: string(dana)})
	status, text := o.feedText(feed(dana))
	for _, want := range []string{
		"METHOD:PUBLISH\r\n", "BEGIN:VTIMEZONE\r\n", "SUMMARY:Evening\\, with friends\r\n", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,TH;UNTIL=20261125T230000Z\r\n",
		"EXDATE;TZID=America/New_York:20261007T180000\r\n",
	} {
		if status != 200 || !strings.Contains(text, want) {
			t.Errorf("%d, no %q in %s", status, want, text)
		}
	}
	if strings.Contains(text, "IOP") || strings.Contains(text, "Dana") || strings.Contains(text, "harbor") {
		t.Errorf("the calendar says too much: %s", text)
	}
	if _, text = o.feedText(feed(robin)); !strings.Contains(text, "DTSTART;TZID=America/New_York:20261007T180000\r\n") || strings.Contains(text, "RRULE:FREQ=WEEKLY") {
		t.Errorf("the substitute's calendar: %s", text)
	}
	former := feed(dana)
	later := feed(dana)
	if status, _ = o.feedText(former); status != 404 {
		t.Errorf("the former address: got %d, want 404", status)
	}
	if status, _ = o.feedText(later); status != 200 {
		t.Errorf("the new address: got %d", status)
	}
	o.ask(403, "POST", "/staff/feed", nil) // a program has no calendar
	o.ask(200, "DELETE", "/sessions/"+second+"/substitute", nil)
	if _, text = o.feedText(later); strings.Contains(text, "EXDATE;TZID=America/New_York:20261007") {
		t.Error("after the undo the evening is still missing")
	}
}

// Lists are read whole or page by page, and each item comes once.
func TestSchedulePages(t *testing.T) {
	o, program := scheduled(t)
	for range 3 {
		o.made("/programs", NewProgram{Name: "Same"})
		o.ask(200, "POST", "/series", thanksgiving(program))
	}
	for path, name := range map[string]string{
		"/programs?limit=": "programs", "/series?limit=": "series",
		"/sessions?from=2026-10-05T00:00:00Z&to=2026-10-20T00:00:00Z&limit=": "sessions",
	} {
		whole := o.ask(200, "GET", path+"1000", nil)
		want := whole[name].([]any)
		if len(want) < 3 || whole["next"] != nil {
			t.Fatalf("%s: %v", path, whole)
		}
		var got []any
		for after := ""; ; {
			page := o.ask(200, "GET", path+"2&after="+after, nil)
			got = append(got, page[name].([]any)...)
			next, more := page["next"].(string)
			if !more {
				break
			}
			after = next
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: page by page %v, want %v", path, got, want)
		}
		o.ask(422, "GET", path+"2&after=bm9uZQ", nil)
	}
}
