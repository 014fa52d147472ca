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
	// AddStaffLink and AddServiceToken keep what was issued.
	AddStaffLink(ctx context.Context, link StaffLink) error
	AddServiceToken(ctx context.Context, token ServiceToken) error
	// ServiceToken finds an issued service token of a clinic.
	ServiceToken(ctx context.Context, clinic rooms.ClinicID, jti string) (ServiceToken, error)
}
