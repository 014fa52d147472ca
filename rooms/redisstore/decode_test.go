package redisstore

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"vesper/rooms"
	"vesper/rooms/storetest"
)

func FuzzDecodeSnapshot(f *testing.F) {
	f.Add([]byte(encodeHead(0, 0)))
	f.Add([]byte(encodeHead(math.MaxUint64, math.MaxUint64) + "data"))
	f.Add([]byte("VS1 +0000000000000000001 00000000000000000001\n"))
	f.Add([]byte("VS1 99999999999999999999 00000000000000000001\n"))
	f.Add([]byte("VS1"))
	f.Fuzz(func(t *testing.T, value []byte) {
		got, err := decodeSnapshot("session", value)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("got %v, want ErrMalformed", err)
			}
			return
		}
		again := append([]byte(encodeHead(got.Epoch, got.Version)), got.Data...)
		if !bytes.Equal(again, value) {
			t.Fatalf("got %q back from %q", again, value)
		}
	})
}

func FuzzDecodeNodes(f *testing.F) {
	f.Add("a\x00https://a.example\x00b\x00javascript:alert(1)\x00c")
	f.Add("a\x00https://user:pass@a.example\x00\x00https://b.example")
	f.Fuzz(func(t *testing.T, text string) {
		nodes := decodeNodes(strings.Split(text, "\x00"))
		for _, node := range nodes {
			if !visitable(node) {
				t.Errorf("listed %+v", node)
			}
		}
		if !slices.IsSortedFunc(nodes, func(a, b rooms.Node) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
			t.Errorf("not sorted: %v", nodes)
		}
	})
}

// TestForeignValues puts into Redis what this package never writes.
func TestForeignValues(t *testing.T) {
	store := open(t, Options{URL: storetest.Redis(t), Timeout: patient})
	ctx, raw := t.Context(), store.client
	put := func(key, value string) {
		t.Helper()
		if err := raw.Set(ctx, key, value, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	put("vesper:snapshot:junk", "VS1 junk")
	put("vesper:snapshot:huge", encodeHead(1, 1)+strings.Repeat("x", MaxSnapshot+5))
	for _, session := range []rooms.SessionID{"junk", "huge"} {
		if _, err := store.LoadSnapshot(ctx, session); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, want ErrMalformed", session, err)
		}
	}
	if err := store.SaveSnapshot(ctx, rooms.Snapshot{Session: "junk", Epoch: 1, Version: 1}); err != nil {
		t.Errorf("junk is in the way: %v", err)
	}
	put("vesper:lease:endless", "a")
	if holder, err := store.Lease(ctx, "endless", "b", time.Minute); err != nil || holder != "b" {
		t.Errorf("a lease without end: got %q, %v, want b", holder, err)
	}
	if err := raw.Set(ctx, "vesper:lease:junk", "a\r\nb", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if holder, err := store.Lease(ctx, "junk", "b", time.Minute); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %q, %v, want ErrMalformed", holder, err)
	}
	if err := raw.HSet(ctx, "vesper:nodes", "evil", "99999999999999 javascript:alert(1)", "junk", "junk",
		"good", "99999999999999 https://good.example", "gone", "1 https://gone.example").Err(); err != nil {
		t.Fatal(err)
	}
	want := []rooms.Node{{ID: "good", URL: "https://good.example"}}
	if nodes, err := store.Nodes(ctx); err != nil || !slices.Equal(nodes, want) {
		t.Errorf("got %v, %v, want %v", nodes, err, want)
	}
	if err := store.Announce(ctx, rooms.Node{ID: "x", URL: "javascript:alert(1)"}, time.Minute); !errors.Is(err, ErrNode) {
		t.Errorf("got %v, want ErrNode", err)
	}
	put("vesper:nodes", "not a hash")
	if nodes, err := store.Nodes(ctx); err == nil {
		t.Errorf("got %v, want an error", nodes)
	}
}
