package schedule

import (
	"strings"
	"testing"
	"time"
)

// clockChanges are worked out by hand from the zones' rules: the UTC starts
// that a rule must give, and where the local clock stands when the last of the
// evenings, each of three hours, has ended.
var clockChanges = []struct {
	name, zone, rule, start string
	want                    string // UTC starts
	ends                    string // local
}{
	// 8 March 2026 at 2:00 to 3:00; 1 November at 2:00 to 1:00.
	{"weekly into summer", "America/New_York", "FREQ=WEEKLY;COUNT=3", "2026-03-02T17:30",
		"2026-03-02T22:30 2026-03-09T21:30 2026-03-16T21:30", "2026-03-16T20:30"},
	{"weekly into winter", "America/New_York", "FREQ=WEEKLY;COUNT=3", "2026-10-26T17:30",
		"2026-10-26T21:30 2026-11-02T22:30 2026-11-09T22:30", "2026-11-09T20:30"},
	{"monthly over both", "America/New_York", "FREQ=MONTHLY;INTERVAL=4;COUNT=4", "2026-02-10T17:30",
		"2026-02-10T22:30 2026-06-10T21:30 2026-10-10T21:30 2027-02-10T22:30", "2027-02-10T20:30"},
	{"in the missing hour", "America/New_York", "FREQ=DAILY;COUNT=3", "2026-03-07T02:30",
		"2026-03-07T07:30 2026-03-08T07:30 2026-03-09T06:30", "2026-03-09T05:30"},
	{"first missing minute", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-03-08T02:00", "2026-03-08T07:00", "2026-03-08T06:00"},
	{"last missing minute", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-03-08T02:59", "2026-03-08T07:59", "2026-03-08T06:59"},
	{"minute before the gap", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-03-08T01:59", "2026-03-08T06:59", "2026-03-08T05:59"},
	{"minute after the gap", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-03-08T03:00", "2026-03-08T07:00", "2026-03-08T06:00"},
	{"in the doubled hour", "America/New_York", "FREQ=DAILY;COUNT=3", "2026-10-31T01:30",
		"2026-10-31T05:30 2026-11-01T05:30 2026-11-02T06:30", "2026-11-02T04:30"},
	{"first doubled minute", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-11-01T01:00", "2026-11-01T05:00", "2026-11-01T03:00"},
	{"minute after the doubled hour", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-11-01T02:00", "2026-11-01T07:00", "2026-11-01T05:00"},
	{"through the gap", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-03-08T00:30", "2026-03-08T05:30", "2026-03-08T04:30"},
	{"through the doubled hour", "America/New_York", "FREQ=DAILY;COUNT=1", "2026-11-01T00:30", "2026-11-01T04:30", "2026-11-01T02:30"},
	{"until in the second of the doubled hours", "America/New_York", "FREQ=DAILY;UNTIL=20261101T061500Z", "2026-10-31T01:30",
		"2026-10-31T05:30 2026-11-01T05:30", "2026-11-01T03:30"},
	{"until before what the gap moved", "America/New_York", "FREQ=DAILY;UNTIL=20260308T071500Z", "2026-03-07T02:30",
		"2026-03-07T07:30", "2026-03-07T05:30"},
	// 29 March 2026 at 2:00 to 3:00; 25 October at 3:00 to 2:00.
	{"weekly into summer", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4", "2026-03-23T18:00",
		"2026-03-23T17:00 2026-03-26T17:00 2026-03-30T16:00 2026-04-02T16:00", "2026-04-02T21:00"},
	{"weekly into winter", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=SA,SU,MO;COUNT=3", "2026-10-24T18:00",
		"2026-10-24T16:00 2026-10-25T17:00 2026-10-26T17:00", "2026-10-26T21:00"},
	{"in the missing hour", "Europe/Berlin", "FREQ=WEEKLY;COUNT=2", "2026-03-29T02:15", "2026-03-29T01:15 2026-04-05T00:15", "2026-04-05T05:15"},
	{"in the doubled hour", "Europe/Berlin", "FREQ=WEEKLY;COUNT=2", "2026-10-25T02:15", "2026-10-25T00:15 2026-11-01T01:15", "2026-11-01T05:15"},
	{"over midnight and the gap", "Europe/Berlin", "FREQ=DAILY;COUNT=1", "2026-03-28T23:30", "2026-03-28T22:30", "2026-03-29T03:30"},
	// Half an hour: 4 October 2026 at 2:00 to 2:30; 5 April at 2:00 to 1:30.
	{"in the missing half hour", "Australia/Lord_Howe", "FREQ=DAILY;COUNT=2", "2026-10-04T02:15",
		"2026-10-03T15:45 2026-10-04T15:15", "2026-10-05T05:15"},
	{"after the missing half hour", "Australia/Lord_Howe", "FREQ=DAILY;COUNT=1", "2026-10-04T02:30", "2026-10-03T15:30", "2026-10-04T05:30"},
	{"in the doubled half hour", "Australia/Lord_Howe", "FREQ=DAILY;COUNT=2", "2026-04-05T01:45",
		"2026-04-04T14:45 2026-04-05T15:15", "2026-04-06T04:45"},
	{"weekly into winter", "Australia/Lord_Howe", "FREQ=WEEKLY;COUNT=2", "2026-04-01T18:00", "2026-04-01T07:00 2026-04-08T07:30", "2026-04-08T21:00"},
	// 4 November 2018 at 0:00 to 1:00; 17 February 2019 at 0:00 to 23:00.
	{"in the missing midnight", "America/Sao_Paulo", "FREQ=DAILY;COUNT=2", "2018-11-04T00:00", "2018-11-04T03:00 2018-11-05T02:00", "2018-11-05T03:00"},
	{"in the doubled hour before midnight", "America/Sao_Paulo", "FREQ=DAILY;COUNT=2", "2019-02-16T23:30",
		"2019-02-17T01:30 2019-02-18T02:30", "2019-02-18T02:30"},
	{"weekly, no summer any more", "America/Sao_Paulo", "FREQ=WEEKLY;COUNT=2", "2026-10-29T18:00", "2026-10-29T21:00 2026-11-05T21:00", "2026-11-05T21:00"},
	// 24 April 2026 at 0:00 to 1:00; 30 October at 0:00 to 23:00.
	{"in the missing midnight", "Africa/Cairo", "FREQ=WEEKLY;COUNT=2", "2026-04-24T00:30", "2026-04-23T22:30 2026-04-30T21:30", "2026-05-01T03:30"},
	{"in the doubled hour before midnight", "Africa/Cairo", "FREQ=DAILY;COUNT=2", "2026-10-29T23:15", "2026-10-29T20:15 2026-10-30T21:15", "2026-10-31T02:15"},
	{"through the doubled hour", "Africa/Cairo", "FREQ=DAILY;COUNT=1", "2026-10-29T21:30", "2026-10-29T18:30", "2026-10-29T23:30"},
	// 6 September 2026 at 0:00 to 1:00.
	{"in the missing midnight", "America/Santiago", "FREQ=DAILY;COUNT=2", "2026-09-05T00:15", "2026-09-05T04:15 2026-09-06T04:15", "2026-09-06T04:15"},
	// No change at all, and an offset of 5:45.
	{"in what is a gap elsewhere", "Asia/Kathmandu", "FREQ=WEEKLY;COUNT=2", "2026-03-08T02:30", "2026-03-07T20:45 2026-03-14T20:45", "2026-03-15T05:30"},
	{"weekly in autumn", "Asia/Kathmandu", "FREQ=WEEKLY;COUNT=2", "2026-10-25T17:30", "2026-10-25T11:45 2026-11-01T11:45", "2026-11-01T20:30"},
	// The 30th of December 2011 did not take place: from UTC-10 to UTC+14.
	{"daily over the missing date", "Pacific/Apia", "FREQ=DAILY;UNTIL=20120101", "2011-12-29T18:00",
		"2011-12-30T04:00 2011-12-31T04:00 2012-01-01T04:00", "2012-01-01T21:00"},
	{"weekly on the missing date", "Pacific/Apia", "FREQ=WEEKLY;COUNT=2", "2011-12-30T18:00", "2011-12-31T04:00 2012-01-06T04:00", "2012-01-06T21:00"},
	// Leap days, the turns of years, and ends in UTC beyond a change.
	{"yearly on the leap day", "America/New_York", "FREQ=YEARLY;COUNT=2", "2028-02-29T17:30", "2028-02-29T22:30 2032-02-29T22:30", "2032-02-29T20:30"},
	{"last of february", "Europe/Berlin", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=3", "2027-02-01T18:00",
		"2027-02-28T17:00 2028-02-29T17:00 2029-02-28T17:00", "2029-02-28T21:00"},
	{"over the end of the year", "Pacific/Auckland", "FREQ=DAILY;COUNT=2", "2026-12-31T22:30", "2026-12-31T09:30 2027-01-01T09:30", "2027-01-02T01:30"},
	{"every other week over the end of the year", "Pacific/Auckland", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4", "2026-12-21T18:00",
		"2026-12-21T05:00 2026-12-25T05:00 2027-01-04T05:00 2027-01-08T05:00", "2027-01-08T21:00"},
	{"until in utc beyond the change to summer", "America/New_York", "FREQ=WEEKLY;UNTIL=20260309T213000Z", "2026-03-02T17:30",
		"2026-03-02T22:30 2026-03-09T21:30", "2026-03-09T20:30"},
	{"until in utc a second short beyond the change", "America/New_York", "FREQ=WEEKLY;UNTIL=20260309T212959Z", "2026-03-02T17:30",
		"2026-03-02T22:30", "2026-03-02T20:30"},
	{"until in utc in the south, into winter", "Pacific/Auckland", "FREQ=DAILY;UNTIL=20260405T060000Z", "2026-04-04T18:00",
		"2026-04-04T05:00 2026-04-05T06:00", "2026-04-05T21:00"},
	{"through the missing date", "Pacific/Apia", "FREQ=DAILY;COUNT=1", "2011-12-29T22:00", "2011-12-30T08:00", "2011-12-31T01:00"},
}

func TestClockChanges(t *testing.T) {
	zones := make(map[string]bool)
	for _, test := range clockChanges {
		zones[test.zone] = true
		t.Run(test.zone+"/"+test.name, func(t *testing.T) {
			s := evening()
			s.Zone, s.Rule, s.Start = test.zone, test.rule, mustLocal(test.start)
			found, err := s.Occurrences(always, never)
			if err != nil {
				t.Fatal(err)
			}
			var starts []string
			for _, o := range found {
				starts = append(starts, o.Start.Format(localLayout))
				if o.End.Sub(o.Start) != s.Duration || o.Segments[len(o.Segments)-1].End != o.End {
					t.Errorf("%v lasts %v and its parts until %v", o.Start, o.End.Sub(o.Start), o.Segments[len(o.Segments)-1].End)
				}
				if o.Start.Location() != time.UTC || o.End.Location() != time.UTC {
					t.Errorf("%v is not in UTC", o.Start)
				}
			}
			if got := strings.Join(starts, " "); got != test.want {
				t.Fatalf("got %s, want %s", got, test.want)
			}
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := found[len(found)-1].End.In(zone).Format(localLayout); got != test.ends {
				t.Errorf("ends at %s, want %s", got, test.ends)
			}
		})
	}
	if len(clockChanges) < 24 || len(zones) < 6 {
		t.Errorf("got %d cases in %d zones, want 24 in 6", len(clockChanges), len(zones))
	}
}

// A skipped date is skipped under the date of the rule and under the date that
// a missing day moved it to.
func TestExceptMissingDate(t *testing.T) {
	s := evening()
	s.Zone, s.Rule, s.Start = "Pacific/Apia", "FREQ=DAILY;UNTIL=20111231", mustLocal("2011-12-29T18:00")
	s.Except = []LocalDate{mustDate("2011-12-30")}
	if got := strings.Join(dates(t, s, always, never), " "); got != "2011-12-29T18:00 2011-12-31T18:00" {
		t.Errorf("got %s, want the 29th and the 31st", got)
	}
	s.Except = []LocalDate{mustDate("2011-12-31")}
	if got := strings.Join(dates(t, s, always, never), " "); got != "2011-12-29T18:00" {
		t.Errorf("got %s, want the 29th only", got)
	}
}

// Wherever a wall clock shows a time once, instant finds it; whatever it is
// given, it agrees with a clock that shows it or moves it forward.
func TestInstant(t *testing.T) {
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		first := make(map[LocalTime]time.Time)
		begin := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
		for at := begin; at.Before(begin.AddDate(2, 0, 0)); at = at.Add(15 * time.Minute) {
			wall := wallOf(at.In(zone))
			if _, again := first[wall]; !again {
				first[wall] = at
			}
		}
		for wall := begin.AddDate(0, 0, 2); wall.Before(begin.AddDate(2, 0, -2)); wall = wall.Add(15 * time.Minute) {
			at := instant(wallOf(wall), zone)
			want, shown := first[wallOf(wall)]
			if shown && !at.Equal(want) {
				t.Fatalf("%s shows %v at %v, got %v", name, wallOf(wall), want, at)
			}
			if moved := wallOf(at.In(zone)).asUTC(); !shown && !moved.After(wall) {
				t.Fatalf("%s never shows %v, got %v", name, wallOf(wall), at)
			}
		}
	}
}
