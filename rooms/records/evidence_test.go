package records

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"vesper/rooms/ledger"
)

var testPublic = testSealer.Public().(ed25519.PublicKey)

func TestEvidence(t *testing.T) { onEach(t, testEvidence) }

func testEvidence(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	evidence := must[Evidence](t)(r.Evidence(t.Context(), h.clinic.ID, h.sessions[0]))
	if len(evidence.Entries) != 4 || len(evidence.Seals) != 1 || len(evidence.Roster) != 3 {
		t.Fatalf("evidence: %+v", evidence)
	}
	if _, err := evidence.Bundle().Verify([]ed25519.PublicKey{testPublic}); err != nil {
		t.Error(err)
	}
	stranger, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Bundle().Verify([]ed25519.PublicKey{stranger}); err == nil {
		t.Error("verified by another's key")
	}
	other := evidence.Bundle()
	other.Context.Plan.Session = h.sessions[1]
	if _, err := other.Verify(nil); err == nil {
		t.Error("verified as another session's")
	}
}

// Whoever may write to the file past the triggers is found out.
func TestEvidenceFindsTampering(t *testing.T) { onEach(t, testEvidenceFindsTampering) }

func testEvidenceFindsTampering(t *testing.T) {
	for _, statement := range []string{
		"UPDATE journal SET event = replace(event, 'arrived', 'left') WHERE n = 2",
		"UPDATE journal SET event = replace(event, 'at_ms\":1', 'at_ms\":2') WHERE n = 3",
		"UPDATE journal SET hash = prev WHERE n = 2",
		"UPDATE journal SET prev = hash WHERE n = 2",
		"UPDATE journal SET prev = '' WHERE n = 1",
		"UPDATE journal SET n = n + 10",
		"UPDATE journal SET n = CASE n WHEN 2 THEN 13 WHEN 3 THEN 12 ELSE n + 10 END",
		"DELETE FROM journal WHERE n = 1",
		"DELETE FROM journal WHERE n = 2",
		"DELETE FROM journal WHERE n = 4",
		"DELETE FROM journal",
		"UPDATE seals SET seal = replace(seal, 'count\\\":4', 'count\\\":3')",
	} {
		r := openAt(t, t.TempDir())
		h := build(t, r)
		live(t, r, h)
		tamper(t, r, statement)
		evidence := must[Evidence](t)(r.Evidence(t.Context(), h.clinic.ID, h.sessions[0]))
		var broken *ledger.BrokenError
		if _, err := evidence.Bundle().Verify([]ed25519.PublicKey{testPublic}); !errors.As(err, &broken) {
			t.Errorf("%s: got %v, want a broken place", statement, err)
		}
	}
}
