package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

// signedBundle is the test bundle with a sign-off and an addendum.
func signedBundle(t testing.TB) Bundle {
	t.Helper()
	b := testBundle(t)
	context, err := b.Context.Hash()
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{SignOff, Addendum} {
		line := Line{Name: "Dana Rivera", Credential: "LCSW", At: start.Add(2 * time.Hour).UnixMilli(), Salt: "salt"}
		e := rooms.Event{ID: rooms.EventID{Epoch: uint64(i + 2), Node: "review", N: 1}, At: start.Add(2 * time.Hour), Kind: rooms.EventSigned, Actor: "dana", Note: line.Hash()}
		if kind == Addendum {
			e.Kind, e.Note = rooms.EventAddendum, digest("a text")
		}
		head := Next(b.Entries[len(b.Entries)-1], e)
		b.Entries = append(b.Entries, head)
		b.Seals = append(b.Seals, Sign(signer, Statement{
			Kind: kind, Session: "s", Count: head.N, Head: head.Hash, Context: context, At: line.At, Signer: "dana", Attest: line.Hash(),
		}))
		b.Texts = append(b.Texts, e.Note, line.Hash())
	}
	return b
}

// logged puts the bundle's seals into a log between others, and proves them.
func logged(t testing.TB, b *Bundle) Checkpoint {
	t.Helper()
	var leaves []Leaf
	add := func(session rooms.SessionID, seal int, hash string) {
		leaves = append(leaves, Leaf{N: int64(len(leaves)), Session: session, Start: start.UnixMilli(), Seal: seal, Hash: hash})
	}
	for i, seal := range b.Seals {
		add("other", i+1, "x")
		add("s", i+1, seal.Hash())
	}
	tree, err := NewTree(leaves)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tree.Root(tree.Size())
	if err != nil {
		t.Fatal(err)
	}
	c := Checkpoint{Clinic: "c", Size: tree.Size(), Root: root, At: start.Add(24 * time.Hour)}
	b.Log = &LogProof{}
	if b.Log.Checkpoint, err = c.Sign(signer); err != nil {
		t.Fatal(err)
	}
	for i := range b.Seals {
		proven, err := tree.Prove(tree.Size(), int64(2*i+1))
		if err != nil {
			t.Fatal(err)
		}
		b.Log.Leaves = append(b.Log.Leaves, proven)
	}
	return c
}

func TestSignedBundle(t *testing.T) {
	b := signedBundle(t)
	logged(t, &b)
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseText(string(data))
	if err != nil {
		t.Fatal(err)
	}
	report, err := parsed.Verify([]ed25519.PublicKey{public})
	if err != nil || len(report.Seals) != 3 || !report.Signed() || report.Unsealed != 0 || report.Seals[1].Signer != "dana" {
		t.Errorf("%+v, %v", report, err)
	}
	first := testBundle(t)
	first.Format = format1
	data, err = json.Marshal(first)
	if err == nil {
		parsed, err = ParseText(string(data))
	}
	if err == nil {
		report, err = parsed.Verify([]ed25519.PublicKey{public})
	}
	if err != nil || !report.Sealed() {
		t.Errorf("a bundle of the first format: %+v, %v", report, err)
	}
}

