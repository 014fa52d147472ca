package records

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

type seriesRow struct {
	bun.BaseModel `bun:"table:series"`
	ID            rooms.SeriesID  `bun:"id,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Program       rooms.ProgramID `bun:"program"`
	Title         string          `bun:"title"`
	Kind          schedule.Kind   `bun:"kind"`
	Capacity      int             `bun:"capacity"`
	Rule          string          `bun:"rule"`
	Start         string          `bun:"start"`
	Zone          string          `bun:"zone"`
	DurationMS    int64           `bun:"duration_ms"`
	Template      string          `bun:"template"`
	Sequence      int             `bun:"sequence"`
	CreatedAt     int64           `bun:"created_at"`
}

type exceptRow struct {
	bun.BaseModel `bun:"table:series_except"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Series        rooms.SeriesID `bun:"series,pk"`
	Day           string         `bun:"day,pk"`
}

type moveRow struct {
	bun.BaseModel `bun:"table:series_moves"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Series        rooms.SeriesID `bun:"series,pk"`
	RecurrenceID  string         `bun:"recurrence_id,pk"`
	MovedTo       string         `bun:"moved_to"`
}

func seriesOf(s schedule.Series) (seriesRow, error) {
	template, err := encode(s.Template)
	return seriesRow{
		ID: s.ID, Clinic: s.Clinic, Program: s.Program, Title: s.Title, Kind: s.Kind.OrGroup(), Capacity: s.Capacity,
		Rule: s.Rule, Start: s.Start.String(), Zone: s.Zone, DurationMS: s.Duration.Milliseconds(),
		Template: template, Sequence: s.Sequence,
	}, err
}

func (s seriesRow) noun(except []exceptRow, moves []moveRow) (schedule.Series, error) {
	series := schedule.Series{
		ID: s.ID, Clinic: s.Clinic, Program: s.Program, Title: s.Title, Kind: s.Kind, Capacity: s.Capacity, Rule: s.Rule,
		Zone: s.Zone, Duration: time.Duration(s.DurationMS) * time.Millisecond, Sequence: s.Sequence,
	}
	var err error
	if series.Start, err = schedule.ParseLocalTime(s.Start); err != nil {
		return series, fmt.Errorf("series start: %w", err)
	}
	if series.Template, err = decode[schedule.Template](s.Template); err != nil {
		return series, fmt.Errorf("series template: %w", err)
	}
	for _, row := range except {
		if row.Series != s.ID {
			continue
		}
		day, err := schedule.ParseLocalDate(row.Day)
		if err != nil {
			return series, fmt.Errorf("series except: %w", err)
		}
		series.Except = append(series.Except, day)
	}
	for _, row := range moves {
		if row.Series != s.ID {
			continue
		}
		var move schedule.Move
		if move.From, err = schedule.ParseLocalTime(row.RecurrenceID); err == nil {
			move.To, err = schedule.ParseLocalTime(row.MovedTo)
		}
		if err != nil {
			return series, fmt.Errorf("series move: %w", err)
		}
		series.Moves = append(series.Moves, move)
	}
	return series, nil
}

// CreateSeries adds a series that schedule.Series.Validate accepts. An empty
// ID is given one.
func (r *Records) CreateSeries(ctx context.Context, series schedule.Series) (schedule.Series, error) {
	if series.ID == "" {
		series.ID = rooms.SeriesID(rooms.NewID())
	}
	made(ctx, string(series.ID), "")
	series.Kind, series.Sequence = series.Kind.OrGroup(), 0
	row, err := prepare(series)
	if err != nil {
		return schedule.Series{}, fmt.Errorf("create series: %w", err)
	}
	row.CreatedAt = ms(r.clock.Now())
	err = r.change(ctx, row.Clinic, "create series", func(ctx context.Context, tx bun.Tx) error {
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		return replaceDates(ctx, tx, series)
	})
	return series, err
}

func prepare(series schedule.Series) (seriesRow, error) {
	if err := series.Validate(); err != nil {
		return seriesRow{}, err
	}
	return seriesOf(series)
}

// saveSeries changes all but the id, the clinic and the date.
func saveSeries(ctx context.Context, tx bun.Tx, series schedule.Series) error {
	row, err := prepare(series)
	if err != nil {
		return err
	}
	err = changed(tx.NewUpdate().Model(&row).ExcludeColumn("id", "clinic", "created_at").
		Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
	if dangling(err) {
		return rooms.ErrNotFound
	}
	if err != nil {
		return err
	}
	return replaceDates(ctx, tx, series)
}

// replaceDates keeps the skipped dates and the moved evenings.
func replaceDates(ctx context.Context, tx bun.Tx, series schedule.Series) error {
	for _, table := range []string{"series_except", "series_moves"} {
		_, err := tx.NewDelete().Table(table).Where("clinic = ? AND series = ?", series.Clinic, series.ID).Exec(ctx)
		if err != nil {
			return err
		}
	}
	seen := make(map[schedule.LocalDate]bool, len(series.Except))
	for _, day := range series.Except {
		if seen[day] {
			continue
		}
		seen[day] = true
		if err := insert(ctx, tx, &exceptRow{Clinic: series.Clinic, Series: series.ID, Day: day.String()}); err != nil {
			return err
		}
	}
	for _, move := range series.Moves {
		row := moveRow{Clinic: series.Clinic, Series: series.ID, RecurrenceID: move.From.String(), MovedTo: move.To.String()}
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
	}
	return nil
}

// Series finds a series of a clinic.
func (r *Records) Series(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID) (series schedule.Series, err error) {
	err = r.view(ctx, clinic, "find series", func(ctx context.Context, db bun.IDB) (err error) {
		series, err = oneSeries(ctx, db, clinic, id)
		return err
	})
	return series, err
}

func oneSeries(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, id rooms.SeriesID) (schedule.Series, error) {
	row, err := one[seriesRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return schedule.Series{}, err
	}
	except, err := many[exceptRow](ctx, db, "day", "clinic = ? AND series = ?", clinic, id)
	if err != nil {
		return schedule.Series{}, err
	}
	moves, err := many[moveRow](ctx, db, "recurrence_id", "clinic = ? AND series = ?", clinic, id)
	if err != nil {
		return schedule.Series{}, err
	}
	return row.noun(except, moves)
}

// ListSeries lists the series of a clinic, the oldest first.
func (r *Records) ListSeries(ctx context.Context, clinic rooms.ClinicID) (all []schedule.Series, err error) {
	err = r.view(ctx, clinic, "list series", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[seriesRow](ctx, db, "created_at, id", "clinic = ?", clinic)
		if err != nil {
			return err
		}
		except, err := many[exceptRow](ctx, db, "series, day", "clinic = ?", clinic)
		if err != nil {
			return err
		}
		moves, err := many[moveRow](ctx, db, "series, recurrence_id", "clinic = ?", clinic)
		if err != nil {
			return err
		}
		all, err = convert(rows, func(s seriesRow) (schedule.Series, error) { return s.noun(except, moves) })
		return err
	})
	return all, err
}
