package ledger

import (
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// passable are whole bundles as they stand in archives.
func passable(t testing.TB) []string {
	t.Helper()
	signed, running := signedBundle(t), testBundle(t)
	signed.Notice, signed.Rows = "42 CFR part 2", json.RawMessage(`[{"person":"dana","minutes":-9,"segments":[{"seconds":null}],"gaps":[],"final":true,"late":false}]`)
	running.Entries, running.Seals, running.Texts = []Entry{}, []Seal{}, []string{}
	var texts []string
	for _, b := range []Bundle{testBundle(t), signed, running} {
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	return texts
}

// passesRightly fails if a bundle with rows passes that ParseText does not read
// or Verify not find whole, or of which they say something else.
func passesRightly(t rapid.TB, text string) {
	checker := NewChecker(nil)
	checker.Pass(text + "x") // what is left of it must not matter
	quick, found, ok := checker.Pass(text)
	if rows := (&cursor{string(quick.Rows), true}); ok && found.Sealed() {
		rows.value() // what attendance.Recompute looks at
		ok = rows.ok && rows.text == ""
	}
	if !ok {
		return
	}
	slow, err := ParseText(text)
	if err != nil {
		t.Fatalf("%s passes: %v", text, err)
	}
	want, err := slow.Verify(nil)
	slow.Entries = nil
	if len(want.Events) == 0 {
		want.Events = found.Events // none or nil
	}
	if err != nil || !reflect.DeepEqual(quick, slow) || !reflect.DeepEqual(found, want) {
		t.Fatalf("%s passes: as %+v, %+v\nelse %+v, %+v, %v", text, quick, found, slow, want, err)
	}
}

// What Vesper writes passes, as the general reader reads it.
func TestPass(t *testing.T) {
	for _, text := range passable(t) {
		if _, _, ok := NewChecker(nil).Pass(text); !ok {
			t.Errorf("%s is left to the general reader", text)
		}
		passesRightly(t, text)
	}
}

// A bundle with anything put somewhere, or taken out, passes only as the
// general reader reads it.
func TestPassAgrees(t *testing.T) {
	texts := passable(t)
	put := []string{
		"", " ", "0", "-", "-0", ".5", `"`, `\`, `\"`, `\\`, ",", ":", "{", "}", "[", "]", "{}", "[]", "null", "true", "<", "\x00", "\xff", "é", `\u0041`, `\n`, "Z", ".000", "+00:00",
		`,"entries":[]`, `,"entries":[`, `],"rows":`, `,"rows":[]`, `,"seals":[]`, `,"seals":`, `,"texts":null`, `,"x":1`, `"n":1,`, `{"n":1,"text":"","prev":"","hash":""}`, `,"texts":[]`, `,"notice":""`,
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "bundle")
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		to := min(len(text), from+rapid.SampledFrom([]int{0, 0, 1, 2, 9}).Draw(t, "cut"))
		passesRightly(t, text[:from]+rapid.SampledFrom(put).Draw(t, "put")+text[to:])
	})
}

// What stands elsewhere than Vesper writes it is not taken for what it looks
// like, and a session's seals are held against its own entries and context.
func TestPassElsewhere(t *testing.T) {
	plain := passable(t)[0]
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(plain), &fields); err != nil {
		t.Fatal(err)
	}
	entries := string(fields["entries"])
	for name, text := range map[string]string{
		"nested":          strings.Replace(plain, `"rules":{`, `"rules":{"x":1,"entries":[{"n":1,"text":"","prev":"","hash":""}],"rows":2,"seals":3,`, 1),
		"in a text":       strings.Replace(plain, `,"context":`, `,"notice":",\"entries\":[],\"rows\":[]","context":`, 1),
		"no entries":      strings.Replace(plain, entries, "[]", 1),
		"null":            strings.Replace(plain, entries, "null", 1),
		"rows twice":      strings.Replace(plain, `"rows":[]`, `"rows":[],"rows":[]`, 1),
		"seals twice":     strings.Replace(plain, `"seals":[`, `"seals":[],"seals":[`, 1),
		"entries twice":   strings.Replace(plain, `,"rows":`, `,"entries":[],"rows":`, 1),
		"spaced":          strings.Replace(plain, `{"n":2,`, `{ "n":2,`, 1),
		"a field more":    strings.Replace(plain, `{"n":2,`, `{"n":2,"x":1,`, 1),
		"a zero":          strings.Replace(plain, `{"n":2,`, `{"n":02,`, 1),
		"escaped":         strings.Replace(plain, `\"node\"`, `\"n\u006fde\"`, 1),
		"another session": strings.ReplaceAll(plain, `"session":"s"`, `"session":"t"`),
		"another start":   strings.Replace(plain, `:30:00Z","end"`, `:31:00Z","end"`, 1),
		"an hour of 24":   strings.Replace(plain, `T17:30:00Z`, `T24:30:00Z`, 1),
		"something more":  plain + "{}",
		"cut":             plain[:len(plain)-1],
		"nothing":         "",
	} {
		if text == plain {
			t.Errorf("%s: nothing was changed", name)
		}
		if b, report, ok := NewChecker(nil).Pass(text); ok && (!report.Sealed() || json.Valid(b.Rows)) {
			t.Errorf("%s: it passes", name)
		}
	}
}

// Each way to tamper with a bundle that Verify finds is no pass either.
func TestTamperedDoesNotPass(t *testing.T) {
	for name, edit := range edits() {
		b := testBundle(t)
		edit(&b)
		data, err := json.Marshal(b)
		if err != nil {
			continue // no JSON at all
		}
		if _, _, ok := NewChecker([]ed25519.PublicKey{public}).Pass(string(data)); ok {
			t.Errorf("%s: it passes", name)
		}
	}
}

func FuzzPass(f *testing.F) {
	for _, text := range passable(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { passesRightly(t, text) })
}
