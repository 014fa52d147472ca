package records

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

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

func doorOf(d Door) doorRow {
	return doorRow{
		Session: d.Session, Person: d.Person, Clinic: d.Clinic, Place: d.Place, Address: d.Address, Phone: d.Phone,
		EmergencyName: d.EmergencyName, EmergencyPhone: d.EmergencyPhone,
		GroundRulesVersion: d.GroundRulesVersion, Language: d.Language, AcceptedAt: ms(d.AcceptedAt),
	}
}

// fields are the encrypted columns.
func (d *doorRow) fields() []field {
	return []field{
		{"address", &d.Address}, {"phone", &d.Phone}, {"emergency_name", &d.EmergencyName}, {"emergency_phone", &d.EmergencyPhone},
	}
}

func (d *doorRow) key() string { return string(d.Session) + "/" + string(d.Person) }

func (r *Records) openDoor(d doorRow) (Door, error) {
	if err := r.vault.openAll(string(d.Clinic), "doors", d.key(), d.fields()); err != nil {
		return Door{}, err
	}
	return Door{
		Session: d.Session, Person: d.Person, Clinic: d.Clinic, Place: d.Place, Address: d.Address, Phone: d.Phone,
		EmergencyName: d.EmergencyName, EmergencyPhone: d.EmergencyPhone,
		GroundRulesVersion: d.GroundRulesVersion, Language: d.Language, AcceptedAt: at(d.AcceptedAt),
	}, nil
}

// SaveDoor keeps what a person said at the door; the latest word holds. A zero
// AcceptedAt is now.
func (r *Records) SaveDoor(ctx context.Context, door Door) error {
	if door.AcceptedAt.IsZero() {
		door.AcceptedAt = r.clock.Now()
	}
	row := doorOf(door)
	if err := r.vault.sealAll(string(row.Clinic), "doors", row.key(), row.fields()); err != nil {
		return fmt.Errorf("save door: %w", err)
	}
	return r.write.do(ctx, "save door", func(ctx context.Context, tx bun.Tx) error {
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
	return r.door(ctx, "clinic = ? AND session = ? AND person = ?", clinic, session, person)
}

// LastDoor finds what a person said the last time, for them to see again.
func (r *Records) LastDoor(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (Door, error) {
	return r.door(ctx, "clinic = ? AND person = ?", clinic, person)
}

func (r *Records) door(ctx context.Context, where string, args ...any) (Door, error) {
	row, err := one[doorRow](ctx, r.read, "accepted_at DESC, session", where, args...)
	if err != nil {
		return Door{}, fmt.Errorf("find door: %w", err)
	}
	return r.openDoor(row)
}

// Doors lists what everybody said at the door of a session.
func (r *Records) Doors(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) ([]Door, error) {
	rows, err := many[doorRow](ctx, r.read, "accepted_at, person", "clinic = ? AND session = ?", clinic, session)
	if err != nil {
		return nil, fmt.Errorf("list doors: %w", err)
	}
	return convert(rows, r.openDoor)
}
