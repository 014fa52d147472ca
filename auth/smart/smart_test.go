package smart

import (
	"errors"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"vesper/auth"
	"vesper/auth/authtest"
)

func launcher(t *testing.T) (*Launcher, *authtest.Issuer, EHR) {
	t.Helper()
	issuer := authtest.New(t)
	issuer.Claims = map[string]any{"sub": "u-9", "name": "Dana Reyes", "fhirUser": issuer.URL + "/Practitioner/12"}
	ehr := EHR{Issuer: issuer.URL, ClientID: issuer.ClientID, Clinic: "harbor", Roles: []auth.StaffRole{auth.Clinician}}
	return New(Options{EHRs: []EHR{ehr}, Redirect: "https://groups.example.org/api/v1/smart/callback"}), issuer, ehr
}

func TestLaunchNamesTheAppointment(t *testing.T) {
	for name, context := range map[string]map[string]any{
		"as a parameter": {"appointment": "a-77", "patient": "p-3"},
		"as a reference": {"patient": "p-3", "fhirContext": []any{
			map[string]any{"reference": "Encounter/e-1"}, map[string]any{"reference": "Appointment/a-77"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l, issuer, ehr := launcher(t)
			issuer.Context = context
			address, err := l.Start(t.Context(), issuer.URL+"/", "opaque", "browser")
			if err != nil {
				t.Fatal(err)
			}
			state, code := issuer.Approve(t, address)
			got, err := l.Finish(t.Context(), "browser", state, code)
			want := Launch{
				EHR: ehr, Issuer: issuer.URL, Subject: "u-9", Name: "Dana Reyes", User: "Practitioner/12", Appointment: "a-77", Patient: "p-3",
			}
			if d := cmp.Diff(want, got); d != "" || err != nil || !got.Practitioner() {
				t.Error(err, d)
			}
			asked := issuer.Asked[0]
			if asked.Get("launch") != "opaque" || asked.Get("aud") != issuer.URL || asked.Get("code_challenge_method") != "S256" {
				t.Errorf("asked %v", asked)
			}
		})
	}
}

func TestLaunchRefused(t *testing.T) {
	l, issuer, _ := launcher(t)
	if _, err := l.Start(t.Context(), "https://elsewhere.example/fhir", "opaque", "browser"); !errors.Is(err, ErrIssuer) {
		t.Errorf("unknown EHR: %v", err)
	}
	if _, err := l.Start(t.Context(), issuer.URL, "", "browser"); !errors.Is(err, ErrIssuer) {
		t.Errorf("no launch: %v", err)
	}
	for name, c := range map[string]struct {
		spoil   func(jwt.MapClaims)
		key     bool
		browser string
		want    error
	}{
		"another browser":  {browser: "thief", want: ErrState},
		"wrong key":        {key: true, browser: "browser", want: ErrRefused},
		"another nonce":    {spoil: func(c jwt.MapClaims) { c["nonce"] = "x" }, browser: "browser", want: ErrRefused},
		"another audience": {spoil: func(c jwt.MapClaims) { c["aud"] = "x" }, browser: "browser", want: ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			issuer.Spoil, issuer.WrongKey = c.spoil, c.key
			address, err := l.Start(t.Context(), issuer.URL, "opaque", "browser")
			if err != nil {
				t.Fatal(err)
			}
			state, code := issuer.Approve(t, address)
			if _, err := l.Finish(t.Context(), c.browser, state, code); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
