package rooms

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

// familyHand is an evening of group, family time and education with a father
// who is invited to family time.
func familyHand(t *testing.T, segments ...SegmentKind) *stageHand {
	plan := testPlan()
	plan.Segments[1].Kind = Family
	roster := append(Roster{{ID: "seat-finn", Person: "finn", Role: Collateral, DisplayName: "Finn", Segments: segments}}, testRoster...)
	h := &stageHand{t: t, state: NewState(plan, roster, Limits{})}
	h.state.Own(1, "n")
	h.do(-20*time.Minute, Takeover{})
	h.enter(-10*time.Minute, "dana", 1)
	h.enter(-5*time.Minute, "finn", 1)
	return h
}

func TestCollateralComesToInvitedSegmentsOnly(t *testing.T) {
	for name, invited := range map[string][]SegmentKind{"named": {Family}, "by default": nil} {
		t.Run(name, func(t *testing.T) {
			h := familyHand(t, invited...)
			for _, at := range []time.Duration{-time.Minute, 49 * time.Minute} {
				if err := h.try(at, Admit{"dana", "finn"}); !errors.Is(err, RefusedNotInvited) {
					t.Fatalf("admitting at %v: %v, want not_invited_now", at, err)
				}
				if err := h.try(at, AdmitAll{"dana"}); !errors.Is(err, RefusedNotNow) {
					t.Fatalf("admitting all at %v: %v, want not_now", at, err)
				}
			}
			h.do(50*time.Minute, AdmitAll{"dana"}, Mute{"dana", "finn"})
			if got := h.stand("finn"); got != Admitted {
				t.Fatalf("finn is %s in family time, want admitted", got)
			}
			h.do(51*time.Minute, Leave{"finn"}, Arrive{Person: "finn", Device: true})
			if got := h.stand("finn"); got != Admitted {
				t.Fatalf("the same device is %s in family time, want admitted", got)
			}
			if next, want := h.state.Next(), evening.Add(60*time.Minute); !next.Equal(want) {
				t.Fatalf("due %v, want %v", next, want)
			}
			h.do(60*time.Minute, Tick{})
			last := h.log[len(h.log)-1]
			if h.stand("finn") != InLobby || last.Kind != EventSentBack || last.Actor != "" || last.Reason != ReasonNotInvited {
				t.Fatalf("finn is %s by %+v, want sent back by the machine", h.stand("finn"), last)
			}
			if _, may := h.state.Permits()["finn"]; may {
				t.Fatal("finn still has a permit")
			}
			h.do(61*time.Minute, Leave{"finn"}, Arrive{Person: "finn", Device: true})
			if got := h.stand("finn"); got != InLobby {
				t.Fatalf("the same device is %s in education, want lobby", got)
			}
			h.do(62*time.Minute, MoveSegment{"dana", 1}, Admit{"dana", "finn"}, MoveSegment{"dana", 0})
			if got := h.stand("finn"); got != InLobby {
				t.Fatalf("finn is %s after a move by hand, want lobby", got)
			}
			if got := h.stand("dana"); got != Admitted {
				t.Fatalf("dana is %s, want admitted", got)
			}
		})
	}
}

func TestDischargeClosesTheDoorWithoutABan(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	h.do(0, Admit{"dana", "pat"}, RaiseHand{"pat"}, Discharged{"pat"}, Discharged{"pat"}, Discharged{"nobody"})
	last := h.log[len(h.log)-1]
	if last.Kind != EventDenied || last.Reason != ReasonDischarged || last.Actor != "" || last.Person != "pat" {
		t.Fatalf("the last entry is %+v", last)
	}
	if _, may := h.state.Permits()["pat"]; may || len(h.state.Hands) != 0 {
		t.Fatal("somebody who was discharged is still in the room")
	}
	again := Replay(testPlan(), testRoster, Limits{}, h.log)
	again.Own(2, "n")
	if _, err := again.Apply(Instant{At: evening.Add(time.Minute)}, Arrive{Person: "pat", Device: true}); !errors.Is(err, RefusedDischarged) {
		t.Fatalf("after a restart: %v, want discharged", err)
	}
	if err := h.try(time.Minute, UndoRemove{"dana", "pat"}); err == nil {
		t.Fatal("a discharge was undone as if it were a removal")
	}
	h.do(2*time.Minute, SeatTonight{"dana", testRoster[3]}, Arrive{Person: "pat", Place: "home"}, Admit{"dana", "pat"})
	if got := h.stand("pat"); got != Admitted {
		t.Fatalf("pat is %s after readmission, want admitted", got)
	}
	h.do(3*time.Minute, Remove{"dana", "pat"}, Discharged{"pat"}, SeatTonight{"dana", testRoster[3]})
	if err := h.try(4*time.Minute, Arrive{Person: "pat"}); !errors.Is(err, RefusedRemoved) {
		t.Fatalf("a discharge and its undoing lifted a removal: %v", err)
	}
}

