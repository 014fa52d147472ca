package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"

	"vesper/rooms/ledger"
)

// numbered is a line of an archive.
type numbered struct {
	n    int // from 1, as an editor shows it
	text []byte
}

// verified is what was found of one bundle. It keeps nothing of its line.
type verified struct {
	n        int
	size     int
	holding  ledger.Holding
	sealed   bool
	signed   bool
	unsealed int // entries behind the last seal
	err      error
}

// isBundle tells a bundle from what stands behind them.
func isBundle(line []byte) bool { return bytes.HasPrefix(line, []byte(`{"format":`)) }

// readLines hands out the lines with bundles, and stops before what follows.
// Lines that come back are written over.
func readLines(ctx context.Context, r *bufio.Reader, lines chan<- numbered, back <-chan []byte) error {
	defer close(lines)
	for n := 2; ; n++ {
		if start, _ := r.Peek(len(`{"format":`)); !isBundle(start) {
			return nil
		}
		var text []byte
		select {
		case text = <-back:
		default:
		}
		text, err := readLine(r, text[:0])
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		select {
		case lines <- numbered{n, text}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readLine puts a line behind text, without its end.
func readLine(r *bufio.Reader, text []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return bytes.TrimSuffix(text, []byte("\n")), err
	}
}

// inspector checks the lines of bundles. Each core has one.
type inspector struct {
	against proofs
	checker *ledger.Checker
	rules   rulebook
}

func newInspector(against proofs) *inspector {
	return &inspector{against: proofs{keys: against.keys}, checker: ledger.NewChecker(against.keys)}
}

// verify checks a bundle: in one pass, and if it does not pass, one thing after
// the other, to say what is broken.
func (i *inspector) verify(line numbered) verified {
	// The line is written over when this returns. What passes leaves a holding
	// only, which is a copy, and what does not is copied first.
	bundle, report, ok := i.checker.Pass(unsafe.String(unsafe.SliceData(line.text), len(line.text)))
	var err error
	if !ok || i.rules.verifyRows(bundle, report) != nil {
		if bundle, err = ledger.ParseText(string(line.text)); err != nil {
			return verified{n: line.n, err: &ledger.BrokenError{Place: "bundle", Reason: err.Error()}}
		}
		if report, err = verifyBundle(bundle, i.against); err != nil {
			return verified{n: line.n, err: fmt.Errorf("session %s: %w", bundle.Context.Plan.Session, err)}
		}
	}
	return verified{
		n: line.n, size: len(line.text) + len("\n"), holding: bundle.Holding(),
		sealed: report.Sealed(), signed: report.Signed(), unsealed: report.Unsealed,
	}
}

// readRest adds what stands behind the bundles to what the archive holds.
func readRest(r *bufio.Reader, holdings *ledger.Holdings) error {
	for {
		text, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read archive: %w", err)
		}
		if leaf, ok := ledger.ReadLeaf(strings.TrimSuffix(text, "\n")); ok {
			holdings.AddLine(ledger.ArchiveLine{Leaf: &leaf})
			continue
		}
		return decodeRest(io.MultiReader(strings.NewReader(text), r), holdings)
	}
}

// decodeRest is readRest of lines that are written in any way.
func decodeRest(r io.Reader, holdings *ledger.Holdings) error {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	for {
		var line ledger.ArchiveLine
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		holdings.AddLine(line)
	}
}
