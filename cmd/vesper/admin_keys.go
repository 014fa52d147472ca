package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"vesper/auth"
	"vesper/rooms/records"
)

// keysCommand is for the keys of encrypted columns.
type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Make a new key for encrypted columns and write them all anew under it. The server must be stopped. If it is broken off, run it again."`
}

type keysRotate struct{}

// Run makes the key, unless an earlier rotation was broken off, and writes all
// values anew. It says which keys are not needed any more; it deletes none, since
// backups of before need them.
func (keysRotate) Run(ctx context.Context, all *commands, io *streams) error {
	config, err := readConfig(all.Admin.Config, environ())
	if err == nil {
		err = config.errandOn()
	}
	if err != nil {
		return err
	}
	folder := filepath.Join(config.Data, "keys")
	keys, err := auth.OpenKeys(folder)
	if err != nil {
		return err
	}
	// The folder is held in both cases: a server on it would not know the new key.
	open := func() (*records.Records, error) {
		return records.Open(ctx, records.Options{Dir: config.Data, Postgres: config.Postgres, Sealer: keys.Seal(), Fields: keys.Fields()})
	}
	r, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	rows, err := r.OldRows(ctx)
	if err != nil {
		return err
	}
	if rows > 0 {
		fmt.Fprintf(io.out, "%d rows are not under the newest key yet: going on with it. Run this again for another key.\n", rows)
	} else {
		if err := r.Close(); err != nil {
			return err
		}
		id, err := keys.RotateFields(time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "Made the key %s. Back up %s now.\n", id, folder)
		if r, err = open(); err != nil {
			return err
		}
		if rows, err = r.OldRows(ctx); err != nil {
			return err
		}
	}
	done, err := r.Reencrypt(ctx, func(n int) { fmt.Fprintf(io.err, "%d of %d rows\n", n, rows) })
	if err != nil {
		return fmt.Errorf("%w; %d rows are written anew, run this again for the rest", err, done.Rows)
	}
	fmt.Fprintf(io.out, "%d rows are written anew.\n", done.Rows)
	for _, row := range done.Closed {
		fmt.Fprintf(io.out, "Does not open with any key, and stays as it is: %s\n", row)
	}
	return tellOldKeys(ctx, r, keys, io)
}

// tellOldKeys says of each older key whether it is needed.
func tellOldKeys(ctx context.Context, r *records.Records, keys *auth.Keys, io *streams) error {
	fields := keys.Fields()
	for _, key := range fields[:len(fields)-1] {
		where, err := r.NeedsKey(ctx, key.ID)
		if err != nil {
			return err
		}
		if len(where) > 0 {
			fmt.Fprintf(io.out, "keys/%s is still needed: %v\n", key.File(), where)
			continue
		}
		fmt.Fprintf(io.out, "keys/%s is not needed by these records any more. Backups of before need it; without them it may be deleted.\n", key.File())
	}
	return nil
}
