package rooms

import (
	"slices"
	"testing"
	"time"
)

func TestActualSegments(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 4, 17, 30+minute, 0, 0, time.UTC) }
	plan := Plan{Start: at(0), End: at(150), Segments: []Segment{
		{Group, at(0), at(50)}, {Break, at(50), at(60)}, {Education, at(60), at(150)},
	}}
	for _, c := range []struct {
		name     string
		from, to int
		moves    []Move
		want     []Span
	}{
		{"as planned", 0, 150, nil, []Span{{0, at(0), at(50)}, {1, at(50), at(60)}, {2, at(60), at(150)}}},
		{"held late", 10, 150, nil, []Span{{0, at(10), at(50)}, {1, at(50), at(60)}, {2, at(60), at(150)}}},
		{"held after the first", 55, 150, nil, []Span{{1, at(55), at(60)}, {2, at(60), at(150)}}},
		{"ended early", 0, 55, nil, []Span{{0, at(0), at(50)}, {1, at(50), at(55)}}},
		{"the last one lasts", 0, 170, nil, []Span{{0, at(0), at(50)}, {1, at(50), at(60)}, {2, at(60), at(170)}}},
		{"moved early", 0, 150, []Move{{at(40), 1}}, []Span{{0, at(0), at(40)}, {1, at(40), at(50)}, {2, at(50), at(150)}}},
		{"skipped", 0, 150, []Move{{at(40), 2}}, []Span{{0, at(0), at(40)}, {2, at(40), at(150)}}},
		{"returned to", 0, 150, []Move{{at(40), 1}, {at(45), 0}}, []Span{{0, at(0), at(40)}, {1, at(40), at(45)}, {0, at(45), at(95)}, {1, at(95), at(105)}, {2, at(105), at(150)}}},
		{"moved before the window", 0, 150, []Move{{at(-10), 0}}, []Span{{0, at(0), at(40)}, {1, at(40), at(50)}, {2, at(50), at(150)}}},
		{"a segment that is not planned", 0, 150, []Move{{at(20), 7}}, []Span{{0, at(0), at(50)}, {1, at(50), at(60)}, {2, at(60), at(150)}}},
		{"and after one that is", 0, 150, []Move{{at(40), 1}, {at(45), -1}}, []Span{{0, at(0), at(40)}, {1, at(40), at(50)}, {2, at(50), at(150)}}},
		{"nothing held", 60, 60, nil, nil},
	} {
		if got := ActualSegments(plan, at(c.from), at(c.to), c.moves); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if got := ActualSegments(Plan{}, at(0), at(150), nil); got != nil {
		t.Errorf("no segments: got %v", got)
	}
}

func TestCurrentSegment(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 4, 17, 30+minute, 0, 0, time.UTC) }
	plan := Plan{Start: at(0), End: at(60), Segments: []Segment{{Group, at(0), at(50)}, {Break, at(50), at(60)}}}
	for minute, want := range map[int]int{-1: -1, 0: 0, 49: 0, 50: 1, 60: 1} {
		if got := CurrentSegment(plan, at(0), at(minute), nil); got != want {
			t.Errorf("minute %d: got %d, want %d", minute, got, want)
		}
	}
}
