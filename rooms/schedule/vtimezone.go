package schedule

import (
	"fmt"
	"strings"
	"time"
)

// shift is one change of a zone's clocks.
type shift struct {
	at       time.Time // the instant of it
	from, to int       // offsets in seconds east
	name     string    // of the time that begins
	summer   bool      // as opposed to the time before
}

// local is what the clocks would have shown at the change: an observance
// begins by the offset before it (RFC 5545, 3.6.5).
func (s shift) local() time.Time { return s.at.Add(time.Duration(s.from) * time.Second).UTC() }

// shifts are the changes of a zone's offset: the last one before since, if any,
// and those until a time.
func shifts(zone *time.Location, since, until time.Time) []shift {
	var found []shift
	at, _ := since.In(zone).ZoneBounds()
	for {
		if at.IsZero() {
			at = since
		} else if s := shiftAt(at, zone); s.from != s.to {
			found = append(found, s)
		}
		next := eraEnd(at, zone)
		if next.IsZero() || next.After(until) {
			return found
		}
		at = next
	}
}

func shiftAt(at time.Time, zone *time.Location) shift {
	before, after := at.Add(-time.Second).In(zone), at.In(zone)
	s := shift{at: at, summer: before.IsDST() != after.IsDST()}
	_, s.from = before.Zone()
	s.name, s.to = after.Zone()
	s.summer = s.summer && s.to > s.from
	return s
}

// yearsOfPattern is how long a yearly change must have been the same before
// it is written as a rule: the days of the week come around in 28 years.
const yearsOfPattern = 28

// writeZone writes a VTIMEZONE that agrees with the zone from since until a
// time, and beyond where its changes follow a yearly rule.
func (w *icsWriter) writeZone(zone *time.Location, since, until time.Time) {
	w.line("BEGIN", "VTIMEZONE")
	w.line("TZID", zone.String())
	horizon := later(until, since).AddDate(yearsOfPattern+2, 0, 0)
	all := shifts(zone, since, horizon)
	if len(all) == 0 || all[0].at.After(since) {
		name, offset := since.In(zone).Zone()
		w.observance(shift{at: time.Unix(0, 0).Add(-time.Duration(offset) * time.Second), from: offset, to: offset, name: name}, "")
	}
	tails := yearlyTails(all)
	for i, s := range all {
		rule, ruled := tails[i]
		switch {
		case ruled && rule == "":
			// among those that an earlier one's rule gives
		case ruled:
			w.observance(s, rule)
		case !s.at.After(until):
			w.observance(s, "")
		}
	}
	w.line("END", "VTIMEZONE")
}

func (w *icsWriter) observance(s shift, rule string) {
	kind := "STANDARD"
	if s.summer {
		kind = "DAYLIGHT"
	}
	w.line("BEGIN", kind)
	w.line("DTSTART", s.local().Format(icsLocal))
	if rule != "" {
		w.line("RRULE", rule)
	}
	w.line("TZOFFSETFROM", icsOffset(s.from))
	w.line("TZOFFSETTO", icsOffset(s.to))
	w.line("TZNAME", escapeText(s.name))
	w.line("END", kind)
}

// yearlyTails finds the changes that come every year, to the end of the list,
// on days that a rule can say. It gives the rule for the first of each such
// run, by its index, and an empty one for those that follow.
func yearlyTails(all []shift) map[int]string {
	type kind struct {
		from, to int
		month    time.Month
		weekday  time.Weekday
		clock    time.Duration
		name     string
	}
	runs := make(map[kind][]int)
	for i, s := range all {
		local := s.local()
		clock := local.Sub(local.Truncate(24 * time.Hour))
		k := kind{s.from, s.to, local.Month(), local.Weekday(), clock, s.name}
		runs[k] = append(runs[k], i)
	}
	tails := make(map[int]string)
	for _, run := range runs {
		if last := all[run[len(run)-1]]; last.local().Year() < all[len(all)-1].local().Year()-1 {
			continue // it has come to an end
		}
		first := len(run) - 1
		for first > 0 && all[run[first]].local().Year() == all[run[first-1]].local().Year()+1 {
			first--
		}
		for ; len(run)-first >= yearsOfPattern; first++ {
			if rule := yearlyRule(all, run[first:]); rule != "" {
				for _, i := range run[first:] {
					tails[i] = ""
				}
				tails[run[first]] = rule
				break
			}
		}
	}
	return tails
}

var dayNames = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// yearlyRule is the rule by which a change comes in one month on one day of
// the week: the n-th, the last, or that in a span of seven days.
func yearlyRule(all []shift, run []int) string {
	low, high, fromEnd := 31, 1, true
	for _, i := range run {
		local := all[i].local()
		low, high = min(low, local.Day()), max(high, local.Day())
		fromEnd = fromEnd && local.AddDate(0, 0, 7).Month() != local.Month()
	}
	local := all[run[0]].local()
	day := dayNames[local.Weekday()]
	rule := fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d", local.Month())
	switch {
	case (low-1)/7 == (high-1)/7:
		return fmt.Sprintf("%s;BYDAY=%d%s", rule, (low+6)/7, day)
	case fromEnd:
		return rule + ";BYDAY=-1" + day
	case high-low == 6:
		var days []string
		for n := low; n <= high; n++ {
			days = append(days, fmt.Sprint(n))
		}
		return rule + ";BYMONTHDAY=" + strings.Join(days, ",") + ";BYDAY=" + day
	}
	return ""
}

// icsOffset is a UTC-OFFSET (RFC 5545, 3.3.14).
func icsOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	text := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf("%02d", seconds%60)
	}
	return text
}
