// Package export turns rows of attendance into files. It adds nothing to them
// and leaves nothing out: every format comes from the same rows. It is pure.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"vesper/rooms/attendance"
)

// Notice goes with everything that leaves the clinic (42 CFR 2.32).
const Notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

// head are the columns before the segments, tail those after. docs/attendance.md
// describes each.
var (
	head = []string{"session", "person", "display_name", "role", "status", "minutes", "seconds"}
	tail = []string{
		"overrun_s", "lobby_s", "reconnects", "intervals", "uncertainty_s", "flags", "rules_version", "final",
		"first_at_door", "first_admitted", "last_left", "late_s", "early_s", "break_s", "audio_only_s", "unstaffed_s",
		"stepped_away_s", "location", "notice",
		"aside_s", "absence", "matched", "corrections", "machine_status", "machine_minutes", "machine_seconds",
	}
)

// CSV writes the rows as RFC 4180 with one column a planned segment, in UTF-8.
// What is not known is an empty cell, never 0. A cell that a spreadsheet would
// take for a formula is led by an apostrophe.
func CSV(w io.Writer, records []attendance.Record) error {
	rows := make([][]string, len(records))
	segments := segmentsOf(records)
	for i, r := range records {
		rows[i] = line(r, segments)
	}
	return write(w, columns(segments), rows)
}

func segmentsOf(records []attendance.Record) (segments int) {
	for _, r := range records {
		segments = max(segments, len(r.Segments))
	}
	return segments
}

func columns(segments int) []string {
	names := append([]string(nil), head...)
	for n := 1; n <= segments; n++ {
		names = append(names, fmt.Sprintf("segment_%d_seconds", n))
	}
	return append(names, tail...)
}

func write(w io.Writer, names []string, rows [][]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(names); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func line(r attendance.Record, segments int) []string {
	cells := []string{
		text(string(r.Session)), text(string(r.Person)), text(r.DisplayName), string(r.Role), string(r.Status),
		number(r.Minutes), number(r.Seconds),
	}
	for n := range segments {
		if n < len(r.Segments) {
			cells = append(cells, known(r.Segments[n].Seconds))
		} else {
			cells = append(cells, "")
		}
	}
	flags := make([]string, len(r.Flags))
	for i, f := range r.Flags {
		flags[i] = string(f)
	}
	return append(cells,
		number(r.OverrunSeconds), number(r.LobbySeconds), strconv.Itoa(r.Reconnects), strconv.Itoa(len(r.Intervals)),
		known(r.UncertaintySeconds), strings.Join(flags, ";"), strconv.Itoa(r.RulesVersion), strconv.FormatBool(r.Final),
		moment(r.FirstAtDoor), moment(r.FirstAdmitted), moment(r.LastLeft), known(r.LateSeconds), known(r.EarlySeconds),
		number(r.BreakSeconds), known(r.AudioOnlySeconds), known(r.UnstaffedSeconds),
		known(r.SteppedAwaySeconds), text(r.Location), Notice,
		known(r.AsideSeconds), text(r.Absence), text(string(r.Matched)), strconv.Itoa(standing(r)),
		machine(r, func(m attendance.MachineValue) string { return string(m.Status) }),
		machine(r, func(m attendance.MachineValue) string { return number(m.Minutes) }),
		machine(r, func(m attendance.MachineValue) string { return number(m.Seconds) }),
	)
}

// standing counts the corrections that nothing has taken back.
func standing(r attendance.Record) (n int) {
	for _, c := range r.Corrections {
		if !c.Withdrawn && c.What != "withdrawn" {
			n++
		}
	}
	return n
}

// machine is what the machine measured, where staff corrected it.
func machine(r attendance.Record, value func(attendance.MachineValue) string) string {
	if r.Machine == nil {
		return ""
	}
	return value(*r.Machine)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func known(n *int64) string {
	if n == nil {
		return ""
	}
	return number(*n)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// text neutralises what a spreadsheet would run (OWASP, CSV injection).
func text(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
