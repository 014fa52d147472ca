package pathsim

import (
	"slices"
	"time"
)

const bin = 100 * time.Millisecond

// Stats is what became of a flow's packets.
type Stats struct {
	Sent, Arrived [kinds]int
	Bytes         [kinds]int // sent
	Malformed     int
	Received      []float64       // bytes that arrived, per tenth of a second
	Targets       []float64       // bit/s, at every tenth of a second, 0 before the start
	Waits         []time.Duration // in the queue, of every packet that arrived
	waitAt        []time.Duration
}

func (s *Stats) sent(kind Kind, size int) {
	s.Sent[kind]++
	s.Bytes[kind] += size
}

func (s *Stats) arrived(now time.Duration, p Packet) {
	s.Arrived[p.Kind]++
	s.Waits = append(s.Waits, p.Wait)
	s.waitAt = append(s.waitAt, now)
	for len(s.Received) <= int(now/bin) {
		s.Received = append(s.Received, 0)
	}
	s.Received[now/bin] += float64(p.Size)
}

func (s *Stats) target(now time.Duration, rate float64) {
	for len(s.Targets) <= int(now/bin) {
		s.Targets = append(s.Targets, 0)
	}
	s.Targets[now/bin] = rate
}

// Loss is the share of packets of a kind that did not arrive.
func (s *Stats) Loss(kind Kind) float64 {
	if s.Sent[kind] == 0 {
		return 0
	}
	return 1 - float64(s.Arrived[kind])/float64(s.Sent[kind])
}

// Throughput is the mean rate of arrival in a span, in bit/s.
func (s *Stats) Throughput(from, to time.Duration) float64 {
	return 8 * sum(s.Received, from, to) / (to - from).Seconds()
}

// Target is the mean target in a span, in bit/s.
func (s *Stats) Target(from, to time.Duration) float64 {
	return sum(s.Targets, from, to) / float64((to-from)/bin)
}

func sum(bins []float64, from, to time.Duration) (total float64) {
	for i := from / bin; i < to/bin && int(i) < len(bins); i++ {
		total += bins[i]
	}
	return total
}

// Reached is how long after from the target first was at least rate; -1 if never before to.
func (s *Stats) Reached(from, to time.Duration, rate float64) time.Duration {
	for i := from / bin; i < to/bin && int(i) < len(s.Targets); i++ {
		if s.Targets[i] >= rate {
			return max(0, i*bin-from)
		}
	}
	return -1
}

// WaitsBetween are the queue delays of what arrived in a span.
func (s *Stats) WaitsBetween(from, to time.Duration) []time.Duration {
	first, _ := slices.BinarySearch(s.waitAt, from)
	last, _ := slices.BinarySearch(s.waitAt, to)
	return s.Waits[first:last]
}

// Percentile of durations; it sorts a copy.
func Percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

// Jain is the index of fairness of Jain, Chiu and Hawe: 1 if all are equal.
func Jain(rates ...float64) float64 {
	var total, squares float64
	for _, r := range rates {
		total += r
		squares += r * r
	}
	if squares == 0 {
		return 1
	}
	return total * total / (float64(len(rates)) * squares)
}
