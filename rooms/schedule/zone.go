package schedule

import (
	"strings"
	"time"
	_ "time/tzdata" // a server without zone files knows the zones too
)

// loadZone returns an IANA zone. It refuses what depends on the machine
// ("Local"), what Go reads as UTC (an empty name) and the zone files that count
// leap seconds.
func loadZone(name string) (*time.Location, *Error) {
	switch {
	case name == "" || name == "Local" || name == "localtime" || name == "posixrules":
		return nil, refuse(CodeZone, "zone", "The series needs a time zone such as America/New_York.")
	case len(name) > 64 || strings.HasPrefix(name, "right/") || strings.HasPrefix(name, "posix/"):
		return nil, refuse(CodeZone, "zone", "The time zone %.64q is not known.", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, refuse(CodeZone, "zone", "The time zone %q is not known.", name)
	}
	return zone, nil
}

// instant is when a clock in zone shows wall (RFC 5545, 3.3.5). A reading that
// comes twice means the first; one that is skipped is read with the offset that
// held before the gap, which moves it forward by the gap. time.Date promises
// neither.
func instant(wall LocalTime, zone *time.Location) time.Time {
	asUTC := wall.asUTC()
	// No zone is 26 hours from UTC: the walk over the zone's eras begins early
	// enough.
	at := asUTC.Add(-26 * time.Hour)
	for {
		_, offset := at.In(zone).Zone()
		until := eraEnd(at, zone)
		candidate := asUTC.Add(-time.Duration(offset) * time.Second)
		if until.IsZero() || candidate.Before(until) {
			return candidate
		}
		_, next := until.In(zone).Zone()
		if asUTC.Before(until.UTC().Add(time.Duration(next) * time.Second)) {
			return candidate // skipped: the next era begins with a later reading
		}
		at = until
	}
}

// eraEnd is until when the offset of at holds, or earlier, and later than at;
// zero for ever. At the end of leap years behind the table of a zone's file,
// package time ends an era where it begins.
func eraEnd(at time.Time, zone *time.Location) time.Time {
	_, end := at.In(zone).ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		return at.AddDate(0, 0, 1)
	}
	return end
}
