// Package nack finds out which packets of one incoming stream are missing and when to ask for them
// again (RFC 4585, 6.2.1). Time comes in as a value; nothing is started. Not safe for concurrent use.
package nack

import "time"

const (
	maxMissing = 128                   // more at once is an outage: a keyframe is cheaper
	maxTries   = 6                     // requests for one packet
	maxAge     = 1 * time.Second       // after which nobody waits for it any more
	firstDelay = 10 * time.Millisecond // reordering is not loss
	// between two requests for one packet: a round trip and what the answer needs, within these
	minInterval = 30 * time.Millisecond
	maxInterval = 200 * time.Millisecond
)

// Tracker follows one stream.
type Tracker struct {
	started bool
	high    uint64
	missing []missing // ascending
}

type missing struct {
	seq   uint64
	since time.Time
	asked time.Time
	tries int
}

// Receive notes a packet, original or retransmitted. lost is true if so much is missing at once that it
// can't be asked for; the list is then empty and the stream needs a keyframe.
func (t *Tracker) Receive(seq uint16, now time.Time) (lost bool) {
	if !t.started {
		t.started, t.high = true, 1<<32|uint64(seq)
		return false
	}
	extended := t.high + uint64(int64(int16(seq-uint16(t.high))))
	if extended <= t.high {
		t.remove(extended)
		return false
	}
	gap := int(extended - t.high - 1)
	if gap > maxMissing || len(t.missing)+gap > maxMissing {
		t.missing = t.missing[:0]
		t.high = extended
		return true
	}
	for s := t.high + 1; s < extended; s++ {
		t.missing = append(t.missing, missing{seq: s, since: now})
	}
	t.high = extended
	return false
}

func (t *Tracker) remove(extended uint64) {
	for i := range t.missing {
		if t.missing[i].seq == extended {
			t.missing = append(t.missing[:i], t.missing[i+1:]...)
			return
		}
	}
}

// Due appends to seqs what has to be asked for now, ascending, and counts it as asked. gaveUp is true if
// a packet was given up: a video stream then needs a keyframe.
// rtt is the round trip to the sender, 0 if it is not known.
func (t *Tracker) Due(now time.Time, rtt time.Duration, seqs []uint16) (due []uint16, gaveUp bool) {
	interval := min(max(rtt+rtt/2+10*time.Millisecond, minInterval), maxInterval)
	kept := t.missing[:0]
	for _, m := range t.missing {
		if m.tries >= maxTries && now.Sub(m.asked) >= interval || now.Sub(m.since) > maxAge {
			gaveUp = true
			continue
		}
		first := m.tries == 0 && now.Sub(m.since) >= firstDelay
		again := m.tries > 0 && m.tries < maxTries && now.Sub(m.asked) >= interval
		if first || again {
			m.tries, m.asked = m.tries+1, now
			seqs = append(seqs, uint16(m.seq))
		}
		kept = append(kept, m)
	}
	t.missing = kept
	return seqs, gaveUp
}

// Missing is how many packets are waited for.
func (t *Tracker) Missing() int { return len(t.missing) }
