package schedule

import (
	"fmt"
	"slices"
	"time"
)

// checkMoved holds the moves against the calendar.
func (s Series) checkMoved() *Error {
	if len(s.Moves) > MaxMoves {
		return refuse(CodeMove, "moves", "There are more than %d moved evenings.", MaxMoves)
	}
	seen := make(map[LocalTime]bool, len(s.Moves))
	for i, move := range s.Moves {
		switch {
		case !move.From.Valid() || !move.To.Valid():
			return refuse(CodeMove, moveField(i), "An evening is moved from and to a date and time between 1970 and 2199.")
		case seen[move.From]:
			return refuse(CodeMove, moveField(i), "The evening of %s is moved twice.", move.From.LocalDate)
		}
		seen[move.From] = true
	}
	return nil
}

func moveField(i int) string { return fmt.Sprintf("moves[%d]", i) }

// checkMoves holds the moves against the rule: each from one of its dates, and
// to a time at which the series has no other evening.
func (s Series) checkMoves() (wrong Errors) {
	if len(s.Moves) == 0 {
		return nil
	}
	w, err := s.walk()
	if err != nil {
		return nil // was reported
	}
	given := make(map[LocalTime]bool, len(s.Moves))
	var until time.Time
	for _, move := range s.Moves {
		until = later(until, instant(move.To, w.rule.zone).Add(s.Duration))
	}
	var all []dated
	for {
		d, ok := w.next()
		if !ok || w.past(d, until, LocalDate{}) {
			break
		}
		given[d.wall] = given[d.wall] || d.moved
		if !d.skipped {
			all = append(all, d)
		}
	}
	meets := s.meetings(all)
	for i, move := range s.Moves {
		switch {
		case !given[move.From]:
			wrong.add(refuse(CodeMove, moveField(i), "The series has no evening at %s on %s to move.", clockOf(move.From), move.From.LocalDate))
		case meets[move.From]:
			wrong.add(refuse(CodeMove, moveField(i), "The series has another evening at %s on %s.", clockOf(move.To), move.To.LocalDate))
		}
	}
	return wrong
}

// meetings are the moved evenings that overlap another of the series.
func (s Series) meetings(all []dated) map[LocalTime]bool {
	slices.SortFunc(all, byStart)
	meets := make(map[LocalTime]bool)
	for i := 1; i < len(all); i++ {
		if one, other := all[i-1], all[i]; other.start.Before(one.start.Add(s.Duration)) {
			meets[one.wall] = meets[one.wall] || one.moved
			meets[other.wall] = meets[other.wall] || other.moved
		}
	}
	return meets
}

func byStart(a, b dated) int { return a.start.Compare(b.start) }

func clockOf(l LocalTime) string { return fmt.Sprintf("%02d:%02d", l.Hour, l.Minute) }

// Moved is the series with the evening of from at another time; an evening
// that was moved already is moved again, and one that comes to its own time is
// no longer moved.
func (s Series) Moved(from, to LocalTime) Series {
	s.Moves = slices.DeleteFunc(slices.Clone(s.Moves), func(m Move) bool { return m.From == from })
	if from != to {
		s.Moves = append(s.Moves, Move{from, to})
		slices.SortFunc(s.Moves, func(a, b Move) int { return a.From.asUTC().Compare(b.From.asUTC()) })
	}
	return s
}

// Skipped is the series without, or again with, the evenings of a date.
func (s Series) Skipped(day LocalDate, skip bool) Series {
	s.Except = slices.DeleteFunc(slices.Clone(s.Except), func(d LocalDate) bool { return d == day })
	if skip {
		s.Except = append(s.Except, day)
		slices.SortFunc(s.Except, func(a, b LocalDate) int { return a.asUTC().Compare(b.asUTC()) })
	}
	return s
}
