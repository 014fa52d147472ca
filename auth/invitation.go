package auth

import (
	"time"

	"vesper/rooms"
)

// Invitation is a personal link: it stands for one seat of a series, in each
// of its sessions. Only the hash of its secret is kept.
type Invitation struct {
	ID        string
	Clinic    rooms.ClinicID
	Series    rooms.SeriesID
	Seat      rooms.SeatID
	Person    rooms.PersonID
	Hash      string
	NotBefore time.Time // zero: from the beginning
	NotAfter  time.Time // zero: as long as the seat lasts
	RevokedAt time.Time // zero: not revoked
}

// Invite is what a valid link says to its holder's server: whose seat it is.
// The caller finds the session by its plan, and the role by its roster.
type Invite struct {
	Invitation string
	Clinic     rooms.ClinicID
	Series     rooms.SeriesID
	Seat       rooms.SeatID
	Person     rooms.PersonID
}

// NewInvitation makes the secret of a personal link, of 160 random bits, and
// the hash to keep in its place.
func NewInvitation() (secret Secret, hash string) {
	secret = NewSecret()
	return secret, HashSecret(secret)
}

// usable says whether a link of these dates may be used at now.
func usable(notBefore, notAfter, revokedAt, now time.Time) error {
	switch {
	case !revokedAt.IsZero():
		return ErrLinkRevoked
	case !notBefore.IsZero() && now.Before(notBefore):
		return ErrLinkEarly
	case !notAfter.IsZero() && !now.Before(notAfter):
		return ErrLinkExpired
	}
	return nil
}
