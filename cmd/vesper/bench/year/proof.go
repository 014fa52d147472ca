package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"vesper/cmd/vesper/bench/floor"
	"vesper/signaling/api"
)

// proof is what the archive of the year took.
type proof struct {
	bytes  int64
	wrote  time.Duration
	verify []time.Duration
	hash   []time.Duration // reading and SHA-256 of the same file, in turn, on one core
	floor  []time.Duration // the same on all cores
	cold   []time.Duration // verify, when the file has to come from the disk
	read   []time.Duration // reading it from there and SHA-256, on one core
	said   string          // the last line of verify
}

func (p proof) rate(times []time.Duration) float64 {
	return float64(p.bytes) / 1e6 / middle(times).Seconds()
}

// prove writes the archive of the whole year and has it verified, with key and
// checkpoint, in turn with reading and hashing the same bytes.
func (o *office) prove(ctx context.Context, program string, p place) (found proof, err error) {
	archive, key, checkpoint := filepath.Join(p.dir, "year.jsonl"), filepath.Join(p.dir, "key.pem"), filepath.Join(p.dir, "checkpoint.txt")
	if err := o.later(time.Hour); err != nil {
		return found, err
	}
	began := time.Now()
	if err := o.save(ctx, "/evidence?from="+firstEvening.Format(time.RFC3339), archive); err != nil {
		return found, err
	}
	found.wrote = time.Since(began)
	if err := o.proofs(ctx, key, checkpoint); err != nil {
		return found, err
	}
	verify := func() (err error) {
		found.said, err = runVerify(ctx, program, archive, "--key", key, "--checkpoint", checkpoint)
		return err
	}
	for range 3 {
		err := errors.Join(
			floor.Forget(archive),
			turn(&found.read, func() error { _, err := floor.Hash(archive, 1); return err }),
			floor.Forget(archive),
			turn(&found.cold, verify),
			turn(&found.hash, func() (err error) { found.bytes, err = floor.Hash(archive, 1); return err }),
			turn(&found.floor, func() error { _, err := floor.Hash(archive, runtime.NumCPU()); return err }),
			turn(&found.verify, verify))
		if err != nil {
			return found, err
		}
	}
	progress("  archive %.0f MB in %v; from the disk: verify %.0f MB/s, reading and SHA-256 %.0f", float64(found.bytes)/1e6,
		found.wrote.Round(time.Millisecond), found.rate(found.cold), found.rate(found.read))
	progress("  from memory: verify %.0f MB/s, reading and SHA-256 %.0f on all cores, %.0f on one; %s",
		found.rate(found.verify), found.rate(found.floor), found.rate(found.hash), found.said)
	return found, nil
}

// turn does a thing once and notes how long it took.
func turn(times *[]time.Duration, do func() error) error {
	began := time.Now()
	err := do()
	*times = append(*times, time.Since(began))
	return err
}

// runVerify runs vesper verify and returns the last line that it says.
func runVerify(ctx context.Context, program string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, program, append([]string{"verify"}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("verify: %w\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], nil
}

// proofs are the files that verify is given beside the archive.
func (o *office) proofs(ctx context.Context, key, checkpoint string) error {
	var keys api.KeyList
	var checkpoints api.CheckpointList
	for path, into := range map[string]any{"/keys": &keys, "/checkpoints": &checkpoints} {
		text, err := o.ask(ctx, "GET", path, nil)
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			return err
		}
	}
	if len(checkpoints.Checkpoints) == 0 {
		return errors.New("there is no checkpoint")
	}
	return errors.Join(os.WriteFile(key, []byte(keys.PEM), 0o600), os.WriteFile(checkpoint, []byte(checkpoints.Checkpoints[0].Note), 0o600))
}

func (o *office) save(ctx context.Context, path, name string) (err error) {
	answer, err := o.begin(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.Copy(file, answer.Body)
	return err
}

// coldStart is how long a server takes from its start until it is ready.
func coldStart(ctx context.Context, program string, p place) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	server := exec.CommandContext(ctx, program, "serve")
	server.Env = append(os.Environ(), "VESPER_DATA="+p.dir, "VESPER_LISTEN=127.0.0.1:0", "VESPER_LOG=error")
	if p.postgres != "" {
		server.Env = append(server.Env, "VESPER_POSTGRES="+p.postgres)
	}
	server.Stderr = os.Stderr
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	server.WaitDelay = 10 * time.Second
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := server.Start(); err != nil {
		return 0, fmt.Errorf("%w (make build makes it)", err)
	}
	defer func() {
		cancel()
		_ = server.Wait() // it was told to end
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("the server did not start: %w", err)
	}
	url := strings.TrimSpace(strings.TrimPrefix(line, "Vesper serves "))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, errors.New("the server is not ready: " + answer.Status)
	}
	return time.Since(began), nil
}

// stored is how large the records are.
func (p place) stored(ctx context.Context) (size int64, err error) {
	if p.postgres == "" {
		info, err := os.Stat(filepath.Join(p.dir, "vesper.db"))
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	db, err := sql.Open("pgx", p.postgres)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&size)
	return size, err
}
