package estimate

import "time"

const (
	lowQueue     = 25 * time.Millisecond  // as good as none
	foreignQueue = 100 * time.Millisecond // less isn't worth a quarrel
	foreignLong  = 700 * time.Millisecond
	foreignAfter = 2 * time.Second  // and two round trips
	foreignShare = 0.7              // of the rate it had, and the queue is still there
	foreignAgain = 30 * time.Second // since then it takes half as long to be convinced
	foreignVain  = 3
	foreignSoon  = 12 * time.Second // after the one before
	foreignLeast = 60_000           // who has so little has nothing to give
	foreignEnd   = time.Second      // without a queue

	followGrowth = 1.5 // of what is usual
	followLoss   = 0.015
	followCut    = 0.7
	followEvery  = 500 * time.Millisecond
)

// foreign finds out whether the queue is somebody else's: a TCP flow that fills it until packets are lost.
// Who gives way to the delay then gets nothing. It is foreign if it stays although we sent less and less,
// or comes again and again, and for as long as it doesn't empty.
type foreign struct {
	competing bool
	competed  time.Duration // when it last was so
	standing  bool          // there is a queue since at, from this rate on, that was so long at most
	at        time.Duration
	from      Bitrate
	most      time.Duration
	queueAt   time.Duration // when there last was one
	before    Bitrate       // from, of the queue before
	long      bool          // it has been as long as a foreign one
	longFor   time.Duration // in all
	traced    time.Duration // by when that has been counted
	longAt    time.Duration // when one last was so long
	vain      int           // long queues in a row that came although we sent much less than before the last
	followed  time.Duration // when loss was last followed
}

// watch takes every report. When it finds that we compete, it puts the rate to where we were before we
// gave way, as far as that is known to have been of no use.
func (f *foreign) watch(now time.Duration, o observed, rate *Bitrate) {
	f.trace(now, o, *rate)
	if f.competing {
		f.competed = now
		f.competing = now-f.queueAt <= foreignEnd
		return
	}
	again, after := f.competed > 0 && now-f.competed < foreignAgain, foreignAfter
	if again {
		after /= 2
	}
	stays := f.standing && f.longFor >= foreignLong && o.queue > highQueue && now-f.at >= after+2*o.rtt && (again || *rate <= scale(f.from, foreignShare))
	if !stays && f.vain < foreignVain {
		return
	}
	f.competing, f.followed, f.vain = true, now, 0
	*rate = min(max(*rate, o.arriving), f.from)
	if again {
		*rate = max(*rate, scale(f.from, followCut))
	}
}

// trace keeps account of the queue that stands, and of those before it.
func (f *foreign) trace(now time.Duration, o observed, rate Bitrate) {
	if o.queue > highQueue && !f.standing {
		f.before = f.from
		f.standing, f.at, f.from, f.most, f.long, f.longFor = true, now, rate, o.queue, false, 0
	}
	f.most = max(f.most, o.queue)
	if o.queue > foreignQueue {
		f.longFor += now - f.traced
	}
	f.traced = now
	if f.standing && !f.long && f.longFor >= foreignLong {
		f.long = true
		if f.vain++; now-f.longAt > foreignSoon || rate > scale(f.before, foreignShare) && rate > foreignLeast {
			f.vain = 0
		}
		f.longAt = now
	}
	if o.queue < max(lowQueue, f.most/3) { // it does empty
		f.standing = false
	}
	if o.queue > lowQueue {
		f.queueAt = now
	}
}

// follow gives the next rate beside somebody who fills the queue: up to what is wanted until there is
// loss, and then down nearly as TCP goes.
func (f *foreign) follow(now time.Duration, o observed, rate, grown Bitrate) Bitrate {
	if now-f.followed <= max(followEvery, 2*o.rtt) {
		return rate
	}
	switch {
	case o.loss > followLoss:
		f.followed = now
		return scale(rate, followCut)
	case o.limited:
		return rate
	}
	return max(rate, min(rate+grown, o.wanted))
}
