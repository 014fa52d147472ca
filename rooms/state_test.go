package rooms

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

var evening = time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)

func testPlan() Plan {
	at := func(minutes int) time.Time { return evening.Add(time.Duration(minutes) * time.Minute) }
	return Plan{
		Clinic: "c", Session: "s", Start: evening, End: at(150), Zone: "UTC",
		Segments: []Segment{{Group, at(0), at(50)}, {Break, at(50), at(60)}, {Education, at(60), at(150)}},
	}
}

var testRoster = Roster{
	{ID: "seat-dana", Person: "dana", Role: Facilitator, DisplayName: "Dana"},
	{ID: "seat-cory", Person: "cory", Role: Cofacilitator, DisplayName: "Cory"},
	{ID: "seat-otis", Person: "otis", Role: Observer, DisplayName: "Otis"},
	{ID: "seat-pat", Person: "pat", Role: Client, DisplayName: "Pat"},
	{ID: "seat-quinn", Person: "quinn", Role: Client, DisplayName: "Quinn"},
}

// stageHand drives a state by minutes of the evening.
type stageHand struct {
	t     *testing.T
	state *State
	log   []Event
	at    time.Duration
}

func newHand(t *testing.T) *stageHand {
	h := &stageHand{t: t, state: NewState(testPlan(), testRoster, Limits{})}
	h.state.Own(1, "n")
	h.do(-20*time.Minute, Takeover{})
	return h
}

func (h *stageHand) try(at time.Duration, c Command) error {
	h.t.Helper()
	h.at = at
	events, err := h.state.Apply(Instant{At: evening.Add(at), Mono: at + time.Hour}, c)
	if err != nil && len(events) > 0 {
		h.t.Fatalf("%T was refused and left %d events", c, len(events))
	}
	h.log = append(h.log, events...)
	return err
}

func (h *stageHand) do(at time.Duration, commands ...Command) {
	h.t.Helper()
	for _, c := range commands {
		if err := h.try(at, c); err != nil {
			h.t.Fatalf("%v: %T: %v", at, c, err)
		}
	}
}

// enter brings somebody to the door and connects them.
func (h *stageHand) enter(at time.Duration, p PersonID, conn uint64) {
	h.t.Helper()
	h.do(at, Arrive{Person: p, Place: "home"}, Connect{Person: p, Conn: conn, Since: evening.Add(at)})
}

func (h *stageHand) stand(p PersonID) Stand { return h.state.person(p).Stand }

func TestDoor(t *testing.T) {
	h := newHand(t)
	h.enter(-15*time.Minute, "pat", 1)
	h.enter(-14*time.Minute, "otis", 1)
	if got := h.stand("pat"); got != InLobby {
		t.Fatalf("pat is %s before staff, want lobby", got)
	}
	if got := h.stand("otis"); got != InLobby {
		t.Fatalf("the observer is %s before staff, want lobby", got)
	}
	if len(h.state.Permits()) != 0 {
		t.Fatal("somebody may enter the router from the lobby")
	}
	h.enter(-10*time.Minute, "dana", 1)
	if h.stand("dana") != Admitted || h.stand("otis") != Admitted {
		t.Fatalf("dana is %s, otis %s, want both admitted", h.stand("dana"), h.stand("otis"))
	}
	h.do(-9*time.Minute, Admit{"dana", "pat"})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("pat is %s, want admitted", got)
	}
	h.do(0, Lock{"dana"})
	h.enter(time.Minute, "quinn", 1)
	if err := h.try(time.Minute, Admit{"dana", "quinn"}); !errors.Is(err, RefusedLocked) {
		t.Fatalf("admitting into a locked room: %v, want locked", err)
	}
	// A lock refuses no resume.
	h.do(2*time.Minute, Lose{"pat", 1, evening.Add(time.Minute)}, Arrive{Person: "pat", Device: true})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("pat is %s after a reconnect, want admitted", got)
	}
	h.do(3*time.Minute, Unlock{"dana"}, AdmitAll{"dana"})
	if got := h.stand("quinn"); got != Admitted {
		t.Fatalf("quinn is %s after admit all", got)
	}
	h.do(4*time.Minute, SendBack{"dana", "quinn"})
	if got := h.stand("quinn"); got != InLobby {
		t.Fatalf("quinn is %s, want back in the lobby", got)
	}
	h.do(5*time.Minute, Deny{"dana", "quinn"})
	if got := h.stand("quinn"); got != Denied {
		t.Fatalf("quinn is %s, want denied", got)
	}
}

func TestLeaveAndReturn(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(time.Minute, Admit{"dana", "pat"}, Leave{"pat"})
	h.do(2*time.Minute, Arrive{Person: "pat", Device: true})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("the same device is %s after a leave, want admitted without asking", got)
	}
	h.do(3*time.Minute, Leave{"pat"}, Arrive{Person: "pat"})
	if got := h.stand("pat"); got != InLobby {
		t.Fatalf("another device is %s after a leave, want lobby", got)
	}
	h.do(4*time.Minute, Admit{"dana", "pat"}, SendBack{"dana", "pat"}, Leave{"pat"}, Arrive{Person: "pat", Device: true})
	if got := h.stand("pat"); got != InLobby {
		t.Fatalf("somebody sent back is %s on return, want lobby", got)
	}
}

