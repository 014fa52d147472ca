// Package smart is the SMART App Launch (2.2, EHR launch) of a session from
// the clinic's own record system: the EHR opens our launch address, its
// authorization server says who the user is and which appointment they have
// open, and the caller finds the session that goes with it.
//
// It deliberately reads no FHIR data: no access token is kept or used.
package smart

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"vesper/auth"
	"vesper/rooms"
)

// Life is how long a launch may take, timeout bounds one request.
const (
	Life    = 10 * time.Minute
	timeout = 10 * time.Second
	maxBody = 64 << 10
)

var (
	// ErrIssuer: the configuration does not name that EHR.
	ErrIssuer = errors.New("this record system is not known here")
	// ErrState: the answer belongs to no launch that this browser began.
	ErrState = errors.New("the launch was not begun here, or took too long")
	// ErrRefused: the EHR did not vouch for anybody.
	ErrRefused = errors.New("the record system did not confirm the launch")
	// ErrProvider: the EHR can't be reached or answers nonsense.
	ErrProvider = errors.New("the record system does not answer")
)

// EHR is one record system that may launch.
type EHR struct {
	Issuer   string // its FHIR base address, as it stands in iss
	ClientID string
	Secret   auth.Secret // empty for a public client
	Clinic   rooms.ClinicID
	// Roles are what its practitioners may do in the clinic.
	Roles []auth.StaffRole
	From  auth.RolesFrom // who decides which of them hold
}

// Options of a Launcher. EHRs and Redirect are needed.
type Options struct {
	EHRs     []EHR
	Redirect string
	Clock    rooms.Clock // rooms.SystemClock by default
}

// Launcher carries out launches. Methods may be called from any goroutine.
type Launcher struct {
	options Options
	client  *http.Client
	begun   auth.Pending[start]

	mu    sync.Mutex
	found map[string]*metadata // guarded by mu; by issuer
}

// metadata is what we need of .well-known/smart-configuration.
type metadata struct {
	Issuer    string   `json:"issuer"`
	Keys      string   `json:"jwks_uri"`
	Authorize string   `json:"authorization_endpoint"`
	Token     string   `json:"token_endpoint"`
	Methods   []string `json:"code_challenge_methods_supported"`
}

type start struct {
	ehr                      EHR
	browser, nonce, verifier string
}

// Launch is what the EHR vouches for.
type Launch struct {
	EHR     EHR
	Issuer  string // of the ID token: with Subject, who the user is
	Subject string
	Name    string
	// User is the fhirUser, as "Practitioner/12" or "Patient/7".
	User string
	// Appointment, Encounter and Patient are the ids of what is open there;
	// empty for none.
	Appointment, Encounter, Patient string
}

// Practitioner reports whether the user is staff there.
func (l Launch) Practitioner() bool { return strings.HasPrefix(l.User, "Practitioner") }

// New makes a Launcher.
func New(o Options) *Launcher {
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	return &Launcher{options: o, client: &http.Client{Timeout: timeout}, found: map[string]*metadata{}}
}

// Start returns the address to which the browser goes. issuer and launch are
// those of the launch request; browser is a random value that the browser
// alone holds. ErrIssuer, ErrProvider.
func (l *Launcher) Start(ctx context.Context, issuer, launch, browser string) (string, error) {
	at := slices.IndexFunc(l.options.EHRs, func(e EHR) bool { return e.Issuer == strings.TrimSuffix(issuer, "/") })
	if at < 0 || launch == "" || len(launch) > 1024 {
		return "", ErrIssuer
	}
	ehr := l.options.EHRs[at]
	found, err := l.discover(ctx, ehr)
	if err != nil {
		return "", fmt.Errorf("begin launch: %w", err)
	}
	state, now := auth.NewSecret().Reveal(), l.options.Clock.Now()
	begun := start{ehr: ehr, browser: browser, nonce: auth.NewSecret().Reveal(), verifier: oauth2.GenerateVerifier()}
	if !l.begun.Put(state, begun, now, now.Add(Life)) {
		return "", errors.New("begin launch: too many wait already")
	}
	config := l.config(ehr, found)
	return config.AuthCodeURL(state, oidc.Nonce(begun.nonce), oauth2.S256ChallengeOption(begun.verifier),
		oauth2.SetAuthURLParam("aud", ehr.Issuer), oauth2.SetAuthURLParam("launch", launch)), nil
}

