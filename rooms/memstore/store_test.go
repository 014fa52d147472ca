package memstore

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"vesper/rooms"
	"vesper/rooms/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Keeper {
		store := New(Options{})
		return func() rooms.Store { return store }
	})
}

// stillClock stands until it is moved.
type stillClock struct {
	rooms.Clock
	mono time.Duration
}

func (c *stillClock) Mono() time.Duration { return c.mono }

func TestClock(t *testing.T) {
	clock := &stillClock{}
	store := New(Options{Clock: clock})
	take := func(node rooms.NodeID) rooms.NodeID {
		t.Helper()
		holder, err := store.Lease(t.Context(), "session", node, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return holder
	}
	take("a")
	if err := store.Announce(t.Context(), rooms.Node{ID: "a"}, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	clock.mono = 10*time.Second - 1
	if got := take("b"); got != "a" {
		t.Errorf("got %s in the last moment of the lease, want a", got)
	}
	if nodes, err := store.Nodes(t.Context()); err != nil || len(nodes) != 1 {
		t.Errorf("got %v, %v, want a", nodes, err)
	}
	clock.mono = 10 * time.Second
	if got := take("b"); got != "b" {
		t.Errorf("got %s after the lease, want b", got)
	}
	if nodes, err := store.Nodes(t.Context()); err != nil || len(nodes) != 0 {
		t.Errorf("got %v, %v, want none", nodes, err)
	}
}
