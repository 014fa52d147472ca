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
	Email         string         `bun:"email"`
	Address       string         `bun:"address"`   // Address
	Emergency     string         `bun:"emergency"` // contact
	Language      string         `bun:"language"`
	Credential    string         `bun:"credential"`
	StaffRoles    string         `bun:"staff_roles"`
	Payer         string         `bun:"payer"`
	Guest         bool           `bun:"guest"`
	CreatedAt     int64          `bun:"created_at"`
	UpdatedAt     int64          `bun:"updated_at"`
}

// contact is the emergency contact as its column keeps it.
type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

func personOf(p Person) (personRow, error) {
	row := personRow{
		ID: p.ID, Clinic: p.Clinic, Kind: p.Kind, LegalName: p.LegalName, DisplayName: p.DisplayName, Phone: p.Phone,
		Email: p.Email, Language: p.Language, Credential: p.Credential, Payer: p.Payer, Guest: p.Guest,
		CreatedAt: ms(p.CreatedAt), UpdatedAt: ms(p.UpdatedAt),
	}
	var err error
	if row.StaffRoles, err = encode(p.StaffRoles); err != nil {
		return row, err
	}
	if p.Address != (Address{}) {
		if row.Address, err = encode(p.Address); err != nil {
			return row, err
		}
	}
	if p.EmergencyName != "" || p.EmergencyPhone != "" {
		row.Emergency, err = encode(contact{p.EmergencyName, p.EmergencyPhone})
	}
	return row, err
}

func (p personRow) noun() (person Person, err error) {
	person = Person{
		ID: p.ID, Clinic: p.Clinic, Kind: p.Kind, LegalName: p.LegalName, DisplayName: p.DisplayName, Phone: p.Phone,
		Email: p.Email, Language: p.Language, Credential: p.Credential, Payer: p.Payer, Guest: p.Guest,
		CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt),
	}
	if person.StaffRoles, err = decode[[]auth.StaffRole](p.StaffRoles); err != nil {
		return person, err
	}
	if p.Address != "" {
		if person.Address, err = decode[Address](p.Address); err != nil {
			return person, err
		}
	}
	if p.Emergency != "" {
		called, err := decode[contact](p.Emergency)
		person.EmergencyName, person.EmergencyPhone = called.Name, called.Phone
		return person, err
	}
	return person, nil
}

// fields are the encrypted columns.
func (p *personRow) fields() []field {
	return []field{{"phone", &p.Phone}, {"email", &p.Email}, {"address", &p.Address}, {"emergency", &p.Emergency}}
}

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
	return p.noun()
}

// newPerson gives a person an id and a date, and the row to insert.
func (r *Records) newPerson(person *Person) (personRow, error) {
	if person.ID == "" {
		person.ID = rooms.PersonID(rooms.NewID())
	}
	person.CreatedAt = at(ms(r.clock.Now()))
	return r.sealPerson(*person)
}

// CreatePerson adds a person to a clinic. An empty ID is given one.
func (r *Records) CreatePerson(ctx context.Context, person Person) (Person, error) {
	row, err := r.newPerson(&person)
	if err != nil {
		return Person{}, fmt.Errorf("create person: %w", err)
	}
	made(ctx, "", person.ID)
	err = r.change(ctx, row.Clinic, "create person", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
	if err != nil {
		return Person{}, err
	}
	return person, nil
}

// UpdatePerson changes all but the id, the clinic, the date and whether the
// person is a guest.
func (r *Records) UpdatePerson(ctx context.Context, person Person) error {
	person.UpdatedAt = r.clock.Now()
	row, err := r.sealPerson(person)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	return r.change(ctx, row.Clinic, "update person", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Model(&row).ExcludeColumn("id", "clinic", "guest", "created_at").
			Where("clinic = ? AND id = ?", row.Clinic, row.ID).Exec(ctx))
	})
}

// Person finds a person of a clinic.
func (r *Records) Person(ctx context.Context, clinic rooms.ClinicID, id rooms.PersonID) (person Person, err error) {
	err = r.view(ctx, clinic, "find person", func(ctx context.Context, db bun.IDB) error {
		row, err := one[personRow](ctx, db, "", "clinic = ? AND id = ?", clinic, id)
		if err != nil {
			return err
		}
		person, err = r.openPerson(row)
		return err
	})
	return person, err
}

// Persons lists the people of a clinic by name.
func (r *Records) Persons(ctx context.Context, clinic rooms.ClinicID) (people []Person, err error) {
	err = r.view(ctx, clinic, "list persons", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[personRow](ctx, db, "legal_name, id", "clinic = ?", clinic)
		if err != nil {
			return err
		}
		people, err = convert(rows, r.openPerson)
		return err
	})
	return people, err
}

// PersonNames is Persons without what is encrypted.
func (r *Records) PersonNames(ctx context.Context, clinic rooms.ClinicID) (people []Person, err error) {
	err = r.view(ctx, clinic, "list names", func(ctx context.Context, db bun.IDB) error {
		var rows []personRow
		err := db.NewSelect().Model(&rows).ExcludeColumn("phone", "email", "address", "emergency").
			Where("clinic = ?", clinic).OrderExpr("legal_name, id").Scan(ctx)
		if err != nil {
			return err
		}
		people, err = convert(rows, personRow.noun)
		return err
	})
	return people, err
}
