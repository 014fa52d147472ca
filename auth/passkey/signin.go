package passkey

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"vesper/auth"
)

// BeginSignIn returns what navigator.credentials.get wants, and the id of the
// ceremony. It names nobody: the passkey says whose it is.
func (p *Party) BeginSignIn() (id string, options *protocol.CredentialAssertion, err error) {
	options, data, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err == nil {
		id, err = p.keep(data)
	}
	if err != nil {
		return "", nil, fmt.Errorf("begin sign-in by passkey: %w", err)
	}
	return id, options, nil
}

// SignIn proves the answer to a ceremony and returns the passkey as each
// clinic has it; at least one. ErrRefused. A passkey whose counter went back
// was copied and is refused.
func (p *Party) SignIn(ctx context.Context, id string, response []byte) ([]auth.Passkey, error) {
	now := p.clock.Now()
	data, ok := p.begun.Take(id, now)
	if !ok || len(response) > MaxResponse {
		return nil, ErrRefused
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, ErrRefused
	}
	keys, err := p.store.PasskeysByCredential(ctx, base64.RawURLEncoding.EncodeToString(answer.RawID))
	if err != nil {
		return nil, fmt.Errorf("sign in by passkey: %w", err)
	}
	if len(keys) == 0 {
		return nil, ErrRefused
	}
	kept, err := decode(keys[0])
	if err != nil {
		return nil, fmt.Errorf("sign in by passkey: %w", err)
	}
	credential, err := p.web.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		want, err := base64.RawURLEncoding.DecodeString(keys[0].Handle)
		if err != nil || subtle.ConstantTimeCompare(handle, want) != 1 {
			return nil, ErrRefused
		}
		return &owner{handle: want, credentials: []webauthn.Credential{kept}}, nil
	}, data, answer)
	if err != nil || credential.Authenticator.CloneWarning {
		return nil, ErrRefused
	}
	public, err := json.Marshal(credential)
	for i := range keys {
		if err == nil {
			keys[i].Public = public
			err = p.store.UsePasskey(ctx, keys[i].Clinic, keys[i].Credential, public, now)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sign in by passkey: %w", err)
	}
	return keys, nil
}
