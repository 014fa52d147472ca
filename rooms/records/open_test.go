package records

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vesper/rooms"
)

func TestFolderIsHeldByOne(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	_, err := Open(t.Context(), Options{Dir: dir, Sealer: testSealer, Fields: testFields})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "another Vesper") {
		t.Errorf("second start: got %v, want ErrInUse that says what to do", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, dir)
}

func TestFilesAreThePrivateOnesOfTheOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	build(t, openAt(t, dir))
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %o, want 700", info.Mode().Perm())
	}
	files, _ := os.ReadDir(dir)
	if len(files) < 3 {
		t.Errorf("%d files, want the database, its log and the lock", len(files))
	}
	for _, file := range files {
		if info, _ := file.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", file.Name(), info.Mode().Perm())
		}
	}
}

// Every connection that is ever opened must be durable, not only the first.
func TestPragmasAreVerified(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	for range 3 {
		if err := verifyPragmas(t.Context(), r.write.db.DB, false); err != nil {
			t.Error(err)
		}
		if err := verifyPragmas(t.Context(), r.read.DB, true); err != nil {
			t.Error(err)
		}
		r.write.reconnect()
	}
	good := "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	for from, to := range map[string]string{
		"synchronous(FULL)": "synchronous(NORMAL)", "foreign_keys(1)": "foreign_keys(0)",
		"journal_mode(WAL)": "journal_mode(DELETE)", "busy_timeout(10000)": "busy_timeout(1)", "nothing": "",
	} {
		pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "weak.db")+strings.Replace(good, from, to, 1))
		if err != nil {
			t.Fatal(err)
		}
		if err := verifyPragmas(t.Context(), pool, false); (err == nil) != (from == "nothing") {
			t.Errorf("%s for %s: got %v", to, from, err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	r := openAt(t, t.TempDir())
	if _, err := r.read.ExecContext(t.Context(), "DELETE FROM clinics"); err == nil {
		t.Error("a reader wrote")
	}
}

// What happened can't be changed, not even by a hand in the database.
func TestAppendOnly(t *testing.T) { onEach(t, testAppendOnly) }

func testAppendOnly(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	for _, statement := range []string{
		"UPDATE journal SET event = '{}'", "UPDATE journal SET n = n + 100", "DELETE FROM journal", "DELETE FROM journal WHERE n = 1",
		"UPDATE seals SET seal = ''", "DELETE FROM seals", "UPDATE audit SET entry = ''", "DELETE FROM audit",
	} {
		if _, err := r.write.db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: got %v, want a refusal", statement, err)
		}
	}
	verifyChain(t, r, h.clinic.ID, h.sessions[0])
}

func TestMigrationsRunAgain(t *testing.T) { onEach(t, testMigrationsRunAgain) }

func testMigrationsRunAgain(t *testing.T) {
	dir := t.TempDir()
	r := openAt(t, dir)
	h := build(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = openAt(t, dir)
	if got := must[Clinic](t)(r.Clinic(t.Context(), h.clinic.ID)); got != h.clinic {
		t.Errorf("got %+v, want %+v", got, h.clinic)
	}
}

func TestClosed(t *testing.T) { onEach(t, testClosed) }

func testClosed(t *testing.T) {
	r := openAt(t, t.TempDir())
	for range 2 {
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Ready(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if err := r.Append(t.Context(), "s", 1, []rooms.Event{{}}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}
