package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

type rulesRow struct {
	bun.BaseModel `bun:"table:clinic_rules"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Version       int            `bun:"version,pk"`
	Rules         string         `bun:"rules"`
	CreatedAt     int64          `bun:"created_at"`
}

func (r rulesRow) noun() (attendance.Rules, error) {
	rules, err := decode[attendance.Rules](r.Rules)
	rules.Version = r.Version
	return rules, err
}

// SetRules keeps a new version of a clinic's rules and returns it with its
// number. Sessions that were opened keep the version of their opening.
func (r *Records) SetRules(ctx context.Context, clinic rooms.ClinicID, rules attendance.Rules) (attendance.Rules, error) {
	err := r.change(ctx, clinic, "set rules", func(ctx context.Context, tx bun.Tx) error {
		var err error
		rules, err = addRules(ctx, tx, clinic, rules, ms(r.clock.Now()))
		return err
	})
	return rules, err
}

func addRules(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, rules attendance.Rules, now int64) (attendance.Rules, error) {
	version, err := rulesVersion(ctx, tx, clinic)
	if err != nil {
		return rules, err
	}
	rules.Version = version + 1
	if err := rules.Validate(); err != nil {
		return rules, err
	}
	column, err := encode(rules)
	if err != nil {
		return rules, err
	}
	return rules, insert(ctx, tx, &rulesRow{Clinic: clinic, Version: rules.Version, Rules: column, CreatedAt: now})
}

// rulesVersion is the newest version of a clinic's rules, 0 with none.
func rulesVersion(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (version int, err error) {
	err = db.NewSelect().Table("clinic_rules").ColumnExpr("coalesce(max(version), 0)").
		Where("clinic = ?", clinic).Scan(ctx, &version)
	return version, err
}

// Rules finds the newest rules of a clinic.
func (r *Records) Rules(ctx context.Context, clinic rooms.ClinicID) (attendance.Rules, error) {
	return r.rules(ctx, clinic, "clinic = ?", clinic)
}

// RulesVersion finds one version of a clinic's rules.
func (r *Records) RulesVersion(ctx context.Context, clinic rooms.ClinicID, version int) (attendance.Rules, error) {
	return r.rules(ctx, clinic, "clinic = ? AND version = ?", clinic, version)
}

// SessionRules finds the rules by which a session is judged: those of its
// opening, and the newest before it.
func (r *Records) SessionRules(ctx context.Context, session Session) (attendance.Rules, error) {
	if session.RulesVersion == 0 {
		return r.Rules(ctx, session.Clinic)
	}
	return r.RulesVersion(ctx, session.Clinic, session.RulesVersion)
}

func (r *Records) rules(ctx context.Context, clinic rooms.ClinicID, where string, args ...any) (attendance.Rules, error) {
	row, err := find[rulesRow](ctx, r, clinic, "find rules", "version DESC", where, args...)
	if err != nil {
		return attendance.Rules{}, err
	}
	return row.noun()
}
