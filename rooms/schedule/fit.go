package schedule

import "github.com/teambition/rrule-go"

// fits checks which parts may stand beside which (RFC 5545, 3.3.10) and readies
// the days for the library.
func (r *rule) fits(parts map[string]string) *Error {
	freq, has := r.option.Freq, func(name string) bool { _, ok := parts[name]; return ok }
	switch {
	case has("COUNT") && has("UNTIL"):
		return refuse(CodeCountUntil, "rule", "The rule can say COUNT or UNTIL, but not both.")
	case has("BYWEEKNO") && freq != rrule.YEARLY:
		return refuse(CodeRulePart, "rule", "BYWEEKNO can only be used with FREQ=YEARLY.")
	case has("BYYEARDAY") && freq != rrule.YEARLY:
		return refuse(CodeRulePart, "rule", "BYYEARDAY can only be used with FREQ=YEARLY.")
	case has("BYMONTHDAY") && freq == rrule.WEEKLY:
		return refuse(CodeRulePart, "rule", "BYMONTHDAY can't be used with FREQ=WEEKLY.")
	case has("BYSETPOS") && !has("BYMONTH") && !has("BYWEEKNO") && !has("BYYEARDAY") && !has("BYMONTHDAY") && !has("BYDAY"):
		return refuse(CodeRulePart, "rule", "BYSETPOS needs another part to choose from, such as BYDAY.")
	}
	return r.fitDays()
}

// fitDays hands BYDAY to the library. It holds a list that has both "MO" and
// "1TU" for days that are both at once, so a plain day among numbered ones is
// written out as each of that day.
func (r *rule) fitDays() *Error {
	highest := 5 // in a month
	if r.option.Freq == rrule.YEARLY && len(r.option.Bymonth) == 0 {
		highest = 53
	}
	numbered := false
	for _, entry := range r.days {
		if entry.n == 0 {
			continue
		}
		numbered = true
		if entry.n > highest || entry.n < -highest {
			return refuse(CodeRuleValue, "rule", "A month has no day number %d of its kind.", entry.n)
		}
	}
	if numbered && (r.option.Freq == rrule.WEEKLY || r.option.Freq == rrule.DAILY || len(r.option.Byweekno) > 0) {
		return refuse(CodeRulePart, "rule", "Numbered days such as 1MO can only be used with months and years.")
	}
	for _, entry := range r.days {
		switch {
		case !numbered:
			r.option.Byweekday = append(r.option.Byweekday, entry.day)
		case entry.n != 0:
			r.option.Byweekday = append(r.option.Byweekday, entry.day.Nth(entry.n))
		default:
			for n := 1; n <= highest; n++ {
				r.option.Byweekday = append(r.option.Byweekday, entry.day.Nth(n))
			}
		}
	}
	return nil
}
