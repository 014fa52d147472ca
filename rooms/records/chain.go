package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type entryRow struct {
	bun.BaseModel `bun:"table:journal"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             uint64          `bun:"n,pk"`
	Epoch         uint64          `bun:"epoch"`
	Node          rooms.NodeID    `bun:"node"`
	EventN        uint64          `bun:"event_n"`
	Event         string          `bun:"event"`
	Prev          string          `bun:"prev"`
	Hash          string          `bun:"hash"`
}

// genesis is what the first entry of a session stands behind, so that no
// session's chain can stand for another's.
func genesis(session rooms.SessionID) entryRow {
	sum := sha256.Sum256([]byte("vesper journal\x00" + string(session)))
	return entryRow{Session: session, Hash: hex.EncodeToString(sum[:])}
}

// journalHead is the last entry of a session, or its genesis.
func journalHead(ctx context.Context, db bun.IDB, session rooms.SessionID) (entryRow, error) {
	row, err := one[entryRow](ctx, db, "n DESC", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return genesis(session), nil
	}
	return row, err
}

// chain is the entry of an event behind head.
func chain(head entryRow, session rooms.SessionID, event rooms.Event) (entryRow, error) {
	canonical, err := encode(event)
	if err != nil {
		return entryRow{}, err
	}
	return entryRow{
		Session: session, N: head.N + 1, Epoch: event.ID.Epoch, Node: event.ID.Node, EventN: event.ID.N,
		Event: canonical, Prev: head.Hash, Hash: linkHash(head.Hash, canonical),
	}, nil
}

// linkHash is the hash of an entry: over the one before it and its own text.
func linkHash(prev, event string) string {
	sum := sha256.Sum256([]byte("vesper entry\x00" + prev + "\x00" + event))
	return hex.EncodeToString(sum[:])
}

// events are the entries of a session in chain order.
func events(ctx context.Context, db bun.IDB, session rooms.SessionID) ([]rooms.Event, error) {
	rows, err := many[entryRow](ctx, db, "n", "session = ?", session)
	if err != nil {
		return nil, err
	}
	return convert(rows, func(row entryRow) (rooms.Event, error) { return decode[rooms.Event](row.Event) })
}

// Journal lists what happened in a session of a clinic, in chain order.
func (r *Records) Journal(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) ([]rooms.Event, error) {
	if _, err := one[sessionRow](ctx, r.read, "", "clinic = ? AND id = ?", clinic, session); err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	found, err := events(ctx, r.read, session)
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return found, nil
}
