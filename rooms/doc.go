// Package rooms holds the live state of one session and the nouns that the
// rest of the house shares: ids, Identity, Role, Plan, Segment, Seat, Roster,
// Event.
//
// A room is a pure state machine, State, and a shell, Room, that owns it with
// one goroutine. State takes time as a value and returns events; the shell
// reads the clock, tells the stage and the journal in the right order and
// hands the events to those who watch.
//
// The package deliberately knows no media, no network, no SQL and no names of
// people beyond the display name of a seat. It imports the standard library
// only.
package rooms
