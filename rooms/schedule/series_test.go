package schedule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vesper/rooms"
)

// evening is a valid series: three evenings a week from a Monday.
func evening() Series {
	return Series{
		ID: "series", Clinic: "clinic", Program: "program", Title: "Evening group",
		Rule:  "FREQ=WEEKLY;BYDAY=MO,WE,TH",
		Start: mustLocal("2026-11-23T17:30"), Zone: "America/New_York",
		Duration: 3 * time.Hour,
		Template: Template{{rooms.Group, 80}, {rooms.Break, 10}, {rooms.Education, 50}, {rooms.RelapsePrevention, 40}},
	}
}

func mustLocal(s string) LocalTime {
	l, err := ParseLocalTime(s)
	if err != nil {
		panic(err)
	}
	return l
}

func mustDate(s string) LocalDate { return mustLocal(s + "T00:00").LocalDate }

func TestValidate(t *testing.T) {
	rule := func(text string) func(*Series) { return func(s *Series) { s.Rule = text } }
	zone := func(name string) func(*Series) { return func(s *Series) { s.Zone = name } }
	lasts := func(d time.Duration) func(*Series) { return func(s *Series) { s.Duration = d } }
	parts := func(t Template) func(*Series) { return func(s *Series) { s.Template = t } }
	for _, test := range []struct {
		name, code, field string
		change            func(*Series)
	}{
		{"good", "", "", func(*Series) {}},
		{"lower case", "", "", rule("freq=weekly;byday=mo")},
		{"biweekly", "", "", rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU")},
		{"last friday", "", "", rule("FREQ=MONTHLY;BYDAY=-1FR")},
		{"last weekday", "", "", rule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")},
		{"until date", "", "", rule("FREQ=DAILY;UNTIL=20261231")},
		{"until utc", "", "", rule("FREQ=DAILY;UNTIL=20261231T235959Z")},
		{"until local", "", "", rule("FREQ=DAILY;UNTIL=20261231T235959")},
		{"leap day", "", "", rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")},
		{"skips", "", "", func(s *Series) { s.Except = []LocalDate{mustDate("2026-11-26")} }},
		{"zone with a slash more", "", "", zone("America/Argentina/Buenos_Aires")},
		{"twelve hours", "", "", func(s *Series) { s.Duration, s.Template = 12*time.Hour, Template{{rooms.Group, 720}} }},

		{"rule empty", CodeRuleSyntax, "rule", rule("")},
		{"rule junk", CodeRuleSyntax, "rule", rule("every monday")},
		{"rule with its name", CodeRulePart, "rule", rule("RRULE:FREQ=DAILY")},
		{"rule with a line", CodeRuleValue, "rule", rule("FREQ=DAILY\nEXDATE:20261123")},
		{"rule with a start", CodeRulePart, "rule", rule("FREQ=DAILY;DTSTART=20261123T000000Z")},
		{"rule with a hole", CodeRuleSyntax, "rule", rule("FREQ=DAILY;;COUNT=2")},
		{"no value", CodeRuleSyntax, "rule", rule("FREQ=DAILY;COUNT=")},
		{"two values", CodeRuleSyntax, "rule", rule("FREQ=DAILY;COUNT=1=2")},
		{"no freq", CodeRuleSyntax, "rule", rule("BYDAY=MO")},
		{"unknown freq", CodeRuleValue, "rule", rule("FREQ=FORTNIGHTLY")},
		{"hourly", CodeFrequency, "rule", rule("FREQ=HOURLY")},
		{"minutely", CodeFrequency, "rule", rule("FREQ=MINUTELY")},
		{"secondly", CodeFrequency, "rule", rule("FREQ=SECONDLY")},
		{"byhour", CodeFrequency, "rule", rule("FREQ=DAILY;BYHOUR=9,17")},
		{"byminute", CodeFrequency, "rule", rule("FREQ=DAILY;BYMINUTE=30")},
		{"bysecond", CodeFrequency, "rule", rule("FREQ=DAILY;BYSECOND=1")},
		{"unknown part", CodeRulePart, "rule", rule("FREQ=DAILY;BYEASTER=1")},
		{"part twice", CodeRulePart, "rule", rule("FREQ=DAILY;COUNT=1;COUNT=2")},
		{"count and until", CodeCountUntil, "rule", rule("FREQ=DAILY;COUNT=3;UNTIL=20261231")},
		{"count zero", CodeRuleValue, "rule", rule("FREQ=DAILY;COUNT=0")},
		{"interval negative", CodeRuleValue, "rule", rule("FREQ=DAILY;INTERVAL=-1")},
		{"interval huge", CodeRuleValue, "rule", rule("FREQ=MONTHLY;INTERVAL=9223372036854775807")},
		{"month 13", CodeRuleValue, "rule", rule("FREQ=YEARLY;BYMONTH=13")},
		{"day 0", CodeRuleValue, "rule", rule("FREQ=MONTHLY;BYMONTHDAY=0")},
		{"day 32", CodeRuleValue, "rule", rule("FREQ=MONTHLY;BYMONTHDAY=-32")},
		{"weekday", CodeRuleValue, "rule", rule("FREQ=WEEKLY;BYDAY=MON")},
		{"weekday of one letter", CodeRuleValue, "rule", rule("FREQ=WEEKLY;BYDAY=M")},
		{"53rd monday of a month", CodeRuleValue, "rule", rule("FREQ=MONTHLY;BYDAY=53MO")},
		{"numbered day of a week", CodeRulePart, "rule", rule("FREQ=WEEKLY;BYDAY=1MO")},
		{"numbered day of a numbered week", CodeRulePart, "rule", rule("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO")},
		{"weekno monthly", CodeRulePart, "rule", rule("FREQ=MONTHLY;BYWEEKNO=3")},
		{"week 53", CodeRuleValue, "rule", rule("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO")},
		{"week from the end", CodeRuleValue, "rule", rule("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO")},
		{"yearday monthly", CodeRulePart, "rule", rule("FREQ=MONTHLY;BYYEARDAY=3")},
		{"monthday weekly", CodeRulePart, "rule", rule("FREQ=WEEKLY;BYMONTHDAY=3")},
		{"setpos alone", CodeRulePart, "rule", rule("FREQ=MONTHLY;BYSETPOS=1")},
		{"until junk", CodeRuleValue, "rule", rule("FREQ=DAILY;UNTIL=20261332")},
		{"oversized", CodeRuleLength, "rule", rule("FREQ=DAILY;BYMONTH=1" + strings.Repeat(",1", 250))},
		{"30 february", CodeNoDate, "rule", rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")},
		{"30 february daily", CodeNoDate, "rule", rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")},
		{"ninth day of a week", CodeNoDate, "rule", rule("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=9")},
		{"until before the start", CodeNoDate, "rule", rule("FREQ=DAILY;UNTIL=20261101")},

		{"zone empty", CodeZone, "zone", zone("")},
		{"zone local", CodeZone, "zone", zone("Local")},
		{"zone unknown", CodeZone, "zone", zone("America/Gotham")},
		{"zone abbreviated", CodeZone, "zone", zone("EDT")},
		{"zone a path", CodeZone, "zone", zone("../../etc/passwd")},
		{"zone with leap seconds", CodeZone, "zone", zone("right/America/New_York")},
		{"start empty", CodeStart, "start", func(s *Series) { s.Start = LocalTime{} }},
		{"start of no calendar", CodeStart, "start", func(s *Series) { s.Start.Month = 13 }},
		{"no duration", CodeDuration, "duration_ns", lasts(0)},
		{"negative", CodeDuration, "duration_ns", lasts(-time.Hour)},
		{"too long", CodeDuration, "duration_ns", lasts(12*time.Hour + time.Minute)},
		{"half a minute", CodeDuration, "duration_ns", lasts(3*time.Hour + 30*time.Second)},
		{"no parts", CodeTemplate, "template", parts(nil)},
		{"parts too short", CodeTemplate, "template", parts(Template{{rooms.Group, 179}})},
		{"part of nothing", CodeTemplate, "template", parts(Template{{rooms.Group, 180}, {rooms.Break, 0}})},
		{"part beyond numbers", CodeTemplate, "template", parts(Template{{rooms.Group, 1 << 62}})},
		{"kind", CodeKind, "template", parts(Template{{"yoga", 180}})},
		{"skip no date", CodeExcept, "except", func(s *Series) { s.Except = []LocalDate{{2026, 2, 30}} }},
		{"skips without end", CodeExcept, "except", func(s *Series) { s.Except = make([]LocalDate, MaxExcept+1) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := evening()
			test.change(&s)
			began := time.Now()
			err := s.Validate()
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			var refused *Error
			if !errors.As(err, &refused) {
				if err != nil || test.code != "" {
					t.Fatalf("got %v, want %q", err, test.code)
				}
				return
			}
			if refused.Code != test.code || refused.Field != test.field {
				t.Errorf("got %s of %s (%s), want %s of %s", refused.Code, refused.Field, refused.Message, test.code, test.field)
			}
			if !strings.HasSuffix(refused.Message, ".") || strings.Count(refused.Message, ". ") > 0 || strings.Contains(refused.Message, "\n") {
				t.Errorf("not one plain sentence: %q", refused.Message)
			}
		})
	}
}

func TestSeriesJSON(t *testing.T) {
	want := evening()
	want.Except = []LocalDate{mustDate("2026-11-26")}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Series
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(text), `"start":"2026-11-23T17:30"`) || !strings.Contains(string(text), `"except":["2026-11-26"]`) {
		t.Errorf("got %s", text)
	}
	for _, bad := range []string{"", "2026-11-23", "2026-02-30T17:30", "2026-11-23T24:00", "2026-11-23T17:30:00Z"} {
		if _, err := ParseLocalTime(bad); err == nil {
			t.Errorf("read %q as a local time", bad)
		}
	}
}
