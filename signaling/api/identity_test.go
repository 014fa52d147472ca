package api

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/auth"
	"vesper/auth/authtest"
	"vesper/auth/oidc"
	"vesper/auth/smart"
	"vesper/rooms"
	"vesper/rooms/records"
)

// entrance is the office with an identity provider and a record system, both
// the same small authorization server.
type entrance struct {
	*office
	issuer  *authtest.Issuer
	browser *http.Client
}

func newEntrance(t *testing.T) *entrance { return newEntranceFrom(t, auth.FromClinic) }

// newEntranceFrom is an entrance in which one side decides about roles.
func newEntranceFrom(t *testing.T, from auth.RolesFrom) *entrance {
	t.Helper()
	o := newOffice(t)
	e := &entrance{office: o, issuer: authtest.New(t)}
	keys, err := auth.NewKeys()
	o.check(err)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	provider := oidc.New(oidc.Options{
		Issuer: e.issuer.URL, ClientID: e.issuer.ClientID, Redirect: o.url + "/api/v1/oidc/idp/callback", Claim: "groups", Clock: o, From: from,
		Grants: []oidc.Grant{
			{Clinic: o.clinic["harbor"], Value: "admins", Role: auth.Admin},
			{Clinic: o.clinic["harbor"], Value: "billing", Role: auth.Billing},
			{Clinic: o.clinic["mesa"], Value: "mesa", Role: auth.Clinician},
		},
	})
	launcher := smart.New(smart.Options{Redirect: o.url + "/api/v1/smart/callback", Clock: o, EHRs: []smart.EHR{{
		Issuer: e.issuer.URL, ClientID: e.issuer.ClientID, Clinic: o.clinic["harbor"], Roles: []auth.StaffRole{auth.Clinician, auth.Billing}, From: from,
	}}})
	Mount(mux, Options{
		Records: o.records, Authority: o.authority, Keys: keys, Clock: o, Planned: o.expand, URL: o.url,
		SignIn: SignIn{Providers: []Provider{{"idp", "Harbor sign-in", provider}}, SMART: launcher},
	})
	jar, err := cookiejar.New(nil)
	o.check(err)
	e.browser = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/console" || r.URL.Path == "/j" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return e
}

// visit follows an address until it leads to a page, and returns that.
func (e *entrance) visit(path string) *url.URL {
	e.t.Helper()
	response, err := e.browser.Get(e.url + path)
	e.check(err)
	defer response.Body.Close()
	page, err := response.Location()
	if err != nil {
		e.t.Fatalf("GET %s: %s", path, response.Status)
	}
	return page
}

func TestProviderSignsIn(t *testing.T) {
	e := newEntrance(t)
	e.issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": "admins"}
	page := e.visit("/api/v1/oidc/idp/start?to=/console/week")
	status, got := e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment})
	e.want(200, "", status, got)
	if got["clinic"] != "harbor" || got["name"] != "Sam Ortiz" || got["to"] != "/console/week" || got["roles"].([]any)[0] != "admin" {
		t.Errorf("signed in: %v", got)
	}
	first := got["person"]
	status, me := e.call("GET", "/api/v1/staff/me", got["token"].(string), nil)
	e.want(200, "", status, me)
	if me["person"] != first || me["idle_s"] != float64(900) {
		t.Errorf("me: %v", me)
	}
	status, again := e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment})
	e.want(404, "link_unknown", status, again)
	page = e.visit("/api/v1/oidc/idp/start")
	if _, got = e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment}); got["person"] != first {
		t.Errorf("the second time %v, want the same person %v", got["person"], first)
	}
}

