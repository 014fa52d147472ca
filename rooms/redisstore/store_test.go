package redisstore

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vesper/rooms"
	"vesper/rooms/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient is a timeout for tests that load a small machine.
const patient = 20 * time.Second

func open(t *testing.T, options Options) *Store {
	t.Helper()
	store, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestStore(t *testing.T) {
	url, n := storetest.Redis(t), 0
	storetest.Run(t, func(t *testing.T) storetest.Keeper {
		n++
		prefix := fmt.Sprintf("test-%d:", n)
		return func() rooms.Store {
			return open(t, Options{URL: url, Prefix: prefix, Timeout: patient})
		}
	})
}

// commands are those that the package comment promises to be enough.
var commands = strings.Fields("+hello +auth +select +ping +eval +getrange +get +set +del +pttl +hset +hdel +hgetall +hlen +time")

func TestConfinedUser(t *testing.T) {
	args := append([]string{"--user", "default", "off", "--user", "vesper", "on", ">a-secret", "~vesper:*", "-@all"}, commands...)
	server := storetest.StartRedis(t, args...)
	url := strings.Replace(server.URL, "redis://", "redis://vesper:a-secret@", 1) + "/1"
	n := 0
	storetest.Run(t, func(t *testing.T) storetest.Keeper {
		n++
		prefix := fmt.Sprintf("vesper:%d:", n)
		return func() rooms.Store {
			return open(t, Options{URL: url, Prefix: prefix, Timeout: patient})
		}
	})
	store := open(t, Options{URL: url, Prefix: "other:", Timeout: patient})
	if err := store.DropSnapshot(t.Context(), "s"); err == nil || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("outside its prefix: got %v, want NOPERM", err)
	}
}

func TestUnixSocket(t *testing.T) {
	socket := t.TempDir() + "/redis.sock"
	storetest.StartRedis(t, "--unixsocket", socket)
	store := open(t, Options{URL: "unix://" + socket + "?db=2"})
	if holder, err := store.Lease(t.Context(), "s", "a", time.Minute); err != nil || holder != "a" {
		t.Errorf("got %q, %v", holder, err)
	}
}
