package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestIndependentRules holds random rules of the accepted subset against two
// calendars that share nothing with this package: ical.js, and a walk over the
// days that is written from RFC 5545 alone.
//
// ical.js is the judge of every rule but those in brokenElsewhere, for which
// the walk over the days is. VESPER_SEED repeats a run.
func TestIndependentRules(t *testing.T) {
	const rules = 1000
	seed := uint64(5545)
	if text := os.Getenv("VESPER_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	other := newReader(t)
	agreed, left := 0, map[string]int{}
	for agreed < rules {
		r := randomRule(random)
		text, start := r.String(), r.start
		until := start.asUTC().AddDate(6, 0, 0)
		s := evening()
		s.Zone, s.Rule, s.Start = "UTC", text, start
		ours, byHand := dates(t, s, always, until), r.byHand(until)
		if !slices.Equal(ours, byHand) {
			t.Errorf("seed %d: %s from %s: got %v, a walk over the days gives %v", seed, text, start, ours, byHand)
		}
		if class := r.brokenElsewhere(); class != "" {
			left[class]++
			continue
		}
		if len(byHand) == 0 {
			continue // its first date is years away
		}
		var theirs struct {
			Dates []string
			Error string
		}
		// A DTSTART that the rule does not give is undefined (3.8.5.3): a calendar
		// is handed the first date, as ours are.
		other.ask(map[string]any{"rule": r.sorted().String(), "start": byHand[0] + ":00", "until": until.Format("2006-01-02T15:04:05"), "limit": MaxOccurrences}, &theirs)
		if theirs.Error != "" || !slices.Equal(ours, theirs.Dates) {
			t.Errorf("seed %d: %s from %s: got %v, ical.js gives %v %s", seed, text, start, ours, theirs.Dates, theirs.Error)
		}
		agreed++
	}
	t.Logf("seed %d: %d rules agree with ical.js; left to the walk over the days: %v", seed, agreed, left)
}

// TestTheRestIsRefused spoils random rules with what is not of the subset: each
// is refused with a reason.
func TestTheRestIsRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(5545, 2))
	for range 1000 {
		r := randomRule(random)
		spoiled, code := r.String(), ""
		switch random.IntN(7) {
		case 0:
			spoiled, code = strings.Replace(spoiled, r.freq, []string{"HOURLY", "MINUTELY", "SECONDLY"}[random.IntN(3)], 1), CodeFrequency
		case 1:
			spoiled, code = spoiled+[]string{";BYHOUR=", ";BYMINUTE=", ";BYSECOND="}[random.IntN(3)]+strconv.Itoa(random.IntN(24)), CodeFrequency
		case 2:
			spoiled, code = spoiled+";RSCALE=GREGORIAN", CodeRulePart
		case 3:
			spoiled, code = spoiled+";FREQ=DAILY", CodeRulePart
		case 4:
			spoiled, code = "FREQ=YEARLY;BYDAY=MO;BYWEEKNO="+strconv.Itoa([]int{52, 53, -1, -20, 0}[random.IntN(5)]), CodeRuleValue
		case 5:
			spoiled, code = "FREQ=DAILY;COUNT=3;UNTIL=20271231", CodeCountUntil
		case 6:
			spoiled, code = strings.ReplaceAll(spoiled, ";", ","), CodeRuleSyntax
			if !strings.Contains(spoiled, ",") {
				continue
			}
		}
		s := evening()
		s.Rule, s.Start = spoiled, r.start
		var wrong Errors
		if err := s.Validate(); !errors.As(err, &wrong) || wrong[0].Code != code || wrong[0].Field != "rule" || !strings.HasSuffix(wrong[0].Message, ".") {
			t.Errorf("%s: got %v, want %s with a sentence", spoiled, err, code)
		}
	}
}

// randomParts is a rule drawn from the accepted subset.
type randomParts struct {
	freq                                         string
	interval, count                              int
	until                                        time.Time
	wkst                                         time.Weekday
	hasWkst                                      bool
	months, weeks, yeardays, monthdays, position []int
	days                                         []numbered
	start                                        LocalTime
}