func TestRemovalHolds(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(0, Admit{"dana", "pat"}, RaiseHand{"pat"}, Remove{"dana", "pat"})
	if _, may := h.state.Permits()["pat"]; may {
		t.Fatal("a removed person has a permit")
	}
	if len(h.state.Hands) != 0 {
		t.Fatal("the hand of a removed person is still up")
	}
	for _, c := range []Command{
		Arrive{Person: "pat", Device: true}, Arrive{Person: "pat"}, Admit{"dana", "pat"},
		Unmute{"pat"}, RaiseHand{"pat"}, Leave{"pat"}, SendBack{"dana", "pat"},
	} {
		if err := h.try(time.Minute, c); err == nil {
			t.Fatalf("%T was carried out for a removed person", c)
		}
	}
	again := Replay(testPlan(), testRoster, Limits{}, h.log)
	again.Own(2, "n")
	if _, err := again.Apply(Instant{At: evening.Add(2 * time.Minute)}, Arrive{Person: "pat"}); !errors.Is(err, RefusedRemoved) {
		t.Fatalf("after a restart: %v, want removed", err)
	}
	h.do(3*time.Minute, UndoRemove{"dana", "pat"}, Arrive{Person: "pat"}, Admit{"dana", "pat"})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("pat is %s after the removal was undone", got)
	}
	if err := h.try(4*time.Minute, Remove{"dana", "dana"}); !errors.Is(err, RefusedNotNow) {
		t.Fatalf("removing oneself: %v", err)
	}
}

func TestGates(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	if err := h.try(0, Mute{"pat", "pat"}); !errors.Is(err, RefusedLobby) {
		t.Fatalf("a gate from the lobby: %v, want not_admitted", err)
	}
	h.do(0, Admit{"dana", "pat"}, Mute{"dana", "pat"})
	if h.state.Permits()["pat"].Mic {
		t.Fatal("the microphone is open after a staff mute")
	}
	h.do(0, Lose{"pat", 1, evening}, Arrive{Person: "pat", Device: true}, Connect{"pat", 2, evening})
	if h.state.Permits()["pat"].Mic {
		t.Fatal("a reconnect opened a muted microphone")
	}
	h.do(0, Unmute{"pat"}, StopCamera{"dana", "pat"})
	if got := h.state.Permits()["pat"]; !got.Mic || got.Camera {
		t.Fatalf("permits are %+v, want microphone only", got)
	}
}

func TestHands(t *testing.T) {
	h := newHand(t)
	for _, p := range []PersonID{"dana", "pat", "quinn"} {
		h.enter(0, p, 1)
	}
	h.do(0, AdmitAll{"dana"}, RaiseHand{"quinn"}, RaiseHand{"pat"}, RaiseHand{"quinn"})
	if want := []PersonID{"quinn", "pat"}; !reflect.DeepEqual(h.state.Hands, want) {
		t.Fatalf("hands %v, want %v", h.state.Hands, want)
	}
	h.do(0, LowerHand{"dana", "quinn"})
	if want := []PersonID{"pat"}; !reflect.DeepEqual(h.state.Hands, want) {
		t.Fatalf("hands %v, want %v", h.state.Hands, want)
	}
}

func TestHold(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(0, Admit{"dana", "pat"}, Mute{"pat", "pat"})
	h.do(10*time.Minute, Lose{"dana", 1, evening.Add(10 * time.Minute)})
	if got, want := h.state.Next(), evening.Add(12*time.Minute); !got.Equal(want) {
		t.Fatalf("due %v, want %v", got, want)
	}
	h.do(12*time.Minute, Tick{})
	if p := h.state.Permits()["pat"]; !h.state.Held || p.Mic || p.Camera {
		t.Fatalf("held %v with permits %+v", h.state.Held, p)
	}
	h.do(13*time.Minute, Connect{"dana", 2, evening.Add(13 * time.Minute)})
	if p := h.state.Permits()["pat"]; h.state.Held || p.Mic || !p.Camera {
		t.Fatalf("released: held %v with permits %+v; the end of a hold un-mutes nobody", h.state.Held, p)
	}
	h.do(20*time.Minute, Leave{"dana"})
	h.do(22*time.Minute, Tick{})
	h.do(37*time.Minute, Tick{})
	if !h.state.Ended || h.state.EndReason != "held" {
		t.Fatalf("ended %v for %q, want for held", h.state.Ended, h.state.EndReason)
	}
	if len(h.state.Permits()) != 0 {
		t.Fatal("an ended room permits something")
	}
}

