package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretPrintsNothing(t *testing.T) {
	secret := Secret("planted-marker-0123456789")
	data, err := json.Marshal(map[string]any{"a": secret, "b": &secret, "c": []Secret{secret}})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "inside", struct{ S Secret }{secret})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "inside", struct{ S Secret }{secret})
	printed := fmt.Sprintf("%v %+v %#v %s %q %x %X %d %v", secret, secret, secret, secret, secret, secret, secret, secret, struct{ S Secret }{secret})
	for _, text := range []string{string(data), log.String(), printed} {
		for _, marker := range []string{"planted", "706c616e", "706C616E"} {
			if strings.Contains(text, marker) {
				t.Errorf("it shows in %q", text)
			}
		}
	}
	var back struct{ S Secret }
	if err := json.Unmarshal([]byte(`{"S":"planted"}`), &back); err != nil || back.S.Reveal() != "planted" {
		t.Errorf("decoded %q, %v", back.S.Reveal(), err)
	}
}

func TestNewInvitation(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		secret, hash := NewInvitation()
		if seen[secret.Reveal()] || seen[hash] || len(secret) < 32 || strings.Contains(hash, secret.Reveal()) {
			t.Fatal("a secret that is not new, too short, or in its hash")
		}
		if hash != HashSecret(secret) || !secret.Equal(secret) || secret.Equal(NewSecret()) {
			t.Fatal("hash or comparison do not hold")
		}
		seen[secret.Reveal()], seen[hash] = true, true
	}
}
