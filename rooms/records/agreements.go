package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type acceptanceRow struct {
	bun.BaseModel `bun:"table:acceptances"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Person        rooms.PersonID `bun:"person,pk"`
	Audience      rooms.Role     `bun:"audience,pk"`
	Version       int            `bun:"version,pk"`
	Language      string         `bun:"language"`
	TextHash      string         `bun:"text_hash"`
	AcceptedAt    int64          `bun:"accepted_at"`
}

func (a acceptanceRow) noun() (Agreement, error) {
	return Agreement{
		Clinic: a.Clinic, Person: a.Person, Audience: a.Audience, Version: a.Version,
		Language: a.Language, TextHash: a.TextHash, At: at(a.AcceptedAt),
	}, nil
}

type consentRow struct {
	bun.BaseModel `bun:"table:consents"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Person        rooms.PersonID `bun:"person,pk"`
	GivenAt       int64          `bun:"given_at,pk"`
	Version       int            `bun:"version"`
	Language      string         `bun:"language"`
	TextHash      string         `bun:"text_hash"`
}

func (c consentRow) noun() (Agreement, error) {
	return Agreement{
		Clinic: c.Clinic, Person: c.Person, Version: c.Version, Language: c.Language, TextHash: c.TextHash, At: at(c.GivenAt),
	}, nil
}

// Accept keeps that a person accepted a version of the ground rules. The first
// time holds. The hash is that of the text in the agreement's language, or of
// the one that was shown instead.
func (r *Records) Accept(ctx context.Context, a Agreement) error {
	return r.change(ctx, a.Clinic, "accept ground rules", func(ctx context.Context, tx bun.Tx) error {
		papers, err := groundRules(ctx, tx, a.Clinic, a.Audience)
		if err != nil {
			return err
		}
		if err := a.check(papers); err != nil {
			return err
		}
		return insertOnce(ctx, tx, &acceptanceRow{
			Clinic: a.Clinic, Person: a.Person, Audience: a.Audience, Version: a.Version,
			Language: a.Language, TextHash: a.TextHash, AcceptedAt: ms(r.clock.Now()),
		}, "(clinic, person, audience, version)")
	})
}

// Consent keeps that a person gave their telehealth consent by a version of
// its text. Repeating it within the year keeps the first time.
func (r *Records) Consent(ctx context.Context, a Agreement) error {
	return r.change(ctx, a.Clinic, "give consent", func(ctx context.Context, tx bun.Tx) error {
		papers, err := consentTexts(ctx, tx, a.Clinic)
		if err != nil {
			return err
		}
		given, err := consents(ctx, tx, a.Clinic, a.Person)
		if err != nil {
			return err
		}
		if err := a.check(papers); err != nil {
			return err
		}
		if !ConsentDue(Paper{Version: a.Version}, given, r.clock.Now()) {
			return nil
		}
		return insertOnce(ctx, tx, &consentRow{
			Clinic: a.Clinic, Person: a.Person, GivenAt: ms(r.clock.Now()),
			Version: a.Version, Language: a.Language, TextHash: a.TextHash,
		}, "(clinic, person, given_at)")
	})
}

// insertOnce adds a row that may be there already. What it refers to and is
// not there, or is another clinic's, is rooms.ErrNotFound.
func insertOnce(ctx context.Context, tx bun.Tx, row any, key string) error {
	_, err := tx.NewInsert().Model(row).On("CONFLICT " + key + " DO NOTHING").Exec(ctx)
	if dangling(err) {
		return rooms.ErrNotFound
	}
	return err
}

// Acceptances lists what a person accepted, the newest first.
func (r *Records) Acceptances(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (list []Agreement, err error) {
	err = r.view(ctx, clinic, "list acceptances", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[acceptanceRow](ctx, db, "accepted_at DESC, version DESC", "clinic = ? AND person = ?", clinic, person)
		if err != nil {
			return err
		}
		list, err = convert(rows, acceptanceRow.noun)
		return err
	})
	return list, err
}

// Consents lists the consents that a person gave, the newest first.
func (r *Records) Consents(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID) (list []Agreement, err error) {
	err = r.view(ctx, clinic, "list consents", func(ctx context.Context, db bun.IDB) (err error) {
		list, err = consents(ctx, db, clinic, person)
		return err
	})
	return list, err
}

func consents(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, person rooms.PersonID) ([]Agreement, error) {
	rows, err := many[consentRow](ctx, db, "given_at DESC", "clinic = ? AND person = ?", clinic, person)
	if err != nil {
		return nil, err
	}
	return convert(rows, consentRow.noun)
}
