package records

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// kept are the rows of a clinic's audit log.
func keptAudit(t *testing.T, r *Records, clinic rooms.ClinicID) []auditRow {
	t.Helper()
	return must[[]auditRow](t)(list[auditRow](t.Context(), r, clinic, "read", "n", "clinic = ?", clinic))
}

// rewritten are the statements that put other rows in the place of a log, with
// a chain that fits: nothing in it is secret.
func rewritten(clinic rooms.ClinicID, rows []auditRow) []string {
	statements, prev := []string{"DELETE FROM audit WHERE clinic = " + quote(string(clinic))}, ""
	for i, row := range rows {
		entry, _ := decode[AuditEntry](row.Entry)
		entry.N = uint64(i + 1)
		text, _ := encode(entry)
		about, hash := aboutOf(entry), ledger.AuditHash(prev, text)
		statements = append(statements, fmt.Sprintf("INSERT INTO audit (clinic, n, entry, prev, hash, at_ms, action, session, person) VALUES (%s, %d, %s, %s, %s, %d, %s, %s, %s)",
			quote(string(clinic)), entry.N, quote(text), quote(prev), quote(hash), about.At, quote(about.Action), quote(about.Session), quote(about.Person)))
		prev = hash
	}
	return statements
}

// Whoever may write past the triggers is found out, by the place.
func TestAuditFindsTampering(t *testing.T) { onEach(t, testAuditFindsTampering) }

func testAuditFindsTampering(t *testing.T) {
	other := func(row auditRow, action string) auditRow {
		row.Entry = strings.Replace(row.Entry, "door.read", action, 1)
		return row
	}
	plain := func(statements ...string) func([]auditRow, rooms.ClinicID) []string {
		return func([]auditRow, rooms.ClinicID) []string { return statements }
	}
	changed := "audit log: an entry among the first 5 was changed since the checkpoint of "
	for name, c := range map[string]struct {
		tamper func([]auditRow, rooms.ClinicID) []string
		place  string
	}{
		"edit":     {plain("UPDATE audit SET entry = replace(entry, 'door.read', 'door.none') WHERE n = 3"), "audit entry 3: it is not what was written"},
		"hash":     {plain("UPDATE audit SET hash = prev WHERE n = 3"), "audit entry 3: it is not"},
		"whose":    {plain("UPDATE audit SET person = 'another' WHERE n = 3"), "audit entry 3: its other columns"},
		"when":     {plain("UPDATE audit SET at_ms = 0 WHERE n = 3"), "audit entry 3: its other columns"},
		"link":     {plain("UPDATE audit SET prev = '' WHERE n = 3"), "audit entry 3: its other columns"},
		"not JSON": {plain("UPDATE audit SET entry = 'x' WHERE n = 6"), "audit entry 6: it is not"},
		"delete":   {plain("DELETE FROM audit WHERE n = 3"), "audit entry 3: it is missing, 4 follows"},
		"first":    {plain("DELETE FROM audit WHERE n = 1"), "audit entry 1: it is missing, 2 follows"},
		"reorder": {plain("UPDATE audit SET n = 1003 WHERE n = 3", "UPDATE audit SET n = 3 WHERE n = 4", "UPDATE audit SET n = 4 WHERE n = 1003"),
			"audit entry 3: it is not"},
		"add": {plain("INSERT INTO audit (clinic, n, entry, prev, hash) SELECT clinic, 8, entry, prev, hash FROM audit WHERE n = 7"), "audit entry 8: it is not"},
		"cut": {plain("DELETE FROM audit WHERE n > 3"), "audit log: it was cut: the checkpoint of "},
		"all": {plain("DELETE FROM audit"), "covers 5 entries, and there are 0"},
		"edit, rewritten": {func(rows []auditRow, id rooms.ClinicID) []string {
			rows[2] = other(rows[2], "door.none")
			return rewritten(id, rows)
		}, changed},
		"add, rewritten": {func(rows []auditRow, id rooms.ClinicID) []string {
			return rewritten(id, slices.Insert(rows, 2, rows[1]))
		}, changed},
		"delete, rewritten": {func(rows []auditRow, id rooms.ClinicID) []string { return rewritten(id, slices.Delete(rows, 2, 3)) }, changed},
		"swap, rewritten": {func(rows []auditRow, id rooms.ClinicID) []string {
			rows[1], rows[2] = rows[2], other(rows[1], "door.swap")
			return rewritten(id, rows)
		}, changed},
		"an older table that went on": {func(rows []auditRow, id rooms.ClinicID) []string {
			return rewritten(id, append(rows[:3:3], other(rows[3], "later"), other(rows[4], "later")))
		}, changed},
		"checkpoint": {plain("UPDATE checkpoints SET note = replace(note, 'audit 5', 'audit 3')"), changed[:len("audit log: an entry among the first ")] + "3"},
	} {
		r := openAt(t, t.TempDir())
		h := build(t, r)
		clinic := h.clinic.ID
		write := func(n int) {
			for i := range n {
				if err := r.Audit(t.Context(), AuditEntry{Clinic: clinic, Actor: "p", Action: "door.read", Object: fmt.Sprint(n, i)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		write(5)
		left := must[Checkpoint](t)(r.MakeCheckpoint(t.Context(), clinic))
		write(2)
		if n, err := r.VerifyAudit(t.Context(), clinic); n != 7 || err != nil {
			t.Fatalf("before: %d entries, %v", n, err)
		}
		tamper(t, r, c.tamper(keptAudit(t, r, clinic), clinic)...)
		_, err := r.VerifyAudit(t.Context(), clinic)
		if !errors.Is(err, ErrAudit) || !strings.Contains(err.Error(), c.place) {
			t.Errorf("%s: got %v, want %q", name, err, c.place)
		}
		if strings.Contains(name, "rewritten") || name == "cut" {
			if _, err := r.MakeCheckpoint(t.Context(), clinic); !errors.Is(err, ErrAudit) {
				t.Errorf("%s: a new checkpoint: %v", name, err)
			}
			// Whoever takes the kept checkpoints away too does not reach the one that left.
			tamper(t, r, "DELETE FROM checkpoints")
			out := must[ledger.Checkpoint](t)(ledger.OpenCheckpoint(left.Note, nil))
			if _, err := r.VerifyAudit(t.Context(), clinic, out); !errors.Is(err, ErrAudit) {
				t.Errorf("%s: against the checkpoint that left: %v", name, err)
			}
		}
	}
}

// What is exported is what is kept, and verifies without the records.
func TestAuditLines(t *testing.T) { onEach(t, testAuditLines) }

func testAuditLines(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	for range 3 {
		if err := r.Audit(t.Context(), AuditEntry{Clinic: h.clinic.ID, Actor: "p", Action: "door.read", Purpose: "a <b> & ü"}); err != nil {
			t.Fatal(err)
		}
	}
	head := must[ledger.AuditHead](t)(r.AuditHead(t.Context(), h.clinic.ID))
	walk := func() error {
		chain := ledger.NewAuditChain()
		err := r.AuditLines(t.Context(), h.clinic.ID, head.N, chain.Add)
		if err == nil && chain.Head() != head {
			t.Errorf("ends with %+v, want %+v", chain.Head(), head)
		}
		return err
	}
	if err := walk(); err != nil || head.N != 3 {
		t.Errorf("%+v, %v", head, err)
	}
	tamper(t, r, "UPDATE audit SET entry = 'no entry' WHERE n = 2")
	if err := walk(); err == nil || !strings.Contains(err.Error(), "audit entry 2") {
		t.Errorf("got %v", err)
	}
}
