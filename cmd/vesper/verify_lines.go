package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"vesper/rooms/ledger"
)

// block is a part of an archive: lines with bundles, whole and in order.
type block struct {
	n     int // from 0
	text  []byte
	lines [][]byte // of the text, without their ends
}

// blockSize is how much is read at a time. A line that is longer makes the
// block longer.
const blockSize = 1 << 20

// readBlocks hands out the lines with bundles, and returns what it has read of
// what follows. Blocks that come back are written over.
func readBlocks(ctx context.Context, r io.Reader, blocks chan<- *block, back <-chan *block) (rest []byte, err error) {
	defer close(blocks)
	for n := 0; ; n++ {
		b := <-back
		ended, err := b.read(r, rest)
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		behind, last := b.cut(ended)
		b.n, rest = n, append(rest[:0], behind...)
		select {
		case blocks <- b:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if last {
			return rest, nil
		}
	}
}

// read fills the block, behind what was left over, with a line's end at least,
// and reports whether there is no more.
func (b *block) read(r io.Reader, left []byte) (ended bool, err error) {
	b.text = append(b.text[:0], left...)
	for {
		start := len(b.text)
		b.text = slices.Grow(b.text, blockSize)[:start+blockSize]
		n, err := io.ReadFull(r, b.text[start:])
		b.text = b.text[:start+n]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return true, nil
		case err != nil || bytes.IndexByte(b.text[start:], '\n') >= 0:
			return false, err
		}
	}
}

// cut cuts the text into lines, up to the first that is no bundle, or is not
// whole. It returns what stands behind them, and whether no bundle can follow.
func (b *block) cut(ended bool) (rest []byte, last bool) {
	b.lines = b.lines[:0]
	for rest = b.text; ; {
		if !bytes.HasPrefix(rest, bundleStart) {
			return rest, ended || len(rest) >= len(bundleStart)
		}
		line, behind, whole := bytes.Cut(rest, newline)
		if !whole && !ended {
			return rest, false
		}
		b.lines, rest = append(b.lines, line), behind
	}
}

// A bundle's line begins otherwise than what stands behind them.
var bundleStart, newline = []byte(`{"format":`), []byte("\n")

// verified is what was found of one bundle. It keeps nothing of its line.
type verified struct {
	size     int
	holding  ledger.Holding
	sealed   bool
	signed   bool
	unsealed int // entries behind the last seal
	err      error
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
func (i *inspector) verify(line []byte) (found verified) {
	// The line is written over later. What passes leaves a holding only, which is
	// a copy, and what does not is copied first.
	bundle, report, ok := i.checker.Pass(unsafe.String(unsafe.SliceData(line), len(line)))
	if !ok || i.rules.verifyRows(bundle, report) != nil {
		var err error
		if bundle, err = ledger.ParseText(string(line)); err != nil {
			return verified{err: &ledger.BrokenError{Place: "bundle", Reason: err.Error()}}
		}
		if report, err = verifyBundle(bundle, i.against); err != nil {
			return verified{err: fmt.Errorf("session %s: %w", bundle.Context.Plan.Session, err)}
		}
	}
	return verified{
		size: len(line) + len(newline), holding: bundle.Holding(),
		sealed: report.Sealed(), signed: report.Signed(), unsealed: report.Unsealed,
	}
}

// readRest adds what stands behind the bundles to what the archive holds.
func readRest(r io.Reader, holdings *ledger.Holdings) error {
	lines := bufio.NewReader(r)
	for {
		text, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read archive: %w", err)
		}
		if leaf, ok := ledger.ReadLeaf(strings.TrimSuffix(text, "\n")); ok {
			holdings.AddLine(ledger.ArchiveLine{Leaf: &leaf})
			continue
		}
		return decodeRest(io.MultiReader(strings.NewReader(text), lines), holdings)
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
