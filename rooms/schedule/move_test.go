package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMoves(t *testing.T) {
	s := evening()
	s.Rule += ";COUNT=5" // 23, 25, 26, 30 November and 2 December
	move := func(from, to string) { s = s.Moved(mustLocal(from), mustLocal(to)) }
	move("2026-11-25T17:30", "2026-12-20T10:00")
	move("2026-11-30T17:30", "2026-11-22T17:30")
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-11-30T17:30", "2026-11-23T17:30", "2026-11-26T17:30", "2026-12-02T17:30", "2026-11-25T17:30"}
	if diff := cmp.Diff(want, dates(t, s, always, never)); diff != "" {
		t.Errorf("keys in order of start: %s", diff)
	}
	day := time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)
	if got := dates(t, s, day, day.AddDate(0, 0, 1)); len(got) != 1 || got[0] != "2026-11-25T17:30" {
		t.Errorf("on the day to which it was moved: got %v", got)
	}
	skipped := s.Skipped(mustDate("2026-11-25"), true)
	if got := dates(t, skipped, day, day.AddDate(0, 0, 1)); got != nil {
		t.Errorf("moved and skipped: got %v, want none", got)
	}
	if diff := cmp.Diff(s, skipped.Skipped(mustDate("2026-11-25"), false), cmp.Transformer("empty", func(d []LocalDate) int { return len(d) })); diff != "" {
		t.Errorf("an undo is not the series before: %s", diff)
	}
	move("2026-11-25T17:30", "2026-11-25T17:30")
	if len(s.Moves) != 1 {
		t.Errorf("an evening at its own time counts as moved: %v", s.Moves)
	}
	for name, bad := range map[string]Series{
		"no evening of the rule": s.Moved(mustLocal("2026-11-24T17:30"), mustLocal("2026-11-27T17:30")),
		"another time of day":    s.Moved(mustLocal("2026-11-25T18:00"), mustLocal("2026-11-27T17:30")),
		"onto another evening":   s.Moved(mustLocal("2026-11-25T17:30"), mustLocal("2026-11-26T20:00")),
		"behind the rule's end":  s.Moved(mustLocal("2026-12-03T17:30"), mustLocal("2026-12-04T17:30")),
	} {
		var wrong *Error
		if err := bad.Validate(); !errors.As(err, &wrong) || wrong.Code != CodeMove || !strings.HasPrefix(wrong.Field, "moves[") {
			t.Errorf("%s: got %v, want %s", name, err, CodeMove)
		}
	}
}

// Everything that is wrong is named at once.
func TestErrors(t *testing.T) {
	s := Series{Kind: "party", Capacity: -1, Rule: "FREQ=HOURLY", Zone: "Mars", Except: []LocalDate{{2026, 2, 30}}, Moves: make([]Move, 1)}
	var wrong Errors
	if err := s.Validate(); !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var fields []string
	for _, e := range wrong {
		fields = append(fields, e.Field)
	}
	if got := strings.Join(fields, " "); got != "kind capacity start zone duration_ns except moves[0] rule" {
		t.Errorf("got %s", got)
	}
}

func TestPreview(t *testing.T) {
	s := evening()
	s.Rule, s.Start = "FREQ=DAILY;COUNT=400", mustLocal("2026-10-30T01:30")
	s = s.Skipped(mustDate("2026-10-31"), true).Moved(mustLocal("2026-11-02T01:30"), mustLocal("2026-11-03T10:00"))
	p, err := s.Preview(always, 5)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range p.Dates {
		line := d.Local.String()
		for _, note := range []struct {
			is   bool
			text string
		}{{d.Skipped, "skipped"}, {d.Moved, "moved"}, {d.Note != "", d.Note}} {
			if note.is {
				line += " " + note.text
			}
		}
		lines = append(lines, line)
	}
	want := []string{"2026-10-30T01:30", "2026-10-31T01:30 skipped", "2026-11-01T01:30 doubled_hour", "2026-11-03T01:30", "2026-11-03T10:00 moved"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if !p.More || p.Endless || p.Count != 399 || p.Last.String() != "2027-12-03T01:30" {
		t.Errorf("got more %v, endless %v, %d until %s", p.More, p.Endless, p.Count, p.Last)
	}
	s.Rule, s.Start, s.Moves, s.Except = "FREQ=YEARLY", mustLocal("2026-03-08T02:30"), nil, nil
	if p, err = s.Preview(always, 1); err != nil || !p.Endless || !p.More || p.Dates[0].Note != NoteMissing || p.Dates[0].Local.String() != "2026-03-08T03:30" {
		t.Errorf("in the missing hour: %+v, %v", p, err)
	}
}
