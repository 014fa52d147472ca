package schedule

import (
	"log/slog"
	"time"

	"vesper/rooms"
)

// Limits of a series.
const (
	MaxDuration    = 12 * time.Hour
	MaxRule        = 512  // bytes
	MaxExcept      = 1000 // skipped dates
	MaxMoves       = 500  // moved evenings
	MaxCapacity    = 1000 // clients
	MaxOccurrences = 5000 // in one call of Occurrences
)

// Series is a recurring definition: every evening of one group.
type Series struct {
	ID      rooms.SeriesID  `json:"id"`
	Clinic  rooms.ClinicID  `json:"clinic"`
	Program rooms.ProgramID `json:"program"`
	Title   string          `json:"title"`
	Kind    Kind            `json:"kind"` // empty: Group
	// Capacity is how many clients have a place. 0: any number.
	Capacity int `json:"capacity,omitempty"`

	// Rule is an RFC 5545 recurrence rule without its name and without
	// DTSTART: "FREQ=WEEKLY;BYDAY=MO,WE,TH". UNTIL may be a UTC time, a local
	// time, or a date, which includes that whole day. Of the parts that RFC 5545
	// has, those for the time of day and the weeks 52, 53 and from the end are
	// refused.
	Rule string `json:"rule"`
	// Start is where the rule begins and its time of day. It is an occurrence
	// only if the rule says so.
	Start LocalTime `json:"start"`
	// Zone is the IANA zone whose clocks Start, Rule, Except and Moves speak of.
	Zone string `json:"zone"`
	// Duration is elapsed time, whole minutes. A change of the clocks does not
	// make an evening shorter.
	Duration time.Duration `json:"duration_ns"`
	Template Template      `json:"template"`
	// Except are local dates on which nothing takes place. They count for COUNT.
	Except []LocalDate `json:"except,omitempty"`
	// Moves are evenings that take place at another time than the rule gives.
	// One that is skipped too does not take place.
	Moves []Move `json:"moves,omitempty"`
	// Sequence rises with every change that a calendar must hear of.
	Sequence int `json:"sequence"`
}

// Move says that the evening which the rule gives at From begins at To.
type Move struct {
	From LocalTime `json:"from"`
	To   LocalTime `json:"to"`
}

// LogValue keeps the title out of logs.
func (s Series) LogValue() slog.Value { return slog.StringValue(string(s.ID)) }

// Validate reports everything for which the series can't be used, as Errors.
// Its time is bounded whatever the rule says.
func (s Series) Validate() error {
	rule, err := s.compile()
	if err != nil {
		return err
	}
	if _, ok := rule.next(); !ok {
		return Errors{refuse(CodeNoDate, "rule", "The rule never gives a date.")}
	}
	if wrong := s.checkMoves(); len(wrong) > 0 {
		return wrong
	}
	return nil
}

// compile checks every field by itself and readies the rule. Whether the rule
// gives a date, and moved ones of them, is left open.
func (s Series) compile() (*expansion, error) {
	var wrong Errors
	if !s.Kind.OrGroup().Valid() {
		wrong.add(refuse(CodeSeriesKind, "kind", "The kind %.40q is not known.", string(s.Kind)))
	}
	if s.Capacity < 0 || s.Capacity > MaxCapacity {
		wrong.add(refuse(CodeCapacity, "capacity", "The capacity must be a number from 0 to %d.", MaxCapacity))
	}
	if !s.Start.Valid() {
		wrong.add(refuse(CodeStart, "start", "The start must be a date and time between 1970 and 2199."))
	}
	zone, err := loadZone(s.Zone)
	wrong.add(err)
	if s.Duration <= 0 || s.Duration > MaxDuration || s.Duration%time.Minute != 0 {
		wrong.add(refuse(CodeDuration, "duration_ns", "A session must last whole minutes, at most 12 hours."))
	} else {
		wrong.add(s.Template.validate(s.Duration))
	}
	wrong.add(s.checkExcept())
	wrong.add(s.checkMoved())
	rule, err := parseRule(s.Rule)
	wrong.add(err)
	if len(wrong) > 0 {
		return nil, wrong
	}
	walk, err := expand(rule, s.Start, zone)
	if err != nil {
		return nil, Errors{err}
	}
	return walk, nil
}

func (s Series) checkExcept() *Error {
	if len(s.Except) > MaxExcept {
		return refuse(CodeExcept, "except", "There are more than %d skipped dates.", MaxExcept)
	}
	for _, date := range s.Except {
		if !date.Valid() {
			return refuse(CodeExcept, "except", "The skipped date %s does not exist.", date)
		}
	}
	return nil
}
