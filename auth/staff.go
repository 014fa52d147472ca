package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

const (
	// StaffLife is how long a sign-in to the console lasts.
	StaffLife = 12 * time.Hour
	// StaffLinkLife is how long a one-time link may be used.
	StaffLinkLife = 15 * time.Minute
)

// StaffRole is what a staff member may do in the clinic. It says nothing
// about their role in a room, which is the seat's.
type StaffRole string

const (
	Admin     StaffRole = "admin"
	Clinician StaffRole = "clinician"
	Billing   StaffRole = "billing" // reads and exports
	Auditor   StaffRole = "auditor"
)

// StaffRoles are all of them.
var StaffRoles = []StaffRole{Admin, Clinician, Billing, Auditor}

// Valid reports whether r is one of StaffRoles.
func (r StaffRole) Valid() bool { return slices.Contains(StaffRoles, r) }

// Staff is a person signed in to a clinic's console.
type Staff struct {
	Clinic rooms.ClinicID `json:"clinic"`
	Person rooms.PersonID `json:"person"`
	Roles  []StaffRole    `json:"roles"`
}

// Has reports whether the person has one of the roles.
func (s Staff) Has(roles ...StaffRole) bool {
	return slices.ContainsFunc(roles, func(r StaffRole) bool { return slices.Contains(s.Roles, r) })
}

func (s Staff) whole() bool {
	valid := func(r StaffRole) bool { return r.Valid() }
	return s.Clinic != "" && s.Person != "" && len(s.Roles) > 0 &&
		!slices.ContainsFunc(s.Roles, func(r StaffRole) bool { return !valid(r) })
}

// StaffLink signs a staff member in. Only the hash of its secret is kept.
type StaffLink struct {
	ID string
	Staff
	Hash      string
	NotAfter  time.Time // zero for a link without an end
	MultiUse  bool      // any number of times, for a demonstration
	UsedAt    time.Time // of the first use; zero: unused
	RevokedAt time.Time // zero: not revoked
}

type staffClaims struct {
	jwt.RegisteredClaims
	Staff
}

func (c *staffClaims) id() string     { return c.ID }
func (c *staffClaims) complete() bool { return c.Staff.whole() }

// NewStaffLink makes and keeps a link that signs staff in once, within life;
// 0 is StaffLinkLife. A multi-use link works any number of times, and for
// ever if its life is 0.
func (a *Authority) NewStaffLink(ctx context.Context, staff Staff, life time.Duration, multiUse bool) (Secret, StaffLink, error) {
	if !staff.whole() || life < 0 {
		return "", StaffLink{}, errors.New("new staff link: clinic, person, roles or life is not whole")
	}
	if life == 0 && !multiUse {
		life = StaffLinkLife
	}
	secret := NewSecret()
	link := StaffLink{ID: rooms.NewID(), Staff: staff, Hash: HashSecret(secret), MultiUse: multiUse}
	if life > 0 {
		link.NotAfter = a.clock.Now().Add(life)
	}
	if err := a.store.AddStaffLink(ctx, link); err != nil {
		return "", StaffLink{}, fmt.Errorf("new staff link: %w", err)
	}
	return secret, link, nil
}

// OpenStaffLink says whom a link signs in. It has no effect. ErrLinkUnknown,
// ErrLinkRevoked, ErrLinkExpired, ErrLinkUsed.
func (a *Authority) OpenStaffLink(ctx context.Context, secret Secret) (StaffLink, error) {
	if !secret.plausible() {
		return StaffLink{}, ErrLinkUnknown
	}
	hash := HashSecret(secret)
	link, err := a.store.StaffLinkByHash(ctx, hash)
	if errors.Is(err, rooms.ErrNotFound) {
		return StaffLink{}, ErrLinkUnknown
	}
	if err != nil {
		return StaffLink{}, fmt.Errorf("open staff link: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(link.Hash), []byte(hash)) != 1 {
		return StaffLink{}, ErrLinkUnknown
	}
	if err := usable(time.Time{}, link.NotAfter, link.RevokedAt, a.clock.Now()); err != nil {
		return StaffLink{}, err
	}
	if !link.MultiUse && !link.UsedAt.IsZero() {
		return StaffLink{}, ErrLinkUsed
	}
	return link, nil
}

// SignIn uses a staff link. Errors are those of OpenStaffLink.
func (a *Authority) SignIn(ctx context.Context, secret Secret) (token string, staff Staff, expires time.Time, err error) {
	link, err := a.OpenStaffLink(ctx, secret)
	if err != nil {
		return "", Staff{}, time.Time{}, err
	}
	first, err := a.store.ConsumeStaffLink(ctx, link.ID, a.clock.Now())
	if err != nil {
		return "", Staff{}, time.Time{}, fmt.Errorf("sign in: %w", err)
	}
	if !first {
		return "", Staff{}, time.Time{}, ErrLinkUsed
	}
	token, expires, err = a.IssueStaff(link.Staff)
	return token, link.Staff, expires, err
}

// IssueStaff signs a staff member in whose identity the caller has proven.
func (a *Authority) IssueStaff(staff Staff) (token string, expires time.Time, err error) {
	if !staff.whole() {
		return "", time.Time{}, errors.New("issue staff token: clinic, person or roles are not whole")
	}
	claims := &staffClaims{a.registered(staffForm, a.clock.Now(), StaffLife), staff}
	token, err = a.sign(staffForm, claims)
	if err != nil {
		return "", time.Time{}, err
	}
	return token, claims.ExpiresAt.Time, nil
}
