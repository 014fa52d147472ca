package schedule

import (
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// layout is an invitation as a calendar writes it: from the first evening that
// is this person's to the last, with those between that are not.
type layout struct {
	zone  *time.Location
	rule  string // with UNTIL where there is an end, in UTC
	dates []laid // the first is theirs; of an open end those that are special
	// single: there is one evening only, and no rule.
	single       bool
	since, until time.Time // what the zone must cover
}

type laid struct {
	dated
	theirs bool
}

// lay fails with ErrNothing if no evening is theirs.
func (i Invite) lay() (layout, error) {
	w, err := i.Series.walk()
	if err != nil {
		return layout{}, err
	}
	l := layout{zone: w.rule.zone}
	open := w.rule.endless() && i.Until.IsZero()
	special := i.special(w)
	last := -1
	for {
		d, ok := w.next()
		if !ok || !i.Until.IsZero() && w.past(d, i.Until, special) || open && last >= 0 && w.past(d, i.From, special) {
			break
		}
		one := laid{d, i.holds(d)}
		if one.theirs {
			last = len(l.dates)
		}
		if last >= 0 { // it begins with the first of theirs
			l.dates = append(l.dates, one)
		}
	}
	if last < 0 {
		return layout{}, ErrNothing
	}
	if !open {
		l.dates = l.dates[:last+1]
	}
	l.finish(w.rule.rule, i.Series.Start, open)
	return l, nil
}

// special is the last date of the rule about which something was decided.
func (i Invite) special(w *walk) LocalDate {
	last := i.Series.Start.asUTC()
	for day := range w.skipped {
		last = later(last, day.asUTC())
	}
	for _, wall := range i.Without {
		last = later(last, wall.asUTC())
	}
	return wallOf(last).LocalDate
}

// holds reports whether an evening takes place and is this person's.
func (i Invite) holds(d dated) bool {
	return !d.skipped && !d.start.Before(i.From) && (i.Until.IsZero() || d.start.Before(i.Until)) && !slices.Contains(i.Without, d.wall)
}

// finish writes the rule and the span.
func (l *layout) finish(r rule, start LocalTime, open bool) {
	first, last := l.dates[0], l.dates[len(l.dates)-1]
	l.single = !open && len(l.dates) == 1
	l.since, l.until = first.at, last.at
	for _, d := range l.dates {
		if d.start.Before(l.since) {
			l.since = d.start
		}
		l.until = later(l.until, d.start)
	}
	l.rule = r.text(start)
	if open {
		l.until = later(l.until, first.at).AddDate(openSpan, 0, 0)
		return
	}
	l.rule += ";UNTIL=" + last.at.UTC().Format(icsUTC)
	l.until = l.until.Add(MaxDuration)
}

// text is the rule for a calendar: without its end, and with the day of the
// week that the start only implies.
func (r rule) text(start LocalTime) string {
	var parts []string
	for _, name := range slices.Concat([]string{"FREQ"}, partOrder) {
		if value, ok := r.parts[name]; ok && name != "COUNT" && name != "UNTIL" {
			parts = append(parts, name+"="+value)
		}
	}
	bare := r.parts["BYDAY"] == "" && r.parts["BYMONTHDAY"] == "" && r.parts["BYYEARDAY"] == ""
	if bare && (r.option.Freq == rrule.WEEKLY || r.parts["BYWEEKNO"] != "") {
		parts = append(parts, "BYDAY="+dayNames[start.asUTC().Weekday()])
	}
	return strings.Join(parts, ";")
}
