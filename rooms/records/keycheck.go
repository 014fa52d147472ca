package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// ErrKeys: the database was written with other keys for encrypted columns than
// those at hand. Going on would make new ones, and what is there would stay
// closed for good.
var ErrKeys = errors.New("this database was written with other keys: restore the folder 'keys' from the same backup")

// keyCheck is the text that every clinic has under the installation's keys.
const keyCheck = "vesper"

// checkKeys opens each clinic's text, and writes it where there is none yet.
func (r *Records) checkKeys(ctx context.Context) error {
	var rows []clinicRow
	err := r.view(ctx, everyClinic, "check keys", func(ctx context.Context, db bun.IDB) (err error) {
		rows, err = many[clinicRow](ctx, db, "id", "true")
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.KeyCheck == "" {
			if err := r.markKeys(ctx, row.ID); err != nil {
				return err
			}
			continue
		}
		if text, err := r.vault.Open(string(row.ID), "clinics", "key_check", string(row.ID), row.KeyCheck); err != nil || text != keyCheck {
			return fmt.Errorf("check keys: %w", ErrKeys)
		}
	}
	return nil
}

func (r *Records) markKeys(ctx context.Context, clinic rooms.ClinicID) error {
	sealed, err := r.keyMark(clinic)
	if err != nil {
		return err
	}
	return r.change(ctx, clinic, "mark keys", func(ctx context.Context, tx bun.Tx) error {
		return changed(tx.NewUpdate().Table("clinics").Set("key_check = ?", sealed).Where("id = ?", clinic).Exec(ctx))
	})
}

// keyMark is what checkKeys will open.
func (r *Records) keyMark(clinic rooms.ClinicID) (string, error) {
	return r.vault.Seal(string(clinic), "clinics", "key_check", string(clinic), keyCheck)
}
