package records

import (
	"testing"

	"vesper/rooms"
)

// verifyChain holds that a session's kept chain is whole.
func verifyChain(t testing.TB, r *Records, clinic rooms.ClinicID, session rooms.SessionID) {
	t.Helper()
	var head entryRow
	for _, row := range must[[]entryRow](t)(many[entryRow](t.Context(), r.read, "n", "session = ?", session)) {
		event := must[rooms.Event](t)(decode[rooms.Event](row.Event))
		head = must[entryRow](t)(chain(head, session, event))
		if head != row {
			t.Errorf("entry %d: got %+v, want %+v", row.N, row, head)
		}
	}
}
