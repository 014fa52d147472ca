package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vesper/rooms"
	"vesper/rooms/records"
)

// CheckpointsConfig says where the daily checkpoints of the evidence go.
type CheckpointsConfig struct {
	// Dir is a folder, best on another machine; empty: they stay in the
	// records and are there to be fetched.
	Dir string `koanf:"dir"`
	// Mail are addresses to which each is sent, best outside the clinic's own
	// house. It needs smtp.
	Mail []string `koanf:"mail"`
}

// How often a checkpoint is made, and how long one that failed waits.
const (
	checkpointEvery = 24 * time.Hour
	checkpointAgain = time.Hour
)

// checkpoints make one checkpoint a clinic and day, and let it leave the
// machine.
type checkpoints struct {
	records *records.Records
	log     *slog.Logger
	dir     string
	// publish are told of every checkpoint; one that fails is told again.
	publish []func(context.Context, records.Checkpoint) error

	mu      sync.Mutex
	notTill map[rooms.ClinicID]time.Time          // guarded by mu
	waiting map[rooms.ClinicID]records.Checkpoint // guarded by mu; not published yet
}

func newCheckpoints(r *records.Records, c CheckpointsConfig, log *slog.Logger) *checkpoints {
	k := &checkpoints{
		records: r, log: log, dir: c.Dir,
		notTill: map[rooms.ClinicID]time.Time{}, waiting: map[rooms.ClinicID]records.Checkpoint{},
	}
	if c.Dir != "" {
		k.publish = append(k.publish, k.write)
	}
	if len(c.Mail) > 0 {
		k.publish = append(k.publish, k.mail(c.Mail))
	}
	return k
}

// errand makes what is due. A clinic that fails waits an hour and keeps nobody
// else from their turn.
func (k *checkpoints) errand(ctx context.Context, now time.Time) error {
	clinics, err := k.records.Clinics(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, clinic := range clinics {
		if !k.due(clinic.ID, now) {
			continue
		}
		if err := k.make(ctx, clinic.ID); err != nil {
			k.mu.Lock()
			k.notTill[clinic.ID] = now.Add(checkpointAgain)
			k.mu.Unlock()
			failed = append(failed, fmt.Errorf("checkpoint of clinic %s: %w", clinic.ID, err))
		}
	}
	return errors.Join(failed...)
}

func (k *checkpoints) due(clinic rooms.ClinicID, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !now.Before(k.notTill[clinic])
}

func (k *checkpoints) make(ctx context.Context, clinic rooms.ClinicID) error {
	due, err := k.records.CheckpointDue(ctx, clinic, checkpointEvery)
	if err != nil {
		return err
	}
	if due {
		made, err := k.records.MakeCheckpoint(ctx, clinic)
		if err != nil {
			return err
		}
		k.made(made)
	}
	return k.send(ctx, clinic)
}

// mail puts a checkpoint into the outbox, once an address.
func (k *checkpoints) mail(to []string) func(context.Context, records.Checkpoint) error {
	return func(ctx context.Context, c records.Checkpoint) error {
		clinic, err := k.records.Clinic(ctx, c.Clinic)
		if err != nil {
			return err
		}
		for _, address := range to {
			err := k.records.Enqueue(ctx, records.Message{
				Clinic: c.Clinic, Kind: records.CheckpointMessage, Topic: records.CheckpointMail,
				Key: fmt.Sprintf("checkpoint %d %d %s", c.Size, c.At.UnixMilli(), address),
				Mail: records.Mail{
					To: address, Title: clinic.NeutralTitle, File: c.Note, FileName: "checkpoint-" + c.At.UTC().Format(time.DateOnly) + ".txt",
				},
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// made notes a checkpoint that is to be published in the next round.
func (k *checkpoints) made(c records.Checkpoint) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting[c.Clinic] = c
}

func (k *checkpoints) send(ctx context.Context, clinic rooms.ClinicID) error {
	k.mu.Lock()
	c, waits := k.waiting[clinic]
	k.mu.Unlock()
	if !waits {
		return nil
	}
	var failed []error
	for _, publish := range k.publish {
		failed = append(failed, publish(ctx, c))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.waiting[clinic].At.Equal(c.At) {
		delete(k.waiting, clinic)
	}
	return nil
}

// writable says in one sentence what is wrong with the folder, if nothing can
// be written there: better at the start than when a checkpoint is missed.
func (c CheckpointsConfig) writable() error {
	if c.Dir == "" {
		return nil
	}
	file, err := os.CreateTemp(c.Dir, "vesper-checkpoint-*.part")
	if err == nil {
		err = errors.Join(file.Close(), os.Remove(file.Name()))
	}
	if err != nil {
		return fmt.Errorf("checkpoints.dir: the folder %q can't be written, so that no checkpoint would leave this machine: make it writable, or take the key out (%w)", c.Dir, err)
	}
	return nil
}

// write puts a checkpoint into the folder, one file a clinic and day; the last
// of a day stays.
func (k *checkpoints) write(_ context.Context, c records.Checkpoint) error {
	name := fmt.Sprintf("vesper-checkpoint-%s-%s.txt", c.Clinic, c.At.UTC().Format(time.DateOnly))
	file, err := os.CreateTemp(k.dir, name+".*.part")
	if err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	_, err = file.WriteString(c.Note)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(k.dir, name))
	}
	if err != nil {
		return fmt.Errorf("write checkpoint: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}
