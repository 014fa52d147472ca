package records

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

// step is one session that is to be written so that the sessions are those of
// their series.
type step struct {
	row   sessionRow
	added bool // there was none
}

// take writes a step that somebody asked for. ErrStarted: it would put an
// evening into the past.
func (s step) take(ctx context.Context, tx bun.Tx, now time.Time) error {
	if s.row.Status == Scheduled && s.row.Start <= ms(now) {
		return ErrStarted
	}
	return s.write(ctx, tx)
}

func (s step) write(ctx context.Context, tx bun.Tx) error {
	if s.added {
		return insert(ctx, tx, &s.row)
	}
	return changed(tx.NewUpdate().Model(&s.row).
		Column("recurrence_id", "start_ms", "end_ms", "zone", "segments", "kind", "status").
		Where("clinic = ? AND id = ?", s.row.Clinic, s.row.ID).Exec(ctx))
}

// lookBack is how far before a window sessions are looked for that may be its
// own: a day that a change of the time of day moves them, and one to spare.
const lookBack = 48 * time.Hour

// stepsOf compares the sessions of a series with what it says, for those that
// have not begun and for the window. A session belongs to the date of its
// recurrence id: a series has at most one evening a date.
func stepsOf(ctx context.Context, db bun.IDB, series schedule.Series, from, to, now time.Time) ([]step, error) {
	back := from.Add(-lookBack)
	rows, err := many[sessionRow](ctx, db, "start_ms, id",
		"clinic = ? AND series = ? AND (start_ms >= ? OR SUBSTR(recurrence_id, 1, 10) >= ?)",
		series.Clinic, series.ID, ms(back), back.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	planned := make(map[string]bool, len(rows))
	var open []sessionRow
	var days []schedule.LocalDate
	for _, row := range rows {
		planned[dayOf(row.RecurrenceID)] = true
		if row.Start <= ms(now) || row.Status == Opened || row.Status == Ended {
			continue
		}
		day, err := schedule.ParseLocalDate(dayOf(row.RecurrenceID))
		if err != nil {
			return nil, err
		}
		open, days = append(open, row), append(days, day)
	}
	occurrences, err := series.Around(from, to, days)
	if err != nil {
		return nil, err
	}
	given := make(map[string]schedule.Occurrence, len(occurrences))
	for _, o := range occurrences {
		given[o.RecurrenceID.LocalDate.String()] = o
	}
	steps, err := followed(open, given)
	if err != nil {
		return nil, err
	}
	for _, o := range occurrences {
		if planned[o.RecurrenceID.LocalDate.String()] || !o.End.Add(rooms.ClosesAfter).After(now) {
			continue
		}
		row, err := plannedRow(o)
		if err != nil {
			return nil, err
		}
		row.ID = rooms.SessionID(rooms.NewID())
		steps = append(steps, step{row, true})
	}
	return steps, nil
}

// followed are the steps of sessions that have not begun: to the evening of
// their date, or cancelled for want of one.
func followed(open []sessionRow, given map[string]schedule.Occurrence) ([]step, error) {
	var steps []step
	for _, row := range open {
		o, has := given[dayOf(row.RecurrenceID)]
		if !has {
			if row.Status == Scheduled {
				row.Status = Cancelled
				steps = append(steps, step{row, false})
			}
			continue
		}
		next, err := plannedRow(o)
		if err != nil {
			return nil, err
		}
		next.ID = row.ID
		if row.Status != next.Status || row.Start != next.Start || row.End != next.End || row.Zone != next.Zone ||
			row.Segments != next.Segments || row.Kind != next.Kind || row.RecurrenceID != next.RecurrenceID {
			steps = append(steps, step{next, false})
		}
	}
	return steps, nil
}

func plannedRow(o schedule.Occurrence) (sessionRow, error) {
	segments, err := encode(o.Segments)
	return sessionRow{
		Clinic: o.Clinic, Series: o.Series, RecurrenceID: o.RecurrenceID.String(), Kind: o.Kind,
		Start: ms(o.Start), End: ms(o.End), Zone: o.Zone, Segments: segments, Status: Scheduled,
	}, err
}

// dayOf is the date of a recurrence id.
func dayOf(recurrence string) string {
	if len(recurrence) < len(time.DateOnly) {
		return recurrence
	}
	return recurrence[:len(time.DateOnly)]
}
