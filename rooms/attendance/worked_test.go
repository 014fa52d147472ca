package attendance

import (
	"slices"
	"testing"

	"vesper/rooms"
)

// worked is the evening that docs/attendance.md works through.
const worked = `
	17:20 in fay
	17:25 in pat by=fay
	17:29 place quinn reason=home
	17:29 arrived quinn
	17:29 connected quinn
	17:29 in rae by=fay
	17:29 in sam by=fay
	17:29 in uma by=fay
	17:45:30 admitted quinn by=fay
	17:45:30 media quinn reason=audio
	17:45:30 media quinn reason=camera
	18:10:05 lost rae since=18:10:00
	18:10:05 lost sam since=18:10:00
	18:11:59 connected rae
	18:12:01 connected sam
	18:40 removed uma by=fay
	18:40:02 lost uma since=18:40
	18:49 removal_undone uma by=fay
	18:49:30 arrived uma
	18:49:30 connected uma
	18:50 admitted uma by=fay
	20:04 left pat by=pat
	20:04 lost pat since=20:04
	20:10 ended by=fay reason=staff
`

func TestWorkedExample(t *testing.T) {
	rows := Compute(testPlan(), testRoster(), journal(worked), DefaultRules())
	for _, want := range []struct {
		person                           rooms.PersonID
		minutes, group, education        int64
		overrun, lobby                   int64
		reconnects, intervals            int
		status                           Status
		late, early, reconnected, remove bool
	}{
		{person: "pat", minutes: 150, group: 50, education: 90, overrun: 240, intervals: 1, status: Present},
		{person: "quinn", minutes: 134, group: 34, education: 90, overrun: 600, lobby: 990, intervals: 1, status: Present},
		{person: "rae", minutes: 150, group: 50, education: 90, overrun: 600, reconnects: 1, intervals: 1, status: Present, reconnected: true},
		{person: "sam", minutes: 147, group: 47, education: 90, overrun: 600, intervals: 2, status: Present},
		{person: "uma", minutes: 140, group: 50, education: 80, overrun: 600, lobby: 30, intervals: 2, status: Present, remove: true},
		{person: "vic", status: Absent},
		{person: "fay", minutes: 150, group: 50, education: 90, overrun: 600, intervals: 1, status: Present},
		{person: "cal", status: Absent},
	} {
		r := row(t, rows, want.person)
		if r.Minutes != want.minutes || r.OverrunSeconds != want.overrun || r.LobbySeconds != want.lobby ||
			r.Reconnects != want.reconnects || len(r.Intervals) != want.intervals || r.Status != want.status {
			t.Errorf("%s: got %d min, overrun %d, lobby %d, %d reconnects, %d intervals, %s; want %+v", want.person,
				r.Minutes, r.OverrunSeconds, r.LobbySeconds, r.Reconnects, len(r.Intervals), r.Status, want)
		}
		if group, education := *r.Segments[0].Seconds/60, *r.Segments[2].Seconds/60; group != want.group || education != want.education {
			t.Errorf("%s: got group %d, education %d; want %d and %d", want.person, group, education, want.group, want.education)
		}
		if r.Segments[1].Seconds != nil {
			t.Errorf("%s: the break has segment seconds", want.person)
		}
		got := []bool{r.Has(Late), r.Has(LeftEarly), r.Has(Reconnects), r.Has(Removed)}
		if flags := []bool{want.late, want.early, want.reconnected, want.remove}; !slices.Equal(got, flags) {
			t.Errorf("%s: got flags %v", want.person, r.Flags)
		}
		if !r.Final || r.RulesVersion != 1 {
			t.Errorf("%s: final %v, rules %d", want.person, r.Final, r.RulesVersion)
		}
	}
	if uma := row(t, rows, "uma"); !uma.Has(RemovalUndone) || uma.Gaps[0].Reason != GapRemoved || uma.Gaps[0].Bridged {
		t.Errorf("uma: flags %v, gaps %v", uma.Flags, uma.Gaps)
	}
}

