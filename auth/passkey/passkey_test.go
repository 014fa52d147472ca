package passkey

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"vesper/auth"
	"vesper/rooms"
)

const origin = "https://groups.example.org"

// keeper is a Store in memory.
type keeper struct {
	sync.Mutex
	keys []auth.Passkey
}

func (k *keeper) AddPasskey(_ context.Context, key auth.Passkey) error {
	k.Lock()
	defer k.Unlock()
	k.keys = append(k.keys, key)
	return nil
}

func (k *keeper) Passkeys(_ context.Context, clinic rooms.ClinicID, person rooms.PersonID) (found []auth.Passkey, _ error) {
	return k.filter(func(key auth.Passkey) bool { return key.Clinic == clinic && key.Person == person }), nil
}

func (k *keeper) PasskeysByCredential(_ context.Context, credential string) ([]auth.Passkey, error) {
	return k.filter(func(key auth.Passkey) bool { return key.Credential == credential }), nil
}

func (k *keeper) filter(keep func(auth.Passkey) bool) (found []auth.Passkey) {
	k.Lock()
	defer k.Unlock()
	for _, key := range k.keys {
		if keep(key) {
			found = append(found, key)
		}
	}
	return found
}

func (k *keeper) UsePasskey(_ context.Context, clinic rooms.ClinicID, credential string, public []byte, now time.Time) error {
	k.Lock()
	defer k.Unlock()
	for i, key := range k.keys {
		if key.Clinic == clinic && key.Credential == credential {
			k.keys[i].Public, k.keys[i].UsedAt = public, now
			return nil
		}
	}
	return rooms.ErrNotFound
}

// authenticator is a phone that holds one passkey (WebAuthn Level 3, 6).
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	origin string
	flags  byte // user present and verified
}

func newAuthenticator(t *testing.T) *authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, key: key, id: []byte(rand.Text()), origin: origin, flags: 0x05}
}

func (a *authenticator) data(attested bool) []byte {
	sum := sha256.Sum256([]byte("groups.example.org"))
	var b bytes.Buffer
	b.Write(sum[:])
	flags := a.flags
	if attested {
		flags |= 0x40
	}
	b.WriteByte(flags)
	_ = binary.Write(&b, binary.BigEndian, a.count)
	if !attested {
		return b.Bytes()
	}
	b.Write(make([]byte, 16)) // no make
	_ = binary.Write(&b, binary.BigEndian, uint16(len(a.id)))
	b.Write(a.id)
	x, y := make([]byte, 32), make([]byte, 32)
	point, err := a.key.PublicKey.Bytes()
	a.check(err)
	copy(x, point[1:33])
	copy(y, point[33:])
	cose, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y})
	a.check(err)
	b.Write(cose)
	return b.Bytes()
}

func (a *authenticator) check(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *authenticator) client(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	a.check(err)
	return data
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func (a *authenticator) answer(response map[string]string) []byte {
	data, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response})
	a.check(err)
	return data
}

// create answers navigator.credentials.create.
func (a *authenticator) create(options any) []byte {
	asked := a.asked(options)
	handle, err := base64.RawURLEncoding.DecodeString(asked.Key.User.ID)
	a.check(err)
	a.handle = handle
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": a.data(true)})
	a.check(err)
	return a.answer(map[string]string{
		"clientDataJSON": b64(a.client("webauthn.create", asked.Key.Challenge)), "attestationObject": b64(object),
	})
}

// get answers navigator.credentials.get.
func (a *authenticator) get(options any) []byte {
	asked := a.asked(options)
	a.count++
	data, client := a.data(false), a.client("webauthn.get", asked.Key.Challenge)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	a.check(err)
	return a.answer(map[string]string{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.handle),
	})
}