// Somebody whom two clinics know chooses, and the one not chosen stays shut.
func TestTwoClinics(t *testing.T) {
	e := newEntrance(t)
	e.issuer.Claims = map[string]any{"sub": "sam", "name": "Sam Ortiz", "groups": []string{"admins", "mesa"}}
	secret := e.visit("/api/v1/oidc/idp/start").Fragment
	status, got := e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": secret})
	e.want(200, "", status, got)
	if got["token"] != "" || len(got["choices"].([]any)) != 2 {
		t.Fatalf("want a choice: %v", got)
	}
	status, got = e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": secret, "clinic": string(e.clinic["mesa"])})
	e.want(200, "", status, got)
	if got["clinic"] != "mesa" {
		t.Errorf("signed in to %v", got["clinic"])
	}
	status, people := e.call("POST", "/api/v1/persons", got["token"].(string), map[string]any{"kind": "client", "legal_name": "A", "display_name": "A"})
	e.want(403, "not_allowed", status, people) // an admin at Harbor, a clinician here
}

func TestProviderRefuses(t *testing.T) {
	e := newEntrance(t)
	e.issuer.Claims = map[string]any{"sub": "kim", "groups": "kitchen"}
	if page := e.visit("/api/v1/oidc/idp/start"); page.Query().Get("problem") != "no_role" || page.Fragment != "" {
		t.Errorf("no role: %v", page)
	}
	e.issuer.WrongKey = true
	if page := e.visit("/api/v1/oidc/idp/start"); page.Query().Get("problem") != "signin_refused" {
		t.Errorf("forged: %v", page)
	}
	if page := e.visit("/api/v1/oidc/idp/callback?state=x&code=y"); page.Query().Get("problem") != "signin_late" {
		t.Errorf("not begun here: %v", page)
	}
	for _, to := range []string{"https://elsewhere.example", "//elsewhere.example/console", "/j", `/console\@elsewhere`} {
		if got := consolePath(to); got != "" {
			t.Errorf("leads to %q", got)
		}
	}
}

