package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// notebook is a small honest Journal and Stage in memory that writes down in
// which order the room spoke to both.
type notebook struct {
	mu      sync.Mutex
	order   []string
	entries []Event
	epoch   uint64
	beat    map[PersonID]time.Time
	sealed  bool
	failing error
	proofs  map[PersonID]time.Duration
	permits Permits
}

func (n *notebook) note(format string, args ...any) {
	n.order = append(n.order, fmt.Sprintf(format, args...))
}

func (n *notebook) Open(context.Context, SessionID, NodeID) (Tenure, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sealed {
		return Tenure{}, ErrSealed
	}
	n.epoch++
	return Tenure{Epoch: n.epoch, Plan: testPlan(), Roster: testRoster, Journal: slices.Clone(n.entries), Beat: n.beat}, nil
}

func (n *notebook) Append(_ context.Context, _ SessionID, epoch uint64, events []Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failing != nil {
		return n.failing
	}
	if epoch < n.epoch {
		return ErrFenced
	}
	for _, e := range events {
		n.note("journal %s %s", e.Kind, e.Person)
		n.entries = append(n.entries, e)
	}
	return nil
}

func (n *notebook) Beat(_ context.Context, beats []Beat) (fenced []SessionID, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, b := range beats {
		if b.Epoch < n.epoch {
			fenced = append(fenced, b.Session)
		} else {
			n.beat = b.Proof
		}
	}
	return fenced, nil
}

func (n *notebook) Seal(context.Context, SessionID, uint64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sealed = true
	return nil
}

func (n *notebook) Allow(p Permits) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range []PersonID{"dana", "pat"} {
		if before, now := n.permits[id], p[id]; before != now {
			n.note("stage %s room=%v mic=%v", id, now.Room, now.Mic)
		}
	}
	n.permits = p
}

func (n *notebook) Proofs() map[PersonID]time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.proofs
}

func (n *notebook) Close() {}

// attic is a Store that keeps nothing: every call may fail and nobody minds.
type attic struct{}

func (attic) SaveSnapshot(context.Context, Snapshot) error { return errors.New("away") }
func (attic) LoadSnapshot(context.Context, SessionID) (Snapshot, error) {
	return Snapshot{}, errors.New("away")
}
func (attic) DropSnapshot(context.Context, SessionID) error { return errors.New("away") }
func (attic) Lease(context.Context, SessionID, NodeID, time.Duration) (NodeID, error) {
	return "", errors.New("away")
}
func (attic) Unlease(context.Context, SessionID, NodeID) error    { return errors.New("away") }
func (attic) Announce(context.Context, Node, time.Duration) error { return errors.New("away") }
func (attic) Nodes(context.Context) ([]Node, error)               { return nil, errors.New("away") }
func (attic) Close() error                                        { return nil }

// inHall runs a test with a hall whose time is the bubble's, at the evening.
func inHall(t *testing.T, f func(t *testing.T, h *Hall, n *notebook)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(evening)) // the bubble's own clock
		n := &notebook{}
		h := NewHall(HallOptions{
			Node: "n", Journal: n, Store: attic{}, Stage: func(Plan) Stage { return n },
			Clock: systemClock{start: time.Now()},
		})
		defer h.Close()
		f(t, h, n)
	})
}

func mustDo(t *testing.T, r *Room, commands ...Command) {
	t.Helper()
	for _, c := range commands {
		if err := r.Do(t.Context(), c); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
}

func open(t *testing.T, h *Hall) *Room {
	t.Helper()
	r, err := h.Open(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func staffed(t *testing.T, h *Hall) *Room {
	r := open(t, h)
	mustDo(t, r, Arrive{Person: "dana"}, Connect{"dana", 1, time.Now().UTC()}, Arrive{Person: "pat", Place: "home"}, Connect{"pat", 1, time.Now().UTC()})
	return r
}

func TestOrderOfEffects(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		r := staffed(t, h)
		cases := []struct {
			command Command
			want    []string
		}{
			{Admit{"dana", "pat"}, []string{"journal admitted pat", "stage pat room=true mic=true"}},
			{Mute{"dana", "pat"}, []string{"stage pat room=true mic=false", "journal muted pat"}},
			{Unmute{"pat"}, []string{"journal unmuted pat", "stage pat room=true mic=true"}},
			{Remove{"dana", "pat"}, []string{"stage pat room=false mic=false", "journal removed pat"}},
		}
		for _, c := range cases {
			n.order = nil
			mustDo(t, r, c.command)
			if !slices.Equal(n.order, c.want) {
				t.Errorf("%T:\n got %q\nwant %q", c.command, n.order, c.want)
			}
		}
	})
}

func TestHoldAndEndByTheClock(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		r := staffed(t, h)
		mustDo(t, r, Admit{"dana", "pat"}, Leave{"dana"})
		time.Sleep(holdFor)
		synctest.Wait()
		v, err := r.View(t.Context())
		if err != nil || !v.Held {
			t.Fatalf("held %v, %v, two minutes after the last staff left", v.Held, err)
		}
		time.Sleep(15*time.Minute + time.Second)
		synctest.Wait()
		if !n.sealed || n.entries[len(n.entries)-1].Kind != EventEnded {
			t.Fatalf("sealed %v, last entry %s", n.sealed, n.entries[len(n.entries)-1].Kind)
		}
		time.Sleep(2 * BeatEvery)
		if _, err := h.Open(t.Context(), "s"); !errors.Is(err, ErrSealed) {
			t.Fatalf("opening an ended room: %v, want ErrSealed", err)
		}
	})
}

