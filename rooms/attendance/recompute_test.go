package attendance

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"vesper/rooms"
)

// shown are the rows of the worked example as evidence has them.
func shown(t testing.TB) string {
	t.Helper()
	rows, err := json.Marshal(WithoutNames(Compute(testPlan(), testRoster(), journal(worked), DefaultRules())))
	if err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

func recompute(rows string) error {
	return Recompute(testPlan(), testRoster(), journal(worked), DefaultRules(), []byte(rows))
}

// A bundle's rows are computed again and the first other value is named.
func TestRecompute(t *testing.T) {
	rows := shown(t)
	if err := recompute(rows); err != nil {
		t.Errorf("untouched: %v", err)
	}
	if err := recompute(strings.ReplaceAll(rows, `,"`, ", \n \"")); err != nil {
		t.Errorf("other white space: %v", err)
	}
	for _, c := range []struct{ old, new, person, field string }{
		{`"minutes":147`, `"minutes":150`, "sam", "minutes"},
		{`"minutes":147,"seconds":8879`, `"minutes":150,"seconds":9000`, "sam", "minutes"},
		{`"minutes":134`, `"minutes":134.0`, "quinn", "minutes"},
		{`"status":"absent"`, `"status":"present"`, "cal", "status"},
		{`"person":"quinn"`, `"person":"quint"`, "quinn", "person"},
		{`"role":"participant"`, `"role":"collateral"`, "pat", "role"},
		{`"session":"session-1"`, `"session":"session-2"`, "fay", "session"},
		{`"lobby_s":990`, `"lobby_s":0`, "quinn", "lobby_s"},
		{`"reconnects":1`, `"reconnects":0`, "rae", "reconnects"},
		{`"seconds":null`, `"seconds":600`, "fay", "segments"},
		{`"reason":"removed"`, `"reason":"lost"`, "uma", "gaps"},
		{`"bridged":true`, `"bridged":false`, "rae", "gaps"},
		{`["removed","removal_undone"]`, `[]`, "uma", "flags"},
		{`["removed","removal_undone"]`, `["removed","removal_undone","late"]`, "uma", "flags"},
		{`"last_left":"2026-03-04T20:04:00Z",`, ``, "pat", "last_left"},
		{`"rules_version":1`, `"rules_version":2`, "fay", "rules_version"},
		{`"final":true`, `"final":false`, "fay", "final"},
		{`"display_name":""`, `"display_name":"Fay"`, "fay", "display_name"},
		{`"late_s":null`, `"late_s":0`, "cal", "late_s"},
		{`"late_s":null,`, ``, "cal", "late_s"},
		{`"final":true`, `"final":true,"paid":true`, "fay", "paid"},
		{`"final":true`, `"final":true,"paid":null`, "fay", "paid"},
		{`"minutes":150`, `"Minutes":150`, "fay", "Minutes"},
		{`"minutes":150`, `"minutes":10,"minutes":150`, "fay", "its text"},
		{`"session":"session-1","person":"fay"`, `"person":"fay","session":"session-1"`, "fay", "its text"},
	} {
		edited := strings.Replace(rows, c.old, c.new, 1)
		if edited == rows {
			t.Errorf("%s is not in the rows", c.old)
			continue
		}
		var found *DiffersError
		if err := recompute(edited); !errors.As(err, &found) || string(found.Person) != c.person || found.Field != c.field {
			t.Errorf("%s for %s: got %v, want %s of %s", c.new, c.old, err, c.field, c.person)
		}
	}
}

func TestRecomputeNumberOfRows(t *testing.T) {
	var all []json.RawMessage
	if err := json.Unmarshal([]byte(shown(t)), &all); err != nil {
		t.Fatal(err)
	}
	for name, some := range map[string][]json.RawMessage{
		"one less": all[:len(all)-1], "one more": append(all[:len(all):len(all)], all[0]), "none": {},
		"swapped": append([]json.RawMessage{all[1], all[0]}, all[2:]...),
	} {
		data, err := json.Marshal(some)
		if err != nil {
			t.Fatal(err)
		}
		var found *DiffersError
		if err := recompute(string(data)); !errors.As(err, &found) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, other := range []string{"", "[]", "null", "{}", "[{}]", "[1]", "[null]", shown(t) + "[]"} {
		if err := recompute(other); err == nil {
			t.Errorf("%.20q was taken for the rows", other)
		}
	}
}

func FuzzRecompute(f *testing.F) {
	rows := shown(f)
	f.Add([]byte(rows))
	f.Add([]byte(`[{"a":[1,{"b":null}]}]`))
	f.Add([]byte(`[`))
	events := journal(worked)
	f.Fuzz(func(t *testing.T, data []byte) {
		if Recompute(testPlan(), testRoster(), events, DefaultRules(), data) != nil {
			return
		}
		if short, err := json.Marshal(json.RawMessage(data)); err != nil || string(short) != rows {
			t.Errorf("taken for the rows: %s", data)
		}
	})
}

// Family comes for a part of the evening and is not late; a bundle of the first
// release, which said so, is read as ever.
func TestLateFamily(t *testing.T) {
	roster := append(testRoster(), rooms.Seat{Person: "mum", Role: rooms.Collateral})
	events := journal("17:20 in fay\n19:00 in mum by=fay\n20:00 ended by=fay")
	if mum := row(t, Compute(testPlan(), roster, events, DefaultRules()), "mum"); mum.Has(Late) || *mum.LateSeconds != 5400 {
		t.Errorf("%v, late by %d s", mum.Flags, *mum.LateSeconds)
	}
	for _, first := range []bool{true, false} {
		c := begin(testPlan(), roster, events, DefaultRules())
		c.first = first
		rows, err := json.MarshalIndent(WithoutNames(c.final()), "", " ")
		if err == nil {
			err = Recompute(testPlan(), roster, events, DefaultRules(), rows)
		}
		if err != nil {
			t.Errorf("as the first release %v: %v", first, err)
		}
	}
}
