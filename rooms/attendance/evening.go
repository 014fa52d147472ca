package attendance

import "vesper/rooms"

// evening is the session as it was held: what presence is measured against.
type evening struct {
	plan     span
	held     span // empty if nothing was held
	end      int64
	segments []rooms.Span // actual, inside held
	breaks   []span       // union of the actual breaks
	staffed  []span       // when any staff were in the room
}

func (v evening) wasHeld() bool { return v.held.length() > 0 }

// lay lays the plan over the evening. It began with the first staff presence
// or the first segment moved by hand, and was held if there were either inside
// the planned window.
func lay(plan rooms.Plan, staffed []span, moves []rooms.Move, end int64) evening {
	v := evening{plan: span{millis(plan.Start), millis(plan.End)}, end: end, staffed: staffed}
	starts := make([]int64, 0, 2)
	inside := overlap(staffed, []span{v.plan}) > 0
	if len(staffed) > 0 {
		starts = append(starts, staffed[0].from)
	}
	for i, m := range moves {
		at := millis(m.At)
		if i == 0 {
			starts = append(starts, at)
		}
		inside = inside || (at >= v.plan.from && at < v.plan.to)
	}
	if !inside {
		return v
	}
	began := starts[0]
	for _, s := range starts {
		began = min(began, s)
	}
	if last := len(staffed) - 1; last >= 0 {
		end = max(end, staffed[last].to) // later than the end only by a correction
	}
	v.held = span{max(v.plan.from, began), min(v.plan.to, end)}
	v.segments = rooms.ActualSegments(plan, moment(v.held.from), moment(v.held.to), moves)
	for _, s := range v.segments {
		if plan.Segments[s.Index].Kind == rooms.Break {
			v.breaks = append(v.breaks, spanOf(s))
		}
	}
	v.breaks = union(v.breaks...)
	return v
}

func spanOf(s rooms.Span) span { return span{millis(s.Start), millis(s.End)} }

// counting is the part of all time that the rules count: none if nothing was
// held.
func (v evening) counting(rules Rules) []span {
	if !v.wasHeld() {
		return nil
	}
	window := []span{v.plan}
	if rules.CountOverrun {
		window = union(v.plan, span{v.plan.to, max(v.plan.to, v.end)})
	}
	if !rules.CountBreaks {
		window = subtract(window, v.breaks)
	}
	if !rules.CountUnstaffed {
		window = intersect(window, v.staffed)
	}
	return window
}

// due is the time that a present person is measured against.
func (v evening) due(rules Rules) int64 {
	if rules.CountBreaks {
		return v.held.length()
	}
	return v.held.length() - overlap([]span{v.held}, v.breaks)
}

// segmentTimes is a person's part in each planned segment. counted are their
// intervals inside what the rules count.
func (v evening) segmentTimes(plan rooms.Plan, counted []span) []SegmentTime {
	times := make([]SegmentTime, len(plan.Segments))
	spent := make([]int64, len(plan.Segments))
	for i, s := range plan.Segments {
		times[i] = SegmentTime{Index: i, Kind: s.Kind}
	}
	for _, s := range v.segments {
		t := &times[s.Index]
		if t.Start.IsZero() || s.Start.Before(t.Start) {
			t.Start = s.Start.UTC()
		}
		if s.End.After(t.End) {
			t.End = s.End.UTC()
		}
		spent[s.Index] += overlap(counted, []span{spanOf(s)})
	}
	for i := range times {
		if times[i].Kind != rooms.Break {
			times[i].Seconds = new(seconds(spent[i]))
		}
	}
	return times
}
