package schedule

import (
	"slices"
	"time"
)

// Notes of a Date.
const (
	NoteMissing = "missing_hour" // the clocks jump over that time: the evening begins later by the jump
	NoteDoubled = "doubled_hour" // that time comes twice: the first is meant
)

// Date is one date of a series as its editor shows it.
type Date struct {
	RecurrenceID   LocalTime // by the rule
	Local          LocalTime // what the clocks show when it begins
	Start, End     time.Time // UTC
	Skipped, Moved bool
	Note           string // empty, or one of the notes
}

// Preview is what a series comes to.
type Preview struct {
	Dates []Date // the next, in order of start; those that are skipped too
	More  bool   // there are later ones
	// Endless: the rule has no end. Otherwise Count is how many evenings take
	// place in all and Last is the last of them; both are zero where there are
	// more than MaxOccurrences.
	Endless bool
	Count   int
	Last    LocalTime
}

// Preview lists the next dates from a time on, at most limit. It fails with
// what Validate says.
func (s Series) Preview(from time.Time, limit int) (Preview, error) {
	if err := s.Validate(); err != nil {
		return Preview{}, err
	}
	w, err := s.walk()
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Endless: w.rule.endless()}
	var last time.Time
	for range MaxOccurrences {
		d, ok := w.next()
		if !ok {
			return p.cut(limit), nil
		}
		if !d.start.Before(from) || !d.at.Before(from) {
			p.Dates = append(p.Dates, s.date(d, w.rule.zone))
		}
		if !d.skipped {
			p.Count++
			if d.start.After(last) {
				last, p.Last = d.start, wallOf(d.start.In(w.rule.zone))
			}
		}
		if p.Endless && len(p.Dates) > limit && d.wall.asUTC().After(w.last) {
			break
		}
	}
	p.Count, p.Last = 0, LocalTime{}
	p.More = true
	return p.cut(limit), nil
}

// cut keeps the first dates.
func (p Preview) cut(limit int) Preview {
	slices.SortStableFunc(p.Dates, func(a, b Date) int { return a.Start.Compare(b.Start) })
	if len(p.Dates) > limit {
		p.Dates, p.More = p.Dates[:limit], true
	}
	return p
}

func (s Series) date(d dated, zone *time.Location) Date {
	date := Date{
		RecurrenceID: d.wall, Local: wallOf(d.start.In(zone)), Start: d.start, End: d.start.Add(s.Duration),
		Skipped: d.skipped, Moved: d.moved,
	}
	switch {
	case date.Local != d.local:
		date.Note = NoteMissing
	case doubled(d.start, zone):
		date.Note = NoteDoubled
	}
	return date
}

// doubled reports whether the clocks show the reading of at once more later.
func doubled(at time.Time, zone *time.Location) bool {
	change := eraEnd(at, zone)
	if change.IsZero() {
		return false
	}
	_, before := at.In(zone).Zone()
	_, after := change.In(zone).Zone()
	again := at.Add(time.Duration(before-after) * time.Second)
	return after < before && !again.Before(change)
}

// On returns the dates that take place, or would, on a day: first those whose
// evening is on it, then those that the rule gives for it and that were moved
// to another.
func (s Series) On(day LocalDate) ([]Date, error) {
	w, err := s.walk()
	if err != nil {
		return nil, err
	}
	var on, from []Date
	for {
		d, ok := w.next()
		if !ok || w.past(d, time.Time{}, day) {
			return append(on, from...), nil
		}
		switch date := s.date(d, w.rule.zone); {
		case date.Local.LocalDate == day:
			on = append(on, date)
		case date.RecurrenceID.LocalDate == day:
			from = append(from, date)
		}
	}
}
