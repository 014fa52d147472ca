package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/signaling/wire"
)

// limited is the office behind the usual limits and one proxy.
func limited(t *testing.T) (*office, http.Handler) {
	t.Helper()
	o := newOffice(t)
	keys, err := auth.NewKeys()
	o.check(err)
	mux := http.NewServeMux()
	Mount(mux, Options{
		Records: o.records, Authority: o.authority, Keys: keys, Clock: o, URL: o.url,
		Proxies:      []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")},
		Conversation: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSwitchingProtocols) }),
	})
	return o, mux
}

// ask asks once, as from an address.
func askFrom(handler http.Handler, method, path, from, forwarded string, body any) *httptest.ResponseRecorder {
	var payload bytes.Buffer
	kind := "application/json"
	if form, ok := body.(url.Values); ok {
		payload.WriteString(form.Encode())
		kind = "application/x-www-form-urlencoded"
	} else if body != nil {
		_ = json.NewEncoder(&payload).Encode(body)
	}
	request := httptest.NewRequest(method, path, &payload)
	request.Header.Set("Content-Type", kind)
	request.RemoteAddr = from
	if forwarded != "" {
		request.Header.Set("X-Forwarded-For", forwarded)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

// A thousand tries at once: most are refused, quickly and with the time to
// wait, and the next house gets in meanwhile.
func TestAThousandTries(t *testing.T) {
	for _, c := range []struct {
		method, path string
		body         func(int) any
	}{
		{"POST", "/api/v1/invitations/open", func(i int) any { return wire.OpenRequest{Secret: fmt.Sprint("guess", i)} }},
		{"POST", "/api/v1/invitations/ticket", func(i int) any { return wire.TicketRequest{Secret: fmt.Sprint("guess", i)} }},
		{"POST", "/api/v1/invitations/after", func(i int) any { return wire.AfterRequest{Secret: fmt.Sprint("guess", i)} }},
		{"POST", "/api/v1/staff/signin", func(i int) any { return wire.SignInRequest{Secret: fmt.Sprint("guess", i)} }},
		{"POST", "/api/v1/staff/passkey/begin", func(int) any { return nil }},
		{"POST", "/api/v1/staff/passkey/signin", func(int) any { return PasskeyAnswer{ID: "x", Response: json.RawMessage("{}")} }},
		{"POST", "/api/v1/oauth/token", func(i int) any { return url.Values{"grant_type": {strconv.Itoa(i)}} }},
		{"GET", wire.Path, func(int) any { return nil }},
		{"GET", "/api/v1/oidc/idp/start", func(int) any { return nil }},
		{"GET", "/api/v1/oidc/idp/callback?state=x", func(int) any { return nil }},
		{"GET", "/api/v1/smart/launch?iss=x", func(int) any { return nil }},
		{"GET", "/api/v1/calendar.ics?token=guess", func(int) any { return nil }},
	} {
		_, handler := limited(t)
		refused, began := 0, time.Now()
		for i := range 1000 {
			answer := askFrom(handler, c.method, c.path, "198.51.100.7:1000", "", c.body(i))
			if answer.Code != http.StatusTooManyRequests {
				continue
			}
			refused++
			wait, err := strconv.Atoi(answer.Header().Get("Retry-After"))
			if err != nil || wait < 1 || wait > 60 || !strings.Contains(answer.Body.String(), "slow_down") {
				t.Fatalf("%s: %v %s", c.path, answer.Header(), answer.Body)
			}
		}
		most := DefaultLimits.Address.Burst + int(time.Since(began).Seconds()+1)*int(DefaultLimits.Address.PerSecond)
		if let := 1000 - refused; let > most || let < DefaultLimits.Address.Burst {
			t.Errorf("%s: %d of 1000 were let through", c.path, let)
		}
		if answer := askFrom(handler, c.method, c.path, "198.51.100.8:1000", "", c.body(1)); answer.Code == http.StatusTooManyRequests {
			t.Errorf("%s: the house next door has to wait too", c.path)
		}
	}
}

// Thirty people behind one address come in and load the page once more.
func TestAClinicBehindOneAddress(t *testing.T) {
	_, handler := limited(t)
	for i := range 30 {
		for range 2 {
			for path, body := range map[string]any{
				"open": wire.OpenRequest{Secret: fmt.Sprint("s", i)}, "ticket": wire.TicketRequest{Secret: fmt.Sprint("s", i)},
			} {
				if answer := askFrom(handler, "POST", "/api/v1/invitations/"+path, "198.51.100.7:1000", "", body); answer.Code == http.StatusTooManyRequests {
					t.Fatalf("person %d has to wait", i)
				}
			}
		}
	}
}

// One link is tried by many addresses.
func TestALinkIsTriedOften(t *testing.T) {
	o, handler := limited(t)
	_, secret := o.seat("harbor", "FREQ=DAILY;COUNT=1", o.local(2*time.Hour))
	let := 0
	for i := range 200 {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i), 1}), 1000).String()
		switch answer := askFrom(handler, "POST", "/api/v1/invitations/open", from, "", wire.OpenRequest{Secret: secret}); answer.Code {
		case http.StatusOK:
			let++
		case http.StatusTooManyRequests:
			if answer.Header().Get("Retry-After") == "" {
				t.Fatal("nobody says how long to wait")
			}
		default:
			t.Fatal(answer.Code, answer.Body)
		}
	}
	if burst := DefaultLimits.Link.Burst; let < burst || let > burst+10 {
		t.Errorf("%d tries with one link", let)
	}
}

