package records

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type sealRow struct {
	bun.BaseModel `bun:"table:seals"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             int             `bun:"n,pk"`
	Kind          string          `bun:"kind"`
	Seal          string          `bun:"seal"`
	CreatedAt     int64           `bun:"created_at"`
}

// unsealed refuses a session that is sealed.
func unsealed(ctx context.Context, db bun.IDB, session rooms.SessionID) error {
	_, err := one[sealRow](ctx, db, "", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = rooms.ErrSealed
	}
	return err
}

// Seal serves rooms.Journal.
func (r *Records) Seal(ctx context.Context, session rooms.SessionID, epoch uint64) error {
	return r.write.do(ctx, "seal session", func(ctx context.Context, tx bun.Tx) error {
		if err := owned(ctx, tx, session, epoch); err != nil {
			return err
		}
		if err := unsealed(ctx, tx, session); err != nil {
			if errors.Is(err, rooms.ErrSealed) {
				return nil
			}
			return err
		}
		row := sealRow{Session: session, N: 1, Kind: "machine"}
		return insert(ctx, tx, &row)
	})
}
