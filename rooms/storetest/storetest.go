// Package storetest holds every keeper of live state to the contract of
// rooms.Store, and starts a Redis server for the tests that need a real one.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"vesper/rooms"
)

// Keeper opens a handle on one place where state is kept. The handles of one
// Keeper see the same state, as the nodes of one clinic do; a keeper in memory
// may return the same one each time.
type Keeper func() rooms.Store

// Run holds a keeper to the contract. Each part of the suite calls fresh for an
// empty place of its own, which fresh also cleans up.
func Run(t *testing.T, fresh func(*testing.T) Keeper) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Keeper)
	}{
		{"snapshot order", snapshotOrder},
		{"snapshot data", snapshotData},
		{"snapshot too large", snapshotTooLarge},
		{"snapshot drop", snapshotDrop},
		{"snapshot race", snapshotRace},
		{"lease", leaseHeld},
		{"lease expires", leaseExpires},
		{"lease renewed", leaseRenewed},
		{"lease of many", leaseOfMany},
		{"lease excludes", leaseExcludes},
		{"nodes", nodesListed},
		{"nodes expire", nodesExpire},
		{"no time to live", noTTL},
		{"context", contextOver},
		{"close", closed},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, fresh(t)) })
	}
}

// eventually waits for what must come true by itself.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("still not so: %s", what)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// calls are all methods that may fail, by name.
func calls(store rooms.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"SaveSnapshot": func(ctx context.Context) error {
			return store.SaveSnapshot(ctx, rooms.Snapshot{Session: "s", Epoch: 1, Version: 1})
		},
		"LoadSnapshot": func(ctx context.Context) error { _, err := store.LoadSnapshot(ctx, "s"); return err },
		"DropSnapshot": func(ctx context.Context) error { return store.DropSnapshot(ctx, "s") },
		"Lease":        func(ctx context.Context) error { _, err := store.Lease(ctx, "s", "a", time.Minute); return err },
		"Unlease":      func(ctx context.Context) error { return store.Unlease(ctx, "s", "a") },
		"Announce": func(ctx context.Context) error {
			return store.Announce(ctx, rooms.Node{ID: "a", URL: "https://a.example"}, time.Minute)
		},
		"Nodes": func(ctx context.Context) error { _, err := store.Nodes(ctx); return err },
	}
}

func noTTL(t *testing.T, open Keeper) {
	store := open()
	for _, ttl := range []time.Duration{0, -time.Second} {
		if holder, err := store.Lease(t.Context(), "session", "a", ttl); err == nil {
			t.Errorf("a lease of %v: got holder %q, want an error", ttl, holder)
		}
		if err := store.Announce(t.Context(), rooms.Node{ID: "a", URL: "https://a.example"}, ttl); err == nil {
			t.Errorf("an announcement of %v: got no error", ttl)
		}
	}
}

func contextOver(t *testing.T, open Keeper) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(open()) {
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
}

func closed(t *testing.T, open Keeper) {
	store := open()
	for name, call := range calls(store) {
		if err := call(t.Context()); err != nil && !errors.Is(err, rooms.ErrNotFound) {
			t.Fatalf("%s: %v", name, err)
		}
	}
	must(t, store.Close())
	must(t, store.Close())
	for name, call := range calls(store) {
		if err := call(t.Context()); err == nil || errors.Is(err, rooms.ErrNotFound) {
			t.Errorf("%s on a closed store: got %v, want an error that says so", name, err)
		}
	}
}
