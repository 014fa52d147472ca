package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vesper/rooms/ledger"
	"vesper/rooms/records"
)

// A folder that can't be written is refused at the start.
func TestCheckpointsNeedTheirFolder(t *testing.T) {
	there := t.TempDir()
	file := filepath.Join(there, "file")
	fine(t, os.WriteFile(file, nil, 0o600))
	for dir, wrong := range map[string]bool{"": false, there: false, filepath.Join(there, "away"): true, file: true} {
		c := defaultConfig()
		c.Data, c.Listen, c.Checkpoints.Dir = t.TempDir(), "127.0.0.1:0", dir
		h, err := openHouse(t.Context(), c, logger("error", discard{}), nil)
		if err == nil {
			h.Close()
		}
		if (err != nil) != wrong || wrong && !strings.Contains(err.Error(), "checkpoints.dir: the folder") {
			t.Errorf("%q: %v", dir, err)
		}
	}
	if left := got(os.ReadDir(there))(t); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// A checkpoint is made once a day, lies in the folder, and is written again if
// the folder was away.
func TestDailyCheckpoint(t *testing.T) {
	d := openDesktop(t, t.TempDir(), filepath.Join(t.TempDir(), "keys"))
	clinic := got(d.records.CreateClinic(t.Context(), records.Clinic{Name: "Lakeside", Zone: "UTC"}))(t)
	dir := filepath.Join(t.TempDir(), "away")
	k := newCheckpoints(d.records, CheckpointsConfig{Dir: dir}, logger("error", discard{}))
	told := 0
	k.publish = append(k.publish, func(context.Context, records.Checkpoint) error { told++; return nil })
	round := func() error { return k.errand(t.Context(), d.clock.Now()) }
	if err := round(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is away: got %v", err)
	}
	fine(t, os.Mkdir(dir, 0o700), round())
	if files := got(os.ReadDir(dir))(t); len(files) != 0 {
		t.Error("tried again at once")
	}
	d.clock.set(d.clock.Now().Add(2 * time.Hour))
	fine(t, round(), round())
	name := filepath.Join(dir, "vesper-checkpoint-"+string(clinic.ID)+"-2026-12-20.txt")
	c := got(ledger.OpenCheckpoint(string(got(os.ReadFile(name))(t)), d.keys.SealPublic()))(t)
	if c.Clinic != clinic.ID || !c.Proven || told != 2 {
		t.Errorf("checkpoint: %+v, told %d times", c, told)
	}
	d.clock.set(d.clock.Now().Add(25 * time.Hour))
	fine(t, round())
	if files := got(os.ReadDir(dir))(t); len(files) != 2 {
		t.Errorf("%d files after two days", len(files))
	}
}