// holdFor is how long a room without staff waits, and a moment.
var holdFor = Limits{}.withDefaults().HoldAfter + time.Second

func TestCareGoesOnWithoutTheJournal(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		r := staffed(t, h)
		n.mu.Lock()
		n.failing = errors.New("disk full")
		n.mu.Unlock()
		mustDo(t, r, Admit{"dana", "pat"})
		v, _ := r.View(t.Context())
		if !v.Degraded || !n.permits["pat"].Room {
			t.Fatalf("degraded %v, pat's permit %+v; want care to go on, visibly", v.Degraded, n.permits["pat"])
		}
		n.mu.Lock()
		n.failing = nil
		n.mu.Unlock()
		time.Sleep(2 * BeatEvery)
		synctest.Wait()
		if v, _ = r.View(t.Context()); v.Degraded {
			t.Fatal("still degraded after the journal came back")
		}
		if last := n.entries[len(n.entries)-1]; last.Kind != EventAdmitted {
			t.Fatalf("last entry is %s, want the admission that waited", last.Kind)
		}
	})
}

func TestFencedOwnerStops(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		r := staffed(t, h)
		mustDo(t, r, Admit{"dana", "pat"})
		n.mu.Lock()
		n.epoch++ // another node took the room over
		n.mu.Unlock()
		time.Sleep(2 * BeatEvery)
		synctest.Wait()
		if len(n.permits) != 0 {
			t.Fatalf("permits %v at an owner whose epoch is stale", n.permits)
		}
		if err := r.Do(t.Context(), Lock{"dana"}); !errors.Is(err, ErrGone) {
			t.Fatalf("a command at a stale owner: %v, want ErrGone", err)
		}
	})
}

func TestOneOpensForMany(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		var wg sync.WaitGroup
		got := make([]*Room, 100)
		for i := range got {
			wg.Go(func() { got[i], _ = h.Open(context.Background(), "s") })
		}
		wg.Wait()
		for _, r := range got {
			if r == nil || r != got[0] {
				t.Fatal("two rooms for one session")
			}
		}
		if n.epoch != 1 {
			t.Fatalf("opened %d times", n.epoch)
		}
	})
}

func TestBeatAndTakeover(t *testing.T) {
	inHall(t, func(t *testing.T, h *Hall, n *notebook) {
		r := staffed(t, h)
		mustDo(t, r, Admit{"dana", "pat"})
		n.mu.Lock()
		n.proofs = map[PersonID]time.Duration{"pat": time.Second, "dana": 0}
		n.mu.Unlock()
		time.Sleep(2*BeatEvery + time.Millisecond)
		synctest.Wait()
		want := time.Now().UTC().Add(-time.Second - time.Millisecond).Truncate(time.Millisecond)
		if got := n.beat["pat"]; !got.Equal(want) {
			t.Fatalf("beat %v, want %v", got, want)
		}
		other := NewHall(HallOptions{
			Node: "n", Journal: n, Store: attic{}, Stage: func(Plan) Stage { return n }, Clock: systemClock{start: time.Now()},
		})
		defer other.Close()
		next := open(t, other)
		v, err := next.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pat, _ := v.Person("pat")
		if pat.Stand != Admitted || !pat.Away() || !pat.LostAt.Equal(want) {
			t.Fatalf("after the takeover pat is %s, lost at %v; want admitted, away since %v", pat.Stand, pat.LostAt, want)
		}
	})
}

func TestSteppedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(evening))
		n := &notebook{}
		clock := &steppedClock{systemClock: systemClock{start: time.Now()}}
		h := NewHall(HallOptions{Node: "n", Journal: n, Store: attic{}, Stage: func(Plan) Stage { return n }, Clock: clock})
		defer h.Close()
		open(t, h)
		clock.step(time.Hour)
		time.Sleep(3 * BeatEvery)
		synctest.Wait()
		last := n.entries[len(n.entries)-1]
		if last.Kind != EventClockStep || last.StepMS != time.Hour.Milliseconds() || last.At.After(evening.Add(time.Minute)) {
			t.Fatalf("got %+v, want one clock_step of an hour, dated by the anchor", last)
		}
		if len(n.entries) != 2 {
			t.Fatalf("%d entries, want opened and clock_step", len(n.entries))
		}
	})
}

type steppedClock struct {
	systemClock
	mu sync.Mutex
	by time.Duration
}

func (c *steppedClock) step(by time.Duration) {
	c.mu.Lock()
	c.by += by
	c.mu.Unlock()
}

func (c *steppedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.systemClock.Now().Add(c.by)
}
