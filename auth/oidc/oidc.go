// Package oidc signs staff in with OpenID Connect (Core 1.0, authorization code
// flow with PKCE). The identity provider says who somebody is and to which of
// its groups they belong; a table of the configuration says what those groups
// may do in which clinic.
//
// It deliberately knows no HTTP handler and no records.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"vesper/auth"
	"vesper/rooms"
)

// Life is how long somebody may take at their identity provider.
const Life = 10 * time.Minute

// timeout bounds every request to the provider.
const timeout = 10 * time.Second

var (
	// ErrState: the answer belongs to no sign-in that this browser began.
	ErrState = errors.New("the sign-in was not begun here, or took too long")
	// ErrRefused: the provider did not vouch for anybody.
	ErrRefused = errors.New("the identity provider did not confirm the sign-in")
	// ErrProvider: the provider can't be reached or answers nonsense.
	ErrProvider = errors.New("the identity provider does not answer")
)

// Grant gives a role in a clinic to those who have a value among the claim of
// their groups. An empty Value is everybody.
type Grant struct {
	Clinic rooms.ClinicID
	Value  string
	Role   auth.StaffRole
}

// Options of a Provider. All but Secret and Scopes are needed.
type Options struct {
	Issuer   string
	ClientID string
	Secret   auth.Secret // empty for a public client
	Redirect string      // our callback
	Claim    string      // holds the groups: a string or a list
	Grants   []Grant
	From     auth.RolesFrom // who decides which of the granted roles hold
	Scopes   []string       // beside openid and profile
	Clock    rooms.Clock    // rooms.SystemClock by default
}

// Provider is one identity provider. It is asked for its addresses at the
// first sign-in, so that a server starts without it. Methods may be called
// from any goroutine.
type Provider struct {
	options Options
	client  *http.Client
	begun   auth.Pending[start]

	mu    sync.Mutex
	found *oidc.Provider // guarded by mu; nil until the provider answered
}

// start is a sign-in under way.
type start struct{ browser, nonce, verifier, to string }

// Subject is whom the provider vouches for.
type Subject struct {
	Issuer, ID string
	Name       string
	// Staff is one element a clinic in which their groups have a role; the
	// person is for the caller to find.
	Staff []auth.Staff
	// Without are the clinics of the table in which their groups have no role.
	Without []rooms.ClinicID
	// From is who decides which of the roles hold.
	From auth.RolesFrom
	// To is the page that was asked for.
	To string
}

// New makes a Provider.
func New(o Options) *Provider {
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	return &Provider{options: o, client: &http.Client{Timeout: timeout}}
}

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The keys are fetched later with the same context: it must not end.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: p.options.Secret.Reveal(), Endpoint: found.Endpoint(),
		RedirectURL: p.options.Redirect, Scopes: append([]string{oidc.ScopeOpenID, "profile"}, p.options.Scopes...),
	}
}

// Start returns the address to which the browser goes. browser is a random
// value that the browser alone holds, in a cookie; to is the page that was
// asked for. ErrProvider.
func (p *Provider) Start(ctx context.Context, browser, to string) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", fmt.Errorf("begin sign-in: %w", err)
	}
	state, now := auth.NewSecret().Reveal(), p.options.Clock.Now()
	begun := start{browser: browser, nonce: auth.NewSecret().Reveal(), verifier: oauth2.GenerateVerifier(), to: to}
	if !p.begun.Put(state, begun, now, now.Add(Life)) {
		return "", errors.New("begin sign-in: too many wait already")
	}
	config := p.config(found)
	return config.AuthCodeURL(state, oidc.Nonce(begun.nonce), oauth2.S256ChallengeOption(begun.verifier)), nil
}

// Finish exchanges the code of the callback. ErrState, ErrRefused, ErrProvider.
// Somebody whose groups have no role is vouched for too, without Staff.
func (p *Provider) Finish(ctx context.Context, browser, state, code string) (Subject, error) {
	begun, ok := p.begun.Take(state, p.options.Clock.Now())
	if !ok || browser == "" || subtle.ConstantTimeCompare([]byte(begun.browser), []byte(browser)) != 1 {
		return Subject{}, ErrState
	}
	if code == "" {
		return Subject{}, ErrRefused
	}
	found, err := p.discover(ctx)
	if err != nil {
		return Subject{}, fmt.Errorf("finish sign-in: %w", err)
	}
	config := p.config(found)
	token, err := config.Exchange(oidc.ClientContext(ctx, p.client), code, oauth2.VerifierOption(begun.verifier))
	if err != nil {
		return Subject{}, ErrRefused
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: p.options.Clock.Now}).
		Verify(oidc.ClientContext(ctx, p.client), raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(begun.nonce)) != 1 {
		return Subject{}, ErrRefused
	}
	return p.subject(id, begun.to)
}

// subject reads the claims and holds the groups against the table.
func (p *Provider) subject(id *oidc.IDToken, to string) (Subject, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Subject{}, ErrRefused
	}
	who := Subject{Issuer: id.Issuer, ID: id.Subject, From: p.options.From, To: to}
	who.Name, _ = claims["name"].(string)
	if who.Name == "" {
		who.Name, _ = claims["preferred_username"].(string)
	}
	if who.Name == "" {
		who.Name = "Staff"
	}
	who.Staff = granted(p.options.Grants, groups(claims[p.options.Claim]))
	for _, g := range p.options.Grants {
		in := slices.ContainsFunc(who.Staff, func(s auth.Staff) bool { return s.Clinic == g.Clinic })
		if !in && !slices.Contains(who.Without, g.Clinic) {
			who.Without = append(who.Without, g.Clinic)
		}
	}
	return who, nil
}

// groups reads a claim that is a string or a list of them.
func groups(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

func granted(grants []Grant, groups []string) []auth.Staff {
	var list []auth.Staff
	for _, g := range grants {
		if g.Value != "" && !slices.Contains(groups, g.Value) {
			continue
		}
		at := slices.IndexFunc(list, func(s auth.Staff) bool { return s.Clinic == g.Clinic })
		if at < 0 {
			list = append(list, auth.Staff{Clinic: g.Clinic})
			at = len(list) - 1
		}
		if !list[at].Has(g.Role) {
			list[at].Roles = append(list[at].Roles, g.Role)
		}
	}
	return list
}
