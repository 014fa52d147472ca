package records

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// AuditQuery asks who did what with whose data. What is zero asks for all.
type AuditQuery struct {
	// Person's own entries, and those of every session that the person was or
	// is expected in: reading an evening reads everybody's evening.
	Person rooms.PersonID
	// From is inclusive, To is not.
	From, To time.Time
	// Before this number; 0 begins with the newest.
	Before uint64
	Limit  int
}

// SearchAudit lists what answers a query, the newest first, at most Limit.
func (r *Records) SearchAudit(ctx context.Context, clinic rooms.ClinicID, q AuditQuery) ([]AuditEntry, error) {
	const page = 500
	var found []AuditEntry
	err := r.view(ctx, clinic, "search audit log", func(ctx context.Context, db bun.IDB) error {
		evenings, err := eveningsOf(ctx, db, clinic, q.Person)
		if err != nil {
			return err
		}
		before := q.Before
		for len(found) < q.Limit {
			var rows []auditRow
			query := db.NewSelect().Model(&rows).Where("clinic = ?", clinic)
			if before > 0 {
				query = query.Where("n < ?", before)
			}
			if err := query.OrderExpr("n DESC").Limit(page).Scan(ctx); err != nil {
				return err
			}
			entries, err := convert(rows, func(row auditRow) (AuditEntry, error) { return decode[AuditEntry](row.Entry) })
			if err != nil {
				return err
			}
			for _, entry := range entries {
				if q.covers(entry, evenings) && len(found) < q.Limit {
					found = append(found, entry)
				}
			}
			if len(rows) < page {
				return nil
			}
			before = rows[len(rows)-1].N
		}
		return nil
	})
	return found, err
}

func (q AuditQuery) covers(e AuditEntry, evenings map[rooms.SessionID]bool) bool {
	switch {
	case !q.From.IsZero() && e.At.Before(q.From), !q.To.IsZero() && !e.At.Before(q.To):
		return false
	case q.Person == "" || e.Person == q.Person:
		return true
	}
	// An entry about nobody in particular is about everybody in it.
	return e.Person == "" && (evenings[e.Session] || e.Session == "" && slices.Contains(wholeClinic, e.Action))
}

// wholeClinic are the reads of everybody's rows at once.
var wholeClinic = []string{"week.read", "export.begin", "archive.export"}

// eveningsOf are the sessions of a person's series and those with a seat for
// one evening; nil for nobody.
func eveningsOf(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, person rooms.PersonID) (map[rooms.SessionID]bool, error) {
	if person == "" {
		return nil, nil
	}
	var series, single []rooms.SessionID
	err := db.NewSelect().Table("sessions").Column("id").
		Where("clinic = ? AND series IN (SELECT series FROM seats WHERE clinic = ? AND person = ?)", clinic, clinic, person).Scan(ctx, &series)
	if err == nil {
		err = db.NewSelect().Table("session_seats").Column("session").Where("clinic = ? AND person = ?", clinic, person).Scan(ctx, &single)
	}
	evenings := map[rooms.SessionID]bool{}
	for _, id := range append(series, single...) {
		evenings[id] = true
	}
	return evenings, err
}
