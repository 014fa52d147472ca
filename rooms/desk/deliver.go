package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"vesper/rooms"
)

// Between two attempts lies a time that doubles, up to a bound.
const (
	firstPause = time.Minute
	maxPause   = 12 * time.Hour
)

// PostOptions of a Post. Outbox and Couriers must be set.
type PostOptions struct {
	Outbox   Outbox
	Couriers map[string]Courier // by kind
	// Lanes is how many letters of a kind's one lane are on their way at a
	// time; 0: 1.
	Lanes   map[string]int
	Busy    int           // letters on their way at a time, of all lanes; 0: 16
	Timeout time.Duration // of one delivery; 0: 1 min
	Every   time.Duration // between looks into the outbox; 0: 5 s
	Clock   rooms.Clock
	Logger  *slog.Logger
}

// Post delivers the outbox until Close. A letter arrives at least once: after
// a crash between its delivery and the note of it, it is delivered again under
// the same id. A receiver that is slow or away delays its own lane only.
type Post struct {
	options PostOptions
	kinds   []string
	ctx     context.Context
	cancel  context.CancelFunc
	wake    chan struct{}
	wg      sync.WaitGroup
	counts  [3]atomic.Uint64 // by outcome

	mu    sync.Mutex
	lanes map[string]int // letters on their way
	busy  int
}

// Outcomes of one delivery.
const (
	arrived = iota
	putOff
	givenUp
)

// StartPost begins to deliver.
func StartPost(o PostOptions) *Post {
	if o.Busy == 0 {
		o.Busy = 16
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	if o.Clock == nil {
		o.Clock = rooms.SystemClock
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Post{options: o, wake: make(chan struct{}, 1), lanes: map[string]int{}}
	for kind := range o.Couriers {
		p.kinds = append(p.kinds, kind)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.wg.Add(1)
	go p.run()
	return p
}

// Wake asks for a look into the outbox now.
func (p *Post) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Close breaks off what is on its way and waits. What had arrived by then may
// be delivered again.
func (p *Post) Close() {
	p.cancel()
	p.wg.Wait()
}

// Counts are the deliveries so far: arrived, to be tried again, given up.
func (p *Post) Counts() (sent, again, dead uint64) {
	return p.counts[arrived].Load(), p.counts[putOff].Load(), p.counts[givenUp].Load()
}

func (p *Post) run() {
	defer p.wg.Done()
	for p.ctx.Err() == nil {
		if err := p.send(); err != nil && p.ctx.Err() == nil {
			p.options.Logger.Error("outbox can't be read, next look in a moment", "error", err)
		}
		due := make(chan struct{})
		timer := p.options.Clock.AfterFunc(p.options.Every, func() { close(due) })
		select {
		case <-due:
		case <-p.wake:
		case <-p.ctx.Done():
		}
		timer.Stop()
	}
}

// send puts on their way as many letters as are due and have room.
func (p *Post) send() error {
	for len(p.kinds) > 0 {
		full, room := p.full()
		if !room {
			return nil
		}
		letter, err := p.options.Outbox.Claim(p.ctx, p.kinds, full, 2*p.options.Timeout)
		if errors.Is(err, rooms.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p.begin(letter)
	}
	return nil
}

// full are the lanes that take no more now. room is false when nothing at all
// does.
func (p *Post) full() (lanes []string, room bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for lane, n := range p.lanes {
		if n <= 0 {
			lanes = append(lanes, lane)
		}
	}
	return lanes, p.busy < p.options.Busy
}

func (p *Post) begin(letter Letter) {
	p.mu.Lock()
	if _, known := p.lanes[letter.Lane]; !known {
		p.lanes[letter.Lane] = max(1, p.options.Lanes[letter.Kind])
	}
	p.lanes[letter.Lane]--
	p.busy++
	p.mu.Unlock()
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		p.deliver(letter)
		p.mu.Lock()
		p.lanes[letter.Lane]++
		if p.lanes[letter.Lane] == max(1, p.options.Lanes[letter.Kind]) {
			delete(p.lanes, letter.Lane)
		}
		p.busy--
		p.mu.Unlock()
		p.Wake()
	}()
}

// deliver brings one letter and notes how it went.
func (p *Post) deliver(letter Letter) {
	ctx, cancel := context.WithTimeout(p.ctx, p.options.Timeout)
	err := p.bring(ctx, letter)
	cancel()
	if p.ctx.Err() != nil && err != nil {
		return // closing: its lease runs out and it is tried again
	}
	note := context.WithoutCancel(p.ctx)
	if err == nil {
		p.counts[arrived].Add(1)
		err = p.options.Outbox.Sent(note, letter)
	} else {
		err = p.failed(note, letter, err)
	}
	if err != nil {
		p.options.Logger.Error("outcome of a delivery not noted, it will be repeated", "letter", letter, "error", err)
	}
}

// bring calls the courier; a panic of it is that letter's failure alone.
func (p *Post) bring(ctx context.Context, letter Letter) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("courier of %s: panic", letter.Kind)
			p.options.Logger.Error("courier panicked", "kind", letter.Kind, "letter", letter)
		}
	}()
	return p.options.Couriers[letter.Kind].Deliver(ctx, letter)
}

func (p *Post) failed(ctx context.Context, letter Letter, err error) error {
	why := failureOf(err)
	again := p.options.Clock.Now().Add(pause(letter.Attempt, rand.Float64()))
	if why.Final || !again.Before(letter.GiveUp) {
		again = time.Time{}
		p.counts[givenUp].Add(1)
		p.options.Logger.Warn("letter given up", "letter", letter, "kind", letter.Kind, "attempts", letter.Attempt, "code", why.Code)
	} else {
		p.counts[putOff].Add(1)
	}
	return p.options.Outbox.Failed(ctx, letter, why.Code, again)
}

// pause is how long after the attempt of that number the next one comes: 1
// min, 2, 4, up to 12 h, each up to a fifth longer by chance, which is in
// [0, 1), so that what failed together does not come back together.
func pause(attempt int, chance float64) time.Duration {
	d := maxPause
	if attempt < 1 {
		attempt = 1
	}
	if shift := attempt - 1; shift < 10 {
		d = min(maxPause, firstPause<<shift)
	}
	return min(maxPause, d+time.Duration(chance*float64(d)/5))
}
