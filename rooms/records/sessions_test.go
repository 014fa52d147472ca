package records

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
	"vesper/rooms/schedule"
)

func TestUpsertOccurrencesRepeats(t *testing.T) { onEach(t, testUpsertOccurrencesRepeats) }

func testUpsertOccurrencesRepeats(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx := t.Context()
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[1]); err != nil {
		t.Fatal(err)
	}
	if err := r.CancelSession(ctx, h.clinic.ID, h.sessions[0]); !errors.Is(err, ErrStarted) {
		t.Errorf("cancel an open session: got %v, want ErrStarted", err)
	}
	before := must[[]Session](t)(r.ListSessions(ctx, h.clinic.ID, evening, evening.AddDate(1, 0, 0)))
	longer := must[schedule.Series](t)(r.Series(ctx, h.clinic.ID, h.series.ID))
	longer.Duration, longer.Template = 4*time.Hour, schedule.Template{{Kind: rooms.Group, Minutes: 240}}
	if _, err := r.UpdateSeries(ctx, longer); err != nil {
		t.Fatal(err)
	}
	occurrences, err := must[schedule.Series](t)(r.Series(ctx, h.clinic.ID, h.series.ID)).Occurrences(evening, evening.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ids := must[[]rooms.SessionID](t)(r.UpsertOccurrences(ctx, h.clinic.ID, h.series.ID, occurrences))
		if want := slices.Delete(slices.Clone(h.sessions), 1, 2); !slices.Equal(ids, want) {
			t.Fatalf("ids changed: %v, want %v without the cancelled", ids, want)
		}
	}
	after := must[[]Session](t)(r.ListSessions(ctx, h.clinic.ID, evening, evening.AddDate(1, 0, 0)))
	for i := range after {
		lasts := after[i].End.Sub(after[i].Start)
		if want := after[i].Status == Scheduled; (lasts == 4*time.Hour) != want || after[i].Status != before[i].Status {
			t.Errorf("%s session lasts %v", after[i].Status, lasts)
		}
	}
}

func TestSessionForSeat(t *testing.T) { onEach(t, testSessionForSeat) }

func testSessionForSeat(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, seat := t.Context(), h.seats[1]
	find := func(now time.Time) rooms.SessionID {
		session, err := r.SessionForSeat(ctx, h.clinic.ID, seat.ID, now)
		if err != nil && !errors.Is(err, rooms.ErrNotFound) {
			t.Fatal(err)
		}
		return session.Plan.Session
	}
	end := evening.Add(3 * time.Hour)
	for _, test := range []struct {
		name string
		now  time.Time
		want rooms.SessionID
	}{
		{"the day before", evening.AddDate(0, 0, -1), h.sessions[0]},
		{"in the evening", evening.Add(time.Hour), h.sessions[0]},
		{"after the end of one that nobody opened", end, h.sessions[1]},
		{"months later", evening.AddDate(0, 6, 0), ""},
	} {
		if got := find(test.now); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	if got := find(end.Add(rooms.ClosesAfter - time.Second)); got != h.sessions[0] {
		t.Error("an open session is not found in its overrun")
	}
	if err := r.Append(ctx, h.sessions[0], 1, []rooms.Event{happened(1, 1, rooms.EventEnded, "")}); err != nil {
		t.Fatal(err)
	}
	if got := find(evening.Add(time.Hour)); got != h.sessions[1] {
		t.Error("after its end the next session is not found")
	}
	seat.From, seat.Until = evening.AddDate(0, 0, 10), evening.AddDate(0, 0, 16)
	if err := r.UpdateSeat(ctx, seat); err != nil {
		t.Fatal(err)
	}
	if got := find(evening); got != h.sessions[2] {
		t.Errorf("within the seat's dates: got %q, want %q", got, h.sessions[2])
	}
	if got := find(evening.AddDate(0, 0, 17)); got != "" {
		t.Errorf("after the seat's dates: got %q", got)
	}
}

func TestRosterIsFrozen(t *testing.T) { onEach(t, testRosterIsFrozen) }

func testRosterIsFrozen(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, session := t.Context(), h.clinic.ID, h.sessions[0]
	tenure := must[rooms.Tenure](t)(r.Open(ctx, session, "node-a"))
	late := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: clinic, Kind: ClientPerson}))
	added := must[Seat](t)(r.CreateSeat(ctx, Seat{
		Seat: rooms.Seat{Person: late.ID, Role: rooms.Client, DisplayName: "Eve F."}, Clinic: clinic, Series: h.series.ID,
	}))
	raised := h.seats[1]
	raised.Role = rooms.Facilitator
	if err := r.UpdateSeat(ctx, raised); err != nil {
		t.Fatal(err)
	}
	if got := must[rooms.Roster](t)(r.Roster(ctx, clinic, session)); !reflect.DeepEqual(got, tenure.Roster) {
		t.Errorf("the roster of an open session changed: %+v", got)
	}
	if _, err := r.Identity(ctx, clinic, session, added.ID); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("a seat outside the roster: got %v", err)
	}
	extended := must[rooms.Roster](t)(r.ExtendRoster(ctx, clinic, session))
	if len(extended) != 4 || !reflect.DeepEqual(extended[:3], tenure.Roster) {
		t.Errorf("extended: %+v", extended)
	}
	who := must[rooms.Identity](t)(r.Identity(ctx, clinic, session, added.ID))
	if who != (rooms.Identity{Clinic: clinic, Session: session, Person: late.ID, Seat: added.ID, Role: rooms.Client}) {
		t.Errorf("identity: %+v", who)
	}
	if got := must[rooms.Identity](t)(r.Identity(ctx, clinic, session, raised.ID)); got.Role != rooms.Client {
		t.Errorf("promoted to %s in an open session", got.Role)
	}
	if again := must[rooms.Tenure](t)(r.Open(ctx, session, "node-b")); !reflect.DeepEqual(again.Roster, extended) {
		t.Errorf("the next owner's roster: %+v", again.Roster)
	}
}

