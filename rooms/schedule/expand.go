package schedule

import (
	"time"

	"github.com/teambition/rrule-go"
)

// horizonShift is added to every year that the library sees. Its calendar ends
// with the year 9999 and a rule that never comes true is searched for until
// then; 7600 years closer to that end the search is short. The calendar repeats
// every 400 years, days of the week included, so nothing else changes. A series
// ends with the year 2399.
const horizonShift = 7600

// expansion walks the dates of a rule in order. It is used once.
type expansion struct {
	rule  rule
	start LocalTime
	zone  *time.Location
	walk  rrule.Next
	given int
}

// occasion is one date of a rule: what the wall clock should show, and when
// that is.
type occasion struct {
	wall LocalTime
	at   time.Time
}

var mondayToSunday = [7]rrule.Weekday{rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU}

func expand(r rule, start LocalTime, zone *time.Location) (*expansion, *Error) {
	option := r.option
	option.Dtstart = start.asUTC().AddDate(horizonShift, 0, 0)
	day := (int(option.Dtstart.Weekday()) + 6) % 7 // from Monday
	bare := len(option.Byweekday)+len(option.Bymonthday)+len(option.Byyearday) == 0
	if bare && (option.Freq == rrule.WEEKLY || len(option.Byweekno) > 0) {
		// The start says which day of a week; the library would take all seven
		// of a numbered week.
		option.Byweekday = []rrule.Weekday{mondayToSunday[day]}
	}
	if option.Freq == rrule.WEEKLY {
		// The library takes the first week from DTSTART on, and BYSETPOS would
		// choose from that part. It is given the whole week.
		option.Dtstart = option.Dtstart.AddDate(0, 0, -((day - option.Wkst.Day() + 7) % 7))
	}
	compiled, err := rrule.NewRRule(option)
	if err != nil {
		return nil, refuse(CodeRuleValue, "rule", "The rule is not a recurrence rule of RFC 5545.")
	}
	return &expansion{rule: r, start: start, zone: zone, walk: compiled.Iterator()}, nil
}

// endless reports whether the rule has no end.
func (e *expansion) endless() bool {
	return e.rule.count == 0 && e.rule.untilAt.IsZero() && e.rule.untilWall.IsZero()
}

// next returns the next date, and false when there is none.
func (e *expansion) next() (occasion, bool) {
	for {
		t, ok := e.walk()
		if !ok || e.rule.count > 0 && e.given == e.rule.count {
			return occasion{}, false
		}
		t = t.AddDate(-horizonShift, 0, 0)
		if t.Before(e.start.asUTC()) {
			continue
		}
		if !e.rule.untilWall.IsZero() && t.After(e.rule.untilWall) {
			return occasion{}, false
		}
		e.given++
		wall := wallOf(t)
		at := instant(wall, e.zone)
		if !e.rule.untilAt.IsZero() && at.After(e.rule.untilAt) {
			return occasion{}, false
		}
		return occasion{wall, at}, true
	}
}
