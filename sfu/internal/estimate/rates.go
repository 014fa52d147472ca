package estimate

import "time"

const (
	rateBin  = 10 * time.Millisecond
	rateBins = 128
)

// meter is the rate of bytes over the last 1.2 s, in bins of 10 ms on whatever clock it is given.
type meter struct {
	bins    [rateBins]uint32
	newest  int64 // number of the newest bin
	first   int64
	started bool
}

func (m *meter) add(at time.Duration, size int) {
	bin := int64(at / rateBin)
	if !m.started {
		m.started, m.newest, m.first = true, bin, bin
	}
	m.advance(bin)
	if m.newest-bin < rateBins {
		m.bins[bin&(rateBins-1)] += uint32(size)
	}
}

// advance lets time pass without bytes.
func (m *meter) advance(bin int64) {
	if bin-m.newest >= rateBins {
		clear(m.bins[:])
		m.newest = bin
	}
	for m.newest < bin {
		m.newest++
		m.bins[m.newest&(rateBins-1)] = 0
	}
}

// rate is the mean over a window that ends with the newest bin, which does not count; false if less than
// half of the window has been seen.
func (m *meter) rate(window time.Duration) (Bitrate, bool) {
	n := min(int64(window/rateBin), m.newest-m.first, rateBins-1)
	if !m.started || n < int64(window/rateBin)/2 || n <= 0 {
		return 0, false
	}
	total := uint64(0)
	for i := m.newest - n; i < m.newest; i++ {
		total += uint64(m.bins[i&(rateBins-1)])
	}
	return Bitrate(total * 8 * uint64(time.Second) / uint64(time.Duration(n)*rateBin)), true
}

// until is the rate of a window that ends at a time, which may be later than the newest byte.
func (m *meter) until(at time.Duration, window time.Duration) (Bitrate, bool) {
	if m.started {
		m.advance(int64(at / rateBin))
	}
	return m.rate(window)
}
