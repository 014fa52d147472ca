package records

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance/week"
)

type payerRow struct {
	bun.BaseModel `bun:"table:payers"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Payer         string         `bun:"payer,pk"`
	Version       int            `bun:"version,pk"`
	RuleSet       string         `bun:"rule_set"`
	CreatedAt     int64          `bun:"created_at"`
}

func (p payerRow) noun() (week.Payer, error) {
	payer, err := decode[week.Payer](p.RuleSet)
	payer.Payer, payer.Version = p.Payer, p.Version
	return payer, err
}

type formerPayerRow struct {
	bun.BaseModel `bun:"table:former_payers"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Person        rooms.PersonID `bun:"person,pk"`
	Until         week.Date      `bun:"until_day,pk"`
	Payer         string         `bun:"payer"`
	ChangedAt     int64          `bun:"changed_at"`
}

// SetPayer keeps a new version of a payer's rule set, which week.Payer.Check
// accepts, and returns it with its number. Former versions stay.
func (r *Records) SetPayer(ctx context.Context, clinic rooms.ClinicID, payer week.Payer) (week.Payer, error) {
	set, err := encode(payer)
	if err != nil {
		return week.Payer{}, err
	}
	row := payerRow{Clinic: clinic, Payer: payer.Payer, RuleSet: set, CreatedAt: ms(r.clock.Now())}
	err = r.change(ctx, clinic, "set payer", func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewSelect().Table("payers").ColumnExpr("coalesce(max(version), 0) + 1").
			Where("clinic = ? AND payer = ?", clinic, payer.Payer).Scan(ctx, &row.Version)
		if err != nil {
			return err
		}
		return insert(ctx, tx, &row)
	})
	if err != nil {
		return week.Payer{}, err
	}
	return row.noun()
}

// Payers lists all versions of all rule sets of a clinic, by key and the
// newest first.
func (r *Records) Payers(ctx context.Context, clinic rooms.ClinicID) ([]week.Payer, error) {
	rows, err := list[payerRow](ctx, r, clinic, "list payers", "payer, version DESC", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, payerRow.noun)
}

// SetPersonPayer says whose rules a person's weeks are held against from a day
// on; an empty payer is none. Weeks before keep the former one.
// rooms.ErrNotFound: no such person, or no such payer.
func (r *Records) SetPersonPayer(ctx context.Context, clinic rooms.ClinicID, person rooms.PersonID, payer string, from week.Date) error {
	return r.change(ctx, clinic, "set a person's payer", func(ctx context.Context, tx bun.Tx) error {
		kept, err := one[personRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, person)
		if err != nil {
			return err
		}
		if payer != "" {
			if _, err := one[payerRow](ctx, tx, "", "clinic = ? AND payer = ?", clinic, payer); err != nil {
				return err
			}
		}
		if err := r.former(ctx, tx, kept, payer, from); err != nil {
			return err
		}
		return changed(tx.NewUpdate().Table("persons").Set("payer = ?", payer).
			Where("clinic = ? AND id = ?", clinic, person).Exec(ctx))
	})
}

// former notes until when the payer holds that is replaced from a day on. What
// was said for later days goes.
func (r *Records) former(ctx context.Context, tx bun.Tx, kept personRow, payer string, from week.Date) error {
	rows, err := many[formerPayerRow](ctx, tx, "until_day", "clinic = ? AND person = ? AND until_day >= ?", kept.Clinic, kept.ID, from)
	if err != nil || len(rows) > 0 && rows[0].Until == from && len(rows) == 1 {
		return err
	}
	before := formerPayerRow{Clinic: kept.Clinic, Person: kept.ID, Until: from, Payer: kept.Payer, ChangedAt: ms(r.clock.Now())}
	if len(rows) > 0 {
		before.Payer = rows[0].Payer
	}
	_, err = tx.NewDelete().Table("former_payers").
		Where("clinic = ? AND person = ? AND until_day >= ?", kept.Clinic, kept.ID, from).Exec(ctx)
	if err != nil || before.Payer == payer {
		return err
	}
	return insert(ctx, tx, &before)
}

// PayersOn finds the rule set that holds for each person on a day: the newest
// version, among those that hold already, of the payer that was theirs then.
func (r *Records) PayersOn(ctx context.Context, clinic rooms.ClinicID, day week.Date) (map[rooms.PersonID]*week.Payer, error) {
	var persons []personRow
	var former []formerPayerRow
	var rows []payerRow
	err := r.view(ctx, clinic, "find payers", func(ctx context.Context, db bun.IDB) (err error) {
		err = db.NewSelect().Model(&persons).Column("id", "payer").Where("clinic = ?", clinic).Scan(ctx)
		if err != nil {
			return err
		}
		former, err = many[formerPayerRow](ctx, db, "until_day DESC", "clinic = ? AND until_day > ?", clinic, day)
		if err != nil {
			return err
		}
		rows, err = many[payerRow](ctx, db, "payer, version DESC", "clinic = ?", clinic)
		return err
	})
	if err != nil {
		return nil, err
	}
	sets, err := convert(rows, payerRow.noun)
	if err != nil {
		return nil, err
	}
	theirs := map[rooms.PersonID]string{}
	for _, p := range persons {
		theirs[p.ID] = p.Payer
	}
	for _, f := range former { // the earliest is last
		theirs[f.Person] = f.Payer
	}
	holds := map[rooms.PersonID]*week.Payer{}
	for person, payer := range theirs {
		at := slices.IndexFunc(sets, func(p week.Payer) bool { return p.Payer == payer && p.From <= day })
		if payer != "" && at >= 0 {
			holds[person] = &sets[at]
		}
	}
	return holds, nil
}
