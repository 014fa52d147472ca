package rooms

import (
	"testing"
	"time"
)

// Somebody opens a forwarded link after its owner has left. They wait in the
// lobby, and leaving it makes their device none that was let in.
func TestOnlyTheDeviceThatWasAdmittedReturns(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(time.Minute, Admit{"dana", "pat"}, Leave{"pat"})
	h.do(2*time.Minute, Arrive{Person: "pat", Device: true})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("the device that left is %s, want admitted", got)
	}
	h.do(3*time.Minute, Leave{"pat"}, Arrive{Person: "pat"})
	if got := h.stand("pat"); got != InLobby {
		t.Fatalf("another device is %s, want lobby", got)
	}
	h.do(4*time.Minute, Leave{"pat"}, Arrive{Person: "pat", Device: true})
	if got := h.stand("pat"); got != InLobby {
		t.Fatalf("a device that has only ever waited is %s after leaving the lobby, want lobby", got)
	}
}
