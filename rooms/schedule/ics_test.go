package schedule

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// readEvent is an occurrence as the other calendar has it.
type readEvent struct{ UID, Start, End string }

type readProperty struct {
	Name   string
	Params map[string]any
	Value  string
}

type readCalendar struct {
	Method      string
	Zones       []string
	Events      [][]readProperty
	Occurrences []readEvent
	Error       string
}

func (r *reader) calendar(ics []byte, until time.Time) readCalendar {
	r.t.Helper()
	var answer readCalendar
	r.ask(map[string]any{"ics": string(ics), "until": until.Format(time.RFC3339)}, &answer)
	if answer.Error != "" {
		r.t.Fatalf("the other calendar: %s in\n%s", answer.Error, ics)
	}
	return answer
}

func invitation(s Series) Invite {
	return Invite{
		UID: UID(s.ID, "seat"), Sequence: s.Sequence, Stamp: time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC), Series: s,
		Summary: "Appointment", Organizer: "desk@clinic.example", Attendee: "someone@mail.example",
	}
}

// TestICSOccurrences holds every evening of two years, with what is skipped and
// moved, against ical.js, in zones whose clocks change in their own ways. It
// reads the time zones that are in the file, and no others.
func TestICSOccurrences(t *testing.T) {
	other := newReader(t)
	for _, zone := range []string{
		"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Africa/Cairo",
		"Africa/Casablanca", "Europe/Dublin", "Asia/Jerusalem", "Pacific/Auckland", "America/Phoenix", "UTC",
	} {
		for _, test := range []struct{ name, rule, start string }{
			{"open end", "FREQ=WEEKLY;BYDAY=MO,WE,TH", "2026-02-02T17:30"},
			{"a date", "FREQ=WEEKLY;BYDAY=TU,SU;UNTIL=20271231", "2026-02-01T09:15"},
			{"a number", "FREQ=DAILY;COUNT=700", "2026-02-03T18:00"},
			{"months", "FREQ=MONTHLY;BYDAY=-1FR,2TU", "2026-02-01T12:00"},
			{"every other week from the day before", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "2026-02-07T23:45"},
		} {
			s := evening()
			s.Zone, s.Rule, s.Start = zone, test.rule, mustLocal(test.start)
			from, until := s.Start.asUTC().AddDate(0, 0, -2), s.Start.asUTC().AddDate(2, 0, 0)
			plain, err := s.Occurrences(from, until)
			if err != nil {
				t.Fatal(err)
			}
			s = s.Skipped(plain[0].RecurrenceID.LocalDate, true).Skipped(plain[7].RecurrenceID.LocalDate, true)
			to := plain[10].RecurrenceID
			to.Hour, to.Minute = (to.Hour+3)%24, 30
			s = s.Moved(plain[10].RecurrenceID, to)
			text, err := ICS(Request, invitation(s))
			if err != nil {
				t.Fatal(err)
			}
			want, err := s.Occurrences(from, until)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, zone+"/"+test.name, want, other.calendar(text, until).Occurrences)
		}
	}
}