// Who asks is what the connection says, unless it comes from the proxy.
func TestWhoAsks(t *testing.T) {
	h := &house{Options: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:1::/64")}}}
	for _, c := range []struct{ from, forwarded, want string }{
		{"198.51.100.7:1", "", "198.51.100.7"},
		{"198.51.100.7:1", "203.0.113.9", "198.51.100.7"}, // a stranger's word
		{"192.0.2.1:1", "203.0.113.9", "203.0.113.9"},
		{"192.0.2.1:1", "1.1.1.1, 203.0.113.9", "203.0.113.9"}, // the first is the stranger's own
		{"192.0.2.1:1", "203.0.113.9, 192.0.2.2", "203.0.113.9"},
		{"192.0.2.1:1", "192.0.2.3,192.0.2.2", "192.0.2.3"},
		{"192.0.2.1:1", "nonsense", "192.0.2.1"},
		{"192.0.2.1:1", "203.0.113.9, nonsense", "192.0.2.1"},
		{"192.0.2.1:1", "", "192.0.2.1"},
		{"[::ffff:192.0.2.1]:1", "::ffff:203.0.113.9", "203.0.113.9"},
		{"[2001:db8:1::5]:1", "2001:db8:7:8:9::1", "2001:db8:7:8::/64"},
		{"[2001:db8:7:8:1::1]:1", "", "2001:db8:7:8::/64"},
		{"[fe80::1%eth0]:1", "", "fe80::/64"},
		{"@", "203.0.113.9", "@"},
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = c.from
		for part := range strings.SplitSeq(c.forwarded, ", ") { // as several lines
			request.Header.Add("X-Forwarded-For", part)
		}
		if got := h.asking(request); got != c.want {
			t.Errorf("from %s with %q: %s, want %s", c.from, c.forwarded, got, c.want)
		}
	}
}

// The header that the configuration names is read, and no other.
func TestProxyHeader(t *testing.T) {
	h := &house{Options: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, ProxyHeader: "X-Real-IP"}}
	for from, want := range map[string]string{"192.0.2.1:1": "203.0.113.9", "198.51.100.7:1": "198.51.100.7"} {
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = from
		request.Header.Set("X-Real-IP", "203.0.113.9")
		for _, other := range []string{"X-Forwarded-For", "Forwarded", "True-Client-IP", "CF-Connecting-IP"} {
			request.Header.Set(other, "10.9.9.9")
		}
		if got := h.asking(request); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
}

// What strangers send is not remembered without an end.
func TestMetersAreBounded(t *testing.T) {
	m := newMeter(rooms.SystemClock, Rate{Burst: 1, PerSecond: 0.001})
	if m.wait("the first") != 0 || m.wait("the first") == 0 {
		t.Fatal("one try is one too few, or two are none too many")
	}
	for i := range 5 * maxAskers {
		m.wait(strconv.Itoa(i))
		if n := len(m.young) + len(m.old); n > 2*maxAskers {
			t.Fatalf("%d are remembered", n)
		}
	}
}
