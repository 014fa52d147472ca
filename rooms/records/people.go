package records

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type personRow struct {
	bun.BaseModel `bun:"table:persons"`
	ID            rooms.PersonID `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Kind          PersonKind     `bun:"kind"`
	LegalName     string         `bun:"legal_name"`
	DisplayName   string         `bun:"display_name"`
	Phone         string         `bun:"phone"`
	Language      string         `bun:"language"`
	Credential    string         `bun:"credential"`
	StaffRoles    string         `bun:"staff_roles"`
	CreatedAt     int64          `bun:"created_at"`
}

func personOf(p Person) (personRow, error) {
	roles, err := encode(p.StaffRoles)
	return personRow{
		ID: p.ID, Clinic: p.Clinic, Kind: p.Kind, LegalName: p.LegalName, DisplayName: p.DisplayName, Phone: p.Phone,
		Language: p.Language, Credential: p.Credential, StaffRoles: roles, CreatedAt: ms(p.CreatedAt),
	}, err
}

// fields are the encrypted columns.
func (p *personRow) fields() []field { return []field{{"phone", &p.Phone}} }

func (r *Records) sealPerson(person Person) (personRow, error) {
	row, err := personOf(person)
	if err != nil {
		return row, err
	}
	return row, r.vault.sealAll(string(row.Clinic), "persons", string(row.ID), row.fields())
}

func (r *Records) openPerson(p personRow) (Person, error) {
	if err := r.vault.openAll(string(p.Clinic), "persons", string(p.ID), p.fields()); err != nil {
		return Person{}, err
	}
	roles, err := decode[[]auth.StaffRole](p.StaffRoles)
	return Person{
		ID: p.ID, Clinic: p.Clinic, Kind: p.Kind, LegalName: p.LegalName, DisplayName: p.DisplayName, Phone: p.Phone,
		Language: p.Language, Credential: p.Credential, StaffRoles: roles, CreatedAt: at(p.CreatedAt),
	}, err
}

// CreatePerson adds a person to a clinic. An empty ID is given one.
func (r *Records) CreatePerson(ctx context.Context, person Person) (Person, error) {
	if person.ID == "" {
		person.ID = rooms.PersonID(rooms.NewID())
	}
	person.CreatedAt = at(ms(r.clock.Now()))
	row, err := r.sealPerson(person)
	if err != nil {
		return Person{}, fmt.Errorf("create person: %w", err)
	}
	err = r.write.do(ctx, "create person", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		return Person{}, err
	}
	return person, nil
}

// UpdatePerson changes all but the id, the clinic and the date.
func (r *Records) UpdatePerson(ctx context.Context, person Person) error {
	row, err := r.sealPerson(person)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	return r.write.do(ctx, "update person", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Model(&row).ExcludeColumn("id", "clinic", "created_at").
			Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
	})
}

// Person finds a person of a clinic.
func (r *Records) Person(ctx context.Context, clinic rooms.ClinicID, id rooms.PersonID) (Person, error) {
	row, err := one[personRow](ctx, r.read, "", "clinic = ? AND id = ?", clinic, id)
	if err != nil {
		return Person{}, fmt.Errorf("find person: %w", err)
	}
	return r.openPerson(row)
}

// Persons lists the people of a clinic by name.
func (r *Records) Persons(ctx context.Context, clinic rooms.ClinicID) ([]Person, error) {
	rows, err := many[personRow](ctx, r.read, "legal_name, id", "clinic = ?", clinic)
	if err != nil {
		return nil, fmt.Errorf("list persons: %w", err)
	}
	return convert(rows, r.openPerson)
}
