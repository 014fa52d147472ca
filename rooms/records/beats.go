package records

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type beatRow struct {
	bun.BaseModel `bun:"table:beats"`
	Session       rooms.SessionID `bun:"session,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Epoch         uint64          `bun:"epoch"`
	At            int64           `bun:"at"`
	Proof         string          `bun:"proof"` // person -> milliseconds
}

// Beat serves rooms.Journal.
func (r *Records) Beat(ctx context.Context, beats []rooms.Beat) (fenced []rooms.SessionID, err error) {
	if len(beats) == 0 {
		return nil, nil
	}
	rows := make([]beatRow, 0, len(beats))
	for _, beat := range beats {
		proof := make(map[rooms.PersonID]int64, len(beat.Proof))
		for person, last := range beat.Proof {
			proof[person] = ms(last)
		}
		column, err := encode(proof)
		if err != nil {
			return nil, err
		}
		rows = append(rows, beatRow{Session: beat.Session, Epoch: beat.Epoch, At: ms(beat.At), Proof: column})
	}
	err = r.change(ctx, everyClinic, "beat", func(ctx context.Context, tx bun.Tx) error {
		fenced = nil
		for i := range rows {
			clinic, err := owned(ctx, tx, rows[i].Session, rows[i].Epoch)
			if errors.Is(err, rooms.ErrFenced) || errors.Is(err, rooms.ErrNotFound) {
				fenced = append(fenced, rows[i].Session)
				continue
			}
			if err != nil {
				return err
			}
			rows[i].Clinic = clinic
			_, err = tx.NewInsert().Model(&rows[i]).On("CONFLICT (session) DO UPDATE").
				Set("epoch = EXCLUDED.epoch, at = EXCLUDED.at, proof = EXCLUDED.proof").Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return fenced, err
}

// lastBeat is who was connected at the last beat, and their last proof.
func lastBeat(ctx context.Context, db bun.IDB, session rooms.SessionID) (map[rooms.PersonID]time.Time, error) {
	row, err := one[beatRow](ctx, db, "", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	proof, err := decode[map[rooms.PersonID]int64](row.Proof)
	if err != nil {
		return nil, err
	}
	beat := make(map[rooms.PersonID]time.Time, len(proof))
	for person, last := range proof {
		beat[person] = at(last)
	}
	return beat, nil
}
