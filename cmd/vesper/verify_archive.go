package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"vesper/rooms/ledger"
)

// archiveStart is how an archive begins; a bundle begins otherwise.
const archiveStart = `{"format":"vesper-archive/`

// gcPercent is for work that keeps next to nothing of what it reads: a few
// blocks at a time, however long the archive is.
const gcPercent = 800

// tally is what was found of an archive so far. The collector owns it.
type tally struct {
	holdings  ledger.Holdings
	lines     int // added so far, in order
	sessions  int
	unsealed  int // still running when the archive was made
	unsigned  int
	loose     int // entries behind the last seal
	proven    bool
	bytes     int
	first     int // line of the first broken place
	firstErr  error
	began     time.Time
	lastShown time.Time
}

// checked is what was found of a block's bundles.
type checked struct {
	n     int // of the block
	found []verified
}

// verifyArchive reads an archive once, checks its bundles on all cores and
// compares what is there with the log of seals.
func verifyArchive(ctx context.Context, r *bufio.Reader, against proofs, out *streams) error {
	head, err := readHead(r)
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	t := &tally{holdings: ledger.Holdings{Head: head}, began: time.Now(), proven: len(against.keys) > 0}
	cores := runtime.GOMAXPROCS(0)
	blocks, back, results := make(chan *block, cores), make(chan *block, 2*cores+1), make(chan checked, cores)
	for range cap(back) {
		back <- new(block)
	}
	var rest []byte
	var reader, workers sync.WaitGroup
	reader.Go(func() { rest, err = readBlocks(ctx, r, blocks, back) })
	for range cores {
		workers.Go(func() { inspect(against, blocks, back, results) })
	}
	go func() { workers.Wait(); close(results) }()
	t.collect(results, out)
	reader.Wait()
	if err != nil {
		return err
	}
	t.show(out, true)
	if t.firstErr != nil {
		return fmt.Errorf("line %d: %w", t.first, t.firstErr)
	}
	return t.finish(io.MultiReader(bytes.NewReader(rest), r), against, out)
}

// inspect checks the lines of blocks, and gives them back.
func inspect(against proofs, blocks <-chan *block, back chan<- *block, results chan<- checked) {
	inspector := newInspector(against)
	for b := range blocks {
		found := make([]verified, len(b.lines))
		for i, line := range b.lines {
			found[i] = inspector.verify(line)
		}
		results <- checked{b.n, found}
		back <- b
	}
}

// collect adds what was found, in the order of the lines.
func (t *tally) collect(results <-chan checked, out *streams) {
	pending := map[int][]verified{} // ready before those ahead of them
	next := 0
	for one := range results {
		pending[one.n] = one.found
		for found, ready := pending[next]; ready; found, ready = pending[next] {
			for _, v := range found {
				t.add(v)
			}
			delete(pending, next)
			next++
		}
		t.show(out, false)
	}
}

func readHead(r *bufio.Reader) (head ledger.ArchiveHead, err error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return head, fmt.Errorf("read archive: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&head); err != nil {
		return head, fmt.Errorf("read archive: %w", err)
	}
	if head.Format != ledger.ArchiveFormat {
		return head, fmt.Errorf("read archive: its format is %q, want %q", head.Format, ledger.ArchiveFormat)
	}
	return head, nil
}

func (t *tally) add(v verified) {
	t.lines++
	if v.err == nil {
		v.err = t.holdings.Add(v.holding)
	}
	if v.err != nil {
		if t.firstErr == nil {
			t.first, t.firstErr = t.lines+1, v.err // behind the head
		}
		return
	}
	t.sessions++
	t.bytes += v.size
	t.loose += v.unsealed
	switch {
	case !v.sealed:
		t.unsealed++
	case !v.signed:
		t.unsigned++
	}
}

// show says how far the work is, once a second.
func (t *tally) show(out *streams, last bool) {
	now := time.Now()
	if !last && now.Sub(t.lastShown) < time.Second {
		return
	}
	t.lastShown = now
	seconds := max(now.Sub(t.began).Seconds(), 0.001)
	fmt.Fprintf(out.err, "%d of %d sessions, %.1f MB, %.0f MB/s\n", t.sessions, t.holdings.Head.Sessions, float64(t.bytes)/1e6, float64(t.bytes)/1e6/seconds)
}

// finish reads what stands behind the bundles and compares it with them.
func (t *tally) finish(r io.Reader, against proofs, out *streams) error {
	if err := readRest(r, &t.holdings); err != nil {
		return err
	}
	if err := t.holdings.Verify(against.checkpoint); err != nil {
		return err
	}
	if err := t.holdings.VerifyGraves(against.keys); err != nil {
		return err
	}
	t.describe(against, out)
	return nil
}

func (t *tally) describe(against proofs, out *streams) {
	head := t.holdings.Head
	fmt.Fprintf(out.out, "Clinic %s, %s to %s: %d sessions, their chains unbroken, their rows what the journals give.\n",
		head.Clinic, head.From.Format(time.DateOnly), head.To.Format(time.DateOnly), t.sessions)
	if t.unsealed > 0 {
		fmt.Fprintf(out.out, "Not sealed: %d sessions that had not ended when the archive was made. Their rows were not checked.\n", t.unsealed)
	}
	if t.unsigned > 0 || t.loose > 0 {
		fmt.Fprintf(out.out, "Not signed by staff yet: %d sessions; %d entries stand behind the last seal.\n", t.unsigned, t.loose)
	}
	if n := t.holdings.Purged(); n > 0 {
		fmt.Fprintf(out.out, "Purged: %d sessions, of which the seals are left, and a signed tombstone.\n", n)
	}
	if t.proven {
		fmt.Fprintln(out.out, "Proven: all seals are by the given keys.")
	} else {
		fmt.Fprintln(out.out, "Not proven who sealed it: no key was given.")
	}
	if against.checkpoint == nil {
		fmt.Fprintf(out.out, "The log holds %d seals, each of them where it should be. No checkpoint was given: what was taken back together with the log is not noticed.\n", t.holdings.Leaves())
		return
	}
	fmt.Fprintf(out.out, "The log holds %d seals and goes on from the checkpoint of %s, which covers %d.\n",
		t.holdings.Leaves(), against.checkpoint.At.Format(moment), against.checkpoint.Size)
}
