// Package passkey signs staff in with WebAuthn credentials, where there is no
// identity provider. A passkey is enrolled by somebody who is signed in, with
// a one-time link as a rule; from then on it signs its owner in, in every
// clinic that knows it.
//
// It deliberately knows no HTTP and no roles: it proves who somebody is.
package passkey

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"vesper/auth"
	"vesper/rooms"
)

// Life is how long a ceremony may take.
const Life = 5 * time.Minute

// MaxResponse bounds what an authenticator's answer may hold, in bytes.
const MaxResponse = 16 << 10

var (
	// ErrHost: passkeys need a host name, and localhost or TLS.
	ErrHost = errors.New("passkeys need a host name, not an address, and https or localhost")
	// ErrRefused: the answer is not that of a known passkey to our challenge.
	ErrRefused = errors.New("the passkey was not accepted")
)

// Store keeps passkeys. The records implement it.
type Store interface {
	AddPasskey(ctx context.Context, key auth.Passkey) error
	Passkeys(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) ([]auth.Passkey, error)
	PasskeysByCredential(ctx context.Context, credential string) ([]auth.Passkey, error)
	UsePasskey(ctx context.Context, clinic rooms.ClinicID, credential string, public []byte, now time.Time) error
}

// Options of a Party. Origin and Store are needed.
type Options struct {
	Origin string // of the pages: https://groups.example.org
	Store  Store
	Clock  rooms.Clock // rooms.SystemClock by default
}

// Party is the relying party of WebAuthn. Its methods may be called from any
// goroutine.
type Party struct {
	web   *webauthn.WebAuthn
	store Store
	clock rooms.Clock
	begun auth.Pending[webauthn.SessionData]
}

// New makes a Party. ErrHost: the pages' address can have no passkeys.
func New(o Options) (*Party, error) {
	origin, err := url.Parse(o.Origin)
	if err != nil || origin.Hostname() == "" {
		return nil, ErrHost
	}
	host := origin.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || origin.Scheme != "https" && host != "localhost" {
		return nil, ErrHost
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: host, RPOrigins: []string{origin.Scheme + "://" + origin.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make relying party: %w", err)
	}
	return &Party{web: web, store: o.Store, clock: o.Clock}, nil
}

// owner is a person as WebAuthn wants them.
type owner struct {
	handle      []byte
	name        string
	credentials []webauthn.Credential
}

func (o *owner) WebAuthnID() []byte                         { return o.handle }
func (o *owner) WebAuthnName() string                       { return o.name }
func (o *owner) WebAuthnDisplayName() string                { return o.name }
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

// owner collects what a person has already. name is what the authenticator
// shows to its own user.
func (p *Party) owner(ctx context.Context, staff auth.Staff, name string) (*owner, error) {
	kept, err := p.store.Passkeys(ctx, staff.Clinic, staff.Person)
	if err != nil {
		return nil, err
	}
	o := &owner{name: name}
	for _, key := range kept {
		credential, err := decode(key)
		if err != nil {
			return nil, err
		}
		o.credentials = append(o.credentials, credential)
		if o.handle, err = base64.RawURLEncoding.DecodeString(key.Handle); err != nil {
			return nil, fmt.Errorf("read passkey: %w", err)
		}
	}
	if o.handle == nil {
		o.handle = make([]byte, 32)
		_, _ = rand.Read(o.handle) // never fails
	}
	return o, nil
}

func decode(key auth.Passkey) (credential webauthn.Credential, err error) {
	if err := json.Unmarshal(key.Public, &credential); err != nil {
		return credential, fmt.Errorf("read passkey: %w", err)
	}
	return credential, nil
}

// keep remembers a ceremony and names it.
func (p *Party) keep(data *webauthn.SessionData) (string, error) {
	id, now := rooms.NewID(), p.clock.Now()
	if !p.begun.Put(id, *data, now, now.Add(Life)) {
		return "", errors.New("too many ceremonies wait already")
	}
	return id, nil
}
