package records

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"vesper/auth"
	"vesper/rooms"
)

// Options of the Records. Dir, Sealer and Fields are needed.
type Options struct {
	// Dir is the data folder. It is made with mode 0700 if need be.
	Dir string
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
	lock   *folderLock
	write  *writer
	read   *bun.DB // readers; SQLite refuses their writes
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
	r := &Records{clock: options.Clock, sealer: options.Sealer, logger: options.Logger}
	if options.Dir == "" || len(options.Sealer) != ed25519.PrivateKeySize {
		return nil, errors.New("open records: Dir and Sealer are needed")
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
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	lock, err := lockFolder(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	r.lock = lock
	if err := r.open(ctx, filepath.Join(options.Dir, "vesper.db")); err != nil {
		return nil, fmt.Errorf("open records: %w", errors.Join(err, r.Close()))
	}
	return r, nil
}

// open opens the file once to write and once to read.
func (r *Records) open(ctx context.Context, file string) error {
	if err := touch(file); err != nil {
		return err
	}
	writing, err := connect(ctx, file, 1, false)
	if err != nil {
		return err
	}
	if err := migrate(ctx, writing.DB); err != nil {
		return errors.Join(err, writing.Close())
	}
	r.write = startWriter(writing)
	r.read, err = connect(ctx, file, readers, true)
	return err
}

// touch makes the file, durably, with a mode that SQLite's own files follow.
func touch(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database file: %w", err)
	}
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("database file: %w", errors.Join(err, f.Close()))
	}
	if err := errors.Join(f.Close(), folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("database file: %w", err)
	}
	return nil
}

// connect opens a pool of connections and verifies what each must have.
func connect(ctx context.Context, file string, connections int, readOnly bool) (*bun.DB, error) {
	query := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	if readOnly {
		query.Add("_pragma", "query_only(1)")
	} else {
		query.Set("_txlock", "immediate")
	}
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: query.Encode()}
	pool, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := verifyPragmas(ctx, pool, readOnly); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return bun.NewDB(pool, dialect{sqlitedialect.New()}), nil
}

// verifyPragmas asks a connection whether it is as durable as we rely on: a
// setting that SQLite did not take is silent otherwise.
func verifyPragmas(ctx context.Context, pool *sql.DB, readOnly bool) error {
	want := []struct{ name, value string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"busy_timeout", "10000"},
	}
	if readOnly {
		want = append(want, struct{ name, value string }{"query_only", "1"})
	}
	for _, pragma := range want {
		var got string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", pragma.name, err)
		}
		if got != pragma.value {
			return fmt.Errorf("the database has %s=%s where %s is needed; is the data folder on a local disk?",
				pragma.name, got, pragma.value)
		}
	}
	return nil
}

// Ready reports whether the file can be read and the writer writes.
func (r *Records) Ready(ctx context.Context) error {
	return r.write.do(ctx, "ready", func(context.Context, bun.Tx) error { return nil })
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
