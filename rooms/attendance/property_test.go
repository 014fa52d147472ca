package attendance

import (
	"encoding/json"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vesper/rooms"
)

// anyJournal draws journals that a room may write, and many that none would.
func anyJournal(t *rapid.T) []rooms.Event {
	kinds := []rooms.EventKind{
		"arrived", "admitted", "admitted", "denied", "sent_back", "removed", "removal_undone", "left", "connected",
		"connected", "connected", "lost", "lost", "media", "camera_off", "closed_by_beat", "segment", "clock_step",
		"place", "stepped_away", "stepped_back", "absence", "nonsense", "aside_began", "aside_ended", "seated", "matched",
		"correction", "correction", "correction", "shared_device", "signed",
	}
	people := []rooms.PersonID{"fay", "pat", "quinn", "rae", "guest"}
	var events []rooms.Event
	at := clock("17:00")
	id := rooms.EventID{Epoch: 1, Node: "n1"}
	for range rapid.IntRange(0, 60).Draw(t, "entries") {
		at = at.Add(time.Duration(rapid.IntRange(0, 600_000).Draw(t, "step")) * time.Millisecond)
		id.N++
		e := rooms.Event{ID: id, At: at, Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		e.Person = rapid.SampledFrom(people).Draw(t, "person")
		switch e.Kind {
		case "connected", "lost", "closed_by_beat":
			e.Conn = rapid.Uint64Range(1, 3).Draw(t, "conn")
			e.Since = at.Add(-time.Duration(rapid.IntRange(0, 8000).Draw(t, "since")) * time.Millisecond)
		case "media":
			e.Reason = rapid.SampledFrom([]string{"audio", "camera"}).Draw(t, "media")
		case "seated":
			e.Reason = rapid.SampledFrom([]string{"participant", "facilitator", "king"}).Draw(t, "seat")
		case "correction", "shared_device", "absence", "matched":
			anyReview(t, &e, people, events)
		case "segment":
			e.Person, e.Segment = "", rapid.IntRange(-1, 3).Draw(t, "segment")
		}
		events = append(events, e)
		if rapid.IntRange(0, 20).Draw(t, "crash") == 0 {
			id = rooms.EventID{Epoch: id.Epoch + 1, Node: rapid.SampledFrom([]rooms.NodeID{"n1", "n2"}).Draw(t, "node"), N: 1}
			at = at.Add(time.Duration(rapid.IntRange(-900_000, 60_000).Draw(t, "skew")) * time.Millisecond)
			events = append(events, rooms.Event{ID: id, At: at, Kind: rooms.EventOpened})
		}
	}
	if rapid.Bool().Draw(t, "ended") {
		id.N++
		events = append(events, rooms.Event{ID: id, At: at, Kind: rooms.EventEnded})
	}
	return events
}

// anyReview draws what staff may write, and what they never would.
func anyReview(t *rapid.T, e *rooms.Event, people []rooms.PersonID, before []rooms.Event) {
	e.Reason = rapid.SampledFrom([]string{"present", "not_present", "home", "elsewhere", "withdrawn", "excused", "x"}).Draw(t, "said")
	e.With = rapid.SampledFrom(people).Draw(t, "with")
	if rapid.IntRange(0, 5).Draw(t, "timed") > 0 {
		e.Since = clock("17:00").Add(time.Duration(rapid.IntRange(0, 12_000).Draw(t, "from")) * time.Second)
		e.Until = e.Since.Add(time.Duration(rapid.IntRange(-600, 6000).Draw(t, "long")) * time.Second)
	}
	if len(before) > 0 {
		e.Ref = rapid.SampledFrom(before).Draw(t, "ref").ID
	}
}

func anyRules(t *rapid.T) Rules {
	rules := DefaultRules()
	rules.GraceSeconds = rapid.Int64Range(0, 300).Draw(t, "grace")
	rules.CountBreaks = rapid.Bool().Draw(t, "breaks")
	rules.CountOverrun = rapid.Bool().Draw(t, "overrun")
	rules.CountUnstaffed = rapid.Bool().Draw(t, "unstaffed")
	return rules
}

func encoded(t rapid.TB, records []Record) string {
	data, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAnyOrderAnyRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, rules := anyJournal(t), anyRules(t)
		want := encoded(t, Compute(testPlan(), testRoster(), events, rules))
		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		mixed := append([]rooms.Event{}, events...)
		for range len(events) {
			mixed = append(mixed, events[random.Intn(len(events))])
		}
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := encoded(t, Compute(testPlan(), testRoster(), mixed, rules)); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		mixed = append(mixed, rooms.Event{ID: rooms.EventID{Epoch: 1, Node: "n1", N: 1}, At: clock("18:00"), Kind: "left", Person: "pat"})
		first := encoded(t, Compute(testPlan(), testRoster(), mixed, rules))
		random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := encoded(t, Compute(testPlan(), testRoster(), mixed, rules)); got != first {
			t.Fatalf("two contents of one entry: got  %s\nwant %s", got, first)
		}
	})
}

