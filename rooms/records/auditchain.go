package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// ErrAudit: the audit log was tampered with.
var ErrAudit = errors.New("the audit log is not what was written")

// auditPage is how many entries are in memory at a time.
const auditPage = 1000

// auditRows walks a clinic's audit log, page by page.
func (r *Records) auditRows(ctx context.Context, clinic rooms.ClinicID, upTo uint64, each func(auditRow) error) error {
	for after := uint64(0); ; {
		var rows []auditRow
		err := r.view(ctx, clinic, "read audit log", func(ctx context.Context, db bun.IDB) error {
			return db.NewSelect().Model(&rows).Where("clinic = ? AND n > ? AND n <= ?", clinic, after, upTo).OrderExpr("n").Limit(auditPage).Scan(ctx)
		})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := each(row); err != nil {
				return err
			}
			after = row.N
		}
		if len(rows) < auditPage {
			return nil
		}
	}
}

// allOfIt stands where a walk has no end of its own. It is the largest number
// that the databases keep.
const allOfIt = 1<<63 - 1

// AuditHead is how far a clinic's audit log goes.
func (r *Records) AuditHead(ctx context.Context, clinic rooms.ClinicID) (head ledger.AuditHead, err error) {
	err = r.view(ctx, clinic, "find end of audit log", func(ctx context.Context, db bun.IDB) (err error) {
		head, err = auditHead(ctx, db, clinic)
		return err
	})
	return head, err
}

func auditHead(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (ledger.AuditHead, error) {
	last, err := one[auditRow](ctx, db, "n DESC", "clinic = ?", clinic)
	if errors.Is(err, rooms.ErrNotFound) {
		return ledger.AuditHead{}, nil
	}
	return ledger.AuditHead{N: last.N, Hash: last.Hash}, err
}

// AuditLines walks a clinic's audit log up to an entry as it is kept, for who
// verifies it elsewhere. What is no entry any more comes as a text.
func (r *Records) AuditLines(ctx context.Context, clinic rooms.ClinicID, upTo uint64, each func(ledger.AuditLine) error) error {
	return r.auditRows(ctx, clinic, upTo, func(row auditRow) error {
		entry := json.RawMessage(row.Entry)
		if !json.Valid(entry) {
			text, err := json.Marshal(row.Entry)
			if err != nil {
				return err
			}
			entry = text
		}
		return each(ledger.AuditLine{N: row.N, Entry: entry, Hash: row.Hash})
	})
}

// VerifyAudit walks a clinic's log, holds it against the checkpoints that are
// kept and those that are given, and names the first place that is not what was
// written: ErrAudit and a *ledger.BrokenError. It returns how many entries hold.
func (r *Records) VerifyAudit(ctx context.Context, clinic rooms.ClinicID, given ...ledger.Checkpoint) (entries uint64, err error) {
	kept, err := r.Checkpoints(ctx, clinic)
	if err != nil {
		return 0, err
	}
	for _, c := range kept {
		opened, err := r.openOwn(c.Note)
		if err != nil {
			return 0, tampered(err)
		}
		given = append(given, opened)
	}
	chain := ledger.NewAuditChain(given...)
	err = r.auditRows(ctx, clinic, allOfIt, func(row auditRow) error {
		place, before := chain.Place(), chain.Head().Hash
		if err := chain.Add(ledger.AuditLine{N: row.N, Entry: json.RawMessage(row.Entry), Hash: row.Hash}); err != nil {
			return tampered(err)
		}
		if entry, err := decode[AuditEntry](row.Entry); err != nil || row.about != aboutOf(entry) || row.Prev != before {
			return tampered(&ledger.BrokenError{Place: place, Reason: "its other columns say something else"})
		}
		return nil
	})
	if err == nil {
		err = tampered(chain.End())
	}
	return chain.Head().N, err
}

// tampered marks a broken place of the audit log.
func tampered(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrAudit, err)
}

// auditGoesOn fails unless the audit log still holds what a checkpoint covers.
// It looks at one entry only.
func auditGoesOn(ctx context.Context, db bun.IDB, c ledger.Checkpoint) error {
	if c.Audit.N == 0 {
		return nil
	}
	row, err := one[auditRow](ctx, db, "", "clinic = ? AND n = ?", c.Clinic, c.Audit.N)
	if errors.Is(err, rooms.ErrNotFound) || err == nil && row.Hash != c.Audit.Hash {
		return tampered(&ledger.BrokenError{Place: fmt.Sprintf("audit entry %d", c.Audit.N), Reason: "the last checkpoint covers another"})
	}
	return err
}
