package rooms

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// saver writes to the store in the background: the latest snapshot of each
// room wins, and nobody waits for it.
type saver struct {
	store Store
	log   *slog.Logger
	wake  chan struct{}
	done  chan struct{}

	mu     sync.Mutex
	latest map[SessionID]Snapshot
	tasks  []func(context.Context) error
	closed bool
}

func newSaver(store Store, log *slog.Logger) *saver {
	s := &saver{store: store, log: log, wake: make(chan struct{}, 1), done: make(chan struct{}), latest: map[SessionID]Snapshot{}}
	go s.run()
	return s
}

func (s *saver) save(snapshot Snapshot) {
	s.mu.Lock()
	s.latest[snapshot.Session] = snapshot
	s.mu.Unlock()
	s.nudge()
}

// task queues a call to the store. The queue holds 256; more are dropped,
// since all of them are repeated or harmless to lose.
func (s *saver) task(f func(context.Context) error) {
	s.mu.Lock()
	if len(s.tasks) < 256 {
		s.tasks = append(s.tasks, f)
	}
	s.mu.Unlock()
	s.nudge()
}

func (s *saver) announce(o HallOptions, beats []Beat) {
	s.task(func(ctx context.Context) error {
		return s.store.Announce(ctx, Node{ID: o.Node, URL: o.URL}, leaseFor)
	})
	for _, b := range beats {
		s.task(func(ctx context.Context) error {
			_, err := s.store.Lease(ctx, b.Session, o.Node, leaseFor)
			return err
		})
	}
}

func (s *saver) drop(node NodeID, session SessionID) {
	s.mu.Lock()
	delete(s.latest, session)
	s.mu.Unlock()
	s.task(func(ctx context.Context) error { return s.store.DropSnapshot(ctx, session) })
	s.task(func(ctx context.Context) error { return s.store.Unlease(ctx, session, node) })
}

func (s *saver) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *saver) run() {
	defer close(s.done)
	for range s.wake {
		s.mu.Lock()
		snapshots, tasks, closed := s.latest, s.tasks, s.closed
		s.latest, s.tasks = map[SessionID]Snapshot{}, nil
		s.mu.Unlock()
		for _, snapshot := range snapshots {
			s.try(func(ctx context.Context) error { return s.store.SaveSnapshot(ctx, snapshot) })
		}
		for _, task := range tasks {
			s.try(task)
		}
		if closed {
			return
		}
	}
}

func (s *saver) try(f func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := f(ctx); err != nil {
		s.log.Warn("live state not kept", "error", err)
	}
}

// close writes what waits and ends the goroutine.
func (s *saver) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.nudge()
	<-s.done
}
