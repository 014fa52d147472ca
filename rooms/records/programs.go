package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
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
	made(ctx, string(program.ID), "")
	row := programRow{ID: program.ID, Clinic: program.Clinic, Name: program.Name, CreatedAt: ms(r.clock.Now())}
	err := r.change(ctx, row.Clinic, "create program", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		return Program{}, err
	}
	return row.noun()
}

// Program finds a program of a clinic.
func (r *Records) Program(ctx context.Context, clinic rooms.ClinicID, id rooms.ProgramID) (Program, error) {
	row, err := find[programRow](ctx, r, clinic, "find program", "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Program{}, err
	}
	return row.noun()
}

// Programs lists the programs of a clinic by name.
func (r *Records) Programs(ctx context.Context, clinic rooms.ClinicID) ([]Program, error) {
	rows, err := list[programRow](ctx, r, clinic, "list programs", "name, id", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, programRow.noun)
}

// RenameProgram gives a program another name.
func (r *Records) RenameProgram(ctx context.Context, clinic rooms.ClinicID, id rooms.ProgramID, name string) error {
	return r.change(ctx, clinic, "rename program", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("programs").Set("name = ?", name).
			Where("clinic = ? AND id = ?", clinic, id).Exec(ctx))
	})
}
