package export

import (
	"encoding/csv"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

func seconds(n int64) *int64 { return &n }

func row(name string) attendance.Record {
	return attendance.Record{
		Session: "s", Person: "p", DisplayName: name, Role: rooms.Client, Status: attendance.Present, Minutes: 134, Seconds: 8070,
		Segments:     []attendance.SegmentTime{{Kind: rooms.Group, Seconds: seconds(2070)}, {Index: 1, Kind: rooms.Break}, {Index: 2, Kind: rooms.Education, Seconds: seconds(5400)}},
		LobbySeconds: 990, Intervals: []attendance.Interval{{}}, UncertaintySeconds: seconds(0), RulesVersion: 1, Final: true,
		FirstAtDoor: time.Date(2026, 11, 23, 17, 29, 0, 0, time.UTC), LateSeconds: seconds(0),
	}
}

func parsed(t *testing.T, records ...attendance.Record) [][]string {
	t.Helper()
	var b strings.Builder
	if err := CSV(&b, records); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestColumns(t *testing.T) {
	rows := parsed(t, row("Quinn"))
	want := []string{"session", "person", "display_name", "role", "status", "minutes", "seconds", "segment_1_seconds", "segment_2_seconds",
		"segment_3_seconds", "overrun_s", "lobby_s", "reconnects", "intervals", "uncertainty_s", "flags", "rules_version", "final"}
	if !reflect.DeepEqual(rows[0][:len(want)], want) {
		t.Fatalf("columns begin\n%v, want\n%v", rows[0][:len(want)], want)
	}
	values := []string{"s", "p", "Quinn", "participant", "present", "134", "8070", "2070", "", "5400", "0", "990", "0", "1", "0", "", "1", "true", "2026-11-23T17:29:00.000Z"}
	if !reflect.DeepEqual(rows[1][:len(values)], values) {
		t.Fatalf("cells begin\n%v, want\n%v", rows[1][:len(values)], values)
	}
	if notice := slices.Index(rows[0], "notice"); rows[1][notice] != Notice {
		t.Error("the row does not carry the notice")
	}
}

func TestFormulasAreNeutral(t *testing.T) {
	for _, name := range []string{"=1+1", "+1 555", "-2", "@SUM(A1)", "\tx", "\rx"} {
		want := "'" + strings.ReplaceAll(name, "\r", "") // encoding/csv drops a lone CR where lines end in CRLF
		if got := parsed(t, row(name))[1][2]; got != want {
			t.Errorf("%q became %q", name, got)
		}
	}
	for _, name := range []string{"Ana, \"Nana\" R.", "José ✓", "two\nlines", ""} {
		if got := parsed(t, row(name))[1][2]; got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
}

func TestUnknownIsEmpty(t *testing.T) {
	r := row("Quinn")
	r.UncertaintySeconds, r.LateSeconds = nil, nil
	rows := parsed(t, r)
	for i, column := range rows[0] {
		if (column == "uncertainty_s" || column == "late_s" || column == "last_left") && rows[1][i] != "" {
			t.Errorf("%s is %q, want empty", column, rows[1][i])
		}
	}
}
