package schedule

import (
	"fmt"
	"time"
)

const (
	dateLayout  = "2006-01-02"
	localLayout = "2006-01-02T15:04"
)

// LocalDate is a day of the calendar, in no zone. It is text as "2026-11-23".
type LocalDate struct {
	Year  int
	Month time.Month
	Day   int
}

// LocalTime is a reading of a wall clock, in no zone. It is text as
// "2026-11-23T17:30".
type LocalTime struct {
	LocalDate
	Hour   int
	Minute int
}

// ParseLocalDate reads "2026-11-23".
func ParseLocalDate(s string) (LocalDate, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return LocalDate{}, fmt.Errorf("%.40q is not a date like 2026-11-23", s)
	}
	return wallOf(t).LocalDate, nil
}

// ParseLocalTime reads "2026-11-23T17:30".
func ParseLocalTime(s string) (LocalTime, error) {
	t, err := time.Parse(localLayout, s)
	if err != nil {
		return LocalTime{}, fmt.Errorf("%.40q is not a date and time like 2026-11-23T17:30", s)
	}
	return wallOf(t), nil
}

// wallOf is what a clock in t's zone shows.
func wallOf(t time.Time) LocalTime {
	return LocalTime{LocalDate{t.Year(), t.Month(), t.Day()}, t.Hour(), t.Minute()}
}

// asUTC is the instant at which a clock in UTC shows d's midnight.
func (d LocalDate) asUTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// asUTC is the instant at which a clock in UTC shows l.
func (l LocalTime) asUTC() time.Time {
	return time.Date(l.Year, l.Month, l.Day, l.Hour, l.Minute, 0, 0, time.UTC)
}

// Valid reports whether the calendar has d and a plan may name it: the years
// 1970 to 2199.
func (d LocalDate) Valid() bool {
	return d.Year >= 1970 && d.Year <= 2199 && wallOf(d.asUTC()).LocalDate == d
}

// Valid reports whether l is a time of day of a valid date.
func (l LocalTime) Valid() bool {
	return l.LocalDate.Valid() && wallOf(l.asUTC()) == l
}

func (d LocalDate) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (l LocalTime) String() string {
	return fmt.Sprintf("%sT%02d:%02d", l.LocalDate, l.Hour, l.Minute)
}

// MarshalText and UnmarshalText serve JSON, and text columns.

func (d LocalDate) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
func (l LocalTime) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

func (d *LocalDate) UnmarshalText(text []byte) (err error) {
	*d, err = ParseLocalDate(string(text))
	return err
}

func (l *LocalTime) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLocalTime(string(text))
	return err
}

// Weekday is the day of the week of d.
func (d LocalDate) Weekday() time.Weekday { return d.asUTC().Weekday() }
