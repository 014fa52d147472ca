package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
)

var (
	start  = time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)
	signer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public = signer.Public().(ed25519.PublicKey)
)

func testEvents() []rooms.Event {
	var events []rooms.Event
	add := func(e rooms.Event) {
		e.ID = rooms.EventID{Epoch: 1, Node: "n", N: uint64(len(events) + 1)}
		e.At = start.Add(time.Duration(len(events)) * time.Minute)
		e.Mono = time.Duration(len(events)) * time.Minute
		events = append(events, e)
	}
	add(rooms.Event{Kind: rooms.EventOpened})
	add(rooms.Event{Kind: rooms.EventArrived, Person: "dana"})
	add(rooms.Event{Kind: rooms.EventAdmitted, Person: "dana", Reason: "role"})
	add(rooms.Event{Kind: rooms.EventConnected, Person: "dana", Conn: 256, Since: start.Add(2 * time.Minute)})
	add(rooms.Event{Kind: rooms.EventSegment, Actor: "dana", Segment: 1})
	add(rooms.Event{Kind: rooms.EventClockStep, StepMS: -3600000})
	add(rooms.Event{Kind: rooms.EventLost, Person: "dana", Conn: 256, Since: start.Add(6*time.Minute + 123*time.Millisecond)})
	add(rooms.Event{Kind: rooms.EventEnded, Actor: "dana", Reason: "staff"})
	return events
}

func testBundle(t testing.TB) Bundle {
	t.Helper()
	b := Bundle{
		Format: Format, GeneratedAt: start.Add(time.Hour),
		Context: Context{
			Plan: rooms.Plan{Clinic: "c", Session: "s", Series: "r", Start: start, End: start.Add(time.Hour), Zone: "America/New_York",
				Segments: []rooms.Segment{{Kind: rooms.Group, Start: start, End: start.Add(time.Hour)}}},
			Roster: []Member{{"dana", rooms.Facilitator}, {"pat", rooms.Client}},
			Rules:  json.RawMessage(`{"version":1,"grace_s":120}`),
		},
		Rows: json.RawMessage(`[]`),
	}
	head := Genesis("s")
	for _, e := range testEvents() {
		head = Next(head, e)
		b.Entries = append(b.Entries, head)
	}
	context, err := b.Context.Hash()
	if err != nil {
		t.Fatal(err)
	}
	b.Seals = []Seal{Sign(signer, Statement{Kind: Machine, Session: "s", Count: head.N, Head: head.Hash, Context: context, At: start.Add(time.Hour).UnixMilli()})}
	return b
}

func TestCanonicalRoundTrip(t *testing.T) {
	for _, e := range testEvents() {
		got, err := Decode(Canonical(e))
		if err != nil || got != e {
			t.Errorf("%s: got %+v, %v", e.Kind, got, err)
		}
	}
	want := `{"epoch":1,"node":"n","n":4,"at_ms":1795455180000,"mono_ns":180000000000,"kind":"connected","person":"dana","conn":256,"since_ms":1795455120000}`
	if got := Canonical(testEvents()[3]); got != want {
		t.Errorf("got  %s\nwant %s; a change of the encoding breaks every kept chain", got, want)
	}
	for _, text := range []string{"", "{}x", `{"epoch": 1}`, `{"n":1,"epoch":1}`, `{"epoch":1,"extra":2}`, "null"} {
		if _, err := Decode(text); err == nil {
			t.Errorf("%q was taken for canonical", text)
		}
	}
}

func TestWholeBundle(t *testing.T) {
	b := testBundle(t)
	var file bytes.Buffer
	if err := json.NewEncoder(&file).Encode(b); err != nil {
		t.Fatal(err)
	}
	parsed, err := Parse(&file)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][]ed25519.PublicKey{nil, {public}} {
		report, err := parsed.Verify(keys)
		if err != nil || report.Entries != 8 || !report.Sealed() || report.Seals[0].Proven != (keys != nil) {
			t.Errorf("with %d keys: %+v, %v", len(keys), report, err)
		}
		if report.Seals[0].Fingerprint != Fingerprint(public) {
			t.Errorf("fingerprint %s", report.Seals[0].Fingerprint)
		}
	}
}

