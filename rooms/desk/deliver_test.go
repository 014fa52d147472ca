package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vesper/rooms"
)

// box is a small honest Outbox in memory.
type box struct {
	mu      sync.Mutex
	letters []*boxed
	outage  error // of Sent and Failed: the process died before the note
}

type boxed struct {
	Letter
	due, leased time.Time
	state, code string
}

func (b *box) put(lane string, ids ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		now := time.Now()
		b.letters = append(b.letters, &boxed{
			Letter: Letter{ID: id, Kind: "webhook", Lane: lane, Created: now, GiveUp: now.Add(72 * time.Hour)}, due: now, state: "pending",
		})
	}
}

func (b *box) Claim(_ context.Context, kinds, full []string, lease time.Duration) (Letter, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for _, l := range b.letters {
		if l.state == "pending" && !l.due.After(now) && !l.leased.After(now) &&
			slices.Contains(kinds, l.Kind) && !slices.Contains(full, l.Lane) {
			l.leased = now.Add(lease)
			l.Attempt++
			return l.Letter, nil
		}
	}
	return Letter{}, rooms.ErrNotFound
}

func (b *box) note(id string, change func(*boxed)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.outage != nil {
		return b.outage
	}
	for _, l := range b.letters {
		if l.ID == id {
			change(l)
		}
	}
	return nil
}

func (b *box) Sent(_ context.Context, letter Letter) error {
	return b.note(letter.ID, func(l *boxed) { l.state = "sent" })
}

func (b *box) Failed(_ context.Context, letter Letter, code string, again time.Time) error {
	return b.note(letter.ID, func(l *boxed) {
		l.code, l.due, l.leased = code, again, time.Time{}
		if again.IsZero() {
			l.state = "dead"
		}
	})
}

func (b *box) find(id string) boxed {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.letters {
		if l.ID == id {
			return *l
		}
	}
	return boxed{}
}

// courier answers as it is told, by lane.
type courier struct {
	mu     sync.Mutex
	answer map[string]error // nil: arrives
	hang   string           // the lane that never answers
	times  map[string][]time.Time
	now    int // on their way now, and the most of any time
	most   int
}

func (c *courier) Deliver(ctx context.Context, l Letter) error {
	c.mu.Lock()
	c.times[l.ID] = append(c.times[l.ID], time.Now())
	c.now++
	c.most = max(c.most, c.now)
	hang, answer := l.Lane == c.hang, c.answer[l.Lane]
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.now--; c.mu.Unlock() }()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	if answer != nil && answer.Error() == "panic" {
		panic("planted")
	}
	return answer
}

func (c *courier) tries(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.times[id])
}

func post(t *testing.T, run func(b *box, c *courier, p *Post)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b, c := &box{}, &courier{times: map[string][]time.Time{}, answer: map[string]error{}}
		p := StartPost(PostOptions{Outbox: b, Couriers: map[string]Courier{"webhook": c}, Busy: 4})
		defer p.Close()
		run(b, c, p)
	})
}

func TestPostDelivers(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		b.put("a", "1", "2", "3")
		b.put("b", "4")
		p.Wake()
		synctest.Wait()
		for _, id := range []string{"1", "2", "3", "4"} {
			if l := b.find(id); l.state != "sent" || c.tries(id) != 1 {
				t.Errorf("letter %s: %s after %d attempts", id, l.state, c.tries(id))
			}
		}
		if sent, again, dead := p.Counts(); sent != 4 || again+dead != 0 {
			t.Errorf("counted %d, %d, %d", sent, again, dead)
		}
	})
}

func TestOneSlowTargetHoldsUpNobody(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		c.hang = "slow"
		b.put("slow", "s1", "s2", "s3", "s4", "s5", "s6")
		b.put("quick", "q1", "q2")
		p.Wake()
		synctest.Wait()
		if b.find("q2").state != "sent" || c.tries("s1") != 1 || c.tries("s2") != 0 {
			t.Errorf("quick is %s while slow hangs with %d+%d attempts", b.find("q2").state, c.tries("s1"), c.tries("s2"))
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if l := b.find("s1"); l.code != "timeout" || l.state != "pending" {
			t.Errorf("a delivery that hung: %s %s, want pending with timeout", l.state, l.code)
		}
		if c.most > 4 {
			t.Errorf("%d letters on their way at once, want at most 4", c.most)
		}
	})
}

func TestRetriesUntilThreeDays(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		c.answer["down"] = &Failure{Code: "http_503"}
		b.put("down", "x")
		time.Sleep(80 * time.Hour)
		synctest.Wait()
		l := b.find("x")
		if l.state != "dead" || l.code != "http_503" {
			t.Fatalf("after 80 h: %s %s", l.state, l.code)
		}
		times := c.times["x"]
		if len(times) < 12 || len(times) > 20 {
			t.Errorf("%d attempts in three days", len(times))
		}
		for i := 1; i < len(times); i++ {
			gap := times[i].Sub(times[i-1])
			if gap < time.Minute || gap > maxPause+time.Minute {
				t.Errorf("attempt %d came %s after the one before", i+1, gap)
			}
		}
	})
}

func TestFinalFailureAndPanic(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		c.answer["gone"] = &Failure{Code: "http_410", Final: true}
		c.answer["bug"] = errors.New("panic")
		b.put("gone", "g")
		b.put("bug", "p")
		p.Wake()
		synctest.Wait()
		if l := b.find("g"); l.state != "dead" || c.tries("g") != 1 {
			t.Errorf("final: %s after %d attempts", l.state, c.tries("g"))
		}
		if l := b.find("p"); l.state != "pending" || l.code != "internal" {
			t.Errorf("panic: %s %s", l.state, l.code)
		}
	})
}

func TestCrashBeforeTheNote(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		b.outage = errors.New("gone")
		b.put("a", "x")
		p.Wake()
		synctest.Wait()
		if c.tries("x") != 1 || b.find("x").state != "pending" {
			t.Fatalf("%d attempts, %s", c.tries("x"), b.find("x").state)
		}
		b.mu.Lock()
		b.outage = nil
		b.mu.Unlock()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if c.tries("x") != 2 || b.find("x").state != "sent" {
			t.Errorf("%d attempts, %s; want the same letter again after its lease", c.tries("x"), b.find("x").state)
		}
	})
}

func TestCloseWaits(t *testing.T) {
	post(t, func(b *box, c *courier, p *Post) {
		c.hang = "slow"
		b.put("slow", "x")
		p.Wake()
		synctest.Wait()
		p.Close()
		if c.now != 0 || b.find("x").state != "pending" {
			t.Errorf("after Close %d on their way, %s", c.now, b.find("x").state)
		}
	})
}

func TestPause(t *testing.T) {
	for _, c := range []struct {
		attempt int
		chance  float64
		want    time.Duration
	}{
		{0, 0, time.Minute}, {1, 0, time.Minute}, {2, 0, 2 * time.Minute}, {2, 0.5, 2*time.Minute + 12*time.Second},
		{10, 0, 512 * time.Minute}, {11, 0, 12 * time.Hour}, {1000, 0.9, 12 * time.Hour},
	} {
		if got := pause(c.attempt, c.chance); got != c.want {
			t.Errorf("pause(%d, %v) = %s, want %s", c.attempt, c.chance, got, c.want)
		}
	}
}
