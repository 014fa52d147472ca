package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
)

// size is how much a clinic has.
type size struct {
	series   int
	evenings int // of each series
	clients  int // in each evening
	entries  int // of each evening's journal
	audit    int // entries of the audit log
	rooms    int // that are filled at the same time
}

// wholeYear is 40 series, 6,000 sessions, 72,000 seats in sessions, 2 million
// journal entries and 1,360 people, of whom a third come at a time.
var wholeYear = size{series: 40, evenings: 150, clients: 11, entries: 334, audit: 100_000, rooms: 32}

// thirds is how often the clients of a series change in the year.
const thirds = 3

// thirdOf is in which third of so many evenings the nth is, and firstOf the
// first evening of a third.
func thirdOf(n, evenings int) int     { return n * thirds / evenings }
func firstOf(third, evenings int) int { return (third*evenings + thirds - 1) / thirds }

// ahead is how many evenings of each series are still to come.
const ahead = 6

// firstEvening is the planned start of the earliest session, a Monday.
var firstEvening = time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)

// everyRole of the staff, so that one person may open every page.
var everyRole = []auth.StaffRole{auth.Admin, auth.Clinician, auth.Auditor}

// pastClock stands where the clinic has come to.
type pastClock struct {
	rooms.Clock
	ms atomic.Int64
}

func newClock() *pastClock {
	c := &pastClock{Clock: rooms.SystemClock}
	c.set(firstEvening.AddDate(0, 0, -7))
	return c
}

