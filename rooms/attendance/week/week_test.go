package week

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

var newYork = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}()

// local is a time in New York.
func local(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04:05", text+strings.Repeat(":00", max(0, 2-strings.Count(text, ":"))), newYork)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// evening is a session of three hours: group, break, education.
func evening(id, start string) Session {
	from := local(start)
	return Session{
		Plan: rooms.Plan{
			Session: rooms.SessionID(id), Series: "iop", Start: from, End: from.Add(3 * time.Hour), Zone: "America/New_York",
			Segments: []rooms.Segment{
				{Kind: rooms.Group, Start: from, End: from.Add(90 * time.Minute)},
				{Kind: rooms.Break, Start: from.Add(90 * time.Minute), End: from.Add(105 * time.Minute)},
				{Kind: rooms.Education, Start: from.Add(105 * time.Minute), End: from.Add(3 * time.Hour)},
			},
		},
		Title: "Evening", Kind: "group", Program: "iop", State: Over, Final: true, Signed: true, Rules: attendance.DefaultRules(),
		Roster: rooms.Roster{{Person: "dana", Role: rooms.Facilitator}, {Person: "ana", Role: rooms.Client}},
	}
}

// came adds a row: somebody was in from one minute after the start to another.
func (s Session) came(person rooms.PersonID, role rooms.Role, from, to time.Duration) Session {
	in, out := s.Plan.Start.Add(from), s.Plan.Start.Add(to)
	r := attendance.Record{
		Session: s.Plan.Session, Person: person, Role: role, Status: attendance.Present, Seconds: int64((to - from).Seconds()),
		Minutes: int64((to - from).Minutes()), Intervals: []attendance.Interval{{Start: in, End: out}}, AudioOnlySeconds: new(int64(0)),
		Location: "home", Final: s.Final, RulesVersion: 1,
	}
	for i, segment := range s.Plan.Segments {
		t := attendance.SegmentTime{Index: i, Kind: segment.Kind, Start: segment.Start, End: segment.End}
		if segment.Kind != rooms.Break {
			begin, end := segment.Start, segment.End
			if in.After(begin) {
				begin = in
			}
			if out.Before(end) {
				end = out
			}
			t.Seconds = new(max(int64(end.Sub(begin).Seconds()), 0))
		}
		r.Segments = append(r.Segments, t)
	}
	s.Rows = append(slices.Clone(s.Rows), r)
	return s
}

func (s Session) edit(change func(*Session)) Session { change(&s); return s }

var (
	mon = evening("mon", "2026-10-05T18:00").came("dana", rooms.Facilitator, 0, 3*time.Hour)
	wed = evening("wed", "2026-10-07T18:00").came("dana", rooms.Facilitator, 0, 3*time.Hour)
	thu = evening("thu", "2026-10-08T18:00").came("dana", rooms.Facilitator, 0, 3*time.Hour)
	ana = Person{ID: "ana", LegalName: "Ana Ruiz", DisplayName: "Ana R.", Prescribed: new(int64(540))}
)

func input(sessions ...Session) Input {
	return Input{
		Of: "2026-10-09", Zone: newYork, WeekStart: attendance.Day(time.Monday), Now: local("2026-10-09T12:00"),
		Sessions: sessions, People: []Person{ana},
	}
}

func toCome(s Session) Session {
	return s.edit(func(s *Session) { s.State, s.Final, s.Signed, s.Rows = Planned, false, false, nil })
}

func TestWeek(t *testing.T) {
	v := Compute(input(thu.came("ana", rooms.Client, 0, 3*time.Hour), mon.came("ana", rooms.Client, 0, 2*time.Hour+10*time.Minute), wed.came("ana", rooms.Client, 0, 3*time.Hour)))
	p := v.People[0]
	if v.Start != "2026-10-05" || v.End != "2026-10-11" || !v.Over || !v.Final || p.Attended != 490 || *p.Missing != 50 {
		t.Fatalf("%+v", v)
	}
	if want := "8 h 10 min of 9 h attended; 50 min are missing, and no session is left in the week to make it up."; p.Stands.Sentence != want {
		t.Errorf("stands %q, want %q", p.Stands.Sentence, want)
	}
	if got := fmt.Sprint(p.Days); got != "[{2026-10-05 130 7800 [group education] false} {2026-10-07 180 10800 [group education] true} {2026-10-08 180 10800 [group education] true}]" {
		t.Errorf("days %s", got)
	}
	if len(p.Sessions) != 3 || p.Sessions[0].Session != "mon" || *p.Sessions[0].Minutes != 130 {
		t.Errorf("sessions %+v", p.Sessions)
	}
	if v.Totals.AttendedMinutes != 490 || v.Totals.Short != 1 {
		t.Errorf("totals %+v", v.Totals)
	}
}

func TestSecondsAreRoundedOnce(t *testing.T) {
	almost := 3*time.Hour - time.Second
	v := Compute(input(mon.came("ana", rooms.Client, 0, almost), wed.came("ana", rooms.Client, 0, almost), thu.came("ana", rooms.Client, 0, almost)))
	p := v.People[0]
	if p.Seconds != 3*(3*3600-1) || p.Attended != 539 || *p.Sessions[0].Minutes != 179 || p.Days[0].Minutes != 179 || p.Days[0].Long {
		t.Errorf("%+v", p)
	}
}

func TestOverlapCountsOnce(t *testing.T) {
	second := evening("second", "2026-10-05T20:00").edit(func(s *Session) { s.Plan.Series = "other" })
	v := Compute(input(mon.came("ana", rooms.Client, 0, 3*time.Hour), second.came("ana", rooms.Client, 30*time.Minute, 3*time.Hour)))
	p := v.People[0]
	if *p.Sessions[0].Minutes != 180 || *p.Sessions[1].Minutes != 150 || p.Attended != 300 || p.Days[0].Minutes != 300 {
		t.Errorf("attended %d, days %+v, want 300 of 180 and 150", p.Attended, p.Days)
	}
	if len(p.Notes) != 1 || p.Notes[0].Sentence != "30 min on Mon, Oct 5, 2026 lie in more than one session and count once." {
		t.Errorf("notes %+v", p.Notes)
	}
	// Breaks that do not count are not shared time: the first has one at 19:30.
	bare := func(s *Session) {
		s.Rules.CountBreaks = false
		s.Rows[len(s.Rows)-1].Seconds -= 900
	}
	third := evening("third", "2026-10-05T19:30").came("ana", rooms.Client, 0, 15*time.Minute)
	p = Compute(input(mon.came("ana", rooms.Client, 0, 3*time.Hour).edit(bare), third)).People[0]
	if p.Attended != 180 {
		t.Errorf("attended %d, want 165 and 15 beside them", p.Attended)
	}
}

func TestWhoCounts(t *testing.T) {
	s := mon.came("ana", rooms.Client, 0, time.Hour).came("mother", rooms.Collateral, 0, time.Hour).came("trainee", rooms.Observer, 0, time.Hour).came("guest", "", 0, 20*time.Minute)
	in := input(s)
	for _, id := range []rooms.PersonID{"mother", "trainee", "dana"} {
		in.People = append(in.People, Person{ID: id})
	}
	v := Compute(in)
	if len(v.People) != 1 || v.Totals.AttendedMinutes != 60 {
		t.Errorf("people %+v, want Ana alone", v.People)
	}
	found := slices.IndexFunc(v.Problems, func(p Problem) bool { return p.Code == "week.guest.unmatched" })
	if found < 0 || v.Problems[found].Sentence != "Somebody who is not on the roster attended 20 min on Mon, Oct 5, 2026 and is matched to nobody yet." {
		t.Errorf("problems %+v", v.Problems)
	}
}

// A guest who was matched counts for the person, beside that person's own row.
func TestMatchedGuest(t *testing.T) {
	s := mon.came("ana", rooms.Client, 0, time.Hour).came("guest", rooms.Client, 30*time.Minute, 2*time.Hour)
	s.Rows[2].Matched, s.Rows[2].Flags = "ana", []attendance.Flag{attendance.Guest}
	v := Compute(input(s))
	if p := v.People[0]; len(v.People) != 1 || p.Attended != 120 || len(p.Sessions) != 1 || *p.Sessions[0].Minutes != 120 {
		t.Errorf("%+v", p)
	}
	s.Rows[2].Matched = ""
	if v := Compute(input(s)); v.People[0].Attended != 60 || v.Problems[0].Code != "week.guest.unmatched" {
		t.Errorf("%+v", v.Problems)
	}
}

func TestAlumniIsApart(t *testing.T) {
	alumni := evening("alumni", "2026-10-06T18:00").edit(func(s *Session) { s.Kind, s.Signed = Alumni, false }).came("ana", rooms.Client, 0, time.Hour)
	v := Compute(input(mon.came("ana", rooms.Client, 0, time.Hour), alumni))
	p := v.People[0]
	if p.Attended != 60 || len(p.Days) != 1 || len(p.Sessions) != 1 || len(p.Alumni) != 1 || *p.Alumni[0].Minutes != 60 || !v.Final {
		t.Errorf("%+v", p)
	}
}

func TestMakeUp(t *testing.T) {
	other := evening("fri", "2026-10-09T10:00").edit(func(s *Session) { s.Roster, s.Title = nil, "Morning" })
	private := evening("private", "2026-10-09T14:00").edit(func(s *Session) { s.Roster, s.Kind = nil, "individual" })
	in := input(mon.came("ana", rooms.Client, 0, time.Hour), wed.came("ana", rooms.Client, 0, 3*time.Hour), toCome(thu), toCome(other), toCome(private))
	in.Now = local("2026-10-08T12:00")
	p := Compute(in).People[0]
	if *p.Missing != 300 || p.Left != 180 || len(p.MakeUp) != 2 || p.MakeUp[1].Session != "fri" || p.MakeUp[1].Seated || p.By != "2026-10-09" {
		t.Errorf("%+v", p)
	}
	if want := "4 h of 9 h attended; 5 h are missing and can be made up until Fri, Oct 9, 2026, in Evening, Morning."; p.Stands.Sentence != want {
		t.Errorf("stands %q", p.Stands.Sentence)
	}
	in.Sessions = in.Sessions[:3]
	p = Compute(in).People[0]
	if want := "4 h of 9 h attended; of 5 h missing only 3 h can be made up, until Thu, Oct 8, 2026, in Evening."; p.Stands.Sentence != want {
		t.Errorf("stands %q", p.Stands.Sentence)
	}
}

// What the person's own sessions to come still hold is no problem, nor is the
// rest of one that is on.
func TestOnTrack(t *testing.T) {
	live := wed.came("ana", rooms.Client, 0, 10*time.Minute).edit(func(s *Session) { s.State, s.Final, s.Signed = Running, false, false })
	in := input(mon.came("ana", rooms.Client, 0, 3*time.Hour), live, toCome(thu))
	in.Now = local("2026-10-07T18:10")
	in.People[0].Payer = payer(Rule{ID: "d", Kind: MinDayMinutes, Value: 180})
	in.People[0].Payer.Billing = []Billing{{Unit: PerDay, Code: "H0015", PlaceOfService: PlaceOfService{"10", "02"}, MinMinutesPerUnit: 180}}
	v := Compute(in)
	p := v.People[0]
	if want := "3 h 10 min of 9 h attended; the other 5 h 50 min can still be attended until Thu, Oct 8, 2026, in Evening."; p.Stands.Sentence != want {
		t.Errorf("stands %q", p.Stands.Sentence)
	}
	if p.Left != 350 || len(v.Problems) != 1 || v.Problems[0].Code != "week.session.running" {
		t.Errorf("left %d, problems %+v", p.Left, v.Problems)
	}
	in.Now = local("2026-10-07T18:30")
	if p := Compute(in).People[0]; p.Left != 330 || p.Stands.Key != "week.prescribed.too_late" {
		t.Errorf("20 minutes were missed: %+v", p.Stands)
	}
	for i := range in.Sessions {
		in.Sessions[i].Rules.CountBreaks = false
	}
	if p := Compute(in).People[0]; p.Left != 300 {
		t.Errorf("left %d, want both breaks out", p.Left)
	}
}

// A rule and a line that say the same are one problem, and so are a rule and
// what is prescribed.
func TestSaidOnce(t *testing.T) {
	short := mon.came("ana", rooms.Client, 0, 2*time.Hour)
	nowhere := wed.came("ana", rooms.Client, 0, 3*time.Hour).edit(func(s *Session) { s.Rows[1].Location = "" })
	in := input(short, nowhere)
	in.People[0].Payer = payer(Rule{ID: "w", Kind: MinWeekMinutes, Value: 540}, Rule{ID: "d", Kind: MinDayMinutes, Value: 180},
		Rule{ID: "e", Kind: MinDayMinutes, Value: 180}, Rule{ID: "h", Kind: AllowedLocation, Locations: []string{"home"}})
	in.People[0].Payer.Billing = []Billing{{Unit: PerDay, Code: "H0015", PlaceOfService: PlaceOfService{"10", "02"}, MinMinutesPerUnit: 180}}
	var codes []string
	for _, p := range Compute(in).Problems {
		codes = append(codes, p.Code)
	}
	if want := []string{"week.prescribed.short", "line.place_unknown", "rule.min_day_minutes.bad"}; !slices.Equal(codes, want) {
		t.Errorf("problems %v, want %v", codes, want)
	}
}

func TestUnknownIsNotNought(t *testing.T) {
	in := input(toCome(mon))
	in.Now = local("2026-10-05T09:00")
	in.People[0].Prescribed = nil
	in.People = append(in.People, Person{ID: "nobody"})
	v := Compute(in)
	text, err := json.Marshal(v.People[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"prescribed_minutes":null`, `"missing_minutes":null`, `"minutes":null`, `"status":"planned"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if len(v.People) != 1 || v.Totals.Unknown != 1 || v.Over {
		t.Errorf("%+v", v)
	}
}

func TestProblemsOfSessions(t *testing.T) {
	unsigned := mon.came("ana", rooms.Client, 0, time.Hour).edit(func(s *Session) { s.Signed = false })
	live := wed.came("ana", rooms.Client, 0, time.Hour).edit(func(s *Session) { s.State, s.Final, s.Signed = Running, false, false })
	v := Compute(input(unsigned, live, toCome(thu)))
	var codes []string
	for _, p := range v.Problems {
		codes = append(codes, p.Code)
	}
	want := []string{"week.session.not_opened", "week.session.unsigned", "week.prescribed.short", "week.session.running", "week.payer.none"}
	if !slices.Equal(codes, want) {
		t.Errorf("problems %v, want %v", codes, want)
	}
	if len(v.Unsigned) != 1 || v.Unsigned[0].Session != "mon" || v.Over || v.Final || !v.People[0].Provisional {
		t.Errorf("%+v", v)
	}
}

// A session belongs to the local date of its planned start, also in the weeks
// in which the clocks change and where days begin elsewhere.
func TestLocalDates(t *testing.T) {
	for _, c := range []struct{ zone, of, start, from, to string }{
		{"America/New_York", "2026-11-01", "sunday", "2026-11-01T04:00:00Z", "2026-11-08T05:00:00Z"},
		{"America/New_York", "2026-03-08", "monday", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"America/Santiago", "2026-09-06", "sunday", "2026-09-06T04:00:00Z", "2026-09-13T03:00:00Z"}, // midnight is skipped
		{"America/Havana", "2026-11-01", "sunday", "2026-11-01T04:00:00Z", "2026-11-08T05:00:00Z"},   // midnight comes twice
		{"Pacific/Kiritimati", "2026-10-05", "monday", "2026-10-04T10:00:00Z", "2026-10-11T10:00:00Z"},
		{"Asia/Kathmandu", "2026-10-07", "saturday", "2026-10-02T18:15:00Z", "2026-10-09T18:15:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		var day attendance.Day
		if err := day.UnmarshalText([]byte(c.start)); err != nil {
			t.Fatal(err)
		}
		from, to := Bounds(First(Date(c.of), day), zone)
		if from.Format(time.RFC3339) != c.from || to.Format(time.RFC3339) != c.to {
			t.Errorf("%s %s: [%s, %s), want [%s, %s)", c.zone, c.of, from.Format(time.RFC3339), to.Format(time.RFC3339), c.from, c.to)
		}
	}
	late := evening("late", "2026-10-11T23:30").came("ana", rooms.Client, 0, 3*time.Hour) // runs into Monday
	if v := Compute(input(late)); len(v.People[0].Sessions) != 1 || v.People[0].Days[0].Date != "2026-10-11" {
		t.Errorf("%+v", v.People)
	}
}
