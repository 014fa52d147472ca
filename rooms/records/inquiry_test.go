package records

import (
	"testing"
	"time"

	"vesper/rooms"
)

// Who opened a person's attendance is found also where the entry names the
// evening alone.
func TestSearchAudit(t *testing.T) { onEach(t, testSearchAudit) }

func testSearchAudit(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	session := h.sessions[0]
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for i, e := range []AuditEntry{
		{Action: "attendance.read", Session: session},
		{Action: "doors.read", Session: session, Person: h.people[1].ID},
		{Action: "doors.read", Session: session, Person: h.people[2].ID},
		{Action: "attendance.read", Session: "another"},
		{Action: "week.read"},
		{Action: "signin", Person: h.people[0].ID},
	} {
		e.Clinic, e.Actor, e.ActorKind, e.At = h.clinic.ID, "dana", "staff", day.Add(time.Duration(i)*time.Hour)
		if err := r.Audit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		query AuditQuery
		want  []uint64
	}{
		"all, the newest first": {AuditQuery{Limit: 100}, []uint64{6, 5, 4, 3, 2, 1}},
		"a page":                {AuditQuery{Limit: 2, Before: 5}, []uint64{4, 3}},
		"about one person":      {AuditQuery{Limit: 100, Person: h.people[1].ID}, []uint64{5, 2, 1}},
		"about nobody here":     {AuditQuery{Limit: 100, Person: "nobody"}, []uint64{5}},
		"within a time":         {AuditQuery{Limit: 100, From: day.Add(time.Hour), To: day.Add(3 * time.Hour)}, []uint64{3, 2}},
	} {
		got := must[[]AuditEntry](t)(r.SearchAudit(t.Context(), h.clinic.ID, c.query))
		var numbers []uint64
		for _, e := range got {
			numbers = append(numbers, e.N)
		}
		if len(numbers) != len(c.want) {
			t.Errorf("%s: got %v, want %v", name, numbers, c.want)
			continue
		}
		for i := range numbers {
			if numbers[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", name, numbers, c.want)
				break
			}
		}
	}
	if got := must[[]AuditEntry](t)(r.SearchAudit(t.Context(), rooms.ClinicID("other"), AuditQuery{Limit: 10})); len(got) != 0 {
		t.Errorf("another clinic reads %v", got)
	}
}
