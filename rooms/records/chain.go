package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

type entryRow struct {
	bun.BaseModel `bun:"table:journal"`
	Session       rooms.SessionID `bun:"session,pk"`
	N             uint64          `bun:"n,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Epoch         uint64          `bun:"epoch"`
	Node          rooms.NodeID    `bun:"node"`
	EventN        uint64          `bun:"event_n"`
	Event         string          `bun:"event"`
	Prev          string          `bun:"prev"`
	Hash          string          `bun:"hash"`
}

func (row entryRow) noun() (ledger.Entry, error) {
	return ledger.Entry{N: row.N, Text: row.Event, Prev: row.Prev, Hash: row.Hash}, nil
}

// event is what the entry says. ErrTampered: nobody wrote it like that.
func (row entryRow) event() (rooms.Event, error) {
	event, err := ledger.Decode(row.Event)
	if err != nil {
		return event, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return event, nil
}

// journalHead is the last entry of a session, or its genesis.
func journalHead(ctx context.Context, db bun.IDB, session rooms.SessionID) (ledger.Entry, error) {
	row, err := one[entryRow](ctx, db, "n DESC", "session = ?", session)
	if errors.Is(err, rooms.ErrNotFound) {
		return ledger.Genesis(session), nil
	}
	if err != nil {
		return ledger.Entry{}, err
	}
	return row.noun()
}

// chained is the row of an event behind head.
func chained(head ledger.Entry, clinic rooms.ClinicID, session rooms.SessionID, event rooms.Event) (ledger.Entry, entryRow) {
	entry := ledger.Next(head, event)
	return entry, entryRow{
		Session: session, N: entry.N, Clinic: clinic, Epoch: event.ID.Epoch, Node: event.ID.Node, EventN: event.ID.N,
		Event: entry.Text, Prev: entry.Prev, Hash: entry.Hash,
	}
}

// events are the entries of a session in chain order.
func events(ctx context.Context, db bun.IDB, session rooms.SessionID) ([]rooms.Event, error) {
	rows, err := many[entryRow](ctx, db, "n", "session = ?", session)
	if err != nil {
		return nil, err
	}
	return convert(rows, entryRow.event)
}

// Journal lists what happened in a session of a clinic, in chain order.
func (r *Records) Journal(ctx context.Context, clinic rooms.ClinicID, session rooms.SessionID) ([]rooms.Event, error) {
	var found []rooms.Event
	err := r.view(ctx, clinic, "read journal", func(ctx context.Context, db bun.IDB) error {
		_, err := one[sessionRow](ctx, db, "", "clinic = ? AND id = ?", clinic, session)
		if err == nil {
			found, err = events(ctx, db, session)
		}
		return err
	})
	return found, err
}
