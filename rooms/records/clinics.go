package records

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

type clinicRow struct {
	bun.BaseModel `bun:"table:clinics"`
	ID            rooms.ClinicID `bun:"id,pk"`
	Name          string         `bun:"name"`
	Zone          string         `bun:"zone"`
	NeutralTitle  string         `bun:"neutral_title"`
	CreatedAt     int64          `bun:"created_at"`
	Retention     int            `bun:"retention_years"`
	KeyCheck      string         `bun:"key_check"`
}

func (c clinicRow) noun() Clinic {
	return Clinic{
		ID: c.ID, Name: c.Name, Zone: c.Zone, NeutralTitle: c.NeutralTitle, CreatedAt: at(c.CreatedAt), RetentionYears: c.Retention,
	}
}

// CreateClinic adds a tenant, with attendance.DefaultRules. An empty ID is
// given one.
func (r *Records) CreateClinic(ctx context.Context, clinic Clinic) (Clinic, error) {
	if clinic.ID == "" {
		clinic.ID = rooms.ClinicID(rooms.NewID())
	}
	if _, err := time.LoadLocation(clinic.Zone); err != nil || clinic.Zone == "" {
		return Clinic{}, fmt.Errorf("create clinic: zone %q is not known", clinic.Zone)
	}
	row := clinicRow{
		ID: clinic.ID, Name: clinic.Name, Zone: clinic.Zone, NeutralTitle: clinic.NeutralTitle, CreatedAt: ms(r.clock.Now()),
		Retention: cmp.Or(clinic.RetentionYears, DefaultRetention),
	}
	var err error
	if row.KeyCheck, err = r.keyMark(row.ID); err != nil {
		return Clinic{}, fmt.Errorf("create clinic: %w", err)
	}
	err = r.change(ctx, row.ID, "create clinic", func(ctx context.Context, tx bun.Tx) error {
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		_, err := addRules(ctx, tx, row.ID, attendance.DefaultRules(), row.CreatedAt)
		return err
	})
	if err != nil {
		return Clinic{}, err
	}
	return row.noun(), nil
}

// UpdateClinic changes name, zone and neutral title.
func (r *Records) UpdateClinic(ctx context.Context, clinic Clinic) error {
	return r.change(ctx, clinic.ID, "update clinic", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("clinics").
			Set("name = ?", clinic.Name).Set("zone = ?", clinic.Zone).Set("neutral_title = ?", clinic.NeutralTitle).
			Where("id = ?", clinic.ID).Exec(ctx))
	})
}

// SetRetention says for how many years a clinic keeps its sessions.
func (r *Records) SetRetention(ctx context.Context, clinic rooms.ClinicID, years int) error {
	if years < 1 || years > 100 {
		return fmt.Errorf("set retention: %d years is not between 1 and 100", years)
	}
	return r.change(ctx, clinic, "set retention", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("clinics").Set("retention_years = ?", years).Where("id = ?", clinic).Exec(ctx))
	})
}

// Clinic finds a tenant.
func (r *Records) Clinic(ctx context.Context, id rooms.ClinicID) (Clinic, error) {
	row, err := find[clinicRow](ctx, r, id, "find clinic", "", "id = ?", id)
	if err != nil {
		return Clinic{}, err
	}
	return row.noun(), nil
}

// Clinics lists all tenants. It is for the installation's own errands.
func (r *Records) Clinics(ctx context.Context) ([]Clinic, error) {
	rows, err := list[clinicRow](ctx, r, everyClinic, "list clinics", "created_at, id", "true")
	if err != nil {
		return nil, err
	}
	return convert(rows, func(c clinicRow) (Clinic, error) { return c.noun(), nil })
}
