package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

type staffSessionRow struct {
	bun.BaseModel `bun:"table:staff_sessions"`
	ID            string         `bun:"id,pk"`
	Clinic        rooms.ClinicID `bun:"clinic"`
	Person        rooms.PersonID `bun:"person"`
	Began         int64          `bun:"began"`
	Seen          int64          `bun:"seen"`
	NotAfter      int64          `bun:"not_after"`
	EndedAt       int64          `bun:"ended_at"`
	Why           string         `bun:"why"`
}

func (s staffSessionRow) noun() (auth.StaffSession, error) {
	return auth.StaffSession{
		ID: s.ID, Clinic: s.Clinic, Person: s.Person, Began: at(s.Began), Seen: at(s.Seen),
		NotAfter: at(s.NotAfter), EndedAt: at(s.EndedAt), Why: s.Why,
	}, nil
}

// KeepStaffSession serves auth.Store.
func (r *Records) KeepStaffSession(ctx context.Context, s auth.StaffSession) (auth.StaffSession, error) {
	row := staffSessionRow{
		ID: s.ID, Clinic: s.Clinic, Person: s.Person, Began: ms(s.Began), Seen: ms(s.Seen), NotAfter: ms(s.NotAfter),
	}
	err := r.change(ctx, s.Clinic, "keep sign-in", func(ctx context.Context, tx bun.Tx) error {
		kept, err := one[staffSessionRow](ctx, tx, "", "clinic = ? AND id = ?", s.Clinic, s.ID)
		if errors.Is(err, rooms.ErrNotFound) {
			return insert(ctx, tx, &row)
		}
		if err != nil || kept.EndedAt != 0 || kept.Seen >= row.Seen {
			row = kept
			return err
		}
		kept.Seen, row = row.Seen, kept
		row.Seen = kept.Seen
		return changed(tx.NewUpdate().Table("staff_sessions").Set("seen = ?", row.Seen).
			Where("clinic = ? AND id = ?", s.Clinic, s.ID).Exec(ctx))
	})
	if err != nil {
		return auth.StaffSession{}, err
	}
	return row.noun()
}

// EndStaffSessions serves auth.Store.
func (r *Records) EndStaffSessions(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, id string, now time.Time, why string) error {
	return r.change(ctx, clinic, "end sign-ins", func(ctx context.Context, tx bun.Tx) error {
		query := tx.NewUpdate().Table("staff_sessions").Set("ended_at = ?, why = ?", ms(now), why).Where("clinic = ? AND ended_at = 0", clinic)
		if id != "" {
			query = query.Where("id = ?", id)
		} else {
			query = query.Where("person = ?", person)
		}
		_, err := query.Exec(ctx)
		return err
	})
}

