// Package schedule turns the recurring definition of a group, a Series, into
// dated occurrences with their planned segments.
//
// A rule is expanded on the clinic's wall clock and only then laid on the time
// zone, so that a group at 17:30 is at 17:30 all year. The package keeps
// nothing, reads no clock and starts no goroutine; every function may be called
// from anywhere. It deliberately does not know rosters, rooms or records: who
// keeps the occurrences gives them their session ids, by Occurrence.Key.
package schedule
