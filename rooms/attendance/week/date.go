package week

import (
	"fmt"
	"time"

	"vesper/rooms/attendance"
)

// Date is a day of a calendar, as 2006-01-02. Dates compare as they sort.
type Date string

const dateForm = time.DateOnly

// ParseDate reads a date that exists.
func ParseDate(text string) (Date, error) {
	if _, err := time.Parse(dateForm, text); err != nil {
		return "", fmt.Errorf("date %.20q: want one like 2026-10-05", text)
	}
	return Date(text), nil
}

// DateOf is the date that clocks in zone show at t.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(dateForm)) }

// Add is the date so many days later.
func (d Date) Add(days int) Date { return Date(d.noon().AddDate(0, 0, days).Format(dateForm)) }

// Since is how many days d lies after another date.
func (d Date) Since(other Date) int { return int(d.noon().Sub(other.noon()).Hours() / 24) }

// noon is a moment of the date for arithmetic with days; there is one on
// every date that ParseDate accepts.
func (d Date) noon() time.Time {
	t, err := time.Parse(dateForm, string(d))
	if err != nil {
		return time.Time{}
	}
	return t.Add(12 * time.Hour)
}

// begins is the first moment of the date in zone. Where clocks skip midnight
// it is the moment after the gap.
func (d Date) begins(zone *time.Location) time.Time {
	noon := d.noon()
	at := time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, zone)
	// Walk back over the zone's eras to the earliest moment that still shows d.
	low, high := at.Add(-30*time.Hour), at
	for high.Sub(low) > time.Millisecond {
		middle := low.Add(high.Sub(low) / 2)
		if DateOf(middle, zone) < d {
			low = middle
		} else {
			high = middle
		}
	}
	return high.Truncate(time.Millisecond).UTC()
}

// Words is the date for people.
func (d Date) Words() string { return d.noon().Format("Mon, Jan 2, 2006") }

// First is the first date of the week that has d.
func First(d Date, start attendance.Day) Date {
	behind := (int(d.noon().Weekday()) - int(start) + 7) % 7
	return d.Add(-behind)
}

// Bounds are the moments [from, to) of the seven days from first on.
func Bounds(first Date, zone *time.Location) (from, to time.Time) {
	return first.begins(zone), first.Add(7).begins(zone)
}
