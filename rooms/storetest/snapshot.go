package storetest

import (
	"bytes"
	"errors"
	"math"
	"sync"
	"testing"

	"vesper/rooms"
)

// maxSnapshot is how much every keeper keeps; more is refused.
const maxSnapshot = 1 << 20

func snapshotOrder(t *testing.T, open Keeper) {
	one, two := open(), open()
	if _, err := one.LoadSnapshot(t.Context(), "session"); !errors.Is(err, rooms.ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
	// Numbers beyond 2^53 tell apart what a float would not.
	const big = 1 << 60
	for i, step := range []struct {
		epoch, version uint64
		stale          bool
	}{
		{1, 1, false}, {1, 2, false}, {1, 2, false}, {1, 1, true}, {1, 10, false}, {1, 9, true},
		{2, 1, false}, {1, 11, true}, {1, math.MaxUint64, true}, {2, 0, true}, {2, 2, false},
		{2, big, false}, {2, big + 1, false}, {2, big, true},
		{big, 5, false}, {big + 1, 1, false}, {big, 9, true}, {math.MaxUint64, math.MaxUint64, false},
		{math.MaxUint64, math.MaxUint64 - 1, true},
	} {
		store, other := one, two
		if i%2 == 1 {
			store, other = two, one
		}
		before, _ := other.LoadSnapshot(t.Context(), "session")
		s := rooms.Snapshot{Session: "session", Epoch: step.epoch, Version: step.version, Data: []byte{byte(i)}}
		err := store.SaveSnapshot(t.Context(), s)
		if errors.Is(err, rooms.ErrStale) != step.stale || !step.stale && err != nil {
			t.Fatalf("step %d, (%d, %d): got %v, want stale %v", i, step.epoch, step.version, err, step.stale)
		}
		want := s
		if step.stale {
			want = before
		}
		got, err := other.LoadSnapshot(t.Context(), "session")
		must(t, err)
		same(t, got, want)
	}
}

func same(t *testing.T, got, want rooms.Snapshot) {
	t.Helper()
	if got.Session != want.Session || got.Epoch != want.Epoch || got.Version != want.Version || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("got %s (%d, %d) with %d bytes, want %s (%d, %d) with %d bytes",
			got.Session, got.Epoch, got.Version, len(got.Data), want.Session, want.Epoch, want.Version, len(want.Data))
	}
}

func snapshotData(t *testing.T, open Keeper) {
	store := open()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for name, data := range map[rooms.SessionID][]byte{
		"empty": nil, "lines": []byte("\r\n\n1 2\n\x00"), "bytes": all, "large": bytes.Repeat(all, maxSnapshot/256),
	} {
		s := rooms.Snapshot{Session: name, Epoch: 3, Version: 4, Data: bytes.Clone(data)}
		must(t, store.SaveSnapshot(t.Context(), s))
		for i := range s.Data {
			s.Data[i] = 'x' // the keeper has its own copy
		}
		got, err := store.LoadSnapshot(t.Context(), name)
		must(t, err)
		same(t, got, rooms.Snapshot{Session: name, Epoch: 3, Version: 4, Data: data})
		for i := range got.Data {
			got.Data[i] = 'y' // and so has its reader
		}
		got, err = store.LoadSnapshot(t.Context(), name)
		must(t, err)
		same(t, got, rooms.Snapshot{Session: name, Epoch: 3, Version: 4, Data: data})
	}
}

func snapshotTooLarge(t *testing.T, open Keeper) {
	store := open()
	kept := rooms.Snapshot{Session: "session", Epoch: 1, Version: 1, Data: []byte("small")}
	must(t, store.SaveSnapshot(t.Context(), kept))
	large := rooms.Snapshot{Session: "session", Epoch: 1, Version: 2, Data: make([]byte, maxSnapshot+1)}
	if err := store.SaveSnapshot(t.Context(), large); err == nil || errors.Is(err, rooms.ErrStale) {
		t.Errorf("over 1 MiB: got %v, want an error that says so", err)
	}
	got, err := store.LoadSnapshot(t.Context(), "session")
	must(t, err)
	same(t, got, kept)
}

func snapshotDrop(t *testing.T, open Keeper) {
	one, two := open(), open()
	must(t, one.DropSnapshot(t.Context(), "unknown"))
	for _, session := range []rooms.SessionID{"a", "b"} {
		must(t, one.SaveSnapshot(t.Context(), rooms.Snapshot{Session: session, Epoch: 7, Version: 7}))
	}
	must(t, two.DropSnapshot(t.Context(), "a"))
	if _, err := one.LoadSnapshot(t.Context(), "a"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("after the drop: got %v, want ErrNotFound", err)
	}
	if _, err := one.LoadSnapshot(t.Context(), "b"); err != nil {
		t.Errorf("another session: %v", err)
	}
	// What was dropped is no bar to an older version.
	must(t, one.SaveSnapshot(t.Context(), rooms.Snapshot{Session: "a", Epoch: 1, Version: 1}))
}

// snapshotRace saves versions from two nodes at once; the highest stays.
func snapshotRace(t *testing.T, open Keeper) {
	stores := []rooms.Store{open(), open()}
	const highest = 200
	var wg sync.WaitGroup
	for version := uint64(1); version <= highest; version++ {
		wg.Go(func() {
			s := rooms.Snapshot{Session: "session", Epoch: 1, Version: version, Data: []byte{byte(version)}}
			if err := stores[version%2].SaveSnapshot(t.Context(), s); err != nil && !errors.Is(err, rooms.ErrStale) {
				t.Errorf("version %d: %v", version, err)
			}
		})
	}
	wg.Wait()
	got, err := stores[0].LoadSnapshot(t.Context(), "session")
	must(t, err)
	same(t, got, rooms.Snapshot{Session: "session", Epoch: 1, Version: highest, Data: []byte{highest}})
}