func TestWorkedWithoutBreaks(t *testing.T) {
	rules := DefaultRules()
	rules.CountBreaks = false
	rows := Compute(testPlan(), testRoster(), journal(worked), rules)
	if got := row(t, rows, "quinn").Minutes; got != 124 {
		t.Errorf("quinn without breaks: got %d min, want 124", got)
	}
}

func TestLeaveIsNeverBridged(t *testing.T) {
	for name, text := range map[string]string{
		"proof at the leave":       "18:10 left sam by=sam\n18:10:01 lost sam since=18:10",
		"proof before the leave":   "18:10 left sam by=sam\n18:10:01 lost sam since=18:09:57",
		"proof after the leave":    "18:10 left sam by=sam\n18:10:03 lost sam since=18:10:02",
		"connection outlives both": "18:10 left sam by=sam",
	} {
		t.Run(name, func(t *testing.T) {
			rows := Compute(testPlan(), testRoster(), journal(`
				17:20 in fay
				17:25 in sam by=fay
				`+text+`
				18:11 arrived sam
				18:11 connected sam
				18:11 admitted sam reason=returned
				20:00 ended by=fay`), DefaultRules())
			sam := row(t, rows, "sam")
			if sam.Minutes != 149 || sam.Seconds != 149*60 || len(sam.Intervals) != 2 || sam.Reconnects != 0 {
				t.Errorf("got %d min, %d s, %d intervals, %d reconnects; want 149, 8940, 2, 0",
					sam.Minutes, sam.Seconds, len(sam.Intervals), sam.Reconnects)
			}
			if want := (Gap{clock("18:10"), clock("18:11"), GapLeft, false}); len(sam.Gaps) != 1 || sam.Gaps[0] != want {
				t.Errorf("got gaps %v, want %v", sam.Gaps, want)
			}
		})
	}
}

func TestEndedEarly(t *testing.T) {
	rows := Compute(testPlan(), testRoster(), journal(`
		17:20 in fay
		17:25 in pat by=fay
		17:28 in rae by=fay
		19:25 left rae by=rae
		19:40 ended by=fay reason=staff
		19:40:01 lost pat since=19:39:58
		19:40:01 lost fay since=19:39:55`), DefaultRules())
	for _, person := range []rooms.PersonID{"pat", "fay"} {
		if r := row(t, rows, person); r.Minutes != 130 || r.Status != Present || r.Has(LeftEarly) || *r.EarlySeconds != 0 || len(r.Gaps) != 0 {
			t.Errorf("%s: got %d min, %s, flags %v, early %d, gaps %v; want 130, present, not early",
				person, r.Minutes, r.Status, r.Flags, *r.EarlySeconds, r.Gaps)
		}
	}
	if rae := row(t, rows, "rae"); rae.Minutes != 115 || !rae.Has(LeftEarly) || *rae.EarlySeconds != 900 {
		t.Errorf("rae: got %d min, flags %v", rae.Minutes, rae.Flags)
	}
}

func TestNotHeld(t *testing.T) {
	for name, text := range map[string]string{
		"nobody":                 ``,
		"clients at the door":    "17:29 arrived pat\n17:40 arrived quinn",
		"staff before and after": "17:05 in fay\n17:10 left fay\n17:10 lost fay\n17:29 arrived pat\n20:10 in cal",
		"excused":                "18:00 absence pat by=fay reason=excused",
	} {
		rows := Compute(testPlan(), testRoster(), journal(text+"\n20:30 ended reason=planned"), DefaultRules())
		if len(rows) != len(testRoster()) {
			t.Errorf("%s: got %d rows", name, len(rows))
		}
		for _, r := range rows {
			if r.Status != NotHeld || r.Minutes != 0 || r.LateSeconds != nil || r.EarlySeconds != nil {
				t.Errorf("%s: %s: got %s, %d min, late %v", name, r.Person, r.Status, r.Minutes, r.LateSeconds)
			}
		}
	}
}
