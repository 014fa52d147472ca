package ledger

import (
	"encoding/json"
	"testing"
)

// A leaf is read as encoding/json reads it, or not at all.
func TestReadLeaf(t *testing.T) {
	leaf := Leaf{N: 7, Session: "s", Start: start.UnixMilli(), Seal: 2, Hash: digest("x")}
	text, err := json.Marshal(ArchiveLine{Leaf: &leaf})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := ReadLeaf(string(text)); !ok || got != leaf {
		t.Errorf("%s: %v, %+v", text, ok, got)
	}
	for _, other := range []string{
		"", "{}", " " + string(text), string(text) + " ", string(text) + string(text), string(text[:len(text)-1]), `{"purged":{"session":"s","seals":[],"purged_at":"2026-11-23T17:30:00Z"}}`,
		`{"leaf":{"n":07,"session":"s","start_ms":1,"seal":1,"hash":"x"}}`, `{"leaf":{"n":7,"session":"\u0073","start_ms":1,"seal":1,"hash":"x"}}`,
		`{"leaf":{"n":7,"session":"s","start_ms":1,"seal":1,"hash":"x","hash":"y"}}`, `{"leaf":{"n":7,"start_ms":1,"session":"s","seal":1,"hash":"x"}}`,
	} {
		if got, ok := ReadLeaf(other); ok {
			t.Errorf("%s was read as %+v", other, got)
		}
	}
}

func FuzzLeaf(f *testing.F) {
	f.Add(`{"leaf":{"n":7,"session":"s","start_ms":-1,"seal":2,"hash":"x"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		quick, ok := ReadLeaf(text)
		if !ok {
			return
		}
		var slow ArchiveLine
		if err := json.Unmarshal([]byte(text), &slow); err != nil || slow.Grave != nil || slow.Leaf == nil || *slow.Leaf != quick {
			t.Fatalf("%s: read as %+v, else %+v, %v", text, quick, slow, err)
		}
	})
}
