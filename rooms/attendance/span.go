package attendance

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// span is a stretch of time, half-open, in milliseconds since 1970 UTC.
type span struct{ from, to int64 }

func (s span) length() int64 { return max(s.to-s.from, 0) }

// millis is the whole millisecond that t lies in, the resolution of the journal.
func millis(t time.Time) int64 { return t.UnixMilli() }

// moment is millis undone; 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// union sorts spans and joins those that overlap or touch. Empty ones go.
// Spans that are a union are returned themselves: nobody may write to them.
func union(spans ...span) []span {
	if isUnion(spans) {
		return spans
	}
	return unite(slices.Clone(spans))
}

func isUnion(spans []span) bool {
	for i, s := range spans {
		if s.length() == 0 || i > 0 && s.from <= spans[i-1].to {
			return false
		}
	}
	return true
}

// unite is union in the place of the spans that are given.
func unite(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	joined := spans[:0]
	for _, s := range spans {
		if s.length() == 0 {
			continue
		}
		if last := len(joined) - 1; last >= 0 && s.from <= joined[last].to {
			joined[last].to = max(joined[last].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// intersect is what two unions share.
func intersect(a, b []span) []span {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	all := make([]span, 0, len(a)+len(b)-1)
	for s := range shared(a, b) {
		all = append(all, s)
	}
	return all
}

// overlap is how long two unions share, in milliseconds.
func overlap(a, b []span) int64 {
	var sum int64
	for s := range shared(a, b) {
		sum += s.length()
	}
	return sum
}

// shared yields the spans that two unions share, in order.
func shared(a, b []span) iter.Seq[span] {
	return func(yield func(span) bool) {
		for i, j := 0, 0; i < len(a) && j < len(b); {
			s := span{max(a[i].from, b[j].from), min(a[i].to, b[j].to)}
			if s.length() > 0 && !yield(s) {
				return
			}
			if a[i].to < b[j].to {
				i++
			} else {
				j++
			}
		}
	}
}

// subtract is what the union a has and b has not.
func subtract(a, b []span) []span {
	var left []span
	for _, s := range a {
		for _, cut := range b {
			if cut.to <= s.from || cut.from >= s.to {
				continue
			}
			if cut.from > s.from {
				left = append(left, span{s.from, cut.from})
			}
			s.from = cut.to
		}
		if s.length() > 0 {
			left = append(left, s)
		}
	}
	return left
}

// total is the length of a union in milliseconds.
func total(spans []span) int64 {
	var sum int64
	for _, s := range spans {
		sum += s.length()
	}
	return sum
}

// seconds rounds milliseconds down.
func seconds(ms int64) int64 { return ms / 1000 }
