package records

import (
	"testing"

	"vesper/rooms"
)

// verifyChain holds that what is kept of a session is whole.
func verifyChain(t testing.TB, r *Records, clinic rooms.ClinicID, session rooms.SessionID) {
	t.Helper()
	if err := must[Evidence](t)(r.Evidence(t.Context(), clinic, session)).Verify(testPublic); err != nil {
		t.Errorf("session %s: %v", session, err)
	}
}
