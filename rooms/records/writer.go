package records

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/uptrace/bun"

	"vesper/rooms"
)

// maxBatch is how many changes one commit carries at most.
const maxBatch = 128

// change is one thing to write, whole or not at all.
type change struct {
	clinic rooms.ClinicID
	what   string
	apply  func(context.Context, bun.Tx) error
	done   chan error
	taken  atomic.Bool // by the writer, or by a caller who gave up
}

// writer is the one goroutine that writes. Changes that wait while the disk is
// busy go into the next commit together, so that many rooms share one fsync.
type writer struct {
	db     *bun.DB
	engine engine
	queue  chan *change // full: the caller waits

	once    sync.Once
	closing chan struct{}
	ended   chan struct{}
	err     error // of closing the database; read after ended
}

func startWriter(db *bun.DB, engine engine) *writer {
	w := &writer{
		db: db, engine: engine, queue: make(chan *change, maxBatch),
		closing: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.run()
	return w
}

// do applies a change within a clinic and returns when it is on the disk. A caller whose ctx
// ends before its turn gets ctx's error and nothing was written; after that,
// the result is waited for.
func (w *writer) do(ctx context.Context, clinic rooms.ClinicID, what string, apply func(context.Context, bun.Tx) error) error {
	c := &change{clinic: clinic, what: what, apply: apply, done: make(chan error, 1)}
	select {
	case w.queue <- c:
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, ctx.Err())
	case <-w.closing:
		return fmt.Errorf("%s: %w", what, ErrClosed)
	}
	select {
	case err := <-c.done:
		return wrap(what, err)
	case <-w.ended:
		select {
		case err := <-c.done:
			return wrap(what, err)
		default:
			return fmt.Errorf("%s: %w", what, ErrClosed)
		}
	case <-ctx.Done():
		if c.taken.CompareAndSwap(false, true) {
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
		return wrap(what, <-c.done)
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case c := <-w.queue:
			w.commit(w.gather(c))
		case <-w.closing:
			w.err = w.db.Close()
			return
		}
	}
}

// gather takes what waits already.
func (w *writer) gather(first *change) []*change {
	batch := []*change{first}
	for len(batch) < maxBatch {
		select {
		case c := <-w.queue:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch in one transaction and tells each caller. A change
// that fails takes back its own part; a disk that fails takes back all.
func (w *writer) commit(batch []*change) {
	batch = taken(batch)
	if len(batch) == 0 {
		return
	}
	results := make([]error, len(batch))
	err := w.transact(batch, results)
	for again := 0; contended(err) && again < 3; again++ {
		clear(results)
		err = w.transact(batch, results)
	}
	if err != nil {
		for i := range results {
			results[i] = errors.Join(results[i], err)
		}
	}
	for i, c := range batch {
		c.done <- results[i]
	}
}

func taken(batch []*change) []*change {
	kept := batch[:0]
	for _, c := range batch {
		if c.taken.CompareAndSwap(false, true) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (w *writer) transact(batch []*change, results []error) (err error) {
	ctx := context.Background() // a caller who leaves must not take the others' commit along
	defer func() {
		if broken(err) {
			err = fmt.Errorf("%w: %w", ErrDisk, err)
			w.reconnect()
		}
	}()
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if turn := w.engine.turn(); turn != "" {
		if _, err := tx.ExecContext(ctx, turn); err != nil {
			return errors.Join(fmt.Errorf("wait for other nodes: %w", err), tx.Rollback())
		}
	}
	for i, c := range batch {
		if results[i], err = w.attempt(ctx, tx, c); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		_ = tx.Rollback() // database/sql holds it for done; the error is Commit's
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// attempt applies one change under a savepoint. refused is the change's own
// error; err means that the whole transaction is lost.
func (w *writer) attempt(ctx context.Context, tx bun.Tx, c *change) (refused, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT change;"+w.engine.scope(c.clinic)); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	refused = c.apply(ctx, tx)
	if broken(refused) || contended(refused) {
		return nil, refused
	}
	if refused != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
			return nil, fmt.Errorf("roll back: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE change"); err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return refused, nil
}

// reconnect drops the connection, so that the next change gets a new one: what
// a file descriptor says after a failed fsync can't be relied on.
func (w *writer) reconnect() {
	w.db.SetMaxIdleConns(0)
	w.db.SetMaxIdleConns(1)
}

func (w *writer) close() error {
	w.once.Do(func() { close(w.closing) })
	<-w.ended
	return w.err
}
