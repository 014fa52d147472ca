package records

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// AuditEntry is one read or change of protected data. It holds ids and codes,
// never names and nothing of the data itself.
type AuditEntry struct {
	Clinic rooms.ClinicID `json:"clinic"`
	N      uint64         `json:"n"` // within the clinic, from 1; set by Audit
	At     time.Time      `json:"at"`
	// Actor is a person's id, a service token's or "machine".
	Actor     string          `json:"actor"`
	ActorKind string          `json:"actor_kind"` // staff, client, service, machine
	Action    string          `json:"action"`     // "doors.read", "attendance.export"
	Object    string          `json:"object,omitempty"`
	Session   rooms.SessionID `json:"session,omitempty"`
	Person    rooms.PersonID  `json:"person,omitempty"` // whose data it is
	Purpose   string          `json:"purpose,omitempty"`
	Recipient string          `json:"recipient,omitempty"`
	Outcome   string          `json:"outcome,omitempty"` // empty: done
}

type auditRow struct {
	bun.BaseModel `bun:"table:audit"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	N             uint64         `bun:"n,pk"`
	Entry         string         `bun:"entry"`
	Prev          string         `bun:"prev"`
	Hash          string         `bun:"hash"`
	about
}

// Audit chains an entry behind its clinic's log. A zero At is now. It is on
// the disk when it returns: write it before the data goes out.
func (r *Records) Audit(ctx context.Context, entry AuditEntry) error {
	if entry.At.IsZero() {
		entry.At = r.clock.Now()
	}
	return r.write.do(ctx, entry.Clinic, "audit", func(ctx context.Context, tx bun.Tx) error {
		return appendAudit(ctx, tx, entry)
	})
}

func appendAudit(ctx context.Context, tx bun.Tx, entry AuditEntry) error {
	entry.At = at(ms(entry.At))
	head, err := one[auditRow](ctx, tx, "n DESC", "clinic = ?", entry.Clinic)
	if err != nil && !errors.Is(err, rooms.ErrNotFound) {
		return err
	}
	entry.N = head.N + 1
	column, err := encode(entry)
	if err != nil {
		return err
	}
	return insert(ctx, tx, &auditRow{
		Clinic: entry.Clinic, N: entry.N, Entry: column, Prev: head.Hash, Hash: ledger.AuditHash(head.Hash, column), about: aboutOf(entry),
	})
}

// AuditLog lists a clinic's entries behind number after, at most limit.
func (r *Records) AuditLog(ctx context.Context, clinic rooms.ClinicID, after uint64, limit int) ([]AuditEntry, error) {
	var rows []auditRow
	err := r.view(ctx, clinic, "read audit log", func(ctx context.Context, db bun.IDB) error {
		return db.NewSelect().Model(&rows).Where("clinic = ? AND n > ?", clinic, after).OrderExpr("n").Limit(int64(limit)).Scan(ctx)
	})
	if err != nil {
		return nil, err
	}
	return convert(rows, func(row auditRow) (AuditEntry, error) { return decode[AuditEntry](row.Entry) })
}