// edits are ways to change evidence. Each must be found.
func edits() map[string]func(*Bundle) {
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
	all := map[string]func(*Bundle){
		"no entries":           func(b *Bundle) { b.Entries = nil },
		"cut at the end":       func(b *Bundle) { b.Entries = b.Entries[:7] },
		"cut at the start":     func(b *Bundle) { b.Entries = b.Entries[1:] },
		"two swapped":          func(b *Bundle) { b.Entries[2], b.Entries[3] = b.Entries[3], b.Entries[2] },
		"an entry twice":       func(b *Bundle) { b.Entries = append(b.Entries, b.Entries[7]) },
		"an event twice":       func(b *Bundle) { b.Entries = append(b.Entries, Next(b.Entries[7], testEvents()[2])) },
		"another session":      func(b *Bundle) { b.Context.Plan.Session = "t" },
		"a longer plan":        func(b *Bundle) { b.Context.Plan.End = b.Context.Plan.End.Add(time.Hour) },
		"an earlier plan":      func(b *Bundle) { b.Context.Plan.Start = b.Context.Plan.Start.Add(-time.Minute) },
		"another zone":         func(b *Bundle) { b.Context.Plan.Zone = "UTC" },
		"another segment":      func(b *Bundle) { b.Context.Plan.Segments[0].Kind = rooms.Education },
		"no segments":          func(b *Bundle) { b.Context.Plan.Segments = nil },
		"another clinic":       func(b *Bundle) { b.Context.Plan.Clinic = "d" },
		"another role":         func(b *Bundle) { b.Context.Roster[1].Role = rooms.Observer },
		"somebody added":       func(b *Bundle) { b.Context.Roster = append(b.Context.Roster, Member{"quinn", rooms.Client}) },
		"somebody left out":    func(b *Bundle) { b.Context.Roster = b.Context.Roster[:1] },
		"kinder rules":         func(b *Bundle) { b.Context.Rules = json.RawMessage(`{"version":1,"grace_s":900}`) },
		"no rules":             func(b *Bundle) { b.Context.Rules = nil },
		"the seal's count":     func(b *Bundle) { b.Seals[0].Text = strings.Replace(b.Seals[0].Text, `"count":8`, `"count":7`, 1) },
		"the seal's time":      func(b *Bundle) { b.Seals[0].Text = strings.Replace(b.Seals[0].Text, `"at_ms":1`, `"at_ms":2`, 1) },
		"the seal's session":   func(b *Bundle) { b.Seals[0].Text = strings.Replace(b.Seals[0].Text, `"s"`, `"t"`, 1) },
		"no seal":              func(b *Bundle) { b.Seals = nil },
		"no signature":         func(b *Bundle) { b.Seals[0].Signature = "" },
		"an odd signature":     func(b *Bundle) { b.Seals[0].Signature = "!" },
		"another's key":        func(b *Bundle) { b.Seals[0].Key = Sign(other, Statement{}).Key },
		"no key":               func(b *Bundle) { b.Seals[0].Key = "" },
		"a short key":          func(b *Bundle) { b.Seals[0].Key = "AAAA" },
		"sealed by a stranger": func(b *Bundle) { s, _, _ := b.Seals[0].Open(); b.Seals[0] = Sign(other, s) },
		"an unknown seal":      func(b *Bundle) { s, _, _ := b.Seals[0].Open(); s.Kind = "x"; b.Seals[0] = Sign(signer, s) },
		"a seal of the past": func(b *Bundle) {
			s, _, _ := b.Seals[0].Open()
			s.Count, s.Head = 7, b.Entries[6].Hash
			b.Seals[0] = Sign(signer, s)
		},
		"a chain made anew": func(b *Bundle) {
			head := Genesis("s")
			b.Entries = nil
			for _, e := range testEvents() {
				e.At = e.At.Add(-time.Minute)
				head = Next(head, e)
				b.Entries = append(b.Entries, head)
			}
		},
	}
	for i := range 8 {
		at := func(change func(*Entry)) func(*Bundle) { return func(b *Bundle) { change(&b.Entries[i]) } }
		all[fmt.Sprintf("the time of entry %d", i+1)] = at(func(e *Entry) { e.Text = strings.Replace(e.Text, `"at_ms":1`, `"at_ms":2`, 1) })
		all[fmt.Sprintf("the hash of entry %d", i+1)] = at(func(e *Entry) { e.Hash = digest("x") })
		all[fmt.Sprintf("what entry %d stands behind", i+1)] = at(func(e *Entry) { e.Prev = digest("x") })
		all[fmt.Sprintf("text and hash of entry %d", i+1)] = at(func(e *Entry) {
			e.Text = strings.Replace(e.Text, `"node":"n"`, `"node":"m"`, 1)
			e.Hash = linkHash(e.Prev, e.Text)
		})
		all[fmt.Sprintf("entry %d taken out", i+1)] = func(b *Bundle) { b.Entries = append(b.Entries[:i:i], b.Entries[i+1:]...) }
	}
	return all
}