func (l *Launcher) config(ehr EHR, found *metadata) oauth2.Config {
	return oauth2.Config{
		ClientID: ehr.ClientID, ClientSecret: ehr.Secret.Reveal(), RedirectURL: l.options.Redirect,
		Endpoint: oauth2.Endpoint{AuthURL: found.Authorize, TokenURL: found.Token}, Scopes: []string{"launch", "openid", "fhirUser"},
	}
}

// discover asks the EHR for its addresses, once.
func (l *Launcher) discover(ctx context.Context, ehr EHR) (*metadata, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.found[ehr.Issuer]; found != nil {
		return found, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ehr.Issuer+"/.well-known/smart-configuration", nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := l.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	defer response.Body.Close()
	found := new(metadata)
	err = json.NewDecoder(io.LimitReader(response.Body, maxBody)).Decode(found)
	if err != nil || response.StatusCode != http.StatusOK || found.Authorize == "" || found.Token == "" || found.Keys == "" || found.Issuer == "" {
		return nil, fmt.Errorf("%w: no SMART configuration with sign-in", ErrProvider)
	}
	if !slices.Contains(found.Methods, "S256") {
		return nil, fmt.Errorf("%w: no PKCE", ErrProvider)
	}
	l.found[ehr.Issuer] = found
	return found, nil
}

// Finish exchanges the code of the callback. ErrState, ErrRefused, ErrProvider.
func (l *Launcher) Finish(ctx context.Context, browser, state, code string) (Launch, error) {
	begun, ok := l.begun.Take(state, l.options.Clock.Now())
	if !ok || browser == "" || subtle.ConstantTimeCompare([]byte(begun.browser), []byte(browser)) != 1 {
		return Launch{}, ErrState
	}
	if code == "" {
		return Launch{}, ErrRefused
	}
	found, err := l.discover(ctx, begun.ehr)
	if err != nil {
		return Launch{}, fmt.Errorf("finish launch: %w", err)
	}
	ctx = oidc.ClientContext(ctx, l.client)
	config := l.config(begun.ehr, found)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(begun.verifier))
	if err != nil {
		return Launch{}, ErrRefused
	}
	raw, _ := token.Extra("id_token").(string)
	// SMART lets an EHR sign with ES384 as well as RS256.
	id, err := oidc.NewVerifier(found.Issuer, oidc.NewRemoteKeySet(ctx, found.Keys), &oidc.Config{
		ClientID: begun.ehr.ClientID, Now: l.options.Clock.Now, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES384, oidc.ES256},
	}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(begun.nonce)) != 1 {
		return Launch{}, ErrRefused
	}
	return read(begun.ehr, id, token)
}

// read takes what matters from the ID token and from beside it.
func read(ehr EHR, id *oidc.IDToken, token *oauth2.Token) (Launch, error) {
	var claims struct {
		Name    string `json:"name"`
		User    string `json:"fhirUser"`
		Profile string `json:"profile"`
	}
	if err := id.Claims(&claims); err != nil {
		return Launch{}, ErrRefused
	}
	launch := Launch{EHR: ehr, Issuer: id.Issuer, Subject: id.Subject, Name: claims.Name, User: reference(claims.User)}
	if launch.User == "" {
		launch.User = reference(claims.Profile)
	}
	launch.Appointment, launch.Encounter, launch.Patient = text(token, "appointment"), text(token, "encounter"), text(token, "patient")
	list, _ := token.Extra("fhirContext").([]any)
	for _, item := range list {
		entry, _ := item.(map[string]any)
		address, _ := entry["reference"].(string)
		if id, ok := strings.CutPrefix(address, "Appointment/"); ok && launch.Appointment == "" {
			launch.Appointment = id
		}
	}
	return launch, nil
}

func text(token *oauth2.Token, name string) string {
	s, _ := token.Extra(name).(string)
	return s
}

// reference cuts an absolute FHIR reference to its type and id.
func reference(s string) string {
	parts := strings.Split(strings.TrimSuffix(s, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts[len(parts)-2:], "/")
}
