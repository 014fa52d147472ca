package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// graveRow is as much of a tombstone as an archive shows.
type graveRow struct {
	bun.BaseModel `bun:"table:tombstones"`
	Session       rooms.SessionID `bun:"session"`
	Seals         string          `bun:"seals"` // a list of ledger.Seal
	PurgedAt      int64           `bun:"purged_at"`
}

// Graves are what purges have left of a clinic's sessions, for an archive.
func (r *Records) Graves(ctx context.Context, clinic rooms.ClinicID) ([]ledger.Grave, error) {
	rows, err := list[graveRow](ctx, r, clinic, "list purged sessions", "session", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, func(row graveRow) (ledger.Grave, error) {
		seals, err := decode[[]ledger.Seal](row.Seals)
		return ledger.Grave{Session: row.Session, Seals: seals, PurgedAt: at(row.PurgedAt)}, err
	})
}
