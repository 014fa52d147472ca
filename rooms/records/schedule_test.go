package records

import (
	"errors"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// statuses of the house's sessions, in the order of their planning, with their
// local starts.
func statuses(t *testing.T, r *Records, h house) (list []string) {
	t.Helper()
	zone, err := time.LoadLocation(h.series.Zone)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range h.sessions {
		s := must[Session](t)(r.Session(t.Context(), h.clinic.ID, id))
		list = append(list, s.Start.In(zone).Format("01-02T15:04 ")+string(s.Status))
	}
	return list
}

func wantStatuses(t *testing.T, r *Records, h house, after string, want ...string) {
	t.Helper()
	got := statuses(t, r, h)
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("after %s: got %q, want %q", after, got, want)
			return
		}
	}
}

func local(t *testing.T, text string) schedule.LocalTime {
	t.Helper()
	return must[schedule.LocalTime](t)(schedule.ParseLocalTime(text))
}

func TestSessionsFollowTheirSeries(t *testing.T) { onEach(t, testSessionsFollowTheirSeries) }

func testSessionsFollowTheirSeries(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, id := t.Context(), h.clinic.ID, h.series.ID
	edit := func(change func(schedule.Series) schedule.Series) schedule.Series {
		t.Helper()
		return must[schedule.Series](t)(r.UpdateSeries(ctx, change(must[schedule.Series](t)(r.Series(ctx, clinic, id)))))
	}
	skip := func(day string, skip bool) schedule.Series {
		t.Helper()
		return must[schedule.Series](t)(r.SkipEvening(ctx, clinic, id, local(t, day+"T00:00").LocalDate, skip))
	}
	wantStatuses(t, r, h, "planning", "11-23T17:30 scheduled", "11-30T17:30 scheduled", "12-07T17:30 scheduled", "12-14T17:30 scheduled")
	if s := skip("2026-11-30", true); s.Sequence != 1 {
		t.Errorf("sequence %d after a skip, want 1", s.Sequence)
	}
	must[schedule.Series](t)(r.MoveEvening(ctx, clinic, id, local(t, "2026-12-07T17:30"), local(t, "2026-12-09T18:00")))
	wantStatuses(t, r, h, "a skip and a move", "11-23T17:30 scheduled", "11-30T17:30 cancelled", "12-09T18:00 scheduled", "12-14T17:30 scheduled")
	edit(func(s schedule.Series) schedule.Series { // the moved evening is skipped on its new date, and comes back to it
		return s.Skipped(local(t, "2026-12-07T00:00").LocalDate, true)
	})
	wantStatuses(t, r, h, "skipping the moved", "11-23T17:30 scheduled", "11-30T17:30 cancelled", "12-09T18:00 cancelled")
	skip("2026-12-09", false)
	skip("2026-11-30", false)
	must[schedule.Series](t)(r.MoveEvening(ctx, clinic, id, local(t, "2026-12-09T18:00"), local(t, "2026-12-07T17:30")))
	s := must[schedule.Series](t)(r.Series(ctx, clinic, id))
	if len(s.Except) != 0 || len(s.Moves) != 0 || s.Sequence != 6 {
		t.Errorf("after every undo: %d skipped, %d moved, sequence %d; want 0, 0 and 6", len(s.Except), len(s.Moves), s.Sequence)
	}
	wantStatuses(t, r, h, "every undo", "11-23T17:30 scheduled", "11-30T17:30 scheduled", "12-07T17:30 scheduled", "12-14T17:30 scheduled")
	edit(func(s schedule.Series) schedule.Series {
		s.Start, s.Rule = local(t, "2026-11-23T17:00"), "FREQ=WEEKLY;INTERVAL=2;COUNT=2"
		return s
	})
	wantStatuses(t, r, h, "another rule and time", "11-23T17:00 scheduled", "11-30T17:30 cancelled", "12-07T17:00 scheduled", "12-14T17:30 cancelled")
	if got := edit(func(s schedule.Series) schedule.Series { s.Title = "Tuesday group"; return s }); got.Sequence != 7 {
		t.Errorf("sequence %d after another title, want 7: calendars don't show it", got.Sequence)
	}
	edit(func(s schedule.Series) schedule.Series {
		s.Start, s.Rule = local(t, "2026-11-23T18:00"), h.series.Rule
		return s
	})
	wantStatuses(t, r, h, "the old rule later", "11-23T18:00 scheduled", "11-30T18:00 scheduled", "12-07T18:00 scheduled", "12-14T18:00 scheduled")
}

