package nack

import (
	"slices"
	"testing"
	"time"
)

const interval = 100 * time.Millisecond // of a round trip of 60 ms

func TestTracker(t *testing.T) {
	var tr Tracker
	now := time.Unix(10, 0)
	for _, seq := range []uint16{65533, 65534, 1, 2} { // 65535 and 0 are missing
		if tr.Receive(seq, now) {
			t.Fatalf("%d: a gap of two is no outage", seq)
		}
	}
	if due, _ := tr.Due(now, 60*time.Millisecond, nil); len(due) != 0 {
		t.Errorf("at once: got %v, want none, it may be reordering", due)
	}
	now = now.Add(firstDelay)
	if due, _ := tr.Due(now, 60*time.Millisecond, nil); !slices.Equal(due, []uint16{65535, 0}) {
		t.Errorf("got %v, want 65535 and 0", due)
	}
	if due, _ := tr.Due(now.Add(interval/2), 60*time.Millisecond, nil); len(due) != 0 {
		t.Errorf("too early again: got %v", due)
	}
	tr.Receive(65535, now)
	if due, _ := tr.Due(now.Add(interval), 60*time.Millisecond, nil); !slices.Equal(due, []uint16{0}) {
		t.Errorf("got %v, want 0", due)
	}
	gaveUp := false
	for i := range maxTries + 2 {
		_, gone := tr.Due(now.Add(time.Duration(i+2)*interval), 60*time.Millisecond, nil)
		gaveUp = gaveUp || gone
	}
	if !gaveUp || tr.Missing() != 0 {
		t.Errorf("got given up %v, %d missing, want true, 0", gaveUp, tr.Missing())
	}
}

func TestOutage(t *testing.T) {
	var tr Tracker
	now := time.Unix(10, 0)
	tr.Receive(1, now)
	if !tr.Receive(1+maxMissing+2, now) || tr.Missing() != 0 {
		t.Errorf("a gap of %d should be an outage; %d missing", maxMissing+1, tr.Missing())
	}
	tr.Receive(1, now) // far too late
	if tr.Missing() != 0 {
		t.Errorf("missing: got %d", tr.Missing())
	}
}

func FuzzTracker(f *testing.F) {
	f.Add([]byte{0, 1, 0, 9, 255, 255})
	f.Fuzz(func(t *testing.T, seqs []byte) {
		var tr Tracker
		now := time.Unix(10, 0)
		for i := 0; i+1 < len(seqs); i += 2 {
			tr.Receive(uint16(seqs[i])<<8|uint16(seqs[i+1]), now)
			now = now.Add(5 * time.Millisecond)
			due, _ := tr.Due(now, 60*time.Millisecond, nil)
			if len(due) > maxMissing || tr.Missing() > maxMissing {
				t.Fatalf("%d due, %d missing", len(due), tr.Missing())
			}
		}
	})
}
