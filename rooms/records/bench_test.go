package records

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vesper/rooms"
)

// BenchmarkAppend appends one event at a time from as many rooms at once, as a
// clinic's evening does. Every append is on the disk when it returns.
func BenchmarkAppend(b *testing.B) {
	for _, live := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("rooms=%d", live), func(b *testing.B) { benchmarkAppend(b, live) })
	}
}

func benchmarkAppend(b *testing.B, live int) {
	r := openAt(b, b.TempDir())
	sessions := make([]rooms.SessionID, 0, live)
	for len(sessions) < live {
		h := build(b, r)
		sessions = append(sessions, h.sessions...)
	}
	sessions = sessions[:live]
	for _, session := range sessions {
		must[rooms.Tenure](b)(r.Open(b.Context(), session, "n"))
	}
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for _, session := range sessions {
		all.Go(func() {
			for n := uint64(1); next.Add(1) <= int64(b.N); n++ {
				event := rooms.Event{
					ID: rooms.EventID{Epoch: 1, Node: "n", N: n}, At: evening.Add(time.Duration(n) * time.Second), Kind: rooms.EventHandRaised, Person: "p",
				}
				if err := r.Append(b.Context(), session, 1, []rooms.Event{event}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

// BenchmarkBeat writes the beats of a node's rooms, twelve people each.
func BenchmarkBeat(b *testing.B) {
	r := openAt(b, b.TempDir())
	var beats []rooms.Beat
	for len(beats) < 40 {
		for _, session := range build(b, r).sessions {
			must[rooms.Tenure](b)(r.Open(b.Context(), session, "n"))
			proof := map[rooms.PersonID]time.Time{}
			for range 12 {
				proof[rooms.PersonID(rooms.NewID())] = evening
			}
			beats = append(beats, rooms.Beat{Session: session, Epoch: 1, At: evening, Proof: proof})
		}
	}
	for b.Loop() {
		if fenced, err := r.Beat(b.Context(), beats); err != nil || len(fenced) > 0 {
			b.Fatal(fenced, err)
		}
	}
}
