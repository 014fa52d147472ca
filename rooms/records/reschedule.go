package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// reschedule changes a series, and with it the sessions that are planned and
// have not begun. Sequence rises if calendars must hear of it.
func (r *Records) reschedule(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID, what string,
	edit func(ctx context.Context, tx bun.Tx, kept schedule.Series) (schedule.Series, error)) (series schedule.Series, err error) {
	err = r.change(ctx, clinic, what, func(ctx context.Context, tx bun.Tx) error {
		kept, err := oneSeries(ctx, tx, clinic, id)
		if err != nil {
			return err
		}
		if series, err = edit(ctx, tx, kept); err != nil {
			return err
		}
		series.Sequence = kept.Sequence
		if concernsCalendars(kept, series) {
			series.Sequence++
		}
		if err := saveSeries(ctx, tx, series); err != nil {
			return err
		}
		now := r.clock.Now()
		steps, err := stepsOf(ctx, tx, series, now, now, now)
		if err != nil {
			return err
		}
		for _, step := range steps {
			if err := step.take(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	})
	return series, err
}

// concernsCalendars reports whether an evening differs.
func concernsCalendars(a, b schedule.Series) bool {
	return a.Rule != b.Rule || a.Start != b.Start || a.Zone != b.Zone || a.Duration != b.Duration ||
		!slices.Equal(a.Except, b.Except) || !slices.Equal(a.Moves, b.Moves) || a.Kind.Optional() != b.Kind.Optional()
}

// UpdateSeries changes all but the id and the clinic. Sessions that have not
// begun follow: they keep their id while the series has an evening on their
// date, and are cancelled otherwise. Those that have begun stay as they are.
// ErrChanged: somebody else changed the series since it was read. ErrStarted:
// it skips or moves an evening that has begun, or puts one into the past.
func (r *Records) UpdateSeries(ctx context.Context, series schedule.Series) (schedule.Series, error) {
	return r.reschedule(ctx, series.Clinic, series.ID, "update series", func(ctx context.Context, tx bun.Tx, kept schedule.Series) (schedule.Series, error) {
		if series.Sequence != kept.Sequence {
			return series, ErrChanged
		}
		for _, day := range series.Except {
			if slices.Contains(kept.Except, day) {
				continue
			}
			if err := r.notBegun(ctx, tx, kept, day); err != nil {
				return series, err
			}
		}
		for _, move := range series.Moves {
			if slices.Contains(kept.Moves, move) {
				continue
			}
			if err := r.notBegun(ctx, tx, kept, move.From.LocalDate); err != nil {
				return series, err
			}
		}
		return series, nil
	})
}

// SkipEvening lets the evening on a date not take place, or take place again.
// ErrNoEvening: the series has none on that date. ErrStarted: it has begun.
func (r *Records) SkipEvening(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID, day schedule.LocalDate, skip bool) (schedule.Series, error) {
	return r.reschedule(ctx, clinic, id, "skip evening", func(ctx context.Context, tx bun.Tx, kept schedule.Series) (schedule.Series, error) {
		dates, err := kept.On(day)
		if err != nil {
			return kept, err
		}
		if len(dates) == 0 && !skip && slices.Contains(kept.Except, day) {
			return kept.Skipped(day, false), nil // left over from an older rule
		}
		for _, date := range dates {
			if date.Skipped != skip {
				return r.skip(ctx, tx, kept.Skipped(day, skip && slices.Contains(kept.Except, day)), date.RecurrenceID.LocalDate, skip)
			}
		}
		if len(dates) == 0 {
			return kept, ErrNoEvening
		}
		return kept, nil // was done
	})
}

// skip is the series without, or again with, the evening of a rule's date.
func (r *Records) skip(ctx context.Context, tx bun.Tx, kept schedule.Series, day schedule.LocalDate, skip bool) (schedule.Series, error) {
	if err := r.notBegun(ctx, tx, kept, day); err != nil {
		return kept, err
	}
	return kept.Skipped(day, skip), nil
}

// MoveEvening lets the evening of from, by the rule or as it was moved, begin
// at another local time; at its own it is no longer moved. ErrNoEvening,
// ErrStarted: it has begun, or would have.
func (r *Records) MoveEvening(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID, from, to schedule.LocalTime) (schedule.Series, error) {
	return r.reschedule(ctx, clinic, id, "move evening", func(ctx context.Context, tx bun.Tx, kept schedule.Series) (schedule.Series, error) {
		dates, err := kept.On(from.LocalDate)
		if err != nil {
			return kept, err
		}
		named := slices.IndexFunc(dates, func(d schedule.Date) bool { return d.RecurrenceID == from })
		if named < 0 {
			named = slices.IndexFunc(dates, func(d schedule.Date) bool { return d.Local == from })
		}
		if named < 0 || dates[named].Skipped {
			return kept, ErrNoEvening
		}
		recurrence := dates[named].RecurrenceID
		if err := r.notBegun(ctx, tx, kept, recurrence.LocalDate); err != nil {
			return kept, err
		}
		moved := kept.Moved(recurrence, to)
		if err := moved.Validate(); err != nil {
			return kept, err
		}
		return moved, r.notBegun(ctx, tx, moved, recurrence.LocalDate)
	})
}

// notBegun fails with ErrStarted if the evening of a rule's date has begun or
// is over.
func (r *Records) notBegun(ctx context.Context, tx bun.Tx, series schedule.Series, day schedule.LocalDate) error {
	_, err := one[sessionRow](ctx, tx, "", "clinic = ? AND series = ? AND SUBSTR(recurrence_id, 1, 10) = ? AND status IN (?, ?)",
		series.Clinic, series.ID, day.String(), Opened, Ended)
	if err == nil {
		return ErrStarted
	}
	if !errors.Is(err, rooms.ErrNotFound) {
		return err
	}
	dates, err := series.On(day)
	if err != nil {
		return err
	}
	now := r.clock.Now()
	for _, date := range dates {
		if date.RecurrenceID.LocalDate == day && !date.Start.After(now) {
			return ErrStarted
		}
	}
	return nil
}

// PlanSeries plans the sessions of a series that start in [from, to), and
// brings those that were planned before and have not begun up to date with it.
// It may be repeated; where all is planned already nothing is written.
func (r *Records) PlanSeries(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID, from, to time.Time) error {
	var due bool
	err := r.view(ctx, clinic, "plan sessions", func(ctx context.Context, db bun.IDB) error {
		steps, err := r.due(ctx, db, clinic, id, from, to)
		due = len(steps) > 0
		return err
	})
	if err != nil || !due {
		return err
	}
	return r.change(ctx, clinic, "plan sessions", func(ctx context.Context, tx bun.Tx) error {
		steps, err := r.due(ctx, tx, clinic, id, from, to)
		if err != nil {
			return err
		}
		for _, step := range steps {
			if err := step.write(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// due are the steps of planning, without those into the past.
func (r *Records) due(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, id rooms.SeriesID, from, to time.Time) ([]step, error) {
	series, err := oneSeries(ctx, db, clinic, id)
	if err != nil {
		return nil, err
	}
	now := r.clock.Now()
	steps, err := stepsOf(ctx, db, series, from, to, now)
	return slices.DeleteFunc(steps, func(s step) bool { return !s.added && s.row.Start <= ms(now) }), err
}
