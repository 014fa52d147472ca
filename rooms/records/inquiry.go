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
	var found []AuditEntry
	err := r.view(ctx, clinic, "search audit log", func(ctx context.Context, db bun.IDB) error {
		evenings, err := eveningsOf(ctx, db, clinic, q.Person)
		if err != nil {
			return err
		}
		numbers, err := q.numbers(ctx, db, clinic, evenings)
		if err != nil || len(numbers) == 0 {
			return err
		}
		rows, err := many[auditRow](ctx, db, "n DESC", "clinic = ? AND n IN (?)", clinic, bun.List(numbers))
		if err != nil {
			return err
		}
		found, err = convert(rows, func(row auditRow) (AuditEntry, error) { return decode[AuditEntry](row.Entry) })
		return err
	})
	return found, err
}

// numbers are those of the entries that answer a query, the newest first. They
// come from the indexes: an entry is read once it is known to be shown.
func (q AuditQuery) numbers(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, evenings []rooms.SessionID) ([]uint64, error) {
	var all []uint64
	for _, part := range q.parts(evenings) {
		var some []uint64
		query := db.NewSelect().Table("audit").Column("n").Where("clinic = ?", clinic)
		if part.where != "" {
			query = query.Where(part.where, part.args...)
		}
		if err := q.within(query).Scan(ctx, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all[:min(len(all), q.Limit)], nil
}

// condition is a part of a query that an index answers.
type condition struct {
	where string
	args  []any
}

// parts have no entry in common. An entry about nobody in particular is about
// everybody in it.
func (q AuditQuery) parts(evenings []rooms.SessionID) []condition {
	if q.Person == "" {
		return []condition{{}}
	}
	parts := []condition{
		{"person = ? AND person <> ''", []any{q.Person}}, // both: the index has no entries about nobody
		{"session = '' AND person = '' AND action IN (?)", []any{bun.List(wholeClinic)}},
	}
	if len(evenings) > 0 {
		parts = append(parts, condition{"session IN (?) AND person = ''", []any{bun.List(evenings)}})
	}
	return parts
}

// within bounds and orders what is found.
func (q AuditQuery) within(query *bun.SelectQuery) *bun.SelectQuery {
	if q.Before > 0 {
		query = query.Where(q.sign()+"n < ?", q.Before)
	}
	if !q.From.IsZero() {
		query = query.Where(q.sign()+"at_ms >= ?", ms(q.From))
	}
	if !q.To.IsZero() {
		query = query.Where(q.sign()+"at_ms < ?", ms(q.To))
	}
	return query.OrderExpr(q.sign() + "n DESC").Limit(int64(q.Limit))
}

// sign stands before columns that no index is to be chosen for: both databases
// would walk the whole log by number or time, and what is about one person is
// little.
func (q AuditQuery) sign() string {
	if q.Person != "" {
		return "+"
	}
	return ""
}

// wholeClinic are the reads of everybody's rows at once.
var wholeClinic = []string{"week.read", "export.begin", "archive.export"}

// eveningsOf are the sessions of a person's series and those with a seat for
// one evening; nil for nobody.
func eveningsOf(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, person rooms.PersonID) ([]rooms.SessionID, error) {
	if person == "" {
		return nil, nil
	}
	var series, single []rooms.SessionID
	err := db.NewSelect().Table("sessions").Column("id").
		Where("clinic = ? AND series IN (SELECT series FROM seats WHERE clinic = ? AND person = ?)", clinic, clinic, person).Scan(ctx, &series)
	if err == nil {
		err = db.NewSelect().Table("session_seats").Column("session").Where("clinic = ? AND person = ?", clinic, person).Scan(ctx, &single)
	}
	all := append(series, single...)
	slices.Sort(all)
	return slices.Compact(all), err
}
