package hook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"vesper/rooms"
	"vesper/rooms/desk"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	former = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var event = []byte(`{"type":"session.ended","timestamp":"2026-10-05T22:00:00Z","data":{"session":"s"}}`)

// receiver is somebody's server; courier sends to it.
func receiver(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

func courier(url string, o Options) *Hook {
	o.Endpoint = func(context.Context, rooms.ClinicID, string) (Endpoint, error) {
		return Endpoint{URL: url, Secrets: []string{secret, former}}, nil
	}
	return New(o)
}

func code(err error) string {
	var failure *desk.Failure
	if errors.As(err, &failure) {
		return failure.Code
	}
	return fmt.Sprint(err)
}

func letter() desk.Letter {
	return desk.Letter{ID: "msg_1", Kind: "webhook", Target: "e", Event: event}
}

func TestSignedTwiceWhileTheSecretChanges(t *testing.T) {
	got := make(chan error, 4)
	url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, s := range []string{secret, former} {
			verifier, _ := standardwebhooks.NewWebhook(s)
			got <- verifier.Verify(body, r.Header)
		}
		foreign, _ := standardwebhooks.NewWebhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		if foreign.Verify(body, r.Header) == nil {
			t.Error("a foreign secret verifies")
		}
		if r.Header.Get("webhook-id") != "msg_1" || string(body) != string(event) || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %v %s", r.Header, body)
		}
	})
	if err := courier(url, Options{AllowInside: true}).Deliver(t.Context(), letter()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
}

func TestAnswers(t *testing.T) {
	for status, want := range map[int]string{
		200: "<nil>", 202: "<nil>", 204: "<nil>", 301: "redirect", 302: "redirect", 307: "redirect",
		400: "http_400", 404: "http_404", 410: "http_410", 429: "http_429", 500: "http_500", 503: "http_503",
	} {
		var calls atomic.Int32
		url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		})
		err := courier(url, Options{AllowInside: true}).Deliver(t.Context(), letter())
		if got := code(err); got != want || calls.Load() != 1 {
			t.Errorf("%d: %s after %d calls, want %s after one", status, got, calls.Load(), want)
		}
	}
}

func TestSilentReceiver(t *testing.T) {
	release := make(chan struct{})
	url := receiver(t, func(_ http.ResponseWriter, r *http.Request) { <-release })
	err := courier(url, Options{AllowInside: true, Timeout: 50 * time.Millisecond}).Deliver(t.Context(), letter())
	close(release)
	if code(err) != "timeout" {
		t.Errorf("got %v", err)
	}
}

// An answer without end is read up to a bound, within the time of a delivery.
func TestEndlessAnswer(t *testing.T) {
	url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		for chunk := strings.Repeat("x", 4096); r.Context().Err() == nil; {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	if err := courier(url, Options{AllowInside: true}).Deliver(t.Context(), letter()); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestInsideIsRefused(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	for _, url := range []string{
		server.URL, "https://localhost" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port, "https://0.0.0.0" + port,
		"http://127.0.0.1" + port, "http://203.0.113.1/", "ftp://127.0.0.1/",
	} {
		if err := courier(url, Options{}).Deliver(t.Context(), letter()); code(err) != "inside_address" {
			t.Errorf("%s: %v", url, err)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls came in", calls.Load())
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if err := courier(server.URL, Options{AllowInside: true}).Deliver(t.Context(), letter()); code(err) != "tls" {
		t.Errorf("unknown certificate: %v", err)
	}
	server.Close()
	if err := courier(server.URL, Options{AllowInside: true}).Deliver(t.Context(), letter()); code(err) != "unreachable" {
		t.Errorf("nobody there: %v", err)
	}
	gone := New(Options{Endpoint: func(context.Context, rooms.ClinicID, string) (Endpoint, error) {
		return Endpoint{}, fmt.Errorf("find: %w", rooms.ErrNotFound)
	}})
	var failure *desk.Failure
	if err := gone.Deliver(t.Context(), letter()); !errors.As(err, &failure) || !failure.Final || failure.Code != "withdrawn" {
		t.Errorf("deleted endpoint: %v", err)
	}
}
