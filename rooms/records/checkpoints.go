package records

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// ErrRolledBack: the log of seals no longer goes on from its last checkpoint.
var ErrRolledBack = errors.New("the log of seals is not what the last checkpoint covers")

type leafRow struct {
	bun.BaseModel `bun:"table:log_leaves"`
	Clinic        rooms.ClinicID  `bun:"clinic,pk"`
	N             int64           `bun:"n,pk"`
	Session       rooms.SessionID `bun:"session"`
	Start         int64           `bun:"start_ms"`
	Seal          int             `bun:"seal"`
	Hash          string          `bun:"hash"`
}

func (l leafRow) noun() (ledger.Leaf, error) {
	return ledger.Leaf{N: l.N, Session: l.Session, Start: l.Start, Seal: l.Seal, Hash: l.Hash}, nil
}

type checkpointRow struct {
	bun.BaseModel `bun:"table:checkpoints"`
	Clinic        rooms.ClinicID `bun:"clinic,pk"`
	N             int64          `bun:"n,pk"`
	Size          int64          `bun:"size"`
	Note          string         `bun:"note"`
	MadeAt        int64          `bun:"made_at"`
}

// Checkpoint is a signed checkpoint of a clinic's log.
type Checkpoint struct {
	Clinic rooms.ClinicID
	Size   int64
	At     time.Time
	// Note is what is signed and handed on; see ledger.OpenCheckpoint.
	Note string
}

func (c checkpointRow) noun() (Checkpoint, error) {
	return Checkpoint{Clinic: c.Clinic, Size: c.Size, At: at(c.MadeAt), Note: c.Note}, nil
}

// appendLeaf adds a seal to the clinic's log.
func appendLeaf(ctx context.Context, tx bun.Tx, session sessionRow, n int, seal ledger.Seal) error {
	last, err := one[leafRow](ctx, tx, "n DESC", "clinic = ?", session.Clinic)
	switch {
	case errors.Is(err, rooms.ErrNotFound):
		return adopt(ctx, tx, session.Clinic)
	case err != nil:
		return err
	}
	return insert(ctx, tx, &leafRow{
		Clinic: session.Clinic, N: last.N + 1, Session: session.ID, Start: session.Start, Seal: n, Hash: seal.Hash(),
	})
}

// adopt begins a clinic's log with all seals that there are. A log that a
// checkpoint covers is never begun again.
func adopt(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID) error {
	begun, err := logBegun(ctx, tx, clinic)
	if err != nil || begun {
		return err
	}
	rows, err := many[sealRow](ctx, tx, "created_at, session, n", "clinic = ?", clinic)
	if err != nil {
		return err
	}
	for i, row := range rows {
		session, err := one[sessionRow](ctx, tx, "", "clinic = ? AND id = ?", clinic, row.Session)
		if err != nil {
			return err
		}
		seal, err := row.noun()
		if err != nil {
			return err
		}
		leaf := leafRow{Clinic: clinic, N: int64(i), Session: row.Session, Start: session.Start, Seal: row.N, Hash: seal.Hash()}
		if err := insert(ctx, tx, &leaf); err != nil {
			return err
		}
	}
	return nil
}

