package rooms

import (
	"slices"
	"time"
)

// Span is a stretch of time spent in one planned segment.
type Span struct {
	Index int // into the plan's segments
	Start time.Time
	End   time.Time
}

// Move is a segment that staff began by hand.
type Move struct {
	At      time.Time
	Segment int
}

// ActualSegments lays the plan's segments over the held window [from, to].
// The first begins with the window and the clock moves them on as planned,
// until staff move one by hand; from then on each keeps its planned length,
// and the last one lasts. A segment that staff return to has two spans; one
// that was skipped has none. Moves must be in order of time; one to a segment
// that is not planned moves nothing.
func ActualSegments(plan Plan, from, to time.Time, moves []Move) []Span {
	if len(plan.Segments) == 0 || !from.Before(to) {
		return nil
	}
	var spans []Span
	add := func(index int, start, end time.Time) {
		start, end = latest(start, from), earliest(end, to)
		if start.Before(end) {
			spans = append(spans, Span{index, start, end})
		}
	}
	next := func(i int) time.Time { // when a hand moves the evening on after moves[i-1]
		if i < len(moves) {
			return moves[i].At
		}
		return to
	}
	last := len(plan.Segments) - 1
	moves = slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return m.Segment < 0 || m.Segment > last })
	until := next(0)
	for i, segment := range plan.Segments {
		start, end := segment.Start, segment.End
		if i == 0 {
			start = from
		}
		if i == last {
			end = until
		}
		add(i, start, earliest(end, until))
	}
	for m, move := range moves {
		until, at := next(m+1), move.At
		for i := move.Segment; i <= last && at.Before(until); i++ {
			end := at.Add(plan.Segments[i].End.Sub(plan.Segments[i].Start))
			if i == last {
				end = until
			}
			add(i, at, earliest(end, until))
			at = end
		}
	}
	return spans
}

// CurrentSegment is the index of the segment that runs at now, or -1 outside
// the evening.
func CurrentSegment(plan Plan, from time.Time, now time.Time, moves []Move) int {
	spans := ActualSegments(plan, from, now.Add(time.Nanosecond), moves)
	if len(spans) == 0 {
		return -1
	}
	return spans[len(spans)-1].Index
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
