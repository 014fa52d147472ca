package schedule

import (
	"time"

	"vesper/rooms"
)

// Limits of a series.
const (
	MaxDuration    = 12 * time.Hour
	MaxRule        = 512  // bytes
	MaxExcept      = 1000 // skipped dates
	MaxOccurrences = 5000 // in one call of Occurrences
)

// Series is a recurring definition: every evening of one group.
type Series struct {
	ID      rooms.SeriesID  `json:"id"`
	Clinic  rooms.ClinicID  `json:"clinic"`
	Program rooms.ProgramID `json:"program"`
	Title   string          `json:"title"`

	// Rule is an RFC 5545 recurrence rule without its name and without
	// DTSTART: "FREQ=WEEKLY;BYDAY=MO,WE,TH". UNTIL may be a UTC time, a local
	// time, or a date, which includes that whole day. Of the parts that RFC 5545
	// has, those for the time of day and the weeks 52, 53 and from the end are
	// refused.
	Rule string `json:"rule"`
	// Start is where the rule begins and its time of day. It is an occurrence
	// only if the rule says so.
	Start LocalTime `json:"start"`
	// Zone is the IANA zone whose clocks Start, Rule and Except speak of.
	Zone string `json:"zone"`
	// Duration is elapsed time, whole minutes. A change of the clocks does not
	// make an evening shorter.
	Duration time.Duration `json:"duration_ns"`
	Template Template      `json:"template"`
	// Except are local dates on which nothing takes place. They count for COUNT.
	Except []LocalDate `json:"except,omitempty"`
}

// Validate reports the first thing for which the series can't be used, as an
// *Error. Its time is bounded whatever the rule says.
func (s Series) Validate() error {
	rule, err := s.compile()
	if err != nil {
		return err
	}
	if _, ok := rule.next(); !ok {
		return refuse(CodeNoDate, "rule", "The rule never gives a date.")
	}
	return nil
}

// compile checks every field and readies the rule. Whether the rule gives a
// date is left open.
func (s Series) compile() (*expansion, error) {
	if !s.Start.Valid() {
		return nil, refuse(CodeStart, "start", "The start must be a date and time between 1970 and 2199.")
	}
	zone, err := loadZone(s.Zone)
	if err != nil {
		return nil, err
	}
	if s.Duration <= 0 || s.Duration > MaxDuration || s.Duration%time.Minute != 0 {
		return nil, refuse(CodeDuration, "duration_ns", "A session must last whole minutes, at most 12 hours.")
	}
	if err := s.Template.validate(s.Duration); err != nil {
		return nil, err
	}
	if len(s.Except) > MaxExcept {
		return nil, refuse(CodeExcept, "except", "There are more than %d skipped dates.", MaxExcept)
	}
	for _, date := range s.Except {
		if !date.Valid() {
			return nil, refuse(CodeExcept, "except", "The skipped date %s does not exist.", date)
		}
	}
	rule, err := parseRule(s.Rule)
	if err != nil {
		return nil, err
	}
	return expand(rule, s.Start, zone)
}
