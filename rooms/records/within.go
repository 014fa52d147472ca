package records

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// everyClinic stands where an errand of the installation itself reads or
// writes beyond one clinic. No request comes to it.
const everyClinic rooms.ClinicID = "*"

// change writes within one clinic, whole or not at all, and returns when it is
// on the disk, with the audit entries that ctx carries; see Traced. The errors
// are those of apply, under what was attempted. On PostgreSQL apply may run
// again, if another node was in its way.
func (r *Records) change(ctx context.Context, clinic rooms.ClinicID, what string, apply func(context.Context, bun.Tx) error) error {
	t := trailOf(ctx)
	err := r.write.do(ctx, clinic, what, r.traced(t, apply))
	if err == nil && t != nil {
		t.written = true
	}
	return err
}

// view reads within one clinic, all of one moment.
func (r *Records) view(ctx context.Context, clinic rooms.ClinicID, what string, query func(context.Context, bun.IDB) error) error {
	err := r.read.RunInTx(ctx, r.engine.reading(), func(ctx context.Context, tx bun.Tx) error {
		if scope := r.engine.scope(clinic); scope != "" {
			if _, err := tx.ExecContext(ctx, scope); err != nil {
				return err
			}
		}
		return query(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// find is the first row of R within a clinic, or rooms.ErrNotFound.
func find[R any](ctx context.Context, r *Records, clinic rooms.ClinicID, what, order, where string, args ...any) (row R, err error) {
	err = r.view(ctx, clinic, what, func(ctx context.Context, db bun.IDB) (err error) {
		row, err = one[R](ctx, db, order, where, args...)
		return err
	})
	return row, err
}

// list is all rows of R within a clinic, in order.
func list[R any](ctx context.Context, r *Records, clinic rooms.ClinicID, what, order, where string, args ...any) (rows []R, err error) {
	err = r.view(ctx, clinic, what, func(ctx context.Context, db bun.IDB) (err error) {
		rows, err = many[R](ctx, db, order, where, args...)
		return err
	})
	return rows, err
}