// compare holds evenings against those of the other calendar. It is no judge
// of two things. Of a reading that comes twice it takes the second, where RFC
// 5545, 3.3.5, takes the first; and it lets three hours be less or more when
// the clocks change in them, where 3.3.6 has hours be hours.
func compare(t *testing.T, name string, want []Occurrence, got []readEvent) {
	t.Helper()
	for i, o := range want {
		zone, err := time.LoadLocation(o.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if i < len(got) && doubled(o.Start, zone) {
			continue
		}
		start, end := o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339)
		_, before := o.Start.In(zone).Zone()
		if _, after := o.End.In(zone).Zone(); i < len(got) && (before != after || doubled(o.End, zone)) {
			end = got[i].End
		}
		if i >= len(got) || got[i].Start != start || got[i].End != end {
			t.Errorf("%s: evening %d is %s to %s, the other calendar has %v", name, i, start, end, got[min(i, len(got)):min(i+1, len(got))])
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: the other calendar has %d evenings, want %d", name, len(got), len(want))
	}
}

// TestZonesAgree holds the zones that are written against tzdata, at every
// quarter of an hour around each change and each week between, for the whole of
// what they must cover.
func TestZonesAgree(t *testing.T) {
	other := newReader(t)
	for _, name := range []string{
		"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Europe/Dublin",
		"Asia/Jerusalem", "America/Nuuk", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham", "America/Havana",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, since := range []time.Time{time.Date(2005, 3, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 5, 22, 0, 0, 0, time.UTC)} {
			until := since.AddDate(openSpan, 0, 0)
			var w icsWriter
			w.line("BEGIN", "VCALENDAR")
			w.writeZone(zone, since, until)
			w.line("END", "VCALENDAR")
			var walls []string
			var want []int
			add := func(at time.Time) {
				// A reading that comes twice or not at all has no one offset.
				wall := wallOf(at.In(zone))
				if again := instant(wall, zone); !at.Before(since) && at.Before(until) && again.Equal(at) && !doubled(at, zone) {
					_, offset := at.In(zone).Zone()
					walls, want = append(walls, wall.String()+":00"), append(want, offset)
				}
			}
			for at := since; at.Before(until); at = at.AddDate(0, 0, 7) {
				add(at)
			}
			for _, s := range shifts(zone, since, until) {
				for n := -12; n < 12; n++ {
					add(s.at.Add(time.Duration(n) * 15 * time.Minute))
				}
			}
			var answer struct {
				Offsets []int
				Error   string
			}
			other.ask(map[string]any{"ics": w.String(), "walls": walls}, &answer)
			if answer.Error != "" || len(answer.Offsets) != len(want) {
				t.Fatalf("%s: %s", name, answer.Error)
			}
			for i := range want {
				if answer.Offsets[i] != want[i] {
					t.Errorf("%s since %d: at %s the zone that is written has %d s, tzdata %d s", name, since.Year(), walls[i], answer.Offsets[i], want[i])
					break
				}
			}
		}
	}
}

// events are the values of one property, by event.
func (c readCalendar) values(name string) (all [][]string) {
	for _, event := range c.Events {
		var values []string
		for _, p := range event {
			if p.Name == name {
				values = append(values, p.Value)
			}
		}
		all = append(all, values)
	}
	return all
}

func TestICSOfASeat(t *testing.T) {
	other := newReader(t)
	never := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := evening()
	s.Title, s.Rule, s.Sequence = "Relapse prevention IOP", "FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=12", 3
	s = s.Skipped(mustDate("2026-11-26"), true).Moved(mustLocal("2026-12-02T17:30"), mustLocal("2026-12-04T19:00"))
	i := invitation(s)
	i.Description, i.URL = "Line one;\nline two, \\ and a long tail of ümläuts "+strings.Repeat("ü", 90), "https://clinic.example/e"
	text, err := ICS(Request, i)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.SplitAfter(text, []byte("\r\n")) {
		if len(line) > 77 || !utf8.Valid(line) || bytes.ContainsAny(bytes.TrimSuffix(line, []byte("\r\n")), "\r\n\x00") {
			t.Errorf("a line of %d octets that is not whole: %q", len(line), line)
		}
	}
	if strings.Contains(string(text), "Relapse") || strings.Contains(string(text), "IOP") {
		t.Error("the title of the series is in the calendar")
	}
	read := other.calendar(text, never)
	got := fmt.Sprint(read.Method, read.Zones, read.values("uid"), read.values("sequence"), read.values("recurrence-id"), read.values("exdate"), read.values("summary"))
	want := "REQUEST[America/New_York] [[series.seat@vesper] [series.seat@vesper]] [[3] [3]] [[] [2026-12-02T17:30:00]] [[2026-11-26T17:30:00] []] [[Appointment] [Appointment]]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if d := read.values("description")[0][0]; d != i.Description {
		t.Errorf("the description comes back as %q", d)
	}
	// A seat from the second week on, until before the last evening.
	i.From, i.Until = time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 17, 0, 0, 0, 0, time.UTC)
	i.Without = []LocalTime{mustLocal("2026-12-09T17:30")}
	text, err = ICS(Request, i)
	if err != nil {
		t.Fatal(err)
	}
	var starts []string
	for _, o := range other.calendar(text, never).Occurrences {
		starts = append(starts, o.Start)
	}
	// The moved one of the 2nd, the 3rd, 7th, 10th, 14th and 16th.
	wantStarts := []string{"2026-12-03T22:30:00Z", "2026-12-05T00:00:00Z", "2026-12-07T22:30:00Z", "2026-12-10T22:30:00Z", "2026-12-14T22:30:00Z", "2026-12-16T22:30:00Z"}
	if !slices.Equal(starts, wantStarts) {
		t.Errorf("got  %v\nwant %v", starts, wantStarts)
	}
	i.From = i.Until
	if _, err = ICS(Request, i); !errors.Is(err, ErrNothing) {
		t.Errorf("a seat without an evening: got %v, want ErrNothing", err)
	}
	if text, err = ICS(Publish, i); err != nil || strings.Contains(string(text), "VEVENT") {
		t.Errorf("a feed of it: %v, %s", err, text)
	}
}

