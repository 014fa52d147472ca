package attendance

import (
	"slices"
	"testing"

	"vesper/rooms"
)

// TestCases is one line a rule: what happens to Pat between Fay's arrival and
// the end, and what his row says.
func TestCases(t *testing.T) {
	for _, c := range []struct {
		name    string
		text    string
		rules   func(*Rules)
		seconds int64
		status  Status
		flags   []Flag
	}{
		{"grace is inclusive", "17:30 in pat\n18:00 lost pat\n18:02 connected pat", nil, 9000, Present, []Flag{Reconnects}},
		{"a millisecond more is not", "17:30 in pat\n18:00 lost pat\n18:02:00.001 connected pat", nil, 8879, Present, nil},
		{"an open gap is not counted", "17:30 in pat\n19:00 lost pat", nil, 5400, Partial, []Flag{LeftEarly}},
		{"grace ignores breaks", "17:30 in pat\n18:19 lost pat\n18:31 connected pat", nil, 8280, Present, nil},
		{"grace reaches into a break", "17:30 in pat\n18:19 lost pat\n18:21 connected pat", nil, 9000, Present, []Flag{Reconnects}},
		{"sent back is not bridged", "17:30 in pat\n18:00 sent_back pat by=fay\n18:01 admitted pat by=fay", nil, 8940, Present, []Flag{SentBack}},
		{"removal is not bridged", "17:30 in pat\n18:00 removed pat by=fay\n18:01 removal_undone pat\n18:01 arrived pat\n18:01 admitted pat", nil, 8940, Present, []Flag{Removed, RemovalUndone}},
		{"removed for good is not early", "17:30 in pat\n18:00 removed pat by=fay\n18:00:02 lost pat since=18:00", nil, 1800, Partial, []Flag{Removed}},
		{"a leave inside a loss is not bridged", "17:30 in pat\n18:00 lost pat\n18:00:30 left pat\n18:01 arrived pat\n18:01 connected pat\n18:01 admitted pat", nil, 8940, Present, nil},
		{"80 percent exactly", "18:00 in pat", func(r *Rules) { r.LateSeconds = 3600 }, 7200, Present, nil},
		{"a second less than 80 percent", "18:00:01 in pat", func(r *Rules) { r.LateSeconds = 3600 }, 7199, Partial, nil},
		{"late by more than ten minutes", "17:40:01 in pat", nil, 8399, Present, []Flag{Late}},
		{"ten minutes are not late", "17:40 in pat", nil, 8400, Present, nil},
		{"59 seconds", "17:30 in pat\n17:30:59 left pat", nil, 59, Partial, []Flag{LeftEarly}},
		{"let in, never connected", "17:30 arrived pat\n17:31 admitted pat", nil, 0, Partial, []Flag{NeverConnected}},
		{"never let in", "17:30 arrived pat\n17:30 connected pat", nil, 0, NotAdmitted, nil},
		{"turned away", "17:30 arrived pat\n17:35 denied pat by=fay", nil, 0, NotAdmitted, nil},
		{"never came", "", nil, 0, Absent, nil},
		{"excused", "18:00 absence pat by=fay reason=excused", nil, 0, Excused, nil},
		{"excused and came", "17:21 absence pat reason=excused\n17:30 in pat", nil, 9000, Present, nil},
		{"excuse taken back", "18:00 absence pat reason=excused\n18:05 absence pat reason=no_answer", nil, 0, Absent, nil},
		{"overrun counted", "17:30 in pat", func(r *Rules) { r.CountOverrun = true }, 9600, Present, nil},
		{"breaks not counted", "17:30 in pat", func(r *Rules) { r.CountBreaks = false }, 8400, Present, nil},
		{"elsewhere", "17:30 in pat\n17:30 place pat reason=elsewhere", nil, 9000, Present, []Flag{Elsewhere, LocationChanged}},
		{"shared device", "17:30 in pat\n17:31 shared_device pat by=fay", nil, 9000, Present, []Flag{SharedDevice}},
		{"stepped away", "17:30 in pat\n18:00 stepped_away pat\n18:05 stepped_back pat", nil, 9000, Present, []Flag{SteppedAway}},
		{"camera off for an hour", "17:30 in pat\n18:00 camera_off pat\n19:00 media pat reason=camera", nil, 9000, Present, []Flag{AudioOnly}},
		{"camera a moment after the microphone", "17:30 arrived pat\n17:30 connected pat\n17:30 admitted pat\n17:30 media pat reason=audio\n17:30:59 media pat reason=camera", nil, 9000, Present, nil},
		{"two connections are one presence", "17:30 in pat\n18:00 connected pat conn=2\n18:10 lost pat conn=1\n19:00 lost pat conn=2\n19:01 connected pat conn=3", nil, 9000, Present, []Flag{Reconnects}},
		{"the older connection lasts longer", "17:30 in pat\n18:00 connected pat conn=2\n18:01 lost pat conn=2\n18:10 lost pat conn=1", nil, 2400, Partial, []Flag{LeftEarly}},
		{"clock step", "17:30 in pat\n18:00 clock_step ms=3600000", nil, 9000, Present, []Flag{ClockStepped}},
		{"events after the end", "17:30 in pat\n20:09 ended by=fay\n20:09:01 left pat\n20:09:02 in pat", nil, 9000, Present, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := DefaultRules()
			if c.rules != nil {
				c.rules(&rules)
			}
			rows := Compute(testPlan(), testRoster(), journal("17:20 in fay\n"+c.text+"\n20:10 ended by=fay"), rules)
			got := row(t, rows, "pat")
			if got.Seconds != c.seconds || got.Minutes != c.seconds/60 || got.Status != c.status || !slices.Equal(got.Flags, c.flags) {
				t.Errorf("got %d s, %d min, %s, %v; want %d s, %s, %v\nintervals %v\ngaps %v",
					got.Seconds, got.Minutes, got.Status, got.Flags, c.seconds, c.status, c.flags, got.Intervals, got.Gaps)
			}
		})
	}
}

