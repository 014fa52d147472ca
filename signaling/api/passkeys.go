package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/auth/passkey"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// Ceremony is what the page hands to navigator.credentials, and the id under
// which it brings the answer.
type Ceremony struct {
	ID      string `json:"id"`
	Options any    `json:"options" doc:"PublicKeyCredentialCreationOptions or RequestOptions (WebAuthn), under publicKey"`
}

// PasskeyAnswer is the authenticator's answer, as PublicKeyCredential.toJSON
// gives it.
type PasskeyAnswer struct {
	ID       string          `json:"id" maxLength:"64"`
	Label    string          `json:"label,omitempty" maxLength:"60" doc:"how its owner calls it"`
	Response json.RawMessage `json:"response"`
}

// ListedPasskey is one that the caller has.
type ListedPasskey struct {
	ID        string `json:"id"`
	Label     string `json:"label"`
	CreatedAt string `json:"created_at"`
	UsedAt    string `json:"used_at,omitempty"`
}

// PasskeyList is all of them.
type PasskeyList struct {
	Passkeys []ListedPasskey `json:"passkeys"`
}

type passkeyPath struct {
	ID string `path:"id" maxLength:"1400"`
}

var (
	noPasskeys     = refuse(http.StatusConflict, "no_passkeys", "Passkeys need a host name and https; here staff sign in with one-time links.")
	passkeyRefused = refuse(http.StatusUnauthorized, "passkey_refused", "That passkey is not known here, or the request took too long.")
)

func (h *house) passkeys(api huma.API) {
	huma.Register(api, operation("POST", "/staff/passkeys/begin", "begin-passkey", "Begin to enrol a passkey for oneself", mayMe),
		func(ctx context.Context, _ *struct{}) (*body[Ceremony], error) {
			out, err := h.beginPasskey(ctx)
			return &body[Ceremony]{out}, h.problemOf("begin to enrol passkey", err)
		})
	huma.Register(api, operation("POST", "/staff/passkeys", "enrol-passkey", "Enrol the passkey that was made", mayMe),
		func(ctx context.Context, in *body[PasskeyAnswer]) (*body[Created], error) {
			out, err := h.enrolPasskey(ctx, in.Body)
			return &body[Created]{out}, h.problemOf("enrol passkey", err)
		})
	huma.Register(api, operation("GET", "/staff/passkeys", "list-passkeys", "One's own passkeys", mayMe),
		func(ctx context.Context, _ *struct{}) (*body[PasskeyList], error) {
			out, err := h.listPasskeys(ctx)
			return &body[PasskeyList]{out}, h.problemOf("list passkeys", err)
		})
	huma.Register(api, operation("DELETE", "/staff/passkeys/{id}", "drop-passkey", "Forget one of one's own passkeys", mayMe),
		func(ctx context.Context, in *passkeyPath) (*struct{}, error) {
			who := callerOf(ctx).staff()
			err := h.Records.DropPasskey(noting(ctx, "passkey.drop", records.AuditEntry{Person: who.Person}), who.Clinic, who.Person, in.ID)
			return nil, h.problemOf("drop passkey", err)
		})
	huma.Register(api, operation("POST", "/staff/passkey/begin", "begin-passkey-sign-in", "Begin a sign-in by passkey", ""),
		func(context.Context, *struct{}) (*body[Ceremony], error) {
			out, err := h.beginPasskeySignIn()
			return &body[Ceremony]{out}, h.problemOf("begin sign-in by passkey", err)
		})
	huma.Register(api, operation("POST", "/staff/passkey/signin", "sign-in-by-passkey", "Sign in by passkey: a token, or the clinics to choose from and a secret to choose with", ""),
		func(ctx context.Context, in *body[PasskeyAnswer]) (*body[wire.SignedIn], error) {
			out, err := h.passkeySignIn(ctx, in.Body)
			return &body[wire.SignedIn]{out}, h.problemOf("sign in by passkey", err)
		})
	huma.Register(api, operation("POST", "/staff/passkeys/join", "join-passkey", "Use a passkey of another clinic here too", mayMe),
		func(ctx context.Context, in *body[PasskeyAnswer]) (*struct{}, error) {
			return nil, h.problemOf("use passkey here too", h.joinPasskey(ctx, in.Body))
		})
}