func TestICSCancel(t *testing.T) {
	other := newReader(t)
	never := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	i := invitation(evening())
	text, err := ICS(Cancel, i)
	if err != nil {
		t.Fatal(err)
	}
	read := other.calendar(text, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	if got := fmt.Sprint(read.Method, read.values("status"), read.values("uid")); got != "CANCEL[[CANCELLED]] [[series.seat@vesper]]" {
		t.Errorf("got %s", got)
	}
	i.Series = i.Series.Moved(mustLocal("2026-11-25T17:30"), mustLocal("2026-11-27T18:00"))
	i.Series.Rule += ";COUNT=6"
	i.Only = []LocalTime{mustLocal("2026-11-25T17:30"), mustLocal("2026-11-30T17:30")}
	if text, err = ICS(Cancel, i); err != nil {
		t.Fatal(err)
	}
	read = other.calendar(text, never)
	if got := fmt.Sprint(read.values("recurrence-id"), read.values("dtstart"), read.values("rrule")); got !=
		"[[2026-11-25T17:30:00] [2026-11-30T17:30:00]] [[2026-11-27T18:00:00] [2026-11-30T17:30:00]] [[] []]" {
		t.Errorf("got %s", got)
	}
	if optional := invitation(evening()); true {
		optional.Series.Kind = Alumni
		if text, err = ICS(Request, optional); err != nil || !strings.Contains(strings.ReplaceAll(string(text), "\r\n ", ""), "ROLE=OPT-PARTICIPANT") {
			t.Errorf("alumni are invited as if they had to come: %v", err)
		}
	}
}

// No text that somebody can write adds a line, and no log shows one.
func TestICSTakesAnyText(t *testing.T) {
	i := invitation(evening())
	evil := "x\r\nATTENDEE:mailto:evil@mail.example\r\n\x00\x07é;,\\"
	i.Summary, i.Description, i.URL, i.UID, i.Organizer, i.Attendee = evil, evil, evil, evil, evil, evil
	text, err := ICS(Request, i)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for line := range strings.SplitSeq(string(text), "\r\n") {
		if line == "" {
			continue
		}
		names[strings.FieldsFunc(line+":", func(r rune) bool { return r == ':' || r == ';' })[0]]++
	}
	if names["ATTENDEE"] != 1 || names["SUMMARY"] != 1 || strings.ContainsAny(strings.ReplaceAll(string(text), "\r\n", ""), "\r\n\x00\x07") {
		t.Errorf("a text adds lines: %v in %s", names, text)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("sent", "invite", invitation(evening()), "series", evening())
	if strings.Contains(log.String(), "@mail") || strings.Contains(log.String(), "Evening") {
		t.Errorf("the log says %s", log.String())
	}
}