func TestTamperingIsFound(t *testing.T) {
	all := edits()
	if len(all) < 50 {
		t.Fatalf("%d edits, want at least 50", len(all))
	}
	for name, edit := range all {
		b := testBundle(t)
		edit(&b)
		var found *BrokenError
		if _, err := b.Verify([]ed25519.PublicKey{public}); !errors.As(err, &found) || found.Place == "" {
			t.Errorf("%s: got %v, want the broken place", name, err)
		}
	}
}

// What two readers could read in two ways is not read at all.
func TestParseIsStrict(t *testing.T) {
	data, err := json.Marshal(testBundle(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{`{"format"`, `{"format":"vesper-evidence/2","format"`},
		{`"entries":[`, `"entries":[],"entries":[`},
		{`"entries":[`, `"Entries":[`},
		{`"rows":[]`, `"rows":[],"paid":true`},
		{`"rows":[],`, ``},
		{`"role":"participant"`, `"role":"observer","role":"participant"`},
		{`"n":1,`, `"n":1.0,`},
		{`"zone":"America/New_York"`, `"zone":"America\u002fNew_York"`},
		{`:30:00Z"`, `:30:00.000Z"`},
		{`"seals":[`, `"seals":null,"x":[`},
	} {
		edited := strings.Replace(string(data), c[0], c[1], 1)
		if edited == string(data) {
			t.Errorf("%s is not in the bundle", c[0])
		} else if _, err := Parse(strings.NewReader(edited)); err == nil {
			t.Errorf("%s for %s was read", c[1], c[0])
		}
	}
	var wide bytes.Buffer
	if err := json.Indent(&wide, data, " ", "\t"); err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(&wide); err != nil {
		t.Errorf("other white space: %v", err)
	}
	if _, err := Parse(strings.NewReader(string(data) + "{}")); err == nil {
		t.Error("two bundles were read as one")
	}
}

func TestTheFirstBrokenPlaceIsNamed(t *testing.T) {
	b := testBundle(t)
	b.Entries[4].Text = strings.Replace(b.Entries[4].Text, `"segment":1`, `"segment":2`, 1)
	b.Entries[6].Hash = digest("x")
	var found *BrokenError
	if _, err := b.Verify(nil); !errors.As(err, &found) || found.Place != "entry 5" {
		t.Errorf("got %v, want entry 5", err)
	}
}

func FuzzBundle(f *testing.F) {
	data, err := json.Marshal(testBundle(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":"vesper-evidence/1","seals":[{}],"entries":[{}]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Parse(bytes.NewReader(data))
		if err != nil {
			return
		}
		report, err := b.Verify([]ed25519.PublicKey{public})
		if err == nil && report.Sealed() && b.Context.Plan.Session != "s" {
			t.Errorf("a forged bundle was verified: %s", data)
		}
	})
}
