package records

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

var testSealer = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// testClock stands still until it is moved.
type testClock struct {
	rooms.Clock
	now time.Time
}

func (c *testClock) Now() time.Time { return c.now }

var evening = time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC) // 17:30 in New York

func openAt(t testing.TB, dir string) *Records {
	t.Helper()
	options := Options{
		Dir: dir, Sealer: testSealer, Fields: testFields, Clock: &testClock{rooms.SystemClock, evening.Add(-time.Hour)},
	}
	if onPostgres(t) {
		options.Postgres = databaseOf(t, dir)
	} else {
		putTables(t, dir)
	}
	r, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

// house is one clinic with a series of one facilitator and two clients.
type house struct {
	clinic   Clinic
	series   schedule.Series
	people   []Person
	seats    []Seat
	sessions []rooms.SessionID
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func build(t testing.TB, r *Records) house {
	t.Helper()
	ctx := context.Background()
	var h house
	h.clinic = must[Clinic](t)(r.CreateClinic(ctx, Clinic{Name: "Lakeside", Zone: "America/New_York", NeutralTitle: "Evening"}))
	program := must[Program](t)(r.CreateProgram(ctx, Program{Clinic: h.clinic.ID, Name: "IOP"}))
	h.series = must[schedule.Series](t)(r.CreateSeries(ctx, schedule.Series{
		Clinic: h.clinic.ID, Program: program.ID, Title: "Monday group", Rule: "FREQ=WEEKLY;COUNT=4;BYDAY=MO",
		Start: must[schedule.LocalTime](t)(schedule.ParseLocalTime("2026-11-23T17:30")),
		Zone:  "America/New_York", Duration: 3 * time.Hour,
		Template: schedule.Template{{Kind: rooms.Group, Minutes: 90}, {Kind: rooms.Break, Minutes: 15}, {Kind: rooms.Education, Minutes: 75}},
	}))
	for i, role := range []rooms.Role{rooms.Facilitator, rooms.Client, rooms.Client} {
		kind := ClientPerson
		if role.Staff() {
			kind = StaffPerson
		}
		name := []string{"Dana R.", "Ann B.", "Carl D."}[i]
		person := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: h.clinic.ID, Kind: kind, LegalName: name, Phone: "555"}))
		h.people = append(h.people, person)
		h.seats = append(h.seats, must[Seat](t)(r.CreateSeat(ctx, Seat{
			Seat: rooms.Seat{Person: person.ID, Role: role, DisplayName: name}, Clinic: h.clinic.ID, Series: h.series.ID,
		})))
	}
	occurrences := must[[]schedule.Occurrence](t)(h.series.Occurrences(evening.AddDate(0, 0, -1), evening.AddDate(0, 1, 0)))
	h.sessions = must[[]rooms.SessionID](t)(r.UpsertOccurrences(ctx, h.clinic.ID, h.series.ID, occurrences))
	if len(h.sessions) != 4 {
		t.Fatalf("%d sessions, want 4", len(h.sessions))
	}
	return h
}

func TestJournalMainPath(t *testing.T) { onEach(t, testJournalMainPath) }

func testJournalMainPath(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx := t.Context()
	tenure := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if tenure.Epoch != 1 || len(tenure.Roster) != 3 || len(tenure.Journal) != 0 || tenure.Plan.Session != h.sessions[0] {
		t.Fatalf("first tenure: %+v", tenure)
	}
	event := rooms.Event{
		ID: rooms.EventID{Epoch: 1, Node: "node-a", N: 1}, At: evening, Kind: rooms.EventRemoved, Person: h.people[1].ID,
	}
	for range 2 {
		if err := r.Append(ctx, h.sessions[0], 1, []rooms.Event{event}); err != nil {
			t.Fatal(err)
		}
	}
	if banned := must[bool](t)(r.Banned(ctx, h.sessions[0], h.people[1].ID)); !banned {
		t.Error("a removed person is not banned")
	}
	again := must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-b"))
	if again.Epoch != 2 || len(again.Journal) != 1 || again.Journal[0] != event {
		t.Fatalf("second tenure: %+v", again)
	}
}
