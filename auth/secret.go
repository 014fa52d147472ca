package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
)

const masked = "***"

// Secret is a string that prints, logs and encodes as "***". Only Reveal
// shows it. It decodes from JSON and text as a plain string.
type Secret string

func (Secret) String() string               { return masked }
func (Secret) GoString() string             { return masked }
func (Secret) LogValue() slog.Value         { return slog.StringValue(masked) }
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// Format keeps every verb of fmt, %x among them, from showing the secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// UnmarshalText takes the secret as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Equal compares in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s), []byte(other)) == 1
}

// NewSecret returns 160 random bits as 32 lower-case letters and digits: short
// enough for a link, and unharmed by programs that change its case.
func NewSecret() Secret {
	return Secret(strings.ToLower(rand.Text() + rand.Text()[:6]))
}

// maxSecret bounds what is hashed for a stranger.
const maxSecret = 256

// HashSecret is the form in which a secret is stored and looked up. A secret
// of 128 random bits needs no slow hash: there is nothing to guess from.
func HashSecret(secret Secret) string {
	sum := sha256.Sum256([]byte("vesper link\x00" + strings.ToLower(strings.TrimSpace(secret.Reveal()))))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// plausible keeps absurd input from the store.
func (s Secret) plausible() bool { return len(s) >= 20 && len(s) <= maxSecret }
