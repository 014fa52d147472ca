package signaling

import "testing"

// What a client sent behind the word that closed it must have no effect: the
// seat may be another device's by then.
func TestNothingIsDoneForAClosedConversation(t *testing.T) {
	h := newHouse(t)
	s, conv := h.seated("dana")
	conv.close(bye("replaced"))
	conv.carryOut(t.Context(), []byte(`{"type":"lock","id":2}`))
	if v, err := s.room.View(t.Context()); err != nil || v.Locked {
		t.Errorf("the room is locked (%v) by a conversation that was closed", err)
	}
}
