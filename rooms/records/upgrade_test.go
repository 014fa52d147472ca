package records

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// A folder of the first release opens with everything in it: each row says
// whose it is, and what was readable is not, not even in the file's old bytes.
func TestUpgradeFromTheFirstRelease(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "vesper.db")
	firstRelease(t, file)
	r := openAt(t, dir)
	ctx := t.Context()
	if got := must[Person](t)(r.Person(ctx, "c1", "p1")); got.Phone != "555-0101-readable" || got.LegalName != "Ann Brook" {
		t.Errorf("person: %+v", got)
	}
	door := must[Door](t)(r.Door(ctx, "c1", "s1", "p1"))
	if door.Address.Line != "12 Readable Lane" || door.Phone != "555-0102-readable" ||
		door.EmergencyName != "Bo Readable" || door.EmergencyPhone != "555-0103-readable" || door.Place != "home" {
		t.Errorf("door: %+v", door)
	}
	for table, want := range map[string]string{
		"epochs": "s1=c1 s2=c2 ", "journal": "s1=c1 s1=c1 s2=c2 ", "beats": "s2=c2 ", "seals": "s1=c1 ", "bans": "s2=c2 ", "used_tickets": "s2=c2 ",
	} {
		if got := owners(t, r, table); got != want {
			t.Errorf("%s: %q, want %q", table, got, want)
		}
	}
	if node, epoch, err := r.Owner(ctx, "s2"); node != "n" || epoch != 4 || err != nil {
		t.Errorf("owner: %s %d %v", node, epoch, err)
	}
	if banned := must[bool](t)(r.Banned(ctx, "s2", rooms.PersonID("p2"))); !banned {
		t.Error("a ban is gone")
	}
	found := must[[]AuditEntry](t)(r.SearchAudit(ctx, "c1", AuditQuery{Person: "p1", Limit: 9}))
	if len(found) != 1 || found[0].Action != "doors.read" {
		t.Errorf("audit log: %+v", found)
	}
	if n, err := r.VerifyAudit(ctx, "c1"); n != 2 || err != nil {
		t.Errorf("audit log: %d %v", n, err)
	}
	if _, err := r.write.db.ExecContext(ctx, "UPDATE audit SET person = 'x'"); err == nil {
		t.Error("the audit log has lost its lock")
	}
	if _, err := r.write.db.ExecContext(ctx, "UPDATE journal SET hash = 'x'"); err == nil {
		t.Error("the journal has lost its lock")
	}
	for _, name := range []string{file, file + "-wal"} {
		if data, err := os.ReadFile(name); err == nil && bytes.Contains(bytes.ToLower(data), []byte("readable")) {
			t.Errorf("%s holds what was to be encrypted", filepath.Base(name))
		}
	}
}

// firstRelease makes the file that the first release left.
func firstRelease(t *testing.T, file string) {
	t.Helper()
	if err := touch(file); err != nil {
		t.Fatal(err)
	}
	db, err := connect(t.Context(), file, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	provider := must[*goose.Provider](t)((&migrator{db: db, dialect: goose.DialectSQLite3}).provider())
	if _, err := provider.UpTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	rows := must[[]byte](t)(os.ReadFile("testdata/version2.sql"))
	if _, err := db.DB.ExecContext(t.Context(), string(rows)); err != nil {
		t.Fatal(err)
	}
	prev := ""
	for i, entry := range []string{
		`{"clinic":"c1","n":1,"at":"2026-10-01T10:00:00Z","actor":"p1","actor_kind":"staff","action":"signin"}`,
		`{"clinic":"c1","n":2,"at":"2026-10-01T10:05:00Z","actor":"p0","actor_kind":"staff","action":"doors.read","session":"s1","person":"p1"}`,
	} {
		_, err := db.DB.ExecContext(t.Context(), "INSERT INTO audit (clinic, n, entry, prev, hash) VALUES ('c1', ?, ?, ?, ?)", i+1, entry, prev, ledger.AuditHash(prev, entry))
		if err != nil {
			t.Fatal(err)
		}
		prev = ledger.AuditHash(prev, entry)
	}
}

// owners says whose the rows of a table are.
func owners(t *testing.T, r *Records, table string) (text string) {
	t.Helper()
	rows, err := r.read.QueryContext(t.Context(), fmt.Sprintf("SELECT session, clinic FROM %s ORDER BY session", table))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var session, clinic string
		if err := rows.Scan(&session, &clinic); err != nil {
			t.Fatal(err)
		}
		text += session + "=" + clinic + " "
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text
}
