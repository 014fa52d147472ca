package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"vesper/rooms"
	"vesper/rooms/ledger"
	"vesper/rooms/records"
	"vesper/signaling/api"
)

// auditCommand is for whoever wants to know that the audit log is whole.
type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check the audit log in the database: its chain, the checkpoints kept beside it, and the tombstones of what was purged."`
	Export auditExport `cmd:"" help:"Print a clinic's audit log as JSON lines, for 'vesper verify'."`
}

type auditVerify struct {
	Clinic     string `help:"Only this clinic." placeholder:"ID"`
	Checkpoint string `help:"A checkpoint that left the machine, of one of the clinics." type:"existingfile" placeholder:"FILE"`
}

type auditExport struct {
	Clinic string `required:"" help:"Id of the clinic."`
}

// Run checks clinic by clinic, and fails with exit code 1 if something is
// broken in one.
func (c *auditVerify) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	clinics, err := o.clinics(ctx, rooms.ClinicID(c.Clinic))
	if err != nil {
		return err
	}
	var given []ledger.Checkpoint
	if c.Checkpoint != "" {
		note, err := os.ReadFile(c.Checkpoint)
		if err != nil {
			return err
		}
		checkpoint, err := ledger.OpenCheckpoint(string(note), o.keys.SealPublic())
		if err != nil {
			return told(io, err)
		}
		if !slices.Contains(clinics, checkpoint.Clinic) {
			return fmt.Errorf("the checkpoint is of clinic %q, which is not looked at", checkpoint.Clinic)
		}
		given = append(given, checkpoint)
	}
	whole := true
	for _, clinic := range clinics {
		ok, err := o.checkAudit(ctx, clinic, given, io)
		if err != nil {
			return err
		}
		whole = whole && ok
	}
	if !whole {
		return exitCode(1)
	}
	return nil
}

// clinics are all, or the one that is named.
func (o *office) clinics(ctx context.Context, only rooms.ClinicID) (ids []rooms.ClinicID, err error) {
	if only != "" {
		return []rooms.ClinicID{only}, o.knows(ctx, only)
	}
	list, err := o.records.Clinics(ctx)
	for _, clinic := range list {
		ids = append(ids, clinic.ID)
	}
	return ids, err
}

// checkAudit says how the audit log and the tombstones of a clinic are.
func (o *office) checkAudit(ctx context.Context, clinic rooms.ClinicID, given []ledger.Checkpoint, io *streams) (whole bool, err error) {
	var its []ledger.Checkpoint
	for _, c := range given {
		if c.Clinic == clinic {
			its = append(its, c)
		}
	}
	n, logErr := o.records.VerifyAudit(ctx, clinic, its...)
	purged, stoneErr := o.records.VerifyTombstones(ctx, clinic, o.keys.SealPublic())
	for _, err := range []error{logErr, stoneErr} {
		var place *ledger.BrokenError
		if err != nil && !errors.As(err, &place) {
			return false, err
		}
		if err != nil {
			fmt.Fprintf(io.out, "BROKEN: %s: %s\n", clinic, place)
		}
	}
	if logErr != nil || stoneErr != nil {
		return false, nil
	}
	fmt.Fprintf(io.out, "%s: %d audit entries, an unbroken chain; %d purged sessions, each with a signed tombstone.\n", clinic, n, purged)
	return true, o.describeCover(ctx, clinic, its, io)
}

// describeCover says how much of the audit log checkpoints hold.
func (o *office) describeCover(ctx context.Context, clinic rooms.ClinicID, given []ledger.Checkpoint, io *streams) error {
	kept, err := o.records.Checkpoints(ctx, clinic)
	if err != nil {
		return err
	}
	var newest ledger.Checkpoint
	for _, c := range kept {
		if opened, err := ledger.OpenCheckpoint(c.Note, nil); err == nil {
			given = append(given, opened)
		}
	}
	for _, c := range given {
		if c.Audit.N >= newest.Audit.N {
			newest = c
		}
	}
	if newest.Audit.N == 0 {
		fmt.Fprintln(io.out, "No checkpoint covers it yet: what was cut off its end is not noticed.")
		return nil
	}
	fmt.Fprintf(io.out, "The checkpoint of %s covers the first %d.\n", newest.At.Format(moment), newest.Audit.N)
	return nil
}

// Run prints the log. That is written down in it.
func (c *auditExport) Run(ctx context.Context, all *commands, io *streams) error {
	o, done, err := all.Admin.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	clinic := rooms.ClinicID(c.Clinic)
	if err := o.knows(ctx, clinic); err != nil {
		return err
	}
	err = o.records.Audit(ctx, records.AuditEntry{Clinic: clinic, Actor: "operator", ActorKind: "machine", Action: "audit.export"})
	if err != nil {
		return err
	}
	head, err := o.records.AuditHead(ctx, clinic)
	if err != nil {
		return err
	}
	return api.WriteAudit(ctx, io.out, o.records, clinic, head, time.Now())
}
