package redisstore

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/storetest"
)

// brief is a timeout that a test waits for, and late is how much more a call
// may take on a busy machine.
const (
	brief = 500 * time.Millisecond
	late  = 2 * time.Second
)

// fails makes every call and wants an error of each in time.
func fails(t *testing.T, store *Store) {
	t.Helper()
	for name, call := range map[string]func() error{
		"save":     func() error { return store.SaveSnapshot(t.Context(), rooms.Snapshot{Session: "s"}) },
		"load":     func() error { _, err := store.LoadSnapshot(t.Context(), "s"); return err },
		"drop":     func() error { return store.DropSnapshot(t.Context(), "s") },
		"lease":    func() error { _, err := store.Lease(t.Context(), "s", "a", time.Minute); return err },
		"unlease":  func() error { return store.Unlease(t.Context(), "s", "a") },
		"announce": func() error { return store.Announce(t.Context(), rooms.Node{ID: "a", URL: "https://a"}, time.Minute) },
		"nodes":    func() error { _, err := store.Nodes(t.Context()); return err },
	} {
		began := time.Now()
		err := call()
		if took := time.Since(began); err == nil || errors.Is(err, rooms.ErrNotFound) || took > brief+late {
			t.Errorf("%s: got %v after %v, want an error within %v", name, err, took, brief)
		}
	}
}

// recovers waits until the store serves again.
func recovers(t *testing.T, store *Store) {
	t.Helper()
	end := time.Now().Add(10 * time.Second)
	for {
		_, err := store.Lease(t.Context(), "s", "a", time.Minute)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still fails: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestRedisStops(t *testing.T) {
	server := storetest.StartRedis(t)
	store := open(t, Options{URL: server.URL, Timeout: brief})
	kept := rooms.Snapshot{Session: "s", Epoch: 5, Version: 5}
	if err := store.SaveSnapshot(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	fails(t, store)
	server.Start(t)
	recovers(t, store)
	// It came back empty: what was kept is not found, and no bar to an older
	// version either.
	if _, err := store.LoadSnapshot(t.Context(), "s"); !errors.Is(err, rooms.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if nodes, err := store.Nodes(t.Context()); err != nil || len(nodes) != 0 {
		t.Errorf("got %v, %v, want no nodes", nodes, err)
	}
	if err := store.SaveSnapshot(t.Context(), rooms.Snapshot{Session: "s", Epoch: 4, Version: 1}); err != nil {
		t.Error(err)
	}
}

func TestRedisHangs(t *testing.T) {
	server := storetest.StartRedis(t)
	store := open(t, Options{URL: server.URL, Timeout: brief})
	server.Signal(t, syscall.SIGSTOP)
	fails(t, store)
	ctx, cancel := context.WithTimeout(t.Context(), brief/10)
	defer cancel()
	if _, err := store.LoadSnapshot(ctx, "s"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline of the context", err)
	}
	server.Signal(t, syscall.SIGCONT)
	recovers(t, store)
}

func TestOpenUnreachable(t *testing.T) {
	server := storetest.StartRedis(t)
	server.Stop()
	if _, err := Open(t.Context(), Options{URL: server.URL, Timeout: brief}); err == nil {
		t.Error("opened a Redis that is not there")
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	began := time.Now()
	_, err = Open(t.Context(), Options{URL: "redis://" + silent.Addr().String(), Timeout: brief})
	if took := time.Since(began); err == nil || took > brief+late {
		t.Errorf("got %v after %v, want an error within %v", err, took, brief)
	}
}
