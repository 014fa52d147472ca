package schedule

import (
	"time"

	"vesper/rooms"
)

// Key names an occurrence for good: however often a series is expanded, the
// same evening has the same key. It stays the same also where a change of the
// clocks moves the start.
type Key struct {
	Series       rooms.SeriesID
	RecurrenceID LocalTime
}

// Occurrence is one dated evening of a series.
type Occurrence struct {
	Clinic rooms.ClinicID
	Series rooms.SeriesID
	Zone   string
	// RecurrenceID is the start that the rule gives, by the wall clock of Zone.
	RecurrenceID LocalTime
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
// series gives the same evenings whatever the window. It fails with an *Error:
// those of Validate, or CodeTooMany. A window without any is no error.
func (s Series) Occurrences(from, to time.Time) ([]Occurrence, error) {
	rule, err := s.compile()
	if err != nil {
		return nil, err
	}
	skipped := make(map[LocalDate]bool, len(s.Except))
	for _, date := range s.Except {
		skipped[date] = true
	}
	var found []Occurrence
	for {
		date, ok := rule.next()
		if !ok || !date.at.Before(to) {
			return found, nil
		}
		if date.at.Before(from) || skipped[date.wall.LocalDate] || skipped[wallOf(date.at.In(rule.zone)).LocalDate] {
			continue
		}
		if n := len(found); n > 0 && found[n-1].Start.Equal(date.at) {
			continue // a date that the zone skipped was moved onto this one
		}
		if len(found) == MaxOccurrences {
			return nil, refuse(CodeTooMany, "rule", "The series has more than %d sessions in that time.", MaxOccurrences)
		}
		found = append(found, s.occurrence(date))
	}
}

func (s Series) occurrence(date occasion) Occurrence {
	return Occurrence{
		Clinic: s.Clinic, Series: s.ID, Zone: s.Zone, RecurrenceID: date.wall,
		Start: date.at, End: date.at.Add(s.Duration), Segments: s.Template.segments(date.at),
	}
}