func logBegun(ctx context.Context, db bun.IDB, clinic rooms.ClinicID) (bool, error) {
	_, err := one[leafRow](ctx, db, "", "clinic = ?", clinic)
	if errors.Is(err, rooms.ErrNotFound) {
		_, err = one[checkpointRow](ctx, db, "", "clinic = ? AND size > 0", clinic)
	}
	if errors.Is(err, rooms.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Log is a clinic's log of seals.
func (r *Records) Log(ctx context.Context, clinic rooms.ClinicID) ([]ledger.Leaf, error) {
	rows, err := list[leafRow](ctx, r, clinic, "read log", "n", "clinic = ?", clinic)
	if err == nil && len(rows) == 0 { // seals that were set before there was a log
		err = r.change(ctx, clinic, "begin log", func(ctx context.Context, tx bun.Tx) (err error) {
			if err := adopt(ctx, tx, clinic); err != nil {
				return err
			}
			rows, err = many[leafRow](ctx, tx, "n", "clinic = ?", clinic)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return convert(rows, leafRow.noun)
}

// Checkpoints lists a clinic's checkpoints, the newest first.
func (r *Records) Checkpoints(ctx context.Context, clinic rooms.ClinicID) ([]Checkpoint, error) {
	rows, err := list[checkpointRow](ctx, r, clinic, "list checkpoints", "n DESC", "clinic = ?", clinic)
	if err != nil {
		return nil, err
	}
	return convert(rows, checkpointRow.noun)
}

// MakeCheckpoint signs a checkpoint over all seals of a clinic, and over its
// audit log, now. It checks first that both still hold what the last one covers:
// ErrRolledBack or ErrAudit, and then there is no new one.
func (r *Records) MakeCheckpoint(ctx context.Context, clinic rooms.ClinicID) (Checkpoint, error) {
	var made Checkpoint
	now := r.clock.Now()
	err := r.change(ctx, clinic, "make checkpoint", func(ctx context.Context, tx bun.Tx) (err error) {
		if _, err := one[clinicRow](ctx, tx, "", "id = ?", clinic); err != nil {
			return err
		}
		if err := adopt(ctx, tx, clinic); err != nil {
			return err
		}
		last, err := one[checkpointRow](ctx, tx, "n DESC", "clinic = ?", clinic)
		if err != nil && !errors.Is(err, rooms.ErrNotFound) {
			return err
		}
		row := checkpointRow{Clinic: clinic, N: last.N + 1, MadeAt: ms(now)}
		if row.Note, row.Size, err = r.checkpoint(ctx, tx, clinic, last, now); err != nil {
			return err
		}
		made, _ = row.noun()
		return insert(ctx, tx, &row)
	})
	return made, err
}

func (r *Records) checkpoint(ctx context.Context, db bun.IDB, clinic rooms.ClinicID, last checkpointRow, now time.Time) (string, int64, error) {
	rows, err := many[leafRow](ctx, db, "n", "clinic = ?", clinic)
	if err != nil {
		return "", 0, err
	}
	leaves, err := convert(rows, leafRow.noun)
	if err != nil {
		return "", 0, err
	}
	tree, err := ledger.NewTree(leaves)
	if err == nil && last.N > 0 {
		err = r.holds(last, tree)
	}
	if err != nil {
		return "", 0, fmt.Errorf("%w: %w", ErrRolledBack, err)
	}
	if last.N > 0 {
		covered, err := r.openOwn(last.Note)
		if err == nil {
			err = auditGoesOn(ctx, db, covered)
		}
		if err != nil {
			return "", 0, err
		}
	}
	audit, err := auditHead(ctx, db, clinic)
	if err != nil {
		return "", 0, err
	}
	root, err := tree.Root(tree.Size())
	if err != nil {
		return "", 0, err
	}
	note, err := ledger.Checkpoint{Clinic: clinic, Size: tree.Size(), Root: root, At: at(ms(now)), Audit: audit}.Sign(r.sealer)
	return note, tree.Size(), err
}

// holds checks a tree against a kept checkpoint.
func (r *Records) holds(last checkpointRow, tree *ledger.Tree) error {
	c, err := r.openOwn(last.Note)
	if err != nil {
		return err
	}
	return c.Holds(tree)
}

// openOwn reads a kept checkpoint. One that an older key signed is read without
// proof: that is for whoever holds a copy.
func (r *Records) openOwn(note string) (ledger.Checkpoint, error) {
	c, err := ledger.OpenCheckpoint(note, []ed25519.PublicKey{r.sealer.Public().(ed25519.PublicKey)})
	if err != nil {
		c, err = ledger.OpenCheckpoint(note, nil)
	}
	return c, err
}

// CheckpointDue says whether a clinic's last checkpoint is older than every.
func (r *Records) CheckpointDue(ctx context.Context, clinic rooms.ClinicID, every time.Duration) (bool, error) {
	last, err := find[checkpointRow](ctx, r, clinic, "find checkpoint", "n DESC", "clinic = ?", clinic)
	if errors.Is(err, rooms.ErrNotFound) {
		return true, nil
	}
	return err == nil && !at(last.MadeAt).Add(every).After(r.clock.Now()), err
}