// TestSignedBundleEdits: each edit is found at the place that is named.
func TestSignedBundleEdits(t *testing.T) {
	again := func(b *Bundle, i int, change func(*Statement)) {
		s, _, _ := b.Seals[i].Open()
		change(&s)
		b.Seals[i] = Sign(signer, s)
	}
	for name, c := range map[string]struct {
		place string
		edit  func(*Bundle)
	}{
		"no sign-off":                 {"seal 2", func(b *Bundle) { b.Seals = append(b.Seals[:1], b.Seals[2]) }},
		"no addendum's seal":          {"seals", func(b *Bundle) { b.Seals = b.Seals[:2] }},
		"only the sign-off":           {"seal 1", func(b *Bundle) { b.Seals = b.Seals[1:] }},
		"twice the machine":           {"seal 2", func(b *Bundle) { b.Seals[1] = b.Seals[0] }},
		"another signer":              {"seal 2", func(b *Bundle) { again(b, 1, func(s *Statement) { s.Signer = "pat" }) }},
		"another line":                {"seal 2", func(b *Bundle) { again(b, 1, func(s *Statement) { s.Attest = digest("x") }) }},
		"a sign-off called addendum":  {"seal 2", func(b *Bundle) { again(b, 1, func(s *Statement) { s.Kind = Addendum }) }},
		"an addendum called sign-off": {"seal 3", func(b *Bundle) { again(b, 2, func(s *Statement) { s.Kind = SignOff }) }},
		"a sign-off over less":        {"seal 2", func(b *Bundle) { again(b, 1, func(s *Statement) { s.Count, s.Head = 8, b.Entries[7].Hash }) }},
		"no line":                     {"signature under seal 2", func(b *Bundle) { b.Texts = b.Texts[2:3] }},
		"no text":                     {"text of entry 10", func(b *Bundle) { b.Texts = b.Texts[:2] }},
		"another leaf's hash":         {"log, seal 1", func(b *Bundle) { b.Log.Leaves[0].Leaf.Hash = "x" }},
		"another leaf's place":        {"log, seal 1", func(b *Bundle) { b.Log.Leaves[0].Leaf.N = 0 }},
		"another path":                {"log, seal 2", func(b *Bundle) { b.Log.Leaves[1].Path[0] = b.Log.Leaves[0].Path[1] }},
		"a shorter path":              {"log, seal 2", func(b *Bundle) { b.Log.Leaves[1].Path = b.Log.Leaves[1].Path[1:] }},
		"a leaf left out":             {"log, seal 3", func(b *Bundle) { b.Log.Leaves = b.Log.Leaves[:2] }},
		"leaves swapped":              {"log, seal 1", func(b *Bundle) { b.Log.Leaves[0], b.Log.Leaves[1] = b.Log.Leaves[1], b.Log.Leaves[0] }},
		"another checkpoint":          {"checkpoint", func(b *Bundle) { b.Log.Checkpoint = strings.Replace(b.Log.Checkpoint, "\n6\n", "\n5\n", 1) }},
		"a path that is no hash":      {"log, seal 1", func(b *Bundle) { b.Log.Leaves[0].Path[0] = "!" }},
	} {
		b := signedBundle(t)
		logged(t, &b)
		c.edit(&b)
		var found *BrokenError
		if _, err := b.Verify([]ed25519.PublicKey{public}); !errors.As(err, &found) || found.Place != c.place {
			t.Errorf("%s: got %v, want %s", name, err, c.place)
		}
	}
}

func TestCheckpointNotes(t *testing.T) {
	b := signedBundle(t)
	want := logged(t, &b)
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	if got, err := OpenCheckpoint(b.Log.Checkpoint, nil); err != nil || got != want {
		t.Errorf("without keys: %+v, %v", got, err)
	}
	want.Proven = true
	if got, err := OpenCheckpoint(b.Log.Checkpoint, []ed25519.PublicKey{other.Public().(ed25519.PublicKey), public}); err != nil || got != want {
		t.Errorf("with keys: %+v, %v", got, err)
	}
	if _, err := OpenCheckpoint(b.Log.Checkpoint, []ed25519.PublicKey{other.Public().(ed25519.PublicKey)}); err == nil {
		t.Error("opened by another's key")
	}
	for _, c := range [][2]string{{"vesper-log/c", "vesper-log/d"}, {"\n6\n", "\n06\n"}, {"time 2026", "time 2027"}, {"\n\n", "\nmore\n\n"}, {"— ", ""}} {
		edited := strings.Replace(b.Log.Checkpoint, c[0], c[1], 1)
		if _, err := OpenCheckpoint(edited, []ed25519.PublicKey{public}); edited == b.Log.Checkpoint || err == nil {
			t.Errorf("%q for %q was opened", c[1], c[0])
		}
	}
	if got, err := OpenCheckpoint(b.Log.Checkpoint+"\n\n", []ed25519.PublicKey{public}); err != nil || got != want {
		t.Errorf("copied with empty lines: %+v, %v", got, err)
	}
	var place *BrokenError
	if _, err := OpenCheckpoint("{}", nil); err == nil || errors.As(err, &place) {
		t.Errorf("another file: %v, want an error that says nothing of broken evidence", err)
	}
}

// The hash of what a session is judged by must never change: seals hold it.
func TestContextHashIsKept(t *testing.T) {
	const want = "b2b29f25c7993ad56895b8b1cabdb6d1e920584a4b17384cbfe7731024eadaa9"
	if got, err := testBundle(t).Context.Hash(); err != nil || got != want {
		t.Errorf("got %s, %v; every kept seal holds the hash as it was", got, err)
	}
}
