package records

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"vesper/rooms"
)

func TestAuditIsChained(t *testing.T) { onEach(t, testAuditIsChained) }

func testAuditIsChained(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			entry := AuditEntry{Clinic: h.clinic.ID, Actor: fmt.Sprint("p", i), ActorKind: "staff", Action: "door.read", Person: h.people[1].ID}
			if err := r.Audit(t.Context(), entry); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, err := r.VerifyAudit(t.Context(), h.clinic.ID); n != 40 || err != nil {
		t.Fatalf("%d entries, %v", n, err)
	}
	page := must[[]AuditEntry](t)(r.AuditLog(t.Context(), h.clinic.ID, 30, 5))
	if len(page) != 5 || page[0].N != 31 || page[0].At.IsZero() {
		t.Errorf("page: %+v", page)
	}
}

// No error says a name.
func TestErrorsHoldNoNames(t *testing.T) { onEach(t, testErrorsHoldNoNames) }

func testErrorsHoldNoNames(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	seat := h.seats[1]
	seat.ID = rooms.SeatID(rooms.NewID())
	_, seated := r.CreateSeat(t.Context(), seat)
	taken := h.seats[2]
	taken.DisplayName = seat.DisplayName
	_, again := r.CreatePerson(t.Context(), h.people[1])
	for _, err := range []error{seated, again, r.UpdateSeat(t.Context(), taken)} {
		if err == nil || strings.Contains(err.Error(), "Ann") {
			t.Errorf("got %v", err)
		}
	}
	if text := fmt.Sprint(h.people[1].LogValue(), h.clinic.LogValue(), seat.LogValue()); strings.Contains(text, "Ann") || strings.Contains(text, "Lakeside") {
		t.Errorf("logged %q", text)
	}
}
