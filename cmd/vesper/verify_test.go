package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
	"vesper/rooms/schedule"
	"vesper/signaling/api"
)

// archive is a data folder with four evenings of a clinic, as they are lived
// and signed, and what left the machine on the way: the key, a checkpoint, and
// copies of the database from before.
type archive struct {
	dir, keys  string // the database's folder, the keys'
	token      string
	clinic     rooms.ClinicID
	sessions   []rooms.SessionID
	people     []rooms.PersonID // the facilitator first
	early      string           // the database when only the first evening was over
	unsigned   string           // the database before the second evening was signed
	key        string
	checkpoint string
}

// desktop is an open data folder with its interface.
type desktop struct {
	clock   *pastClock
	keys    *auth.Keys
	records *records.Records
	auth    *auth.Authority
	url     string
}

func openDesktop(t testing.TB, dir, keys string) *desktop {
	t.Helper()
	d := &desktop{clock: new(pastClock)}
	d.clock.set(time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC))
	d.keys = got(auth.OpenKeys(keys))(t)
	d.records = got(records.Open(t.Context(), records.Options{Dir: dir, Clock: d.clock, Sealer: d.keys.Seal(), Fields: d.keys.Fields(), Logger: logger("error", discard{})}))(t)
	d.auth = got(auth.New(auth.Options{Keys: d.keys, Store: d.records, Clock: d.clock}))(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	d.url = server.URL
	api.Mount(mux, api.Options{Records: d.records, Authority: d.auth, Keys: d.keys, Clock: d.clock, URL: d.url})
	t.Cleanup(func() {
		server.Close()
		d.close(t)
	})
	return d
}

func (d *desktop) close(t testing.TB) {
	t.Helper()
	if err := d.records.Close(); err != nil {
		t.Error(err)
	}
}

// got gives back a value or ends the test.
func got[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func fine(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// keepArchive lives the evenings.
func keepArchive(t testing.TB) *archive {
	t.Helper()
	out := t.TempDir()
	a := &archive{dir: t.TempDir(), keys: filepath.Join(out, "keys")}
	a.early, a.unsigned, a.key, a.checkpoint = filepath.Join(out, "early.db"), filepath.Join(out, "unsigned.db"), filepath.Join(out, "seal.pem"), filepath.Join(out, "checkpoint.txt")
	d := openDesktop(t, a.dir, a.keys)
	a.settle(t, d)
	a.evening(t, d, 0)
	snapshot(t, a.dir, a.early)
	a.amend(t, d, 0)
	a.sign(t, d, 0)
	a.evening(t, d, 1)
	a.amend(t, d, 1)
	snapshot(t, a.dir, a.unsigned)
	a.sign(t, d, 1)
	a.evening(t, d, 2)
	made := got(d.records.MakeCheckpoint(t.Context(), a.clinic))(t)
	fine(t, os.WriteFile(a.checkpoint, []byte(made.Note), 0o600), os.WriteFile(a.key, got(d.keys.SealPEM())(t), 0o600))
	a.evening(t, d, 3)
	d.clock.set(time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC))
	a.token, _, _ = d.auth.IssueService(t.Context(), a.clinic, "auditor", []auth.Scope{auth.ScopeSessionsRead}, 24*time.Hour)
	d.close(t)
	return a
}

// settle founds the clinic: a facilitator, three clients and four Mondays.
func (a *archive) settle(t testing.TB, d *desktop) {
	t.Helper()
	ctx := t.Context()
	clinic := got(d.records.CreateClinic(ctx, records.Clinic{Name: "Lakeside", Zone: "America/New_York", NeutralTitle: "Evening"}))(t)
	program := got(d.records.CreateProgram(ctx, records.Program{Clinic: clinic.ID, Name: "IOP"}))(t)
	start := got(schedule.ParseLocalTime("2026-11-23T17:30"))(t)
	series := got(d.records.CreateSeries(ctx, schedule.Series{
		Clinic: clinic.ID, Program: program.ID, Title: "Monday group", Rule: "FREQ=WEEKLY;COUNT=4;BYDAY=MO", Start: start, Zone: "America/New_York",
		Duration: 150 * time.Minute, Template: schedule.Template{{Kind: rooms.Group, Minutes: 60}, {Kind: rooms.Break, Minutes: 10}, {Kind: rooms.Education, Minutes: 80}},
	}))(t)
	for i, name := range []string{"Dana R.", "Ann B.", "Carl D.", "Eve F."} {
		kind, role := records.ClientPerson, rooms.Client
		if i == 0 {
			kind, role = records.StaffPerson, rooms.Facilitator
		}
		p := got(d.records.CreatePerson(ctx, records.Person{Clinic: clinic.ID, Kind: kind, LegalName: name, DisplayName: name, Credential: "LCSW"}))(t)
		got(d.records.CreateSeat(ctx, records.Seat{Seat: rooms.Seat{Person: p.ID, Role: role, DisplayName: name}, Clinic: clinic.ID, Series: series.ID}))(t)
		a.people = append(a.people, p.ID)
	}
	occurrences := got(series.Occurrences(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC)))(t)
	a.clinic, a.sessions = clinic.ID, got(d.records.UpsertOccurrences(ctx, clinic.ID, series.ID, occurrences))(t)
}

