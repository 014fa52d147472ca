package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"vesper/auth"
	"vesper/rooms"
	"vesper/rooms/records"
)

// retainFor changes how long a clinic keeps its sessions.
type retainFor struct {
	Clinic string `required:"" help:"Id of the clinic."`
	Years  int    `arg:"" help:"How many years sessions are kept at least."`
}

// purgeSessions deletes what is past its time, whole sessions only.
type purgeSessions struct {
	Before   string `help:"Only sessions before this day; never newer than a clinic's retention allows." placeholder:"YYYY-MM-DD"`
	Clinic   string `help:"Only this clinic." placeholder:"ID"`
	Postgres string `help:"Address with the login that may purge (with a password: VESPER_PURGE_POSTGRES)." env:"VESPER_PURGE_POSTGRES" placeholder:"URL"`
	Actor    string `help:"What the tombstones and the audit log call you." default:"operator"`
	Yes      bool   `help:"Delete; without it the command only counts."`
}

// Run sets the years.
func (c *retainFor) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	clinic := rooms.ClinicID(c.Clinic)
	if err := o.knows(ctx, clinic); err != nil {
		return err
	}
	ctx = records.Traced(ctx, records.AuditEntry{
		Clinic: clinic, Actor: "operator", ActorKind: "machine", Action: "clinic.retention", Object: fmt.Sprint(c.Years),
	})
	return o.records.SetRetention(ctx, clinic, c.Years)
}

// Run counts, and with --yes deletes.
func (c *purgeSessions) Run(ctx context.Context, all *commands, io *streams) (err error) {
	var before time.Time
	if c.Before != "" {
		if before, err = time.Parse(time.DateOnly, c.Before); err != nil {
			return fmt.Errorf("--before %q is no day: want YYYY-MM-DD", c.Before)
		}
	}
	purger, err := c.open(ctx, all.Admin.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, purger.Close()) }()
	overdue, err := purger.Overdue(ctx, before)
	if err != nil {
		return err
	}
	for _, due := range overdue {
		if c.Clinic != "" && string(due.Clinic) != c.Clinic {
			continue
		}
		fmt.Fprintf(io.out, "%s: %d sessions before %s", due.Clinic, len(due.Sessions), due.Before.Format(time.DateOnly))
		if due.Unsealed > 0 {
			fmt.Fprintf(io.out, "; %d more were never sealed and stay", due.Unsealed)
		}
		fmt.Fprintln(io.out)
		if !c.Yes {
			continue
		}
		purged, err := purger.Purge(ctx, due, c.Actor)
		fmt.Fprintf(io.out, "%s: %d sessions purged\n", due.Clinic, purged)
		if err != nil {
			return err
		}
	}
	if !c.Yes {
		fmt.Fprintln(io.out, "Nothing was deleted. Add --yes to delete.")
	}
	return nil
}

// open opens the records as somebody who may purge.
func (c *purgeSessions) open(ctx context.Context, file string) (*records.Purger, error) {
	config, err := readConfig(file, environ())
	if err != nil {
		return nil, err
	}
	if c.Postgres == "" {
		if err := config.errandOn(); err != nil {
			return nil, err
		}
	}
	keys, err := auth.OpenKeys(filepath.Join(config.Data, "keys"))
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	options := records.Options{Dir: config.Data, Sealer: keys.Seal(), Fields: keys.Fields()}
	if config.Postgres != "" || c.Postgres != "" {
		options.Dir, options.Postgres = "", config.Postgres
	}
	if c.Postgres != "" {
		options.Postgres = c.Postgres
	}
	return records.OpenPurger(ctx, options)
}
