package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/auth/oidc"
	"vesper/auth/passkey"
	"vesper/auth/smart"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/signaling/wire"
)

// SignIn are the ways by which staff prove who they are, beside one-time
// links. The zero value has none.
type SignIn struct {
	Passkeys  *passkey.Party // nil: the pages' address can have none
	Providers []Provider
	SMART     *smart.Launcher // nil: no record system launches sessions
}

// Provider is an identity provider under the name by which people know it.
type Provider struct {
	ID, Name string
	*oidc.Provider
}

// Ways is what the sign-in page offers.
type Ways struct {
	Passkeys  bool       `json:"passkeys"`
	Providers []NamedWay `json:"providers"`
}

// NamedWay is one identity provider; its page is /api/v1/oidc/{id}/start.
type NamedWay struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Me is the caller's own sign-in.
type Me struct {
	wire.SignedIn
	IdleSeconds int `json:"idle_s" doc:"a sign-in that nobody uses ends after so long"`
}

type personPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (h *house) staff(api huma.API) {
	huma.Register(api, operation("POST", "/staff/signin", "sign-in", "Exchange the secret of a staff link, or of a proven identity, for a token of 12 h", ""),
		func(ctx context.Context, in *body[wire.SignInRequest]) (*body[wire.SignedIn], error) {
			out, err := h.signIn(ctx, auth.Secret(in.Body.Secret), rooms.ClinicID(in.Body.Clinic))
			return &body[wire.SignedIn]{out}, h.problemOf("sign in", err)
		})
	huma.Register(api, operation("GET", "/staff/ways", "list-sign-in-ways", "How staff can sign in here", ""),
		func(context.Context, *struct{}) (*body[Ways], error) { return &body[Ways]{h.ways()}, nil })
	huma.Register(api, operation("GET", "/staff/me", "get-me", "Who is signed in", mayMe),
		func(ctx context.Context, _ *struct{}) (*body[Me], error) {
			out, err := h.me(ctx)
			return &body[Me]{out}, h.problemOf("read own sign-in", err)
		})
	huma.Register(api, operation("POST", "/staff/signout", "sign-out", "End this sign-in", mayMe),
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			who := callerOf(ctx)
			ctx = noting(ctx, "signin.end", records.AuditEntry{Person: rooms.PersonID(who.id)})
			err := h.Authority.EndStaffSession(ctx, who.clinic, who.signIn, "signed_out")
			return nil, h.problemOf("sign out", err)
		})
	huma.Register(api, operation("POST", "/persons/{id}/signin-link", "create-sign-in-link", "Make a one-time link (15 min) with which a staff member signs in", maySettings),
		func(ctx context.Context, in *personPath) (*body[Link], error) {
			out, err := h.signInLink(ctx, rooms.PersonID(in.ID))
			return &body[Link]{out}, h.problemOf("make sign-in link", err)
		})
	huma.Register(api, operation("POST", "/persons/{id}/signout", "sign-person-out", "End every sign-in of a staff member", maySettings),
		func(ctx context.Context, in *personPath) (*struct{}, error) {
			return nil, h.problemOf("sign person out", h.signPersonOut(ctx, rooms.PersonID(in.ID)))
		})
}

func (h *house) ways() Ways {
	ways := Ways{Passkeys: h.SignIn.Passkeys != nil, Providers: []NamedWay{}}
	for _, p := range h.SignIn.Providers {
		ways.Providers = append(ways.Providers, NamedWay{p.ID, p.Name})
	}
	return ways
}

func (h *house) signIn(ctx context.Context, secret auth.Secret, clinic rooms.ClinicID) (wire.SignedIn, error) {
	if err := h.tried(secret); err != nil {
		return wire.SignedIn{}, err
	}
	in, err := h.Authority.SignInTo(ctx, secret, clinic)
	if err != nil {
		return wire.SignedIn{}, err
	}
	return h.signedIn(ctx, in)
}

// signedIn puts an entrance into words: whose console it is, or which clinics
// there are to choose from.
func (h *house) signedIn(ctx context.Context, in auth.Entrance) (wire.SignedIn, error) {
	out := wire.SignedIn{To: in.To}
	for _, choice := range in.Choices {
		clinic, err := h.Records.Clinic(ctx, choice.Clinic)
		if err != nil {
			return wire.SignedIn{}, err
		}
		out.Choices = append(out.Choices, wire.ClinicChoice{ID: string(clinic.ID), Name: clinic.Name})
	}
	if len(out.Choices) > 0 {
		return out, nil
	}
	var err error
	if in.Staff.Roles, err = h.held(ctx, in.Staff); errors.Is(err, auth.ErrInvalid) {
		return wire.SignedIn{}, auth.ErrNoRole
	}
	if err != nil {
		return wire.SignedIn{}, err
	}
	who, err := h.who(ctx, in.Staff)
	if err != nil {
		return wire.SignedIn{}, err
	}
	who.Token, who.Expires, who.To = in.Token, in.Expires.UTC().Format(time.RFC3339), in.To
	return who, h.Records.Audit(ctx, records.AuditEntry{
		Clinic: in.Staff.Clinic, Actor: string(in.Staff.Person), ActorKind: "staff", Action: "signin", Person: in.Staff.Person,
	})
}

// who is a staff member as the console shows them.
func (h *house) who(ctx context.Context, staff auth.Staff) (wire.SignedIn, error) {
	clinic, err := h.Records.Clinic(ctx, staff.Clinic)
	if err != nil {
		return wire.SignedIn{}, err
	}
	person, err := h.Records.Person(ctx, staff.Clinic, staff.Person)
	out := wire.SignedIn{
		Clinic: clinic.Name, Name: person.DisplayName, ClinicID: string(clinic.ID), Zone: clinic.Zone, Person: string(person.ID),
	}
	for _, role := range staff.Roles {
		out.Roles = append(out.Roles, string(role))
	}
	return out, err
}

func (h *house) me(ctx context.Context) (Me, error) {
	who := callerOf(ctx)
	out, err := h.who(ctx, auth.Staff{Clinic: who.clinic, Person: rooms.PersonID(who.id), Roles: who.roles})
	return Me{out, int(h.Authority.Idle().Seconds())}, err
}

// signInLink is for staff who have no passkey yet, or lost it.
func (h *house) signInLink(ctx context.Context, id rooms.PersonID) (Link, error) {
	who := callerOf(ctx)
	person, err := h.Records.Person(ctx, who.clinic, id)
	if err != nil {
		return Link{}, err
	}
	if person.Kind != records.StaffPerson || len(person.StaffRoles) == 0 {
		return Link{}, refuse(422, "not_staff", "Only a staff member with a role in the clinic can sign in.")
	}
	ctx = noting(ctx, "signin_link.create", records.AuditEntry{Person: id})
	secret, link, err := h.Authority.NewStaffLink(ctx, auth.Staff{Clinic: who.clinic, Person: id, Roles: person.StaffRoles}, 0, false)
	return Link{link.ID, h.URL + ConsolePath(secret)}, err
}

func (h *house) signPersonOut(ctx context.Context, id rooms.PersonID) error {
	who := callerOf(ctx)
	if _, err := h.Records.Person(ctx, who.clinic, id); err != nil {
		return err
	}
	return h.Authority.EndStaffOf(noting(ctx, "signin.end", records.AuditEntry{Person: id}), who.clinic, id)
}
