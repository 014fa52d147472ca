package schedule

import (
	"time"

	"vesper/rooms"
)

// Part is a stretch of every evening of a series.
type Part struct {
	Kind    rooms.SegmentKind `json:"kind"`
	Minutes int               `json:"minutes"`
}

// Template is how an evening is divided, in order.
type Template []Part

// validate holds the parts against the length of the evening.
func (t Template) validate(duration time.Duration) *Error {
	var sum time.Duration
	for i, part := range t {
		if !part.Kind.Valid() {
			return refuse(CodeKind, "template", "Part %d is of the unknown kind %.40q.", i+1, string(part.Kind))
		}
		if part.Minutes < 1 || part.Minutes > int(MaxDuration/time.Minute) {
			return refuse(CodeTemplate, "template", "Part %d lasts %d minutes; it must last between 1 and %d.",
				i+1, part.Minutes, int(MaxDuration/time.Minute))
		}
		sum += time.Duration(part.Minutes) * time.Minute
	}
	if sum != duration {
		return refuse(CodeTemplate, "template", "The parts last %d minutes together, but the session lasts %d.",
			int(sum/time.Minute), int(duration/time.Minute))
	}
	return nil
}

// segments lays the parts behind each other from start.
func (t Template) segments(start time.Time) []rooms.Segment {
	segments := make([]rooms.Segment, 0, len(t))
	for _, part := range t {
		end := start.Add(time.Duration(part.Minutes) * time.Minute)
		segments = append(segments, rooms.Segment{Kind: part.Kind, Start: start, End: end})
		start = end
	}
	return segments
}
