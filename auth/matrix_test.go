package auth

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// dish is a token before it is signed: whatever an attacker may put together.
type dish struct {
	header, claims map[string]any
	sign           func(input string) []byte
}

func (d dish) token() string {
	part := func(v any) string {
		data, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	input := part(d.header) + "." + part(d.claims)
	return input + "." + base64.RawURLEncoding.EncodeToString(d.sign(input))
}

// counter is one kind: how a good token is made of it, and how it is verified.
type counter struct {
	form   form
	claims map[string]any
	verify func(string) error
}

func counters(t *testing.T, a *Authority, store *memory) []counter {
	t.Helper()
	identity := map[string]any{"clinic": "c1", "session": "s1", "person": "p1", "seat": "t1", "role": "participant"}
	with := func(claims map[string]any, more map[string]any) map[string]any {
		all := maps.Clone(claims)
		maps.Copy(all, more)
		return all
	}
	store.tokens["jti-0"] = ServiceToken{ID: "jti-0", Clinic: "c1"}
	return []counter{
		{ticketForm, identity, func(s string) error { _, err := a.RedeemTicket(t.Context(), s); return err }},
		{resumeForm, with(identity, map[string]any{"gen": 3, "device": "d1"}), func(s string) error { _, err := a.VerifyResume(s); return err }},
		{staffForm, map[string]any{"clinic": "c1", "person": "p9", "roles": []string{"admin"}}, func(s string) error { _, _, err := a.Staff(t.Context(), s, false); return err }},
		{serviceForm, map[string]any{"clinic": "c1", "scopes": []string{"admin"}}, func(s string) error { _, err := a.VerifyService(t.Context(), s); return err }},
	}
}

// good is a token that its kind accepts.
func (c counter) good(a *Authority) dish {
	signer := a.keys.signer(c.form.kind)
	claims := map[string]any{
		"iss": a.issuer, "aud": []string{c.form.audience()}, "jti": "jti-0",
		"iat": begin.Unix(), "nbf": begin.Unix(), "exp": begin.Add(time.Minute).Unix(),
	}
	maps.Copy(claims, c.claims)
	return dish{
		header: map[string]any{"alg": "EdDSA", "kid": signer.id, "typ": c.form.typ()},
		claims: claims,
		sign:   func(input string) []byte { return ed25519.Sign(signer.private, []byte(input)) },
	}
}

// spoil are the ways to make a good token of kind c bad, by name.
func spoil(a *Authority, c counter) map[string]string {
	bad := map[string]string{}
	signer := a.keys.signer(c.form.kind)
	add := func(name string, change func(*dish)) {
		d := c.good(a)
		change(&d)
		bad[name] = d.token()
	}
	header := func(name, field string, value any) {
		add("header "+name, func(d *dish) { d.header[field] = value })
	}
	claim := func(name, field string, value any) {
		add("claim "+name, func(d *dish) { d.claims[field] = value })
	}
	for _, field := range []string{"alg", "kid", "typ"} {
		add("no "+field, func(d *dish) { delete(d.header, field) })
		header("number for "+field, field, 7)
		header("empty "+field, field, "")
	}
	for _, field := range []string{"iss", "aud", "exp", "nbf", "jti"} {
		add("no "+field, func(d *dish) { delete(d.claims, field) })
		claim("null "+field, field, nil)
		claim("object for "+field, field, map[string]any{"a": 1})
	}
	for field := range c.claims {
		add("no "+field, func(d *dish) { delete(d.claims, field) })
		claim("array for "+field, field, []any{map[string]any{}})
	}
	spoilKeys(a, c, signer, add, header)
	spoilTimes(c, claim)
	for _, audience := range []any{"", "vesper", c.form.audience() + "x", strings.ToUpper(c.form.audience()), []string{}, []string{c.form.audience(), "vesper:other"}} {
		claim(fmt.Sprintf("aud %v", audience), "aud", audience)
	}
	for _, issuer := range []any{"", "https://vesper.test/", "https://evil.test", []string{a.issuer}} {
		claim(fmt.Sprintf("iss %v", issuer), "iss", issuer)
	}
	spoilText(a, c, bad)
	return bad
}

// spoilKeys forges by algorithm, key and key id.
func spoilKeys(a *Authority, c counter, signer key, add func(string, func(*dish)), header func(string, string, any)) {
	for _, alg := range []string{"none", "None", "NONE", "nOnE"} {
		add("unsigned "+alg, func(d *dish) { d.header["alg"] = alg; d.sign = func(string) []byte { return nil } })
	}
	public := signer.public()
	pem, _ := publicPEM(public)
	for name, secret := range map[string][]byte{"raw": public, "pem": pem, "kid": []byte(signer.id), "empty": nil} {
		add("HS256 with the public key, "+name, func(d *dish) {
			d.header["alg"] = "HS256"
			d.sign = func(input string) []byte {
				mac := hmac.New(sha256.New, secret)
				mac.Write([]byte(input))
				return mac.Sum(nil)
			}
		})
	}
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	theirs := func(input string) []byte { return ed25519.Sign(stranger, []byte(input)) }
	add("stranger's key, our kid", func(d *dish) { d.sign = theirs })
	add("stranger's key, their kid", func(d *dish) {
		d.header["kid"], d.sign = thumbprint(stranger.Public().(ed25519.PublicKey)), theirs
	})
	add("stranger's key in the header", func(d *dish) {
		d.header["jwk"] = map[string]string{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(stranger.Public().(ed25519.PublicKey))}
		d.sign = theirs
	})
	for _, alg := range []string{"RS256", "ES256", "PS256", "HS512", "Ed25519", "eddsa"} {
		header("alg "+alg, "alg", alg)
	}
	for _, kid := range []string{"../../etc/passwd", "' OR 1=1 --", signer.id + "x", signer.id[1:], strings.Repeat("a", 1500), "\x00"} {
		header(fmt.Sprintf("kid %.20q", kid), "kid", kid)
	}
	for _, typ := range []string{"JWT", "jwt", "at+jwt", c.form.typ() + "x"} {
		header("typ "+typ, "typ", typ)
	}
	header("crit", "crit", []string{"exp"})
	header("jku", "jku", "https://evil.test/jwks.json")
	header("x5u", "x5u", "https://evil.test/x5u")
	header("zip", "zip", "DEF")
	header("cty", "cty", "JWT")
	for _, kind := range kinds {
		if kind == c.form.kind {
			continue
		}
		other := a.keys.signer(kind)
		add("key of "+string(kind), func(d *dish) {
			d.header["kid"] = other.id
			d.sign = func(input string) []byte { return ed25519.Sign(other.private, []byte(input)) }
		})
	}
}

// spoilTimes moves the dates.
func spoilTimes(c counter, claim func(string, string, any)) {
	past := begin.Add(-c.form.leeway - time.Second)
	claim("expired", "exp", past.Unix())
	claim("expired long ago", "exp", 1)
	claim("negative exp", "exp", -1)
	claim("text exp", "exp", "tomorrow")
	claim("huge exp", "exp", 1e300)
	claim("longer than its kind", "exp", begin.Add(c.form.longest+time.Second).Unix())
	future := begin.Add(c.form.leeway + 2*time.Second)
	claim("future nbf", "nbf", future.Unix())
	claim("future iat", "iat", future.Unix())
	claim("nbf far back", "nbf", begin.Add(-c.form.longest).Unix())
}

// spoilText breaks the token as text, and edits its payload under the old
// signature.
func spoilText(a *Authority, c counter, bad map[string]string) {
	good := c.good(a).token()
	parts := strings.Split(good, ".")
	for _, at := range []int{0, 1, len(parts[0]), len(parts[0]) + 1, len(good) / 2, len(good) - 44, len(good) - 1} {
		bad[fmt.Sprintf("cut at %d", at)] = good[:at]
	}
	for name, text := range map[string]string{
		"only dots": "..", "dots flood": strings.Repeat(".", maxToken), "dots flood, longer": strings.Repeat(".", 1<<20),
		"four parts": good + ".x", "bearer": "Bearer " + good, "space": " " + good, "newline": good + "\n",
		"padded": good + "==", "quotes": `"` + good + `"`, "signature twice": good + "." + parts[2],
		"no signature": parts[0] + "." + parts[1] + ".", "only payload": "." + parts[1] + ".",
		"swapped": parts[1] + "." + parts[0] + "." + parts[2], "too long": good + strings.Repeat("A", maxToken),
		"null payload": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("null")) + "." + parts[2],
	} {
		bad[name] = text
	}
	for _, edit := range []struct{ field, value string }{
		{"clinic", "c2"}, {"session", "s2"}, {"person", "p2"}, {"seat", "t2"}, {"role", "facilitator"}, {"jti", "jti-1"}, {"gen", "9"},
	} {
		d := c.good(a)
		d.claims[edit.field] = edit.value
		bad["payload edited: "+edit.field] = strings.Join(strings.Split(d.token(), ".")[:2], ".") + "." + parts[2]
	}
	d := c.good(a)
	d.claims["roles"], d.claims["scopes"] = []string{"admin", "owner"}, []string{"everything"}
	if c.form.kind == KindStaff || c.form.kind == KindService {
		bad["unknown role or scope"] = d.token()
	}
	for i := range 8 { // a flipped bit in the signature
		raw, _ := base64.RawURLEncoding.DecodeString(parts[2])
		raw[i*8] ^= 1
		bad[fmt.Sprintf("bit %d", i)] = parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(raw)
	}
}

