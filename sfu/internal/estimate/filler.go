package estimate

import "time"

const (
	fillAtMost = 50 * time.Millisecond // of the rate, what may be made up for at once
	fillLeast  = 200                   // bytes: not worth a packet
)

// filler is what is missing to a rate, in bytes.
type filler struct {
	bytes float64
	last  time.Duration
}

// earn lets time pass at a rate.
func (f *filler) earn(now time.Duration, rate Bitrate) {
	most := float64(rate) / 8 * fillAtMost.Seconds()
	f.bytes = min(f.bytes+float64(rate)/8*(now-f.last).Seconds(), most)
	f.last = now
}

func (f *filler) spend(size int) { f.bytes = max(f.bytes-float64(size), -20_000) }

func (f *filler) due() int {
	if f.bytes < fillLeast {
		return 0
	}
	return int(f.bytes)
}
