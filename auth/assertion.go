package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

const (
	// AssertionType is the client_assertion_type of RFC 7523, 2.2.
	AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// AssertionLife is the longest life of an assertion (SMART Backend Services).
	AssertionLife = 5 * time.Minute
	// AccessLife is how long the token lasts that a program gets for one.
	AccessLife = 5 * time.Minute
	// maxClientKeys bounds a program's key set.
	maxClientKeys = 8
)

// assertionMethods are those that SMART Backend Services names, and Ed25519.
var assertionMethods = []string{"RS384", "ES384", "EdDSA"}

// ServiceClient is a program that proves itself with a key of its own.
type ServiceClient struct {
	ID        string
	Clinic    rooms.ClinicID
	Name      string
	Scopes    []Scope
	Keys      json.RawMessage // a JWK set of public keys, each with kid and alg
	CreatedAt time.Time
	RevokedAt time.Time // zero: not revoked
}

// CheckKeys says in one sentence why a JWK set can't be a program's, or
// nothing.
func CheckKeys(set json.RawMessage) error {
	var keys struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(set, &keys); err != nil || len(keys.Keys) == 0 || len(keys.Keys) > maxClientKeys {
		return fmt.Errorf("the key set must be a JWK set with 1 to %d keys", maxClientKeys)
	}
	seen := map[string]bool{}
	for _, key := range keys.Keys {
		kid, _ := key["kid"].(string)
		alg, _ := key["alg"].(string)
		switch _, private := key["d"]; {
		case private:
			return errors.New("the key set holds a private key; send the public part only")
		case kid == "" || seen[kid]:
			return errors.New("every key needs a kid of its own")
		case !slices.Contains(assertionMethods, alg):
			return fmt.Errorf("every key needs an alg of %s", strings.Join(assertionMethods, ", "))
		}
		seen[kid] = true
	}
	if _, err := keyfunc.NewJWKSetJSON(set); err != nil {
		return errors.New("the key set holds a key that can't be read")
	}
	return nil
}

// Assert exchanges a signed client assertion (RFC 7523) for a service token of
// five minutes. audience is the address of the token endpoint; scopes may be
// fewer than the program has, and none means all of them. ErrInvalid, ErrScope.
func (a *Authority) Assert(ctx context.Context, assertion, audience string, scopes []Scope) (string, ServiceToken, error) {
	client, claims, err := a.proveClient(ctx, assertion, audience)
	if err != nil {
		return "", ServiceToken{}, err
	}
	if len(scopes) == 0 {
		scopes = client.Scopes
	}
	for _, scope := range scopes {
		if !slices.Contains(client.Scopes, scope) {
			return "", ServiceToken{}, ErrScope
		}
	}
	first, err := a.store.ConsumeAssertion(ctx, client, claims.ID, claims.ExpiresAt.Time)
	if err != nil {
		return "", ServiceToken{}, fmt.Errorf("exchange assertion: %w", err)
	}
	if !first {
		return "", ServiceToken{}, serviceForm.refuse("assertion used before")
	}
	return a.issueService(ctx, client, scopes, AccessLife)
}

// proveClient finds the program that an assertion names and holds it against
// the program's own keys.
func (a *Authority) proveClient(ctx context.Context, assertion, audience string) (ServiceClient, jwt.RegisteredClaims, error) {
	var claims jwt.RegisteredClaims
	if len(assertion) > maxToken || strings.Count(assertion, ".") != 2 || strings.ContainsFunc(assertion, foreign) {
		return ServiceClient{}, claims, serviceForm.refuse("assertion is not three short parts")
	}
	if _, _, err := jwt.NewParser().ParseUnverified(assertion, &claims); err != nil || claims.Issuer == "" || claims.Issuer != claims.Subject {
		return ServiceClient{}, claims, serviceForm.refuse("assertion names no client")
	}
	client, err := a.store.ServiceClient(ctx, claims.Issuer)
	if errors.Is(err, rooms.ErrNotFound) {
		return client, claims, serviceForm.refuse("unknown client")
	}
	if err != nil {
		return client, claims, fmt.Errorf("exchange assertion: %w", err)
	}
	if !client.RevokedAt.IsZero() {
		return client, claims, serviceForm.refuse("revoked client")
	}
	keys, err := keyfunc.NewJWKSetJSON(client.Keys)
	if err != nil {
		return client, claims, fmt.Errorf("exchange assertion: read the client's keys: %w", err)
	}
	now := a.clock.Now()
	claims = jwt.RegisteredClaims{}
	_, err = jwt.NewParser(
		jwt.WithValidMethods(assertionMethods), jwt.WithIssuer(client.ID), jwt.WithSubject(client.ID), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(serviceForm.leeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	).ParseWithClaims(assertion, &claims, keys.Keyfunc)
	switch {
	case err != nil:
		return client, claims, serviceForm.refuse("assertion " + why(err))
	case claims.ID == "" || len(claims.ID) > 256:
		return client, claims, serviceForm.refuse("assertion without jti")
	case claims.ExpiresAt.Sub(now) > AssertionLife+serviceForm.leeway:
		return client, claims, serviceForm.refuse("assertion of too long a life")
	}
	return client, claims, nil
}
