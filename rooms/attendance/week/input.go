package week

import (
	"log/slog"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// Input is what a week is computed from.
type Input struct {
	// Of is any date of the week.
	Of        Date
	Zone      *time.Location // the clinic's
	WeekStart attendance.Day
	Now       time.Time
	// Program limits what is said of sessions to those of one; empty: all. A
	// person's minutes are those of all their sessions.
	Program rooms.ProgramID
	// Sessions of the week; others are left out. Cancelled ones too.
	Sessions []Session
	// People are the clients to show: everybody who is expected or came, and
	// everybody with prescribed minutes.
	People []Person
}

// State is how far a session has come.
type State string

const (
	Planned   State = "scheduled"
	Running   State = "open"
	Over      State = "ended"
	Cancelled State = "cancelled"
)

// Alumni is the kind of series whose attendance is optional: it is listed
// apart and is in no total.
const Alumni = "alumni"

// Session is one session of the week with its rows.
type Session struct {
	Plan    rooms.Plan
	Title   string
	Kind    string // of its series; Alumni is special here
	Program rooms.ProgramID
	State   State
	Final   bool // sealed by the machine: the rows are complete
	Signed  bool // by staff
	Rules   attendance.Rules
	Rows    []attendance.Record // none before it opens
	Roster  rooms.Roster        // who is expected
}

// LogValue keeps titles and names out of logs.
func (s Session) LogValue() slog.Value { return slog.StringValue(string(s.Plan.Session)) }

// Person is a client of the clinic.
type Person struct {
	ID          rooms.PersonID
	LegalName   string
	DisplayName string
	Prescribed  *int64 // minutes a week; nil: not known
	Payer       *Payer // the rule set in force that week; nil: none
}

// LogValue keeps names out of logs.
func (p Person) LogValue() slog.Value { return slog.StringValue(string(p.ID)) }
