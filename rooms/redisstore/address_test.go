package redisstore

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vesper/rooms/storetest"
)

func TestGuarded(t *testing.T) {
	for _, test := range []struct {
		url  string
		want error
	}{
		{"redis://127.0.0.1:6379", nil},
		{"redis://127.8.8.8", nil},
		{"redis://[::1]:6379/3", nil},
		{"redis://localhost", nil},
		{"unix:///run/redis.sock", nil},
		{"rediss://redis.example", nil},
		{"redis://:secret@redis.example", nil},
		{"redis://vesper:secret@192.0.2.1:6379", nil},
		{"redis://redis.example", ErrOpen},
		{"redis://192.0.2.1:6379/1", ErrOpen},
		{"redis://vesper@192.0.2.1", ErrOpen},
		{"redis://0.0.0.0:6379", ErrOpen},
		{"redis://localhost.example", ErrOpen},
		{"", ErrURL},
		{"http://127.0.0.1", ErrURL},
		{"redis://:secret@127.0.0.1:99999999/x", ErrURL},
		{"redis://:sec ret%zz@127.0.0.1", ErrURL},
		{"redis://127.0.0.1?unknown=secret", ErrURL},
	} {
		address, err := parseURL(test.url)
		if err == nil {
			err = address.guarded()
		}
		if !errors.Is(err, test.want) {
			t.Errorf("%q: got %v, want %v", test.url, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "sec") {
			t.Errorf("%q: the error repeats the password: %v", test.url, err)
		}
	}
	if _, err := parseURL("rediss://redis.example?skip_verify=true"); err == nil {
		t.Error("took TLS that trusts any server")
	}
}

// A URL with a password proves nothing about a server that asks for none.
func TestRefusesStrangers(t *testing.T) {
	open := storetest.StartRedis(t)
	closed := storetest.StartRedis(t, "--requirepass", "a-secret")
	addr := func(s *storetest.RedisServer) string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }
	if err := refusesStrangers(t.Context(), "tcp", addr(open), 5*time.Second); !errors.Is(err, ErrOpen) {
		t.Errorf("without password: got %v, want ErrOpen", err)
	}
	if err := refusesStrangers(t.Context(), "tcp", addr(closed), 5*time.Second); err != nil {
		t.Errorf("with password: %v", err)
	}
}

func TestWrongPassword(t *testing.T) {
	server := storetest.StartRedis(t, "--requirepass", "a-secret")
	for _, password := range []string{"not-the-secret", "WRONGPASS"} {
		_, err := Open(t.Context(), Options{URL: strings.Replace(server.URL, "redis://", "redis://:"+password+"@", 1)})
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("got %v, want an error without the password", err)
		}
	}
	if _, err := Open(t.Context(), Options{URL: server.URL}); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("without a password: got %v, want NOAUTH", err)
	}
	store, err := Open(t.Context(), Options{URL: strings.Replace(server.URL, "redis://", "redis://:a-secret@", 1)})
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}
