package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"vesper/cmd/vesper/bench/floor"
	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
)

// longEvening is the bundle of an evening of twelve people with 314 entries,
// as a line of an archive.
func longEvening(b *testing.B, key ed25519.PrivateKey, session rooms.SessionID) (string, ledger.Bundle) {
	b.Helper()
	start := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	plan := rooms.Plan{Clinic: "clinic", Session: session, Series: "series", Start: start, End: start.Add(150 * time.Minute), Zone: "America/New_York",
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
	return string(line), bundle
}

// manyEvenings is an archive of so many of them, with its log.
func manyEvenings(b *testing.B, key ed25519.PrivateKey, n int) []byte {
	b.Helper()
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var archive bytes.Buffer
	encoder := json.NewEncoder(&archive)
	write := func(line any) {
		if err := encoder.Encode(line); err != nil {
			b.Fatal(err)
		}
	}
	write(ledger.ArchiveHead{Format: ledger.ArchiveFormat, Clinic: "clinic", From: start, To: start.AddDate(0, 1, 0), GeneratedAt: start.AddDate(0, 2, 0), Sessions: n, Leaves: n})
	leaves := make([]ledger.Leaf, n)
	for i := range leaves {
		session := rooms.SessionID(fmt.Sprint("session", i))
		line, bundle := longEvening(b, key, session)
		archive.WriteString(line + "\n")
		leaves[i] = ledger.Leaf{N: int64(i), Session: session, Start: bundle.Context.Plan.Start.UnixMilli(), Seal: 1, Hash: bundle.Seals[0].Hash()}
	}
	for i := range leaves {
		write(ledger.ArchiveLine{Leaf: &leaves[i]})
	}
	return archive.Bytes()
}

// BenchmarkVerify checks one evening of an archive on one core, beside a plain
// SHA-256 of the same bytes, and an archive of 256 as the command does, beside
// reading and hashing the same file on one core and on all: the floor. They take
// turns, and the medians are printed, so that a busy machine slows all alike.
//
// Where hashing an evening's line takes 1, verifying it takes about 4: hashing the
// chain, entry by entry, 1.0; reading the entries 1.2; an Ed25519 signature 0.5
// for each seal; the rest of the line 0.2. Computing the rows takes 1.0, which
// nobody can leave out who wants them recomputed.
func BenchmarkVerify(b *testing.B) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	against := proofs{keys: []ed25519.PublicKey{public}}
	b.Run("evening", func(b *testing.B) {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
		text, bundle := longEvening(b, key, "session")
		line, inspector := []byte(text), newInspector(against)
		times := takeTurns(b, func() error { return inspector.verify(line).err }, func() error {
			_ = sha256.Sum256(line)
			return nil
		})
		report(b, float64(len(line)), times, "verify", "sha256")
		b.ReportMetric(testing.AllocsPerRun(5, func() { _ = inspector.verify(line) })/float64(len(bundle.Entries)), "allocs/entry")
	})
	b.Run("archive", func(b *testing.B) {
		archive := manyEvenings(b, key, 256)
		name := filepath.Join(b.TempDir(), "archive.jsonl")
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			b.Fatal(err)
		}
		defer null.Close()
		if err := os.WriteFile(name, archive, 0o600); err != nil {
			b.Fatal(err)
		}
		times := takeTurns(b, func() error { return verifyFile(b.Context(), name, against, &streams{out: null, err: null}) },
			func() error { _, err := floor.Hash(name, 1); return err },
			func() error { _, err := floor.Hash(name, runtime.GOMAXPROCS(0)); return err })
		report(b, float64(len(archive)), times, "verify", "sha256", "floor")
	})
}

func verifyFile(ctx context.Context, name string, against proofs, out *streams) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return verifyArchive(ctx, bufio.NewReader(file), against, out)
}

// takeTurns does one thing after the other, and returns the seconds of each.
func takeTurns(b *testing.B, things ...func() error) [][]float64 {
	times := make([][]float64, len(things))
	for b.Loop() {
		for i, thing := range things {
			began := time.Now()
			if err := thing(); err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(began).Seconds())
		}
	}
	return times
}

// report prints the rates, and how long the first takes beside each of the others.
func report(b *testing.B, size float64, times [][]float64, names ...string) {
	b.ReportMetric(0, "ns/op") // of all together
	for i, name := range names {
		b.ReportMetric(size/1e6/median(times[i]), name+"-MB/s")
		if i > 0 {
			b.ReportMetric(median(times[0])/median(times[i]), "times-"+name)
		}
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
