package attendance

import (
	"slices"
	"testing"
	"time"

	"vesper/rooms"
)

// TestReview is one line a rule: what staff write of Pat after the evening,
// and what the row says then. Without, Pat was in from 17:30 to 18:30.
func TestReview(t *testing.T) {
	const present, gone = " by=fay reason=present ", " by=fay reason=not_present "
	for _, c := range []struct {
		name, text string
		minutes    int64
		status     Status
		flags      []Flag
	}{
		{"nothing", "", 60, Partial, []Flag{LeftEarly}},
		{"was there", "21:00 correction pat" + present + "since=18:30 until=20:00", 150, Present, []Flag{Corrected}},
		{"was there for a part", "21:00 correction pat" + present + "since=19:00 until=19:30", 90, Partial, []Flag{LeftEarly, Corrected}},
		{"was not there", "21:00 correction pat" + gone + "since=17:40 until=18:00", 40, Partial, []Flag{LeftEarly, Corrected}},
		{"was never there", "21:00 correction pat" + gone + "since=17:30 until=20:00", 0, Absent, []Flag{Corrected}},
		{"never there, excused", "21:00 correction pat" + gone + "since=17:30 until=20:00\n21:00 absence pat reason=excused", 0, Excused, []Flag{Corrected}},
		{"the later one wins", "21:00 correction pat" + present + "since=18:30 until=20:00\n21:01 correction pat" + gone + "since=19:00 until=19:10", 140, Present, []Flag{Corrected}},
		{"and the other way round", "21:01 correction pat" + gone + "since=18:00 until=19:10\n21:00 correction pat" + present + "since=18:00 until=20:00", 150, Present, []Flag{Corrected}},
		{"withdrawn", "21:00 correction pat" + present + "since=18:30 until=20:00\n21:01 correction pat reason=withdrawn ref=2/review/1", 60, Partial, []Flag{LeftEarly}},
		{"another's can't be withdrawn", "21:00 correction pat" + present + "since=18:30 until=20:00\n21:01 correction rae reason=withdrawn ref=2/review/1", 150, Present, []Flag{Corrected}},
		{"outside the plan", "21:00 correction pat" + present + "since=16:30 until=17:35\n21:00 correction pat" + present + "since=20:00 until=21:00", 60, Partial, []Flag{LeftEarly, Corrected}},
		{"turned round", "21:00 correction pat" + present + "since=20:00 until=18:00", 60, Partial, []Flag{LeftEarly}},
		{"without times", "21:00 correction pat by=fay reason=present", 60, Partial, []Flag{LeftEarly}},
		{"another place", "21:00 correction pat by=fay reason=elsewhere", 60, Partial, []Flag{LeftEarly, Elsewhere, Corrected}},
		{"on Rae's device", "21:00 shared_device pat by=fay with=rae since=17:30 until=20:00", 110, Partial, []Flag{LeftEarly, SharedDevice}},
		{"on Rae's device for a while", "21:00 shared_device pat by=fay with=rae since=18:00 until=18:50", 80, Partial, []Flag{LeftEarly, SharedDevice}},
		{"on Rae's device as corrected", "21:00 shared_device pat by=fay with=rae since=17:30 until=20:00\n21:01 correction rae" + present + "since=19:20 until=20:00", 150, Present, []Flag{SharedDevice}},
		{"on one's own device", "21:00 shared_device pat by=fay with=pat since=17:30 until=20:00", 60, Partial, []Flag{LeftEarly, SharedDevice}},
		{"each on the other's", "21:00 shared_device pat by=fay with=rae since=17:30 until=20:00\n21:00 shared_device rae by=fay with=pat since=17:30 until=20:00", 110, Partial, []Flag{LeftEarly, SharedDevice}},
		{"shared, withdrawn", "21:00 shared_device pat by=fay with=rae since=17:30 until=20:00\n21:01 correction pat reason=withdrawn ref=2/review/1", 60, Partial, []Flag{LeftEarly}},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := journal("17:20 in fay\n17:30 in pat\n17:30 in rae\n18:30 left pat\n19:20 left rae\n20:00 ended by=fay\n20:30 review\n" + c.text)
			got := row(t, Compute(testPlan(), testRoster(), events, DefaultRules()), "pat")
			if got.Minutes != c.minutes || got.Status != c.status || !slices.Equal(got.Flags, c.flags) {
				t.Errorf("got %d min, %s, %v; want %d, %s, %v; intervals %v", got.Minutes, got.Status, got.Flags, c.minutes, c.status, c.flags, got.Intervals)
			}
			if changed := got.Minutes != 60 || got.Location != "home"; changed && (got.Machine == nil || got.Machine.Minutes != 60 || got.Machine.Location != "home") {
				t.Errorf("the machine's value is %+v, want 60 min at home", got.Machine)
			}
		})
	}
}