func TestWhatHasBegunStays(t *testing.T) { onEach(t, testWhatHasBegunStays) }

func testWhatHasBegunStays(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, id := t.Context(), h.clinic.ID, h.series.ID
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	first := local(t, "2026-11-23T17:30")
	series := must[schedule.Series](t)(r.Series(ctx, clinic, id))
	for name, err := range map[string]error{
		"skip":        second(r.SkipEvening(ctx, clinic, id, first.LocalDate, true)),
		"move":        second(r.MoveEvening(ctx, clinic, id, first, local(t, "2026-11-24T17:30"))),
		"move back":   second(r.MoveEvening(ctx, clinic, id, local(t, "2026-11-30T17:30"), local(t, "2026-11-22T17:30"))),
		"cancel":      r.CancelSession(ctx, clinic, h.sessions[0]),
		"substitute":  r.Substitute(ctx, clinic, h.sessions[0], h.people[0].ID, h.people[0].ID),
		"edit a skip": second(r.UpdateSeries(ctx, series.Skipped(first.LocalDate, true))),
		"edit a move": second(r.UpdateSeries(ctx, series.Moved(first, local(t, "2026-11-24T17:30")))),
	} {
		if !errors.Is(err, ErrStarted) {
			t.Errorf("%s: got %v, want ErrStarted", name, err)
		}
	}
	series.Rule = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
	series = must[schedule.Series](t)(r.UpdateSeries(ctx, series))
	wantStatuses(t, r, h, "other days", "11-23T17:30 open", "11-30T17:30 cancelled", "12-07T17:30 cancelled", "12-14T17:30 cancelled")
	stale := series
	stale.Sequence--
	if _, err := r.UpdateSeries(ctx, stale); !errors.Is(err, ErrChanged) {
		t.Errorf("an edit of what was read before: got %v, want ErrChanged", err)
	}
	if _, err := r.SkipEvening(ctx, clinic, id, first.LocalDate, true); !errors.Is(err, ErrNoEvening) && !errors.Is(err, ErrStarted) {
		t.Errorf("skip a date that the rule left: got %v", err)
	}
	if err := r.RestoreSession(ctx, clinic, h.sessions[1]); !errors.Is(err, ErrNoEvening) {
		t.Errorf("restore what fell out of the rule: got %v, want ErrNoEvening", err)
	}
}

// Planning again and again gives the sessions that the series says, and no
// second one for an evening that has been.
func TestPlanSeries(t *testing.T) { onEach(t, testPlanSeries) }