func TestSeatsAreDistinct(t *testing.T) { onEach(t, testSeatsAreDistinct) }

func testSeatsAreDistinct(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx := t.Context()
	person := must[Person](t)(r.CreatePerson(ctx, Person{Clinic: h.clinic.ID, Kind: ClientPerson}))
	seat := Seat{Seat: rooms.Seat{Person: person.ID, Role: rooms.Client, DisplayName: " ann  b. "}, Clinic: h.clinic.ID, Series: h.series.ID}
	if _, err := r.CreateSeat(ctx, seat); !errors.Is(err, ErrNameTaken) {
		t.Errorf("a name that looks the same: got %v, want ErrNameTaken", err)
	}
	seat.DisplayName, seat.Person = "Ann C.", h.people[1].ID
	if _, err := r.CreateSeat(ctx, seat); !errors.Is(err, ErrSeated) {
		t.Errorf("a second seat: got %v, want ErrSeated", err)
	}
	renamed := h.seats[2]
	renamed.DisplayName = "ANN B."
	if err := r.UpdateSeat(ctx, renamed); !errors.Is(err, ErrNameTaken) {
		t.Errorf("rename: got %v, want ErrNameTaken", err)
	}
	renamed.DisplayName = "Carl"
	if err := r.UpdateSeat(ctx, renamed); err != nil {
		t.Error(err)
	}
}

func TestDueToOpen(t *testing.T) { onEach(t, testDueToOpen) }

func testDueToOpen(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	live(t, r, h)
	doors := evening.AddDate(0, 0, 7).Add(-rooms.DoorOpensBefore)
	for name, test := range map[string]struct {
		at   time.Time
		want int
	}{"before the door": {doors, 0}, "at the door": {doors.Add(time.Millisecond), 1}, "a week on": {doors.AddDate(0, 0, 7), 1}} {
		if got := must[[]Session](t)(r.DueToOpen(t.Context(), test.at)); len(got) != test.want {
			t.Errorf("%s: %d sessions, want %d", name, len(got), test.want)
		}
	}
}

func TestRulesAreVersioned(t *testing.T) { onEach(t, testRulesAreVersioned) }

func testRulesAreVersioned(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic := t.Context(), h.clinic.ID
	must[rooms.Tenure](t)(r.Open(ctx, h.sessions[0], "node-a"))
	strict := attendance.DefaultRules()
	strict.GraceSeconds = 60
	if got := must[attendance.Rules](t)(r.SetRules(ctx, clinic, strict)); got.Version != 2 {
		t.Errorf("version %d, want 2", got.Version)
	}
	for i, want := range []int64{120, 60} {
		session := must[Session](t)(r.Session(ctx, clinic, h.sessions[i]))
		if got := must[attendance.Rules](t)(r.SessionRules(ctx, session)); got.GraceSeconds != want {
			t.Errorf("session %d has a grace of %d s, want %d", i, got.GraceSeconds, want)
		}
	}
	strict.PresentPercent = 500
	if _, err := r.SetRules(ctx, clinic, strict); err == nil {
		t.Error("impossible rules were kept")
	}
	for want := range 3 {
		got := must[GroundRules](t)(r.SetGroundRules(ctx, GroundRules{Clinic: clinic, Audience: rooms.Client, Language: "en", Text: "Be kind."}))
		if got.Version != want+1 {
			t.Errorf("ground rules %d, want %d", got.Version, want+1)
		}
	}
	if got := must[GroundRules](t)(r.GroundRules(ctx, clinic, rooms.Client, "en")); got.Version != 3 || got.Text != "Be kind." {
		t.Errorf("ground rules: %+v", got)
	}
}

func TestDoors(t *testing.T) { onEach(t, testDoors) }

func testDoors(t *testing.T) {
	r := openAt(t, t.TempDir())
	h := build(t, r)
	ctx, clinic, person := t.Context(), h.clinic.ID, h.people[1].ID
	door := Door{Clinic: clinic, Session: h.sessions[0], Person: person, Place: "home", Phone: "555-1", EmergencyName: "Bo", AcceptedAt: evening}
	for _, phone := range []string{"555-1", "555-2"} {
		door.Phone = phone
		if err := r.SaveDoor(ctx, door); err != nil {
			t.Fatal(err)
		}
	}
	if got := must[Door](t)(r.Door(ctx, clinic, door.Session, person)); got != door {
		t.Errorf("got %+v, want %+v", got, door)
	}
	next := door
	next.Session, next.AcceptedAt = h.sessions[1], evening.AddDate(0, 0, 7)
	if err := r.SaveDoor(ctx, next); err != nil {
		t.Fatal(err)
	}
	if got := must[Door](t)(r.LastDoor(ctx, clinic, person)); got != next {
		t.Errorf("last: got %+v, want %+v", got, next)
	}
	if got := must[[]Door](t)(r.Doors(ctx, clinic, door.Session)); len(got) != 1 {
		t.Errorf("%d doors, want 1", len(got))
	}
}
