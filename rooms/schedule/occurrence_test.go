package schedule

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vesper/rooms"
)

var (
	always = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	never  = time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)
)

// dates are the recurrence ids of the first n evenings.
func dates(t *testing.T, s Series, from, to time.Time) []string {
	t.Helper()
	found, err := s.Occurrences(from, to)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, o := range found {
		ids = append(ids, o.RecurrenceID.String())
	}
	return ids
}

func TestOccurrences(t *testing.T) {
	for _, test := range []struct {
		name, rule, start, zone string
		except                  []string
		want                    []string
	}{
		{"three evenings a week", "FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=4", "2026-11-23T17:30", "America/New_York", nil,
			[]string{"2026-11-23T17:30", "2026-11-25T17:30", "2026-11-26T17:30", "2026-11-30T17:30"}},
		{"a skipped date counts", "FREQ=WEEKLY;BYDAY=MO,WE,TH;COUNT=4", "2026-11-23T17:30", "America/New_York", []string{"2026-11-26"},
			[]string{"2026-11-23T17:30", "2026-11-25T17:30", "2026-11-30T17:30"}},
		{"the start is not of the rule", "FREQ=WEEKLY;BYDAY=WE;COUNT=2", "2026-11-23T17:30", "America/New_York", nil,
			[]string{"2026-11-25T17:30", "2026-12-02T17:30"}},
		{"every other week", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO;COUNT=4", "2026-11-24T18:00", "America/New_York", nil,
			[]string{"2026-11-29T18:00", "2026-12-07T18:00", "2026-12-13T18:00", "2026-12-21T18:00"}},
		{"every other week from sunday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4", "2026-11-24T18:00", "America/New_York", nil,
			[]string{"2026-12-06T18:00", "2026-12-07T18:00", "2026-12-20T18:00", "2026-12-21T18:00"}},
		{"first of a begun week", "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1;COUNT=2", "2026-11-24T18:00", "America/New_York", nil,
			[]string{"2026-11-30T18:00", "2026-12-07T18:00"}},
		{"last friday", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2026-11-01T18:00", "Europe/Berlin", nil,
			[]string{"2026-11-27T18:00", "2026-12-25T18:00", "2027-01-29T18:00"}},
		{"plain and numbered days", "FREQ=MONTHLY;BYDAY=MO,1TU;COUNT=6", "2026-12-01T18:00", "Europe/Berlin", nil,
			[]string{"2026-12-01T18:00", "2026-12-07T18:00", "2026-12-14T18:00", "2026-12-21T18:00", "2026-12-28T18:00", "2027-01-04T18:00"}},
		{"31st", "FREQ=MONTHLY;COUNT=3", "2026-10-31T18:00", "Europe/Berlin", nil,
			[]string{"2026-10-31T18:00", "2026-12-31T18:00", "2027-01-31T18:00"}},
		{"day of a numbered week", "FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "2026-05-11T18:00", "Europe/Berlin", nil,
			[]string{"2026-05-11T18:00", "2027-05-17T18:00"}},
		{"until a date is that whole day", "FREQ=DAILY;UNTIL=20261124", "2026-11-23T23:59", "America/New_York", nil,
			[]string{"2026-11-23T23:59", "2026-11-24T23:59"}},
		{"until utc is inclusive", "FREQ=DAILY;UNTIL=20261124T223000Z", "2026-11-23T17:30", "America/New_York", nil,
			[]string{"2026-11-23T17:30", "2026-11-24T17:30"}},
		{"until utc a second before", "FREQ=DAILY;UNTIL=20261124T222959Z", "2026-11-23T17:30", "America/New_York", nil,
			[]string{"2026-11-23T17:30"}},
		{"until utc is tomorrow's date there", "FREQ=DAILY;UNTIL=20261125T023000Z", "2026-11-23T21:30", "America/New_York", nil,
			[]string{"2026-11-23T21:30", "2026-11-24T21:30"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := evening()
			s.Rule, s.Start, s.Zone = test.rule, mustLocal(test.start), test.zone
			for _, date := range test.except {
				s.Except = append(s.Except, mustDate(date))
			}
			if diff := cmp.Diff(test.want, dates(t, s, always, never)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	s := evening()
	first := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	second := time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC)
	if got := dates(t, s, first, second); len(got) != 1 || got[0] != "2026-11-23T17:30" {
		t.Errorf("got %v, want the first evening only: a window has its start and not its end", got)
	}
	if got := dates(t, s, first.Add(time.Second), second); got != nil {
		t.Errorf("got %v, want none", got)
	}
	var refused *Error
	s.Rule = "FREQ=DAILY"
	if _, err := s.Occurrences(always, never); !errors.As(err, &refused) || refused.Code != CodeTooMany {
		t.Errorf("got %v, want %s", err, CodeTooMany)
	}
	s.Rule = "FREQ=HOURLY"
	if _, err := s.Occurrences(first, second); !errors.As(err, &refused) || refused.Code != CodeFrequency {
		t.Errorf("got %v, want %s", err, CodeFrequency)
	}
}

func TestPlan(t *testing.T) {
	found, err := evening().Occurrences(always, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	if err != nil || len(found) != 1 {
		t.Fatalf("got %v, %v", found, err)
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }
	end := time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)
	want := rooms.Plan{
		Clinic: "clinic", Session: "session", Series: "series", Start: at(22, 30), End: end, Zone: "America/New_York",
		Segments: []rooms.Segment{
			{Kind: rooms.Group, Start: at(22, 30), End: at(23, 50)},
			{Kind: rooms.Break, Start: at(23, 50), End: at(24, 0)},
			{Kind: rooms.Education, Start: at(24, 0), End: at(24, 50)},
			{Kind: rooms.RelapsePrevention, Start: at(24, 50), End: end},
		},
	}
	if diff := cmp.Diff(want, found[0].Plan("session")); diff != "" {
		t.Error(diff)
	}
	if key := (Key{"series", mustLocal("2026-11-23T17:30")}); found[0].Key() != key {
		t.Errorf("got key %v, want %v", found[0].Key(), key)
	}
}
