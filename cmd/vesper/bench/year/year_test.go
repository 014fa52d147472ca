package main

import (
	"strings"
	"testing"
	"time"

	"vesper/cmd/vesper/bench/paper"
	"vesper/rooms"
	"vesper/rooms/attendance"
)

// A small year has what a whole one has, on either database, and every page
// answers.
func TestYear(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) { testYear(t, engine) })
	}
}

func testYear(t *testing.T, engine string) {
	ctx := t.Context()
	p, err := newPlace(t.TempDir(), engine)
	if err != nil {
		t.Fatal(err)
	}
	found := result{engine: engine}
	s := size{series: 2, evenings: 13, clients: 4, entries: 90, audit: 200, rooms: 4}
	y, err := p.fill(ctx, s, &found)
	if err != nil {
		t.Fatal(err)
	}
	if y.r, err = p.open(ctx); err != nil {
		t.Fatal(err)
	}
	defer y.r.Close()
	holds(t, p, y)
	o, err := openOffice(p, y)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	if found.pages, err = o.measurePages(ctx, 2); err != nil {
		t.Fatal(err)
	}
	for _, page := range found.pages {
		if len(page.times) < 2 || strings.HasPrefix(page.name, "week as") && page.bytes < 1000 {
			t.Errorf("%s: %d times, %d bytes", page.name, len(page.times), page.bytes)
		}
	}
	if found.size, err = p.stored(ctx); err != nil || found.size < 1<<16 {
		t.Errorf("%d bytes, %v", found.size, err)
	}
	once := []time.Duration{time.Second}
	found.proof, found.start = proof{bytes: 5e7, verify: once, hash: once, floor: once, cold: once, read: once}, once
	text := section(paper.Machine{CPU: "A CPU"}, settings{runs: 5}, s, []result{found})
	if !strings.Contains(text, "| week, for the first time ") || !strings.Contains(text, "26 sessions that are over, 130 seats in them, 2,340 entries") || !strings.Contains(text, " 50 |") {
		t.Error(text)
	}
}

// holds looks at each evening.
func holds(t *testing.T, p place, y *year) {
	t.Helper()
	sessions, err := y.r.ListSessions(t.Context(), y.clinic, firstEvening, firstEvening.AddDate(1, 0, 0))
	if err != nil || len(sessions) != y.size.series*(y.size.evenings+ahead) {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	sealed, signed := 0, 0
	for _, session := range sessions {
		if !session.Sealed {
			continue
		}
		evidence, err := y.r.Evidence(t.Context(), y.clinic, session.Session)
		if err != nil || len(evidence.Entries) < y.entries {
			t.Fatalf("%d entries, %v", len(evidence.Entries), err)
		}
		report, err := evidence.Bundle().Verify(p.keys.SealPublic())
		if err != nil {
			t.Error(err)
		}
		if sealed++; report.Signed() {
			signed++
		}
	}
	if sealed != len(y.evenings) || signed != len(y.evenings)-y.size.series*ahead {
		t.Errorf("%d sealed, %d signed of %d", sealed, signed, len(y.evenings))
	}
}

func TestJournal(t *testing.T) {
	e := evening{session: "s", start: firstEvening, people: []rooms.PersonID{"f", "a", "b"}}
	plan := rooms.Plan{Session: "s", Start: e.start, End: e.start.Add(lasts)}
	roster := rooms.Roster{{Person: "f", Role: rooms.Facilitator}, {Person: "a", Role: rooms.Client}}
	got := attendance.Compute(plan, roster, e.journal(1, 60), attendance.DefaultRules())
	if len(got) != 3 || got[1].Minutes < 120 || len(e.journal(1, 60)) != 60 {
		t.Errorf("rows: %+v", got)
	}
}
