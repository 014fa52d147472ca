package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Kind is what a key signs. Every kind has keys of its own.
type Kind string

const (
	KindTicket  Kind = "ticket"
	KindResume  Kind = "resume"
	KindStaff   Kind = "staff"
	KindService Kind = "service"
	KindSeal    Kind = "seal" // the ledger's machine seal; never a token
)

// kinds are all kinds, in the order of publication.
var kinds = []Kind{KindTicket, KindResume, KindStaff, KindService, KindSeal}

// key is one Ed25519 key. Its id is the RFC 7638 thumbprint of its public part.
type key struct {
	id      string
	kind    Kind
	created time.Time
	private ed25519.PrivateKey
}

func (k key) public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// Keys are the server's signing keys, and those of its encrypted columns. The
// newest of a kind signs, all of a kind verify. Methods may be called from any
// goroutine.
type Keys struct {
	dir string // set at creation; "" keeps the keys in memory

	mu     sync.RWMutex
	rings  map[Kind][]key // guarded by mu; oldest first, never empty
	fields []FieldKey     // guarded by mu; oldest first, never empty
}

// NewKeys makes keys that live in memory only, for tests and short tools.
func NewKeys() (*Keys, error) { return OpenKeys("") }

// OpenKeys reads the keys in dir and makes those that are missing. dir is
// created with mode 0700, files have 0600; a folder or a file that others may
// read is refused.
func OpenKeys(dir string) (*Keys, error) {
	keys := &Keys{dir: dir, rings: make(map[Kind][]key)}
	if dir != "" {
		if err := keys.load(); err != nil {
			return nil, fmt.Errorf("open keys: %w", err)
		}
	}
	for _, kind := range kinds {
		if len(keys.rings[kind]) > 0 {
			continue
		}
		if _, err := keys.Rotate(kind, time.Now()); err != nil {
			return nil, fmt.Errorf("open keys: %w", err)
		}
	}
	if len(keys.fields) == 0 {
		if _, err := keys.RotateFields(time.Now()); err != nil {
			return nil, fmt.Errorf("open keys: %w", err)
		}
	}
	return keys, nil
}

// Rotate adds a key that signs from now on and returns its id. The older ones
// go on verifying until they are retired.
func (k *Keys) Rotate(kind Kind, now time.Time) (id string, err error) {
	if !slices.Contains(kinds, kind) {
		return "", fmt.Errorf("rotate: %q is no kind of key", kind)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("rotate %s key: %w", kind, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	created := now.UTC().Truncate(time.Millisecond)
	if ring := k.rings[kind]; len(ring) > 0 && !created.After(ring[len(ring)-1].created) {
		created = ring[len(ring)-1].created.Add(time.Millisecond) // a clock that went back
	}
	fresh := key{kind: kind, created: created, private: private}
	fresh.id = thumbprint(fresh.public())
	if k.dir != "" {
		if err := writeKey(k.dir, fresh); err != nil {
			return "", fmt.Errorf("rotate %s key: %w", kind, err)
		}
	}
	k.rings[kind] = append(k.rings[kind], fresh)
	return fresh.id, nil
}

// Retire forgets a key that no longer signs: what it signed is refused from
// then on. The newest key of a kind can't be retired.
func (k *Keys) Retire(kind Kind, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	ring := k.rings[kind]
	at := slices.IndexFunc(ring, func(candidate key) bool { return candidate.id == id })
	if at < 0 || at == len(ring)-1 {
		return fmt.Errorf("retire %s key: not an older key", kind)
	}
	if k.dir != "" {
		if err := removeKey(k.dir, ring[at]); err != nil {
			return fmt.Errorf("retire %s key: %w", kind, err)
		}
	}
	k.rings[kind] = slices.Delete(slices.Clone(ring), at, at+1)
	return nil
}

// signer is the newest key of a kind.
func (k *Keys) signer(kind Kind) key {
	k.mu.RLock()
	defer k.mu.RUnlock()
	ring := k.rings[kind]
	return ring[len(ring)-1]
}

// verifier finds a key by its id among those of one kind.
func (k *Keys) verifier(kind Kind, id string) (ed25519.PublicKey, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, candidate := range k.rings[kind] {
		if candidate.id == id {
			return candidate.public(), true
		}
	}
	return nil, false
}

// Seal is the key with which the ledger seals a session.
func (k *Keys) Seal() ed25519.PrivateKey { return k.signer(KindSeal).private }

// SealPublic are the public parts of all sealing keys, newest first.
func (k *Keys) SealPublic() []ed25519.PublicKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var public []ed25519.PublicKey
	for _, sealing := range slices.Backward(k.rings[KindSeal]) {
		public = append(public, sealing.public())
	}
	return public
}

// thumbprint is the key's id, RFC 7638 and RFC 8037, 2.
func thumbprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