func (c *pastClock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

func (c *pastClock) set(t time.Time) { c.ms.Store(t.UnixMilli()) }

// id is the same for the same thing in every year that is made.
func id(kind string, n ...int) string {
	sum := sha256.Sum256([]byte(kind + fmt.Sprint(n)))
	return hex.EncodeToString(sum[:13])
}

// year is a clinic to fill, and what is in it.
type year struct {
	size
	r      *records.Records
	clock  *pastClock
	clinic rooms.ClinicID
	series []rooms.SeriesID
	staff  []rooms.PersonID // by series
	// clients are by series and third.
	clients  [][thirds][]rooms.PersonID
	scales   []records.Scale
	evenings []evening // by start
	middle   time.Time // Monday of a week in the middle
}

// fill writes a clinic's year through the same calls as a server does: rooms
// are opened, appended to, ended and sealed, and staff sign.
func fill(ctx context.Context, r *records.Records, clock *pastClock, s size) (*year, error) {
	y := newYear(r, clock, s)
	if err := y.found(ctx); err != nil {
		return nil, err
	}
	for i := range s.series {
		if err := y.addSeries(ctx, i); err != nil {
			return nil, fmt.Errorf("series %d: %w", i, err)
		}
	}
	y.sort()
	if err := y.live(ctx); err != nil {
		return nil, err
	}
	return y, y.auditYear(ctx)
}

func (y *year) found(ctx context.Context) (err error) {
	clinic := records.Clinic{ID: y.clinic, Name: "Year", Zone: "America/New_York", NeutralTitle: "Appointment"}
	if _, err := y.r.CreateClinic(ctx, clinic); err != nil {
		return err
	}
	for i := range 4 {
		program := records.Program{ID: y.program(i), Clinic: y.clinic, Name: fmt.Sprintf("Program %d", i+1)}
		if _, err := y.r.CreateProgram(ctx, program); err != nil {
			return err
		}
	}
	payer := week.Payer{Payer: "example", Name: "Example payer", Rules: []week.Rule{
		{ID: "week", Kind: week.MinWeekMinutes, Value: 540},
		{ID: "days", Kind: week.MinDaysWeek, Value: 3},
		{ID: "size", Kind: week.GroupSize, Min: 2, Max: 12},
	}, Billing: []week.Billing{{Unit: week.PerDay, Code: "H0015", Modifiers: week.Modifiers{AudioVideo: "95"}}}}
	if bad := payer.Check(); len(bad) > 0 {
		return fmt.Errorf("rule set: %v", bad)
	}
	if _, err := y.r.SetPayer(ctx, y.clinic, payer); err != nil {
		return err
	}
	y.scales, err = y.r.SetScales(ctx, y.clinic, []records.Scale{
		{Question: map[string]string{"en": "How are you?"}}, {Question: map[string]string{"en": "How strong is the urge to use?"}},
	})
	return err
}

func (y *year) program(series int) rooms.ProgramID { return rooms.ProgramID(id("program", series%4)) }

func (y *year) addSeries(ctx context.Context, i int) error {
	hour := time.Duration(8+i%12) * time.Hour
	start, err := schedule.ParseLocalTime(firstEvening.Add(hour).Format("2006-01-02T15:04"))
	if err != nil {
		return err
	}
	series, err := y.r.CreateSeries(ctx, schedule.Series{
		ID: rooms.SeriesID(id("series", i)), Clinic: y.clinic, Program: y.program(i), Title: fmt.Sprintf("Group %d", i+1),
		Start: start, Zone: "America/New_York", Duration: 3 * time.Hour,
		Rule:     fmt.Sprintf("FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=%d", y.size.evenings+ahead),
		Template: schedule.Template{{Kind: rooms.Group, Minutes: 90}, {Kind: rooms.Break, Minutes: 15}, {Kind: rooms.Education, Minutes: 75}},
	})
	if err != nil {
		return err
	}
	occurrences, err := series.Occurrences(firstEvening, firstEvening.AddDate(2, 0, 0))
	if err != nil {
		return err
	}
	sessions, err := y.r.UpsertOccurrences(ctx, y.clinic, series.ID, occurrences)
	if err != nil {
		return err
	}
	starts := make([]time.Time, y.size.evenings)
	for n := range starts {
		starts[n] = occurrences[n].Start
	}
	if err := y.addPeople(ctx, i, series.ID, starts); err != nil {
		return err
	}
	y.know(i, starts, sessions)
	return nil
}

// know notes a series that is in the records, with its people and evenings.
func (y *year) know(i int, starts []time.Time, sessions []rooms.SessionID) {
	y.series = append(y.series, rooms.SeriesID(id("series", i)))
	y.staff = append(y.staff, rooms.PersonID(id("person", i, 0)))
	var theirs [thirds][]rooms.PersonID
	for n := range thirds * y.size.clients {
		theirs[n/y.size.clients] = append(theirs[n/y.size.clients], rooms.PersonID(id("person", i, n+1)))
	}
	y.clients = append(y.clients, theirs)
	for n, start := range starts {
		people := append([]rooms.PersonID{y.staff[i]}, theirs[thirdOf(n, len(starts))]...)
		y.evenings = append(y.evenings, evening{session: sessions[n], start: start, people: people, signed: n < len(starts)-ahead})
	}
}

// recall is the year that records were filled with before.
func recall(ctx context.Context, r *records.Records, clock *pastClock, s size) (*year, error) {
	y := newYear(r, clock, s)
	all, err := r.ListSessions(ctx, y.clinic, firstEvening, firstEvening.AddDate(2, 0, 0))
	if err != nil {
		return nil, err
	}
	for i := range s.series {
		var starts []time.Time
		var sessions []rooms.SessionID
		for _, session := range all {
			if session.Series == rooms.SeriesID(id("series", i)) && len(starts) < s.evenings {
				starts, sessions = append(starts, session.Start), append(sessions, session.Session)
			}
		}
		if len(starts) < s.evenings {
			return nil, fmt.Errorf("series %d has %d evenings: the records are not of this year", i, len(starts))
		}
		y.know(i, starts, sessions)
	}
	y.sort()
	clock.set(y.evenings[len(y.evenings)-1].start.Add(lasts + time.Hour))
	return y, nil
}

func newYear(r *records.Records, clock *pastClock, s size) *year {
	return &year{size: s, r: r, clock: clock, clinic: rooms.ClinicID(id("clinic")), middle: firstEvening.AddDate(0, 0, 7*((s.evenings-ahead)/6))}
}

func (y *year) sort() {
	slices.SortStableFunc(y.evenings, func(a, b evening) int { return a.start.Compare(b.start) })
}

// addPeople gives a series its facilitator, and in each third of the year
// other clients.
func (y *year) addPeople(ctx context.Context, i int, series rooms.SeriesID, starts []time.Time) error {
	list := []records.Enrolment{{
		Person: records.Person{Kind: records.StaffPerson, Credential: "LCSW", StaffRoles: everyRole},
		Seats:  []records.Seat{{Seat: rooms.Seat{Role: rooms.Facilitator}}},
	}}
	for third := range thirds {
		from, until := starts[firstOf(third, len(starts))], time.Time{}
		if third < thirds-1 {
			until = starts[firstOf(third+1, len(starts))]
		}
		for range y.size.clients {
			list = append(list, records.Enrolment{
				Person: records.Person{Kind: records.ClientPerson, Payer: "example"},
				Seats:  []records.Seat{{Seat: rooms.Seat{Role: rooms.Client}, From: from, Until: until, Prescribed: 540}},
			})
		}
	}
	for n := range list {
		p, seat := &list[n].Person, &list[n].Seats[0]
		p.ID, p.LegalName = rooms.PersonID(id("person", i, n)), name(i*len(list)+n)
		p.DisplayName, p.Phone, p.Email = p.LegalName, "555-0100", "person@example.org"
		p.Address = records.Address{Line: "1 Example Street", City: "Springfield", State: "NY", Zip: "10001"}
		p.EmergencyName, p.EmergencyPhone = "Somebody Close", "555-0101"
		seat.ID, seat.Series, seat.DisplayName = rooms.SeatID(id("seat", i, n)), series, p.DisplayName
	}
	_, refused, err := y.r.Enrol(ctx, y.clinic, list)
	if err != nil || len(refused) > 0 {
		return fmt.Errorf("enrol: %v %w", refused, err)
	}
	return nil
}

var (
	firstNames = []string{"Ana", "Ben", "Carla", "Dan", "Elena", "Frank", "Grace", "Hugo", "Ines", "Jack", "Kira", "Luis", "Maria", "Noah", "Olga", "Paul", "Rosa", "Sam", "Tara", "Uli", "Vera", "Will", "Xenia", "Yara", "Zoe"}
	lastNames  = []string{"Abbott", "Brooks", "Castillo", "Doyle", "Ellis", "Flores", "Greene", "Hayes", "Ibarra", "Jensen", "Keller", "Lopez", "Marsh", "Novak", "Ortega", "Price", "Quinn", "Reyes", "Stone", "Turner", "Underwood", "Vargas", "Walsh", "Young", "Zimmer"}
)

// name is another one for every number.
func name(n int) string {
	last := lastNames[n/len(firstNames)%len(lastNames)]
	if round := n / len(firstNames) / len(lastNames); round > 0 {
		last += fmt.Sprintf("-%d", round+1)
	}
	return firstNames[n%len(firstNames)] + " " + last
}
