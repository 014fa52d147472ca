package api

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/auth"
	"vesper/rooms"
)

// registered is a program with a key, which may have a name of another's.
func (o *office) registered(name string, scopes ...auth.Scope) (token func() string) {
	o.t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	o.check(err)
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "x": base64.RawURLEncoding.EncodeToString(public),
	}}})
	o.check(err)
	client, err := o.records.AddServiceClient(o.t.Context(), auth.ServiceClient{Clinic: o.clinic["harbor"], Name: name, Scopes: scopes, Keys: set})
	o.check(err)
	return func() string {
		assertion := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
			"iss": client.ID, "sub": client.ID, "aud": o.url + tokenPath, "jti": rooms.NewID(), "exp": o.now.Add(time.Minute).Unix(),
		})
		assertion.Header["kid"] = "k1"
		signed, err := assertion.SignedString(private)
		o.check(err)
		token, _, err := o.authority.Assert(o.t.Context(), signed, o.url+tokenPath, nil)
		o.check(err)
		return token
	}
}

// Two programs of one name are two: neither gets the other's answers and
// files, and each gets its own with its next token too.
func TestProgramsOfOneName(t *testing.T) {
	o := newOffice(t)
	o.seat("harbor", "FREQ=DAILY;COUNT=2", o.local(time.Hour))
	mine, theirs := o.registered("EHR", auth.ScopeAdmin), o.registered("EHR", auth.ScopeAdmin)
	hook := `{"url":"https://ehr.example.org/hook"}`
	_, first, _ := o.repeat("key", "/webhooks", mine(), hook)
	if _, again, replayed := o.repeat("key", "/webhooks", mine(), hook); again != first || !replayed {
		t.Errorf("the same program with its next token: %v %s", replayed, again)
	}
	byName, _, err := o.authority.IssueService(t.Context(), o.clinic["harbor"], "EHR", []auth.Scope{auth.ScopeAdmin}, time.Hour)
	o.check(err)
	for _, token := range []string{theirs(), byName} {
		if _, other, replayed := o.repeat("key", "/webhooks", token, hook); other == first || replayed {
			t.Errorf("another program of that name gets the secret: %s", other)
		}
	}
	// A caller who lost the right does not get the stored answer either.
	if status, got, _ := o.repeat("key", "/webhooks", o.token["harbor"], hook); status != 403 {
		t.Errorf("%d %s", status, got)
	}

	_, list := o.call("GET", "/api/v1/sessions", o.token["harbor"], nil)
	session := list["sessions"].([]any)[0].(map[string]any)["id"].(string)
	order := map[string]any{"kind": "csv", "session": session, "purpose": "the test", "recipient": "nobody", "draft": true}
	status, made := o.call("POST", "/api/v1/exports", mine(), order)
	o.want(200, "", status, made)
	id := made["id"].(string)
	o.exportDone(id, mine())
	for _, path := range []string{"/api/v1/exports/" + id, "/api/v1/exports/" + id + "/file"} {
		for _, token := range []string{theirs(), byName} {
			status, got := o.call("GET", path, token, nil)
			o.want(404, "not_there", status, got)
		}
		if status, text := o.raw("GET", path, mine(), nil); status != 200 {
			t.Errorf("one's own: %d %.100s", status, text)
		}
	}
	for range perCaller - 1 { // a new token is no new allowance
		status, got := o.call("POST", "/api/v1/exports", mine(), order)
		o.want(200, "", status, got)
	}
	status, got := o.call("POST", "/api/v1/exports", mine(), order)
	o.want(429, "too_many", status, got)
}