// evening lets a session pass: everybody comes but Eve, Carl leaves early.
func (a *archive) evening(t testing.TB, d *desktop, i int) {
	t.Helper()
	ctx, id := t.Context(), a.sessions[i]
	start := got(d.records.Session(ctx, a.clinic, id))(t).Start
	d.clock.set(start.Add(-20 * time.Minute))
	tenure := got(d.records.Open(ctx, id, "node-a"))(t)
	var events []rooms.Event
	add := func(at time.Duration, e rooms.Event) {
		e.ID = rooms.EventID{Epoch: tenure.Epoch, Node: "node-a", N: uint64(len(events) + 1)}
		e.At, e.Mono = start.Add(at), at+20*time.Minute
		if e.Kind == rooms.EventConnected || e.Kind == rooms.EventLost {
			e.Since = e.At.Add(-time.Second)
		}
		events = append(events, e)
	}
	add(-20*time.Minute, rooms.Event{Kind: rooms.EventOpened})
	for n, person := range a.people[:3] {
		at := time.Duration(n-10) * time.Minute
		add(at, rooms.Event{Kind: rooms.EventPlace, Person: person, Reason: "home"})
		add(at, rooms.Event{Kind: rooms.EventArrived, Person: person})
		add(at+time.Second, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: uint64(n + 1)})
		add(at+time.Minute, rooms.Event{Kind: rooms.EventAdmitted, Person: person, Actor: a.people[0]})
	}
	add(70*time.Minute, rooms.Event{Kind: rooms.EventSegment, Actor: a.people[0], Segment: 2})
	add(100*time.Minute, rooms.Event{Kind: rooms.EventLeft, Person: a.people[2]})
	add(150*time.Minute, rooms.Event{Kind: rooms.EventEnded, Actor: a.people[0], Reason: "staff"})
	d.clock.set(start.Add(150 * time.Minute))
	fine(t, d.records.Append(ctx, id, tenure.Epoch, events), d.records.Seal(ctx, id, tenure.Epoch))
}

// amend corrects a session.
func (a *archive) amend(t testing.TB, d *desktop, i int) {
	t.Helper()
	start := got(d.records.Session(t.Context(), a.clinic, a.sessions[i]))(t).Start
	fine(t, d.records.Amend(t.Context(), a.clinic, a.sessions[i], []rooms.Event{
		{Kind: rooms.EventAbsence, Person: a.people[3], Actor: a.people[0], Reason: "reached"},
		{Kind: rooms.EventCorrection, Person: a.people[2], Actor: a.people[0], Reason: "present", Since: start.Add(100 * time.Minute), Until: start.Add(130 * time.Minute)},
		{Kind: rooms.EventSharedDevice, Person: a.people[3], With: a.people[1], Actor: a.people[0], Since: start, Until: start.Add(time.Hour)},
	}, []records.Note{{Event: 0, Text: "Was ill."}, {Event: 1, Text: "The line fell, and we went on by telephone."}, {Event: 2, Text: "Sat beside Ann."}}))
}

// sign signs a session and adds to it twice.
func (a *archive) sign(t testing.TB, d *desktop, i int) {
	t.Helper()
	ctx, signer := t.Context(), records.Signer{Person: a.people[0], Name: "Dana Rivera", Credential: "LCSW"}
	fine(t, d.records.Sign(ctx, a.clinic, a.sessions[i], signer),
		d.records.Addend(ctx, a.clinic, a.sessions[i], signer, "The payer asked for the telephone log."),
		d.records.Addend(ctx, a.clinic, a.sessions[i], signer, "The log was sent."))
}

