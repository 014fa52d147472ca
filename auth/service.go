package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

// MaxServiceLife is the longest life of a service token.
const MaxServiceLife = 5 * 366 * 24 * time.Hour

// Scope is what a program may do.
type Scope string

const (
	ScopeSessionsRead  Scope = "sessions:read"  // sessions, attendance, evidence
	ScopeSessionsWrite Scope = "sessions:write" // programs, series, seats, invitations
	ScopeStaffLinks    Scope = "links:staff"    // beside sessions:write: the links of staff, too
	ScopeLoadtest      Scope = "loadtest"       // sessions of its own, with seats of its own
	ScopeAdmin         Scope = "admin"          // all of the clinic
)

// Scopes are all of them.
var Scopes = []Scope{ScopeSessionsRead, ScopeSessionsWrite, ScopeStaffLinks, ScopeLoadtest, ScopeAdmin}

// Service is a program that acts for one clinic.
type Service struct {
	ID     string // the token's jti
	Name   string // of the program; the same when it renews its token
	Client string // id of the registered program; empty: a token of an administrator's
	Clinic rooms.ClinicID
	Scopes []Scope
}

// Allows reports whether the program has the scope, or ScopeAdmin. ScopeAdmin
// does not hold ScopeLoadtest, which a server may not grant at all.
func (s Service) Allows(scope Scope) bool {
	return slices.Contains(s.Scopes, scope) || scope != ScopeLoadtest && slices.Contains(s.Scopes, ScopeAdmin)
}

// ServiceToken is the record of an issued token, by which it can be revoked.
type ServiceToken struct {
	ID        string // jti
	Clinic    rooms.ClinicID
	Name      string // the program's, as the administrator calls it
	Scopes    []Scope
	IssuedAt  time.Time
	NotAfter  time.Time
	RevokedAt time.Time // zero: not revoked
}

type serviceClaims struct {
	jwt.RegisteredClaims
	Clinic rooms.ClinicID `json:"clinic"`
	Scopes []Scope        `json:"scopes"`
}

func (c *serviceClaims) id() string     { return c.ID }
func (c *serviceClaims) complete() bool { return c.Clinic != "" && knownScopes(c.Scopes) }

func knownScopes(scopes []Scope) bool {
	return len(scopes) > 0 && !slices.ContainsFunc(scopes, func(s Scope) bool { return !slices.Contains(Scopes, s) })
}

// IssueService makes a token for a program and keeps its record.
func (a *Authority) IssueService(ctx context.Context, clinic rooms.ClinicID, name string, scopes []Scope, life time.Duration) (string, ServiceToken, error) {
	return a.issueService(ctx, ServiceClient{Clinic: clinic, Name: name}, scopes, life)
}

// issueService is IssueService for a registered program, of which the token's
// subject tells.
func (a *Authority) issueService(ctx context.Context, client ServiceClient, scopes []Scope, life time.Duration) (string, ServiceToken, error) {
	clinic, name := client.Clinic, client.Name
	claims := &serviceClaims{a.registered(serviceForm, a.clock.Now(), life), clinic, scopes}
	claims.Subject = client.ID
	if !claims.complete() || life <= 0 || life > MaxServiceLife {
		return "", ServiceToken{}, errors.New("issue service token: clinic, scopes or life is not whole")
	}
	token, err := a.sign(serviceForm, claims)
	if err != nil {
		return "", ServiceToken{}, err
	}
	record := ServiceToken{
		ID: claims.ID, Clinic: clinic, Name: name, Scopes: scopes,
		IssuedAt: claims.IssuedAt.Time, NotAfter: claims.ExpiresAt.Time,
	}
	if err := a.store.AddServiceToken(ctx, record); err != nil {
		return "", ServiceToken{}, fmt.Errorf("issue service token: %w", err)
	}
	return token, record, nil
}

// VerifyService says which program holds the token. A token that was revoked,
// or of which there is no record, is refused. ErrInvalid.
func (a *Authority) VerifyService(ctx context.Context, token string) (Service, error) {
	var claims serviceClaims
	if err := a.verify(serviceForm, token, &claims, a.clock.Now()); err != nil {
		return Service{}, err
	}
	record, err := a.store.ServiceToken(ctx, claims.Clinic, claims.ID)
	if errors.Is(err, rooms.ErrNotFound) {
		return Service{}, serviceForm.refuse("no record")
	}
	if err != nil {
		return Service{}, fmt.Errorf("verify service token: %w", err)
	}
	if !record.RevokedAt.IsZero() {
		return Service{}, serviceForm.refuse("revoked")
	}
	return Service{ID: claims.ID, Name: record.Name, Client: claims.Subject, Clinic: claims.Clinic, Scopes: claims.Scopes}, nil
}