func TestCrash(t *testing.T) {
	for _, c := range []struct {
		name, text           string
		seconds, uncertainty int64
		flags                []Flag
		gap                  Gap
	}{
		{"bridged", "18:00:05 node n2\n18:00:05 closed_by_beat pat since=18:00\n18:00:05 closed_by_beat fay since=18:00\n18:00:10 connected pat\n18:00:10 connected fay",
			9000, 5, []Flag{Reconnects, ServerLost}, Gap{clock("18:00"), clock("18:00:10"), GapNodeLost, true}},
		{"long", "18:05 node n2\n18:05 closed_by_beat pat since=18:00\n18:05 closed_by_beat fay since=18:00\n18:06 connected pat\n18:06 connected fay",
			8640, 8, []Flag{ServerLost}, Gap{clock("18:00"), clock("18:06"), GapNodeLost, false}},
		{"a lower clock moves the later life on", "18:05 lost pat\n17:55 node n1\n17:56 connected pat\n18:00 connected fay\n19:50 ended by=fay\n",
			9000, 0, []Flag{Reconnects, Unstaffed, ClockClamped}, Gap{clock("18:05"), clock("18:06"), GapLost, true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := Compute(testPlan(), testRoster(), journal("17:20 in fay\n17:25 in pat\n"+c.text+"\n20:10 ended by=fay"), DefaultRules())
			got := row(t, rows, "pat")
			if got.Seconds != c.seconds || !slices.Equal(got.Flags, c.flags) || len(got.Gaps) == 0 || got.Gaps[0] != c.gap {
				t.Errorf("got %d s, %v, gaps %v; want %d s, %v, %v", got.Seconds, got.Flags, got.Gaps, c.seconds, c.flags, c.gap)
			}
			if got.UncertaintySeconds == nil || *got.UncertaintySeconds != c.uncertainty {
				t.Errorf("got uncertainty %v, want %d", got.UncertaintySeconds, c.uncertainty)
			}
		})
	}
}

