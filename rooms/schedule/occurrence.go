package schedule

import (
	"slices"
	"time"

	"vesper/rooms"
)

// Key names an occurrence for good: however often a series is expanded, the
// same evening has the same key. It stays the same also where a change of the
// clocks, or the clinic, moves the start.
type Key struct {
	Series       rooms.SeriesID
	RecurrenceID LocalTime
}

// Occurrence is one dated evening of a series.
type Occurrence struct {
	Clinic rooms.ClinicID
	Series rooms.SeriesID
	Kind   Kind
	Zone   string
	// RecurrenceID is the start that the rule gives, by the wall clock of Zone.
	RecurrenceID LocalTime
	Moved        bool      // by the clinic
	Start, End   time.Time // UTC
	Segments     []rooms.Segment
}

// Key is under which the evening is kept.
func (o Occurrence) Key() Key { return Key{o.Series, o.RecurrenceID} }

// Plan is the occurrence as the session that was made for it.
func (o Occurrence) Plan(session rooms.SessionID) rooms.Plan {
	return rooms.Plan{
		Clinic: o.Clinic, Session: session, Series: o.Series,
		Start: o.Start, End: o.End, Zone: o.Zone, Segments: o.Segments,
	}
}

// Occurrences returns the evenings that start in [from, to), in order. The same
// series gives the same evenings whatever the window. It fails with Errors:
// those of a single field as Validate has them, or CodeTooMany. A window
// without any is no error.
func (s Series) Occurrences(from, to time.Time) ([]Occurrence, error) {
	return s.collect(to, LocalDate{}, func(d dated) bool { return !d.start.Before(from) && d.start.Before(to) })
}

// Around returns the evenings that start in [from, to) or would by the rule
// alone, and those of the rule's dates in also, in order of start: what a
// calendar that has planned also must know to be brought up to date.
func (s Series) Around(from, to time.Time, also []LocalDate) ([]Occurrence, error) {
	wanted := make(map[LocalDate]bool, len(also))
	var last LocalDate
	for _, day := range also {
		wanted[day] = true
		if last == (LocalDate{}) || day.asUTC().After(last.asUTC()) {
			last = day
		}
	}
	within := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	return s.collect(to, last, func(d dated) bool {
		return within(d.start) || within(d.at) || wanted[d.wall.LocalDate]
	})
}

// collect returns the evenings that are wanted, of those that the rule gives
// before to, on or before day, or before the last that was moved.
func (s Series) collect(to time.Time, day LocalDate, wanted func(dated) bool) ([]Occurrence, error) {
	w, err := s.walk()
	if err != nil {
		return nil, err
	}
	var found []Occurrence
	for {
		d, ok := w.next()
		if !ok || w.past(d, to, day) {
			break
		}
		if d.skipped || !wanted(d) {
			continue
		}
		if len(found) == MaxOccurrences {
			return nil, Errors{refuse(CodeTooMany, "rule", "The series has more than %d sessions in that time.", MaxOccurrences)}
		}
		found = append(found, s.occurrence(d))
	}
	if len(s.Moves) > 0 {
		slices.SortStableFunc(found, func(a, b Occurrence) int { return a.Start.Compare(b.Start) })
	}
	return found, nil
}

func (s Series) occurrence(d dated) Occurrence {
	return Occurrence{
		Clinic: s.Clinic, Series: s.ID, Kind: s.Kind.OrGroup(), Zone: s.Zone, RecurrenceID: d.wall, Moved: d.moved,
		Start: d.start, End: d.start.Add(s.Duration), Segments: s.Template.segments(d.start),
	}
}

// Next returns the next n evenings that start after a time, or fewer; none of
// a series that can't be used. It looks ten years ahead.
func (s Series) Next(after time.Time, n int) []Occurrence {
	var found []Occurrence
	for _, years := range []int{0, 1, 10} {
		var err error
		if found, err = s.Occurrences(after, after.AddDate(years, 2, 0)); err != nil || len(found) >= n {
			break
		}
	}
	return found[:min(n, len(found))]
}

// Only is the series with the one evening of a recurrence id, as it takes
// place. It reports false where there is none.
func (s Series) Only(recurrence string) (Series, bool) {
	wall, err := ParseLocalTime(recurrence)
	if err != nil {
		return s, false
	}
	dates, err := s.On(wall.LocalDate)
	if err != nil {
		return s, false
	}
	for _, date := range dates {
		if date.RecurrenceID == wall && !date.Skipped {
			s.Rule, s.Start, s.Except, s.Moves = "FREQ=DAILY;COUNT=1", date.Local, nil, nil
			return s, true
		}
	}
	return s, false
}
