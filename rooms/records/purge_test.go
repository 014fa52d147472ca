package records

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// purger opens the records of a folder for a purge, as they are years later.
// On PostgreSQL its login has nothing but the role.
func purger(t *testing.T, dir string, now time.Time) *Purger {
	t.Helper()
	options := Options{Dir: dir, Sealer: testSealer, Fields: testFields, Clock: &testClock{rooms.SystemClock, now}}
	if onPostgres(t) {
		options.Dir, options.Postgres = "", keeper(t, databaseOf(t, dir))
	}
	p, err := OpenPurger(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// keeper is the address of a database for a login that may purge.
func keeper(t *testing.T, url string) string {
	t.Helper()
	engine := must[*postgresEngine](t)(newPostgres(url, nil))
	admin := superuser(t, &Records{engine: engine})
	for _, statement := range []string{
		"DO $$ BEGIN CREATE ROLE keeper LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$", "GRANT vesper_purge TO keeper",
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Replace(url, "vesper@", "keeper@", 1)
}

// yearsLater is when the first two of the house's four sessions are six years
// old.
var yearsLater = evening.AddDate(6, 0, 10)

func TestPurge(t *testing.T) { onEach(t, testPurge) }

func testPurge(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	h, other := build(t, r), build(t, r)
	live(t, r, h)
	live(t, r, other)
	ctx, clinic := t.Context(), h.clinic.ID
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[1], "node-a")) // never sealed
	if err := r.SaveDoor(ctx, Door{Clinic: clinic, Session: h.sessions[0], Person: h.people[1].ID, Place: "home"}); err != nil {
		t.Fatal(err)
	}
	kept := must[Evidence](t)(r.Evidence(ctx, clinic, h.sessions[0]))
	must[bool](t)(true, r.SetRetention(ctx, other.clinic.ID, 10))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	p := purger(t, dir, yearsLater)
	if early := must[[]Overdue](t)(p.Overdue(ctx, evening)); len(early) != 2 || len(early[0].Sessions)+len(early[1].Sessions) != 0 {
		t.Errorf("before the first session: %+v", early)
	}
	all := must[[]Overdue](t)(p.Overdue(ctx, yearsLater.AddDate(1, 0, 0))) // a day that the retention does not allow yet
	at := slices.IndexFunc(all, func(due Overdue) bool { return due.Clinic == clinic })
	if due := all[at]; !slices.Equal(due.Sessions, h.sessions[:1]) || due.Unsealed != 1 || len(all[1-at].Sessions) != 0 {
		t.Fatalf("overdue: %+v", all)
	}
	if n := must[int](t)(p.Purge(ctx, all[at], "operator")); n != 1 {
		t.Errorf("%d sessions purged, want 1", n)
	}
	if n, err := p.Purge(ctx, all[at], "operator"); n != 0 || !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("once more: %d, %v", n, err)
	}
	stay := all[at]
	stay.Sessions = h.sessions[1:2]
	if n, err := p.Purge(ctx, stay, "operator"); n != 0 || !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a session without a seal: %d, %v", n, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	r = openAt(t, dir)
	checkPurged(t, r, h, kept)
	verifyChain(t, r, other.clinic.ID, other.sessions[0])
	live(t, r, house{clinic: h.clinic, people: h.people, sessions: h.sessions[2:]}) // the rest goes on
	verifyChain(t, r, clinic, h.sessions[2])
}

// checkPurged holds that nothing is left of the first session but its
// tombstone, which says what was sealed, and a line in the audit log.
func checkPurged(t *testing.T, r *Records, h house, kept Evidence) {
	t.Helper()
	ctx, clinic, session := t.Context(), h.clinic.ID, h.sessions[0]
	if _, err := r.Session(ctx, clinic, session); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("the session is there: %v", err)
	}
	if n := len(must[[]entryRow](t)(list[entryRow](ctx, r, everyClinic, "count", "n", "session = ?", session))); n != 0 {
		t.Errorf("%d entries are left", n)
	}
	if n := len(must[[]Door](t)(r.Doors(ctx, clinic, session))); n != 0 {
		t.Errorf("%d doors are left", n)
	}
	stone := must[tombstoneRow](t)(find[tombstoneRow](ctx, r, clinic, "find", "", "session = ?", session))
	last := kept.Entries[len(kept.Entries)-1]
	if stone.Count != last.N || stone.Head != last.Hash || stone.Series != h.series.ID || stone.PurgedAt == 0 || stone.Actor != "operator" {
		t.Errorf("tombstone: %+v", stone)
	}
	graves := must[[]string](t)(func() (texts []string, err error) {
		found, err := r.Graves(ctx, clinic)
		for _, grave := range found {
			for _, seal := range grave.Seals {
				texts = append(texts, string(grave.Session)+" "+seal.Hash())
			}
		}
		return texts, err
	}())
	if want := []string{string(session) + " " + kept.Seals[0].Hash()}; !slices.Equal(graves, want) {
		t.Errorf("seals of purged sessions: %v, want %v", graves, want)
	}
	log := must[[]AuditEntry](t)(r.AuditLog(ctx, clinic, 0, 100))
	if line := log[len(log)-1]; line.Action != "session.purge" || line.Session != session || line.Actor != "operator" {
		t.Errorf("audit: %+v", line)
	}
	must[uint64](t)(r.VerifyAudit(ctx, clinic))
	for _, table := range []string{"journal", "seals", "audit", "tombstones"} {
		if _, err := r.write.db.ExecContext(ctx, "DELETE FROM "+table); err == nil {
			t.Errorf("%s has lost its lock", table)
		}
	}
}

