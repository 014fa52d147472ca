package records

import (
	"crypto/ed25519"
	"testing"

	"vesper/rooms"
)

// verifyChain holds that what is kept of a session is whole.
func verifyChain(t testing.TB, r *Records, clinic rooms.ClinicID, session rooms.SessionID) {
	t.Helper()
	bundle := must[Evidence](t)(r.Evidence(t.Context(), clinic, session)).Bundle()
	if _, err := bundle.Verify([]ed25519.PublicKey{testPublic}); err != nil {
		t.Errorf("session %s: %v", session, err)
	}
}
