package records

import (
	"log/slog"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/schedule"
)

// Clinic is a tenant.
type Clinic struct {
	ID   rooms.ClinicID
	Name string
	Zone string // IANA
	// NeutralTitle is what calendars and page titles say, so that they never
	// say what kind of clinic it is.
	NeutralTitle string
	CreatedAt    time.Time
	// RetentionYears is how long sessions are kept at least: DefaultRetention
	// unless SetRetention said otherwise.
	RetentionYears int
}

// DefaultRetention is how many years a clinic keeps its sessions.
const DefaultRetention = 6

// LogValue keeps the clinic's name out of logs.
func (c Clinic) LogValue() slog.Value { return slog.StringValue(string(c.ID)) }

// GroundRules is one version of what people accept at the door.
type GroundRules struct {
	Clinic    rooms.ClinicID
	Audience  rooms.Role // rooms.Client or rooms.Collateral
	Language  string     // "en", "es"
	Version   int
	Text      string
	CreatedAt time.Time
}

// PersonKind says on which side of the clinic a person is.
type PersonKind string

const (
	StaffPerson      PersonKind = "staff"
	ClientPerson     PersonKind = "client"
	CollateralPerson PersonKind = "collateral"
)

// Person is a durable identity. All but the ids is protected data.
type Person struct {
	ID          rooms.PersonID
	Clinic      rooms.ClinicID
	Kind        PersonKind
	LegalName   string
	DisplayName string // proposed for seats
	Phone       string
	Email       string // for their link
	Address     Address
	// Who is called when something is wrong.
	EmergencyName  string
	EmergencyPhone string
	Language       string
	Credential     string           // of staff, as it stands under a signature
	StaffRoles     []auth.StaffRole // of staff, in the console
	Payer          string           // whose rules the week is held against
	Guest          bool             // seated for one evening, not enrolled
	CreatedAt      time.Time
	UpdatedAt      time.Time // zero: never changed
}

// LogValue keeps names and numbers out of logs.
func (p Person) LogValue() slog.Value { return slog.StringValue(string(p.ID)) }

// Program is a clinic's group offering.
type Program struct {
	ID        rooms.ProgramID
	Clinic    rooms.ClinicID
	Name      string
	CreatedAt time.Time
}

// Seat is a person's place in a series, with its dates.
type Seat struct {
	rooms.Seat
	Clinic rooms.ClinicID
	Series rooms.SeriesID
	// Client is whom a collateral belongs to; empty for everybody else.
	Client rooms.PersonID
	// The seat holds for sessions that start in [From, Until). Zero is open.
	From, Until time.Time
	// Prescribed is what the program asks of the person, in minutes a week; 0
	// is nothing.
	Prescribed int
	Phase      string // of the program, in the clinic's words
	// DischargedAt is when the seat was given up; zero: it was not.
	DischargedAt time.Time
}

// LogValue keeps the display name out of logs.
func (s Seat) LogValue() slog.Value { return slog.StringValue(string(s.ID)) }

// Status is how far a session has come.
type Status string

const (
	Scheduled Status = "scheduled"
	Opened    Status = "open"
	Ended     Status = "ended"
	Cancelled Status = "cancelled"
)

// Session is one dated occurrence.
type Session struct {
	rooms.Plan
	Title        string // of the series; not for eyes outside the clinic
	Kind         schedule.Kind
	RecurrenceID string // the occurrence of the series
	Status       Status
	// RulesVersion is the version of the clinic's rules by which the session
	// is judged, and Frozen is true, from its opening on.
	RulesVersion int
	Frozen       bool
	OpenedAt     time.Time
	EndedAt      time.Time
	Sealed       bool
	Signed       bool
}

// Address is where somebody is. Each part may be empty.
type Address struct {
	Line  string `json:"line,omitempty"`
	City  string `json:"city,omitempty"`
	State string `json:"state,omitempty"`
	Zip   string `json:"zip,omitempty"`
}

// LogValue keeps an address out of logs.
func (Address) LogValue() slog.Value { return slog.StringValue("address") }

// Door is what a person said and accepted when they came to a session. It is
// protected data, for staff only.
type Door struct {
	Clinic             rooms.ClinicID
	Session            rooms.SessionID
	Person             rooms.PersonID
	Place              string  // "home", "elsewhere"
	Address            Address // as far as it was given
	Phone              string  // to call back tonight
	EmergencyName      string
	EmergencyPhone     string
	GroundRulesVersion int
	Language           string
	AcceptedAt         time.Time
}

// LogValue keeps the details out of logs.
func (d Door) LogValue() slog.Value {
	return slog.StringValue(string(d.Session) + "/" + string(d.Person))
}
