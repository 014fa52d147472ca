package records

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
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
