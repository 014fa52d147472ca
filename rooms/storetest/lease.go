package storetest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vesper/rooms"
)

const (
	// short is a time to live that a test waits for.
	short = 300 * time.Millisecond
	// slack is how much a keeper's own clock may differ over short.
	slack = 20 * time.Millisecond
)

// take asks for the lease and returns the holder.
func take(t *testing.T, store rooms.Store, session rooms.SessionID, node rooms.NodeID, ttl time.Duration) rooms.NodeID {
	t.Helper()
	holder, err := store.Lease(t.Context(), session, node, ttl)
	must(t, err)
	return holder
}

func held(t *testing.T, got, want rooms.NodeID) {
	t.Helper()
	if got != want {
		t.Fatalf("got holder %q, want %q", got, want)
	}
}

func leaseHeld(t *testing.T, open Keeper) {
	one, two := open(), open()
	must(t, one.Unlease(t.Context(), "session", "a")) // nothing to end
	held(t, take(t, one, "session", "a", time.Minute), "a")
	held(t, take(t, one, "session", "a", time.Minute), "a")
	held(t, take(t, two, "session", "a", time.Minute), "a")
	held(t, take(t, two, "session", "b", time.Minute), "a")
	held(t, take(t, two, "other", "b", time.Minute), "b")
	must(t, two.Unlease(t.Context(), "session", "b")) // another's
	held(t, take(t, two, "session", "b", time.Minute), "a")
	must(t, one.Unlease(t.Context(), "session", "a"))
	held(t, take(t, two, "session", "b", time.Minute), "b")
	held(t, take(t, one, "session", "a", time.Minute), "b")
	held(t, take(t, one, "other", "a", time.Minute), "b")
}

func leaseExpires(t *testing.T, open Keeper) {
	one, two := open(), open()
	began := time.Now()
	held(t, take(t, one, "session", "a", short), "a")
	eventually(t, "the lease runs out", func() bool { return take(t, two, "session", "b", time.Minute) == "b" })
	if lasted := time.Since(began); lasted < short-slack {
		t.Errorf("the lease lasted %v, want %v", lasted, short)
	}
	held(t, take(t, one, "session", "a", short), "b")
}

func leaseRenewed(t *testing.T, open Keeper) {
	one, two := open(), open()
	// A gauge of the keeper's own clock: when it has run out, so would the
	// first lease have.
	held(t, take(t, one, "session", "a", short), "a")
	held(t, take(t, one, "gauge", "a", short), "a")
	held(t, take(t, one, "session", "a", time.Minute), "a")
	eventually(t, "the gauge runs out", func() bool { return take(t, two, "gauge", "b", time.Minute) == "b" })
	held(t, take(t, two, "session", "b", time.Minute), "a")
}

// leaseOfMany has a thousand nodes ask at once: all are told the same holder.
func leaseOfMany(t *testing.T, open Keeper) {
	stores := []rooms.Store{open(), open()}
	const takers = 1000
	holders := make([]rooms.NodeID, takers)
	var wg sync.WaitGroup
	for i := range takers {
		wg.Go(func() {
			holder, err := stores[i%2].Lease(t.Context(), "session", rooms.NodeID(fmt.Sprintf("node-%d", i)), time.Minute)
			if err != nil {
				t.Errorf("node-%d: %v", i, err)
			}
			holders[i] = holder
		})
	}
	wg.Wait()
	slices.Sort(holders)
	if all := slices.Compact(holders); len(all) != 1 || all[0] == "" {
		t.Errorf("got %d holders %.5q, want one", len(all), all)
	}
}

// leaseExcludes passes a lease around between many who take and end it.
func leaseExcludes(t *testing.T, open Keeper) {
	stores := []rooms.Store{open(), open()}
	var inside, times atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			store, node := stores[i%2], rooms.NodeID(fmt.Sprintf("node-%d", i))
			for range 50 {
				holder, err := store.Lease(t.Context(), "session", node, time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if holder != node {
					continue
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d nodes hold the lease", n)
				}
				times.Add(1)
				inside.Add(-1)
				if err := store.Unlease(t.Context(), "session", node); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if times.Load() == 0 {
		t.Error("nobody ever held the lease")
	}
}
