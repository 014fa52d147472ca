package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/export/exporttest"
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

// Screen, CSV, page, paper and FHIR say the same to the minute.
func TestTotalsAgree(t *testing.T) {
	in := theWeek()
	want := exporttest.Minutes{
		"Ana R. 2026-10-05": 180, "Ana R. 2026-10-07": 179, "Ana R. 2026-10-08": 179, "Ana R. week": 539,
		"Ben <b>T.</b> 2026-10-05": 130, "Ben <b>T.</b> 2026-10-07": 180, "Ben <b>T.</b> 2026-10-08": 0, "Ben <b>T.</b> week": 310,
		"Cara 2026-10-05": 0, "Cara 2026-10-07": 83, "Cara 2026-10-08": 180, "Cara week": 263,
	}
	screen, err := json.Marshal(in.View)
	if err != nil {
		t.Fatal(err)
	}
	var names []exporttest.Name
	display := map[string]string{}
	for _, p := range in.View.People {
		names = append(names, exporttest.Name{Legal: p.LegalName, Display: p.DisplayName})
		display[string(p.Person)] = p.DisplayName
	}
	for format, got := range map[string]exporttest.Minutes{
		"screen": exporttest.Screen(t, screen), "CSV": exporttest.CSV(t, made(t, WeekCSV, in)), "HTML": exporttest.HTML(t, made(t, WeekHTML, in)),
		"PDF": exporttest.PDF(t, made(t, WeekPDF, in), "Evening group", 540, names...),
	} {
		if !maps.Equal(got, want) {
			t.Errorf("%s says\n%v, want\n%v", format, got, want)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(made(t, WeekCSV, in))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if !slices.Contains(row, Notice) || !slices.Contains(row, "Payment") || !slices.Contains(row, "Example payer") {
			t.Errorf("the row %v does not say what it is for", row)
		}
	}
	// FHIR has an encounter for everybody who attended, and no totals.
	maps.DeleteFunc(want, func(key string, n int64) bool { return n == 0 || strings.HasSuffix(key, " week") })
	if got := exporttest.FHIR(t, made(t, WeekFHIR, in), display, newYork); !maps.Equal(got, want) {
		t.Errorf("FHIR says\n%v, want\n%v", got, want)
	}
}

// The sheets of one session say what its rows do.
func TestSheetsOfASession(t *testing.T) {
	all := theWeek()
	for _, s := range all.Sessions {
		in := Input{Cover: all.Cover, Session: s, People: people}
		page := string(made(t, HTML, in))
		paper := strings.Join(slices.Concat(exporttest.Pages(t, made(t, PDF, in))...), " ")
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
