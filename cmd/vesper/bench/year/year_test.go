package main

import (
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/records"
	"vesper/rooms/storetest"
)

// A small year has what a whole one has, on either database.
func TestYear(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testYear(t, "") })
	t.Run("postgres", func(t *testing.T) { testYear(t, storetest.Postgres(t)) })
}

func testYear(t *testing.T, postgres string) {
	keys, err := auth.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	s := size{series: 2, evenings: 6, clients: 4, entries: 60, rooms: 4}
	r, err := records.Open(t.Context(), records.Options{
		Dir: t.TempDir(), Postgres: postgres, Sealer: keys.Seal(), Fields: keys.Fields(), Clock: newClock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	clinic, err := fill(t.Context(), r, s)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := r.ListSessions(t.Context(), clinic, firstEvening, firstEvening.AddDate(1, 0, 0))
	if err != nil || len(sessions) != s.series*s.evenings {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	for _, session := range sessions {
		evidence, err := r.Evidence(t.Context(), clinic, session.Plan.Session)
		if err != nil || len(evidence.Entries) != s.entries || !session.Sealed {
			t.Fatalf("%d entries, sealed %v, %v", len(evidence.Entries), session.Sealed, err)
		}
		if _, err := evidence.Bundle().Verify(keys.SealPublic()); err != nil {
			t.Error(err)
		}
	}
	if err := pages(t.Context(), r, clinic, s); err != nil {
		t.Error(err)
	}
	e := evening{session: "s", start: firstEvening, people: []rooms.PersonID{"f", "a", "b"}}
	plan := rooms.Plan{Session: "s", Start: e.start, End: e.start.Add(3 * time.Hour)}
	roster := rooms.Roster{{Person: "f", Role: rooms.Facilitator}, {Person: "a", Role: rooms.Client}}
	got := attendance.Compute(plan, roster, e.journal(1, 60), attendance.DefaultRules())
	if len(got) != 3 || got[1].Minutes < 120 {
		t.Errorf("rows: %+v", got)
	}
}
