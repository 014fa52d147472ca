package ledger

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scannable are bundles as Vesper writes them.
func scannable(t testing.TB) []string {
	t.Helper()
	first, signed, running := testBundle(t), signedBundle(t), testBundle(t)
	first.Format = format1
	signed.Notice, signed.Rows = "42 CFR part 2", json.RawMessage(`[{"person":"dana","minutes":-9,"segments":[{"seconds":null}],"gaps":[],"final":true,"late":false}]`)
	logged(t, &signed)
	running.Entries, running.Seals, running.Texts = []Entry{}, []Seal{}, []string{}
	var texts []string
	for _, b := range []Bundle{first, testBundle(t), signed, running} {
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	return texts
}

// scansAlike fails if scan accepts what parse does not, or reads it otherwise.
func scansAlike(t rapid.TB, text string) {
	quick, ok := scan(text)
	if !ok {
		return
	}
	if slow, err := parse([]byte(text)); err != nil || !reflect.DeepEqual(quick, slow) {
		t.Fatalf("%s: scanned %+v, else %+v, %v", text, quick, slow, err)
	}
}

// What Vesper writes is scanned, as the general reader reads it.
func TestScan(t *testing.T) {
	for _, text := range scannable(t) {
		if _, ok := scan(text); !ok {
			t.Errorf("%s is left to the general reader", text)
		}
		scansAlike(t, text)
	}
}

// A bundle with anything put somewhere, or taken out, is read as by the general
// reader.
func TestScanAgrees(t *testing.T) {
	texts := scannable(t)
	put := []string{
		"", " ", "0", "-", "-0", ".5", `"`, `\`, `\"`, `\\`, ",", ":", "{", "}", "[", "]", "{}", "[]", "null", "true", "<", "\x00", "\xff", "é", `\u0041`, `\n`,
		`,"entries":[]`, `,"entries":[`, `],"rows":`, `,"rows":[]`, `,"seals":[]`, `,"seals":`, `,"texts":null`, `,"x":1`, `"n":1,`, `{"n":1,"text":"","prev":"","hash":""}`,
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "bundle")
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		to := min(len(text), from+rapid.SampledFrom([]int{0, 0, 1, 2, 9}).Draw(t, "cut"))
		scansAlike(t, text[:from]+rapid.SampledFrom(put).Draw(t, "put")+text[to:])
	})
}

// A list of entries that stands elsewhere is not taken for the bundle's.
func TestScanElsewhere(t *testing.T) {
	plain := scannable(t)[1]
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(plain), &fields); err != nil {
		t.Fatal(err)
	}
	entries := string(fields["entries"])
	nested := strings.Replace(plain, `"rules":{`, `"rules":{"x":1,"entries":[{"n":1,"text":"","prev":"","hash":""}],"rows":2,"seals":3,`, 1)
	for name, c := range map[string]struct {
		text string
		read bool
	}{
		"nested":       {nested, true},
		"nested alone": {strings.Replace(nested, entries, "[]", 1), true},
		"in a text":    {strings.Replace(plain, `,"context":`, `,"notice":",\"entries\":[],\"rows\":[]","context":`, 1), true},
		"no entries":   {strings.Replace(plain, entries, "[]", 1), true},
		"null":         {strings.Replace(plain, entries, "null", 1), true},
		"rows twice":   {strings.Replace(plain, `"rows":[]`, `"rows":[],"rows":[]`, 1), false},
		"twice":        {strings.Replace(plain, `,"rows":`, `,"entries":[],"rows":`, 1), false},
		"spaced":       {strings.Replace(plain, `{"n":2,`, `{ "n":2,`, 1), true},
		"a field more": {strings.Replace(plain, `{"n":2,`, `{"n":2,"x":1,`, 1), false},
		"a zero":       {strings.Replace(plain, `{"n":2,`, `{"n":02,`, 1), false},
		"escaped":      {strings.Replace(plain, `\"node\"`, `\"n\u006fde\"`, 1), false},
	} {
		got, err := ParseText(c.text)
		want, wantErr := parse([]byte(c.text))
		if (err == nil) != c.read || (wantErr == nil) != c.read || c.read && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, by the general reader %v", name, err, wantErr)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range scannable(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { scansAlike(t, text) })
}
