package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"vesper/rooms/attendance"
	"vesper/rooms/ledger"
)

// verifyCommand checks an evidence bundle, or an archive of many, with no
// access to a server.
type verifyCommand struct {
	Bundle     string `arg:"" help:"A bundle, as GET /sessions/{id}/evidence gives it, an archive, as GET /evidence does, or an audit log, as GET /audit/log does." type:"existingfile"`
	Key        string `help:"The clinic's public key, as 'vesper admin key' prints it." type:"existingfile" placeholder:"FILE"`
	Checkpoint string `help:"A checkpoint that left the machine: it shows that nothing was taken back since." type:"existingfile" placeholder:"FILE"`
}

// proofs are what evidence is held against.
type proofs struct {
	keys       []ed25519.PublicKey
	checkpoint *ledger.Checkpoint
}

// Run prints what was found; it fails with exit code 1 at the first broken
// place, and with 2 if a bundle is whole but has no seal yet.
func (v *verifyCommand) Run(ctx context.Context, io *streams) error {
	against, err := v.proofs()
	if err != nil {
		return told(io, err)
	}
	file, err := os.Open(v.Bundle)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	if start, _ := reader.Peek(len(archiveStart)); bytes.Equal(start, []byte(archiveStart)) {
		return told(io, verifyArchive(ctx, reader, against, io))
	}
	if start, _ := reader.Peek(len(auditStart)); bytes.Equal(start, []byte(auditStart)) {
		return told(io, verifyAudit(reader, against, io))
	}
	bundle, err := ledger.Parse(reader)
	if err != nil {
		return err
	}
	report, err := verifyBundle(bundle, against)
	if err != nil {
		return told(io, err)
	}
	return describe(io, bundle, report, against)
}

// told prints a broken place; other errors are returned as they are.
func told(io *streams, err error) error {
	var place *ledger.BrokenError
	var row *attendance.DiffersError
	if errors.As(err, &place) || errors.As(err, &row) {
		fmt.Fprintln(io.out, "BROKEN:", err)
		return exitCode(1)
	}
	return err
}

func (v *verifyCommand) proofs() (p proofs, err error) {
	if p.keys, err = readKeys(v.Key); err != nil || v.Checkpoint == "" {
		return p, err
	}
	signed, err := os.ReadFile(v.Checkpoint)
	if err != nil {
		return p, err
	}
	checkpoint, err := ledger.OpenCheckpoint(string(signed), p.keys)
	p.checkpoint = &checkpoint
	return p, err
}

// verifyBundle checks chain, seals and texts, computes the rows of a sealed
// session again, and holds the bundle's place in the log against a checkpoint.
func verifyBundle(bundle ledger.Bundle, against proofs) (ledger.Report, error) {
	report, err := bundle.Verify(against.keys)
	if err == nil {
		err = new(rulebook).verifyRows(bundle, report)
	}
	if err != nil || against.checkpoint == nil {
		return report, err
	}
	return report, ledgerPlace(bundle, *against.checkpoint)
}

// rulebook keeps the rules that were read last: those of the next session are
// mostly the same.
type rulebook struct {
	text  string
	rules attendance.Rules
}

func (k *rulebook) read(text []byte) (attendance.Rules, error) {
	if k.text != "" && k.text == string(text) {
		return k.rules, nil
	}
	var rules attendance.Rules
	if err := json.Unmarshal(text, &rules); err != nil {
		return rules, fmt.Errorf("rules: %w", err)
	}
	if err := rules.Validate(); err != nil {
		return rules, err
	}
	k.text, k.rules = string(text), rules
	return rules, nil
}

// verifyRows computes the rows of a sealed session again.
func (k *rulebook) verifyRows(bundle ledger.Bundle, report ledger.Report) error {
	if !report.Sealed() {
		return nil
	}
	rules, err := k.read(bundle.Context.Rules)
	if err != nil {
		return err
	}
	return attendance.Recompute(bundle.Context.Plan, bundle.Context.Seats(), report.Events, rules, bundle.Rows)
}

// ledgerPlace fails unless the bundle leads to the checkpoint that was given.
func ledgerPlace(bundle ledger.Bundle, given ledger.Checkpoint) error {
	if bundle.Log == nil {
		return fmt.Errorf("the bundle does not say where its seals stand in the log; get it with ?checkpoint=%d", given.Size)
	}
	own, err := ledger.OpenCheckpoint(bundle.Log.Checkpoint, nil)
	switch {
	case err != nil:
		return err
	case own.Clinic != given.Clinic:
		return &ledger.BrokenError{Place: "checkpoint", Reason: "it is another clinic's"}
	case own.Size != given.Size:
		return fmt.Errorf("the bundle leads to a checkpoint of %d seals, the file has one of %d; get the bundle with ?checkpoint=%[2]d", own.Size, given.Size)
	case own.Root != given.Root:
		return &ledger.BrokenError{Place: "log", Reason: "it is not the log of the given checkpoint"}
	}
	return nil
}

const moment = "2006-01-02 15:04:05 UTC"

// describe says what was found of a bundle that is whole.
func describe(io *streams, bundle ledger.Bundle, report ledger.Report, against proofs) error {
	fmt.Fprintf(io.out, "Session %s: %d entries, an unbroken chain.\n", bundle.Context.Plan.Session, report.Entries)
	if !report.Sealed() {
		fmt.Fprintln(io.out, "Not sealed: the session had not ended when this bundle was made. The rows were not checked.")
		return exitCode(2)
	}
	for _, seal := range report.Seals {
		if seal.Kind == ledger.Machine {
			fmt.Fprintf(io.out, "Sealed by the machine at %s.\n", seal.At.Format(moment))
		} else {
			fmt.Fprintf(io.out, "Sealed as %s by %s at %s.\n", seal.Kind, seal.Signer, seal.At.Format(moment))
		}
		if seal.Proven {
			fmt.Fprintf(io.out, "Proven: the seal is by the given key %s.\n", seal.Fingerprint)
		} else {
			fmt.Fprintf(io.out, "Not proven who sealed it: no key was given. The seal's key is %s; compare it with the clinic's.\n", seal.Fingerprint)
		}
	}
	if report.Unsealed > 0 {
		fmt.Fprintf(io.out, "Not sealed: the last %d of the entries, written by staff and not signed yet.\n", report.Unsealed)
	} else if !report.Signed() {
		fmt.Fprintln(io.out, "Not signed by staff yet.")
	}
	fmt.Fprintln(io.out, "The rows are what the journal gives.")
	if bundle.Log != nil {
		describeLog(io, bundle, report, against)
	}
	return nil
}

func describeLog(io *streams, bundle ledger.Bundle, report ledger.Report, against proofs) {
	checkpoint, err := ledger.OpenCheckpoint(bundle.Log.Checkpoint, nil)
	if err != nil {
		return // verified before
	}
	whose := "its own checkpoint"
	if against.checkpoint != nil {
		whose = "the given checkpoint"
	}
	fmt.Fprintf(io.out, "%d of %d seals are in %s of %s.\n", len(bundle.Log.Leaves), len(report.Seals), whose, checkpoint.At.Format(moment))
}

// readKeys reads the public keys of a PEM file; no file is no key.
func readKeys(path string) ([]ed25519.PublicKey, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []ed25519.PublicKey
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read key: %w", err)
		}
		if public, ok := key.(ed25519.PublicKey); ok {
			keys = append(keys, public)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("read key: the file holds no Ed25519 public key")
	}
	return keys, nil
}
