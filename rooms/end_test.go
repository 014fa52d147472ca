package rooms

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The owner died between the last entry and the seal. Whoever opens the room
// next seals it and lets go of it.
func TestAnEndWithoutASealIsSealedByTheNextOwner(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		mustDo(t, staffed(t, h), End{"dana"})
		n.mu.Lock()
		n.sealed = false
		n.mu.Unlock()
		time.Sleep(2 * BeatEvery)
		synctest.Wait()
		if v, err := open(t, h).View(t.Context()); err == nil && !v.Ended {
			t.Fatal("an ended session began again")
		}
		time.Sleep(2 * BeatEvery)
		synctest.Wait()
		if _, err := h.Open(t.Context(), "s"); !errors.Is(err, ErrSealed) {
			t.Fatalf("opening it later: %v, want ErrSealed", err)
		}
		if _, here := h.Room("s"); here {
			t.Error("the room is still in the hall")
		}
	})
}
