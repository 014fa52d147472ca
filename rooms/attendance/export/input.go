package export

import (
	"log/slog"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/attendance/week"
)

// Cover stands on everything that leaves the clinic.
type Cover struct {
	ClinicID  rooms.ClinicID
	Clinic    string
	Zone      *time.Location // the clinic's
	At        time.Time      // when the file is made
	Purpose   string
	Recipient string
	// Names adds legal names to FHIR, where ids are enough for many purposes.
	Names bool
	// Draft marks every page: something in it is not signed.
	Draft bool
	// Withheld says that answers of check-ins are left out, because whoever
	// asked may not read them.
	Withheld bool
}

// Input is what every format of a session's export is made from.
type Input struct {
	Cover
	Session  Session
	People   People
	Consents []Consent // of the people in it
	Answers  []Answer
}

// WeekInput is what every format of a week's export is made from.
type WeekInput struct {
	Cover
	View     week.View
	Sessions []Session
	People   People
	Consents []Consent
	Answers  []Answer
}

// Session is one session with its rows.
type Session struct {
	Plan  rooms.Plan
	Title string
	Kind  string // of its series
	Final bool   // sealed
	// Signature is the newest sign-off; nil: not signed.
	Signature *Signature
	Rows      []attendance.Record
}

// Signature is who signed a session.
type Signature struct {
	Person     rooms.PersonID
	Name       string
	Credential string
	At         time.Time
}

// Person is a name behind an id.
type Person struct {
	ID         rooms.PersonID
	Legal      string
	Display    string
	Credential string // of staff
}

// LogValue keeps names out of logs.
func (p Person) LogValue() slog.Value { return slog.StringValue(string(p.ID)) }

// People are names by id.
type People map[rooms.PersonID]Person

// Consent is that a person agreed to a text.
type Consent struct {
	Person   rooms.PersonID
	Version  int
	TextHash string
	At       time.Time
}

// Answer is what a person said on a scale from 0 to 10. Value is nil if they
// skipped it.
type Answer struct {
	Session  rooms.SessionID
	Person   rooms.PersonID
	Scale    string
	Question string
	Moment   string // start, end
	Value    *int
	At       time.Time
}

// Own is a client's own copy. It holds nothing of anybody else: NewOwn is the
// only way to make one.
type Own struct {
	Cover
	person   Person
	from, to week.Date
	sessions []Session // each with at most this person's own rows
}

// NewOwn takes from sessions what is the person's own. Sessions in which they
// have no row are left out.
func NewOwn(cover Cover, person Person, from, to week.Date, sessions []Session) Own {
	own := Own{Cover: cover, person: person, from: from, to: to}
	for _, s := range sessions {
		all := s.Rows
		s.Rows = nil
		for _, r := range all {
			if week.Whose(r) == person.ID {
				r.Corrections = nil // they name others
				r.DisplayName = person.Display
				s.Rows = append(s.Rows, r)
			}
		}
		if len(s.Rows) > 0 {
			own.sessions = append(own.sessions, s)
		}
	}
	return own
}

// name is how a row's person is called: by the display name of the evening,
// or else by what the clinic knows.
func (p People) name(r attendance.Record) string {
	if r.DisplayName != "" {
		return r.DisplayName
	}
	if known := p[r.Person].Display; known != "" {
		return known
	}
	return "Guest"
}

// date is a date as the console has it.
func (c Cover) date(t time.Time) string { return t.In(c.Zone).Format("Mon, Jan 2, 2006") }

// clock is a time of day in the clinic's zone; unknown is said.
func (c Cover) clock(t time.Time) string {
	if t.IsZero() {
		return notKnown
	}
	return t.In(c.Zone).Format("15:04:05")
}

func (c Cover) moment(t time.Time) string {
	return t.In(c.Zone).Format("Mon, Jan 2, 2006, 3:04 PM MST")
}

const notKnown = "not known"
