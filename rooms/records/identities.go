package records

import (
	"context"
	"errors"
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

// StaffBySubject finds the staff member of a clinic who is subject at an
// identity provider, and gives them the roles that the provider says. An
// unknown one is added, with name as what others read.
func (r *Records) StaffBySubject(ctx context.Context, clinic rooms.ClinicID, issuer, subject, name string, roles []auth.StaffRole) (auth.Staff, error) {
	staff := auth.Staff{Clinic: clinic, Roles: roles}
	held, err := encode(roles)
	if err != nil {
		return staff, err
	}
	for {
		err = r.change(ctx, clinic, "sign in by provider", func(ctx context.Context, tx bun.Tx) error {
			known, err := one[identityRow](ctx, tx, "", "clinic = ? AND issuer = ? AND subject = ?", clinic, issuer, subject)
			if err != nil {
				return err
			}
			staff.Person = known.Person
			return changed(tx.NewUpdate().Table("persons").Set("staff_roles = ?", held).
				Where("clinic = ? AND id = ?", clinic, known.Person).Exec(ctx))
		})
		if !errors.Is(err, rooms.ErrNotFound) {
			return staff, err
		}
		person, err := r.CreatePerson(ctx, Person{
			Clinic: clinic, Kind: StaffPerson, LegalName: name, DisplayName: name, StaffRoles: roles,
		})
		if err == nil {
			err = r.BindSubject(ctx, clinic, issuer, subject, person.ID)
		}
		if err != nil && !errors.Is(err, ErrExists) { // two first sign-ins at once: the other one's holds
			return staff, err
		}
	}
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