// snapshot copies the database as a backup does.
func snapshot(t testing.TB, dir, to string) {
	t.Helper()
	edit(t, dir, fmt.Sprintf("VACUUM INTO '%s'", to))
}

// edit changes the database of a data folder as somebody does who holds the
// file.
func edit(t testing.TB, dir string, statements ...string) {
	t.Helper()
	db := got(sql.Open("sqlite", filepath.Join(dir, "vesper.db")))(t)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// export gets the archive from the interface, and says where it is.
func export(t testing.TB, a *archive, dir string) string {
	t.Helper()
	return download(t, openDesktop(t, dir, a.keys), a, "/evidence")
}

func download(t testing.TB, d *desktop, a *archive, path string) string {
	t.Helper()
	request := got(http.NewRequestWithContext(t.Context(), "GET", d.url+"/api/v1"+path, nil))(t)
	request.Header.Set("Authorization", "Bearer "+a.token)
	response := got(http.DefaultClient.Do(request))(t)
	defer response.Body.Close()
	saved := filepath.Join(t.TempDir(), "evidence")
	file := got(os.Create(saved))(t)
	if _, err := file.ReadFrom(response.Body); err != nil || response.StatusCode != 200 {
		t.Fatalf("export: %s, %v", response.Status, err)
	}
	fine(t, file.Close())
	return saved
}

// runVerify runs the command and returns what it prints, and its exit code.
func runVerify(t testing.TB, args ...string) (string, int) {
	t.Helper()
	out, words := got(os.CreateTemp(t.TempDir(), "out"))(t), got(os.CreateTemp(t.TempDir(), "err"))(t)
	defer out.Close()
	defer words.Close()
	err := run(context.Background(), append([]string{"verify"}, args...), out, words)
	text := string(got(os.ReadFile(out.Name()))(t))
	var code exitCode
	switch {
	case err == nil:
		return text, 0
	case errors.As(err, &code):
		return text, int(code)
	}
	return text + err.Error(), -1
}

func TestVerifyArchive(t *testing.T) {
	a := keepArchive(t)
	path := export(t, a, a.dir)
	out, code := runVerify(t, path, "--key", a.key, "--checkpoint", a.checkpoint)
	for _, want := range []string{"4 sessions", "Not signed by staff yet: 2 sessions", "Proven: all seals", "The log holds 10 seals and goes on from the checkpoint", "which covers 9"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %q is not in:\n%s", code, want, out)
		}
	}
	if out, code := runVerify(t, path); code != 0 || !strings.Contains(out, "Not proven who sealed it") || !strings.Contains(out, "No checkpoint was given") {
		t.Errorf("without key and checkpoint: %d\n%s", code, out)
	}
	text := string(got(os.ReadFile(path))(t))
	for _, secret := range []string{"Dana", "Ann", "Carl", "Lakeside", "telephone", "ill"} {
		if strings.Contains(text, secret) {
			t.Errorf("the archive holds %q", secret)
		}
	}
}

// A bundle alone leads to the checkpoint that left the machine, or says how to
// get one that does.
func TestVerifyBundle(t *testing.T) {
	a := keepArchive(t)
	d := openDesktop(t, a.dir, a.keys)
	got(d.records.MakeCheckpoint(t.Context(), a.clinic))(t)
	for _, c := range []struct {
		path string
		code int
		want []string
	}{
		{"/sessions/" + string(a.sessions[0]) + "/evidence?checkpoint=9", 0, []string{"22 entries", "Sealed as signoff by " + string(a.people[0]), "4 of 4 seals are in the given checkpoint", "The rows are what"}},
		{"/sessions/" + string(a.sessions[2]) + "/evidence?checkpoint=9", 0, []string{"Not signed by staff yet", "1 of 1 seals"}},
		{"/sessions/" + string(a.sessions[3]) + "/evidence?checkpoint=9", 0, []string{"0 of 1 seals are in the given checkpoint"}},
		{"/sessions/" + string(a.sessions[0]) + "/evidence", -1, []string{"get the bundle with ?checkpoint=9"}},
	} {
		out, code := runVerify(t, download(t, d, a, c.path), "--key", a.key, "--checkpoint", a.checkpoint)
		for _, want := range c.want {
			if code != c.code || !strings.Contains(out, want) {
				t.Errorf("%s: exit code %d, want %d and %q in:\n%s", c.path, code, c.code, want, out)
			}
		}
	}
}