func TestBadTokens(t *testing.T) {
	a, store, _ := newAuthority(t)
	all, cases := counters(t, a, store), 0
	for _, c := range all {
		for name, token := range spoil(a, c) {
			cases++
			refused(t, c, name, token)
		}
		for _, other := range all { // every ordered pair of kinds
			if other.form.kind == c.form.kind {
				continue
			}
			cases += 2
			refused(t, c, "a token of "+string(other.form.kind), other.good(a).token())
			dressed := other.good(a)
			dressed.claims["aud"], dressed.header["typ"] = []string{c.form.audience()}, c.form.typ()
			maps.Copy(dressed.claims, c.claims)
			refused(t, c, "dressed by the holder of the key of "+string(other.form.kind), dressed.token())
		}
		if err := c.verify(c.good(a).token()); err != nil {
			t.Errorf("%s: the good token is refused (%s), so the bad ones prove nothing", c.form.kind, Reason(err))
		}
	}
	if cases < 200 {
		t.Errorf("%d cases, want at least 200", cases)
	}
	t.Logf("%d bad tokens", cases)
}

// refused holds the refusal to be the same for every cause, and silent.
func refused(t *testing.T, c counter, name, token string) {
	t.Helper()
	err := c.verify(token)
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("%s: %s: got %v, want ErrInvalid", c.form.kind, name, err)
		return
	}
	if err.Error() != c.form.refused.text || Code(err) != c.form.refused.code || Reason(err) == "" {
		t.Errorf("%s: %s: got %q %q (%q)", c.form.kind, name, err, Code(err), Reason(err))
	}
	if len(token) > 20 && strings.Contains(fmt.Sprintf("%+v %#v", err, err)+Reason(err), token[:20]) {
		t.Errorf("%s: %s: the refusal quotes the token", c.form.kind, name)
	}
}

func FuzzVerify(f *testing.F) {
	a, _, _ := newAuthority(f)
	good, _, err := a.IssueStaff(staff)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		_, _, err := a.Staff(t.Context(), token, false)
		if err == nil && token != good {
			t.Errorf("accepted %q", token)
		}
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
	})
}
