package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
)

var newYork = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}()

var people = People{
	"dana": {ID: "dana", Legal: "Dana Whitfield", Display: "Dana", Credential: "LCSW"},
	"ana":  {ID: "ana", Legal: "Ana Żółć-Nguyễn", Display: "Ana R."},
	"ben":  {ID: "ben", Legal: "=HYPERLINK(1)", Display: "Ben <b>T.</b>"},
	"cara": {ID: "cara", Legal: "Cara (C.) \\ Lund", Display: "Cara"},
	"mom":  {ID: "mom", Legal: "Mother of Ana", Display: "M."},
}

// came is a row of somebody who was in for so many seconds from the start.
func came(plan rooms.Plan, person rooms.PersonID, role rooms.Role, seconds int64) attendance.Record {
	r := attendance.Record{
		Session: plan.Session, Person: person, DisplayName: people[person].Display, Role: role, Status: attendance.Partial,
		Minutes: seconds / 60, Seconds: seconds, Location: "home", RulesVersion: 2, Final: true, UncertaintySeconds: new(int64(0)),
		Segments: []attendance.SegmentTime{{Kind: rooms.Group, Seconds: new(seconds)}},
	}
	if seconds == 0 {
		r.Status, r.Location = attendance.Absent, ""
		return r
	}
	end := plan.Start.Add(time.Duration(seconds) * time.Second)
	r.Intervals = []attendance.Interval{{Start: plan.Start, End: end}}
	r.FirstAtDoor, r.FirstAdmitted, r.LastLeft = plan.Start, plan.Start, end
	r.AudioOnlySeconds, r.LateSeconds = new(int64(0)), new(int64(0))
	return r
}

// seconds that everybody attended, by session and person.
var attended = map[string]map[rooms.PersonID]int64{
	"mon": {"dana": 10800, "ana": 10800, "ben": 7859, "cara": 0, "mom": 3600},
	"wed": {"dana": 10800, "ana": 10799, "ben": 10800, "cara": 5000},
	"thu": {"dana": 10800, "ana": 10799, "ben": 0, "cara": 10800},
}

func theWeek() WeekInput {
	cover := Cover{ClinicID: "lakeside", Clinic: "Lakeside", Zone: newYork, At: time.Date(2026, 10, 9, 16, 0, 0, 0, time.UTC), Purpose: "Payment", Recipient: "Example payer"}
	in := week.Input{Of: "2026-10-09", Zone: newYork, WeekStart: attendance.Day(time.Monday), Now: cover.At}
	payer := &week.Payer{Payer: "p", Name: "Example payer", Version: 2, Rules: []week.Rule{{ID: "nine", Kind: week.MinWeekMinutes, Value: 540}},
		Billing: []week.Billing{{Unit: week.PerDay, Code: "H0015", Modifiers: week.Modifiers{AudioVideo: "95"}, PlaceOfService: week.PlaceOfService{Home: "10"}, MinMinutesPerUnit: 120}}}
	for _, id := range []rooms.PersonID{"ana", "ben", "cara"} {
		in.People = append(in.People, week.Person{ID: id, LegalName: people[id].Legal, DisplayName: people[id].Display, Prescribed: new(int64(540)), Payer: payer})
	}
	var sessions []Session
	for i, id := range []string{"mon", "wed", "thu"} {
		start := time.Date(2026, 10, []int{5, 7, 8}[i], 22, 0, 0, 0, time.UTC)
		plan := rooms.Plan{Session: rooms.SessionID(id), Start: start, End: start.Add(3 * time.Hour), Zone: "America/New_York", Segments: []rooms.Segment{{Kind: rooms.Group, Start: start, End: start.Add(3 * time.Hour)}}}
		s := Session{Plan: plan, Title: "Evening group", Kind: "group", Final: true, Signature: &Signature{"dana", "Dana Whitfield", "LCSW", start.Add(4 * time.Hour)}}
		for _, person := range slices.Sorted(maps.Keys(attended[id])) {
			role := map[rooms.PersonID]rooms.Role{"dana": rooms.Facilitator, "mom": rooms.Collateral}[person]
			if role == "" {
				role = rooms.Client
			}
			s.Rows = append(s.Rows, came(plan, person, role, attended[id][person]))
		}
		sessions = append(sessions, s)
	}
	corrected := &sessions[1].Rows[2] // Cara on Wednesday
	corrected.Machine = &attendance.MachineValue{Status: attendance.Partial, Minutes: 10, Seconds: 600}
	corrected.Corrections = []attendance.Correction{{ID: "1/n/9", What: "present", Actor: "dana", At: sessions[1].Signature.At}}
	corrected.Flags = []attendance.Flag{attendance.Corrected}
	for _, s := range sessions {
		in.Sessions = append(in.Sessions, week.Session{Plan: s.Plan, Title: s.Title, Kind: s.Kind, Program: "iop", State: week.Over, Final: true, Signed: true, Rules: attendance.DefaultRules(), Rows: s.Rows})
	}
	return WeekInput{
		Cover: cover, View: week.Compute(in), Sessions: sessions, People: people,
		Consents: []Consent{{"ana", 1, strings.Repeat("a", 64), cover.At}},
		Answers: []Answer{
			{"mon", "ana", "craving", "How strong is your craving?", "start", new(4), cover.At}, {"mon", "ana", "mood", "How is your mood?", "start", nil, cover.At},
			{"mon", "cara", "craving", "How strong is your craving?", "start", new(0), cover.At},
		},
	}
}

