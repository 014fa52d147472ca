package week

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

func payer(rules ...Rule) *Payer {
	return &Payer{Payer: "p", Name: "P", Version: 3, Rules: rules}
}

func judged(t *testing.T, p *Payer, sessions ...Session) PersonOf {
	t.Helper()
	if bad := p.Check(); len(bad) > 0 {
		t.Fatal(bad)
	}
	in := input(sessions...)
	in.People = []Person{ana}
	in.People[0].Payer = p
	return Compute(in).People[0]
}

func TestRules(t *testing.T) {
	short := mon.came("ana", rooms.Client, 0, 130*time.Minute)
	full := wed.came("ana", rooms.Client, 0, 3*time.Hour)
	away := thu.came("ana", rooms.Client, 0, 3*time.Hour).edit(func(s *Session) {
		s.Rows[1].Location, s.Rows[1].AudioOnlySeconds = "elsewhere", new(int64(7200))
	})
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{Rule{Kind: MinWeekMinutes, Value: 540}, "8 h 10 min of 9 h attended; 50 min are missing."},
		{Rule{Kind: MinWeekMinutes, Value: 491}, "8 h 10 min of 8 h 11 min attended; 1 min is missing."},
		{Rule{Kind: MinWeekMinutes, Value: 490}, "ok"},
		{Rule{Kind: MaxWeekMinutes, Value: 480}, "8 h 10 min attended; that is 10 min over the 8 h a week allowed."},
		{Rule{Kind: MaxWeekMinutes, Value: 490}, "ok"},
		{Rule{Kind: MinDayMinutes, Value: 180}, "On Mon, Oct 5, 2026, 2 h 10 min of 3 h attended; 50 min are missing."},
		{Rule{Kind: MaxDayMinutes, Value: 170}, "On Wed, Oct 7, 2026, 3 h attended; that is 10 min over the 2 h 50 min a day allowed. On Thu, Oct 8, 2026, 3 h attended; that is 10 min over the 2 h 50 min a day allowed."},
		{Rule{Kind: MinDaysWeek, Value: 3, DayMinutes: 180}, "2 of 3 days of at least 3 h attended; 1 is missing."},
		{Rule{Kind: MinDaysWeek, Value: 3, DayMinutes: 120}, "ok"},
		{Rule{Kind: MaxDaysWeek, Value: 1}, "2 days of at least 3 h attended; at most 1 allowed."},
		{Rule{Kind: MinServicesDay, Value: 2, ServiceMinutes: 30}, "On Mon, Oct 5, 2026, 1 of 2 different services of at least 30 min attended."},
		{Rule{Kind: MinServicesDay, Value: 2}, "ok"},
		{Rule{Kind: GroupSize, Min: 2, Max: 12}, "The group of Mon, Oct 5, 2026 had 1 client; at least 2 asked for. The group of Wed, Oct 7, 2026 had 1 client; at least 2 asked for. The group of Thu, Oct 8, 2026 had 1 client; at least 2 asked for."},
		{Rule{Kind: GroupSize, Max: 12, PerFacilitator: 10}, "ok"},
		{Rule{Kind: AllowedLocation, Locations: []string{"home"}}, "On Thu, Oct 8, 2026, the place was somewhere else, which is not among those allowed."},
		{Rule{Kind: MaxAudioOnlyPercent, Value: 20}, "2 h of 8 h 10 min were without a camera: 25 %, at most 20 % allowed."},
		{Rule{Kind: MaxAudioOnlyPercent, Value: 25}, "ok"},
	} {
		c.rule.ID = "r"
		var said []string
		for _, o := range judged(t, payer(c.rule), short, full, away).Rules {
			if o.OK {
				said = append(said, "ok")
				continue
			}
			said = append(said, o.Sentence)
			if place, ok := o.Values["place"]; ok && place != "elsewhere" {
				t.Errorf("another language gets the place as %q", place)
			}
			if strings.Contains(o.Sentence, "{") || strings.Contains(o.Sentence, "nil") {
				t.Errorf("%s: %q lacks a value", o.Key, o.Sentence)
			}
		}
		if got := strings.Join(said, " "); got != c.want {
			t.Errorf("%+v:\n got %q\nwant %q", c.rule, got, c.want)
		}
	}
}