// The staff's own time moves the time that was held, and with it other rows.
func TestStaffCorrected(t *testing.T) {
	events := journal("17:29 in pat\n18:00 in fay\n18:30 ended by=fay\n19:00 review\n" +
		"19:00 correction fay by=fay reason=present since=17:30 until=20:00\n19:01 correction pat by=fay reason=present since=18:30 until=19:00")
	rows := Compute(testPlan(), testRoster(), events, DefaultRules())
	fay, pat := row(t, rows, "fay"), row(t, rows, "pat")
	if fay.Minutes != 150 || fay.Machine.Minutes != 30 || *fay.Segments[2].Seconds != 90*60 || *fay.LateSeconds != 0 {
		t.Errorf("fay: %d min, machine %+v", fay.Minutes, fay.Machine)
	}
	if pat.Minutes != 90 || pat.Status != Partial || pat.Machine.Status != Present || *pat.UnstaffedSeconds != 0 {
		t.Errorf("pat: %d min, %s, machine %+v", pat.Minutes, pat.Status, pat.Machine)
	}
	none := Compute(testPlan(), testRoster(), journal("17:29 in pat\n20:00 ended"), DefaultRules())
	if r := row(t, none, "pat"); r.Status != NotHeld || r.Machine != nil {
		t.Errorf("without staff: %s", r.Status)
	}
	held := Compute(testPlan(), testRoster(), journal("17:29 in pat\n20:00 ended\n21:00 review\n21:00 correction fay by=fay reason=present since=17:30 until=20:00"), DefaultRules())
	if r := row(t, held, "pat"); r.Status != Present || r.Machine == nil || r.Machine.Status != NotHeld || len(r.Corrections) != 0 {
		t.Errorf("staff were there: %s, machine %+v", r.Status, r.Machine)
	}
}

// A clock that is behind when staff write moves nothing of the evening.
func TestReviewUnderAnEarlierClock(t *testing.T) {
	text := "17:20 in fay\n17:30 in pat\n20:00 ended by=fay\n17:00 review\n17:00 absence rae by=fay reason=called"
	rows := Compute(testPlan(), testRoster(), journal(text), DefaultRules())
	pat, rae := row(t, rows, "pat"), row(t, rows, "rae")
	if pat.Minutes != 150 || len(pat.Flags) != 0 || rae.Absence != "called" || rae.Status != Absent {
		t.Errorf("pat %d min, %v; rae %q %s", pat.Minutes, pat.Flags, rae.Absence, rae.Status)
	}
}

func TestGuestAndAside(t *testing.T) {
	base := "17:20 in fay\n17:30 in pat\n17:40 seated zoe by=fay reason=participant\n17:40 in zoe by=fay\n" +
		"18:00 aside_began pat by=fay\n18:05 aside_ended pat by=fay\n18:06 denied rae reason=discharged\n18:07 seated rae by=fay reason=participant\n20:00 ended by=fay\n21:00 review\n"
	rows := Compute(testPlan(), testRoster(), journal(base), DefaultRules())
	zoe, pat, rae := row(t, rows, "zoe"), row(t, rows, "pat"), row(t, rows, "rae")
	if zoe.Role != rooms.Client || zoe.Client() || !zoe.Has(Guest) || !zoe.Has(NotOnRoster) || zoe.Minutes != 140 {
		t.Errorf("zoe: %s, %v, %d min", zoe.Role, zoe.Flags, zoe.Minutes)
	}
	if pat.Minutes != 150 || pat.AsideSeconds == nil || *pat.AsideSeconds != 300 || !pat.Has(Aside) {
		t.Errorf("pat: %d min, aside %v", pat.Minutes, pat.AsideSeconds)
	}
	if rae.Has(Guest) || !rae.Client() {
		t.Errorf("rae, let back: %v", rae.Flags)
	}
	rows = Compute(testPlan(), testRoster(), journal(base+"21:00 matched zoe by=fay with=person-9"), DefaultRules())
	if zoe := row(t, rows, "zoe"); zoe.Matched != "person-9" || !zoe.Client() || zoe.Machine != nil {
		t.Errorf("zoe matched: %+v", zoe)
	}
}

// While the evening runs a statement counts up to now.
func TestReviewWhileRunning(t *testing.T) {
	events := journal("17:20 in fay\n17:30 in pat\n18:00 shared_device rae by=fay with=pat since=17:30 until=20:00")
	rows := ComputeAt(testPlan(), testRoster(), events, DefaultRules(), clock("18:30"))
	if rae := row(t, rows, "rae"); rae.Minutes != 60 || rae.Final || rae.Machine.Status != NotYet {
		t.Errorf("rae: %d min, %+v", rae.Minutes, rae.Machine)
	}
	if pat := row(t, rows, "pat"); !pat.LastLeft.IsZero() || pat.Machine != nil {
		t.Errorf("pat: %+v", pat)
	}
}

// evening12 is an evening of twelve people with about 330 entries.
func evening12() (rooms.Plan, rooms.Roster, []rooms.Event) {
	roster := rooms.Roster{{Person: "fay", Role: rooms.Facilitator}}
	text := "17:20 in fay\n"
	for i := range 11 {
		name := rooms.PersonID(string(rune('a'+i)) + "-person")
		roster = append(roster, rooms.Seat{Person: name, Role: rooms.Client})
		text += "17:2" + string(rune('0'+i%10)) + " in " + string(name) + " by=fay\n"
	}
	for i := range 40 {
		name, at := string(roster[1+i%11].Person), clock("17:40").Add(time.Duration(i)*3*time.Minute)
		stamp := func(d time.Duration) string { return at.Add(d).Format("15:04:05") + " " }
		text += stamp(0) + "muted " + name + "\n" + stamp(10*time.Second) + "unmuted " + name + "\n" +
			stamp(20*time.Second) + "camera_off " + name + "\n" + stamp(30*time.Second) + "media " + name + " reason=camera\n" +
			stamp(40*time.Second) + "lost " + name + "\n" + stamp(50*time.Second) + "connected " + name + "\n"
	}
	return testPlan(), roster, journal(text + "20:00 ended by=fay")
}

// BenchmarkCompute judges one evening.
func BenchmarkCompute(b *testing.B) {
	plan, roster, events := evening12()
	b.ReportMetric(float64(len(events)), "entries")
	for b.Loop() {
		if rows := Compute(plan, roster, events, DefaultRules()); len(rows) != 12 {
			b.Fatal(len(rows))
		}
	}
}
