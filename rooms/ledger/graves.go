package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"vesper/rooms"
)

// Grave is what a purge leaves of a session.
type Grave struct {
	Session  rooms.SessionID `json:"session"`
	Seals    []Seal          `json:"seals"`
	PurgedAt time.Time       `json:"purged_at"`
	// Stone is the Burial, signed. Without it anybody could have deleted the
	// session.
	Stone Seal `json:"tombstone"`
}

// Burial is what a tombstone says of a session that was purged.
type Burial struct {
	Clinic   rooms.ClinicID  `json:"clinic"`
	Session  rooms.SessionID `json:"session"`
	Series   rooms.SeriesID  `json:"series"`
	Start    int64           `json:"start_ms"`
	Count    uint64          `json:"count"` // entries of its journal
	Head     string          `json:"head"`  // hash of the last of them
	Seals    []string        `json:"seals"` // their hashes
	PurgedAt int64           `json:"purged_at_ms"`
}

// buriedFor keeps a tombstone's signature from standing under anything else.
const buriedFor = "vesper tombstone\x00"

// Sign is the burial as it is kept: its text, signed.
func (b Burial) Sign(key ed25519.PrivateKey) Seal {
	data, err := json.Marshal(b)
	if err != nil {
		panic("ledger: a struct of strings and numbers does not encode: " + err.Error())
	}
	return Seal{
		Text: string(data), Key: base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(buriedFor+string(data)))),
	}
}

// OpenBurial reads a tombstone of a session. With keys it must be signed by one
// of them; without any it must be signed, and by whom is not proven. It fails
// with a *BrokenError.
func OpenBurial(session rooms.SessionID, stone Seal, keys []ed25519.PublicKey) (b Burial, err error) {
	place := sessionPlace(session)
	if stone.Signature == "" {
		return b, broken(place, "its tombstone is not signed")
	}
	key, err := base64.StdEncoding.DecodeString(stone.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return b, broken(place, "its tombstone has no key that can be read")
	}
	ours := func(k ed25519.PublicKey) bool { return k.Equal(ed25519.PublicKey(key)) }
	if len(keys) > 0 && !slices.ContainsFunc(keys, ours) {
		return b, broken(place, "its tombstone is not signed by the given key")
	}
	signature, err := base64.StdEncoding.DecodeString(stone.Signature)
	if err != nil || !ed25519.Verify(key, []byte(buriedFor+stone.Text), signature) {
		return b, broken(place, "its tombstone is not what was signed")
	}
	if json.Unmarshal([]byte(stone.Text), &b) != nil || b.Session != session {
		return b, broken(place, "its tombstone is another session's")
	}
	return b, nil
}

// Hashes are what seals are called.
func Hashes(seals []Seal) []string {
	hashes := make([]string, len(seals))
	for i, seal := range seals {
		hashes[i] = seal.Hash()
	}
	return hashes
}

// VerifyGraves checks the tombstones that were added. It fails with a
// *BrokenError at the first that the given keys did not sign.
func (h *Holdings) VerifyGraves(keys []ed25519.PublicKey) error {
	for _, grave := range h.graves {
		b, err := OpenBurial(grave.Session, grave.Stone, keys)
		if err != nil {
			return err
		}
		if b.Clinic != h.Head.Clinic || b.PurgedAt != grave.PurgedAt.UnixMilli() || !slices.Equal(b.Seals, Hashes(grave.Seals)) {
			return broken(sessionPlace(grave.Session), "its tombstone says something else")
		}
	}
	return nil
}
