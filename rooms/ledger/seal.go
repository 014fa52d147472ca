package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"crypto/sha256"

	"vesper/rooms"
)

// Machine is the seal that the server sets when a room ends.
const Machine = "machine"

// Statement is what a seal says: this session's chain has so many entries and
// ends with this hash, and it is judged by this context.
type Statement struct {
	Kind    string          `json:"kind"`
	Session rooms.SessionID `json:"session"`
	Count   uint64          `json:"count"`
	Head    string          `json:"head"`
	Context string          `json:"context"` // hash of the Context
	At      int64           `json:"at_ms"`
}

// Time is when the seal was set.
func (s Statement) Time() time.Time { return time.UnixMilli(s.At).UTC() }

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
	if err := json.Unmarshal([]byte(s.Text), &statement); err != nil {
		return statement, nil, broken("seal", "its text can't be read")
	}
	return statement, key, nil
}

// Fingerprint names a public key for people: 16 bytes of its SHA-256, in
// groups of four digits.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	digits := hex.EncodeToString(sum[:16])
	text := digits[:4]
	for i := 4; i < len(digits); i += 4 {
		text += " " + digits[i:i+4]
	}
	return text
}
