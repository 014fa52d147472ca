// Package attendance judges who was there: plan + roster + journal + rules in,
// one Record a person out.
//
// Compute is pure. It reads no clock, no file and no table, and the same
// events in any order and any repetition give the same records, so that an
// examiner can do again offline what the server did on the evening.
//
// It works in four steps, a file each: the timeline puts the entries into one
// order and one time (timeline.go); facts are gathered a person, admission and
// connection apart (facts.go, door.go, line.go); presence joins them to intervals and gaps
// (presence.go); the judgement measures those against the evening as it was
// held (evening.go, compute.go, flags.go).
//
// All arithmetic is in whole milliseconds, the resolution of the journal.
// Seconds and minutes are rounded down, each once, from the sum.
package attendance