func testPlanSeries(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, id := t.Context(), h.clinic.ID, h.series.ID
	plan := func() []Session {
		t.Helper()
		now := r.clock.Now()
		if err := r.PlanSeries(ctx, clinic, id, now.Add(-schedule.MaxDuration), now.AddDate(0, 0, 60)); err != nil {
			t.Fatal(err)
		}
		return must[[]Session](t)(r.ListSessions(ctx, clinic, evening.AddDate(-1, 0, 0), evening.AddDate(1, 0, 0)))
	}
	if got := plan(); len(got) != 4 {
		t.Fatalf("%d sessions, want the 4 that were planned", len(got))
	}
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if err := r.Append(ctx, h.sessions[0], 1, []rooms.Event{happened(1, 1, rooms.EventEnded, "")}); err != nil {
		t.Fatal(err)
	}
	r.clock.(*testClock).now = evening.Add(4 * time.Hour)
	series := must[schedule.Series](t)(r.Series(ctx, clinic, id))
	series.Start, series.Rule, series.Kind = local(t, "2026-11-23T19:00"), "FREQ=WEEKLY;COUNT=5;BYDAY=MO", schedule.Alumni
	must[schedule.Series](t)(r.UpdateSeries(ctx, series))
	for range 2 {
		got := plan()
		if len(got) != 5 || got[0].Status != Ended || got[0].Kind != schedule.Group || got[4].Kind != schedule.Alumni {
			t.Errorf("after a change of time on the evening: %+v", got)
		}
	}
	if err := r.CancelSession(ctx, clinic, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	if got := plan(); got[1].Status != Cancelled {
		t.Error("planning revives what staff cancelled")
	}
	if err := r.RestoreSession(ctx, clinic, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	if got := plan(); got[1].Status != Scheduled || len(got) != 5 {
		t.Errorf("restored: %s of %d", got[1].Status, len(got))
	}
}

func TestSubstitute(t *testing.T) { onEach(t, testSubstitute) }

func testSubstitute(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, session := t.Context(), h.clinic.ID, h.sessions[1]
	dana, ann := h.people[0].ID, h.people[1].ID
	robin := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: StaffPerson, LegalName: "Robin", DisplayName: "Robin M."})).ID
	for name, c := range map[string]struct {
		person, replaces rooms.PersonID
		want             error
	}{
		"a client":             {ann, dana, ErrNotStaff},
		"in place of a client": {robin, ann, ErrNotStaff},
		"who is there":         {dana, dana, ErrSeated},
		"nobody's place":       {robin, "nobody", rooms.ErrNotFound},
		"nobody":               {"nobody", dana, rooms.ErrNotFound},
	} {
		if err := r.Substitute(ctx, clinic, session, c.person, c.replaces); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	for range 2 { // the second takes the place of the first
		if err := r.Substitute(ctx, clinic, session, robin, dana); err != nil {
			t.Fatal(err)
		}
	}
	roster := must[rooms.Roster](t)(r.Roster(ctx, clinic, session))
	seat, there := roster.Seat(robin)
	if _, away := roster.Seat(dana); away || !there || seat.Role != rooms.Facilitator || seat.DisplayName != "Robin M." || len(roster) != 3 {
		t.Errorf("the evening's roster: %+v", roster)
	}
	leads := func(session rooms.SessionID) bool {
		_, there := must[rooms.Roster](t)(r.Roster(ctx, clinic, session)).Seat(dana)
		return there
	}
	if !leads(h.sessions[2]) {
		t.Error("the substitute takes the next evening too")
	}
	duties := must[[]Duty](t)(r.Duties(ctx, clinic, dana))
	if len(duties) != 1 || !duties[0].Seated || len(duties[0].Without) != 1 || duties[0].Without[0] != local(t, "2026-11-30T17:30") {
		t.Errorf("duties of who is replaced: %+v", duties)
	}
	if duties = must[[]Duty](t)(r.Duties(ctx, clinic, robin)); len(duties) != 1 || duties[0].Seated || len(duties[0].Stands) != 1 || duties[0].Stands[0].Session != session {
		t.Errorf("duties of the substitute: %+v", duties)
	}
	if err := r.EndSubstitute(ctx, clinic, session, ""); err != nil {
		t.Fatal(err)
	}
	if !leads(session) {
		t.Error("after the undo the facilitator is still away")
	}
}

func TestFeeds(t *testing.T) { onEach(t, testFeeds) }

func testFeeds(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, dana := t.Context(), h.clinic.ID, h.people[0].ID
	if err := r.CreateFeed(ctx, clinic, h.people[1].ID, "c"); !errors.Is(err, ErrNotStaff) {
		t.Errorf("a client's feed: got %v, want ErrNotStaff", err)
	}
	for _, hash := range []string{"a", "b"} {
		if err := r.CreateFeed(ctx, clinic, dana, hash); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.FeedByHash(ctx, "a"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("the former feed: got %v", err)
	}
	if got := must[Feed](t)(r.FeedByHash(ctx, "b")); got != (Feed{clinic, dana}) {
		t.Errorf("got %+v", got)
	}
	if err := r.RevokeFeed(ctx, clinic, dana); err != nil {
		t.Fatal(err)
	}
	if _, err := r.FeedByHash(ctx, "b"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a revoked feed: got %v", err)
	}
}
