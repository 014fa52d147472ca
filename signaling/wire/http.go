package wire

// The HTTP calls of the join page, all POST with the link's secret in the
// body. Opening has no effect; a ticket opens one connection.

// OpenRequest is POST /api/v1/invitations/open.
type OpenRequest struct {
	Secret string `json:"secret"`
}

// Invitation is the answer to open: what the join page shows.
type Invitation struct {
	Clinic   string   `json:"clinic"`
	Now      string   `json:"now"`
	Status   string   `json:"status"`            // open, early, late, ended, removed, none
	Session  *Session `json:"session,omitempty"` // the one running or next; absent for none
	Name     string   `json:"name"`              // as others will see it
	Role     string   `json:"role"`
	Prefill  Door     `json:"prefill"`
	Rules    Rules    `json:"rules"`
	Accepted string   `json:"accepted,omitempty"` // version of the rules accepted earlier
}

// Rules are the ground rules, by language (en, es), each a list of sentences.
type Rules struct {
	Version string              `json:"version"`
	Text    map[string][]string `json:"text"`
}

// Door is what a person gives at the door.
type Door struct {
	Name    string `json:"name"`
	Place   string `json:"place"` // home, elsewhere
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone"`
}

// TicketRequest is POST /api/v1/invitations/ticket.
type TicketRequest struct {
	Secret string `json:"secret"`
	Door   Door   `json:"door"`
	Rules  string `json:"rules"` // the version accepted
}

// Ticket opens one connection within its life of at most 60 s.
type Ticket struct {
	Ticket  string `json:"ticket"`
	Expires string `json:"expires"`
}

// SignInRequest is POST /api/v1/staff/signin, with the secret of a staff link.
type SignInRequest struct {
	Secret string `json:"secret"`
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