func TestMinimaStayOpen(t *testing.T) {
	in := input(mon.came("ana", rooms.Client, 0, 3*time.Hour), toCome(thu))
	in.Now = local("2026-10-06T12:00")
	in.People = []Person{ana}
	in.People[0].Payer = payer(Rule{ID: "w", Kind: MinWeekMinutes, Value: 540}, Rule{ID: "m", Kind: MaxWeekMinutes, Value: 60})
	v := Compute(in)
	rules := v.People[0].Rules
	if rules[0].OK || !rules[0].Open || rules[1].OK || rules[1].Open {
		t.Errorf("%+v", rules)
	}
	for _, p := range v.Problems {
		if p.Code == "rule.min_week_minutes.bad" {
			t.Error("what can still be met is no problem yet")
		}
	}
}

func TestLines(t *testing.T) {
	perDay := Billing{Unit: PerDay, Code: "H0015", Modifiers: Modifiers{"95", "93"}, PlaceOfService: PlaceOfService{"10", "02"}, MinMinutesPerUnit: 180}
	p := payer()
	p.Billing = []Billing{perDay}
	full := mon.came("ana", rooms.Client, 0, 3*time.Hour)
	short := wed.came("ana", rooms.Client, 0, 170*time.Minute)
	silent := thu.came("ana", rooms.Client, 0, 3*time.Hour).edit(func(s *Session) {
		s.Rows[1].Location, s.Rows[1].AudioOnlySeconds = "elsewhere", new(int64(3*3600))
	})
	got := ""
	for _, l := range judged(t, p, full, short, silent).Lines {
		got += fmt.Sprintf("%s %s-%s %s %d", l.Date, l.Code, l.Modifier, l.Place, l.Units)
		for _, r := range l.Reasons {
			got += " " + r.Sentence
		}
		got += "\n"
	}
	want := "2026-10-05 H0015-95 10 1\n2026-10-07 H0015-95 10 0 On Wed, Oct 7, 2026, 2 h 50 min attended; a unit needs 3 h.\n2026-10-08 H0015-93 02 1\n"
	if got != want {
		t.Errorf("lines\n%swant\n%s", got, want)
	}
}

func TestLinesSayWhatStandsAgainstThem(t *testing.T) {
	p := payer(Rule{ID: "nine-hours", Kind: MinWeekMinutes, Value: 540, Blocks: true})
	p.Billing = []Billing{{Unit: PerSession, Code: "H0015", PlaceOfService: PlaceOfService{Home: "10"}}}
	s := mon.came("ana", rooms.Client, 0, time.Hour).edit(func(s *Session) { s.Signed, s.Rows[1].Location = false, "" })
	line := judged(t, p, s).Lines[0]
	if !line.Blocked || len(line.Reasons) != 3 || line.Session != "mon" || line.Reasons[2].Values["because"] == "" {
		t.Errorf("%+v", line)
	}
	p.Billing[0].Kinds = []rooms.SegmentKind{rooms.Individual}
	line = judged(t, p, s).Lines[0]
	if !line.Blocked || line.Reasons[0].Key != "line.no_code" {
		t.Errorf("a day for which there is no code: %+v", line)
	}
}