type identityRow struct {
	bun.BaseModel `bun:"table:identities"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Issuer        string         `bun:"issuer,pk"`
	Subject       string         `bun:"subject,pk"`
	Person        rooms.PersonID `bun:"person"`
	CreatedAt     int64          `bun:"created_at"`
}

// Vouched is what an identity provider or a record system says of somebody in a
// clinic.
type Vouched struct {
	Clinic          rooms.ClinicID
	Issuer, Subject string
	Name            string           // what others read of a newcomer
	Roles           []auth.StaffRole // that the configuration maps them to
	From            auth.RolesFrom   // who decides which of them hold
}

// StaffBySubject finds the staff member of a clinic who is subject at an
// identity provider, with the roles of this sign-in; there may be none left. An
// unknown one who is mapped to roles is added. Whatever changes is in the audit
// log as the machine's.
func (r *Records) StaffBySubject(ctx context.Context, who Vouched) (staff auth.Staff, err error) {
	for range 2 { // of two first sign-ins at once the other one's holds
		err = r.change(ctx, who.Clinic, "sign in by provider", func(ctx context.Context, tx bun.Tx) error {
			staff, err = r.vouched(ctx, tx, who)
			return err
		})
		if !errors.Is(err, ErrExists) {
			break
		}
	}
	return staff, err
}

func (r *Records) vouched(ctx context.Context, tx bun.Tx, who Vouched) (auth.Staff, error) {
	staff := auth.Staff{Clinic: who.Clinic}
	known, err := one[identityRow](ctx, tx, "", "clinic = ? AND issuer = ? AND subject = ?", who.Clinic, who.Issuer, who.Subject)
	if errors.Is(err, rooms.ErrNotFound) {
		return r.newcomer(ctx, tx, who)
	}
	if err != nil {
		return staff, err
	}
	staff.Person = known.Person
	row, err := one[personRow](ctx, tx, "", "clinic = ? AND id = ? AND kind = ?", who.Clinic, known.Person, StaffPerson)
	if err != nil {
		return staff, err
	}
	held, err := decode[[]auth.StaffRole](row.StaffRoles)
	if err != nil {
		return staff, err
	}
	var kept []auth.StaffRole
	staff.Roles, kept = who.From.Roles(held, who.Roles)
	column, err := encode(kept)
	if err != nil || slices.Equal(kept, held) {
		return staff, err
	}
	err = changed(tx.NewUpdate().Table("persons").Set("staff_roles = ?, updated_at = ?", column, ms(r.clock.Now())).
		Where("clinic = ? AND id = ?", who.Clinic, known.Person).Exec(ctx))
	if err != nil {
		return staff, err
	}
	return staff, r.machineDid(ctx, tx, who.Clinic, "person.update", staff.Person)
}

// newcomer adds a staff member who came by a provider.
func (r *Records) newcomer(ctx context.Context, tx bun.Tx, who Vouched) (auth.Staff, error) {
	staff := auth.Staff{Clinic: who.Clinic, Roles: who.Roles}
	if len(who.Roles) == 0 {
		return staff, nil
	}
	person := Person{Clinic: who.Clinic, Kind: StaffPerson, LegalName: who.Name, DisplayName: who.Name, StaffRoles: who.Roles}
	row, err := r.newPerson(&person)
	if err != nil {
		return staff, err
	}
	staff.Person = person.ID
	identity := identityRow{Clinic: who.Clinic, Issuer: who.Issuer, Subject: who.Subject, Person: person.ID, CreatedAt: ms(r.clock.Now())}
	if err := insert(ctx, tx, &row); err != nil {
		return staff, err
	}
	if err := insert(ctx, tx, &identity); err != nil {
		return staff, err
	}
	return staff, r.machineDid(ctx, tx, who.Clinic, "person.create", person.ID)
}

// machineDid notes what a sign-in changed by the configuration's word.
func (r *Records) machineDid(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, action string, person rooms.PersonID) error {
	return appendAudit(ctx, tx, AuditEntry{
		Clinic: clinic, At: at(ms(r.clock.Now())), Actor: "machine", ActorKind: "machine", Action: action, Object: "sign-in", Person: person,
	})
}

// BindSubject says that a person of a clinic is subject at an identity
// provider. ErrExists: somebody is already.
func (r *Records) BindSubject(ctx context.Context, clinic rooms.ClinicID, issuer, subject string, person rooms.PersonID) error {
	row := identityRow{Clinic: clinic, Issuer: issuer, Subject: subject, Person: person, CreatedAt: ms(r.clock.Now())}
	return r.change(ctx, clinic, "bind identity", func(ctx context.Context, tx bun.Tx) error { return insert(ctx, tx, &row) })
}

// StaffRoles are the roles that a person holds in the clinic now. None: they
// are no staff, or not there.
func (r *Records) StaffRoles(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (roles []auth.StaffRole, err error) {
	row, err := find[personRow](ctx, r, clinic, "find roles", "", "clinic = ? AND id = ? AND kind = ?", clinic, person, StaffPerson)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode[[]auth.StaffRole](row.StaffRoles)
}

type identifierRow struct {
	bun.BaseModel `bun:"table:identifiers"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	System        string         `bun:"system,pk"`
	Value         string         `bun:"value,pk"`
	Kind          string         `bun:"kind"` // session, person
	Object        string         `bun:"object"`
}

// SetIdentifier keeps what another system calls a session or a person. The
// latest word holds.
func (r *Records) SetIdentifier(ctx context.Context, clinic rooms.ClinicID, system, value, kind, object string) error {
	row := identifierRow{Clinic: clinic, System: system, Value: value, Kind: kind, Object: object}
	return r.change(ctx, clinic, "set identifier", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (clinic, system, value) DO UPDATE").
			Set("kind = EXCLUDED.kind, object = EXCLUDED.object").Exec(ctx)
		if dangling(err) {
			return rooms.ErrNotFound
		}
		return err
	})
}

// ByIdentifier finds what another system's name stands for in a clinic.
func (r *Records) ByIdentifier(ctx context.Context, clinic rooms.ClinicID, system, value, kind string) (object string, err error) {
	err = r.view(ctx, clinic, "find identifier", func(ctx context.Context, db bun.IDB) error {
		row, err := one[identifierRow](ctx, db, "", "clinic = ? AND system = ? AND value = ? AND kind = ?", clinic, system, value, kind)
		object = row.Object
		return err
	})
	return object, err
}
