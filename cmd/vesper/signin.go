package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"vesper/auth"
	"vesper/auth/oidc"
	"vesper/auth/passkey"
	"vesper/auth/smart"
	"vesper/rooms"
	"vesper/signaling/api"
)

// ProviderConfig is an identity provider for staff (OpenID Connect).
type ProviderConfig struct {
	ID         string        `koanf:"id"`   // in addresses: /api/v1/oidc/ID/callback is what the provider must allow
	Name       string        `koanf:"name"` // on the button
	Issuer     string        `koanf:"issuer"`
	ClientID   string        `koanf:"client_id"`
	SecretFile string        `koanf:"secret_file"` // empty: a public client
	Claim      string        `koanf:"claim"`       // of the groups; empty: groups
	Scopes     []string      `koanf:"scopes"`      // beside openid and profile
	Grants     []GrantConfig `koanf:"grants"`
	RolesFrom  string        `koanf:"roles_from"` // who decides which of them hold: clinic (empty), provider
}

// GrantConfig gives a group of the provider a role in a clinic.
type GrantConfig struct {
	Clinic string `koanf:"clinic"`
	Value  string `koanf:"value"`
	Role   string `koanf:"role"`
}

// EHRConfig is a record system that may launch sessions (SMART App Launch).
// It must allow /api/v1/smart/callback.
type EHRConfig struct {
	Issuer     string   `koanf:"issuer"` // its FHIR base address
	ClientID   string   `koanf:"client_id"`
	SecretFile string   `koanf:"secret_file"`
	Clinic     string   `koanf:"clinic"`
	Roles      []string `koanf:"roles"`      // of its practitioners; empty: clinician
	RolesFrom  string   `koanf:"roles_from"` // who decides which of them hold: clinic (empty), provider
}

// signIn makes the ways in for staff that the configuration names. Nothing is
// asked of a provider before somebody signs in.
func (h *house) signIn(ctx context.Context) (api.SignIn, error) {
	var ways api.SignIn
	party, err := passkey.New(passkey.Options{Origin: h.url, Store: h.records, Clock: h.clock})
	if err != nil && !errors.Is(err, passkey.ErrHost) {
		return ways, err
	}
	if err == nil {
		ways.Passkeys = party
	}
	for _, c := range h.config.OIDC {
		provider, err := c.provider(h.url, h.clock)
		if err != nil {
			return ways, fmt.Errorf("identity provider %s: %w", c.ID, err)
		}
		for _, g := range c.Grants {
			if err := knownClinic(ctx, h.records, rooms.ClinicID(g.Clinic)); err != nil {
				return ways, fmt.Errorf("identity provider %s: grants: %w", c.ID, err)
			}
		}
		ways.Providers = append(ways.Providers, provider)
	}
	if len(h.config.SMART) == 0 {
		return ways, nil
	}
	o := smart.Options{Redirect: h.url + "/api/v1/smart/callback", Clock: h.clock}
	for _, c := range h.config.SMART {
		ehr, err := c.ehr()
		if err != nil {
			return ways, fmt.Errorf("record system %s: %w", c.Issuer, err)
		}
		if err := knownClinic(ctx, h.records, ehr.Clinic); err != nil {
			return ways, fmt.Errorf("record system %s: %w", c.Issuer, err)
		}
		o.EHRs = append(o.EHRs, ehr)
	}
	ways.SMART = smart.New(o)
	return ways, nil
}

func (c ProviderConfig) provider(url string, clock rooms.Clock) (api.Provider, error) {
	if c.ID == "" || strings.ContainsAny(c.ID, "/?#% ") || c.Name == "" || c.Issuer == "" || c.ClientID == "" || len(c.Grants) == 0 {
		return api.Provider{}, errors.New("it needs id, name, issuer, client_id and grants")
	}
	secret, err := secretFile(c.SecretFile)
	if err != nil {
		return api.Provider{}, err
	}
	o := oidc.Options{
		Issuer: c.Issuer, ClientID: c.ClientID, Secret: secret, Claim: c.Claim, Scopes: c.Scopes, Clock: clock,
		Redirect: url + "/api/v1/oidc/" + c.ID + "/callback", From: auth.RolesFrom(c.RolesFrom),
	}
	if !o.From.Valid() {
		return api.Provider{}, errRolesFrom(c.RolesFrom)
	}
	if o.Claim == "" {
		o.Claim = "groups"
	}
	for _, g := range c.Grants {
		if !auth.StaffRole(g.Role).Valid() || g.Clinic == "" {
			return api.Provider{}, fmt.Errorf("a grant needs a clinic and a role of admin, clinician, billing, auditor, not %q", g.Role)
		}
		o.Grants = append(o.Grants, oidc.Grant{Clinic: rooms.ClinicID(g.Clinic), Value: g.Value, Role: auth.StaffRole(g.Role)})
	}
	return api.Provider{ID: c.ID, Name: c.Name, Provider: oidc.New(o)}, nil
}

func (c EHRConfig) ehr() (smart.EHR, error) {
	if c.Issuer == "" || c.ClientID == "" || c.Clinic == "" {
		return smart.EHR{}, errors.New("it needs issuer, client_id and clinic")
	}
	secret, err := secretFile(c.SecretFile)
	ehr := smart.EHR{
		Issuer: strings.TrimSuffix(c.Issuer, "/"), ClientID: c.ClientID, Secret: secret, Clinic: rooms.ClinicID(c.Clinic),
		Roles: []auth.StaffRole{auth.Clinician}, From: auth.RolesFrom(c.RolesFrom),
	}
	if !ehr.From.Valid() {
		return ehr, errRolesFrom(c.RolesFrom)
	}
	if len(c.Roles) > 0 {
		ehr.Roles = nil
	}
	for _, role := range c.Roles {
		if !auth.StaffRole(role).Valid() {
			return ehr, fmt.Errorf("a role is admin, clinician, billing or auditor, not %q", role)
		}
		ehr.Roles = append(ehr.Roles, auth.StaffRole(role))
	}
	return ehr, err
}

func errRolesFrom(text string) error {
	return fmt.Errorf("roles_from is clinic or provider, not %q", text)
}

// secretFile reads a secret that the configuration names and does not hold.
func secretFile(path string) (auth.Secret, error) {
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	secret := auth.Secret(strings.TrimSpace(string(data)))
	if len(secret) < 12 {
		return "", errors.New("the secret in its file is shorter than 12 characters")
	}
	return secret, nil
}
