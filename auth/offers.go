package auth

import (
	"context"
	"errors"
	"time"

	"vesper/rooms"
)

// OfferLife is how long somebody who has proven who they are may take to
// choose the clinic.
const OfferLife = 5 * time.Minute

// offer is a person proven by an identity provider or a passkey, and the
// clinics in which they are staff.
type offer struct {
	choices []Staff
	to      string
}

// Entrance is the answer to a sign-in: a token, or the clinics to choose from.
type Entrance struct {
	Token   string // empty: choose first, with the same secret
	Staff   Staff
	Expires time.Time
	Choices []Staff
	// To is the page that was asked for before the sign-in; empty: none.
	To string
}

// Offer keeps a proven person's clinics for a moment and returns the secret by
// which SignInTo finds them. to is a path of the console, or empty.
func (a *Authority) Offer(choices []Staff, to string) (Secret, error) {
	if len(choices) == 0 {
		return "", ErrNoRole
	}
	for _, staff := range choices {
		if !staff.whole() {
			return "", errors.New("offer sign-in: clinic, person or roles are not whole")
		}
	}
	secret, now := NewSecret(), a.clock.Now()
	if !a.offers.Put(HashSecret(secret), offer{choices, to}, now, now.Add(OfferLife)) {
		return "", errors.New("offer sign-in: too many wait already")
	}
	return secret, nil
}

// SignInTo exchanges the secret of an offer or of a staff link. clinic may be
// empty; if there are several to choose from, the Entrance lists them and the
// secret stays good. Errors are those of OpenStaffLink.
func (a *Authority) SignInTo(ctx context.Context, secret Secret, clinic rooms.ClinicID) (Entrance, error) {
	if !secret.plausible() {
		return Entrance{}, ErrLinkUnknown
	}
	hash, now := HashSecret(secret), a.clock.Now()
	open, ok := a.offers.Peek(hash, now)
	if !ok {
		token, staff, expires, err := a.SignIn(ctx, secret)
		return Entrance{Token: token, Staff: staff, Expires: expires}, err
	}
	chosen, found := choose(open.choices, clinic)
	if !found && clinic == "" {
		return Entrance{Choices: open.choices, To: open.to}, nil
	}
	if _, ok := a.offers.Take(hash, now); !ok || !found {
		return Entrance{}, ErrLinkUnknown
	}
	token, expires, err := a.IssueStaff(chosen)
	return Entrance{Token: token, Staff: chosen, Expires: expires, To: open.to}, err
}

// choose finds the clinic, or the only one there is.
func choose(choices []Staff, clinic rooms.ClinicID) (Staff, bool) {
	if clinic == "" && len(choices) == 1 {
		return choices[0], true
	}
	for _, staff := range choices {
		if staff.Clinic == clinic {
			return staff, true
		}
	}
	return Staff{}, false
}
