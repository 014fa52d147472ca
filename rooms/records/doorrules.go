package records

import (
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// Ask says when a detail of the door is asked for.
type Ask string

const (
	AskNever     Ask = "never"
	AskElsewhere Ask = "elsewhere" // of those who are not at home
	AskAlways    Ask = "always"
)

// Of reports whether somebody at that place is asked.
func (a Ask) Of(place string) bool {
	return a == AskAlways || a == AskElsewhere && place == "elsewhere"
}

// DoorRules say what a clinic asks at the door, and what nobody comes in
// without. Name, place and number are always needed.
type DoorRules struct {
	Address         Ask  `json:"address"`
	AddressNeeded   bool `json:"address_needed"` // line and state, where it is asked
	Emergency       bool `json:"emergency"`      // asked
	EmergencyNeeded bool `json:"emergency_needed"`
	ConsentNeeded   bool `json:"consent_needed"` // when it is due
	// AcceptAgain asks for the ground rules at every session, also in a
	// version that was accepted before.
	AcceptAgain bool `json:"accept_again"`
	// LicensedStates are where the clinic's staff may treat people, by their
	// codes (USPS). Empty: nothing is said of it.
	LicensedStates []string `json:"licensed_states"`
}

// DefaultDoorRules are a clinic's until it sets its own.
func DefaultDoorRules() DoorRules {
	return DoorRules{Address: AskElsewhere, Emergency: true, LicensedStates: []string{}}
}

// Outside reports whether an address states a place where the clinic is not
// licensed. What nobody said is not outside.
func (d DoorRules) Outside(address Address) bool {
	code := StateCode(address.State)
	return code != "" && len(d.LicensedStates) > 0 && !slices.Contains(d.LicensedStates, code)
}

type doorRulesRow struct {
	bun.BaseModel `bun:"table:door_rules"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	Rules         string         `bun:"rules"`
}

// SetDoorRules keeps what a clinic asks at the door from now on.
func (r *Records) SetDoorRules(ctx context.Context, clinic rooms.ClinicID, rules DoorRules) error {
	column, err := encode(rules)
	if err != nil {
		return err
	}
	return r.change(ctx, clinic, "set door rules", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&doorRulesRow{Clinic: clinic, Rules: column}).
			On("CONFLICT (clinic) DO UPDATE").Set("rules = EXCLUDED.rules").Exec(ctx)
		if dangling(err) {
			return rooms.ErrNotFound
		}
		return err
	})
}

// DoorRules finds what a clinic asks at the door.
func (r *Records) DoorRules(ctx context.Context, clinic rooms.ClinicID) (rules DoorRules, err error) {
	err = r.view(ctx, clinic, "find door rules", func(ctx context.Context, db bun.IDB) error {
		row, err := one[doorRulesRow](ctx, db, "", "clinic = ?", clinic)
		if errors.Is(err, rooms.ErrNotFound) {
			rules = DefaultDoorRules()
			return nil
		}
		if err == nil {
			rules, err = decode[DoorRules](row.Rules)
		}
		return err
	})
	return rules, err
}