// request is what the page hands to the browser.
type request struct {
	Key struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func (a *authenticator) asked(options any) (r request) {
	data, err := json.Marshal(options)
	a.check(err)
	a.check(json.Unmarshal(data, &r))
	return r
}

var (
	dana   = auth.Staff{Clinic: "harbor", Person: "p1", Roles: []auth.StaffRole{auth.Clinician}}
	atMesa = auth.Staff{Clinic: "mesa", Person: "p7", Roles: []auth.StaffRole{auth.Admin}}
)

func enrolled(t *testing.T) (*Party, *keeper, *authenticator) {
	t.Helper()
	store, phone := new(keeper), newAuthenticator(t)
	party, err := New(Options{Origin: origin, Store: store})
	phone.check(err)
	id, options, err := party.BeginEnrol(t.Context(), dana, "Dana R.")
	phone.check(err)
	_, err = party.Enrol(t.Context(), dana, id, "Phone", phone.create(options))
	phone.check(err)
	return party, store, phone
}

func TestPasskeySignsIn(t *testing.T) {
	party, store, phone := enrolled(t)
	for range 3 {
		id, options, err := party.BeginSignIn()
		phone.check(err)
		keys, err := party.SignIn(t.Context(), id, phone.get(options))
		if err != nil || len(keys) != 1 || keys[0].Person != dana.Person || keys[0].Clinic != dana.Clinic {
			t.Fatalf("got %+v, %v", keys, err)
		}
	}
	if store.keys[0].UsedAt.IsZero() || bytes.Contains(store.keys[0].Public, []byte("Dana")) {
		t.Errorf("kept %s", store.keys[0].Public)
	}
}

// One phone, two clinics: whoever holds it chooses.
func TestPasskeyOfTwoClinics(t *testing.T) {
	party, _, phone := enrolled(t)
	id, options, err := party.BeginSignIn()
	phone.check(err)
	keys, err := party.SignIn(t.Context(), id, phone.get(options))
	phone.check(err)
	phone.check(party.Join(t.Context(), atMesa, keys))
	id, options, err = party.BeginSignIn()
	phone.check(err)
	keys, err = party.SignIn(t.Context(), id, phone.get(options))
	if err != nil || len(keys) != 2 || keys[1].Person != "p7" {
		t.Fatalf("got %+v, %v", keys, err)
	}
}

func TestPasskeyRefused(t *testing.T) {
	for name, spoil := range map[string]func(*authenticator){
		"another site":       func(a *authenticator) { a.origin = "https://groups.example.com" },
		"nobody verified":    func(a *authenticator) { a.flags = 0x01 },
		"another's handle":   func(a *authenticator) { a.handle = []byte("somebody else") },
		"another key":        func(a *authenticator) { a.key = newAuthenticator(a.t).key },
		"unknown passkey":    func(a *authenticator) { a.id = []byte("never seen") },
		"a copied passkey":   func(a *authenticator) { a.count = 0 },
		"not even an answer": func(a *authenticator) { a.id = nil },
	} {
		t.Run(name, func(t *testing.T) {
			party, _, phone := enrolled(t)
			for range 2 { // so that the counter has risen
				id, options, err := party.BeginSignIn()
				phone.check(err)
				_, err = party.SignIn(t.Context(), id, phone.get(options))
				phone.check(err)
			}
			spoil(phone)
			id, options, err := party.BeginSignIn()
			phone.check(err)
			if _, err := party.SignIn(t.Context(), id, phone.get(options)); !errors.Is(err, ErrRefused) {
				t.Errorf("got %v, want ErrRefused", err)
			}
		})
	}
}

func TestCeremonyCountsOnce(t *testing.T) {
	party, _, phone := enrolled(t)
	id, options, err := party.BeginSignIn()
	phone.check(err)
	answer := phone.get(options)
	if _, err := party.SignIn(t.Context(), id, answer); err != nil {
		t.Fatal(err)
	}
	if _, err := party.SignIn(t.Context(), id, answer); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
}

func TestWherePasskeysAre(t *testing.T) {
	for address, want := range map[string]error{
		"https://groups.example.org": nil, "http://localhost:8080": nil, "https://groups.example.org:8443": nil,
		"http://127.0.0.1:8080": ErrHost, "https://192.0.2.7": ErrHost, "http://groups.example.org": ErrHost, "": ErrHost, "https://[::1]": ErrHost,
	} {
		if _, err := New(Options{Origin: address}); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", address, err, want)
		}
	}
}
