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
// on the disk. The errors are those of apply, under what was attempted.
func (r *Records) change(ctx context.Context, clinic rooms.ClinicID, what string, apply func(context.Context, bun.Tx) error) error {
	return r.write.do(ctx, what, apply)
}

// view reads within one clinic, all of one moment.
func (r *Records) view(ctx context.Context, clinic rooms.ClinicID, what string, query func(context.Context, bun.IDB) error) error {
	err := r.read.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return query(ctx, tx) })
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