func TestGuestIsSeatedAndMatched(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	guest := Seat{ID: "seat-gil", Person: "gil", Role: Client, DisplayName: "Gil"}
	h.do(0, SeatTonight{"dana", guest})
	seated := h.log[len(h.log)-1]
	if seated.Kind != EventSeated || seated.Person != "gil" || seated.Actor != "dana" || seated.Reason != "participant" {
		t.Fatalf("seated: %+v", seated)
	}
	if p := h.state.person("gil"); p.Stand != Expected || p.Seat.DisplayName != "Gil" {
		t.Fatalf("the guest is %+v", p)
	}
	h.enter(0, "gil", 1)
	h.do(0, AdmitAll{"dana"}, Match{"dana", "gil", "quinn"}, Match{"dana", "gil", "quinn"})
	if last := h.log[len(h.log)-1]; last.Kind != EventMatched || last.With != "quinn" || h.state.person("gil").Matched != "quinn" {
		t.Fatalf("matched: %+v", last)
	}
	for command, want := range map[Command]*Refusal{
		Match{"dana", "nobody", "quinn"}: RefusedNotThere,
		Match{"dana", "gil", "gil"}:      RefusedNotNow,
		Match{"dana", "gil", ""}:         RefusedNotNow,
	} {
		if err := h.try(0, command); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", command, err, want)
		}
	}
	for name, seat := range map[string]Seat{"a seated person": testRoster[3], "no person": {Role: Client}, "no role": {Person: "new"}} {
		if err := h.try(0, SeatTonight{"dana", seat}); err == nil {
			t.Errorf("%s was seated", name)
		}
	}
	again := Replay(testPlan(), append(testRoster[:5:5], guest), Limits{}, h.log)
	if p := again.person("gil"); p.Role != Client || p.Seat.ID != "seat-gil" || p.Matched != "quinn" {
		t.Fatalf("replayed: %+v", p)
	}
}

func TestAbsence(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	n := len(h.log)
	h.do(15*time.Minute, Absence{"dana", "pat", "called", ""}, Absence{"dana", "pat", "called", ""}, Absence{"dana", "pat", "excused", "ab12"})
	if got := h.log[n:]; len(got) != 2 || got[1].Reason != "excused" || got[1].Note != "ab12" || got[1].Kind != EventAbsence {
		t.Fatalf("entries: %+v", got)
	}
	if got := h.state.person("pat").Absence; got != "excused" {
		t.Fatalf("pat's absence is %q", got)
	}
	for command, want := range map[Command]*Refusal{
		Absence{"dana", "dana", "called", ""}:    RefusedNotNow, // is here
		Absence{"dana", "pat", "asleep", ""}:     RefusedNotNow,
		Absence{"dana", "nobody", "excused", ""}: RefusedNotThere,
	} {
		if err := h.try(16*time.Minute, command); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", command, err, want)
		}
	}
}

func TestBesideTheGroup(t *testing.T) {
	h := newHand(t)
	h.enter(0, "dana", 1)
	h.enter(0, "pat", 1)
	if err := h.try(0, StepAway{"pat"}); !errors.Is(err, RefusedLobby) {
		t.Fatalf("stepping away from the lobby: %v", err)
	}
	h.do(0, Admit{"dana", "pat"})
	n := len(h.log)
	h.do(time.Minute, StepAway{"pat"}, StepAway{"pat"}, Aside{"dana", "pat"}, Aside{"dana", "pat"})
	if p := h.state.person("pat"); !p.SteppedAway || !p.Aside || !p.Present() {
		t.Fatalf("pat is %+v", p)
	}
	if err := h.try(time.Minute, Aside{"dana", "dana"}); !errors.Is(err, RefusedNotNow) {
		t.Fatalf("an aside with oneself: %v", err)
	}
	h.do(2*time.Minute, StepBack{"pat"}, EndAside{"dana", "pat"}, EndAside{"dana", "pat"}, Aside{"dana", "pat"}, StepAway{"pat"}, Leave{"pat"})
	var kinds []EventKind
	for _, e := range h.log[n:] {
		kinds = append(kinds, e.Kind)
	}
	want := []EventKind{
		EventSteppedAway, EventAsideBegan, EventSteppedBack, EventAsideEnded,
		EventAsideBegan, EventSteppedAway, EventLeft, EventAsideEnded, EventSteppedBack,
	}
	if !reflect.DeepEqual(kinds, want) {
		t.Fatalf("entries\n got %v\nwant %v", kinds, want)
	}
	if p := h.state.person("pat"); p.Aside || p.SteppedAway {
		t.Fatal("leaving the room did not end what was beside it")
	}
}
