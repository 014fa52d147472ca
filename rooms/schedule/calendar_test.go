package schedule

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// reader is ical.js, a calendar that shares nothing with this package.
type reader struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Reader
}

func newReader(t *testing.T) *reader {
	t.Helper()
	if _, err := os.Stat("../../web/node_modules/ical.js/dist/ical.js"); err != nil {
		t.Fatal("web/node_modules is missing, and with it the calendar that this test compares with: run make web first")
	}
	node := exec.Command("node", "testdata/calendar.mjs")
	node.Stderr = os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatalf("node is needed for the calendar that this test compares with: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := node.Wait(); err != nil {
			t.Errorf("the other calendar: %v", err)
		}
	})
	return &reader{t, in, bufio.NewReaderSize(out, 1<<20)}
}

// ask sends one question and reads its answer.
func (r *reader) ask(question, answer any) {
	r.t.Helper()
	data, err := json.Marshal(question)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.in.Write(append(data, '\n')); err != nil {
		r.t.Fatal(err)
	}
	line, err := r.out.ReadBytes('\n')
	if err != nil {
		r.t.Fatalf("the other calendar gave no answer: %v", err)
	}
	if err := json.Unmarshal(line, answer); err != nil {
		r.t.Fatalf("the other calendar: %v in %.200s", err, line)
	}
}
