// Package memstore keeps the live state of rooms in the memory of one process:
// the keeper of a server that runs alone. It starts no goroutine and forgets
// everything when the process ends.
package memstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"vesper/rooms"
)

// MaxSnapshot is the largest snapshot that is kept, in bytes of Data.
const MaxSnapshot = 1 << 20

var (
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrTooLarge: the snapshot has more than MaxSnapshot bytes.
	ErrTooLarge = errors.New("the snapshot is over 1 MiB")
	// ErrTTL: a lease or an announcement needs a time to live.
	ErrTTL = errors.New("the time to live is not above zero")
)

// Options is useful when zero.
type Options struct {
	Clock rooms.Clock // nil: rooms.SystemClock
}

var _ rooms.Store = (*Store)(nil)

// Store may be used from any goroutine. Nodes of one process share one Store.
type Store struct {
	// Set at creation.
	clock rooms.Clock

	mu sync.Mutex
	// Guarded by mu.
	closed    bool
	snapshots map[rooms.SessionID]rooms.Snapshot
	leases    map[rooms.SessionID]lease
	nodes     map[rooms.NodeID]listing
}

// Times are those of Clock.Mono: a wall clock that steps ends no lease.
type lease struct {
	holder rooms.NodeID
	until  time.Duration
}

type listing struct {
	node  rooms.Node
	until time.Duration
}

// New returns an empty store.
func New(options Options) *Store {
	if options.Clock == nil {
		options.Clock = rooms.SystemClock
	}
	return &Store{
		clock:     options.Clock,
		snapshots: make(map[rooms.SessionID]rooms.Snapshot),
		leases:    make(map[rooms.SessionID]lease),
		nodes:     make(map[rooms.NodeID]listing),
	}
}

// locked runs f with the lock held, unless ctx or the store is over.
func (s *Store) locked(ctx context.Context, attempt string, f func(now time.Duration) error) error {
	err := ctx.Err()
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err = ErrClosed; !s.closed {
			err = f(s.clock.Mono())
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	return nil
}

// SaveSnapshot fails with rooms.ErrStale, ErrTooLarge or ErrClosed. It keeps a
// copy of the data. The kept version may be saved again.
func (s *Store) SaveSnapshot(ctx context.Context, snapshot rooms.Snapshot) error {
	return s.locked(ctx, "save snapshot", func(time.Duration) error {
		if len(snapshot.Data) > MaxSnapshot {
			return ErrTooLarge
		}
		kept, ok := s.snapshots[snapshot.Session]
		if ok && (kept.Epoch > snapshot.Epoch || kept.Epoch == snapshot.Epoch && kept.Version > snapshot.Version) {
			return rooms.ErrStale
		}
		snapshot.Data = slices.Clone(snapshot.Data)
		s.snapshots[snapshot.Session] = snapshot
		return nil
	})
}

// LoadSnapshot fails with rooms.ErrNotFound or ErrClosed. The data is the
// caller's own.
func (s *Store) LoadSnapshot(ctx context.Context, session rooms.SessionID) (rooms.Snapshot, error) {
	var snapshot rooms.Snapshot
	err := s.locked(ctx, "load snapshot", func(time.Duration) error {
		kept, ok := s.snapshots[session]
		if !ok {
			return rooms.ErrNotFound
		}
		snapshot = kept
		snapshot.Data = slices.Clone(kept.Data)
		return nil
	})
	return snapshot, err
}

// DropSnapshot fails with ErrClosed.
func (s *Store) DropSnapshot(ctx context.Context, session rooms.SessionID) error {
	return s.locked(ctx, "drop snapshot", func(time.Duration) error {
		delete(s.snapshots, session)
		return nil
	})
}

// Lease fails with ErrTTL or ErrClosed.
func (s *Store) Lease(ctx context.Context, session rooms.SessionID, node rooms.NodeID, ttl time.Duration) (holder rooms.NodeID, err error) {
	err = s.locked(ctx, "lease", func(now time.Duration) error {
		if ttl <= 0 {
			return ErrTTL
		}
		if kept, ok := s.leases[session]; ok && kept.holder != node && kept.until > now {
			holder = kept.holder
			return nil
		}
		s.leases[session] = lease{node, now + ttl}
		holder = node
		return nil
	})
	return holder, err
}

// Unlease fails with ErrClosed.
func (s *Store) Unlease(ctx context.Context, session rooms.SessionID, node rooms.NodeID) error {
	return s.locked(ctx, "unlease", func(time.Duration) error {
		if s.leases[session].holder == node {
			delete(s.leases, session)
		}
		return nil
	})
}

// Announce fails with ErrTTL or ErrClosed. It is also when leases that ran out
// are forgotten.
func (s *Store) Announce(ctx context.Context, node rooms.Node, ttl time.Duration) error {
	return s.locked(ctx, "announce", func(now time.Duration) error {
		if ttl <= 0 {
			return ErrTTL
		}
		for session, kept := range s.leases {
			if kept.until <= now {
				delete(s.leases, session)
			}
		}
		s.nodes[node.ID] = listing{node, now + ttl}
		return nil
	})
}

// Nodes fails with ErrClosed.
func (s *Store) Nodes(ctx context.Context) ([]rooms.Node, error) {
	var nodes []rooms.Node
	err := s.locked(ctx, "list nodes", func(now time.Duration) error {
		for id, kept := range s.nodes {
			if kept.until <= now {
				delete(s.nodes, id)
				continue
			}
			nodes = append(nodes, kept.node)
		}
		return nil
	})
	slices.SortFunc(nodes, func(a, b rooms.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return nodes, err
}

// Close forgets everything. Closing twice is no error.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	clear(s.snapshots)
	clear(s.leases)
	clear(s.nodes)
	return nil
}
