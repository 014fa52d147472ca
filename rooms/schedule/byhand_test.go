package schedule

import (
	"slices"
	"time"
)

// byHand are the dates of a rule before a time, by RFC 5545, 3.3.10: period
// after period, each of its days is held against every part, then BYSETPOS
// chooses among those that are left.
func (r randomParts) byHand(before time.Time) []string {
	var found []string
	start, given := r.start.asUTC(), 0
	for n := 0; ; n++ {
		first, end := r.period(n)
		if !first.Before(before) {
			return found
		}
		var days []time.Time
		for day := first; day.Before(end); day = day.AddDate(0, 0, 1) {
			if r.takes(day) {
				days = append(days, day)
			}
		}
		for _, day := range choose(days, r.position) {
			at := day.Add(time.Duration(r.start.Hour)*time.Hour + time.Duration(r.start.Minute)*time.Minute)
			if at.Before(start) {
				continue
			}
			if given++; r.count > 0 && given > r.count || !r.until.IsZero() && at.After(r.until) || !at.Before(before) {
				return found
			}
			found = append(found, wallOf(at).String())
		}
	}
}

// period is the n-th day, week, month or year that the rule looks at.
func (r randomParts) period(n int) (first, end time.Time) {
	start, step := r.start.LocalDate.asUTC(), n*r.interval
	switch r.freq {
	case "DAILY":
		first = start.AddDate(0, 0, step)
		return first, first.AddDate(0, 0, 1)
	case "WEEKLY":
		first = start.AddDate(0, 0, -int(start.Weekday()-r.wkst+7)%7+7*step)
		return first, first.AddDate(0, 0, 7)
	case "MONTHLY":
		first = time.Date(start.Year(), start.Month()+time.Month(step), 1, 0, 0, 0, 0, time.UTC)
		return first, first.AddDate(0, 1, 0)
	}
	first = time.Date(start.Year()+step, 1, 1, 0, 0, 0, 0, time.UTC)
	return first, first.AddDate(1, 0, 0)
}

// takes holds a day against every part. A part that is missing and that the
// others do not make needless comes from the start.
func (r randomParts) takes(day time.Time) bool {
	start := r.start.asUTC()
	yearLong := time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	monthLong := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	either := func(list []int, n, long int) bool {
		return len(list) == 0 || slices.Contains(list, n) || slices.Contains(list, n-long-1)
	}
	switch {
	case len(r.months) > 0 && !slices.Contains(r.months, int(day.Month())):
		return false
	case len(r.weeks) > 0 && !slices.Contains(r.weeks, r.weekOf(day)):
		return false
	case !either(r.yeardays, day.YearDay(), yearLong), !either(r.monthdays, day.Day(), monthLong):
		return false
	case len(r.days) > 0:
		return r.takesWeekday(day, yearLong, monthLong)
	case len(r.yeardays) > 0 || len(r.monthdays) > 0 || r.freq == "DAILY":
		return true
	case r.freq == "WEEKLY" || len(r.weeks) > 0:
		return day.Weekday() == start.Weekday()
	case r.freq == "MONTHLY" || len(r.months) > 0:
		return day.Day() == start.Day()
	}
	return day.Day() == start.Day() && day.Month() == start.Month()
}

// takesWeekday: numbers are within the year of a yearly rule without months,
// and within the month otherwise.
func (r randomParts) takesWeekday(day time.Time, yearLong, monthLong int) bool {
	at, long := day.Day(), monthLong
	if r.freq == "YEARLY" && len(r.months) == 0 {
		at, long = day.YearDay(), yearLong
	}
	for _, entry := range r.days {
		if entry.day == day.Weekday() && (entry.n == 0 || entry.n == (at+6)/7 || entry.n == -((long-at)/7+1)) {
			return true
		}
	}
	return false
}

// weekOf numbers the weeks of the calendar year in which a day lies, 0 for the
// end of the week before: the first has at least four days in the year.
func (r randomParts) weekOf(day time.Time) int {
	january := time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	first := january.AddDate(0, 0, -int(january.Weekday()-r.wkst+7)%7)
	if january.Sub(first) > 3*24*time.Hour {
		first = first.AddDate(0, 0, 7)
	}
	if day.Before(first) {
		return 0
	}
	week := int(day.Sub(first)/(7*24*time.Hour)) + 1
	next := time.Date(day.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	after := next.AddDate(0, 0, -int(next.Weekday()-r.wkst+7)%7)
	if next.Sub(after) <= 3*24*time.Hour && !day.Before(after) {
		return 1 // of the next year
	}
	return week
}

func choose(days []time.Time, positions []int) []time.Time {
	if len(positions) == 0 {
		return days
	}
	var chosen []time.Time
	for i, day := range days {
		if slices.Contains(positions, i+1) || slices.Contains(positions, i-len(days)) {
			chosen = append(chosen, day)
		}
	}
	return chosen
}

// brokenElsewhere names the class of rules to which r belongs and of which
// ical.js 2.2.1 is no judge, for what its source does against RFC 5545,
// 3.3.10. It is empty for all others.
func (r randomParts) brokenElsewhere() string {
	isNegative := func(n int) bool { return n < 0 }
	negative := slices.ContainsFunc(r.monthdays, isNegative)
	numbers := slices.ContainsFunc(r.days, func(d numbered) bool { return d.n != 0 })
	switch {
	case len(r.weeks) > 0:
		return "BYWEEKNO is not implemented"
	case len(r.yeardays) > 0 && (len(r.months) > 0 || len(r.monthdays) > 0):
		return "BYYEARDAY beside months is an error to it"
	case r.freq == "YEARLY" && len(r.monthdays) > 0 && (len(r.months) == 0 || negative || len(r.days) > 0):
		return "BYMONTHDAY of a year is taken from the start's month only"
	case len(r.position) > 0 && (r.freq != "MONTHLY" || len(r.days) == 0 || len(r.monthdays) > 0):
		return "BYSETPOS is not looked at, or chooses within a month of a year"
	case len(r.months) > 0 && r.freq != "YEARLY":
		return "BYMONTH steps from month to month and forgets the interval, or the day of the week"
	case slices.ContainsFunc(r.position, isNegative):
		return "BYSETPOS from the end is not held against the first of a month"
	case r.freq == "YEARLY" && r.count > 0 && r.namesTwice():
		return "a day that BYDAY names twice, as MO and as 1MO, counts twice"
	case numbers && len(r.monthdays) > 0:
		return "numbered days beside BYMONTHDAY are given up too early"
	case r.interval > 1 && len(r.monthdays) > 0 && len(r.days) > 0:
		return "BYDAY beside BYMONTHDAY looks for its first day in months that the interval leaves out"
	case r.freq == "DAILY" && negative:
		return "days from the end of a month are not found in daily rules"
	}
	return ""
}

func (r randomParts) namesTwice() bool {
	seen := map[time.Weekday]bool{}
	return slices.ContainsFunc(r.days, func(d numbered) bool {
		twice := seen[d.day]
		seen[d.day] = true
		return twice
	})
}
