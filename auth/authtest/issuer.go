// Package authtest is a small authorization server for tests: OpenID Connect
// (discovery, authorization code flow with PKCE, ID tokens) and the SMART App
// Launch configuration of an EHR. It approves every request as the user that
// the test has set, and can be told to answer wrongly.
package authtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer is the running server. Set fields before a request, with Lock held.
type Issuer struct {
	sync.Mutex
	URL      string
	ClientID string
	Secret   string         // of a confidential client; empty: public
	Claims   map[string]any // of the user who approves
	Context  map[string]any // beside the tokens: patient, appointment, fhirContext
	// Spoil changes an ID token's claims before it is signed, to be wrong.
	Spoil func(jwt.MapClaims)
	// WrongKey signs with a key that is not published.
	WrongKey bool

	key, other *rsa.PrivateKey
	codes      map[string]url.Values // the requests that were approved
	Asked      []url.Values          // all authorization requests
}

// New starts a server for the life of the test.
func New(t testing.TB) *Issuer {
	t.Helper()
	i, err := Make()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(i.Handler())
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Make makes an issuer with keys of its own. URL is for the caller to set,
// before the first request.
func Make() (*Issuer, error) {
	i := &Issuer{ClientID: "vesper", codes: map[string]url.Values{}, Claims: map[string]any{"sub": "user-1"}}
	for _, key := range []**rsa.PrivateKey{&i.key, &i.other} {
		made, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make issuer: %w", err)
		}
		*key = made
	}
	return i, nil
}

// Handler serves the issuer at URL.
func (i *Issuer) Handler() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.configuration)
	mux.HandleFunc("GET /.well-known/smart-configuration", i.configuration)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /keys", i.keys)
	return mux
}

func (i *Issuer) configuration(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"grant_types_supported": []string{"authorization_code"}, "capabilities": []string{"launch-ehr", "sso-openid-connect"},
	})
}

// authorize approves at once and sends the browser back.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	i.Lock()
	defer i.Unlock()
	q := r.URL.Query()
	i.Asked = append(i.Asked, q)
	if q.Get("client_id") != i.ClientID || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" {
		http.Error(w, "client or PKCE is missing", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.codes[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.Lock()
	defer i.Unlock()
	asked, ok := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	_, password, basic := r.BasicAuth()
	if !basic {
		password = r.FormValue("client_secret")
	}
	if !ok || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) ||
		asked.Get("redirect_uri") != r.FormValue("redirect_uri") || password != i.Secret {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	claims := jwt.MapClaims{
		"iss": i.URL, "aud": i.ClientID, "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": asked.Get("nonce"),
	}
	maps.Copy(claims, i.Claims)
	if i.Spoil != nil {
		i.Spoil(claims)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "1"
	key := i.key
	if i.WrongKey {
		key = i.other
	}
	signed, err := token.SignedString(key)
	if err != nil {
		http.Error(w, "sign", http.StatusInternalServerError)
		return
	}
	out := map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": signed}
	maps.Copy(out, i.Context)
	answer(w, out)
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig",
		"n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// Approve follows an authorization address and returns what comes back.
func (i *Issuer) Approve(t testing.TB, address string) (state, code string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	back, err := r.Location()
	if err != nil {
		t.Fatalf("authorize: %s, %v", r.Status, err)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}
