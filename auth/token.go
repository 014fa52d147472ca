package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

// maxToken bounds a token before anything looks into it (CVE-2025-30204).
const maxToken = 4 << 10

// form is what every token of a kind has in common.
type form struct {
	kind    Kind
	refused *Error
	leeway  time.Duration // for clocks that differ
	longest time.Duration // a token of a longer life is refused, whoever signed it
}

var (
	ticketForm  = form{KindTicket, ErrTicketInvalid, 0, TicketLife}
	resumeForm  = form{KindResume, ErrInvalid, 30 * time.Second, 48 * time.Hour}
	staffForm   = form{KindStaff, ErrInvalid, 30 * time.Second, StaffLife}
	serviceForm = form{KindService, ErrInvalid, 30 * time.Second, MaxServiceLife}
)

func (f form) audience() string { return "vesper:" + string(f.kind) }
func (f form) typ() string      { return "vesper-" + string(f.kind) + "+jwt" }
func (f form) refuse(reason string) error {
	return &refusal{kind: f.refused, reason: string(f.kind) + ": " + reason}
}

// registered are the registered claims; every token has all of them.
func (a *Authority) registered(f form, now time.Time, life time.Duration) jwt.RegisteredClaims {
	return jwt.RegisteredClaims{
		Issuer:    a.issuer,
		Audience:  jwt.ClaimStrings{f.audience()},
		ID:        rooms.NewID(),
		IssuedAt:  jwt.NewNumericDate(now),
		NotBefore: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(life)),
	}
}

func (a *Authority) sign(f form, claims jwt.Claims) (string, error) {
	signer := a.keys.signer(f.kind)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["kid"], token.Header["typ"] = signer.id, f.typ()
	signed, err := token.SignedString(signer.private)
	if err != nil {
		return "", fmt.Errorf("sign %s token: %w", f.kind, err)
	}
	if len(signed) > maxToken {
		return "", fmt.Errorf("sign %s token: it would be %d bytes long", f.kind, len(signed))
	}
	return signed, nil
}

// anyClaims are the claims of one kind: the registered ones and its own.
type anyClaims interface {
	jwt.Claims
	id() string
	complete() bool // all that the kind needs is there
}

// verify fills claims from a token of the form, or refuses it.
func (a *Authority) verify(f form, token string, claims anyClaims, now time.Time) error {
	if len(token) > maxToken {
		return f.refuse("too long")
	}
	if strings.Count(token, ".") != 2 || strings.ContainsFunc(token, foreign) {
		return f.refuse("not three parts")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(a.issuer), jwt.WithAudience(f.audience()),
		jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(f.leeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
	_, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return a.key(f, t) })
	if err != nil {
		return f.refuse(why(err))
	}
	audience, _ := claims.GetAudience()
	expires, _ := claims.GetExpirationTime()
	begins, _ := claims.GetNotBefore()
	switch {
	case len(audience) != 1:
		return f.refuse("more than one audience")
	case claims.id() == "":
		return f.refuse("no jti")
	case expires.Sub(begins.Time) > f.longest:
		return f.refuse("longer life than its kind has")
	case !claims.complete():
		return f.refuse("a claim is missing or odd")
	}
	return nil
}

// foreign is what a compact JWS has no letter for. The decoder of base64 would
// skip a line break, and one token would have many spellings.
func foreign(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

var (
	errHeader = errors.New("odd header")
	errKey    = errors.New("unknown key")
)

// key finds the key for a token whose header is exactly alg, kid and typ.
func (a *Authority) key(f form, token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	if len(token.Header) != 3 || token.Header["typ"] != f.typ() {
		return nil, errHeader
	}
	public, known := a.keys.verifier(f.kind, kid)
	if !known {
		return nil, errKey
	}
	return public, nil
}

// why names the cause in our own words: the library's may quote the token.
func why(err error) string {
	for _, cause := range []struct {
		err  error
		text string
	}{
		{errHeader, "odd header"},
		{errKey, "unknown key"},
		{jwt.ErrTokenMalformed, "malformed"},
		{jwt.ErrTokenSignatureInvalid, "bad signature or algorithm"},
		{jwt.ErrTokenExpired, "expired"},
		{jwt.ErrTokenNotValidYet, "not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "issued in the future"},
		{jwt.ErrTokenInvalidAudience, "wrong audience"},
		{jwt.ErrTokenInvalidIssuer, "wrong issuer"},
		{jwt.ErrTokenRequiredClaimMissing, "required claim is missing"},
	} {
		if errors.Is(err, cause.err) {
			return cause.text
		}
	}
	return "not verifiable"
}
