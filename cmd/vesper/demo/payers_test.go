package demo

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"testing"

	"vesper/rooms/attendance/week"
)

// The examples are rule sets that a clinic could set, to the letter.
func TestExamplePayers(t *testing.T) {
	names, err := fs.Glob(payerFiles, "payers/*.json")
	if err != nil || len(names) != 2 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		text, err := payerFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var payer week.Payer
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&payer); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bad := payer.Check(); len(bad) > 0 || payer.Note == "" {
			t.Errorf("%s: %v", name, bad)
		}
	}
}