func made[I any](t *testing.T, make func(io.Writer, I) error, in I) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := make(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// minutesOf is what one format says: by person and session, and by person for
// the week, under "week".
type minutesOf map[string]int64

func fromScreen(t *testing.T, in WeekInput) minutesOf {
	text, err := json.Marshal(in.View)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		People []struct {
			Display  string `json:"display_name"`
			Attended int64  `json:"attended_minutes"`
			Sessions []struct {
				Date    string
				Minutes int64
			}
		}
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	all := minutesOf{}
	for _, p := range v.People {
		all[p.Display+" week"] = p.Attended
		for _, s := range p.Sessions {
			all[p.Display+" "+s.Date] = s.Minutes
		}
	}
	return all
}

func fromCSV(t *testing.T, data []byte) minutesOf {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := func(row []string, column string) string { return row[slices.Index(rows[0], column)] }
	all := minutesOf{}
	for _, row := range rows[1:] {
		all[cell(row, "display_name")+" week"] = whole(t, cell(row, "week_minutes"))
		all[cell(row, "display_name")+" "+cell(row, "date")] = whole(t, cell(row, "minutes"))
		if cell(row, "notice") != Notice || cell(row, "purpose") != "Payment" || cell(row, "recipient") != "Example payer" {
			t.Errorf("the row %v does not say what it is for", row)
		}
	}
	return all
}

// whole reads the number that a cell begins with.
func whole(t *testing.T, text string) int64 {
	t.Helper()
	text, _, _ = strings.Cut(text, " ")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Errorf("%q is no number", text)
	}
	return n
}

// fromRows reads the first two tables of a sheet.
func fromRows(t *testing.T, hours, sessions [][]string) minutesOf {
	all := minutesOf{}
	for _, row := range hours {
		name, _, _ := strings.Cut(row[0], " (")
		all[name+" week"] = whole(t, row[3])
	}
	for _, row := range sessions {
		date, err := time.Parse("Monday, 2 January 2006", row[1])
		if err != nil {
			t.Fatal(err)
		}
		all[row[0]+" "+date.Format(time.DateOnly)] = whole(t, row[4])
	}
	return all
}

