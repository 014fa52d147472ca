package wire

// The HTTP calls of the join page, all POST with the link's secret in the
// body. Opening has no effect; a ticket opens one connection.

// OpenRequest is POST /api/v1/invitations/open.
type OpenRequest struct {
	Secret string `json:"secret"`
}

// Invitation is the answer to open: what the join page shows.
type Invitation struct {
	Clinic   string    `json:"clinic"`
	Now      string    `json:"now"`
	Status   string    `json:"status"`            // open, early, late, ended, removed, none
	Session  *Session  `json:"session,omitempty"` // the one running or next; absent for none
	Name     string    `json:"name"`              // as others will see it
	Role     string    `json:"role"`
	Prefill  Door      `json:"prefill"`
	Home     *Address  `json:"home,omitempty"` // where they were at home the last time
	Asks     Asks      `json:"asks"`
	Rules    Rules     `json:"rules"`
	Accepted *Accepted `json:"accepted,omitempty"` // the present rules, if they were accepted before
	Consent  *Consent  `json:"consent,omitempty"`  // if it is due
	Scales   []Scale   `json:"scales,omitempty"`   // of the start, as far as they are open
}

// Asks say which details the clinic asks for, and which of them are needed to
// come in. Name, place and number always are.
type Asks struct {
	Address         string `json:"address"` // never, elsewhere, always
	AddressNeeded   bool   `json:"address_needed"`
	Emergency       bool   `json:"emergency"`
	EmergencyNeeded bool   `json:"emergency_needed"`
	ConsentNeeded   bool   `json:"consent_needed"`
}

// Rules are the ground rules, by language (en, es), each a list of sentences.
type Rules struct {
	Version string              `json:"version"`
	Text    map[string][]string `json:"text"`
}

// Accepted says that somebody accepted a version, and when.
type Accepted struct {
	Version string `json:"version"`
	At      string `json:"at"`
}

// Consent is the telehealth consent that is due, by language, each a list of
// paragraphs.
type Consent struct {
	Version string              `json:"version"`
	Text    map[string][]string `json:"text"`
}

// Scale is a question of the check-in, answered from 0 to 10 or skipped.
type Scale struct {
	ID       string            `json:"id"`
	Question map[string]string `json:"question"` // by language
	Low      map[string]string `json:"low"`      // what 0 means
	High     map[string]string `json:"high"`     // what 10 means
}

// ScaleAnswer is a number from 0 to 10, or null for what was skipped.
type ScaleAnswer struct {
	Scale string `json:"scale"`
	Value *int   `json:"value"`
}

// Door is what a person gives at the door.
type Door struct {
	Name      string   `json:"name"`
	Place     string   `json:"place"` // home, elsewhere
	Address   *Address `json:"address,omitempty"`
	Phone     string   `json:"phone"`
	Emergency *Contact `json:"emergency,omitempty"`
}

// Address is where somebody is. Each part may be empty.
type Address struct {
	Line  string `json:"line,omitempty"`
	City  string `json:"city,omitempty"`
	State string `json:"state,omitempty"`
	Zip   string `json:"zip,omitempty"`
}

// Contact is whom to call in an emergency.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// TicketRequest is POST /api/v1/invitations/ticket.
type TicketRequest struct {
	Secret   string        `json:"secret"`
	Door     Door          `json:"door"`
	Rules    string        `json:"rules"`              // the version accepted
	Consent  string        `json:"consent,omitempty"`  // the version consented to
	Language string        `json:"language,omitempty"` // in which both were read
	Answers  []ScaleAnswer `json:"answers,omitempty"`
}

// AfterRequest is POST /api/v1/invitations/after: what the goodbye page shows,
// and the check-in at the end. It may be repeated.
type AfterRequest struct {
	Secret  string        `json:"secret"`
	Answers []ScaleAnswer `json:"answers,omitempty"`
}

// After is somebody's own evening, of which they alone are told this way.
// Minutes that are not known are absent, never 0.
type After struct {
	Clinic  string   `json:"clinic"`
	Now     string   `json:"now"`
	Session *Session `json:"session,omitempty"` // tonight's; absent if there was none
	Tonight *Tonight `json:"tonight,omitempty"`
	Week    *Week    `json:"week,omitempty"`
	Next    *Session `json:"next,omitempty"`
	Scales  []Scale  `json:"scales,omitempty"` // of the end, as far as they are open
	Trend   []Trend  `json:"trend,omitempty"`
}

// Tonight is what counts of one session so far, or for good.
type Tonight struct {
	Minutes int  `json:"minutes"`
	Final   bool `json:"final"`
}

// Week is a person's week so far.
type Week struct {
	Start      string `json:"start"` // date
	Attended   int    `json:"attended_minutes"`
	Prescribed int    `json:"prescribed_minutes,omitempty"` // absent: nothing is prescribed
}

// Trend is what a person answered on one scale, the earliest first.
type Trend struct {
	ID       string            `json:"id"`
	Question map[string]string `json:"question"`
	Low      map[string]string `json:"low"`
	High     map[string]string `json:"high"`
	Points   []TrendPoint      `json:"points"`
}

// TrendPoint is one answer.
type TrendPoint struct {
	At      string `json:"at"`
	Session string `json:"session"`
	Moment  string `json:"moment"` // start, end
	Value   int    `json:"value"`
}

// Ticket opens one connection within its life of at most 60 s.
type Ticket struct {
	Ticket  string `json:"ticket"`
	Expires string `json:"expires"`
}

// SignInRequest is POST /api/v1/staff/signin, with the secret of a staff link.
type SignInRequest struct {
	Secret string `json:"secret"`
	Clinic string `json:"clinic,omitempty"` // one of the choices
}

// SignedIn holds the token for the console's calls (Authorization: Bearer).
type SignedIn struct {
	Token   string `json:"token"`
	Expires string `json:"expires"`
	Clinic  string `json:"clinic"`
	Name    string `json:"name"`
	// ClinicID, Zone and Roles say whose console it is, and what it offers.
	ClinicID string   `json:"clinic_id,omitempty"`
	Zone     string   `json:"zone,omitempty"` // IANA
	Person   string   `json:"person,omitempty"`
	Roles    []string `json:"roles,omitempty"` // admin, clinician, billing, auditor
	// Choices are the clinics of somebody who is staff in several: the answer
	// has no token then. Sign in again with the clinic, and with Secret if
	// there is one.
	Choices []ClinicChoice `json:"choices,omitempty"`
	Secret  string         `json:"secret,omitempty"`
	To      string         `json:"to,omitempty"` // the page that was asked for before the sign-in
}

// ClinicChoice is a clinic in which somebody is staff.
type ClinicChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Problem is an error of the HTTP interface (RFC 9457), content type
// application/problem+json. Code is stable; Detail is one plain sentence.
type Problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Opens  string         `json:"opens,omitempty"` // too_early: when to come
	Errors []ProblemField `json:"errors,omitempty"`
}

// ProblemField names a field that was wrong.
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}
