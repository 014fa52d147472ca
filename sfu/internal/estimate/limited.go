package estimate

import "time"

// limited says whether less is sent than could be, by comparing it with what the target allowed.
type limited struct {
	yes     bool
	allowed meter
	last    time.Duration
}

const (
	limitedBelow = 0.90
	limitedUntil = 0.95
)

func (l *limited) update(now time.Duration, sending *meter, target Bitrate) {
	for l.last = max(l.last, now-longWindow); l.last < now; l.last += rateBin { // evenly, however rarely we are asked
		l.allowed.add(l.last, int(float64(target)/8*rateBin.Seconds()))
	}
	rate, ok := sending.until(now, longWindow)
	could, known := l.allowed.rate(longWindow)
	switch {
	case !ok || !known:
		l.yes = true
	case l.yes:
		l.yes = rate < scale(could, limitedUntil)
	default:
		l.yes = rate < scale(could, limitedBelow)
	}
}