func (h *house) beginPasskey(ctx context.Context) (Ceremony, error) {
	if h.SignIn.Passkeys == nil {
		return Ceremony{}, noPasskeys
	}
	who := callerOf(ctx).staff()
	person, err := h.Records.Person(ctx, who.Clinic, who.Person)
	if err != nil {
		return Ceremony{}, err
	}
	id, options, err := h.SignIn.Passkeys.BeginEnrol(ctx, who, person.DisplayName)
	return Ceremony{id, options}, err
}

func (h *house) enrolPasskey(ctx context.Context, in PasskeyAnswer) (Created, error) {
	if h.SignIn.Passkeys == nil {
		return Created{}, noPasskeys
	}
	who := callerOf(ctx).staff()
	ctx = noting(ctx, "passkey.enrol", records.AuditEntry{Person: who.Person})
	key, err := h.SignIn.Passkeys.Enrol(ctx, who, in.ID, in.Label, in.Response)
	return Created{key.Credential}, err
}

func (h *house) listPasskeys(ctx context.Context) (PasskeyList, error) {
	who := callerOf(ctx)
	keys, err := h.Records.Passkeys(ctx, who.clinic, rooms.PersonID(who.id))
	out := PasskeyList{Passkeys: make([]ListedPasskey, len(keys))}
	for i, key := range keys {
		out.Passkeys[i] = ListedPasskey{ID: key.Credential, Label: key.Label, CreatedAt: key.CreatedAt.Format(time.RFC3339)}
		if !key.UsedAt.IsZero() {
			out.Passkeys[i].UsedAt = key.UsedAt.Format(time.RFC3339)
		}
	}
	return out, err
}

func (h *house) beginPasskeySignIn() (Ceremony, error) {
	if h.SignIn.Passkeys == nil {
		return Ceremony{}, noPasskeys
	}
	id, options, err := h.SignIn.Passkeys.BeginSignIn()
	return Ceremony{id, options}, err
}

// passkeySignIn proves the passkey, then offers the clinics in which its owner
// is still staff.
func (h *house) passkeySignIn(ctx context.Context, in PasskeyAnswer) (wire.SignedIn, error) {
	if h.SignIn.Passkeys == nil {
		return wire.SignedIn{}, noPasskeys
	}
	keys, err := h.SignIn.Passkeys.SignIn(ctx, in.ID, in.Response)
	if err != nil {
		return wire.SignedIn{}, err
	}
	var choices []auth.Staff
	for _, key := range keys {
		person, err := h.Records.Person(ctx, key.Clinic, key.Person)
		if err != nil {
			return wire.SignedIn{}, err
		}
		if len(person.StaffRoles) > 0 {
			choices = append(choices, auth.Staff{Clinic: key.Clinic, Person: key.Person, Roles: person.StaffRoles})
		}
	}
	secret, err := h.Authority.Offer(choices, "")
	if err != nil {
		return wire.SignedIn{}, err
	}
	out, err := h.signIn(ctx, secret, "")
	if len(out.Choices) > 0 {
		out.Secret = secret.Reveal()
	}
	return out, err
}

func (h *house) joinPasskey(ctx context.Context, in PasskeyAnswer) error {
	if h.SignIn.Passkeys == nil {
		return noPasskeys
	}
	keys, err := h.SignIn.Passkeys.SignIn(ctx, in.ID, in.Response)
	if err != nil {
		return err
	}
	who := callerOf(ctx).staff()
	return h.SignIn.Passkeys.Join(noting(ctx, "passkey.enrol", records.AuditEntry{Person: who.Person}), who, keys)
}

// passkeyProblem puts the refusals of passkeys into words, or returns nil.
func passkeyProblem(err error) *problem {
	if errors.Is(err, passkey.ErrRefused) {
		return passkeyRefused
	}
	return nil
}