// TestCrashWithoutBeat: a server came back and knows no last proof. The last
// that is known is its predecessor's last entry, and the bound is unknown.
func TestCrashWithoutBeat(t *testing.T) {
	rows := Compute(testPlan(), testRoster(), journal(`
		17:20 in fay
		17:25 in pat
		18:00 hand_raised pat
		18:30 node n2
		18:31 connected pat
		18:31 connected fay
		20:00 ended by=fay`), DefaultRules())
	pat := row(t, rows, "pat")
	if pat.Seconds != 9000-31*60 || pat.UncertaintySeconds != nil || !pat.Has(ServerLost) {
		t.Errorf("got %d s, uncertainty %v, %v", pat.Seconds, pat.UncertaintySeconds, pat.Flags)
	}
}

// TestLateReplay: a cut-off owner goes on alone for half an hour. What it
// wrote counts up to the moment the newer epoch opened.
func TestLateReplay(t *testing.T) {
	events := journal(`
		17:20 in fay
		17:25 in pat
		18:00 in rae
		18:20 left pat
		18:30 left fay
		18:10 node n2
		18:10 closed_by_beat pat since=18:09:58
		18:10 closed_by_beat rae since=18:09:58
		18:10 closed_by_beat fay since=18:09:58
		18:10:10 connected pat
		18:10:10 connected fay
		20:00 ended by=fay`)
	rows := Compute(testPlan(), testRoster(), events, DefaultRules())
	pat, rae := row(t, rows, "pat"), row(t, rows, "rae")
	if pat.Seconds != 9000 || !slices.Equal(pat.Flags, []Flag{Reconnects, ServerLost, LateReplay}) {
		t.Errorf("pat: got %d s, %v", pat.Seconds, pat.Flags)
	}
	if rae.Seconds != 598 || rae.Has(LateReplay) {
		t.Errorf("rae: got %d s, %v", rae.Seconds, rae.Flags)
	}
}

func TestUnstaffed(t *testing.T) {
	text := "17:20 in fay\n17:25 in pat\n18:00 left fay\n18:00 lost fay\n18:30 arrived fay\n18:30 connected fay\n18:30 admitted fay\n20:00 ended by=fay"
	for _, count := range []bool{true, false} {
		rules := DefaultRules()
		rules.CountUnstaffed = count
		pat := row(t, Compute(testPlan(), testRoster(), journal(text), rules), "pat")
		want, group := int64(9000), int64(3000)
		if !count {
			want, group = 7200, 1800
		}
		if pat.Seconds != want || *pat.Segments[0].Seconds != group || *pat.UnstaffedSeconds != 1800 || !pat.Has(Unstaffed) {
			t.Errorf("count_unstaffed %v: got %d s, group %d, unstaffed %d, %v", count, pat.Seconds, *pat.Segments[0].Seconds, *pat.UnstaffedSeconds, pat.Flags)
		}
	}
}

// TestHeldWindow: staff come late, move the evening by hand and end it early.
func TestHeldWindow(t *testing.T) {
	rows := Compute(testPlan(), testRoster(), journal(`
		17:28 arrived pat
		17:40 in fay
		17:40 connected pat
		17:40 admitted pat by=fay
		18:30 segment seg=1 by=fay
		18:35 segment seg=2 by=fay
		18:35 segment seg=7 by=fay
		19:30 ended by=fay`), DefaultRules())
	pat := row(t, rows, "pat")
	if pat.Seconds != 110*60 || *pat.Segments[0].Seconds != 40*60 || pat.BreakSeconds != 15*60 || *pat.Segments[2].Seconds != 55*60 {
		t.Errorf("got %d s, segments %d and %d, break %d", pat.Seconds, *pat.Segments[0].Seconds, *pat.Segments[2].Seconds, pat.BreakSeconds)
	}
	if pat.Status != Present || len(pat.Flags) != 0 || !pat.Segments[0].Start.Equal(clock("17:40")) || !pat.Segments[2].End.Equal(clock("19:30")) {
		t.Errorf("got %s, %v, %v", pat.Status, pat.Flags, pat.Segments)
	}
}