type numbered struct {
	day time.Weekday
	n   int
}

func (n numbered) String() string {
	if n.n == 0 {
		return dayNames[n.day]
	}
	return strconv.Itoa(n.n) + dayNames[n.day]
}

func (r randomParts) String() string {
	text := "FREQ=" + r.freq
	add := func(name, value string) {
		if value != "" {
			text += ";" + name + "=" + value
		}
	}
	if r.interval > 1 {
		add("INTERVAL", strconv.Itoa(r.interval))
	}
	if r.hasWkst {
		add("WKST", dayNames[r.wkst])
	}
	add("BYMONTH", joined(r.months))
	add("BYWEEKNO", joined(r.weeks))
	add("BYYEARDAY", joined(r.yeardays))
	add("BYMONTHDAY", joined(r.monthdays))
	add("BYDAY", joined(r.days))
	add("BYSETPOS", joined(r.position))
	if r.count > 0 {
		add("COUNT", strconv.Itoa(r.count))
	}
	if !r.until.IsZero() {
		add("UNTIL", r.until.Format("20060102T150405"))
	}
	return text
}

// sorted is the same rule with its lists in order.
func (r randomParts) sorted() randomParts {
	for _, list := range []*[]int{&r.months, &r.weeks, &r.yeardays, &r.monthdays, &r.position} {
		*list = slices.Clone(*list)
		slices.Sort(*list)
	}
	return r
}

func joined[T any](list []T) string {
	var all []string
	for _, one := range list {
		all = append(all, fmt.Sprint(one))
	}
	return strings.Join(all, ",")
}

// randomRule draws until the rule is one that is accepted.
func randomRule(random *rand.Rand) randomParts {
	for {
		r := drawParts(random)
		s := evening()
		s.Zone, s.Rule, s.Start = "UTC", r.String(), r.start
		if s.Validate() == nil {
			return r
		}
	}
}

func drawParts(random *rand.Rand) randomParts {
	chance := func(percent int) bool { return random.IntN(100) < percent }
	some := func(most, low, high int, signed bool) []int {
		var list []int
		for range 1 + random.IntN(most) {
			n := low + random.IntN(high-low+1)
			if signed && chance(30) {
				n = -n
			}
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
		return list
	}
	start := time.Date(2024, 1, 1, random.IntN(24), 15*random.IntN(4), 0, 0, time.UTC).AddDate(0, 0, random.IntN(1500))
	r := randomParts{start: wallOf(start), interval: 1, wkst: time.Monday}
	r.freq = []string{"DAILY", "WEEKLY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"}[random.IntN(7)]
	if chance(40) {
		r.interval = 1 + random.IntN(4)
	}
	if chance(30) {
		r.wkst, r.hasWkst = time.Weekday(random.IntN(7)), true
	}
	if chance(25) {
		r.months = some(4, 1, 12, false)
	}
	if r.freq == "YEARLY" && chance(15) {
		r.weeks = some(3, 1, 51, false)
	}
	if r.freq == "YEARLY" && chance(15) {
		r.yeardays = some(3, 1, 366, true)
	}
	if r.freq != "WEEKLY" && chance(35) {
		r.monthdays = some(3, 1, 31, true)
	}
	if chance(75) {
		for range 1 + random.IntN(4) {
			day := numbered{day: time.Weekday(random.IntN(7))}
			if (r.freq == "MONTHLY" || r.freq == "YEARLY") && len(r.weeks) == 0 && chance(40) {
				if day.n = 1 + random.IntN(5); chance(40) {
					day.n = -day.n
				}
			}
			if !slices.Contains(r.days, day) {
				r.days = append(r.days, day)
			}
		}
	}
	if chance(15) {
		r.position = some(2, 1, 4, true)
	}
	switch {
	case chance(35):
		r.count = 1 + random.IntN(40)
	case chance(35):
		r.until = start.AddDate(0, 0, random.IntN(900))
	}
	return r
}
