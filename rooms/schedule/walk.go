package schedule

import "time"

// walk goes through the dates of a series in the order of its rule, with what
// was decided about each. It is used once.
type walk struct {
	rule    *expansion
	skipped map[LocalDate]bool
	moves   map[LocalTime]LocalTime
	last    time.Time // the wall clock, as if UTC, of the last date that was moved
	before  time.Time // start of the evening given before, unless it was moved
}

// dated is one date of a series.
type dated struct {
	occasion           // as the rule gives it
	start    time.Time // when it takes place
	local    LocalTime // and what the wall clock should show then
	skipped  bool
	moved    bool
}

func (s Series) walk() (*walk, error) {
	rule, err := s.compile()
	if err != nil {
		return nil, err
	}
	w := &walk{rule: rule, skipped: make(map[LocalDate]bool, len(s.Except)), moves: make(map[LocalTime]LocalTime, len(s.Moves))}
	for _, date := range s.Except {
		w.skipped[date] = true
	}
	for _, move := range s.Moves {
		w.moves[move.From] = move.To
		w.last = later(w.last, move.From.asUTC())
	}
	return w, nil
}

// next returns the next date, and false when there is none.
func (w *walk) next() (dated, bool) {
	for {
		date, ok := w.rule.next()
		if !ok {
			return dated{}, false
		}
		d := dated{occasion: date, start: date.at, local: date.wall}
		d.skipped = w.skipped[date.wall.LocalDate] || w.skipped[wallOf(date.at.In(w.rule.zone)).LocalDate]
		if to, moved := w.moves[date.wall]; moved {
			d.start, d.local, d.moved = instant(to, w.rule.zone), to, true
			return d, true
		}
		if d.start.Equal(w.before) {
			continue // a date that the zone skipped was moved onto this one
		}
		if !d.skipped {
			w.before = d.start
		}
		return d, true
	}
}

// past reports whether no date behind d can start before t, or is among those
// that were moved, or is on or before day.
func (w *walk) past(d dated, t time.Time, day LocalDate) bool {
	wall := d.wall.asUTC()
	return !d.at.Before(t) && wall.After(w.last) && (day == LocalDate{} || d.wall.LocalDate.asUTC().After(day.asUTC()))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
