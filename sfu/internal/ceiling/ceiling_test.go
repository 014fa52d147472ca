package ceiling

import (
	"testing"
	"time"
)

func TestCeiling(t *testing.T) {
	c, now := New(2), time.Unix(100, 0)
	run := func(seconds int, lost float64) {
		for range seconds {
			now = now.Add(time.Second)
			c.Report(now, lost)
		}
	}
	run(60, 0.05)
	if c.Level() != 2 {
		t.Fatalf("5 %% is for retransmissions: level %d", c.Level())
	}
	run(1, 0.5)
	run(1, 0)
	if c.Level() != 2 {
		t.Fatalf("one bad report: level %d", c.Level())
	}
	run(3, 0.3)
	if c.Level() != 1 {
		t.Fatalf("three bad reports: level %d, want 1", c.Level())
	}
	run(30, 0.3)
	if c.Level() != 0 {
		t.Fatalf("it goes on: level %d, want 0", c.Level())
	}
	run(9, 0)
	if c.Level() != 0 {
		t.Fatalf("too early to try: level %d", c.Level())
	}
	run(2, 0)
	if c.Level() != 1 {
		t.Fatalf("a step up: level %d, want 1", c.Level())
	}
	run(3, 0.3) // it failed
	run(15, 0)
	if c.Level() != 0 {
		t.Fatalf("the next trial comes later: level %d, want 0", c.Level())
	}
	run(10, 0)
	if c.Level() != 1 {
		t.Fatalf("level %d, want 1", c.Level())
	}
	run(60, 0)
	if c.Level() != 2 {
		t.Fatalf("recovered: level %d, want 2", c.Level())
	}
}
