package oidc

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"vesper/auth"
	"vesper/auth/authtest"
	"vesper/rooms"
)

func provider(t *testing.T, grants ...Grant) (*Provider, *authtest.Issuer) {
	t.Helper()
	issuer := authtest.New(t)
	issuer.Secret = "of-the-client"
	issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": []string{"iop-admins", "mesa-clinicians"}}
	return New(Options{
		Issuer: issuer.URL, ClientID: issuer.ClientID, Secret: auth.Secret(issuer.Secret),
		Redirect: "https://groups.example.org/api/v1/oidc/idp/callback", Claim: "groups", Grants: grants,
	}), issuer
}

var both = []Grant{
	{Clinic: "harbor", Value: "iop-admins", Role: auth.Admin},
	{Clinic: "harbor", Value: "iop-admins", Role: auth.Clinician},
	{Clinic: "mesa", Value: "mesa-clinicians", Role: auth.Clinician},
	{Clinic: "delta", Value: "delta-staff", Role: auth.Admin},
}

func TestGroupsBecomeRoles(t *testing.T) {
	p, issuer := provider(t, both...)
	address, err := p.Start(t.Context(), "browser", "/console/week")
	if err != nil {
		t.Fatal(err)
	}
	state, code := issuer.Approve(t, address)
	got, err := p.Finish(t.Context(), "browser", state, code)
	if err != nil {
		t.Fatal(err)
	}
	want := Subject{
		Issuer: issuer.URL, ID: "sam", Name: "Sam Ortiz", To: "/console/week",
		Staff: []auth.Staff{
			{Clinic: "harbor", Roles: []auth.StaffRole{auth.Admin, auth.Clinician}},
			{Clinic: "mesa", Roles: []auth.StaffRole{auth.Clinician}},
		},
		Without: []rooms.ClinicID{"delta"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	asked := issuer.Asked[0]
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(asked.Get(name)) < 20 {
			t.Errorf("%s is %q, want something random", name, asked.Get(name))
		}
	}
}

// Whatever is wrong with the answer, nobody is signed in.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*authtest.Issuer)
		answer func(state, code string) (browser, s, c string)
		want   error
	}{
		"another browser":  {answer: func(s, c string) (string, string, string) { return "thief", s, c }, want: ErrState},
		"no cookie":        {answer: func(s, c string) (string, string, string) { return "", s, c }, want: ErrState},
		"state not ours":   {answer: func(_, c string) (string, string, string) { return "browser", "x", c }, want: ErrState},
		"no code":          {answer: func(s, _ string) (string, string, string) { return "browser", s, "" }, want: ErrRefused},
		"another's code":   {answer: func(s, _ string) (string, string, string) { return "browser", s, "y" }, want: ErrRefused},
		"wrong key":        {change: func(i *authtest.Issuer) { i.WrongKey = true }, want: ErrRefused},
		"another nonce":    {change: spoil("nonce", "other"), want: ErrRefused},
		"another audience": {change: spoil("aud", "somebody-else"), want: ErrRefused},
		"another issuer":   {change: spoil("iss", "https://elsewhere.example"), want: ErrRefused},
		"expired":          {change: spoil("exp", time.Now().Add(-time.Hour).Unix()), want: ErrRefused},
		"client secret":    {change: func(i *authtest.Issuer) { i.Secret = "changed" }, want: ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			p, issuer := provider(t, both...)
			if c.change != nil {
				c.change(issuer)
			}
			address, err := p.Start(t.Context(), "browser", "")
			if err != nil {
				t.Fatal(err)
			}
			state, code := issuer.Approve(t, address)
			browser := "browser"
			if c.answer != nil {
				browser, state, code = c.answer(state, code)
			}
			if _, err := p.Finish(t.Context(), browser, state, code); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// Somebody whose groups say nothing is vouched for, without any role.
func TestNoKnownGroup(t *testing.T) {
	for name, groups := range map[string]any{"unknown": []string{"kitchen"}, "numbers": []int{1}, "none": nil, "of another kind": map[string]any{"iop-admins": true}} {
		p, issuer := provider(t, both...)
		issuer.Claims["groups"] = groups
		address, err := p.Start(t.Context(), "browser", "")
		if err != nil {
			t.Fatal(err)
		}
		state, code := issuer.Approve(t, address)
		got, err := p.Finish(t.Context(), "browser", state, code)
		if err != nil || len(got.Staff) != 0 || len(got.Without) != 3 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func spoil(claim string, value any) func(*authtest.Issuer) {
	return func(i *authtest.Issuer) { i.Spoil = func(c jwt.MapClaims) { c[claim] = value } }
}

func TestAnswerCountsOnce(t *testing.T) {
	p, issuer := provider(t, both...)
	address, err := p.Start(t.Context(), "browser", "")
	if err != nil {
		t.Fatal(err)
	}
	state, code := issuer.Approve(t, address)
	if _, err := p.Finish(t.Context(), "browser", state, code); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(t.Context(), "browser", state, code); !errors.Is(err, ErrState) {
		t.Errorf("got %v, want ErrState", err)
	}
}

func TestProviderAway(t *testing.T) {
	p := New(Options{Issuer: "http://127.0.0.1:1", ClientID: "vesper"})
	if _, err := p.Start(t.Context(), "browser", ""); !errors.Is(err, ErrProvider) {
		t.Errorf("got %v, want ErrProvider", err)
	}
}

func TestSecretIsNotInTheAddress(t *testing.T) {
	p, issuer := provider(t, both...)
	address, err := p.Start(t.Context(), "browser", "")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Has("client_secret") || u.Query().Get("client_id") != issuer.ClientID {
		t.Errorf("address %s: %v", address, err)
	}
}
