package records

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"

	"vesper/auth"
	"vesper/rooms"
)

// Options of the Records. Sealer and Fields are needed, and Dir or Postgres.
type Options struct {
	// Dir is the data folder, which one process holds at a time. It is made
	// with mode 0700 if need be. The records are a file in it, unless Postgres
	// is given.
	Dir string
	// Postgres is the address of a PostgreSQL database that keeps the records.
	Postgres string
	// Clock is rooms.SystemClock by default.
	Clock rooms.Clock
	// Sealer is the key of the machine's seals, auth.Keys.Seal.
	Sealer ed25519.PrivateKey
	// Fields are the keys of encrypted columns, auth.Keys.Fields.
	Fields []auth.FieldKey
	// Logger is slog.Default by default.
	Logger *slog.Logger
}

// Records are the kept facts of all clinics of an installation. Methods may
// be called from any goroutine; those that change something wait for the disk.
type Records struct {
	clock  rooms.Clock
	sealer ed25519.PrivateKey
	vault  *vault
	logger *slog.Logger
	engine engine
	lock   *folderLock
	write  *writer
	read   *bun.DB // readers; the database refuses their writes
}

var (
	_ rooms.Journal = (*Records)(nil)
	_ auth.Store    = (*Records)(nil)
)

// readers is how many queries run at the same time beside the writer.
const readers = 4

// Open takes the data folder, brings the tables up to date and starts the
// writer. ErrInUse: another process holds the folder.
func Open(ctx context.Context, options Options) (*Records, error) {
	return openWith(ctx, options, func(e engine) engine { return e })
}

// openWith opens the records over an engine that was made for the options.
func openWith(ctx context.Context, options Options, made func(engine) engine) (*Records, error) {
	r := &Records{clock: options.Clock, sealer: options.Sealer, logger: options.Logger}
	if options.Dir == "" && options.Postgres == "" || len(options.Sealer) != ed25519.PrivateKeySize {
		return nil, errors.New("open records: Sealer is needed, and Dir or Postgres")
	}
	vault, err := newVault(options.Fields)
	if err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	r.vault = vault
	if r.clock == nil {
		r.clock = rooms.SystemClock
	}
	if r.logger == nil {
		r.logger = slog.Default()
	}
	if err := r.start(ctx, options, made); err != nil {
		return nil, fmt.Errorf("open records: %w", errors.Join(err, r.Close()))
	}
	return r, nil
}

// hold takes the data folder.
func (r *Records) hold(dir string) (err error) {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	r.lock, err = lockFolder(dir)
	return err
}

// start opens the engine and the writer.
func (r *Records) start(ctx context.Context, options Options, made func(engine) engine) error {
	if err := r.hold(options.Dir); err != nil {
		return err
	}
	if options.Postgres == "" {
		r.engine = made(&sqliteEngine{file: filepath.Join(options.Dir, "vesper.db"), vault: r.vault, sealer: r.sealer})
	} else {
		postgres, err := newPostgres(options.Postgres, r.vault)
		if err != nil {
			return err
		}
		postgres.sealer = r.sealer
		r.engine = made(postgres)
	}
	write, read, err := r.engine.open(ctx)
	if err != nil {
		return err
	}
	r.write, r.read = startWriter(write, r.engine), read
	return r.checkKeys(ctx)
}

// Ready reports whether the file can be read and the writer writes.
func (r *Records) Ready(ctx context.Context) error {
	return r.write.do(ctx, everyClinic, "ready", func(context.Context, bun.Tx) error { return nil })
}

// Close waits for the writes under way and lets go of the folder. Later calls
// fail with ErrClosed. It may be called more than once.
func (r *Records) Close() error {
	var errs []error
	if r.write != nil {
		errs = append(errs, r.write.close())
	}
	if r.read != nil {
		errs = append(errs, r.read.Close())
	}
	if r.lock != nil {
		errs = append(errs, r.lock.release())
		r.lock = nil
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close records: %w", err)
	}
	return nil
}
