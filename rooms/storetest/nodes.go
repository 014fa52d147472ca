package storetest

import (
	"slices"
	"testing"
	"time"

	"vesper/rooms"
)

func listed(t *testing.T, store rooms.Store) []rooms.Node {
	t.Helper()
	nodes, err := store.Nodes(t.Context())
	must(t, err)
	return nodes
}

func nodesListed(t *testing.T, open Keeper) {
	one, two := open(), open()
	if got := listed(t, one); len(got) != 0 {
		t.Fatalf("got %v, want none", got)
	}
	a := rooms.Node{ID: "a", URL: "https://a.example:8443"}
	b := rooms.Node{ID: "b", URL: "https://b.example/sub?x=1%202"}
	c := rooms.Node{ID: "c", URL: "http://127.0.0.1:8080"}
	must(t, one.Announce(t.Context(), c, time.Minute))
	must(t, two.Announce(t.Context(), a, time.Minute))
	must(t, one.Announce(t.Context(), b, time.Minute))
	for _, store := range []rooms.Store{one, two} {
		if got, want := listed(t, store), []rooms.Node{a, b, c}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	b.URL = "https://moved.example"
	must(t, two.Announce(t.Context(), b, time.Minute))
	if got, want := listed(t, one), []rooms.Node{a, b, c}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func nodesExpire(t *testing.T, open Keeper) {
	one, two := open(), open()
	stays := rooms.Node{ID: "stays", URL: "https://stays.example"}
	renewed := rooms.Node{ID: "renewed", URL: "https://renewed.example"}
	began := time.Now()
	must(t, one.Announce(t.Context(), rooms.Node{ID: "goes", URL: "https://goes.example"}, short))
	must(t, one.Announce(t.Context(), renewed, short))
	must(t, one.Announce(t.Context(), renewed, time.Minute))
	must(t, two.Announce(t.Context(), stays, time.Minute))
	eventually(t, "the node leaves the list", func() bool {
		return slices.Equal(listed(t, two), []rooms.Node{renewed, stays})
	})
	if lasted := time.Since(began); lasted < short-slack {
		t.Errorf("the node was listed for %v, want %v", lasted, short)
	}
}
