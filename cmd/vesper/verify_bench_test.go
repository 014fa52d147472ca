package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
)

// longEvening is the bundle of an evening of twelve people with about 330
// entries, as a line of an archive.
func longEvening(b *testing.B, key ed25519.PrivateKey) []byte {
	b.Helper()
	start := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	plan := rooms.Plan{Clinic: "clinic", Session: "session", Series: "series", Start: start, End: start.Add(150 * time.Minute), Zone: "America/New_York",
		Segments: []rooms.Segment{{Kind: rooms.Group, Start: start, End: start.Add(150 * time.Minute)}}}
	head, n := ledger.Genesis(plan.Session), uint64(0)
	bundle := ledger.Bundle{Format: ledger.Format, GeneratedAt: start.Add(24 * time.Hour), Context: ledger.Context{Plan: plan}}
	var events []rooms.Event
	add := func(at time.Duration, e rooms.Event) {
		n++
		e.ID, e.At, e.Mono = rooms.EventID{Epoch: 1, Node: "bq7xk2m4n6p3r5t7", N: n}, start.Add(at), at
		head = ledger.Next(head, e)
		events, bundle.Entries = append(events, e), append(bundle.Entries, head)
	}
	add(-time.Hour, rooms.Event{Kind: rooms.EventOpened})
	for i := range 12 {
		person, role := rooms.PersonID(fmt.Sprintf("person%020d", i)), rooms.Client
		if i == 0 {
			role = rooms.Facilitator
		}
		bundle.Context.Roster = append(bundle.Context.Roster, ledger.Member{Person: person, Role: role})
		add(-time.Minute, rooms.Event{Kind: rooms.EventPlace, Person: person, Reason: "home"})
		add(-time.Minute, rooms.Event{Kind: rooms.EventArrived, Person: person})
		add(-time.Minute, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: 256, Since: start})
		add(0, rooms.Event{Kind: rooms.EventAdmitted, Person: person})
		for k := range 11 {
			at := time.Duration(k+1) * 12 * time.Minute
			add(at, rooms.Event{Kind: rooms.EventLost, Person: person, Conn: uint64(256 + k), Since: start.Add(at - 6*time.Second)})
			add(at+20*time.Second, rooms.Event{Kind: rooms.EventConnected, Person: person, Conn: uint64(257 + k), Since: start.Add(at + 20*time.Second)})
		}
	}
	add(150*time.Minute, rooms.Event{Kind: rooms.EventEnded})
	var err error
	if bundle.Context.Rules, err = json.Marshal(attendance.DefaultRules()); err != nil {
		b.Fatal(err)
	}
	context, err := bundle.Context.Hash()
	if err != nil {
		b.Fatal(err)
	}
	bundle.Seals = []ledger.Seal{ledger.Sign(key, ledger.Statement{Kind: ledger.Machine, Session: plan.Session, Count: head.N, Head: head.Hash, Context: context, At: start.UnixMilli()})}
	rows := attendance.Compute(plan, bundle.Context.Seats(), events, attendance.DefaultRules())
	if bundle.Rows, err = json.Marshal(attendance.WithoutNames(rows)); err != nil {
		b.Fatal(err)
	}
	line, err := json.Marshal(bundle)
	if err != nil {
		b.Fatal(err)
	}
	return line
}

// BenchmarkVerify checks one evening of an archive, beside a plain SHA-256 of
// the same bytes.
func BenchmarkVerify(b *testing.B) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	line := longEvening(b, key)
	b.Run("evening", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		b.ReportAllocs()
		for b.Loop() {
			if found := verifyLine(numbered{1, string(line)}, proofs{keys: []ed25519.PublicKey{public}}); found.err != nil {
				b.Fatal(found.err)
			}
		}
	})
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			_ = sha256.Sum256(line)
		}
	})
}
