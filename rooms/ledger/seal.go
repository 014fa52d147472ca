package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"vesper/rooms"
)

// What a seal is for.
const (
	Machine  = "machine"  // set by the server when a room ends
	SignOff  = "signoff"  // staff reviewed the session and signed it
	Addendum = "addendum" // something was added after that
)

// Statement is what a seal says: this session's chain has so many entries and
// ends with this hash, and it is judged by this context.
type Statement struct {
	Kind    string          `json:"kind"`
	Session rooms.SessionID `json:"session"`
	Count   uint64          `json:"count"`
	Head    string          `json:"head"`
	Context string          `json:"context"` // hash of the Context
	At      int64           `json:"at_ms"`
	// Signer is who signed a SignOff or Addendum, and Attest the hash of the
	// line under which they did; see Line.
	Signer rooms.PersonID `json:"signer,omitempty"`
	Attest string         `json:"attest,omitempty"`
}

// Time is when the seal was set.
func (s Statement) Time() time.Time { return time.UnixMilli(s.At).UTC() }

// Line is the printed line of a signature. It holds a name, so it stays out of
// seals and bundles: they hold its hash.
type Line struct {
	Name       string
	Credential string
	At         int64  // milliseconds, as in the Statement
	Salt       string // keeps the hash from being guessed by trying names
}

// Hash binds the line into a seal.
func (l Line) Hash() string {
	return digest("vesper signature\x00" + l.Salt + "\x00" + l.Name + "\x00" + l.Credential + "\x00" + strconv.FormatInt(l.At, 10))
}

// Seal is a signed statement. Text is what was signed, word for word.
type Seal struct {
	Text      string `json:"text"`
	Key       string `json:"key"`       // the public key (Ed25519), base64
	Signature string `json:"signature"` // base64
}

// signedFor keeps a seal's signature from standing under anything else.
const signedFor = "vesper seal\x00"

// Sign seals a statement.
func Sign(key ed25519.PrivateKey, s Statement) Seal {
	data, err := json.Marshal(s)
	if err != nil {
		panic("ledger: a struct of strings and numbers does not encode: " + err.Error())
	}
	return Seal{
		Text: string(data), Key: base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(signedFor+string(data)))),
	}
}

// Hash names the seal in a clinic's log.
func (s Seal) Hash() string {
	return digest("vesper sealed\x00" + s.Text + "\x00" + s.Key + "\x00" + s.Signature)
}

// Open checks the signature by the seal's own key and returns the statement
// and the key. That the key is the clinic's is for the caller to know.
func (s Seal) Open() (Statement, ed25519.PublicKey, error) {
	var statement Statement
	key, err := base64.StdEncoding.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return statement, nil, broken("seal", "it has no key that can be read")
	}
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || !ed25519.Verify(key, []byte(signedFor+s.Text), signature) {
		return statement, nil, broken("seal", "the signature is not of this text by this key")
	}
	if statement, err = s.statement(); err != nil {
		return statement, nil, broken("seal", "its text can't be read")
	}
	return statement, key, nil
}

// statement reads what was signed. It does not look at the signature.
func (s Seal) statement() (statement Statement, err error) {
	c := &cursor{s.Text, true}
	if c.statement(&statement); c.ok && c.text == "" {
		return statement, nil
	}
	statement = Statement{}
	err = json.Unmarshal([]byte(s.Text), &statement)
	return statement, err
}

// statement reads one as Sign writes it.
func (c *cursor) statement(s *Statement) {
	c.skip(`{"kind":"`)
	s.Kind = c.quoted()
	c.skip(`,"session":"`)
	s.Session = rooms.SessionID(c.quoted())
	c.skip(`,"count":`)
	s.Count = c.natural()
	c.skip(`,"head":"`)
	s.Head = c.quoted()
	c.skip(`,"context":"`)
	s.Context = c.quoted()
	c.skip(`,"at_ms":`)
	s.At = c.number()
	if !c.has("}") { // not the machine's
		s.Signer = rooms.PersonID(c.named(`,"signer":"`, `"`))
		s.Attest = c.named(`,"attest":"`, `"`)
		c.skip("}")
	}
}

// Fingerprint names a public key for people: 16 bytes of its SHA-256, in
// groups of four digits.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	text := make([]byte, 0, 39)
	for i := 0; i < 16; i += 2 {
		if i > 0 {
			text = append(text, ' ')
		}
		text = hex.AppendEncode(text, sum[i:i+2])
	}
	return string(text)
}
