package records

import (
	"errors"
	"testing"

	"vesper/rooms"
)

// refuseAudit has the database refuse entries of the audit log, and takes that
// back at the end.
func refuseAudit(t *testing.T, r *Records) (again func()) {
	t.Helper()
	if onPostgres(t) {
		tamper(t, r, "CREATE FUNCTION no_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$",
			"CREATE TRIGGER no_audit BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_audit()")
		return func() { tamper(t, r, "DROP TRIGGER no_audit ON audit") }
	}
	tamper(t, r, "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
	return func() { tamper(t, r, "DROP TRIGGER no_audit") }
}

// A change and its entry are there together, or not at all.
func TestChangeWithItsEntry(t *testing.T) { onEach(t, testChangeWithItsEntry) }

func testChangeWithItsEntry(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	clinic, ctx := h.clinic.ID, t.Context()
	entry := AuditEntry{Clinic: clinic, Actor: "p", ActorKind: "staff", Action: "program.create"}
	again := refuseAudit(t, r)
	if _, err := r.CreateProgram(Traced(ctx, entry), Program{Clinic: clinic, Name: "Lost"}); err == nil {
		t.Error("a change without its entry")
	}
	if _, _, err := r.SeatGuest(Traced(ctx, entry), Guest{Clinic: clinic, Session: h.sessions[0], DisplayName: "Lost"}, "x"); err == nil {
		t.Error("a guest without an entry")
	}
	again()
	if programs := must[[]Program](t)(r.Programs(ctx, clinic)); len(programs) != 1 || programs[0].Name == "Lost" {
		t.Errorf("programs: %+v", programs)
	}
	if guests := must[[]Guest](t)(r.Guests(ctx, clinic, h.sessions[0])); len(guests) != 0 {
		t.Errorf("guests: %+v", guests)
	}
	traced := Traced(ctx, entry)
	if err := r.RenameProgram(traced, clinic, "none", "x"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	made := must[Program](t)(r.CreateProgram(traced, Program{Clinic: clinic, Name: "Kept"}))
	must[Program](t)(r.CreateProgram(traced, Program{Clinic: clinic, Name: "Another"})) // an entry is written once
	log := must[[]AuditEntry](t)(r.AuditLog(ctx, clinic, 0, 10))
	if len(log) != 1 || log[0].Object != string(made.ID) || log[0].Action != "program.create" || log[0].At.IsZero() {
		t.Errorf("log: %+v", log)
	}
	must[uint64](t)(r.VerifyAudit(ctx, clinic))
}