func TestLive(t *testing.T) {
	events := journal("17:20 in fay\n17:25 in pat\n17:50 in rae\n17:59 lost rae")
	rows := ComputeAt(testPlan(), testRoster(), events, DefaultRules(), clock("18:00"))
	pat, rae := row(t, rows, "pat"), row(t, rows, "rae")
	if pat.Final || pat.Seconds != 1800 || pat.Status != Present || !pat.LastLeft.IsZero() || !pat.Intervals[0].End.IsZero() || pat.EarlySeconds != nil {
		t.Errorf("pat: %+v", pat)
	}
	if rae.Seconds != 540 || len(rae.Gaps) != 1 || !rae.Gaps[0].End.IsZero() {
		t.Errorf("rae: %+v", rae)
	}
	over := append(events, journal("17:00 in x\n20:05 ended")[7:]...)
	over[len(over)-1].ID.N = 100
	if r := row(t, ComputeAt(testPlan(), testRoster(), over, DefaultRules(), clock("20:06")), "pat"); !r.Final || r.Seconds != 9000 {
		t.Errorf("ended: final %v, %d s", r.Final, r.Seconds)
	}
	early := ComputeAt(testPlan(), testRoster(), journal("17:05 arrived pat"), DefaultRules(), clock("17:06"))
	if r := row(t, early, "pat"); r.Final || r.Status != NotHeld || r.LobbySeconds != 60 || r.LateSeconds != nil {
		t.Errorf("before the start: %+v", r)
	}
}

// Nobody is absent while the evening can still be come to.
func TestNobodyIsAbsentYet(t *testing.T) {
	for text, at := range map[string]string{"": "17:00", "17:05 arrived pat": "17:06", "17:20 in fay\n17:25 in pat": "19:59"} {
		rows := ComputeAt(testPlan(), testRoster(), journal(text), DefaultRules(), clock(at))
		if rae := row(t, rows, "rae"); rae.Status != NotYet || rae.Minutes != 0 || rae.Final {
			t.Errorf("%q at %s: %s", text, at, rae.Status)
		}
	}
	over := row(t, ComputeAt(testPlan(), testRoster(), journal("17:20 in fay\n20:05 ended"), DefaultRules(), clock("20:06")), "rae")
	excused := row(t, ComputeAt(testPlan(), testRoster(), journal("17:20 in fay\n17:40 absence rae by=fay reason=excused"), DefaultRules(), clock("18:00")), "rae")
	if over.Status != Absent || excused.Status != Excused {
		t.Errorf("after the end %s, excused before %s", over.Status, excused.Status)
	}
}

func TestWithoutAnEnd(t *testing.T) {
	pat := row(t, Compute(testPlan(), testRoster(), journal("17:20 in fay\n17:25 in pat\n18:00 muted pat"), DefaultRules()), "pat")
	if pat.Seconds != 1800 || !pat.Final || !pat.Has(NotEnded) {
		t.Errorf("got %d s, final %v, %v", pat.Seconds, pat.Final, pat.Flags)
	}
}

func TestGuestsAndLobby(t *testing.T) {
	rows := Compute(testPlan(), testRoster(), journal(`
		17:20 in fay
		17:30 arrived pat
		17:30 connected pat
		17:31 in zoe by=fay
		17:32 in abe by=fay
		17:40 lost pat
		18:00 connected pat
		18:10 left pat
		20:00 ended by=fay`), DefaultRules())
	if n := len(rows); n != len(testRoster())+2 || rows[n-2].Person != "abe" || rows[n-1].Person != "zoe" {
		t.Fatalf("got %d rows, last %s", n, rows[n-1].Person)
	}
	if abe := row(t, rows, "abe"); abe.Role != "" || abe.Client() || !abe.Has(NotOnRoster) || abe.Minutes != 148 {
		t.Errorf("abe: %+v", abe)
	}
	if pat := row(t, rows, "pat"); pat.LobbySeconds != 20*60 || pat.Status != NotAdmitted || pat.AudioOnlySeconds != nil {
		t.Errorf("pat: lobby %d, %s", pat.LobbySeconds, pat.Status)
	}
	if fay := row(t, rows, "fay"); fay.Client() || fay.Role != rooms.Facilitator {
		t.Errorf("fay is a client")
	}
}
