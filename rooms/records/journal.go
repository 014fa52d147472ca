package records

import (
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

type epochRow struct {
	bun.BaseModel `bun:"table:epochs"`
	Session       rooms.SessionID `bun:"session,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Epoch         uint64          `bun:"epoch"`
	Node          rooms.NodeID    `bun:"node"`
	OpenedAt      int64           `bun:"opened_at"`
}

// Open serves rooms.Journal: node owns the session's room from now on, and
// whoever owned it before is fenced off. The first opening freezes the roster
// and the version of the rules.
func (r *Records) Open(ctx context.Context, session rooms.SessionID, node rooms.NodeID) (rooms.Tenure, error) {
	var tenure rooms.Tenure
	now := ms(r.clock.Now())
	err := r.change(ctx, everyClinic, "open room", func(ctx context.Context, tx bun.Tx) (err error) {
		if tenure, err = openRoom(ctx, tx, session, node, now); err != nil || tenure.Epoch != 1 {
			return err
		}
		return r.tell(ctx, tx, tenure.Plan.Clinic, SessionOpened, session)
	})
	if err != nil {
		return rooms.Tenure{}, err
	}
	return tenure, nil
}

func openRoom(ctx context.Context, tx bun.Tx, id rooms.SessionID, node rooms.NodeID, now int64) (rooms.Tenure, error) {
	session, err := one[sessionRow](ctx, tx, "", "id = ?", id)
	if err == nil && session.Status == Cancelled {
		err = rooms.ErrNotFound
	}
	if err == nil {
		err = unsealed(ctx, tx, id)
	}
	if err != nil {
		return rooms.Tenure{}, err
	}
	var tenure rooms.Tenure
	if tenure.Epoch, err = nextEpoch(ctx, tx, session, node, now); err != nil {
		return rooms.Tenure{}, err
	}
	if tenure.Roster, err = begin(ctx, tx, session, now); err != nil {
		return rooms.Tenure{}, err
	}
	if tenure.Plan, err = session.plan(); err != nil {
		return rooms.Tenure{}, err
	}
	if tenure.Journal, err = events(ctx, tx, id); err != nil {
		return rooms.Tenure{}, err
	}
	tenure.Beat, err = lastBeat(ctx, tx, id)
	return tenure, err
}

func nextEpoch(ctx context.Context, tx bun.Tx, session sessionRow, node rooms.NodeID, now int64) (uint64, error) {
	row := epochRow{Session: session.ID, Clinic: session.Clinic, Epoch: 1, Node: node, OpenedAt: now}
	_, err := tx.NewInsert().Model(&row).
		On("CONFLICT (session) DO UPDATE").
		Set("epoch = epoch_row.epoch + 1, node = EXCLUDED.node, opened_at = EXCLUDED.opened_at").
		Returning("epoch").Exec(ctx)
	return row.Epoch, err
}

// begin marks a session as open, and freezes what it is judged by. One that
// has ended and is not sealed stays ended.
func begin(ctx context.Context, tx bun.Tx, session sessionRow, now int64) (rooms.Roster, error) {
	roster, err := rosterOf(ctx, tx, session)
	if err != nil || session.Status != Scheduled {
		return roster, err
	}
	if err := freeze(ctx, tx, session, roster); err != nil {
		return nil, err
	}
	version, err := rulesVersion(ctx, tx, session.Clinic)
	if err != nil {
		return nil, err
	}
	return roster, changed(tx.NewUpdate().Table("sessions").
		Set("status = ?", Opened).Set("opened_at = ?", now).Set("rules_version = ?", version).
		Where("clinic = ? AND id = ?", session.Clinic, session.ID).Exec(ctx))
}

// owned refuses an epoch that is not the room's newest, and says whose the
// session is.
func owned(ctx context.Context, db bun.IDB, session rooms.SessionID, epoch uint64) (rooms.ClinicID, error) {
	row, err := one[epochRow](ctx, db, "", "session = ?", session)
	if err == nil && row.Epoch != epoch {
		err = rooms.ErrFenced
	}
	return row.Clinic, err
}

// Owner says which node owns a session's room, and under which epoch. An
// owner asks from time to time whether it still is one.
func (r *Records) Owner(ctx context.Context, session rooms.SessionID) (node rooms.NodeID, epoch uint64, err error) {
	row, err := find[epochRow](ctx, r, everyClinic, "find owner", "", "session = ?", session)
	if err != nil {
		return "", 0, err
	}
	return row.Node, row.Epoch, nil
}

// Append serves rooms.Journal.
func (r *Records) Append(ctx context.Context, session rooms.SessionID, epoch uint64, events []rooms.Event) error {
	if len(events) == 0 {
		return nil
	}
	return r.change(ctx, everyClinic, "append to journal", func(ctx context.Context, tx bun.Tx) error {
		clinic, err := owned(ctx, tx, session, epoch)
		if err != nil {
			return err
		}
		if err := appendEvents(ctx, tx, clinic, session, events); err != nil {
			return err
		}
		return r.tellEnd(ctx, tx, clinic, session, events)
	})
}

// appendEvents chains the events that are not kept yet.
func appendEvents(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, session rooms.SessionID, events []rooms.Event) error {
	fresh, err := notKept(ctx, tx, session, events)
	if err != nil || len(fresh) == 0 {
		return err
	}
	if err := unsealed(ctx, tx, session); err != nil { // asked only if there is something to add
		return err
	}
	head, err := journalHead(ctx, tx, session)
	if err != nil {
		return err
	}
	rows := make([]entryRow, len(fresh))
	for i, event := range fresh {
		head, rows[i] = chained(head, clinic, session, event)
	}
	for part := range slices.Chunk(rows, maxRows) {
		if err := insert(ctx, tx, &part); err != nil {
			return err
		}
	}
	for _, event := range fresh {
		if err := consequence(ctx, tx, clinic, session, event); err != nil {
			return err
		}
	}
	return nil
}

// maxRows is how many entries one statement inserts at most: both databases
// have a longest statement.
const maxRows = 200

// consequence keeps what an event means beside the journal, in the same
// transaction.
func consequence(ctx context.Context, tx bun.Tx, clinic rooms.ClinicID, session rooms.SessionID, event rooms.Event) error {
	var err error
	switch event.Kind {
	case rooms.EventRemoved:
		row := banRow{Session: session, Clinic: clinic, Person: event.Person, Actor: event.Actor, At: ms(event.At)}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (session, person) DO NOTHING").Exec(ctx)
	case rooms.EventRemovalUndone:
		_, err = tx.NewDelete().Table("bans").Where("clinic = ? AND session = ? AND person = ?", clinic, session, event.Person).Exec(ctx)
	case rooms.EventEnded:
		_, err = tx.NewUpdate().Table("sessions").Set("status = ?", Ended).Set("ended_at = ?", ms(event.At)).
			Where("clinic = ? AND id = ?", clinic, session).Exec(ctx)
	}
	return err
}

// notKept are the events that the journal does not hold yet, each once.
func notKept(ctx context.Context, db bun.IDB, session rooms.SessionID, events []rooms.Event) ([]rooms.Event, error) {
	type origin struct {
		epoch uint64
		node  rooms.NodeID
	}
	type span struct{ first, last uint64 }
	spans := map[origin]span{}
	for _, event := range events {
		from, n := origin{event.ID.Epoch, event.ID.Node}, event.ID.N
		s, known := spans[from]
		if !known {
			s = span{n, n}
		}
		spans[from] = span{min(s.first, n), max(s.last, n)}
	}
	kept := map[rooms.EventID]bool{}
	for from, s := range spans {
		var numbers []uint64
		err := db.NewSelect().Table("journal").Column("event_n").
			Where("session = ? AND epoch = ? AND node = ? AND event_n BETWEEN ? AND ?", session, from.epoch, from.node, s.first, s.last).
			Scan(ctx, &numbers)
		if err != nil {
			return nil, err
		}
		for _, n := range numbers {
			kept[rooms.EventID{Epoch: from.epoch, Node: from.node, N: n}] = true
		}
	}
	var fresh []rooms.Event
	for _, event := range events {
		if !kept[event.ID] {
			kept[event.ID] = true
			fresh = append(fresh, event)
		}
	}
	return fresh, nil
}

type banRow struct {
	bun.BaseModel `bun:"table:bans"`
	Session       rooms.SessionID `bun:"session,pk"`
	Person        rooms.PersonID  `bun:"person,pk"`
	Clinic        rooms.ClinicID  `bun:"clinic"`
	Actor         rooms.PersonID  `bun:"actor"`
	At            int64           `bun:"at"`
}

// Banned reports whether a person was removed from a session. The room's own
// state says the same while it lives; this is for when it doesn't.
func (r *Records) Banned(ctx context.Context, session rooms.SessionID, person rooms.PersonID) (bool, error) {
	_, err := find[banRow](ctx, r, everyClinic, "find ban", "", "session = ? AND person = ?", session, person)
	if errors.Is(err, rooms.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
