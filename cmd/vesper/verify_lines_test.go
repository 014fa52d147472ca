package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"vesper/rooms/ledger"
)

// blocksOf reads what an archive holds behind its head, with few blocks.
func blocksOf(t *testing.T, r io.Reader) (lines []string, rest string, err error) {
	t.Helper()
	blocks, back := make(chan *block), make(chan *block, 2)
	back <- new(block)
	back <- new(block)
	var left []byte
	done := make(chan struct{})
	go func() {
		defer close(done)
		left, err = readBlocks(t.Context(), r, blocks, back)
	}()
	n := 0
	for b := range blocks {
		if b.n != n {
			t.Errorf("block %d after %d", b.n, n-1)
		}
		n++
		for _, line := range b.lines {
			lines = append(lines, string(line))
		}
		back <- b
	}
	<-done
	behind, readErr := io.ReadAll(io.MultiReader(bytes.NewReader(left), r))
	return lines, string(behind), errors.Join(err, readErr)
}

// Every line with a bundle is handed out once, whole and in order, wherever the
// blocks end; the rest is left.
func TestReadBlocks(t *testing.T) {
	bundle := func(size int) string { return `{"format":"` + strings.Repeat("x", size) + `"}` }
	var many []string
	for i := range 400 {
		many = append(many, bundle(i*97))
	}
	for name, c := range map[string]struct {
		lines []string
		rest  string
	}{
		"nothing":         {nil, ""},
		"one":             {[]string{bundle(1)}, ""},
		"only a rest":     {nil, "{\"leaf\":{}}\n{}\n"},
		"a short rest":    {[]string{bundle(1)}, "x\n"},
		"many":            {many, "{\"leaf\":{}}\n"},
		"longer than one": {[]string{bundle(3 * blockSize), bundle(blockSize), bundle(blockSize - 13), bundle(5)}, "{\"leaf\":{}}\n" + strings.Repeat("y", 2*blockSize)},
		"a long rest":     {many[:9], "{" + strings.Repeat("y", 3*blockSize)},
	} {
		text := c.rest
		if len(c.lines) > 0 {
			text = strings.Join(c.lines, "\n") + "\n" + c.rest
		}
		for _, r := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
			if lines, rest, err := blocksOf(t, r); err != nil || !slices.Equal(lines, c.lines) || rest != c.rest {
				t.Errorf("%s: %d lines, want %d, %d bytes left, want %d, %v", name, len(lines), len(c.lines), len(rest), len(c.rest), err)
			}
		}
	}
	if lines, rest, err := blocksOf(t, strings.NewReader(bundle(1)+"\n"+bundle(2))); err != nil || len(lines) != 2 || lines[1] != bundle(2) || rest != "" {
		t.Errorf("without the last line's end: %q, %q, %v", lines, rest, err)
	}
	if _, _, err := blocksOf(t, io.MultiReader(strings.NewReader(bundle(1)), iotest.ErrReader(io.ErrClosedPipe))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("what can't be read: %v", err)
	}
}

// A reader whose blocks nobody takes ends with its context.
func TestReadBlocksEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	back := make(chan *block, 1)
	back <- new(block)
	if _, err := readBlocks(ctx, strings.NewReader(`{"format":1}`), make(chan *block), back); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The bundles that the interface exports, signed or not, all pass at once: none
// is left to the general reader, which is many times slower.
func TestArchivePasses(t *testing.T) {
	a := keepArchive(t)
	text := string(got(os.ReadFile(export(t, a, a.dir)))(t))
	checker, bundles := ledger.NewChecker(got(readKeys(a.key))(t)), 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, `{"format":"`+ledger.Format) {
			continue
		}
		bundle, report, ok := checker.Pass(strings.TrimSuffix(line, "\n"))
		if !ok || !report.Sealed() || new(rulebook).verifyRows(bundle, report) != nil {
			t.Errorf("session %s does not pass", bundle.Context.Plan.Session)
		}
		bundles++
	}
	if bundles != len(a.sessions) {
		t.Errorf("%d bundles, want %d", bundles, len(a.sessions))
	}
}
