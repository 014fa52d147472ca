package api

import (
	"crypto/sha256"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"vesper/auth"
	"vesper/rooms"
)

// Rate is how often something may be asked: so many at once, then so many a
// second.
type Rate struct {
	Burst     int
	PerSecond float64
}

// Limits bound what those may ask who have no token: for one address, behind
// which a whole clinic may be, and with one link. A zero rate is the default.
type Limits struct {
	Address, Link Rate
	// Connect is for an address too, and for the WebSocket alone: a clinic
	// whose network was away comes back at once, and still opens its links.
	Connect Rate
}

// DefaultLimits let thirty people behind one address come in and load their
// page again at once, and one person try their link again and again.
var DefaultLimits = Limits{
	Address: Rate{Burst: 120, PerSecond: 4}, Link: Rate{Burst: 20, PerSecond: 0.5}, Connect: Rate{Burst: 120, PerSecond: 4},
}

func (l Limits) orDefault() Limits {
	if l.Address == (Rate{}) {
		l.Address = DefaultLimits.Address
	}
	if l.Link == (Rate{}) {
		l.Link = DefaultLimits.Link
	}
	if l.Connect == (Rate{}) {
		l.Connect = DefaultLimits.Connect
	}
	return l
}

// maxAskers bounds how many a meter knows.
const maxAskers = 10_000

// asker is the hash of an address or a secret: of the same size whatever
// strangers send.
type asker [sha256.Size]byte

// meter limits each asker to a rate. It knows the latest and no more than two
// times maxAskers: once there are that many new ones, the older half is
// forgotten.
type meter struct {
	clock rooms.Clock
	rate  Rate

	mu         sync.Mutex
	young, old map[asker]*rate.Limiter
}

func newMeter(clock rooms.Clock, r Rate) *meter {
	return &meter{clock: clock, rate: r, young: map[asker]*rate.Limiter{}}
}

// wait is how long somebody has to wait; 0: they may now.
func (m *meter) wait(who string) time.Duration {
	now := time.Unix(0, 0).Add(m.clock.Mono()) // a wall clock that steps frees and blocks nobody
	turn := m.limiter(sha256.Sum256([]byte(who))).ReserveN(now, 1)
	delay := turn.DelayFrom(now)
	if delay > 0 {
		turn.CancelAt(now)
	}
	return delay
}

func (m *meter) limiter(who asker) *rate.Limiter {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.young[who]; ok {
		return known
	}
	limiter, ok := m.old[who]
	if !ok {
		limiter = rate.NewLimiter(rate.Limit(m.rate.PerSecond), m.rate.Burst)
	}
	if len(m.young) >= maxAskers {
		m.young, m.old = map[asker]*rate.Limiter{}, m.young
	}
	m.young[who] = limiter
	return limiter
}

// slowDown refuses for a while.
func slowDown(wait time.Duration) *problem {
	p := refuse(http.StatusTooManyRequests, "slow_down", "Too many tries in a short time; wait a moment and try again.")
	p.after = max(1, int(math.Ceil(wait.Seconds())))
	return p
}

// GetHeaders are what huma sends with a refusal.
func (p *problem) GetHeaders() http.Header {
	if p.after == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.after)}}
}

// strangers holds back those who ask too often without a token, before
// anything else is done for them.
func (h *house) strangers(ctx huma.Context, next func(huma.Context)) {
	if _, protected := ctx.Operation().Metadata["may"].(may); !protected {
		request, _ := humago.Unwrap(ctx)
		if wait := h.byAddress.wait(h.asking(request)); wait > 0 {
			answerProblem(ctx, slowDown(wait))
			return
		}
	}
	next(ctx)
}

// slowly is strangers for the few pages that are no operations. how refuses.
func (h *house) slowly(page http.HandlerFunc, how func(http.ResponseWriter, *problem)) http.HandlerFunc {
	return h.metered(h.byAddress, page, how)
}

func (h *house) metered(by *meter, page http.HandlerFunc, how func(http.ResponseWriter, *problem)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		wait := by.wait(h.asking(r))
		if wait == 0 {
			page(w, r)
			return
		}
		p := slowDown(wait)
		w.Header().Set("Retry-After", strconv.Itoa(p.after))
		how(w, p)
	}
}

// tried counts a try with a link's secret.
func (h *house) tried(secret auth.Secret) error {
	if wait := h.byLink.wait(secret.Reveal()); wait > 0 {
		return slowDown(wait)
	}
	return nil
}
