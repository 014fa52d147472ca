package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"vesper/signaling/api"
)

// proof is what the archive of the year took.
type proof struct {
	bytes  int64
	wrote  time.Duration
	verify []time.Duration
	hash   []time.Duration // plain SHA-256 of the same file, in turn
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
	for range 3 {
		began = time.Now()
		if found.bytes, err = hashFile(archive); err != nil {
			return found, err
		}
		found.hash = append(found.hash, time.Since(began))
		began = time.Now()
		out, err := exec.CommandContext(ctx, program, "verify", archive, "--key", key, "--checkpoint", checkpoint).CombinedOutput()
		if err != nil {
			return found, fmt.Errorf("verify: %w\n%s", err, out)
		}
		found.verify = append(found.verify, time.Since(began))
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		found.said = lines[len(lines)-1]
	}
	progress("  archive %.0f MB in %v; verify %.0f MB/s, SHA-256 %.0f MB/s; %s",
		float64(found.bytes)/1e6, found.wrote.Round(time.Millisecond), found.rate(found.verify), found.rate(found.hash), found.said)
	return found, nil
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

// hashFile reads a file and hashes it.
func hashFile(name string) (int64, error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.CopyBuffer(struct{ io.Writer }{sha256.New()}, struct{ io.Reader }{file}, make([]byte, 1<<20))
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
