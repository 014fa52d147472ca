// Package hook brings events to the webhooks of other systems, as the Standard
// Webhooks specification describes: signed, with the same id at every attempt.
//
// It sends to the internet only. An address inside is refused at the moment of
// connecting, redirects are not followed, and what the receiver answers is
// read up to a bound and thrown away. It knows no storage: the desk hands it
// letters, and a function of its Options says where an endpoint is.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vesper/rooms"
	"vesper/rooms/desk"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// Endpoint is where events go, and the secrets under which they are signed
// now: one, or two while they are changed.
type Endpoint struct {
	URL     string
	Secrets []string
}

// Options of a Hook. Endpoint must be set.
type Options struct {
	// Endpoint finds an endpoint; rooms.ErrNotFound: it was deleted or switched
	// off.
	Endpoint func(ctx context.Context, clinic rooms.ClinicID, id string) (Endpoint, error)
	// AllowInside lets plain HTTP and inside addresses through, for tests.
	AllowInside bool
	Timeout     time.Duration // of one delivery; 0: 10 s
	Clock       rooms.Clock
}

// Hook is a courier. It may be used from any goroutine.
type Hook struct {
	options Options
	client  *http.Client
}

var _ desk.Courier = (*Hook)(nil)

// New makes a courier. It keeps no connections.
func New(o Options) *Hook {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	dialer := &net.Dialer{Timeout: o.Timeout}
	if !o.AllowInside {
		dialer.Control = func(network, address string, c syscall.RawConn) error { return refuseInside(network, address, c) }
	}
	return &Hook{options: o, client: &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, DisableKeepAlives: true,
			TLSHandshakeTimeout: o.Timeout, ResponseHeaderTimeout: o.Timeout, MaxResponseHeaderBytes: maxAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Deliver sends one event. An answer of 2xx is an arrival, 410 is the
// receiver's wish to get no more of them.
func (h *Hook) Deliver(ctx context.Context, letter desk.Letter) error {
	endpoint, err := h.options.Endpoint(ctx, letter.Clinic, letter.Target)
	if errors.Is(err, rooms.ErrNotFound) {
		return &desk.Failure{Code: "withdrawn", Final: true}
	}
	if err != nil {
		return fmt.Errorf("find endpoint: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, h.options.Timeout)
	defer cancel()
	request, err := h.request(ctx, endpoint, letter)
	if err != nil {
		return err
	}
	response, err := h.client.Do(request)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer)) // what it says does not matter
	return judge(response.StatusCode)
}

// request is the letter as the receiver gets it. Standard Webhooks 1.0: the
// signature covers id, time and body; with two secrets there are two.
func (h *Hook) request(ctx context.Context, endpoint Endpoint, letter desk.Letter) (*http.Request, error) {
	if !h.allowed(endpoint.URL) {
		return nil, &desk.Failure{Code: "inside_address"}
	}
	now := h.options.Clock.Now()
	var signatures []string
	for _, secret := range endpoint.Secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("a secret is not what was made")
		}
		signature, err := signer.Sign(letter.ID, now, letter.Event)
		if err != nil {
			return nil, errors.New("sign an event")
		}
		signatures = append(signatures, signature)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.URL, bytes.NewReader(letter.Event))
	if err != nil {
		return nil, &desk.Failure{Code: "bad_url", Final: true}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Vesper")
	request.Header.Set(standardwebhooks.HeaderWebhookID, letter.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return request, nil
}

// allowed is the second look at an address that was checked when it was set:
// only TLS leaves the house.
func (h *Hook) allowed(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || h.options.AllowInside)
}

func judge(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		return &desk.Failure{Code: "redirect"}
	case status == http.StatusGone:
		return &desk.Failure{Code: "http_410", Final: true}
	}
	return &desk.Failure{Code: fmt.Sprintf("http_%d", status)}
}

// unreachable is why there was no answer, without the words of the network,
// which may hold addresses.
func unreachable(ctx context.Context, err error) error {
	var timeout net.Error
	var unknown *net.DNSError
	switch {
	case errors.Is(err, errInside):
		return &desk.Failure{Code: "inside_address"}
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return &desk.Failure{Code: "timeout"}
	case errors.As(err, &unknown):
		return &desk.Failure{Code: "name_unknown"}
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "):
		return &desk.Failure{Code: "tls"}
	}
	return &desk.Failure{Code: "unreachable"}
}
