package week

import (
	"slices"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// span is a stretch of time in milliseconds, half-open.
type span struct{ from, to int64 }

// part is one row's share of somebody's time.
type part struct {
	session *Session
	date    Date // of the session
	row     *attendance.Record
	spans   []span // what the row counts, as far as it tells
}

// counts is where a row's seconds lie: its intervals inside the planned
// window, without the breaks if those don't count. It serves to find what two
// rows share; how much a row counts is what the row says.
func counts(s *Session, r *attendance.Record, now time.Time) []span {
	window := span{s.Plan.Start.UnixMilli(), s.Plan.End.UnixMilli()}
	if s.Rules.CountOverrun {
		window.to = s.Plan.Closes().UnixMilli()
	}
	var spans []span
	for _, i := range r.Intervals {
		end := i.End
		if end.IsZero() {
			end = now
		}
		spans = append(spans, span{max(window.from, i.Start.UnixMilli()), min(window.to, end.UnixMilli())})
	}
	if !s.Rules.CountBreaks {
		for _, segment := range r.Segments {
			if segment.Kind == rooms.Break && !segment.Start.IsZero() {
				spans = without(spans, span{segment.Start.UnixMilli(), segment.End.UnixMilli()})
			}
		}
	}
	return join(spans)
}

// join sorts spans and joins those that touch. Empty ones go.
func join(spans []span) []span {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int {
		return int(min(max(a.from-b.from, -1), 1))
	})
	var joined []span
	for _, s := range sorted {
		last := len(joined) - 1
		switch {
		case s.to <= s.from:
		case last >= 0 && s.from <= joined[last].to:
			joined[last].to = max(joined[last].to, s.to)
		default:
			joined = append(joined, s)
		}
	}
	return joined
}

func without(spans []span, cut span) []span {
	var left []span
	for _, s := range spans {
		if cut.to <= s.from || cut.from >= s.to {
			left = append(left, s)
			continue
		}
		left = append(left, span{s.from, cut.from}, span{cut.to, s.to})
	}
	return slices.DeleteFunc(left, func(s span) bool { return s.to <= s.from })
}

func length(spans []span) (ms int64) {
	for _, s := range spans {
		ms += s.to - s.from
	}
	return ms
}

// together is how many seconds parts are, what they share counted once. A
// shared second that is not whole is taken off whole.
func together(parts []part) int64 {
	var sum, apart int64
	var all []span
	for _, p := range parts {
		sum += p.row.Seconds
		apart += length(p.spans)
	}
	if len(parts) < 2 { // what a row counts lies in no other
		return sum
	}
	for _, p := range parts {
		all = append(all, p.spans...)
	}
	shared := apart - length(join(all))
	return max(sum-(shared+999)/1000, 0)
}
