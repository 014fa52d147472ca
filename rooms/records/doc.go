// Package records keeps what outlives a room: clinics, people, series,
// rosters, sessions, the journal with its beats and seals, invitations and the
// audit log. It implements rooms.Journal and auth.Store.
//
// It is one SQLite file in a data folder that one process holds at a time, or a
// PostgreSQL database. What a method wrote is on the disk when it returns.
// Every query on a clinic's data takes the clinic from its caller, and what
// belongs to another clinic is rooms.ErrNotFound like what is not there; on
// PostgreSQL row-level security holds every transaction to that clinic besides.
//
// The package deliberately knows no HTTP, no media and no judgement on
// attendance. It owns one goroutine, the writer, which Close waits for.
package records
