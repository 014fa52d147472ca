package auth

import (
	"context"
	"time"

	"vesper/rooms"
)

// Store keeps what a token can't carry: which links exist, and what was used
// or taken back. The records implement it. An unknown row is
// rooms.ErrNotFound. Methods may be called from any goroutine.
type Store interface {
	// InvitationByHash finds an invitation by the hash of its secret.
	InvitationByHash(ctx context.Context, hash string) (Invitation, error)
	// ConsumeTicket remembers a ticket's id until it has expired. It returns
	// false if the id is remembered already; of many callers with the same id
	// one gets true.
	ConsumeTicket(ctx context.Context, session rooms.SessionID, jti string, expires time.Time) (first bool, err error)
	// StaffLinkByHash finds a staff link by the hash of its secret.
	StaffLinkByHash(ctx context.Context, hash string) (StaffLink, error)
	// ConsumeStaffLink marks a link as used and returns false if it was used
	// before. A multi-use link is never used up.
	ConsumeStaffLink(ctx context.Context, id string, at time.Time) (first bool, err error)
	// KeepStaffSession keeps a sign-in that is new, moves Seen of a known one
	// forward, and returns what is kept.
	KeepStaffSession(ctx context.Context, session StaffSession) (StaffSession, error)
	// EndStaffSessions ends the sign-in of that id or, without one, all of the
	// person. One that is not known, or has ended, is no error.
	EndStaffSessions(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, id string, at time.Time, why string) error
	// AddStaffLink and AddServiceToken keep what was issued.
	AddStaffLink(ctx context.Context, link StaffLink) error
	AddServiceToken(ctx context.Context, token ServiceToken) error
	// ServiceToken finds an issued service token of a clinic.
	ServiceToken(ctx context.Context, clinic rooms.ClinicID, jti string) (ServiceToken, error)
	// ServiceClient finds a registered program by its id; whose it is, its
	// record says.
	ServiceClient(ctx context.Context, id string) (ServiceClient, error)
	// ConsumeAssertion remembers a client's assertion until it has expired;
	// false if it was used before.
	ConsumeAssertion(ctx context.Context, client ServiceClient, jti string, expires time.Time) (first bool, err error)
}

// Passkey is a WebAuthn credential of a staff member in one clinic. The same
// credential may be kept for several clinics, each with its own person.
type Passkey struct {
	Clinic     rooms.ClinicID
	Person     rooms.PersonID
	Credential string // its id, base64url
	Handle     string // the user handle that the authenticator keeps, base64url
	Label      string // as its owner calls it
	Public     []byte // the credential as auth/passkey encodes it; no secret
	CreatedAt  time.Time
	UsedAt     time.Time // zero: never
}