func TestQuarters(t *testing.T) {
	second := evening("second", "2026-10-05T20:30").edit(func(s *Session) { s.Plan.Series = "other" })
	for least, want := range map[int64]string{0: "[8 9]", 8: "[9 9]"} {
		p := payer()
		p.Billing = []Billing{{Unit: Quarter, Code: "H0004", PlaceOfService: PlaceOfService{"10", "02"}, MinMinutesPerUnit: least}}
		// 130 min and then 150, of which the first 10 are the other's too.
		lines := judged(t, p, mon.came("ana", rooms.Client, 30*time.Minute, 160*time.Minute), second.came("ana", rooms.Client, 0, 145*time.Minute)).Lines
		got := fmt.Sprint([]int64{lines[0].Units, lines[1].Units})
		if got != want || lines[1].Minutes != 135 || len(lines[1].Notes) != 1 {
			t.Errorf("least %d: %s, want %s; %+v", least, got, want, lines[1])
		}
	}
}

func TestBadPayers(t *testing.T) {
	for field, p := range map[string]Payer{
		"payer":                            {Payer: "Big Payer", Name: "x"},
		"name":                             {Payer: "p"},
		"from":                             {Payer: "p", Name: "x", From: "2026-02-30"},
		"rules[1].id":                      {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: MinWeekMinutes, Value: 1}, {ID: "a", Kind: MinWeekMinutes, Value: 1}}},
		"rules[0].value":                   {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: MinDaysWeek, Value: 8}}},
		"rules[0].kind":                    {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: "phase_of_moon"}}},
		"rules[0].min":                     {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: GroupSize}}},
		"rules[0].max":                     {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: GroupSize, Min: 5, Max: 4}}},
		"rules[0].locations":               {Payer: "p", Name: "x", Rules: []Rule{{ID: "a", Kind: AllowedLocation}}},
		"billing[0].unit":                  {Payer: "p", Name: "x", Billing: []Billing{{Unit: "hour", Code: "H0015"}}},
		"billing[0].code":                  {Payer: "p", Name: "x", Billing: []Billing{{Unit: PerDay, Code: "=1+1"}}},
		"billing[0].place_of_service.home": {Payer: "p", Name: "x", Billing: []Billing{{Unit: PerDay, Code: "H0015", PlaceOfService: PlaceOfService{Home: "home"}}}},
		"billing[0].kinds":                 {Payer: "p", Name: "x", Billing: []Billing{{Unit: PerDay, Code: "H0015", Kinds: []rooms.SegmentKind{rooms.Break}}}},
		"billing[0].min_minutes_per_unit":  {Payer: "p", Name: "x", Billing: []Billing{{Unit: Quarter, Code: "H0015", MinMinutesPerUnit: 16}}},
		"billing[0].audio_only_percent":    {Payer: "p", Name: "x", Billing: []Billing{{Unit: PerDay, Code: "H0015", AudioOnlyPercent: 101}}},
	} {
		if bad := p.Check(); len(bad) != 1 || bad[0].Field != field {
			t.Errorf("%s: %v", field, bad)
		}
	}
}

func BenchmarkCompute(b *testing.B) {
	for _, people := range []int{12, 40, 480} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			in := input()
			p := payer(Rule{ID: "w", Kind: MinWeekMinutes, Value: 540, Blocks: true}, Rule{ID: "d", Kind: MinDaysWeek, Value: 3}, Rule{ID: "g", Kind: GroupSize, Max: 12})
			p.Billing = []Billing{{Unit: PerDay, Code: "H0015", PlaceOfService: PlaceOfService{"10", "02"}}}
			in.People = nil
			for n := range people {
				in.People = append(in.People, Person{ID: rooms.PersonID(fmt.Sprint(n)), Prescribed: new(int64(540)), Payer: p})
			}
			for n := range max(25, people/4) {
				s := evening(fmt.Sprint(n), fmt.Sprintf("2026-10-%02dT18:00", 5+n%5)).came("dana", rooms.Facilitator, 0, 3*time.Hour)
				for k := range 12 {
					s = s.came(in.People[(n*7+k)%people].ID, rooms.Client, 0, 170*time.Minute)
				}
				in.Sessions = append(in.Sessions, s)
			}
			for b.Loop() {
				Compute(in)
			}
		})
	}
}
