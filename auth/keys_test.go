package auth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

func TestKeysAreMadeOnceAndKeptPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %o, want 700", info.Mode().Perm())
	}
	files, _ := os.ReadDir(dir)
	if want := len(kinds) + 1; len(files) != want {
		t.Errorf("%d files, want one key per kind and one for fields: %d", len(files), want)
	}
	for _, file := range files {
		if info, _ := file.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", file.Name(), info.Mode().Perm())
		}
	}
	again, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, kind := range kinds {
		id := first.signer(kind).id
		if again.signer(kind).id != id || seen[id] {
			t.Errorf("key of %s is not kept, or not its own", kind)
		}
		seen[id] = true
	}
}

func TestKeysRefuseWhatOthersMayRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := OpenKeys(dir); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.pem"))
	for path, mode := range map[string]os.FileMode{files[0]: 0o640, dir: 0o755} {
		before, _ := os.Stat(path)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeys(dir); err == nil || !strings.Contains(err.Error(), "may be read by others") {
			t.Errorf("mode %o: got %v", mode, err)
		}
		_ = os.Chmod(path, before.Mode())
	}
	if err := os.WriteFile(filepath.Join(dir, "ticket-1-x.pem"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeys(dir); err == nil {
		t.Error("a broken key file is not noticed")
	}
}

func TestRotation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	keys, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	open := func(keys *Keys) *Authority {
		a, err := New(Options{Keys: keys, Store: newMemory(), Clock: &hands{wall: begin}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := open(keys)
	token, _, err := a.IssueStaff(staff)
	if err != nil {
		t.Fatal(err)
	}
	old := keys.signer(KindStaff).id
	fresh, err := keys.Rotate(KindStaff, time.Unix(0, 0)) // a clock that went back
	if err != nil {
		t.Fatal(err)
	}
	if keys, err = OpenKeys(dir); err != nil || keys.signer(KindStaff).id != fresh {
		t.Fatalf("the newest key does not sign after a restart: %v", err)
	}
	a = open(keys)
	if _, _, err := a.Staff(t.Context(), token, false); err != nil {
		t.Errorf("the older key does not verify: %s", Reason(err))
	}
	if err := keys.Retire(KindStaff, fresh); err == nil {
		t.Error("the newest key was retired")
	}
	if err := keys.Retire(KindStaff, old); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Staff(t.Context(), token, false); err == nil {
		t.Error("a retired key verifies")
	}
	if _, err := keys.Rotate("other", begin); err == nil {
		t.Error("a key of an unknown kind was made")
	}
}

// Another's library must be able to use what we publish.
func TestJWKS(t *testing.T) {
	a, _, _ := newAuthority(t)
	data, err := a.keys.JWKS()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(`"d"`)) {
		t.Fatal("a private key is published")
	}
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(data, &set); err != nil || len(set.Keys) != len(kinds) {
		t.Fatalf("%d keys: %v", len(set.Keys), err)
	}
	published, err := keyfunc.NewJWKSetJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := a.IssueStaff(staff)
	if err != nil {
		t.Fatal(err)
	}
	_, err = jwt.Parse(token, published.KeyfuncCtx(context.Background()), jwt.WithTimeFunc(func() time.Time { return begin }))
	if err != nil {
		t.Errorf("not verifiable by the published keys: %v", err)
	}
}

func TestSealPEM(t *testing.T) {
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Rotate(KindSeal, time.Now()); err != nil {
		t.Fatal(err)
	}
	file, err := keys.SealPEM()
	if err != nil {
		t.Fatal(err)
	}
	signature := ed25519.Sign(keys.Seal(), []byte("sealed"))
	block, rest := pem.Decode(file)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil || !ed25519.Verify(public.(ed25519.PublicKey), []byte("sealed"), signature) {
		t.Errorf("the first key does not verify the newest seal: %v", err)
	}
	if block, _ := pem.Decode(rest); block == nil {
		t.Error("the older key is missing")
	}
}