var (
	htmlTable = regexp.MustCompile(`(?s)<tbody>(.*?)</tbody>`)
	htmlRow   = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	htmlCell  = regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`)
)

func fromHTML(t *testing.T, data []byte) minutesOf {
	var tables [][][]string
	for _, body := range htmlTable.FindAllSubmatch(data, -1) {
		var rows [][]string
		for _, row := range htmlRow.FindAllSubmatch(body[1], -1) {
			var cells []string
			for _, cell := range htmlCell.FindAllSubmatch(row[1], -1) {
				cells = append(cells, html.UnescapeString(string(cell[1])))
			}
			rows = append(rows, cells)
		}
		tables = append(tables, rows)
	}
	return fromRows(t, tables[0], tables[1])
}

// fromPDF finds the numbers behind the names: text is in the order in which
// the cells were drawn.
func fromPDF(t *testing.T, data []byte, in WeekInput) minutesOf {
	text := " " + strings.Join(slices.Concat(pdfPages(t, data)...), " ") + " "
	all := minutesOf{}
	for _, p := range in.View.People {
		if found := regexp.MustCompile(regexp.QuoteMeta(p.LegalName) + `\) .*?, version 2 540 (\d+) `).FindStringSubmatch(text); found != nil {
			all[p.DisplayName+" week"] = whole(t, found[1])
		}
		for _, s := range p.Sessions {
			found := regexp.MustCompile(regexp.QuoteMeta(p.DisplayName+" "+s.Date.Words()+" Evening group ") + `(?:Partly present|Absent) (\d+)`).FindStringSubmatch(text)
			if found != nil {
				all[p.DisplayName+" "+string(s.Date)] = whole(t, found[1])
			}
		}
	}
	return all
}

func fromFHIR(t *testing.T, data []byte) minutesOf {
	var b struct {
		Entry []struct {
			FullURL  string `json:"fullUrl"`
			Resource struct {
				ResourceType string
				Identifier   []struct{ Value string }
				Subject      struct{ Reference string }
				Length       struct{ Value int64 }
				Period       struct{ Start time.Time }
			}
		}
	}
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Patient" {
			names[e.FullURL] = people[rooms.PersonID(e.Resource.Identifier[0].Value)].Display
		}
	}
	all := minutesOf{}
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Encounter" {
			all[names[e.Resource.Subject.Reference]+" "+e.Resource.Period.Start.In(newYork).Format(time.DateOnly)] = e.Resource.Length.Value
		}
	}
	return all
}

// Screen, CSV, page, paper and FHIR say the same to the minute.
func TestTotalsAgree(t *testing.T) {
	in := theWeek()
	want := minutesOf{
		"Ana R. 2026-10-05": 180, "Ana R. 2026-10-07": 179, "Ana R. 2026-10-08": 179, "Ana R. week": 539,
		"Ben <b>T.</b> 2026-10-05": 130, "Ben <b>T.</b> 2026-10-07": 180, "Ben <b>T.</b> 2026-10-08": 0, "Ben <b>T.</b> week": 310,
		"Cara 2026-10-05": 0, "Cara 2026-10-07": 83, "Cara 2026-10-08": 180, "Cara week": 263,
	}
	for format, got := range map[string]minutesOf{
		"screen": fromScreen(t, in), "CSV": fromCSV(t, made(t, WeekCSV, in)), "HTML": fromHTML(t, made(t, WeekHTML, in)), "PDF": fromPDF(t, made(t, WeekPDF, in), in),
	} {
		if !maps.Equal(got, want) {
			t.Errorf("%s says\n%v, want\n%v", format, got, want)
		}
	}
	// FHIR has an encounter for everybody who attended, and no totals.
	maps.DeleteFunc(want, func(key string, n int64) bool { return n == 0 || strings.HasSuffix(key, " week") })
	if got := fromFHIR(t, made(t, WeekFHIR, in)); !maps.Equal(got, want) {
		t.Errorf("FHIR says\n%v, want\n%v", got, want)
	}
}

// The sheets of one session say what its rows do.
func TestSheetsOfASession(t *testing.T) {
	all := theWeek()
	for _, s := range all.Sessions {
		in := Input{Cover: all.Cover, Session: s, People: people}
		page := string(made(t, HTML, in))
		paper := strings.Join(slices.Concat(pdfPages(t, made(t, PDF, in))...), " ")
		rows, err := csv.NewReader(bytes.NewReader(made(t, SessionCSV, in))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range s.Rows {
			if rows[i+1][5] != fmt.Sprint(r.Minutes) {
				t.Errorf("CSV: %v, want %d min", rows[i+1], r.Minutes)
			}
			cell := minutes(r)
			if !strings.Contains(page, html.EscapeString(r.DisplayName)) || !strings.Contains(page, `<td class="number">`+cell+"</td>") {
				t.Errorf("HTML lacks %s's %s", r.Person, cell)
			}
			if !strings.Contains(paper, status(r)+" "+cell) {
				t.Errorf("PDF lacks %s's %s in %s", r.Person, cell, paper)
			}
		}
		if r := s.Rows[2]; r.Machine != nil && minutes(r) != "83 (machine: 10)" {
			t.Errorf("a corrected row shows %q", minutes(r))
		}
	}
}
