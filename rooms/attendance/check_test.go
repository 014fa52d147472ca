package attendance

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"vesper/rooms"
)

// bareRoster is the roster as evidence has it.
func bareRoster() rooms.Roster {
	roster := testRoster()
	for i := range roster {
		roster[i].DisplayName = ""
	}
	return roster
}

func evidence(t testing.TB) (rules, rows json.RawMessage) {
	t.Helper()
	rules, err := json.Marshal(DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	rows, err = json.Marshal(WithoutNames(Compute(testPlan(), testRoster(), journal(worked), DefaultRules())))
	if err != nil {
		t.Fatal(err)
	}
	return rules, rows
}

func TestCheckRows(t *testing.T) {
	rules, rows := evidence(t)
	if err := CheckRows(testPlan(), bareRoster(), rules, journal(worked), rows); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	var indented any
	if err := json.Unmarshal(rows, &indented); err != nil {
		t.Fatal(err)
	}
	spaced := json.RawMessage(strings.ReplaceAll(string(rows), `,"`, ", \n \""))
	if err := CheckRows(testPlan(), bareRoster(), rules, journal(worked), spaced); err != nil {
		t.Fatalf("other white space: %v", err)
	}
	for _, c := range []struct{ old, new, place string }{
		{`"minutes":147`, `"minutes":150`, "row 6 (sam), minutes"},
		{`"seconds":8879`, `"seconds":9000`, "row 6 (sam), minutes"},
		{`"status":"absent"`, `"status":"present"`, "row 2 (cal), status"},
		{`"person":"quinn"`, `"person":"quint"`, "row 4 (quinn), person"},
		{`"role":"participant"`, `"role":"collateral"`, "row 3 (pat), role"},
		{`"lobby_s":990`, `"lobby_s":0`, "row 4 (quinn), lobby_s"},
		{`"reconnects":1`, `"reconnects":0`, "row 5 (rae), reconnects"},
		{`"seconds":null`, `"seconds":600`, "row 1 (fay), segments[1].seconds"},
		{`"reason":"removed"`, `"reason":"lost"`, "row 7 (uma), gaps[0].reason"},
		{`"bridged":true`, `"bridged":false`, "row 5 (rae), gaps[0].bridged"},
		{`["removed","removal_undone"]`, `[]`, "row 7 (uma), flags[0]"},
		{`["removed","removal_undone"]`, `["removed","removal_undone","late"]`, "row 7 (uma), flags[2]"},
		{`"last_left":"2026-03-04T20:04:00Z",`, ``, "row 3 (pat), last_left"},
		{`"rules_version":1`, `"rules_version":2`, "row 1 (fay), rules_version"},
		{`"final":true`, `"final":false`, "row 1 (fay), final"},
		{`"display_name":""`, `"display_name":"Fay"`, "row 1 (fay), display_name"},
		{`"late_s":null`, `"late_s":0`, "row 2 (cal), late_s"},
		{`"final":true`, `"final":true,"paid":true`, "row 1 (fay), paid"},
		{`"minutes":150`, `"minutes":150,"minutes":10`, "read row 1 (fay)"},
		{`"minutes":150`, `"minutes":1.5e2`, "row 1 (fay), minutes"},
		{`{"session":`, `{},{"session":`, "row 1 (fay), session"},
		{`"minutes":150`, `"Minutes":150`, "row 1 (fay), minutes"},
	} {
		edited := strings.Replace(string(rows), c.old, c.new, 1)
		if c.old == `"seconds":8879` {
			edited = strings.Replace(string(rows), `"minutes":147,"seconds":8879`, `"minutes":150,"seconds":9000`, 1)
		}
		if edited == string(rows) {
			t.Errorf("%s: not in the rows", c.old)
			continue
		}
		err := CheckRows(testPlan(), bareRoster(), rules, journal(worked), json.RawMessage(edited))
		if err == nil || !strings.HasPrefix(err.Error(), c.place) {
			t.Errorf("%s to %s: got %v, want %s", c.old, c.new, err, c.place)
		}
	}
}

func TestCheckRowsInput(t *testing.T) {
	rules, rows := evidence(t)
	var all []json.RawMessage
	if err := json.Unmarshal(rows, &all); err != nil {
		t.Fatal(err)
	}
	fewer, _ := json.Marshal(all[:len(all)-1])
	more, _ := json.Marshal(append(all, all[0]))
	var d *Difference
	if err := CheckRows(testPlan(), bareRoster(), rules, journal(worked), fewer); !errors.As(err, &d) || d.Row != 7 || d.Person != "vic" {
		t.Errorf("a row less: %v", err)
	}
	if err := CheckRows(testPlan(), bareRoster(), rules, journal(worked), more); !errors.As(err, &d) || d.Row != 8 || d.Person != "" {
		t.Errorf("a row more: %v", err)
	}
	for _, bad := range []string{``, `null`, `{}`, `{"version":1}`, strings.Replace(string(rules), `"grace_s"`, `"Grace_s"`, 1),
		strings.Replace(string(rules), `"grace_s":120`, `"grace_s":-1`, 1), strings.Replace(string(rules), `monday`, `someday`, 1), string(rules) + `{}`} {
		if err := CheckRows(testPlan(), bareRoster(), json.RawMessage(bad), journal(worked), rows); err == nil {
			t.Errorf("rules %s: no error", bad)
		}
	}
	longer := strings.Replace(string(rules), `"grace_s":120`, `"grace_s":180`, 1)
	if err := CheckRows(testPlan(), bareRoster(), json.RawMessage(longer), journal(worked), rows); !errors.As(err, &d) || d.Person != "sam" {
		t.Errorf("other rules: %v", err)
	}
}

func FuzzCheckRows(f *testing.F) {
	rules, rows := evidence(f)
	f.Add([]byte(rules), []byte(rows))
	f.Add([]byte(rules), []byte(`[{"a":[1,{"b":null}]}]`))
	f.Add([]byte(`{"version":1e3}`), []byte(`[`))
	events := journal(worked)
	f.Fuzz(func(t *testing.T, rules, rows []byte) {
		_ = CheckRows(testPlan(), bareRoster(), rules, events, rows)
	})
}
