package schedule

import (
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// rule is a recurrence rule whose every part was checked. The library's own
// parser takes nearly anything, and some of it makes it panic.
type rule struct {
	option rrule.ROption     // without DTSTART, COUNT and UNTIL
	parts  map[string]string // as written, in upper case
	days   []byDay
	count  int // 0: without end
	// At most one of these is set; both are inclusive.
	untilAt   time.Time // an instant
	untilWall time.Time // a wall clock, as if UTC
}

// byDay is one entry of BYDAY; n is 0 for every such day.
type byDay struct {
	day rrule.Weekday
	n   int
}

var weekdays = map[string]rrule.Weekday{
	"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU,
}

var frequencies = map[string]rrule.Frequency{
	"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY,
}

// parseRule reads an RFC 5545 recurrence rule (3.3.10). Names and values may be
// in either case.
func parseRule(text string) (rule, *Error) {
	var r rule
	if len(text) > MaxRule {
		return r, refuse(CodeRuleLength, "rule", "The rule is longer than %d bytes.", MaxRule)
	}
	parts, err := splitRule(text)
	if err != nil {
		return r, err
	}
	r.parts = parts
	freq, ok := parts["FREQ"]
	if !ok {
		return r, refuse(CodeRuleSyntax, "rule", "The rule must say FREQ, for example FREQ=WEEKLY;BYDAY=MO,WE,TH.")
	}
	if r.option.Freq, ok = frequencies[freq]; !ok {
		switch freq {
		case "HOURLY", "MINUTELY", "SECONDLY":
			return r, refuse(CodeFrequency, "rule", "A series can't take place more often than daily.")
		}
		return r, refuse(CodeRuleValue, "rule", "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
	}
	for _, name := range partOrder {
		if value, ok := parts[name]; ok {
			if err := r.set(name, value); err != nil {
				return r, err
			}
		}
	}
	return r, r.fits(parts)
}

// partOrder is the order in which parts are checked, so that the first
// complaint about a rule is always the same.
var partOrder = []string{"INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS"}

// splitRule returns the parts by name, in upper case.
func splitRule(text string) (map[string]string, *Error) {
	parts := make(map[string]string)
	for _, part := range strings.Split(strings.ToUpper(text), ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" || value == "" || strings.Contains(value, "=") {
			return nil, refuse(CodeRuleSyntax, "rule", "The rule must be made of parts like FREQ=WEEKLY, with semicolons between them.")
		}
		switch name {
		case "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS":
		case "BYHOUR", "BYMINUTE", "BYSECOND":
			return nil, refuse(CodeFrequency, "rule", "The time of day comes from the start, so the rule can't say %s.", name)
		default:
			return nil, refuse(CodeRulePart, "rule", "The rule part %.20q is not known.", name)
		}
		if _, twice := parts[name]; twice {
			return nil, refuse(CodeRulePart, "rule", "The rule says %s twice.", name)
		}
		parts[name] = value
	}
	return parts, nil
}

func (r *rule) set(name, value string) (err *Error) {
	switch name {
	case "INTERVAL":
		r.option.Interval, err = parseNumber(name, value, 999)
	case "COUNT":
		r.count, err = parseNumber(name, value, 99_999)
	case "UNTIL":
		err = r.setUntil(value)
	case "WKST":
		day, ok := weekdays[value]
		if !ok {
			return badDay(name)
		}
		r.option.Wkst = day
	case "BYMONTH":
		r.option.Bymonth, err = parseNumbers(name, value, 12, false)
	case "BYWEEKNO":
		// The library takes the days at the turn of some years for the wrong
		// one of weeks 52 and 53; weeks counted from the end suffer from the same.
		r.option.Byweekno, err = parseNumbers(name, value, 51, false)
	case "BYYEARDAY":
		r.option.Byyearday, err = parseNumbers(name, value, 366, true)
	case "BYMONTHDAY":
		r.option.Bymonthday, err = parseNumbers(name, value, 31, true)
	case "BYSETPOS":
		r.option.Bysetpos, err = parseNumbers(name, value, 366, true)
	case "BYDAY":
		r.days, err = parseDays(value)
	}
	return err
}

func (r *rule) setUntil(value string) *Error {
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		r.untilAt = t
		return nil
	}
	if t, err := time.Parse("20060102T150405", value); err == nil {
		r.untilWall = t
		return nil
	}
	t, err := time.Parse("20060102", value)
	if err != nil {
		return refuse(CodeRuleValue, "rule", "UNTIL must be a date or a UTC time, like 20261231 or 20261231T235959Z.")
	}
	r.untilWall = t.Add(24*time.Hour - time.Second)
	return nil
}

// parseNumber reads digits for a value from 1 to high.
func parseNumber(name, value string, high int) (int, *Error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n < 1 || n > uint64(high) {
		return 0, refuse(CodeRuleValue, "rule", "%s must be a number from 1 to %d.", name, high)
	}
	return int(n), nil
}

// parseNumbers reads a list; with signed, a minus counts from the end.
func parseNumbers(name, value string, high int, signed bool) ([]int, *Error) {
	var numbers []int
	for _, item := range strings.Split(value, ",") {
		digits, sign := item, 1
		if signed {
			digits, sign = cutSign(item)
		}
		n, err := parseNumber(name, digits, high)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, sign*n)
	}
	return numbers, nil
}

func parseDays(value string) ([]byDay, *Error) {
	var days []byDay
	for _, item := range strings.Split(value, ",") {
		if len(item) < 2 {
			return nil, badDay("BYDAY")
		}
		number, name := item[:len(item)-2], item[len(item)-2:]
		day, ok := weekdays[name]
		if !ok {
			return nil, badDay("BYDAY")
		}
		entry := byDay{day: day}
		if number != "" {
			digits, sign := cutSign(number)
			n, err := parseNumber("The number in BYDAY", digits, 53)
			if err != nil {
				return nil, err
			}
			entry.n = sign * n
		}
		days = append(days, entry)
	}
	return days, nil
}

func cutSign(s string) (digits string, sign int) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return rest, -1
	}
	return strings.TrimPrefix(s, "+"), 1
}

func badDay(name string) *Error {
	return refuse(CodeRuleValue, "rule", "%s must name days as MO, TU, WE, TH, FR, SA or SU.", name)
}