func TestEvening(t *testing.T) {
	h := newHand(t)
	h.enter(-10*time.Minute, "dana", 1)
	steps := []struct {
		at   int
		want int
	}{{-1, -1}, {0, 0}, {49, 0}, {50, 1}, {60, 2}}
	for _, s := range steps {
		h.do(time.Duration(s.at)*time.Minute, Tick{})
		if h.state.Segment != s.want {
			t.Errorf("minute %d: segment %d, want %d", s.at, h.state.Segment, s.want)
		}
	}
	if err := h.try(61*time.Minute, MoveSegment{"dana", 9}); !errors.Is(err, RefusedNotNow) {
		t.Errorf("segment 9: %v", err)
	}
	h.do(61*time.Minute, MoveSegment{"dana", 1})
	if got, want := h.state.Next(), evening.Add(71*time.Minute); !got.Equal(want) {
		t.Errorf("a break by hand ends %v, want %v", got, want)
	}
	h.do(71*time.Minute, Tick{})
	if h.state.Segment != 2 {
		t.Errorf("segment %d after the break, want 2", h.state.Segment)
	}
	h.do(180*time.Minute, Tick{})
	if !h.state.Ended || h.state.EndReason != "planned" {
		t.Errorf("ended %v %q, want planned", h.state.Ended, h.state.EndReason)
	}
	if err := h.try(181*time.Minute, Lock{"dana"}); !errors.Is(err, RefusedEnded) {
		t.Errorf("after the end: %v", err)
	}
}

func TestTakeoverClosesAtTheBeat(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(0, Admit{"dana", "pat"})
	next := Replay(testPlan(), testRoster, Limits{}, h.log)
	next.Own(2, "n")
	beat := evening.Add(9 * time.Minute)
	events, err := next.Apply(Instant{At: evening.Add(10 * time.Minute)}, Takeover{Beat: map[PersonID]time.Time{"pat": beat, "dana": beat}})
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events, %v; want opened and two closed", len(events), err)
	}
	if events[2].Kind != EventClosedCrash || !events[2].Since.Equal(beat) || events[2].ID != (EventID{2, "n", 3}) {
		t.Fatalf("got %+v", events[2])
	}
	if v := next.View(); !v.People[3].Away() {
		t.Fatal("pat is not away after the crash")
	}
}

// A journal gives the state that wrote it, whatever was asked in whatever order.
func TestReplayGivesTheSameState(t *testing.T) {
	people := []PersonID{"dana", "cory", "otis", "pat", "quinn", "guest"}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		pick := func() PersonID { return people[r.IntN(len(people))] }
		h := newHand(t)
		at := -10 * time.Minute
		for range 120 {
			at += time.Duration(r.IntN(120)) * time.Second
			since := evening.Add(at)
			commands := []Command{
				Arrive{Person: pick(), Seat: Seat{Role: Client}, Place: "home", Device: r.IntN(2) == 0}, Connect{pick(), uint64(r.IntN(5)), since},
				Lose{pick(), uint64(r.IntN(5)), since}, Admit{pick(), pick()}, AdmitAll{pick()}, Deny{pick(), pick()},
				SendBack{pick(), pick()}, Remove{pick(), pick()}, UndoRemove{pick(), pick()}, Leave{pick()}, Mute{pick(), pick()},
				Unmute{pick()}, StopCamera{pick(), pick()}, StartCamera{pick()}, RaiseHand{pick()}, LowerHand{pick(), pick()},
				Lock{pick()}, Unlock{pick()}, MoveSegment{pick(), r.IntN(4)}, Tick{}, Media{pick(), "camera"}, CameraCeased{pick()},
				SeatTonight{pick(), Seat{ID: "x", Person: pick(), Role: Client}}, Discharged{pick()}, Match{pick(), pick(), pick()},
				Absence{pick(), pick(), "called", ""}, Aside{pick(), pick()}, EndAside{pick(), pick()}, StepAway{pick()}, StepBack{pick()},
			}
			_ = h.try(at, commands[r.IntN(len(commands))])
		}
		again := Replay(testPlan(), testRoster, Limits{}, h.log)
		if got, want := stateJSON(t, again), stateJSON(t, h.state); got != want {
			t.Fatalf("seed %d:\n got %s\nwant %s", seed, got, want)
		}
		if got, want := again.Permits(), h.state.Permits(); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d, permits:\n got %v\nwant %v", seed, got, want)
		}
	}
}

func stateJSON(t *testing.T, s *State) string {
	t.Helper()
	c := s.core
	c.Version, c.Segment = 0, 0 // counted and timed by Apply, not by the journal
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPermitsBoth(t *testing.T) {
	a := Permits{"x": {true, true, true, false}, "y": {Room: true, Mic: true}}
	b := Permits{"x": {true, false, true, true}, "z": {Room: true}}
	want := Permits{"x": {true, false, true, false}}
	if got := a.Both(b); !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
