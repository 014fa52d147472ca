package records

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"reflect"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// Graves are what purges have left of a clinic's sessions, for an archive.
func (r *Records) Graves(ctx context.Context, clinic rooms.ClinicID) ([]ledger.Grave, error) {
	rows, err := list[tombstoneRow](ctx, r, clinic, "list purged sessions", "session", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, tombstoneRow.grave)
}

func (t tombstoneRow) grave() (ledger.Grave, error) {
	seals, err := decode[[]ledger.Seal](t.Seals)
	grave := ledger.Grave{Session: t.Session, Seals: seals, PurgedAt: at(t.PurgedAt)}
	if err == nil && t.Stone != "" {
		grave.Stone, err = decode[ledger.Seal](t.Stone)
	}
	return grave, err
}

// burial is what the row says, apart from who purged: that stands in the audit
// log.
func (t tombstoneRow) burial() (ledger.Burial, error) {
	seals, err := decode[[]ledger.Seal](t.Seals)
	return ledger.Burial{
		Clinic: t.Clinic, Session: t.Session, Series: t.Series, Start: t.Start, Count: t.Count, Head: t.Head,
		Seals: ledger.Hashes(seals), PurgedAt: t.PurgedAt,
	}, err
}

// sign puts the machine's signature on a tombstone.
func (t *tombstoneRow) sign(key ed25519.PrivateKey) error {
	b, err := t.burial()
	if err == nil {
		t.Stone, err = encode(b.Sign(key))
	}
	return err
}

// VerifyTombstones checks that every purged session of a clinic was purged by
// this program: its tombstone is signed by one of the keys, and every session
// in the log of seals is there or has one. It fails with a *ledger.BrokenError,
// and returns how many tombstones there are.
func (r *Records) VerifyTombstones(ctx context.Context, clinic rooms.ClinicID, keys []ed25519.PublicKey) (n int, err error) {
	err = r.view(ctx, clinic, "verify tombstones", func(ctx context.Context, db bun.IDB) error {
		rows, err := many[tombstoneRow](ctx, db, "purged_at, session", "clinic = ?", clinic)
		if err != nil {
			return err
		}
		n = len(rows)
		for _, row := range rows {
			if err := row.verify(keys); err != nil {
				return err
			}
		}
		var gone []rooms.SessionID
		err = db.NewSelect().Table("log_leaves").Column("session").Where("clinic = ?", clinic).
			Where("NOT EXISTS (SELECT 1 FROM seals WHERE seals.session = log_leaves.session AND seals.n = log_leaves.seal)").
			Where("NOT EXISTS (SELECT 1 FROM tombstones WHERE tombstones.clinic = log_leaves.clinic AND tombstones.session = log_leaves.session)").
			OrderExpr("n").Limit(1).Scan(ctx, &gone)
		if err == nil && len(gone) > 0 {
			err = &ledger.BrokenError{Place: "session " + string(gone[0]), Reason: "it was sealed, and is gone without a tombstone"}
		}
		return err
	})
	return n, err
}

func (t tombstoneRow) verify(keys []ed25519.PublicKey) error {
	says := func(reason string) error {
		return &ledger.BrokenError{Place: "session " + string(t.Session), Reason: reason}
	}
	grave, err := t.grave()
	if err != nil {
		return says("its tombstone can't be read")
	}
	signed, err := ledger.OpenBurial(t.Session, grave.Stone, keys)
	if err != nil {
		return err
	}
	if kept, err := t.burial(); err != nil || !reflect.DeepEqual(kept, signed) {
		return says("its tombstone says something else than was signed")
	}
	return nil
}

// signing is the migration by which tombstones are signed. Those of before are
// signed as they stand.
const signing = 15

func (m *migrator) signTombstones(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "ALTER TABLE tombstones ADD COLUMN stone TEXT NOT NULL DEFAULT ''"); err != nil {
		return fmt.Errorf("sign tombstones: %w", err)
	}
	if m.dialect == goose.DialectSQLite3 {
		if err := unguard(ctx, tx); err != nil { // the start guards again
			return err
		}
	}
	found, err := readAll(ctx, tx, "SELECT clinic, session, series, head, seals, CAST(start_ms AS TEXT), CAST(count_n AS TEXT), CAST(purged_at AS TEXT) FROM tombstones", 8)
	if err != nil {
		return fmt.Errorf("sign tombstones: %w", err)
	}
	for _, f := range found {
		row := tombstoneRow{Clinic: rooms.ClinicID(f[0]), Session: rooms.SessionID(f[1]), Series: rooms.SeriesID(f[2]), Head: f[3], Seals: f[4]}
		_, err := fmt.Sscan(f[5]+" "+f[6]+" "+f[7], &row.Start, &row.Count, &row.PurgedAt)
		if err == nil {
			err = row.sign(m.sealer)
		}
		if err == nil {
			err = m.exec(ctx, tx, "UPDATE tombstones SET stone = ? WHERE clinic = ? AND session = ?", row.Stone, row.Clinic, row.Session)
		}
		if err != nil {
			return fmt.Errorf("sign tombstones: %w", err)
		}
	}
	return nil
}
