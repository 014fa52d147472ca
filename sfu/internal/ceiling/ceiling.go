// Package ceiling lowers the layers sent to a subscriber whose reports show heavy loss, and tries again
// later. It is a safety net, not an estimator: it knows nothing of delay or bitrate. Time comes in as a
// value; nothing is started. Not safe for concurrent use.
package ceiling

import "time"

const (
	heavy     = 0.10             // share of packets lost that is too much even with retransmissions
	light     = 0.03             // below this a step up may be tried
	evidence  = 2 * time.Second  // how long loss must last
	firstHold = 10 * time.Second // before the first step up
	maxHold   = 80 * time.Second
	trial     = 8 * time.Second // a step up that fails within it doubles the hold
)

// Ceiling is one subscriber's. Make one with New.
type Ceiling struct {
	top, level int
	badSince   time.Time
	changed    time.Time
	raised     time.Time
	hold       time.Duration
}

// New allows layers 0 to top.
func New(top int) Ceiling { return Ceiling{top: top, level: top, hold: firstHold} }

// Level is the highest layer to send now.
func (c *Ceiling) Level() int { return c.level }

// Report takes the share of packets lost in the last interval, 0 to 1. It is meant to be called about
// once a second while video is sent.
func (c *Ceiling) Report(now time.Time, lost float64) {
	if lost < heavy {
		c.badSince = time.Time{}
		if c.level < c.top && lost < light && now.Sub(c.changed) >= c.hold {
			c.level++
			c.changed, c.raised = now, now
		}
		return
	}
	if c.badSince.IsZero() {
		c.badSince = now
	}
	if c.level == 0 {
		c.changed = now // the hold counts from the end of the loss
		return
	}
	if now.Sub(c.badSince) < evidence {
		return
	}
	if !c.raised.IsZero() && now.Sub(c.raised) < trial {
		c.hold = min(2*c.hold, maxHold)
	} else {
		c.hold = firstHold
	}
	c.level--
	c.changed, c.badSince = now, now
}
