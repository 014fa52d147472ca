package records

import (
	"errors"
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

// Whoever may write to the file past the triggers is found out.
func TestAuditFindsTampering(t *testing.T) { onEach(t, testAuditFindsTampering) }

func testAuditFindsTampering(t *testing.T) {
	for _, statement := range []string{
		"UPDATE audit SET entry = replace(entry, 'door.read', 'door.none') WHERE n = 3",
		"UPDATE audit SET hash = prev WHERE n = 3",
		"UPDATE audit SET person = 'another' WHERE n = 3",
		"UPDATE audit SET at_ms = 0 WHERE n = 3",
		"DELETE FROM audit WHERE n = 3",
		"DELETE FROM audit WHERE n = 1",
		"UPDATE audit SET n = CASE n WHEN 3 THEN 1003 ELSE 1004 END WHERE n IN (3, 4)",
	} {
		r := openAt(t, t.TempDir())
		h := build(t, r)
		for range 5 {
			if err := r.Audit(t.Context(), AuditEntry{Clinic: h.clinic.ID, Actor: "p", Action: "door.read"}); err != nil {
				t.Fatal(err)
			}
		}
		tamper(t, r, statement)
		if _, err := r.VerifyAudit(t.Context(), h.clinic.ID); !errors.Is(err, ErrAudit) {
			t.Errorf("%s: got %v, want ErrAudit", statement, err)
		}
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