// The server's own login can't purge.
func TestServerMayNotPurge(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		_, err := OpenPurger(t.Context(), Options{Postgres: databaseOf(t, t.TempDir()), Sealer: testSealer, Fields: testFields})
		if err == nil || !strings.Contains(err.Error(), `GRANT vesper_purge TO "vesper"`) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRetention(t *testing.T) { onEach(t, testRetention) }

func testRetention(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	if h.clinic.RetentionYears != DefaultRetention {
		t.Errorf("a new clinic keeps %d years", h.clinic.RetentionYears)
	}
	must[bool](t)(true, r.SetRetention(t.Context(), h.clinic.ID, 10))
	must[bool](t)(true, r.UpdateClinic(t.Context(), Clinic{ID: h.clinic.ID, Zone: "UTC"}))
	if got := must[Clinic](t)(r.Clinic(t.Context(), h.clinic.ID)); got.RetentionYears != 10 {
		t.Errorf("keeps %d years, want 10", got.RetentionYears)
	}
	for _, years := range []int{0, -1, 101} {
		if err := r.SetRetention(t.Context(), h.clinic.ID, years); err == nil {
			t.Errorf("%d years are accepted", years)
		}
	}
}

// A purge that was made up by hand has no tombstone that this clinic's key
// signed.
func TestForgedPurge(t *testing.T) { onEach(t, testForgedPurge) }

func testForgedPurge(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	h := build(t, r)
	live(t, r, h)
	clinic, session := h.clinic.ID, h.sessions[0]
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	p := purger(t, dir, yearsLater)
	for _, due := range must[[]Overdue](t)(p.Overdue(t.Context(), yearsLater)) {
		must[int](t)(p.Purge(t.Context(), due, "operator"))
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	r = openAt(t, dir)
	ours := []ed25519.PublicKey{testSealer.Public().(ed25519.PublicKey)}
	if n, err := r.VerifyTombstones(t.Context(), clinic, ours); n == 0 || err != nil {
		t.Fatalf("%d tombstones, %v", n, err)
	}
	stone := must[tombstoneRow](t)(find[tombstoneRow](t.Context(), r, clinic, "find", "", "session = ?", session))
	forged := stone
	_, stranger, err := ed25519.GenerateKey(nil)
	if err = errors.Join(err, forged.sign(stranger)); err != nil {
		t.Fatal(err)
	}
	where := " WHERE session = " + quote(string(session))
	for _, c := range []struct{ forge, back, reason string }{
		{"UPDATE tombstones SET stone = ''", "stone = " + quote(stone.Stone), "is not signed"},
		{"UPDATE tombstones SET stone = " + quote(forged.Stone), "stone = " + quote(stone.Stone), "not signed by the given key"},
		{"UPDATE tombstones SET stone = 'x'", "stone = " + quote(stone.Stone), "can't be read"},
		{"UPDATE tombstones SET head = 'x'", "head = " + quote(stone.Head), "says something else"},
		{"UPDATE tombstones SET purged_at = 1", fmt.Sprint("purged_at = ", stone.PurgedAt), "says something else"},
		{"UPDATE tombstones SET seals = '[]'", "seals = " + quote(stone.Seals), "says something else"},
		{"DELETE FROM tombstones", "", "gone without a tombstone"},
	} {
		tamper(t, r, c.forge+where)
		_, err := r.VerifyTombstones(t.Context(), clinic, ours)
		var place *ledger.BrokenError
		if !errors.As(err, &place) || place.Place != "session "+string(session) || !strings.Contains(place.Reason, c.reason) {
			t.Errorf("%s: got %v, want %q", c.forge, err, c.reason)
		}
		held := ledger.Holdings{Head: ledger.ArchiveHead{Clinic: clinic}}
		if graves, err := r.Graves(t.Context(), clinic); err == nil && c.back != "" {
			for i := range graves {
				held.AddLine(ledger.ArchiveLine{Grave: &graves[i]})
			}
			if err := held.VerifyGraves(ours); (err == nil) != (c.forge == "UPDATE tombstones SET head = 'x'") { // which an archive does not show
				t.Errorf("%s, in an archive: %v", c.forge, err)
			}
		}
		if c.back != "" {
			tamper(t, r, "UPDATE tombstones SET "+c.back+where)
		}
	}
}

// Tombstones of before are signed once, as they stand.
func TestOldTombstonesAreSigned(t *testing.T) { onEach(t, testOldTombstonesAreSigned) }

func testOldTombstonesAreSigned(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	h := build(t, r)
	clinic := h.clinic.ID
	tamper(t, r, "ALTER TABLE tombstones DROP COLUMN stone", fmt.Sprint("DELETE FROM goose_db_version WHERE version_id = ", signing),
		"INSERT INTO tombstones (clinic, session, series, start_ms, count_n, head, seals, purged_at, actor) VALUES ("+quote(string(clinic))+", 'gone', 's', 5, 7, 'h', '[]', 9, 'operator')")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = openAt(t, dir)
	if n, err := r.VerifyTombstones(t.Context(), clinic, []ed25519.PublicKey{testSealer.Public().(ed25519.PublicKey)}); n != 1 || err != nil {
		t.Errorf("%d tombstones, %v", n, err)
	}
}
