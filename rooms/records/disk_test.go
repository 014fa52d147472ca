package records

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"vesper/rooms"
)

// A full disk is said, loses nothing that was kept, and is over when there is
// space again, without a restart.
func TestFullDisk(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, session := t.Context(), h.sessions[0]
	must[rooms.Tenure](t)(r.Open(ctx, session, "node-a"))
	var pages int
	if err := r.write.db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := r.write.db.ExecContext(ctx, fmt.Sprint("PRAGMA max_page_count = ", pages+3)); err != nil {
		t.Fatal(err)
	}
	kept, full := 0, error(nil)
	for n := uint64(1); n < 1000 && full == nil; n++ {
		event := happened(1, n, rooms.EventHandRaised, rooms.PersonID(strings.Repeat("p", 500)))
		if full = r.Append(ctx, session, 1, []rooms.Event{event}); full == nil {
			kept++
		}
	}
	if !errors.Is(full, ErrDisk) || kept == 0 {
		t.Fatalf("after %d events: got %v, want ErrDisk", kept, full)
	}
	// The writer has taken a new connection, which knows no such limit.
	if err := r.Append(ctx, session, 1, []rooms.Event{happened(1, uint64(kept)+1, rooms.EventHandRaised, "p")}); err != nil {
		t.Errorf("with space again: %v", err)
	}
	if n := len(must[[]rooms.Event](t)(r.Journal(ctx, h.clinic.ID, session))); n != kept+1 {
		t.Errorf("%d entries, want %d", n, kept+1)
	}
	verifyChain(t, r, h.clinic.ID, session)
	if err := verifyPragmas(ctx, r.write.db.DB, false); err != nil {
		t.Error(err)
	}
}
