package schedule

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// matches says in the plainest way whether a daily, weekly, monthly or yearly
// rule of simple parts has an evening on day. It shares nothing with the
// library.
func matches(r plainRule, start, day time.Time) bool {
	if day.Before(start) {
		return false
	}
	monday := func(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }
	var period int
	switch r.freq {
	case "DAILY":
		period = int(day.Sub(start) / (24 * time.Hour))
	case "WEEKLY":
		period = int(monday(day).Sub(monday(start)) / (7 * 24 * time.Hour))
	case "MONTHLY":
		period = (day.Year()-start.Year())*12 + int(day.Month()-start.Month())
	case "YEARLY":
		period = day.Year() - start.Year()
	}
	if period%r.interval != 0 {
		return false
	}
	if len(r.months) > 0 && !r.months[int(day.Month())] {
		return false
	}
	end := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if len(r.monthdays) > 0 && !r.monthdays[day.Day()] && !r.monthdays[day.Day()-end-1] {
		return false
	}
	if len(r.days) > 0 {
		name := strings.ToUpper(day.Weekday().String()[:2])
		numbers := r.days[name]
		if !numbers[0] && !numbers[(day.Day()+6)/7] && !numbers[-(end-day.Day()+7)/7] {
			return false
		}
	}
	return true
}

type plainRule struct {
	freq      string
	interval  int
	months    map[int]bool
	monthdays map[int]bool
	days      map[string]map[int]bool // 0: every one; numbers are within a month
}

// drawRule makes a rule as text and in the plain form.
func drawRule(t *rapid.T) (string, plainRule) {
	r := plainRule{months: map[int]bool{}, monthdays: map[int]bool{}, days: map[string]map[int]bool{}}
	r.freq = rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	r.interval = rapid.IntRange(1, 5).Draw(t, "interval")
	text := []string{"FREQ=" + r.freq, "INTERVAL=" + strconv.Itoa(r.interval)}
	list := func(name string, values []string) {
		if len(values) > 0 {
			text = append(text, name+"="+strings.Join(values, ","))
		}
	}
	var months, monthdays, days []string
	if rapid.Bool().Draw(t, "months?") || r.freq == "YEARLY" {
		for _, m := range rapid.SliceOfN(rapid.IntRange(1, 12), 1, 4).Draw(t, "months") {
			r.months[m] = true
			months = append(months, strconv.Itoa(m))
		}
	}
	if r.freq != "WEEKLY" && rapid.Bool().Draw(t, "monthdays?") {
		for _, d := range rapid.SliceOfN(rapid.IntRange(1, 31), 1, 4).Draw(t, "monthdays") {
			if rapid.Bool().Draw(t, "from the end") {
				d = -d
			}
			r.monthdays[d] = true
			monthdays = append(monthdays, strconv.Itoa(d))
		}
	}
	if len(monthdays) == 0 || rapid.Bool().Draw(t, "days?") {
		for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}), 1, 3).Draw(t, "days") {
			n := 0
			if r.freq == "MONTHLY" || r.freq == "YEARLY" {
				n = rapid.IntRange(-5, 5).Draw(t, "number")
			}
			if r.days[name] == nil {
				r.days[name] = map[int]bool{}
			}
			r.days[name][n] = true
			if n != 0 {
				name = strconv.Itoa(n) + name
			}
			days = append(days, name)
		}
	}
	list("BYMONTH", months)
	list("BYMONTHDAY", monthdays)
	list("BYDAY", days)
	return strings.Join(text, ";"), r
}

// TestAgainstCalendar compares the expansion with a walk over the calendar.
func TestAgainstCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, plain := drawRule(t)
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 1500).Draw(t, "start"))
		end := start.AddDate(4, 0, 0)
		s := evening()
		s.Zone, s.Rule, s.Start = "UTC", text, wallOf(start)
		found, err := s.Occurrences(start, end)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
			got := len(found) > 0 && found[0].Start.Equal(day)
			if want := matches(plain, start, day); got != want {
				t.Fatalf("%s from %v: %v: got %v, want %v", text, s.Start, wallOf(day).LocalDate, got, want)
			}
			if got {
				found = found[1:]
			}
		}
	})
}

// Weeks are those of ISO 8601 where they begin on Monday, and belong to the
// calendar year in which their days lie.
func TestWeekNumbers(t *testing.T) {
	for _, number := range []int{1, 2, 26, 51} {
		s := evening()
		s.Zone, s.Start = "UTC", mustLocal("2000-01-01T18:00")
		s.Rule = "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYWEEKNO=" + strconv.Itoa(number)
		found, err := s.Occurrences(always, time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		for at := s.Start.asUTC(); at.Year() < 2060; at = at.AddDate(0, 0, 1) {
			_, week := at.ISOWeek()
			got := len(found) > 0 && found[0].Start.Equal(at)
			if got {
				found = found[1:]
			}
			if got != (week == number) {
				t.Errorf("%v is in week %d: got %v for week %d", at, week, got, number)
			}
		}
	}
}

func FuzzRule(f *testing.F) {
	for _, seed := range []string{
		"FREQ=WEEKLY;BYDAY=MO,WE,TH", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYWEEKNO=1,53,-1,-53;BYDAY=SU;WKST=SU", "FREQ=YEARLY;BYDAY=53MO,-53SU,TU", "FREQ=YEARLY;BYYEARDAY=-366,366",
		"FREQ=DAILY;INTERVAL=999;UNTIL=99991231T235959Z", "FREQ=MONTHLY;BYDAY=MO,1TU;BYSETPOS=-366", "freq=weekly;wkst=su;bysetpos=2;byday=su",
		"FREQ=YEARLY;BYWEEKNO=-1;BYMONTH=1;BYMONTHDAY=31;BYYEARDAY=31", "RRULE:FREQ=DAILY\n",
	} {
		f.Add(seed, uint32(20_000))
	}
	f.Fuzz(func(t *testing.T, text string, offset uint32) {
		s := evening()
		s.Rule = text
		// Any day from 1970 to 2199.
		s.Start = wallOf(time.Date(1970, 1, 1, 2, 30, 0, 0, time.UTC).AddDate(0, 0, int(offset%84_000)))
		began := time.Now()
		err := s.Validate()
		found, wrong := s.Occurrences(s.Start.asUTC().AddDate(0, 0, -2), s.Start.asUTC().AddDate(5, 0, 0))
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q took %v", text, took)
		}
		var refused *Error
		if err != nil && !errors.As(err, &refused) || wrong != nil && !errors.As(wrong, &refused) {
			t.Fatalf("%q: got %v and %v, want an *Error", text, err, wrong)
		}
		if (err == nil) != (wrong == nil) && (refused == nil || refused.Code != CodeNoDate) {
			t.Errorf("%q: Validate says %v, Occurrences %v", text, err, wrong)
		}
		for i, o := range found {
			if o.RecurrenceID.asUTC().Before(s.Start.asUTC()) || i > 0 && !o.Start.After(found[i-1].Start) {
				t.Fatalf("%q from %v: %v is out of order", text, s.Start, o.RecurrenceID)
			}
		}
	})
}
