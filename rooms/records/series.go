package records

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

type programRow struct {
	bun.BaseModel `bun:"table:programs"`
	ID            rooms.ProgramID `bun:"id,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Name          string          `bun:"name"`
	CreatedAt     int64           `bun:"created_at"`
}

func (p programRow) noun() (Program, error) {
	return Program{ID: p.ID, Clinic: p.Clinic, Name: p.Name, CreatedAt: at(p.CreatedAt)}, nil
}

// CreateProgram adds a program to a clinic. An empty ID is given one.
func (r *Records) CreateProgram(ctx context.Context, program Program) (Program, error) {
	if program.ID == "" {
		program.ID = rooms.ProgramID(rooms.NewID())
	}
	row := programRow{ID: program.ID, Clinic: program.Clinic, Name: program.Name, CreatedAt: ms(r.clock.Now())}
	err := r.write.do(ctx, "create program", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		return Program{}, err
	}
	return row.noun()
}

// Program finds a program of a clinic.
func (r *Records) Program(ctx context.Context, clinic rooms.ClinicID, id rooms.ProgramID) (Program, error) {
	row, err := one[programRow](ctx, r.read, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Program{}, fmt.Errorf("find program: %w", err)
	}
	return row.noun()
}

// Programs lists the programs of a clinic by name.
func (r *Records) Programs(ctx context.Context, clinic rooms.ClinicID) ([]Program, error) {
	rows, err := many[programRow](ctx, r.read, "name, id", "clinic = ?", clinic)
	if err != nil {
		return nil, fmt.Errorf("list programs: %w", err)
	}
	return convert(rows, programRow.noun)
}

type seriesRow struct {
	bun.BaseModel `bun:"table:series"`
	ID            rooms.SeriesID  `bun:"id,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Program       rooms.ProgramID `bun:"program"`
	Title         string          `bun:"title"`
	Rule          string          `bun:"rule"`
	Start         string          `bun:"start"`
	Zone          string          `bun:"zone"`
	DurationMS    int64           `bun:"duration_ms"`
	Template      string          `bun:"template"`
	CreatedAt     int64           `bun:"created_at"`
}

type exceptRow struct {
	bun.BaseModel `bun:"table:series_except"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Series        rooms.SeriesID `bun:"series,pk"`
	Day           string         `bun:"day,pk"`
}

func seriesOf(s schedule.Series) (seriesRow, error) {
	template, err := encode(s.Template)
	return seriesRow{
		ID: s.ID, Clinic: s.Clinic, Program: s.Program, Title: s.Title, Rule: s.Rule, Start: s.Start.String(),
		Zone: s.Zone, DurationMS: s.Duration.Milliseconds(), Template: template,
	}, err
}

func (s seriesRow) noun(except []exceptRow) (schedule.Series, error) {
	series := schedule.Series{
		ID: s.ID, Clinic: s.Clinic, Program: s.Program, Title: s.Title, Rule: s.Rule,
		Zone: s.Zone, Duration: time.Duration(s.DurationMS) * time.Millisecond,
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
	return series, nil
}

// CreateSeries adds a series that schedule.Series.Validate accepts. An empty
// ID is given one.
func (r *Records) CreateSeries(ctx context.Context, series schedule.Series) (schedule.Series, error) {
	if series.ID == "" {
		series.ID = rooms.SeriesID(rooms.NewID())
	}
	row, err := prepare(series)
	if err != nil {
		return schedule.Series{}, fmt.Errorf("create series: %w", err)
	}
	row.CreatedAt = ms(r.clock.Now())
	err = r.write.do(ctx, "create series", func(ctx context.Context, tx bun.Tx) error {
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		return replaceExcept(ctx, tx, series)
	})
	return series, err
}

// UpdateSeries changes all but the id, the clinic and the date. Sessions that
// are planned already change with UpsertOccurrences and CancelSession.
func (r *Records) UpdateSeries(ctx context.Context, series schedule.Series) error {
	row, err := prepare(series)
	if err != nil {
		return fmt.Errorf("update series: %w", err)
	}
	return r.write.do(ctx, "update series", func(ctx context.Context, tx bun.Tx) error {
		err := changed(tx.NewUpdate().Model(&row).ExcludeColumn("id", "clinic", "created_at").
			Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
		if dangling(err) {
			return rooms.ErrNotFound
		}
		if err != nil {
			return err
		}
		return replaceExcept(ctx, tx, series)
	})
}

func prepare(series schedule.Series) (seriesRow, error) {
	if err := series.Validate(); err != nil {
		return seriesRow{}, err
	}
	return seriesOf(series)
}

func replaceExcept(ctx context.Context, tx bun.Tx, series schedule.Series) error {
	_, err := tx.NewDelete().Table("series_except").
		Where("clinic = ? AND series = ?", series.Clinic, series.ID).Exec(ctx)
	if err != nil {
		return err
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
	return nil
}

// Series finds a series of a clinic.
func (r *Records) Series(ctx context.Context, clinic rooms.ClinicID, id rooms.SeriesID) (schedule.Series, error) {
	row, err := one[seriesRow](ctx, r.read, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return schedule.Series{}, fmt.Errorf("find series: %w", err)
	}
	except, err := many[exceptRow](ctx, r.read, "day", "clinic = ? AND series = ?", clinic, id)
	if err != nil {
		return schedule.Series{}, fmt.Errorf("find series: %w", err)
	}
	return row.noun(except)
}

// ListSeries lists the series of a clinic, the oldest first.
func (r *Records) ListSeries(ctx context.Context, clinic rooms.ClinicID) ([]schedule.Series, error) {
	rows, err := many[seriesRow](ctx, r.read, "created_at, id", "clinic = ?", clinic)
	if err != nil {
		return nil, fmt.Errorf("list series: %w", err)
	}
	except, err := many[exceptRow](ctx, r.read, "series, day", "clinic = ?", clinic)
	if err != nil {
		return nil, fmt.Errorf("list series: %w", err)
	}
	return convert(rows, func(s seriesRow) (schedule.Series, error) { return s.noun(except) })
}