func TestLaunchOpensTheSession(t *testing.T) {
	e := newEntrance(t)
	seat, _ := e.seat("harbor", "FREQ=DAILY;COUNT=1", e.local(time.Hour))
	_, list := e.call("GET", "/api/v1/sessions", e.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	status, got := e.call("PUT", "/api/v1/sessions/"+session+"/identifier", e.token["harbor"], Identifier{System: e.issuer.URL, Value: "Appointment/a-77"})
	e.want(204, "", status, got)
	e.issuer.Context = map[string]any{"appointment": "a-77"}
	launch := "/api/v1/smart/launch?launch=opaque&iss=" + url.QueryEscape(e.issuer.URL)

	e.issuer.Claims = map[string]any{"sub": "u-9", "name": "Dana Reyes", "fhirUser": "Practitioner/12"}
	page := e.visit(launch)
	status, got = e.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": page.Fragment})
	e.want(200, "", status, got)
	if got["to"] != "/console/sessions/"+session || got["roles"].([]any)[0] != "clinician" {
		t.Errorf("a practitioner gets %v", got)
	}

	held, err := e.records.Seat(t.Context(), e.clinic["harbor"], rooms.SeatID(seat))
	e.check(err)
	status, got = e.call("PUT", "/api/v1/persons/"+string(held.Person)+"/identifier", e.token["harbor"], Identifier{System: e.issuer.URL, Value: "Patient/7"})
	e.want(204, "", status, got)
	e.issuer.Claims = map[string]any{"sub": "u-10", "fhirUser": e.issuer.URL + "/Patient/7"}
	page = e.visit(launch)
	status, got = e.call("POST", "/api/v1/invitations/open", "", map[string]string{"secret": page.Fragment})
	e.want(200, "", status, got)
	if page.Path != "/j" || got["name"] != "Ana R." {
		t.Errorf("a client gets %v: %v", page.Path, got)
	}

	for code, change := range map[string]func(){
		"no_role":           func() { e.issuer.Claims["fhirUser"] = "Patient/8" },
		"launch_no_session": func() { e.issuer.Context = map[string]any{"appointment": "a-78"} },
	} {
		change()
		if page := e.visit(launch); page.Query().Get("problem") != code {
			t.Errorf("want %s: %v", code, page)
		}
	}
	if page := e.visit("/api/v1/smart/launch?launch=x&iss=https://elsewhere.example"); page.Query().Get("problem") != "launch_unknown" {
		t.Errorf("an unknown EHR: %v", page)
	}
}

// A program signs its own assertions; everything odd about one is refused.
func TestClientAssertion(t *testing.T) {
	e := newEntrance(t)
	admin, _, err := e.authority.IssueService(t.Context(), e.clinic["harbor"], "setup", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	e.check(err)
	public, private, err := ed25519.GenerateKey(nil)
	e.check(err)
	set := map[string]any{"keys": []any{map[string]any{
		"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "x": base64.RawURLEncoding.EncodeToString(public),
	}}}
	status, got := e.call("POST", "/api/v1/service-clients", admin, map[string]any{"name": "EHR", "scopes": []string{"sessions:read"}, "keys": set})
	e.want(200, "", status, got)
	id := got["id"].(string)
	good := func() jwt.MapClaims {
		return jwt.MapClaims{
			"iss": id, "sub": id, "aud": e.url + tokenPath, "jti": rooms.NewID(), "exp": e.now.Add(4 * time.Minute).Unix(),
		}
	}
	sign := func(claims jwt.MapClaims, key ed25519.PrivateKey) string {
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
		token.Header["kid"] = "k1"
		signed, err := token.SignedString(key)
		e.check(err)
		return signed
	}
	once := good()
	if status, got = e.exchange(sign(once, private), ""); status != 200 || got["scope"] != "sessions:read" {
		t.Fatalf("got %d %v", status, got)
	}
	status, got = e.call("GET", "/api/v1/sessions", got["access_token"].(string), nil)
	e.want(200, "", status, got)

	_, other, err := ed25519.GenerateKey(nil)
	e.check(err)
	for name, c := range map[string]struct {
		change func(jwt.MapClaims)
		key    ed25519.PrivateKey
		scope  string
		want   string
	}{
		"used twice":    {change: func(c jwt.MapClaims) { c["jti"] = once["jti"] }, want: "invalid_client"},
		"another key":   {key: other, want: "invalid_client"},
		"elsewhere":     {change: func(c jwt.MapClaims) { c["aud"] = "https://elsewhere.example" }, want: "invalid_client"},
		"expired":       {change: func(c jwt.MapClaims) { c["exp"] = e.now.Add(-time.Hour).Unix() }, want: "invalid_client"},
		"for a day":     {change: func(c jwt.MapClaims) { c["exp"] = e.now.Add(24 * time.Hour).Unix() }, want: "invalid_client"},
		"no jti":        {change: func(c jwt.MapClaims) { delete(c, "jti") }, want: "invalid_client"},
		"another's sub": {change: func(c jwt.MapClaims) { c["sub"] = "somebody" }, want: "invalid_client"},
		"unknown":       {change: func(c jwt.MapClaims) { c["iss"], c["sub"] = "nobody", "nobody" }, want: "invalid_client"},
		"more scope":    {scope: "admin", want: "invalid_scope"},
	} {
		claims, key := good(), private
		if c.change != nil {
			c.change(claims)
		}
		if c.key != nil {
			key = c.key
		}
		if status, got := e.exchange(sign(claims, key), c.scope); got["error"] != c.want {
			t.Errorf("%s: got %d %v, want %s", name, status, got, c.want)
		}
	}
	status, got = e.call("DELETE", "/api/v1/service-clients/"+id, admin, nil)
	e.want(204, "", status, got)
	if status, got := e.exchange(sign(good(), private), ""); got["error"] != "invalid_client" {
		t.Errorf("after it was revoked: %d %v", status, got)
	}
}

func (e *entrance) exchange(assertion, scope string) (int, map[string]any) {
	e.t.Helper()
	response, err := http.PostForm(e.url+tokenPath, url.Values{
		"grant_type": {"client_credentials"}, "client_assertion_type": {auth.AssertionType}, "client_assertion": {assertion}, "scope": {scope},
	})
	e.check(err)
	defer response.Body.Close()
	var got map[string]any
	e.check(json.NewDecoder(response.Body).Decode(&got))
	return response.StatusCode, got
}

func TestKeySetsRefused(t *testing.T) {
	for set, want := range map[string]string{
		`{}`:            "1 to 8 keys",
		`{"keys":[{}]}`: "kid of its own",
		`{"keys":[{"kty":"OKP","kid":"a","alg":"none"}]}`:                                                  "alg of",
		`{"keys":[{"kty":"oct","kid":"a","alg":"HS256","k":"AAAA"}]}`:                                      "alg of",
		`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","alg":"EdDSA","x":"AA","d":"AA"}]}`:               "private key",
		`{"keys":[{"kty":"EC","crv":"P-384","kid":"a","alg":"ES384","x":"AA","y":"not base64 at all !"}]}`: "can't be read",
	} {
		if err := auth.CheckKeys(json.RawMessage(set)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", set, err, want)
		}
	}
}

// A sign-in that nobody uses ends, whatever the page asks by itself.
func TestIdleSignInEnds(t *testing.T) {
	o := newOffice(t)
	person, err := o.records.CreatePerson(t.Context(), records.Person{
		Clinic: o.clinic["harbor"], Kind: records.StaffPerson, LegalName: "Sam", DisplayName: "Sam", StaffRoles: []auth.StaffRole{auth.Admin},
	})
	o.check(err)
	token, _, err := o.authority.IssueStaff(auth.Staff{Clinic: o.clinic["harbor"], Person: person.ID, Roles: []auth.StaffRole{auth.Admin}})
	o.check(err)
	ask := func(background string) int {
		request, err := http.NewRequest("GET", o.url+"/api/v1/sessions", bytes.NewReader(nil))
		o.check(err)
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set(backgroundHeader, background)
		response, err := http.DefaultClient.Do(request)
		o.check(err)
		response.Body.Close()
		return response.StatusCode
	}
	for range 5 { // used: it lasts
		o.now = o.now.Add(14 * time.Minute)
		if got := ask(""); got != 200 {
			t.Fatalf("in use: %d", got)
		}
	}
	for range 7 { // a page that refreshes is not use
		o.now = o.now.Add(2 * time.Minute)
		if got := ask("1"); got != 200 {
			t.Fatalf("in the background: %d", got)
		}
	}
	o.now = o.now.Add(2 * time.Minute)
	status, got := o.call("GET", "/api/v1/sessions", token, nil)
	o.want(401, "signed_out", status, got)
	status, got = o.call("GET", "/api/v1/sessions", token, nil)
	o.want(401, "token_invalid", status, got)
}

func TestSignOut(t *testing.T) {
	o := newOffice(t)
	sam := records.Person{Clinic: o.clinic["harbor"], Kind: records.StaffPerson, LegalName: "Sam", DisplayName: "Sam", StaffRoles: []auth.StaffRole{auth.Admin}}
	sam, err := o.records.CreatePerson(t.Context(), sam)
	o.check(err)
	who := auth.Staff{Clinic: sam.Clinic, Person: sam.ID, Roles: sam.StaffRoles}
	one, _, err := o.authority.IssueStaff(who)
	o.check(err)
	two, _, err := o.authority.IssueStaff(who)
	o.check(err)
	status, got := o.call("POST", "/api/v1/staff/signout", one, nil)
	o.want(204, "", status, got)
	status, got = o.call("GET", "/api/v1/staff/me", one, nil)
	o.want(401, "token_invalid", status, got)
	status, link := o.call("POST", "/api/v1/persons/"+string(sam.ID)+"/signin-link", two, nil)
	o.want(200, "", status, link)
	status, got = o.call("POST", "/api/v1/persons/"+string(sam.ID)+"/signout", two, nil)
	o.want(204, "", status, got)
	status, got = o.call("GET", "/api/v1/staff/me", two, nil)
	o.want(401, "token_invalid", status, got)
	_, secret, _ := strings.Cut(link["url"].(string), "#")
	status, got = o.call("POST", "/api/v1/staff/signin", "", map[string]string{"secret": secret})
	o.want(200, "", status, got)
	status, got = o.call("GET", "/api/v1/staff/me", got["token"].(string), nil)
	o.want(200, "", status, got)
}
