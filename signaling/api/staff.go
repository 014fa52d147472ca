package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vesper/auth"
	"vesper/signaling/wire"
)

func (h *house) staff(api huma.API) {
	huma.Register(api, operation("POST", "/staff/signin", "sign-in", "Exchange the secret of a staff link for a token of 12 h", ""),
		func(ctx context.Context, in *body[wire.SignInRequest]) (*body[wire.SignedIn], error) {
			out, err := h.signIn(ctx, auth.Secret(in.Body.Secret))
			return &body[wire.SignedIn]{out}, h.problemOf("sign in", err)
		})
}

func (h *house) signIn(ctx context.Context, secret auth.Secret) (wire.SignedIn, error) {
	token, staff, expires, err := h.Authority.SignIn(ctx, secret)
	if err != nil {
		return wire.SignedIn{}, err
	}
	clinic, err := h.Records.Clinic(ctx, staff.Clinic)
	if err != nil {
		return wire.SignedIn{}, err
	}
	person, err := h.Records.Person(ctx, staff.Clinic, staff.Person)
	if err != nil {
		return wire.SignedIn{}, err
	}
	out := wire.SignedIn{
		Token: token, Expires: expires.UTC().Format(time.RFC3339), Clinic: clinic.Name, Name: person.DisplayName,
		ClinicID: string(clinic.ID), Zone: clinic.Zone, Person: string(person.ID),
	}
	for _, role := range staff.Roles {
		out.Roles = append(out.Roles, string(role))
	}
	return out, nil
}
