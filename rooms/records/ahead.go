package records

import (
	"context"
	"math"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

const (
	// aheadDays is how far back rows are computed again for a new build.
	aheadDays = 400
	// aheadPause is left to others after each of them.
	aheadPause = 5 * time.Millisecond
)

// judgeAhead computes and keeps the rows of a session that has just been
// sealed or changed, so that nobody waits for a whole week of them. What it
// can't do is left to whoever looks.
func (r *Records) judgeAhead(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) {
	if _, err := r.JudgeOne(ctx, clinic, session); err != nil && ctx.Err() == nil {
		r.logger.Warn("rows were not computed ahead", "session", session, "error", err)
	}
}

// RefreshRows computes the rows that another build kept, of all clinics and
// the newest first, and takes its time. It is for once after the start.
func (r *Records) RefreshRows(ctx context.Context) error {
	before, oldest := int64(math.MaxInt64), ms(r.clock.Now().AddDate(0, 0, -aheadDays))
	for {
		var stale []sessionRow
		err := r.view(ctx, everyClinic, "find rows of another build", func(ctx context.Context, db bun.IDB) error {
			return db.NewSelect().Model(&stale).Column("id", "clinic", "start_ms").
				Where("start_ms < ? AND start_ms >= ?", before, oldest).
				Where("EXISTS (SELECT 1 FROM seals WHERE seals.session = session_row.id)").
				Where("NOT EXISTS (SELECT 1 FROM session_rows k WHERE k.clinic = session_row.clinic AND k.session = session_row.id AND k.build = ?)", buildID()).
				OrderExpr("start_ms DESC").Limit(200).Scan(ctx)
		})
		if err != nil || len(stale) == 0 {
			return err
		}
		for _, row := range stale {
			r.judgeAhead(ctx, row.Clinic, row.ID)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(aheadPause):
			}
		}
		// What shares its start with the last one, and can't be kept, is passed by.
		before = stale[len(stale)-1].Start
	}
}
