package records

import (
	"context"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/attendance"
)

// surroundings is what stands in other tables about sessions, each table read
// once.
type surroundings struct {
	rules  map[int]attendance.Rules
	seals  map[rooms.SessionID][]sealRow
	signed map[rooms.SessionID][]signatureRow
	heads  map[rooms.SessionID]string
	kept   map[rooms.SessionID]keptRow
	seats  map[rooms.SeriesID][]seatRow // of those whose roster is not frozen
	only   map[rooms.SessionID][]sessionSeatRow
}

func beside(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, sessions []sessionRow) (around surroundings, err error) {
	around.rules = map[int]attendance.Rules{}
	var sealed, open []rooms.SessionID
	var series []rooms.SeriesID
	for _, row := range sessions {
		if row.Sealed {
			sealed = append(sealed, row.ID)
		}
		if row.Roster == "" {
			open, series = append(open, row.ID), append(series, row.Series)
		}
	}
	if len(open) > 0 {
		if around.seats, err = grouped(ctx, db, "created_at, id", func(row seatRow) rooms.SeriesID { return row.Series },
			"clinic = ? AND series IN (?)", clinic, bun.List(series)); err != nil {
			return around, err
		}
		if around.only, err = grouped(ctx, db, "created_at, id", func(row sessionSeatRow) rooms.SessionID { return row.Session },
			"clinic = ? AND session IN (?)", clinic, bun.List(open)); err != nil {
			return around, err
		}
	}
	if len(sealed) == 0 {
		return around, nil
	}
	return around, around.readSealed(ctx, db, clinic, sealed)
}

func (around *surroundings) readSealed(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, sealed []rooms.SessionID) (err error) {
	const theirs = "clinic = ? AND session IN (?)"
	if around.seals, err = grouped(ctx, db, "session, n", func(row sealRow) rooms.SessionID { return row.Session }, theirs, clinic, bun.List(sealed)); err != nil {
		return err
	}
	if around.signed, err = grouped(ctx, db, "session, n", func(row signatureRow) rooms.SessionID { return row.Session }, theirs, clinic, bun.List(sealed)); err != nil {
		return err
	}
	var heads []struct {
		ID   rooms.SessionID `bun:"id"`
		Head string          `bun:"head"`
	}
	err = db.NewSelect().Table("sessions").Column("id").
		ColumnExpr("(SELECT hash FROM journal WHERE journal.session = sessions.id ORDER BY n DESC LIMIT 1) AS head").
		Where("clinic = ? AND id IN (?)", clinic, bun.List(sealed)).Scan(ctx, &heads)
	if err != nil {
		return err
	}
	around.heads = map[rooms.SessionID]string{}
	for _, row := range heads {
		around.heads[row.ID] = row.Head
	}
	kept, err := many[keptRow](ctx, db, "session", "clinic = ? AND build = ? AND session IN (?)", clinic, buildID(), bun.List(sealed))
	around.kept = map[rooms.SessionID]keptRow{}
	for _, row := range kept {
		around.kept[row.Session] = row
	}
	return err
}

// grouped is many, by what a row belongs to.
func grouped[R any, K comparable](ctx context.Context, db bun.IDB, order string, key func(R) K, where string, args ...any) (map[K][]R, error) {
	rows, err := many[R](ctx, db, order, where, args...)
	groups := map[K][]R{}
	for _, row := range rows {
		groups[key(row)] = append(groups[key(row)], row)
	}
	return groups, err
}

// keptRows are the rows that were kept of a sealed session, if they hold for
// its chain as it is.
func (around surroundings) keptRows(session sessionRow) (judged string, fits bool) {
	kept, found := around.kept[session.ID]
	return kept.Judged, found && session.Sealed && kept.Head == around.heads[session.ID]
}
