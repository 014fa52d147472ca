package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"vesper/rooms"
	"vesper/rooms/ledger"
)

// archiveStart is how an archive begins; a bundle begins otherwise.
const archiveStart = `{"format":"vesper-archive/`

// gcPercent is for work that keeps next to nothing of what it reads: a few
// lines at a time, however long the archive is.
const gcPercent = 400

// numbered is a line of an archive.
type numbered struct {
	n    int // from 1, as an editor shows it
	text string
}

// verified is what was found of one bundle.
type verified struct {
	n      int
	size   int
	bundle ledger.Bundle // without entries and rows
	report ledger.Report // without events
	err    error
}

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

// verifyArchive reads an archive once, checks its bundles on all cores and
// compares what is there with the log of seals.
func verifyArchive(ctx context.Context, r *bufio.Reader, against proofs, out *streams) error {
	head, err := readHead(r)
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	t := &tally{holdings: ledger.Holdings{Head: head}, began: time.Now(), proven: len(against.keys) > 0}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, results, readErr := make(chan numbered, 4), make(chan verified, 4), make(chan error, 1)
	go func() { readErr <- readLines(ctx, r, lines) }()
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var room []rooms.Event // the same for all lines
			for line := range lines {
				results <- verifyLine(line, against, &room)
			}
		})
	}
	go func() { workers.Wait(); close(results) }()
	pending := map[int]verified{} // ready before those ahead of them
	for found := range results {
		pending[found.n] = found
		for n := t.lines + 2; pending[n].n == n; n++ {
			t.add(pending[n])
			delete(pending, n)
		}
		t.show(out, false)
	}
	if err := <-readErr; err != nil {
		return err
	}
	t.show(out, true)
	if t.firstErr != nil {
		return fmt.Errorf("line %d: %w", t.first, t.firstErr)
	}
	return t.finish(r, against, out)
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

// isBundle tells a bundle from what stands behind them.
func isBundle(line []byte) bool { return bytes.HasPrefix(line, []byte(`{"format":`)) }

// readLines hands out the lines with bundles, and stops before what follows.
func readLines(ctx context.Context, r *bufio.Reader, lines chan<- numbered) error {
	defer close(lines)
	for n := 2; ; n++ {
		if start, _ := r.Peek(len(`{"format":`)); !isBundle(start) {
			return nil
		}
		text, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read archive: %w", err)
		}
		select {
		case lines <- numbered{n, text}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// verifyLine checks a bundle. The events are read into room, for this line only.
func verifyLine(line numbered, against proofs, room *[]rooms.Event) verified {
	found := verified{n: line.n, size: len(line.text)}
	bundle, err := ledger.ParseText(strings.TrimSuffix(line.text, "\n"))
	if err != nil {
		err = &ledger.BrokenError{Place: "bundle", Reason: err.Error()}
	} else {
		found.report, err = verifyBundle(bundle, proofs{keys: against.keys}, *room)
		if err != nil {
			err = fmt.Errorf("session %s: %w", bundle.Context.Plan.Session, err)
		}
	}
	if cap(found.report.Events) > cap(*room) {
		*room = found.report.Events
	}
	found.report.Events = nil
	bundle.Entries, bundle.Rows = nil, nil
	found.bundle, found.err = bundle, err
	return found
}

func (t *tally) add(v verified) {
	t.lines++
	if v.err == nil {
		v.err = t.holdings.AddBundle(v.bundle)
	}
	if v.err != nil {
		if t.firstErr == nil {
			t.first, t.firstErr = v.n, v.err
		}
		return
	}
	t.sessions++
	t.bytes += v.size
	t.loose += v.report.Unsealed
	switch {
	case !v.report.Sealed():
		t.unsealed++
	case !v.report.Signed():
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
func (t *tally) finish(r *bufio.Reader, against proofs, out *streams) error {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	for {
		var line ledger.ArchiveLine
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		t.holdings.AddLine(line)
	}
	if err := t.holdings.Verify(against.checkpoint); err != nil {
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
		fmt.Fprintf(out.out, "Purged: %d sessions, of which the seals are left.\n", n)
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
