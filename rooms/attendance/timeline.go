package attendance

import (
	"cmp"
	"slices"
	"time"

	"vesper/rooms"
)

// entry is a journal entry in the time that the records use.
type entry struct {
	*rooms.Event       // as in the journal, which nobody writes to
	at           int64 // when the room learned of it, never before the entry ahead of it
	fact         int64 // what it speaks of: Since, or at
}

// life is what one node wrote under one epoch.
type life struct {
	epoch   uint64
	node    rooms.NodeID // of its first entry
	entries []entry
	shift   int64 // added to its times, so that time never runs backwards
}

// timeline is a whole journal in the one order that the records use.
type timeline struct {
	entries []entry
	review  []rooms.Event    // what staff wrote, in the order of identity
	shifts  map[uint64]int64 // epoch -> life.shift
	last    int64            // time of the last entry; 0 without any

	clamped  bool                    // a life or an entry was moved on
	conflict bool                    // one identity with two contents
	late     map[rooms.PersonID]bool // whose entries of a replay came too late to count
}

// order removes repetitions, orders the entries by identity and dates them.
// It depends on the set of entries only.
func order(journal []rooms.Event) timeline {
	tl := timeline{shifts: map[uint64]int64{}, late: map[rooms.PersonID]bool{}}
	if !clean(journal) {
		journal = tl.distinct(journal)
	}
	lives := tl.lives(journal)
	var latest int64
	for i := range lives {
		l := &lives[i]
		if i > 0 {
			tl.settle(&lives[i-1], l, &latest)
		}
		tl.shifts[l.epoch] = l.shift
		for _, e := range l.entries {
			e.at += l.shift
			e.fact += l.shift
			if e.at < latest {
				e.at, tl.clamped = latest, true
			}
			latest = e.at
			e.fact = min(e.fact, e.at)
			tl.entries = append(tl.entries, e)
		}
	}
	tl.last = latest
	return tl
}

// clean reports whether the events are such as distinct makes them; those of
// a chain mostly are.
func clean(journal []rooms.Event) bool {
	for i := range journal {
		e := &journal[i]
		if i > 0 && !journal[i-1].ID.Less(e.ID) || e.At != moment(millis(e.At)) || e.Since != whole(e.Since) || e.Until != whole(e.Until) {
			return false
		}
	}
	return true
}

// distinct sorts the events by identity and keeps one of each.
func (tl *timeline) distinct(journal []rooms.Event) []rooms.Event {
	sorted := make([]rooms.Event, len(journal))
	for i, e := range journal {
		e.At, e.Since, e.Until = moment(millis(e.At)), whole(e.Since), whole(e.Until)
		sorted[i] = e
	}
	slices.SortFunc(sorted, compare)
	return slices.CompactFunc(sorted, func(a, b rooms.Event) bool {
		if a.ID == b.ID && a != b {
			tl.conflict = true
		}
		return a.ID == b.ID
	})
}

// whole cuts a time to milliseconds; no time stays none.
func whole(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return moment(millis(t))
}

// compare orders by identity, and two contents of one identity by content, so
// that even a damaged journal has one order.
func compare(a, b rooms.Event) int {
	if a.ID != b.ID {
		if a.ID.Less(b.ID) {
			return -1
		}
		return 1
	}
	return cmp.Or(
		a.At.Compare(b.At), cmp.Compare(a.Mono, b.Mono), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Person, b.Person), cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Conn, b.Conn),
		a.Since.Compare(b.Since), cmp.Compare(a.Segment, b.Segment), cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.StepMS, b.StepMS), a.Until.Compare(b.Until), cmp.Compare(a.With, b.With),
		cmp.Compare(a.Ref.String(), b.Ref.String()), cmp.Compare(a.Note, b.Note))
}

// lives dates the events of every life. What staff wrote it sets apart: that
// names its own times, and is no sign of life of the server that wrote it down.
func (tl *timeline) lives(events []rooms.Event) []life {
	var lives []life
	all := make([]entry, 0, len(events))
	tl.entries = all // order puts them there once more, and is never ahead of what it reads
	for i := range events {
		e := &events[i]
		if ofReview(e.Kind) {
			tl.review = append(tl.review, *e)
			continue
		}
		n := len(all)
		all = append(all, entry{Event: e, at: millis(e.At), fact: millis(e.Fact())})
		if n := len(lives); n == 0 || lives[n-1].epoch != e.ID.Epoch {
			lives = append(lives, life{epoch: e.ID.Epoch, node: e.ID.Node})
		}
		l := &lives[len(lives)-1]
		l.entries = all[n-len(l.entries) : n+1]
	}
	return lives
}

// settle decides between two reasons for an older life that seems to end after
// the newer one began. On one node, or within the skew of two, a clock went
// back: the newer life is moved on as a whole, which keeps its durations. Else
// a cut-off owner went on alone: what it wrote since then does not count.
func (tl *timeline) settle(old, next *life, latest *int64) {
	start := next.entries[0].at
	excess := *latest - start
	if excess <= 0 {
		return
	}
	if excess <= skewMS || old.node == next.node {
		next.shift, tl.clamped = excess, true
		return
	}
	kept := tl.entries[:0]
	*latest = 0
	for _, e := range tl.entries {
		if e.at > start {
			tl.late[e.Person] = true
			continue
		}
		kept = append(kept, e)
		*latest = e.at
	}
	tl.entries = kept
}
