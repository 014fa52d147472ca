package rooms

import (
	"context"
	"errors"
	"time"
)

// Errors of the keepers.
var (
	ErrNotFound = errors.New("not found")
	ErrStale    = errors.New("a newer version is kept already")
	ErrFenced   = errors.New("a newer epoch owns this room")
	ErrSealed   = errors.New("the session is sealed")
)

// Tenure is one node's time as the owner of a room, with all that it needs to
// go on where the last owner stopped.
type Tenure struct {
	Epoch   uint64
	Plan    Plan
	Roster  Roster
	Journal []Event                // every entry so far, in chain order
	Beat    map[PersonID]time.Time // presence -> last proof, of the last owner; empty if there was none
}

// Journal keeps what happened. All calls are durable when they return nil.
// The records implement it.
type Journal interface {
	// Open makes node the owner of the session's room under a new, higher
	// epoch, in one transaction. ErrNotFound: no such session; ErrSealed: it
	// is over and sealed.
	Open(ctx context.Context, session SessionID, node NodeID) (Tenure, error)
	// Append chains events behind the session's journal. An entry whose ID is
	// kept already is skipped. ErrFenced: the epoch is not the room's newest.
	Append(ctx context.Context, session SessionID, epoch uint64, events []Event) error
	// Beat overwrites the one beat row of each session, all in one
	// transaction. Sessions whose epoch is no longer the newest are returned
	// as fenced; the others are written.
	Beat(ctx context.Context, beats []Beat) (fenced []SessionID, err error)
	// Seal closes the chain with the machine's signature. No entry but a
	// correction may follow. Sealing twice is no error.
	Seal(ctx context.Context, session SessionID, epoch uint64) error
}

// Beat is the time of last proof of everybody connected to a room.
type Beat struct {
	Session SessionID
	Epoch   uint64
	At      time.Time
	Proof   map[PersonID]time.Time
}

// Snapshot is the state of a room at a version, for those who look at how a
// room stands; no decision is read from it (docs/adr/0004-replay.md). Data
// holds ids and state, no names.
type Snapshot struct {
	Session SessionID
	Epoch   uint64
	Version uint64 // rises by one with every change
	Data    []byte
}

// Node is a running server that others may send people to.
type Node struct {
	ID  NodeID
	URL string
}

// Store keeps live state: memory on one machine, Redis on several. Nothing in
// it decides an authorisation: an owner replays its journal and reads no
// snapshot. Losing all of it loses nothing but time.
type Store interface {
	// SaveSnapshot keeps s unless a snapshot of a higher (epoch, version) is
	// kept: ErrStale.
	SaveSnapshot(ctx context.Context, s Snapshot) error
	// LoadSnapshot returns the newest snapshot, or ErrNotFound.
	LoadSnapshot(ctx context.Context, session SessionID) (Snapshot, error)
	// DropSnapshot forgets a session. Forgetting an unknown one is no error.
	DropSnapshot(ctx context.Context, session SessionID) error
	// Lease says where a room lives: it takes or renews the lease for node
	// and returns the holder, which is another node while that one's lease
	// runs. It is a hint of where to go, never an authority.
	Lease(ctx context.Context, session SessionID, node NodeID, ttl time.Duration) (holder NodeID, err error)
	// Unlease ends node's lease; another's is left alone.
	Unlease(ctx context.Context, session SessionID, node NodeID) error
	// Announce lists node for ttl; Nodes are those listed now, by ID.
	Announce(ctx context.Context, node Node, ttl time.Duration) error
	Nodes(ctx context.Context) ([]Node, error)
	Close() error
}
