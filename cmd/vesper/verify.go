package main

import (
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

// verifyCommand checks an evidence bundle with no access to a server.
type verifyCommand struct {
	Bundle string `arg:"" help:"The bundle, as GET /sessions/{id}/evidence gives it." type:"existingfile"`
	Key    string `help:"The clinic's public key, as 'vesper admin key' prints it." type:"existingfile" placeholder:"FILE"`
}

// Run prints what was found; it fails with exit code 1 at the first broken
// place, and with 2 if the bundle is whole but has no seal yet.
func (v *verifyCommand) Run(io *streams) error {
	file, err := os.Open(v.Bundle)
	if err != nil {
		return err
	}
	defer file.Close()
	bundle, err := ledger.Parse(file)
	if err != nil {
		return err
	}
	keys, err := readKeys(v.Key)
	if err != nil {
		return err
	}
	report, err := verifyBundle(bundle, keys)
	if err != nil {
		fmt.Fprintln(io.out, "BROKEN:", err)
		return exitCode(1)
	}
	fmt.Fprintf(io.out, "Session %s: %d entries, an unbroken chain.\n", bundle.Context.Plan.Session, report.Entries)
	if !report.Sealed() {
		fmt.Fprintln(io.out, "Not sealed: the session had not ended when this bundle was made. The rows were not checked.")
		return exitCode(2)
	}
	for _, seal := range report.Seals {
		fmt.Fprintf(io.out, "Sealed by the %s at %s.\n", seal.Kind, seal.At.Format("2006-01-02 15:04:05 UTC"))
		if seal.Proven {
			fmt.Fprintf(io.out, "Proven: the seal is by the given key %s.\n", seal.Fingerprint)
		} else {
			fmt.Fprintf(io.out, "Not proven who sealed it: no key was given. The seal's key is %s; compare it with the clinic's.\n", seal.Fingerprint)
		}
	}
	fmt.Fprintln(io.out, "The rows are what the journal gives.")
	return nil
}

// verifyBundle checks chain and seals, and computes the rows of a sealed
// session again.
func verifyBundle(bundle ledger.Bundle, keys []ed25519.PublicKey) (ledger.Report, error) {
	report, err := bundle.Verify(keys)
	if err != nil || !report.Sealed() {
		return report, err
	}
	var rules attendance.Rules
	if err := json.Unmarshal(bundle.Context.Rules, &rules); err != nil {
		return report, fmt.Errorf("rules: %w", err)
	}
	if err := rules.Validate(); err != nil {
		return report, err
	}
	return report, attendance.Recompute(bundle.Context.Plan, bundle.Context.Seats(), report.Events, rules, bundle.Rows)
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
