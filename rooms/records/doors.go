package records

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// doorRow is a door as it is kept: address, numbers and names encrypted.
type doorRow struct {
	bun.BaseModel      `bun:"table:doors"`
	Session            rooms.SessionID `bun:"session,pk"`
	Person             rooms.PersonID  `bun:"person,pk"`
	Clinic             rooms.ClinicID  `bun:"clinic"`
	Place              string          `bun:"place"`
	Address            string          `bun:"address"`
	Phone              string          `bun:"phone"`
	EmergencyName      string          `bun:"emergency_name"`
	EmergencyPhone     string          `bun:"emergency_phone"`
	GroundRulesVersion int             `bun:"ground_rules_version"`
	Language           string          `bun:"language"`
	AcceptedAt         int64           `bun:"accepted_at"`
}

// fields are the encrypted columns.
func (d *doorRow) fields() []field {
	return []field{
		{"address", &d.Address}, {"phone", &d.Phone},
		{"emergency_name", &d.EmergencyName}, {"emergency_phone", &d.EmergencyPhone},
	}
}

// key names the row to the vault.
func (d *doorRow) key() string { return string(d.Session) + "/" + string(d.Person) }

func (r *Records) sealDoor(d Door) (row doorRow, err error) {
	row = doorRow{
		Session: d.Session, Person: d.Person, Clinic: d.Clinic, Place: d.Place, Phone: d.Phone,
		EmergencyName: d.EmergencyName, EmergencyPhone: d.EmergencyPhone,
		GroundRulesVersion: d.GroundRulesVersion, Language: d.Language, AcceptedAt: ms(d.AcceptedAt),
	}
	if d.Address != (Address{}) {
		if row.Address, err = encode(d.Address); err != nil {
			return row, err
		}
	}
	return row, r.vault.sealAll(string(d.Clinic), "doors", row.key(), row.fields())
}

func (r *Records) openDoor(row doorRow) (d Door, err error) {
	if err := r.vault.openAll(string(row.Clinic), "doors", row.key(), row.fields()); err != nil {
		return d, err
	}
	d = Door{
		Session: row.Session, Person: row.Person, Clinic: row.Clinic, Place: row.Place, Phone: row.Phone,
		EmergencyName: row.EmergencyName, EmergencyPhone: row.EmergencyPhone,
		GroundRulesVersion: row.GroundRulesVersion, Language: row.Language, AcceptedAt: at(row.AcceptedAt),
	}
	if row.Address != "" {
		d.Address, err = decode[Address](row.Address)
	}
	return d, err
}

// SaveDoor keeps what a person said at the door; the latest word holds. A zero
// AcceptedAt is now.
func (r *Records) SaveDoor(ctx context.Context, door Door) error {
	if door.AcceptedAt.IsZero() {
		door.AcceptedAt = r.clock.Now()
	}
	row, err := r.sealDoor(door)
	if err != nil {
		return fmt.Errorf("save door: %w", err)
	}
	return r.change(ctx, door.Clinic, "save door", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Table("doors").
			Where("clinic = ? AND session = ? AND person = ?", row.Clinic, row.Session, row.Person).Exec(ctx)
		if err != nil {
			return err
		}
		return insert(ctx, tx, &row)
	})
}

// Door finds what a person said at the door of a session.
func (r *Records) Door(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID, person rooms.PersonID) (Door, error) {
	return r.door(ctx, clinic, "clinic = ? AND session = ? AND person = ?", clinic, session, person)
}

// LastDoor finds what a person said the last time, for them to see again.
func (r *Records) LastDoor(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (Door, error) {
	return r.door(ctx, clinic, "clinic = ? AND person = ?", clinic, person)
}

// LastHome finds what a person said the last time that they were at home and
// gave an address.
func (r *Records) LastHome(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (Door, error) {
	return r.door(ctx, clinic, "clinic = ? AND person = ? AND place = ? AND address <> ''", clinic, person, "home")
}

func (r *Records) door(ctx context.Context, clinic rooms.ClinicID, where string, args ...any) (door Door, err error) {
	err = r.view(ctx, clinic, "find door", func(ctx context.Context, db bun.IDB) error {
		row, err := one[doorRow](ctx, db, "accepted_at DESC, session", where, args...)
		if err != nil {
			return err
		}
		door, err = r.openDoor(row)
		return err
	})
	return door, err
}

// Doors lists what everybody said at the door of a session.
func (r *Records) Doors(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) (doors []Door, err error) {
	err = r.view(ctx, clinic, "list doors", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[doorRow](ctx, db, "accepted_at, person", "clinic = ? AND session = ?", clinic, session)
		if err != nil {
			return err
		}
		doors, err = convert(rows, r.openDoor)
		return err
	})
	return doors, err
}