// TestRowsHold: what is true of every row of every journal.
func TestRowsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, rules, plan := anyJournal(t), anyRules(t), testPlan()
		rows := Compute(plan, testRoster(), events, rules)
		for i, r := range rows {
			holds(t, plan, rules, r)
			if live := ComputeAt(plan, testRoster(), events, rules, clock("18:00")); len(live) != len(rows) || live[i].Person != r.Person {
				t.Fatalf("%s: the live rows are of other people", r.Person)
			}
		}
		looser := rules
		looser.GraceSeconds += 60
		if rules.CountUnstaffed { // more grace for staff may move the held window otherwise
			for i, r := range Compute(plan, testRoster(), events, looser) {
				if r.Seconds < rows[i].Seconds {
					t.Fatalf("%s: more grace gives %d s, less %d s", r.Person, r.Seconds, rows[i].Seconds)
				}
			}
		}
	})
}

// TestMachineValue: the value beside a corrected row is the row of the same
// journal without what staff said of time and place.
func TestMachineValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, rules := anyJournal(t), anyRules(t)
		var bare []rooms.Event
		for _, e := range events {
			if e.Kind == rooms.EventCorrection || e.Kind == rooms.EventSharedDevice {
				e.Kind = rooms.EventMatched // says nothing of time, and keeps the person's row
			}
			bare = append(bare, e)
		}
		machine := Compute(testPlan(), testRoster(), bare, rules)
		for i, r := range Compute(testPlan(), testRoster(), events, rules) {
			want := machine[i]
			switch {
			case r.Machine == nil && (r.Status != want.Status || r.Seconds != want.Seconds || r.Location != want.Location):
				t.Fatalf("%s: %s %d s beside nothing, the machine has %s %d s", r.Person, r.Status, r.Seconds, want.Status, want.Seconds)
			case r.Machine != nil && (r.Machine.Status != want.Status || r.Machine.Seconds != want.Seconds || r.Machine.Location != want.Location):
				t.Fatalf("%s: %+v beside the row, want %s %d s", r.Person, *r.Machine, want.Status, want.Seconds)
			}
		}
	})
}

func holds(t rapid.TB, plan rooms.Plan, rules Rules, r Record) {
	t.Helper()
	parts := int64(0)
	for _, s := range r.Segments {
		if s.Seconds != nil {
			parts += *s.Seconds
		}
	}
	if rules.CountBreaks && rules.CountUnstaffed {
		parts += r.BreakSeconds
	}
	longest := int64(plan.End.Sub(plan.Start) / time.Second)
	if rules.CountOverrun {
		longest += r.OverrunSeconds + 1
	}
	switch {
	case r.Minutes != r.Seconds/60 || r.Seconds < 0 || r.LobbySeconds < 0 || r.OverrunSeconds < 0:
		t.Fatalf("%s: %d min of %d s, lobby %d, overrun %d", r.Person, r.Minutes, r.Seconds, r.LobbySeconds, r.OverrunSeconds)
	case parts > r.Seconds:
		t.Fatalf("%s: segments have %d s, the total %d", r.Person, parts, r.Seconds)
	case r.Seconds > longest:
		t.Fatalf("%s: %d s in a window of %d", r.Person, r.Seconds, longest)
	case r.Status == "" || r.RulesVersion != rules.Version:
		t.Fatalf("%s: status %q, rules %d", r.Person, r.Status, r.RulesVersion)
	}
	for i, in := range r.Intervals {
		if !in.Start.Before(in.End) || (i > 0 && in.Start.Before(r.Intervals[i-1].End)) {
			t.Fatalf("%s: intervals %v", r.Person, r.Intervals)
		}
	}
	bridged := 0
	for _, g := range r.Gaps {
		if g.Bridged {
			bridged++
			if length := g.End.Sub(g.Start); length > time.Duration(rules.GraceSeconds)*time.Second || (g.Reason != GapLost && g.Reason != GapNodeLost) {
				t.Fatalf("%s: bridged %v", r.Person, g)
			}
		}
	}
	if bridged != r.Reconnects {
		t.Fatalf("%s: %d reconnects, %d bridged", r.Person, r.Reconnects, bridged)
	}
}
