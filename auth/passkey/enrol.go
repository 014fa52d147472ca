package passkey

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"vesper/auth"
)

// BeginEnrol returns what navigator.credentials.create wants, for somebody who
// is signed in, and the id of the ceremony.
func (p *Party) BeginEnrol(ctx context.Context, staff auth.Staff, name string) (id string, options *protocol.CredentialCreation, err error) {
	who, err := p.owner(ctx, staff, name)
	if err != nil {
		return "", nil, fmt.Errorf("begin to enrol passkey: %w", err)
	}
	options, data, err := p.web.BeginRegistration(who, webauthn.WithExclusions(webauthn.Credentials(who.credentials).CredentialDescriptors()))
	if err == nil {
		id, err = p.keep(data)
	}
	if err != nil {
		return "", nil, fmt.Errorf("begin to enrol passkey: %w", err)
	}
	return id, options, nil
}

// Enrol keeps the passkey that answers a ceremony. ErrRefused.
func (p *Party) Enrol(ctx context.Context, staff auth.Staff, id, label string, response []byte) (auth.Passkey, error) {
	data, ok := p.begun.Take(id, p.clock.Now())
	if !ok || len(response) > MaxResponse {
		return auth.Passkey{}, ErrRefused
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return auth.Passkey{}, ErrRefused
	}
	// The ceremony is bound to the handle that was made for it, not to a name.
	credential, err := p.web.CreateCredential(&owner{handle: data.UserID}, data, answer)
	if err != nil {
		return auth.Passkey{}, ErrRefused
	}
	key := auth.Passkey{
		Clinic: staff.Clinic, Person: staff.Person, Label: label,
		Credential: base64.RawURLEncoding.EncodeToString(credential.ID), Handle: base64.RawURLEncoding.EncodeToString(data.UserID),
	}
	if key.Public, err = json.Marshal(credential); err == nil {
		err = p.store.AddPasskey(ctx, key)
	}
	if err != nil {
		return auth.Passkey{}, fmt.Errorf("enrol passkey: %w", err)
	}
	return key, nil
}

// Join lets a person of one clinic use the passkey that they have for another:
// keys are what SignIn proved. The clinic of staff is added to it.
func (p *Party) Join(ctx context.Context, staff auth.Staff, keys []auth.Passkey) error {
	key := keys[0]
	key.Clinic, key.Person = staff.Clinic, staff.Person
	if err := p.store.AddPasskey(ctx, key); err != nil {
		return fmt.Errorf("use passkey in another clinic: %w", err)
	}
	return nil
}
